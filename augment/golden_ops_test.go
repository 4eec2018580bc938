package augment

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
)

// Ops give what torchvision's functions and Pillow give; the tolerance, in
// levels of 0 to 255, is in the fixture.
func TestOpsAreTorchvision(t *testing.T) {
	c := golden.Load(t, "augment", "ops")
	var f struct {
		Calls []struct {
			Image, Output   string
			Op              json.RawMessage
			Tolerance, Mean float64
			Border          int // pixels to leave out around what lies outside
		}
	}
	c.Decode(t, &f)
	for i, call := range f.Calls {
		op, err := UnmarshalOp(call.Op)
		if err != nil {
			t.Errorf("call %d: %v", i, err)
			continue
		}
		s := &Sample{Image: toTensor(c.Array(t, call.Image))}
		if err := op.Apply(s); err != nil {
			t.Errorf("call %d: %s: %v", i, call.Op, err)
			continue
		}
		want := c.Array(t, call.Output)
		if !slices.Equal(want.Shape, s.Image.Shape()) {
			t.Errorf("call %d: %s: shape %v, want %v", i, call.Op, s.Image.Shape(), want.Shape)
			continue
		}
		if oh, ow := op.Size(c.Array(t, call.Image).Shape[0], c.Array(t, call.Image).Shape[1]); oh != want.Shape[0] || ow != want.Shape[1] {
			t.Errorf("call %d: %s: Size says %d × %d", i, call.Op, oh, ow)
		}
		bad, sum, worst := 0, 0.0, 0.0
		for j, v := range s.Image.Data() {
			if call.Border > 0 && nearBlack(want, j, call.Border) {
				continue
			}
			d := math.Abs(float64(v) - float64(want.Data[j]))
			sum += d
			worst = max(worst, d)
			if d > call.Tolerance {
				bad++
			}
		}
		if bad > 0 {
			t.Errorf("call %d: %s of %s: %d of %d samples differ, by up to %v\n%v\n%v", i, call.Op, call.Image, bad, len(want.Data), worst, head(s.Image.Data()), head(want.Data))
		}
		if mean := sum / float64(len(want.Data)); call.Mean > 0 && mean > call.Mean {
			t.Errorf("call %d: %s: the mean difference is %v", i, call.Op, mean)
		}
	}
	if len(f.Calls) < 80 {
		t.Errorf("%d calls", len(f.Calls))
	}
}

// nearBlack reports whether a black pixel, or the edge, is close to sample j.
func nearBlack(a golden.Array, j, border int) bool {
	h, w, ch := a.Shape[0], a.Shape[1], a.Shape[2]
	y, x := j/ch/w, j/ch%w
	for v := y - border; v <= y+border; v++ {
		for u := x - border; u <= x+border; u++ {
			if v < 0 || u < 0 || v >= h || u >= w {
				return true
			}
			p := a.Data[(v*w+u)*ch:][:ch]
			if !slices.ContainsFunc(p, func(v float32) bool { return v != 0 }) {
				return true
			}
		}
	}
	return false
}
