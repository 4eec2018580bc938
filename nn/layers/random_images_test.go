package layers_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// drawnFor runs a layer as in training, by a model that calls it so.
func drawnFor(t *testing.T, l nn.Layer, x *tensor.Tensor) *tensor.Tensor {
	t.Helper()
	in := nn.Input(x.Shape()[1:]...)
	m := nn.NewModel([]*nn.Symbol{in}, nn.ApplyTraining(true, l, in))
	out, err := m.PredictOnBatch(x)
	must(t, err)
	return out[0]
}

func counted(shape ...int) *tensor.Tensor {
	x := tensor.New(shape...)
	for i := range x.Data() {
		x.Data()[i] = float32(i)
	}
	return x
}

// TestRandomFlip: each of the four ways comes up for about a quarter of the images,
// and nothing else does.
func TestRandomFlip(t *testing.T) {
	const n = 400
	x := tensor.New(n, 2, 2, 1)
	for i := range x.Data() {
		x.Data()[i] = float32(i % 4)
	}
	y := drawnFor(t, &layers.RandomFlip{}, x).Data()
	count := map[[4]float32]int{}
	for i := range n {
		count[[4]float32(y[i*4:][:4])]++
	}
	for _, way := range [][4]float32{{0, 1, 2, 3}, {1, 0, 3, 2}, {2, 3, 0, 1}, {3, 2, 1, 0}} {
		if k := count[way]; k < n/4-50 || k > n/4+50 { // 5.8 deviations
			t.Errorf("%v comes up %d times of %d", way, k, n)
		}
		delete(count, way)
	}
	if len(count) > 0 {
		t.Errorf("not a flip: %v", count)
	}
	for mode, want := range map[layers.FlipMode]int{layers.FlipHorizontal: 1, layers.FlipVertical: 2} {
		y := drawnFor(t, &layers.RandomFlip{Mode: mode}, x).Data()
		for i := range n {
			if way := int(y[i*4]); way != 0 && way != want {
				t.Fatalf("%s: image %d begins with pixel %d", mode, i, way)
			}
		}
	}
}

// TestRandomCrop: the part is one of the image, the same place in all images, and
// all places come up.
func TestRandomCrop(t *testing.T) {
	x := counted(2, 4, 3, 1)
	places := map[int]bool{}
	for seed := range int64(60) {
		y := drawnFor(t, &layers.RandomCrop{Height: 3, Width: 2, Seed: &seed}, x).Data()
		place := int(y[0])
		places[place] = true
		for i := range 2 {
			for r := range 3 {
				for c := range 2 {
					if got, want := y[i*6+r*2+c], float32(i*12+place+r*3+c); got != want {
						t.Fatalf("seed %d: image %d, pixel (%d, %d) is %g, want %g", seed, i, r, c, got, want)
					}
				}
			}
		}
	}
	if len(places) != 4 { // 2 rows by 2 columns
		t.Errorf("%d places came up, want 4: %v", len(places), places)
	}
}

// TestRandomFactors: what is drawn is within the bounds, differs between images where
// it should, and is the same again for the same seed.
func TestRandomFactors(t *testing.T) {
	const n = 200
	x := tensor.New(n, 1, 2, 1)
	for i := range n {
		x.Data()[2*i], x.Data()[2*i+1] = 100, 120
	}
	bright := func(seed int64) []float32 {
		return drawnFor(t, &layers.RandomBrightness{Factor: []float64{-0.1, 0.2}, Seed: &seed}, x).Data()
	}
	y := bright(1)
	low, high := slices.Min(y)-100, slices.Max(y)-120
	if low < -25.5 || low > -24 || high > 51 || high < 49 {
		t.Errorf("brightness moves by %g to %g, want -25.5 to 51", low, high)
	}
	if !slices.Equal(y, bright(1)) || slices.Equal(y, bright(2)) {
		t.Error("the numbers do not follow from the seed")
	}
	seen := map[float32]bool{}
	for seed := range int64(200) {
		y := drawnFor(t, &layers.RandomContrast{Factor: []float64{0.3, 0.6}, Seed: &seed}, x).Data()
		f := (y[1] - y[0]) / 20
		if f < 0.6999 || f > 1.6001 || y[2*n-1]-y[2*n-2] != y[1]-y[0] {
			t.Fatalf("contrast %g, and %g of the last image", f, (y[2*n-1]-y[2*n-2])/20)
		}
		seen[f] = true
	}
	if len(seen) < 190 {
		t.Errorf("%d contrasts of 200 seeds", len(seen))
	}
}

// TestImageLayerMistakes: settings that cannot be, and images without channels.
func TestImageLayerMistakes(t *testing.T) {
	images := []nn.Shape{{none, 4, 5, 2}}
	wantMistakes(t, []badLayer{
		{&layers.Resizing{Height: 3}, images, "Width is 0; want 1 or more"},
		{&layers.Resizing{Height: 3, Width: 3, Interpolation: "cubic"}, images, `interpolation is "cubic"; want nearest, bilinear, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic`},
		{&layers.Resizing{Height: 3, Width: 3}, []nn.Shape{{none, 4, 5}}, "want input of rank 4 (batch, height, width, channels), got rank 3 (None, 4, 5); a grey image needs a channel axis of size 1"},
		{&layers.CenterCrop{Height: -1, Width: 2}, images, "Height is -1; want 1 or more"},
		{&layers.RandomCrop{Height: 1}, images, "Width is 0; want 1 or more"},
		{&layers.RandomFlip{Mode: "left"}, images, `Mode is "left"; want horizontal, vertical or horizontal_and_vertical`},
		{&layers.RandomRotation{}, images, "Factor has 0 numbers; want one, or a lower and an upper bound"},
		{&layers.RandomRotation{Factor: []float64{-0.1}}, images, "Factor is [-0.1]: the lower bound 0.1 is above the upper -0.1"},
		{&layers.RandomRotation{Factor: []float64{0.1}, FillMode: "mirror"}, images, `FillMode is "mirror"; want reflect, wrap, nearest or constant`},
		{&layers.RandomRotation{Factor: []float64{0.1}, Interpolation: layers.Bicubic}, images, `Interpolation is "bicubic"; want nearest or bilinear`},
		{&layers.RandomTranslation{HeightFactor: []float64{0.1}, WidthFactor: []float64{5}}, images, "WidthFactor is [5]; want factors from -1 to 1"},
		{&layers.RandomZoom{HeightFactor: []float64{0.1}, WidthFactor: []float64{-2, 0}}, images, "WidthFactor is [-2 0]; want factors above -1"},
		{&layers.RandomContrast{Factor: []float64{1.5}}, images, "Factor is [1.5]; want 0 to 1, and an upper factor of 0 or more"},
		{&layers.RandomBrightness{Factor: []float64{0.1}, ValueRange: [2]float64{1, 0}}, images, "ValueRange is [1 0]; want a least value below the largest"},
	})
}
