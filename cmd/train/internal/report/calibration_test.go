package report

import (
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

// By hand: answers of 0.9 (right), 0.9 (wrong), 0.55 (right), 0.55 (right) with
// two classes. Bin (0.8, 0.9] has accuracy 0.5, confidence 0.9; bin (0.5, 0.6]
// 1 and 0.55. ECE = (0.4·2 + 0.45·2)/4 = 0.425, MCE = 0.45.
// Brier: (2·0.01 + 2·0.81 + 2·0.2025 + 2·0.2025)/4 = 0.6125.
func TestCalibrationByHand(t *testing.T) {
	probs := tensor.From([]float32{0.9, 0.1, 0.9, 0.1, 0.45, 0.55, 0.55, 0.45}, 4, 2)
	c := NewCalibration(10, []int{0, 1, 1, 0}, probs)
	for name, v := range map[string][2]float64{"ECE": {c.ECE, 0.425}, "MCE": {c.MCE, 0.45}, "Brier": {c.Brier, 0.6125}} {
		if math.Abs(v[0]-v[1]) > 1e-6 {
			t.Errorf("%s is %v, want %v", name, v[0], v[1])
		}
	}
	if c.Bins[8].Count != 2 || c.Bins[5].Count != 2 {
		t.Errorf("bins: %+v", c.Bins)
	}
}

// Two classes, all answers with logits (2, 0), three of four right. The loss is
// lowest where the probability is 3/4: sigmoid(2/T) = 0.75, T = 2/ln 3, and the
// loss there is the entropy of (3/4, 1/4).
func TestTemperature(t *testing.T) {
	p := float32(1 / (1 + math.Exp(-2)))
	c := NewCalibration(10, []int{0, 0, 0, 1}, tensor.From([]float32{p, 1 - p, p, 1 - p, p, 1 - p, p, 1 - p}, 4, 2))
	if want := 2 / math.Log(3); math.Abs(c.Temperature-want) > 1e-4 {
		t.Errorf("temperature %v, want %v", c.Temperature, want)
	}
	if want := -0.75*math.Log(0.75) - 0.25*math.Log(0.25); math.Abs(c.Loss-want) > 1e-6 {
		t.Errorf("loss %v, want %v", c.Loss, want)
	}
	if s := c.String(); !strings.Contains(s, "too sure: with logits divided by 1.82") {
		t.Error(s)
	}
	sure := NewCalibration(10, []int{0}, tensor.From([]float32{0.9, 0.1}, 1, 2))
	if sure.Temperature != 0 { // any colder is better
		t.Errorf("temperature %v, want none", sure.Temperature)
	}
}
