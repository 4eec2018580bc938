package command

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

// TestScalings compares with keras.applications' preprocess_input, by its
// definition: caffe swaps red and blue and takes the means away, tf is x/127.5-1,
// torch is (x/255 - mean) / std.
func TestScalings(t *testing.T) {
	for name, want := range map[string][3]float64{
		"resnet50":             {30 - 103.939, 20 - 116.779, 10 - 123.68},
		"vgg16":                {30 - 103.939, 20 - 116.779, 10 - 123.68},
		"resnet50v2":           {10/127.5 - 1, 20/127.5 - 1, 30/127.5 - 1},
		"mobilenetv2_1.00_224": {10/127.5 - 1, 20/127.5 - 1, 30/127.5 - 1},
		"xception":             {10/127.5 - 1, 20/127.5 - 1, 30/127.5 - 1},
		"NASNet":               {10/127.5 - 1, 20/127.5 - 1, 30/127.5 - 1},
		"densenet121":          {(10/255. - 0.485) / 0.229, (20/255. - 0.456) / 0.224, (30/255. - 0.406) / 0.225},
		"efficientnetb0":       {10, 20, 30},
		"sequential":           {10 / 255., 20 / 255., 30 / 255.},
	} {
		m := nn.Name(name, nn.NewSequential(nn.Input(2, 2, 3), &layers.Flatten{}))
		px := []float32{10, 20, 30, 10, 20, 30}
		scalingOf(m).apply(px, 3)
		for i, v := range px {
			if math.Abs(float64(v)-want[i%3]) > 1e-4 {
				t.Errorf("%s: %v, want %v", name, px, want)
				break
			}
		}
	}
	grey := []float32{255, 51}
	scalingOf(nn.NewSequential(nn.Input(1, 2, 1), &layers.Flatten{})).apply(grey, 1)
	if math.Abs(float64(grey[0])-1) > 1e-6 || math.Abs(float64(grey[1])-0.2) > 1e-6 {
		t.Errorf("grey pixels become %v, want 1 and 0.2", grey)
	}
}

// TestScalingModes: what --preprocess can say is what there is.
func TestScalingModes(t *testing.T) {
	if len(scalingModes) != len(settings.Preprocessings) {
		t.Errorf("%d modes, the setting has %v", len(scalingModes), settings.Preprocessings)
	}
	for _, mode := range settings.Preprocessings {
		if scalingModes[mode].by == 0 {
			t.Errorf("there is no mode %q", mode)
		}
	}
}

// TestPreprocessInput compares with values that keras.applications made; see
// testdata/tools/keras_preprocess_input.py.
func TestPreprocessInput(t *testing.T) {
	b, err := os.ReadFile("../../../../testdata/keras/preprocess_input.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		Pixels []float32
		Modes  map[string][]float32
	}
	if err := json.Unmarshal(b, &fixture); err != nil {
		t.Fatal(err)
	}
	if len(fixture.Modes) != 3 || len(fixture.Pixels) != 48 {
		t.Fatalf("%d modes of %d pixels", len(fixture.Modes), len(fixture.Pixels))
	}
	for mode, want := range fixture.Modes {
		got := slices.Clone(fixture.Pixels)
		scalingModes[mode].apply(got, 3)
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > 1e-6*max(1, math.Abs(float64(want[i]))) {
				t.Errorf("%s: value %d of %v is %v, want %v", mode, i, fixture.Pixels[i], got[i], want[i])
			}
		}
	}
}
