package augment

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/tensor"
)

func photoPolicy(t testing.TB, h, w int) *Policy {
	t.Helper()
	p, err := NewPolicy(&RandomResizedCrop{Height: h, Width: w, Scale: [2]float64{0.4, 1}}, &RandAugment{}, &Sometimes{Do: &ColorJitter{0.3, 0.3, 0.3, 0.1}},
		&ElasticDeformation{}, &GaussianNoise{}, &Cutout{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Policies, masks and mixing give the same bytes for any number of workers, too.
func TestPoliciesAreReproducible(t *testing.T) {
	x, y, masks := noise(29, 12, 10, 3), tensor.New(29, 4), noise(29, 12, 10, 1)
	for i := range 29 {
		y.Data()[4*i+i%4] = 1
	}
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "a/2.png": "rgba.png", "b/1.jpg": "rgb420.jpg", "b/2.gif": "rgb.gif", "b/3.bmp": "rgb.bmp"})
	for _, format := range []image.DataFormat{image.ChannelsLast, image.ChannelsFirst} {
		g := everything
		g.DataFormat = format
		in := x
		if format == image.ChannelsFirst {
			in = noise(29, 3, 12, 10)
		}
		for _, mix := range []BatchAugmentation{nil, &MixUp{}, &CutMix{}} {
			for _, size := range []int{4, 64} {
				var want, wantDir [2][]byte
				for _, workers := range []int{1, 2, 3, 8} {
					fl, err := g.Flow(in, y, FlowConfig{BatchSize: size, Workers: workers, Seed: new(4), Policy: photoPolicy(t, 12, 10), Masks: masks, Mix: mix})
					if err != nil {
						t.Fatal(err)
					}
					dir, err := g.FlowFromDirectory(root, FlowConfig{BatchSize: size, Workers: workers, TargetSize: [2]int{8, 9}, Policy: photoPolicy(t, 20, 20), Mix: mix})
					if err != nil {
						t.Fatal(err)
					}
					for e := range want {
						got, gotDir := epochBytes(t, fl, e), epochBytes(t, dir, e)
						if want[e] == nil {
							want[e], wantDir[e] = got, gotDir
						}
						if !bytes.Equal(got, want[e]) || !bytes.Equal(gotDir, wantDir[e]) {
							t.Errorf("%s, batch size %d, %d workers: other bytes", format, size, workers)
						}
					}
				}
				if bytes.Equal(want[0], want[1]) {
					t.Error("two epochs are the same")
				}
			}
		}
	}
}

// Masks are moved as their images are: here each image is its own mask.
func TestFlowMovesMasks(t *testing.T) {
	x := noise(20, 9, 11, 1)
	for i, v := range x.Data() {
		x.Data()[i] = float32(int(v) / 100)
	}
	for _, policy := range []*Policy{nil, first(NewPolicy(&RandomCrop{Height: 9, Width: 11, Padding: 2}, HorizontalFlip{}, &RandomPerspective{Nearest: true}))} {
		g := &ImageDataGenerator{RotationRange: 40, ZoomRange: 0.2, HorizontalFlip: true, WidthShiftRange: 0.2, InterpolationOrder: new(0)}
		fl, err := g.Flow(x, noise(20), FlowConfig{Masks: x, Policy: policy, BatchSize: 6})
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range fl.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			if len(b.Y) != 2 || !slices.Equal(b.X[0].Data(), b.Y[1].Data()) {
				t.Fatal("image and mask differ")
			}
		}
	}
	if _, err := (&ImageDataGenerator{}).Flow(x, nil, FlowConfig{Masks: noise(20, 9, 12, 1)}); err == nil || !strings.Contains(err.Error(), "Masks has shape [20 9 12 1], want [20 9 11 channels]") {
		t.Error(err)
	}
}

func first[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMaskDirectory(t *testing.T) {
	root, masks := t.TempDir(), t.TempDir()
	put := func(dir, name string, h, w int) {
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		m := image.New(h, w, 1)
		for i := range m.Pix {
			m.Pix[i] = uint8(i / w / 3 * 40)
		}
		if err := image.Save(path, m, image.SaveConfig{}); err != nil {
			t.Fatal(err)
		}
	}
	put(root, "a/1.png", 20, 24)
	put(root, "b/2.png", 14, 15)
	put(masks, "a/1.bmp", 20, 24)
	g := &ImageDataGenerator{RotationRange: 30, VerticalFlip: true, InterpolationOrder: new(0)}
	f := FlowConfig{TargetSize: [2]int{10, 12}, ColorMode: image.Grayscale, MaskDirectory: masks}
	if _, err := g.FlowFromDirectory(root, f); err == nil || !strings.Contains(err.Error(), filepath.Join(masks, "b")) {
		t.Errorf("%v", err)
	}
	put(masks, "b/3.png", 14, 15)
	if _, err := g.FlowFromDirectory(root, f); err == nil || !strings.Contains(err.Error(), filepath.Join("b", "2.png")+" has no mask: want a picture "+filepath.Join(masks, "b", "2.*")) {
		t.Errorf("%v", err)
	}
	put(masks, "b/2.png", 15, 14)
	read := func() (err error) {
		fl, err := g.FlowFromDirectory(root, f)
		if err != nil {
			t.Fatal(err)
		}
		for b, e := range fl.Batches(t.Context(), 0) {
			if err = e; e != nil {
				break
			}
			if len(b.Y) != 2 || !slices.Equal(b.Y[1].Shape(), []int{2, 10, 12, 1}) {
				t.Fatal("no masks")
			}
			if !slices.Equal(b.X[0].Data(), b.Y[1].Data()) {
				t.Error("image and mask differ")
			}
		}
		return err
	}
	if err := read(); err == nil || !strings.Contains(err.Error(), filepath.Join("b", "2.png")+": the mask "+filepath.Join(masks, "b", "2.png")+" has 15 × 14 pixels (height × width), the picture 14 × 15") {
		t.Errorf("%v", err)
	}
	put(masks, "b/2.png", 14, 15)
	if err := read(); err != nil {
		t.Error(err)
	}
	f.OnError = Placeholder
	os.WriteFile(filepath.Join(masks, "b", "2.png"), []byte("<html>"), 0o644)
	fl, _ := g.FlowFromDirectory(root, f)
	epochBytes(t, fl, 0)
	if len(fl.Bad()) != 1 {
		t.Errorf("bad: %v", fl.Bad())
	}
}

// What MixUp and CutMix make, by hand.
func TestMixing(t *testing.T) {
	x := tensor.From([]float32{0, 0, 0, 0, 10, 10, 10, 10, 100, 100, 100, 100}, 3, 2, 2, 1)
	y := tensor.From([]float32{1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3)
	if err := (&Blend{Lambda: 0.75}).ApplyBatch(x, y, image.ChannelsLast); err != nil {
		t.Fatal(err)
	}
	if want := []float32{25, 25, 25, 25, 7.5, 7.5, 7.5, 7.5, 77.5, 77.5, 77.5, 77.5}; !slices.Equal(x.Data(), want) {
		t.Error(x.Data())
	}
	if want := []float32{0.75, 0, 0.25, 0.25, 0.75, 0, 0, 0.25, 0.75}; !slices.Equal(y.Data(), want) {
		t.Error(y.Data())
	}
	for _, f := range []image.DataFormat{image.ChannelsLast, image.ChannelsFirst} {
		shape := []int{2, 2, 3, 2}
		if f == image.ChannelsFirst {
			shape = []int{2, 2, 2, 3}
		}
		x = tensor.New(shape...)
		for i := range 12 {
			x.Data()[i], x.Data()[12+i] = 1, 2
		}
		y = tensor.From([]float32{1, 0, 0, 1}, 2, 2)
		if err := (&Paste{Top: 1, Left: 1, Height: 1, Width: 2}).ApplyBatch(x, y, f); err != nil {
			t.Fatal(err)
		}
		want := []float32{1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2}
		if f == image.ChannelsFirst {
			want = []float32{1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 2, 2}
		}
		if !slices.Equal(x.Data()[:12], want) {
			t.Errorf("%s: %v", f, x.Data())
		}
		if d := y.Data(); d[0] < 0.666 || d[0] > 0.667 || d[1] < 0.333 || d[1] > 0.334 || d[3] != d[0] {
			t.Error(d)
		}
	}
	for want, c := range map[string]struct {
		op   BatchOp
		x, y *tensor.Tensor
	}{
		"Lambda is 2":                  {&Blend{Lambda: 2}, x, nil},
		"class numbers cannot be mixe": {&Blend{}, x, tensor.New(2)},
		"have shape [2 2], want rank":  {&Blend{}, y, nil},
		"is not inside the images":     {&Paste{Top: 1, Height: 2, Width: 1}, x, nil},
	} {
		if err := c.op.ApplyBatch(c.x, c.y, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	fl, err := (&ImageDataGenerator{}).Flow(noise(4, 2, 2, 1), noise(4), FlowConfig{Mix: &MixUp{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, err = range fl.Batches(t.Context(), 0) {
	}
	if err == nil || !strings.Contains(err.Error(), "use ClassMode Categorical") {
		t.Error(err)
	}
}

// The settings' ranges: what Keras refuses, and what it takes without a word.
func TestRangesAreRefused(t *testing.T) {
	for want, g := range map[string]*ImageDataGenerator{
		"RotationRange is -5, want degrees":          {RotationRange: -5},
		"WidthShiftRange is -0.1, want a fraction":   {WidthShiftRange: -0.1},
		"HeightShiftRange is -0.1, want a fraction":  {HeightShiftRange: -0.1},
		"ShearRange is 90, want degrees":             {ShearRange: 90},
		"ZoomRange is 1, want a number from 0":       {ZoomRange: 1},
		"ZoomRange is -0.2":                          {ZoomRange: -0.2},
		"ZoomInterval is [0 1], want two factors":    {ZoomInterval: [2]float64{0, 1}},
		"ZoomInterval is [2 1]":                      {ZoomInterval: [2]float64{2, 1}},
		"BrightnessRange is [-0.5 1], want two":      {BrightnessRange: [2]float64{-0.5, 1}},
		"BrightnessRange is [1.5 0.5]":               {BrightnessRange: [2]float64{1.5, 0.5}},
		"ChannelShiftRange is -1":                    {ChannelShiftRange: -1},
		"ValidationSplit is 1, want a number betwee": {ValidationSplit: 1},
		"ValidationSplit is -0.1":                    {ValidationSplit: -0.1},
		"ZCAEpsilon is -1":                           {ZCAEpsilon: -1},
		"InterpolationOrder is -1":                   {InterpolationOrder: new(-1)},
		`DType is complex64, want float32`:           {DType: "complex64"},
	} {
		if err := g.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	x := noise(4, 5, 3)
	for want, f := range map[string]func() (*tensor.Tensor, error){
		"RandomRotation: rg is -1":             func() (*tensor.Tensor, error) { return RandomRotation(x, -1, FunctionConfig{}) },
		"RandomShift: wrg is -1":               func() (*tensor.Tensor, error) { return RandomShift(x, -1, 0, FunctionConfig{}) },
		"RandomShear: intensity is 90":         func() (*tensor.Tensor, error) { return RandomShear(x, 90, FunctionConfig{}) },
		"RandomZoom: zoomRange is [0 1]":       func() (*tensor.Tensor, error) { return RandomZoom(x, [2]float64{0, 1}, FunctionConfig{}) },
		"RandomChannelShift: intensityRange":   func() (*tensor.Tensor, error) { return RandomChannelShift(x, -1, FunctionConfig{}) },
		"RandomBrightness: brightnessRange":    func() (*tensor.Tensor, error) { return RandomBrightness(x, [2]float64{2, 1}, FunctionConfig{}) },
		"ApplyBrightnessShift: brightness":     func() (*tensor.Tensor, error) { return ApplyBrightnessShift(x, -1, FunctionConfig{}) },
		"Compat is 3":                          func() (*tensor.Tensor, error) { return ApplyBrightnessShift(x, 1, FunctionConfig{Compat: "3"}) },
		"FlipAxis: axis is 3, want -3 to 2":    func() (*tensor.Tensor, error) { return FlipAxis(x, 3) },
		"the image has shape [4 5], want rank": func() (*tensor.Tensor, error) { return RandomRotation(noise(4, 5), 1, FunctionConfig{}) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestTableErrorsTeach(t *testing.T) {
	for want, c := range map[string][2]string{
		"t.txt: a table ends in .csv, .tsv, .jsonl or .ndjson": {"t.txt", ""},
		"t.csv: the table is empty":                            {"t.csv", ""},
		`two columns are named "a"`:                            {"t.csv", "a,a\n"},
		"line 3: wrong number of fields":                       {"t.csv", "a,b\n1,2\n3\n"},
		"t.jsonl: line 2: ":                                    {"t.jsonl", "{}\n{\n"},
		"line 1: want an object":                               {"t.jsonl", "null\n"},
	} {
		if _, err := ReadTableFrom(strings.NewReader(c[1]), c[0]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	dir := layOut(t, map[string]string{"1.png": "rgb.png", "2.png": "rgb.png"})
	g := &ImageDataGenerator{}
	for want, c := range map[string]struct {
		text string
		f    FlowConfig
	}{
		`t.csv has no column "filename"; its columns are file, class`: {text: "file,class\n"},
		`has no column "w"`:                            {text: "filename,class\n1.png,a\n", f: FlowConfig{WeightCol: "w"}},
		`t.csv:3: column "w" is x, want a `:            {text: "filename,class,w\n1.png,a,1\n2.png,a,x\n", f: FlowConfig{WeightCol: "w"}},
		`t.csv:2: column "class" is <nil>`:             {text: "filename,class\n1.png,\n"},
		"has no rows":                                  {text: "filename,class\n"},
		"none of the 1 files":                          {text: "filename,class\n3.png,a\n"},
		"ClassMode is binary, but t.csv has 1 classes": {text: "filename,class\n1.png,a\n", f: FlowConfig{ClassMode: Binary}},
		"has 2 classes, but ClassMode \"sparse\"":      {text: "filename,class\n1.png,a|b\n", f: FlowConfig{ClassMode: Sparse, LabelSeparator: "|"}},
		"no row of t.csv has one of the classes z":     {text: "filename,class\n1.png,a\n", f: FlowConfig{Classes: []string{"z"}}},
		"YCol names 2 columns":                         {text: "filename,class,b\n1.png,a,b\n", f: FlowConfig{YCol: []string{"class", "b"}}},
		`subset "validation" of t.csv is empty`:        {text: "filename,class\n1.png,a\n", f: FlowConfig{Subset: Validation}},
	} {
		table, err := ReadTableFrom(strings.NewReader(c.text), "t.csv")
		if err == nil {
			_, err = g.FlowFromDataframe(table, dir, c.f)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// In steady state an image costs no memory.
func TestNoAllocationsPerImage(t *testing.T) {
	if raceEnabled {
		t.Skip("counts allocations")
	}
	g := everything
	s := new(scratch)
	cfg := first(g.resolve())
	src, dst := noise(24, 24, 3).Data(), make([]float32, 24*24*3)
	r := NewRand(0)
	i := uint64(0)
	if n := testing.AllocsPerRun(200, func() {
		i++
		r.Reset(1, i)
		cfg.apply(dst, src, 24, 24, 3, cfg.draw(r, 24, 24), nil, s)
	}); n != 0 {
		t.Errorf("the generator: %v allocations for each image", n)
	}
	for name, p := range all(t) {
		if name == "jpeg" || name == "generator" { // the encoder, and the checks of settings
			continue
		}
		p := p
		sample := disc(42, 44, 3, 22, 20, 11)
		img, mask := sample.Image, sample.Masks[0]
		sample.Masks = sample.Masks[:1]
		i := uint64(0)
		step := func() {
			i++
			r.Reset(1, i)
			sample.put(&sample.Image, 42, 44, 3)
			sample.put(&sample.Masks[0], 42, 44, 1)
			copy(sample.Image.Data(), img.Data())
			copy(sample.Masks[0].Data(), mask.Data())
			if err := p.Draw(r, 42, 44).Apply(sample); err != nil {
				t.Fatal(err)
			}
		}
		for range 120 {
			step()
		}
		if n := testing.AllocsPerRun(60, step); n > 0 {
			t.Errorf("%s: %v allocations for each image", name, n)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add("t.csv", []byte("filename,class\n1.png,a\n"))
	f.Add("t.tsv", []byte("\xef\xbb\xbffilename\tclass\n\"1\".png\ta\n"))
	f.Add("t.jsonl", []byte("{\"filename\": \"1.png\", \"class\": [\"a\", 3]}\n\n{}"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		table, err := ReadTableFrom(bytes.NewReader(data), name)
		if err != nil {
			return
		}
		for i, row := range table.Rows {
			if len(row) != len(table.Columns) {
				t.Errorf("row %d has %d cells of %d", i, len(row), len(table.Columns))
			}
		}
		if len(table.Columns) < 2 {
			return
		}
		for _, mode := range []ClassMode{Categorical, Raw, None} {
			(&ImageDataGenerator{}).FlowFromDataframe(table, "nowhere", FlowConfig{XCol: table.Columns[0], YCol: table.Columns[1:2], ClassMode: mode, ValidateFilenames: new(false)})
		}
	})
}

// Policies and logs of any text do no harm.
func FuzzPolicy(f *testing.F) {
	for _, p := range all(f) {
		text, _ := p.MarshalJSON()
		f.Add(text)
		log, _ := MarshalOp(p.Draw(NewRand(1), 10, 12))
		f.Add(log)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := ParsePolicy(data); err == nil && len(data) < 2000 {
			if h, w := p.Draw(NewRand(1), 10, 12).Size(10, 12); h < 200 && w < 200 {
				p.Apply(disc(10, 12, 3, 5, 5, 3), NewRand(1))
			}
		}
		if ops, err := UnmarshalOp(data); err == nil {
			for i := range ops {
				if h, w := ops[:i+1].Size(10, 12); h > 200 || w > 200 {
					return
				}
			}
			ops.Apply(disc(10, 12, 3, 5, 5, 3))
		}
	})
}
