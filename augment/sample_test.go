package augment

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

// all is a policy of every augmentation, alone.
func all(t testing.TB) map[string]*Policy {
	t.Helper()
	m := map[string]*Policy{}
	for name, a := range map[string]Augmentation{
		"generator": &ImageDataGenerator{RotationRange: 30, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ZoomRange: 0.2, ShearRange: 10, HorizontalFlip: true, VerticalFlip: true},
		"flip":      HorizontalFlip{}, "vertical": VerticalFlip{}, "crop": &RandomCrop{Height: 30, Width: 41},
		"padded": &RandomCrop{Height: 70, Width: 60, PadIfNeeded: true}, "center": &CenterCrop{Height: 20, Width: 20},
		"resize": &Resize{Height: 33, Width: 90}, "resized crop": &RandomResizedCrop{Height: 40, Width: 50, Scale: [2]float64{0.3, 1}},
		"elastic": &ElasticDeformation{Alpha: 100, Sigma: 6}, "perspective": &RandomPerspective{},
		"jitter": &ColorJitter{0.4, 0.4, 0.4, 0.2}, "gamma": &RandomGamma{}, "grey": &RandomGrayscale{Probability: 1}, "blur": &GaussianBlur{},
		"noise": &GaussianNoise{}, "jpeg": &JPEGCompression{}, "cutout": &Cutout{Holes: 3}, "erasing": &RandomErasing{},
		"rand": &RandAugment{NumOps: 3, Linear: true}, "trivial": &TrivialAugment{},
		"some": &SomeOf{N: 2, Of: []Augmentation{&Cutout{}, HorizontalFlip{}, &GaussianBlur{}}},
		"one":  &OneOf{Of: []Augmentation{&Cutout{}, HorizontalFlip{}}, Weights: []float64{1, 3}},
		"seq":  &Sequence{All: []Augmentation{&Sometimes{Do: HorizontalFlip{}}, &RandomCrop{Height: 20, Width: 20}, &Resize{Height: 25, Width: 25}}},
	} {
		p, err := NewPolicy(a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m[name] = p
	}
	return m
}

// disc is a picture of a bright disc around (x, y), its mask, box and centre.
func disc(h, w, ch int, x, y, radius float64) *Sample {
	s := &Sample{Name: "disc.png", Image: tensor.New(h, w, ch), Masks: []*tensor.Tensor{tensor.New(h, w), tensor.New(h, w, 1)},
		Boxes: []Box{{Left: x - radius, Top: y - radius, Right: x + radius, Bottom: y + radius, Label: "disc", ID: 7}}, Points: []Point{{X: x, Y: y}}}
	for i := range h * w {
		dy, dx := float64(i/w)+0.5-y, float64(i%w)+0.5-x
		v := float32(20)
		if dx*dx+dy*dy <= radius*radius {
			v = 220
			s.Masks[0].Data()[i], s.Masks[1].Data()[i] = 5, 5
		}
		for k := range ch {
			s.Image.Data()[i*ch+k] = v
		}
	}
	return s
}

// extent is the smallest box around the mask, and the mean of its places.
func extent(m *tensor.Tensor) (b Box, x, y float64, n int) {
	w := m.Shape()[1]
	b = Box{Left: math.Inf(1), Top: math.Inf(1), Right: math.Inf(-1), Bottom: math.Inf(-1)}
	for i, v := range m.Data() {
		if v == 0 {
			continue
		}
		r, c := float64(i/w), float64(i%w)
		b.Left, b.Right, b.Top, b.Bottom = min(b.Left, c), max(b.Right, c+1), min(b.Top, r), max(b.Bottom, r+1)
		x, y, n = x+c+0.5, y+r+0.5, n+1
	}
	return b, x / float64(n), y / float64(n), n
}

// Whatever is drawn: the mask stays on the disc, the box around it, the point in
// its middle; the log does the same again, bit for bit; and drawing again draws
// the same.
func TestSamplesStayTogether(t *testing.T) {
	for name, p := range all(t) {
		colour := slices.Contains([]string{"jitter", "gamma", "grey", "blur", "noise", "jpeg", "cutout", "erasing", "some", "one"}, name)
		seeds := uint64(25)
		if raceEnabled {
			seeds = 2
		}
		for seed := range seeds {
			s := disc(64, 80, 3, 42, 30, 11)
			replay := s.Clone()
			r := NewRand(seed, 3)
			ops, err := p.Apply(s, r)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			log, err := MarshalOp(ops)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			h, w, _ := s.size()
			if oh, ow := ops.Size(64, 80); oh != h || ow != w {
				t.Fatalf("%s: Size says %d × %d, the image has %d × %d", name, oh, ow, h, w)
			}
			if again, _ := MarshalOp(p.Draw(NewRand(seed, 3), 64, 80)); string(again) != string(log) {
				t.Fatalf("%s: drew %s, then %s", name, log, again)
			}
			same, err := UnmarshalOp(log)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, log, err)
			}
			if err := same.Apply(replay); err != nil {
				t.Fatalf("%s: %s: %v", name, log, err)
			}
			if !slices.Equal(replay.Image.Data(), s.Image.Data()) || !slices.Equal(replay.Masks[0].Data(), s.Masks[0].Data()) || fmt.Sprint(replay.Boxes, replay.Points) != fmt.Sprint(s.Boxes, s.Points) {
				t.Fatalf("%s: %s does something else when it is read back", name, log)
			}
			if !slices.Equal(s.Masks[0].Data(), s.Masks[1].Data()) {
				t.Fatalf("%s: masks of rank 2 and 3 differ", name)
			}
			for i, v := range s.Image.Data() {
				if !(v >= 0 && v <= 255) {
					t.Fatalf("%s: %s: sample %d is %v", name, log, i, v)
				}
			}
			for _, v := range s.Masks[0].Data() {
				if v != 0 && v != 5 {
					t.Fatalf("%s: %s: the mask holds %v", name, log, v)
				}
			}
			b, x, y, n := extent(s.Masks[0])
			whole := n > 0 && b.Left >= 1 && b.Top >= 1 && b.Right <= float64(w)-1 && b.Bottom <= float64(h)-1
			if !whole || name == "trivial" { // cut by the edge; trivial shears until little is left
				continue
			}
			if len(s.Boxes) != 1 {
				t.Fatalf("%s: %s: the box is gone", name, log)
			}
			g := s.Boxes[0]
			if g.Label != "disc" || g.ID != 7 {
				t.Fatalf("%s: the box lost its name: %+v", name, g)
			}
			// The box of a turned box is larger than the disc's own, but no smaller.
			if g.Left > b.Left+1.5 || g.Top > b.Top+1.5 || g.Right < b.Right-1.5 || g.Bottom < b.Bottom-1.5 {
				t.Errorf("%s: %s: box %+v, but the disc reaches %+v", name, log, g, b)
			}
			if q := s.Points[0]; name != "elastic" && math.Hypot(q.X-x, q.Y-y) > 2.5 || q.Outside {
				t.Errorf("%s: %s: point %+v, but the disc's middle is %v, %v", name, log, q, x, y)
			}
			if !colour { // dark and bright are where the mask says, edges and fillings apart
				bad := 0
				for i, v := range s.Masks[0].Data() {
					if bright := s.Image.Data()[3*i] > 120; bright != (v == 5) {
						bad++
					}
				}
				if name != "rand" && bad > n/4 {
					t.Errorf("%s: %s: %d pixels of image and mask differ, the disc has %d", name, log, bad, n)
				}
			}
		}
	}
}

// A point goes where the picture goes: in a picture that shows each pixel's own
// place, the place that is shown at the moved point is where the point was.
func TestPointsFollowThePicture(t *testing.T) {
	for name, a := range map[string]Augmentation{
		"elastic": &ElasticDeformation{Alpha: 100, Sigma: 8}, "perspective": &RandomPerspective{DistortionScale: 0.4}, "resized": &RandomResizedCrop{Height: 50, Width: 70, Scale: [2]float64{0.8, 1}},
		"generator": &ImageDataGenerator{RotationRange: 40, ZoomRange: 0.3, ShearRange: 20, HorizontalFlip: true},
		"old":       &ImageDataGenerator{RotationRange: 40, HeightShiftRange: 0.1, VerticalFlip: true, Compat: KerasPreprocessing112},
	} {
		p, err := NewPolicy(a)
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		for seed := range uint64(40) {
			const h, w = 60, 90
			s := &Sample{Image: tensor.New(h, w, 2), Points: []Point{{X: 40.5, Y: 31.5}, {X: 55, Y: 20}, {X: 30.25, Y: 41}}}
			for i := range h * w {
				s.Image.Data()[2*i], s.Image.Data()[2*i+1] = float32(i%w)+0.5, float32(i/w)+0.5
			}
			was := slices.Clone(s.Points)
			if _, err := p.Apply(s, NewRand(seed)); err != nil {
				t.Fatal(err)
			}
			oh, ow, _ := s.size()
			for i, q := range s.Points {
				r, c := int(q.Y), int(q.X)
				if q.Outside || r < 1 || c < 1 || r >= oh-1 || c >= ow-1 {
					continue
				}
				checked++
				at := s.Image.Data()[2*(r*ow+c):]
				// Half a pixel of the result is at most about one of the picture.
				if d := math.Hypot(float64(at[0])-was[i].X, float64(at[1])-was[i].Y); d > 1.6 {
					t.Errorf("%s: seed %d: at the point, which was at %v, the picture shows %v", name, seed, was[i], at[:2])
				}
			}
		}
		if checked < 60 {
			t.Errorf("%s: %d points", name, checked)
		}
	}
}

// Moves by whole pixels and mirrors move boxes and points exactly.
func TestBoxesMoveExactly(t *testing.T) {
	for _, c := range []struct {
		op   Op
		want Box
	}{
		{&Flip{Horizontal: true}, Box{Left: 60, Top: 10, Right: 70, Bottom: 30, Visible: 1}},
		{&Flip{Vertical: true}, Box{Left: 30, Top: 50, Right: 40, Bottom: 70, Visible: 1}},
		{&Translate{X: 5, Y: -4}, Box{Left: 35, Top: 6, Right: 45, Bottom: 26, Visible: 1}},
		{&Translate{X: 65}, Box{Left: 95, Top: 10, Right: 100, Bottom: 30, Visible: 0.5}},
		{&Crop{Top: 20, Left: 25, Height: 40, Width: 50}, Box{Left: 5, Top: 0, Right: 15, Bottom: 10, Visible: 0.5}},
		{&ResizedCrop{Height: 80, Width: 100, OutHeight: 40, OutWidth: 200}, Box{Left: 60, Top: 5, Right: 80, Bottom: 15, Visible: 1}},
		{&Rotate{Angle: 180}, Box{Left: 60, Top: 50, Right: 70, Bottom: 70, Visible: 1}},
		{&KerasTransform{Zx: 1, Zy: 1, Tx: 3, FillMode: FillNearest, InterpolationOrder: 1}, Box{Left: 27, Top: 10, Right: 37, Bottom: 30, Visible: 1}},
		{&Shear{X: 0.5}, Box{Left: 15, Top: 10, Right: 35, Bottom: 30, Visible: 1}},
	} {
		s := &Sample{Image: tensor.New(80, 100, 1), Boxes: []Box{{Left: 30, Top: 10, Right: 40, Bottom: 30}}}
		if err := c.op.Apply(s); err != nil {
			t.Fatal(err)
		}
		g := s.Boxes[0]
		if d := max(math.Abs(g.Left-c.want.Left), math.Abs(g.Right-c.want.Right), math.Abs(g.Top-c.want.Top), math.Abs(g.Bottom-c.want.Bottom), math.Abs(g.Visible-c.want.Visible)); d > 1e-9 {
			t.Errorf("%T%+v: %+v, want %+v", c.op, c.op, g, c.want)
		}
	}
	s := &Sample{Image: tensor.New(80, 100, 1), Boxes: []Box{{Left: 0, Top: 0, Right: 10, Bottom: 10}, {Left: 50, Top: 50, Right: 60, Bottom: 60}}, Points: []Point{{X: 5, Y: 5}, {X: 55, Y: 55}}}
	(&Translate{X: -8}).Apply(s)
	if len(s.Boxes) != 2 || math.Abs(s.Boxes[0].Visible-0.2) > 1e-9 || !s.Points[0].Outside || s.Points[1].Outside {
		t.Errorf("%+v", s)
	}
	if n := s.ClipBoxes(0.3); n != 1 || len(s.Boxes) != 1 || s.Boxes[0].Left != 42 {
		t.Errorf("ClipBoxes left %+v", s.Boxes)
	}
	(&Translate{X: 80}).Apply(s)
	if len(s.Boxes) != 0 {
		t.Errorf("a box outside is still there: %+v", s.Boxes)
	}
}

func TestSampleErrorsTeach(t *testing.T) {
	img := tensor.New(10, 12, 3)
	p, _ := NewPolicy(HorizontalFlip{})
	for want, s := range map[string]*Sample{
		"a.png: Masks[0] has shape [10 11], but the image is 10 × 12": {Name: "a.png", Image: img, Masks: []*tensor.Tensor{tensor.New(10, 11)}},
		"Masks[1] is nil": {Image: img, Masks: []*tensor.Tensor{tensor.New(10, 12), nil}},
		`b.png: Boxes[0] (left 3, top 1, right 13, bottom 5, label "x") is empty or not inside the image of 10 × 12`: {Name: "b.png", Image: img, Boxes: []Box{{Left: 3, Top: 1, Right: 13, Bottom: 5, Label: "x"}}},
		"Boxes[0] (left 5":                    {Image: img, Boxes: []Box{{Left: 5, Top: 1, Right: 5, Bottom: 5}}},
		"Boxes[0] (left NaN":                  {Image: img, Boxes: []Box{{Left: math.NaN(), Top: 1, Right: 5, Bottom: 5}}},
		"Points[0] (NaN, 1) is not finite":    {Image: img, Points: []Point{{X: math.NaN(), Y: 1}}},
		"the image has shape [10 12], want h": {Image: tensor.New(10, 12)},
		"the image has shape []":              {},
	} {
		if _, err := p.Apply(s, NewRand(0)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	for want, op := range map[string]Op{
		"a part of 11 × 5 (height × width) does not fit into the picture of 10 × 12; resize it first, or set PadIfNeeded": &Crop{Height: 11, Width: 5},
		"Posterize: Bits is 9":      &Posterize{Bits: 9},
		"Blur: Sigma is -1":         &Blur{Sigma: -1},
		"JPEG: Quality is 0":        &JPEG{},
		"Elastic: Sigma is 0":       &Elastic{},
		"three of them lie on a li": &Perspective{},
		"the part of 3 × 3 from row 9, column 0 is not inside": &ResizedCrop{Top: 9, Height: 3, Width: 3, OutHeight: 1, OutWidth: 1},
		"too large": &KerasTransform{Theta: math.Inf(1)},
	} {
		if err := op.Apply(&Sample{Image: tensor.New(10, 12, 3)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestPolicyErrorsTeach(t *testing.T) {
	for want, a := range map[string]Augmentation{
		"policy[0]: RandomCrop: Height and Width are 0 and 5":      &RandomCrop{Width: 5},
		"RandomCrop: FillMode is \"bend\", want nearest, constant": &RandomCrop{Height: 1, Width: 5, FillMode: "bend"},
		"Sometimes: Do is nil":                              &Sometimes{},
		"Probability is 1.5, want a number from 0 to 1":     &Sometimes{Do: HorizontalFlip{}, Probability: 1.5},
		"OneOf: Of is empty":                                &OneOf{},
		"Weights has 1 numbers, want one for each of the 2": &OneOf{Of: []Augmentation{HorizontalFlip{}, VerticalFlip{}}, Weights: []float64{1}},
		"Weights are all 0":                                 &OneOf{Of: []Augmentation{HorizontalFlip{}}, Weights: []float64{0}},
		"SomeOf: N is 3, want 1 to the 1":                   &SomeOf{N: 3, Of: []Augmentation{HorizontalFlip{}}},
		"Magnitude is 31, want 0 to 30":                     &RandAugment{Magnitude: 31},
		"Scale is [0.5 0.2]":                                &RandomResizedCrop{Height: 1, Width: 1, Scale: [2]float64{0.5, 0.2}},
		"Hue is 0.6":                                        &ColorJitter{Hue: 0.6},
		"Quality is [0 50]":                                 &JPEGCompression{Quality: [2]int{0, 50}},
		"ZoomRange is 1":                                    &ImageDataGenerator{ZoomRange: 1},
		"Sequence: Sometimes: Do is nil":                    &Sequence{All: []Augmentation{&Sometimes{}}},
		"an augmentation is nil":                            nil,
		"DistortionScale is 2":                              &RandomPerspective{DistortionScale: 2},
		"Length is -1":                                      &Cutout{Length: -1},
	} {
		if _, err := NewPolicy(a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	for want, text := range map[string]string{
		`did you mean "RandAugment"`:                          `["RandAugmnt"]`,
		`has no setting "magnitud"; did you mean "magnitude"`: `{"class_name": "RandAugment", "config": {"magnitud": 3}}`,
		"policy[0] is null":                                   `[null]`,
		"unexpected end of JSON":                              `[`,
		"want int, got 1.5":                                   `{"class_name": "RandAugment", "config": {"magnitude": 1.5}}`,
	} {
		if _, err := ParsePolicy([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want %q, got %v", text, want, err)
		}
	}
	if _, err := UnmarshalOp([]byte(`[{"class_name": "RandAugment", "config": {}}]`)); err == nil || !strings.Contains(err.Error(), `unknown op "RandAugment"`) {
		t.Error(err)
	}
}

// A policy survives its JSON form; so does a generator's transformation, under
// Keras' keys.
func TestJSONRoundTrips(t *testing.T) {
	for name, p := range all(t) {
		a, err := p.MarshalJSON()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		q, err := ParsePolicy(a)
		if err != nil {
			t.Fatalf("%s: %s: %v", name, a, err)
		}
		x, _ := MarshalOp(p.Draw(NewRand(5), 90, 100))
		y, _ := MarshalOp(q.Draw(NewRand(5), 90, 100))
		if string(x) != string(y) {
			t.Errorf("%s: %s draws %s, read back %s", name, a, x, y)
		}
	}
	g := everything
	tr, err := g.GetRandomTransform([]int{20, 30, 3}, 4)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(tr)
	if err != nil {
		t.Fatal(err)
	}
	var back Transform
	if err := json.Unmarshal(text, &back); err != nil || back != tr {
		t.Errorf("%s: %+v %v, want %+v", text, back, err, tr)
	}
	if err := json.Unmarshal([]byte(`{"theta": 3.0, "flip_horizontal": 1, "brightness": null}`), &back); err != nil || back != (Transform{Theta: 3, Zx: 1, Zy: 1, FlipHorizontal: true}) {
		t.Errorf("%+v %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"theat": 3.0}`), &back); err == nil || !strings.Contains(err.Error(), "theat") {
		t.Error(err)
	}
}

// Draws are as often, and as far, as the settings say.
func TestDrawsAreFair(t *testing.T) {
	count := map[string]int{}
	p, err := NewPolicy(
		&Sometimes{Probability: 0.3, Do: HorizontalFlip{}},
		&OneOf{Of: []Augmentation{&Cutout{}, &GaussianBlur{}, &RandomGrayscale{Probability: 1}}, Weights: []float64{1, 0, 3}})
	if err != nil {
		t.Fatal(err)
	}
	r := NewRand(0)
	const n = 4000
	for i := range uint64(n) {
		r.Reset(9, i)
		for _, op := range p.Draw(r, 50, 50) {
			count[fmt.Sprintf("%T", op)]++
		}
	}
	for name, want := range map[string]float64{"*augment.Flip": 0.3, "*augment.Erase": 0.25, "*augment.Blur": 0, "*augment.Grayscale": 0.75} {
		if got := float64(count[name]) / n; math.Abs(got-want) > 0.03 {
			t.Errorf("%s: %v of the draws, want %v", name, got, want)
		}
	}
	// Beta(a, a) has mean 1/2 and variance 1/(4(2a+1)).
	for _, a := range []float64{0.2, 1, 5} {
		var sum, squares float64
		r := NewRand(1)
		for range 20000 {
			v := r.beta(a)
			sum += v
			squares += (v - 0.5) * (v - 0.5)
		}
		if m, v := sum/20000, squares/20000; math.Abs(m-0.5) > 0.01 || math.Abs(v*4*(2*a+1)-1) > 0.05 {
			t.Errorf("Beta(%v, %v): mean %v, variance %v, want 0.5 and %v", a, a, m, v, 1/(4*(2*a+1)))
		}
	}
}

// With the papers' lists every operation occurs, within its greatest magnitude.
func TestPoliciesOfPapers(t *testing.T) {
	for name, c := range map[string]struct {
		a                               Augmentation
		shear, rotate, color, move, ops float64
		bits                            int
	}{
		"rand":    {&RandAugment{Magnitude: 30}, 0.3, 30, 0.9, math.Trunc(150. / 331 * 200), 2, 4},
		"trivial": {&TrivialAugment{}, 0.99, 135, 0.99, 32, 1, 2},
	} {
		p, err := NewPolicy(c.a)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]float64{}
		note := func(name string, v float64) { seen[name] = max(seen[name], math.Abs(v)) }
		for i := range uint64(6000) {
			ops := p.Draw(NewRand(2, i), 200, 200)
			if len(ops) > int(c.ops) {
				t.Fatalf("%s: %d ops", name, len(ops))
			}
			for _, op := range ops {
				switch o := op.(type) {
				case *Shear:
					note("shear", o.X+o.Y)
				case *Translate:
					note("move", o.X+o.Y)
				case *Rotate:
					note("rotate", o.Angle)
				case *Brightness:
					note("brightness", o.Factor-1)
				case *Contrast:
					note("contrast", o.Factor-1)
				case *Saturation:
					note("saturation", o.Factor-1)
				case *Sharpness:
					note("sharpness", o.Factor-1)
				case *Posterize:
					note("bits", float64(8-o.Bits))
				case *Solarize:
					note("solarize", 255-o.Threshold)
				case *AutoContrast, *Equalize:
					note(fmt.Sprintf("%T", o), 1)
				default:
					t.Errorf("%s: %T", name, op)
				}
			}
		}
		want := map[string]float64{"shear": c.shear, "rotate": c.rotate, "move": c.move, "brightness": c.color, "contrast": c.color, "saturation": c.color,
			"sharpness": c.color, "bits": float64(8 - c.bits), "solarize": 255, "*augment.AutoContrast": 1, "*augment.Equalize": 1}
		for k, v := range want {
			if math.Abs(seen[k]-v) > 1e-9 {
				t.Errorf("%s: the greatest %s is %v, want %v", name, k, seen[k], v)
			}
		}
	}
}
