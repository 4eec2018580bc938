package augment

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

// Places anywhere, in every mode and order, of a plain image give its colour, up
// to what scipy's way to begin a spline loses at a border.
func TestFarPlaces(t *testing.T) {
	for _, shape := range [][]int{{1, 1, 3}, {1, 7, 3}, {5, 1, 1}, {4, 6, 4}, {3, 3, 2}} {
		x := tensor.New(shape...)
		for i := range x.Data() {
			x.Data()[i] = 3
		}
		for _, mode := range []FillMode{FillNearest, FillConstant, FillReflect, FillWrap} {
			for order := range 6 {
				g := &ImageDataGenerator{FillMode: mode, InterpolationOrder: &order, CVal: 3}
				for _, v := range []float64{1e-17, -1e-17, 0.5, 1, 1 - 1e-16, 7.25, -1000.5, 1e6, -1e9, 1e12, -1e12} {
					for _, tr := range []Transform{{Tx: v}, {Ty: v, Theta: 10}, {Zx: v, Zy: -v}, {Shear: v}, {Theta: v}} {
						y, err := g.ApplyTransform(x, tr)
						if err != nil {
							t.Fatal(err)
						}
						for _, u := range y.Data() {
							if !(u > 2.95 && u < 3.05) {
								t.Fatalf("%v %s order %d %+v: %v", shape, mode, order, tr, y.Data())
							}
						}
					}
				}
			}
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), 1e13} {
		if _, err := (&ImageDataGenerator{}).ApplyTransform(tensor.New(2, 2, 1), Transform{Tx: v}); err == nil {
			t.Errorf("Tx = %v was accepted", v)
		}
	}
}

func TestString(t *testing.T) {
	root := layOut(t, map[string]string{"b/1.png": "rgb.png", "b/2.png": "rgb.png", "a/1.png": "rgb.png"})
	fl, err := (&ImageDataGenerator{}).FlowFromDirectory(root, FlowConfig{})
	if err != nil || fl.String() != "3 images of 2 classes: a 1, b 2" {
		t.Error(fl, err)
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

// ApplyTransformTo writes the same into the caller's memory.
func TestApplyTransformTo(t *testing.T) {
	g := &ImageDataGenerator{}
	x, tr := noise(7, 9, 3), Transform{Theta: 20, Zx: 0.8, FlipHorizontal: true}
	want, err := g.ApplyTransform(x, tr)
	if err != nil {
		t.Fatal(err)
	}
	dst := noise(7, 9, 3)
	if err := g.ApplyTransformTo(dst, x, tr); err != nil || !slices.Equal(dst.Data(), want.Data()) {
		t.Errorf("other numbers; %v", err)
	}
	for name, bad := range map[string]*tensor.Tensor{"another shape": tensor.New(9, 7, 3), "x itself": x} {
		if err := g.ApplyTransformTo(bad, x, tr); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
