package augment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func noLeaks(t *testing.T, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	var after int
	for range 100 {
		if after = runtime.NumGoroutine(); after <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, after)
}

func noise(shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	v := uint32(1)
	for i := range t.Data() {
		v = v*1664525 + 1013904223
		t.Data()[i] = float32(v >> 24)
	}
	return t
}

// epochBytes returns all numbers of an epoch.
func epochBytes(t *testing.T, src pipeline.Source, epoch int) []byte {
	t.Helper()
	var b bytes.Buffer
	for batch, err := range src.Batches(t.Context(), epoch) {
		if err != nil {
			t.Fatal(err)
		}
		for _, ts := range [][]*tensor.Tensor{batch.X, batch.Y, batch.W} {
			for _, x := range ts {
				binary.Write(&b, binary.LittleEndian, x.Data())
			}
		}
	}
	return b.Bytes()
}

var everything = ImageDataGenerator{
	RotationRange: 30, WidthShiftRange: 0.2, HeightShiftInt: 3, ShearRange: 10, ZoomRange: 0.3, ChannelShiftRange: 20,
	BrightnessRange: [2]float64{0.5, 1.5}, HorizontalFlip: true, VerticalFlip: true, Rescale: 1. / 255,
	SamplewiseStdNormalization: true, FillMode: FillReflect,
}

// The same bytes for any number of workers and processors, batch size by batch
// size; epochs differ.
func TestFlowIsReproducible(t *testing.T) {
	x, y := noise(37, 9, 8, 3), noise(37, 2)
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "a/2.png": "rgba.png", "b/1.jpg": "rgb420.jpg", "b/2.gif": "rgb.gif", "b/3.bmp": "rgb.bmp"})
	for _, numpy := range []bool{false, true} {
		g := everything
		g.NumPyRandom = numpy
		for _, size := range []int{1, 5, 64} {
			var want, wantDir [2][]byte
			for _, workers := range []int{1, 2, 7} {
				for _, procs := range []int{1, 2} {
					old := runtime.GOMAXPROCS(procs)
					fl, err := g.Flow(x, y, FlowConfig{BatchSize: size, Workers: workers, Seed: new(4), SampleWeight: noise(37), Misc: []*tensor.Tensor{noise(37, 3)}})
					if err != nil {
						t.Fatal(err)
					}
					dir, err := g.FlowFromDirectory(root, FlowConfig{BatchSize: size, Workers: workers, TargetSize: [2]int{8, 9}, Interpolation: image.Bilinear})
					if err != nil {
						t.Fatal(err)
					}
					for e := range want {
						got, gotDir := epochBytes(t, fl, e), epochBytes(t, dir, e)
						if want[e] == nil {
							want[e], wantDir[e] = got, gotDir
						}
						if !bytes.Equal(got, want[e]) || !bytes.Equal(gotDir, wantDir[e]) {
							t.Errorf("batch size %d, %d workers, %d processors: other bytes", size, workers, procs)
						}
					}
					runtime.GOMAXPROCS(old)
				}
			}
			if bytes.Equal(want[0], want[1]) {
				t.Error("two epochs are the same")
			}
		}
	}
}

// A batch keeps its contents until the loop body ends, however far the workers
// have run ahead.
func TestFlowKeepsTheHeldBatch(t *testing.T) {
	x := noise(200, 2, 2, 1)
	for _, size := range []int{1, 3, 10} {
		fl, err := (&ImageDataGenerator{}).Flow(x, nil, FlowConfig{BatchSize: size, Workers: 5, Shuffle: new(false)})
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for b, err := range fl.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				runtime.Gosched()
			}
			d := b.X[0].Data()
			if !slices.Equal(d, x.Data()[at:at+len(d)]) {
				t.Fatalf("batch size %d: the batch at %d was overwritten", size, at)
			}
			at += len(d)
		}
		if at != x.Len() {
			t.Errorf("%d numbers, want %d", at, x.Len())
		}
	}
}

func TestFlowEndsCleanly(t *testing.T) {
	g := everything
	fl, err := g.Flow(noise(100, 6, 6, 3), noise(100), FlowConfig{BatchSize: 4, Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	for stop := range 12 {
		noLeaks(t, func() {
			n := 0
			for range fl.Batches(t.Context(), 0) {
				if n == stop {
					break
				}
				n++
			}
		})
		noLeaks(t, func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := 0
			var last error
			for _, err := range fl.Batches(ctx, 0) {
				if n == stop {
					cancel()
				}
				n++
				last = err
			}
			if !errors.Is(last, context.Canceled) {
				t.Errorf("last error %v", last)
			}
		})
	}
	noLeaks(t, func() {
		defer func() { recover() }()
		for range fl.Batches(t.Context(), 0) {
			panic("consumer")
		}
	})
}

// Memory of an epoch does not grow with its samples.
func TestFlowRecycles(t *testing.T) {
	if raceEnabled {
		t.Skip("counts allocations")
	}
	g := everything
	allocs := func(n int) float64 {
		fl, err := g.Flow(noise(n, 16, 16, 3), noise(n), FlowConfig{BatchSize: 8, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		epoch := func() {
			for _, err := range fl.Batches(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		epoch()
		return testing.AllocsPerRun(5, epoch)
	}
	if a, b := allocs(64), allocs(512); b > a+60 {
		t.Errorf("%v allocations for 64 samples, %v for 512", a, b)
	}
}

func TestFlowSubsets(t *testing.T) {
	x := noise(10, 2, 2, 1)
	y := tensor.New(10)
	for i := range 10 {
		y.Data()[i] = float32(i % 2)
	}
	w := noise(10)
	g := &ImageDataGenerator{ValidationSplit: 0.25}
	for subset, want := range map[Subset][2]int{Validation: {0, 2}, Training: {2, 10}, "": {0, 10}} {
		fl, err := g.Flow(x, y, FlowConfig{Subset: subset, Shuffle: new(false), SampleWeight: w})
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range fl.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			lo, hi := want[0], want[1]
			if !slices.Equal(b.X[0].Data(), x.Data()[4*lo:4*hi]) || !slices.Equal(b.Y[0].Data(), y.Data()[lo:hi]) || !slices.Equal(b.W[0].Data(), w.Data()[lo:hi]) {
				t.Errorf("subset %q: wrong samples", subset)
			}
		}
	}
	sorted := tensor.From([]float32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, 10)
	if _, err := g.Flow(x, sorted, FlowConfig{Subset: Training}); err == nil || !strings.Contains(err.Error(), "shuffle") {
		t.Errorf("%v", err)
	}
	if _, err := g.Flow(x, sorted, FlowConfig{Subset: Training, IgnoreClassSplit: true}); err != nil {
		t.Error(err)
	}
}

func TestNoAugment(t *testing.T) {
	x := noise(6, 5, 5, 3)
	g := &ImageDataGenerator{RotationRange: 90, Rescale: 2}
	fl, err := g.Flow(x, nil, FlowConfig{NoAugment: true, Shuffle: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range fl.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range b.X[0].Data() {
			if v != 2*x.Data()[i] {
				t.Fatal("augmented, or not rescaled")
			}
		}
	}
}

func TestErrorsTeach(t *testing.T) {
	x := noise(4, 3, 3, 3)
	for want, g := range map[string]*ImageDataGenerator{
		"call Fit with sample images first": {FeaturewiseCenter: true},
		"needs ZCAWhiteningMatrix":          {ZCAWhitening: true, Mean: tensor.New(1, 1, 3)},
		"Mean has shape [1 1 2]":            {FeaturewiseCenter: true, Mean: tensor.New(1, 1, 2)},
		"FillMode is bend":                  {FillMode: "bend"},
		"DataFormat is sideways":            {DataFormat: "sideways"},
		"InterpolationOrder is 6":           {InterpolationOrder: new(6)},
		"ValidationSplit is 1":              {ValidationSplit: 1},
		"give one of WidthShiftRange":       {WidthShiftRange: 0.1, WidthShiftInt: 2},
		"HeightShiftInt is -1":              {HeightShiftInt: -1},
		"want 0 when ZoomInterval":          {ZoomRange: 0.1, ZoomInterval: [2]float64{1, 2}},
		"must return an image of the shape": {PreprocessingFunction: func(x *tensor.Tensor) *tensor.Tensor { return tensor.New(1) }},
		"panic: oops":                       {PreprocessingFunction: func(x *tensor.Tensor) *tensor.Tensor { panic("oops") }},
		`Compat is 3, want "tf_keras"`:      {Compat: "3"},
	} {
		fl, err := g.Flow(x, nil, FlowConfig{})
		if err == nil {
			for _, err = range fl.Batches(t.Context(), 0) {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	g := &ImageDataGenerator{}
	for want, f := range map[string]FlowConfig{
		"BatchSize is -1":                   {BatchSize: -1},
		`Subset is "test"`:                  {Subset: "test"},
		"SampleWeight has shape [3]":        {SampleWeight: tensor.New(3)},
		"Misc[0] has shape [5 1]":           {Misc: []*tensor.Tensor{tensor.New(5, 1)}},
		"is empty with ValidationSplit = 0": {Subset: Validation},
	} {
		if _, err := g.Flow(x, nil, f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := g.Flow(noise(4, 3, 3), nil, FlowConfig{}); err == nil || !strings.Contains(err.Error(), "rank 4") {
		t.Errorf("%v", err)
	}
	if _, err := (&ImageDataGenerator{BrightnessRange: [2]float64{1, 2}}).Flow(noise(4, 3, 3, 2), nil, FlowConfig{}); err == nil || !strings.Contains(err.Error(), "brightness") {
		t.Errorf("%v", err)
	}
}

func TestDirectoryErrorsTeach(t *testing.T) {
	g := &ImageDataGenerator{}
	for want, c := range map[string]struct {
		files map[string]string
		f     FlowConfig
	}{
		"no sub-directories, want one for each class; it has files 2 .png": {files: map[string]string{"a.png": "rgb.png", "b.png": "rgb.png"}},
		"2 sub-directories (cats, dogs) but no file with one of the extensions png, jpg, jpeg, bmp, ppm, tif, tiff in them; found files 1 .txt, 1 .webp": {
			files: map[string]string{"cats/a.webp": "", "dogs/b.txt": ""}},
		`class "birds" has no directory`: {files: map[string]string{"cats/a.png": "rgb.png"}, f: FlowConfig{Classes: []string{"birds"}}},
		`names "cats" twice`:             {files: map[string]string{"cats/a.png": "rgb.png"}, f: FlowConfig{Classes: []string{"cats", "cats"}}},
		"binary, but":                    {files: map[string]string{"a/a.png": "rgb.png", "b/a.png": "rgb.png", "c/a.png": "rgb.png"}, f: FlowConfig{ClassMode: Binary}},
		`ClassMode is "multi"`:           {files: map[string]string{"a/a.png": "rgb.png"}, f: FlowConfig{ClassMode: "multi"}},
		`ColorMode is "hsv"`:             {files: map[string]string{"a/a.png": "rgb.png"}, f: FlowConfig{ColorMode: "hsv"}},
		`interpolation is "area"`:        {files: map[string]string{"a/a.png": "rgb.png"}, f: FlowConfig{Interpolation: "area"}},
	} {
		fl, err := g.FlowFromDirectory(layOut(t, c.files), c.f)
		if err == nil {
			for _, err = range fl.Batches(t.Context(), 0) {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := g.FlowFromDirectory(filepath.Join(t.TempDir(), "nowhere"), FlowConfig{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// A corrupt file is named, skipped or replaced, as asked.
func TestOnError(t *testing.T) {
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "a/2.png": "", "b/1.png": "rgb.png", "b/2.png": "rgb.png"})
	broken := filepath.Join(root, "b", "2.png")
	data, _ := os.ReadFile(broken)
	os.WriteFile(broken, data[:len(data)/2], 0o644)
	g := &ImageDataGenerator{}
	f := FlowConfig{TargetSize: [2]int{4, 4}, Shuffle: new(false), BatchSize: 2, ClassMode: Sparse}

	fl, err := g.FlowFromDirectory(root, f)
	if err != nil {
		t.Fatal(err)
	}
	noLeaks(t, func() {
		n := 0
		for _, err = range fl.Batches(t.Context(), 0) {
			n++
		}
		var de *image.DecodeError
		if n != 1 || !errors.As(err, &de) || !strings.HasSuffix(de.Path, filepath.Join("a", "2.png")) {
			t.Errorf("%d batches, error %v", n, err)
		}
	})
	bad, err := fl.Check(t.Context())
	if err != nil || len(bad) != 2 || bad[1].Path != broken || !errors.Is(bad[1].Err, image.ErrTruncated) {
		t.Errorf("Check: %v %v", bad, err)
	}

	f.OnError = Skip
	if fl, err = g.FlowFromDirectory(root, f); err != nil {
		t.Fatal(err)
	}
	if fl.Samples() != 2 || len(fl.Bad()) != 2 || !slices.Equal(fl.Classes(), []int{0, 1}) {
		t.Errorf("skip: %d samples, bad %v, classes %v", fl.Samples(), fl.Bad(), fl.Classes())
	}
	epochBytes(t, fl, 0)

	f.OnError = Placeholder
	if fl, err = g.FlowFromDirectory(root, f); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		i := 0
		for b, err := range fl.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			d := b.X[0].Data()
			zero := !slices.ContainsFunc(d[48:], func(v float32) bool { return v != 0 })
			if !zero || slices.Max(d[:48]) == 0 {
				t.Errorf("batch %d: the second image is no placeholder, or the first is", i)
			}
			i++
		}
	}
	if len(fl.Bad()) != 2 {
		t.Errorf("placeholder: bad %v", fl.Bad())
	}
}

func TestSaveToDir(t *testing.T) {
	dir := t.TempDir()
	g := &ImageDataGenerator{HorizontalFlip: true}
	fl, err := g.Flow(noise(5, 4, 6, 3), nil, FlowConfig{BatchSize: 2, SaveToDir: dir, SavePrefix: "aug", Shuffle: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	var last []float32
	for b, err := range fl.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = slices.Clone(b.X[0].Data())
	}
	files, err := image.ListPictures(dir)
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	m, err := image.Load(files[4], image.LoadConfig{})
	if err != nil || m.Height != 4 || m.Width != 6 || !strings.HasPrefix(filepath.Base(files[4]), "aug_4_") {
		t.Fatal(m, err, files[4])
	}
	want, _ := image.FromArray(tensor.From(last, 4, 6, 3), image.ArrayConfig{})
	if !bytes.Equal(m.Pix, want.Pix) {
		t.Error("the saved image is another one")
	}
}

func TestFollowLinks(t *testing.T) {
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "elsewhere/2.png": "rgb.png"})
	if err := os.Symlink(filepath.Join(root, "elsewhere"), filepath.Join(root, "a", "link")); err != nil {
		t.Skip(err)
	}
	os.Symlink(filepath.Join(root, "a"), filepath.Join(root, "a", "circle"))
	g := &ImageDataGenerator{}
	for follow, want := range map[bool]int{false: 1, true: 2} {
		fl, err := g.FlowFromDirectory(root, FlowConfig{Classes: []string{"a"}, FollowLinks: follow})
		if err != nil || fl.Samples() != want {
			t.Errorf("follow %v: %v %v", follow, fl.Filenames(), err)
		}
	}
}

func TestZeroValueChangesNothing(t *testing.T) {
	g := &ImageDataGenerator{}
	x := noise(5, 4, 3)
	y, err := g.RandomTransform(x, 7)
	if err != nil || !slices.Equal(x.Data(), y.Data()) {
		t.Error(err)
	}
	if y, err = g.Standardize(y); err != nil || !slices.Equal(x.Data(), y.Data()) {
		t.Error(err)
	}
}

// Draws without numpy depend on the seed only and keep within their ranges.
func TestDraws(t *testing.T) {
	g := everything
	seen := map[bool]int{}
	for seed := range uint64(200) {
		a, err := g.GetRandomTransform([]int{10, 20, 3}, seed)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := g.GetRandomTransform([]int{10, 20, 3}, seed); a != b {
			t.Error("not reproducible")
		}
		seen[a.FlipHorizontal]++
		for _, v := range []struct{ v, lo, hi float64 }{{a.Theta, -30, 30}, {a.Tx, -2, 2}, {a.Ty, -4, 4}, {a.Shear, -10, 10},
			{a.Zx, 0.7, 1.3}, {a.Zy, 0.7, 1.3}, {a.ChannelShiftIntensity, -20, 20}, {a.Brightness, 0.5, 1.5}} {
			if v.v < v.lo || v.v > v.hi {
				t.Errorf("seed %d: %+v", seed, a)
			}
		}
		if a.Tx != float64(int(a.Tx)) {
			t.Errorf("HeightShiftInt gave %v", a.Tx)
		}
	}
	if seen[true] < 70 || seen[false] < 70 {
		t.Errorf("flips %v", seen)
	}
}

// Whole-pixel shifts and turns by right angles move pixels without changing them.
func TestTransformMovesPixels(t *testing.T) {
	x := tensor.From([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3, 1)
	g := &ImageDataGenerator{FillMode: FillConstant}
	for _, c := range []struct {
		t    Transform
		want []float32
	}{
		{Transform{Tx: 1}, []float32{2, 3, 0, 5, 6, 0, 8, 9, 0}}, // tf_keras: along columns
		{Transform{Ty: 1}, []float32{4, 5, 6, 7, 8, 9, 0, 0, 0}},
		{Transform{FlipHorizontal: true}, []float32{3, 2, 1, 6, 5, 4, 9, 8, 7}},
		{Transform{FlipVertical: true}, []float32{7, 8, 9, 4, 5, 6, 1, 2, 3}},
		{Transform{ChannelShiftIntensity: 3}, []float32{4, 5, 6, 7, 8, 9, 9, 9, 9}},
	} {
		y, err := g.ApplyTransform(x, c.t)
		if err != nil || !slices.Equal(y.Data(), c.want) {
			t.Errorf("%+v: %v %v, want %v", c.t, y.Data(), err, c.want)
		}
	}
}

func ExampleImageDataGenerator_Flow() {
	gen := &ImageDataGenerator{Rescale: 1. / 255, HorizontalFlip: true}
	x := tensor.New(10, 8, 8, 3) // ten pictures
	y := tensor.New(10)
	train, err := gen.Flow(x, y, FlowConfig{BatchSize: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range train.Batches(context.Background(), 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.X[0].Shape(), batch.Y[0].Shape())
	}
	// Output:
	// [4 8 8 3] [4]
	// [4 8 8 3] [4]
	// [2 8 8 3] [2]
}

func BenchmarkAffine224(b *testing.B) {
	for _, c := range []struct {
		name  string
		g     ImageDataGenerator
		shape [3]int
	}{
		{"linear3", ImageDataGenerator{}, [3]int{224, 224, 3}},
		{"linear1", ImageDataGenerator{}, [3]int{224, 224, 1}},
		{"linear4", ImageDataGenerator{}, [3]int{224, 224, 4}},
		{"linear3first", ImageDataGenerator{DataFormat: image.ChannelsFirst}, [3]int{3, 224, 224}},
		{"reflect3", ImageDataGenerator{FillMode: FillReflect}, [3]int{224, 224, 3}},
		{"nearest3", ImageDataGenerator{InterpolationOrder: new(0)}, [3]int{224, 224, 3}},
		{"cubic3", ImageDataGenerator{InterpolationOrder: new(3)}, [3]int{224, 224, 3}},
	} {
		b.Run(c.name, func(b *testing.B) {
			cfg, err := c.g.resolve()
			if err != nil {
				b.Fatal(err)
			}
			x := noise(c.shape[:]...)
			dst := make([]float32, x.Len())
			h, w, ch, _ := cfg.dims(c.shape[:])
			t := Transform{Theta: 20, Tx: 5, Ty: -8, Shear: 6, Zx: 0.9, Zy: 1.1}
			var s scratch
			n := 0
			for b.Loop() {
				cfg.apply(dst, x.Data(), h, w, ch, t, &s)
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

func benchFlow(b *testing.B, fl *Flow, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n, epoch := 0, 0
	for b.Loop() {
		for _, err := range fl.Batches(b.Context(), epoch) {
			if err != nil {
				b.Fatal(err)
			}
		}
		n += fl.Samples()
		epoch++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
}

func BenchmarkFlow(b *testing.B) {
	mnist := ImageDataGenerator{RotationRange: 15, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ZoomRange: 0.1, Rescale: 1. / 255}
	photo := ImageDataGenerator{ShearRange: 0.2, ZoomRange: 0.2, RotationRange: 20, HorizontalFlip: true, Rescale: 1. / 255}
	b.Run("28x28x1", func(b *testing.B) {
		fl, err := mnist.Flow(noise(2048, 28, 28, 1), noise(2048), FlowConfig{})
		benchFlow(b, fl, err)
	})
	b.Run("224x224x3", func(b *testing.B) {
		fl, err := photo.Flow(noise(64, 224, 224, 3), noise(64), FlowConfig{})
		benchFlow(b, fl, err)
	})
	b.Run("directory_jpeg512", func(b *testing.B) {
		root := b.TempDir()
		photoLike, err := image.Load(golden.Path(b, "keras", "image", "pictures", "rgb420.jpg"), image.LoadConfig{TargetSize: [2]int{512, 512}, Interpolation: image.Bicubic})
		if err != nil {
			b.Fatal(err)
		}
		os.Mkdir(filepath.Join(root, "a"), 0o755)
		for i := range 32 {
			if err := image.Save(filepath.Join(root, "a", fmt.Sprintf("%d.jpg", i)), photoLike, image.SaveConfig{Quality: 90}); err != nil {
				b.Fatal(err)
			}
		}
		fl, err := photo.FlowFromDirectory(root, FlowConfig{TargetSize: [2]int{224, 224}, Interpolation: image.Bilinear})
		benchFlow(b, fl, err)
	})
}
