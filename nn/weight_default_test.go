package nn_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// plain makes weights without saying how they begin.
type plain struct {
	nn.Base
	kernel, moving, state *nn.Weight
}

func (l *plain) Build(b *nn.Build, in ...nn.Shape) error {
	l.kernel = b.Weight(nn.WeightSpec{Name: "kernel", Shape: nn.Shape{30, 40}})
	l.moving = b.Weight(nn.WeightSpec{Name: "moving", Shape: nn.Shape{300}, NotTrainable: true})
	l.state = b.Weight(nn.WeightSpec{Name: "state", Shape: nn.Shape{30}, State: true})
	return nil
}

func (l *plain) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

// TestDefaultInitializer: add_weight of tf-keras without an initializer draws from
// ±√(6/(in+out)), glorot_uniform, also what is not trained; a vector counts as both.
func TestDefaultInitializer(t *testing.T) {
	l := &plain{}
	m := nn.NewSequential(nn.Input(1), l)
	must(t, m.Err())
	m.Weights()
	for _, c := range []struct {
		w     *nn.Weight
		limit float64
	}{{l.kernel, math.Sqrt(6. / 70)}, {l.moving, math.Sqrt(6. / 600)}} {
		largest, square := 0.0, 0.0
		for _, v := range c.w.Value().Data() {
			largest, square = max(largest, math.Abs(float64(v))), square+float64(v)*float64(v)
		}
		// A uniform distribution has the variance limit²/3.
		deviation := math.Sqrt(square / float64(c.w.Value().Len()))
		if want := c.limit / math.Sqrt(3); largest > c.limit || largest < 0.95*c.limit || math.Abs(deviation-want) > 0.1*want {
			t.Errorf("%s: largest %v, deviation %v; want up to %v and %v", c.w.Name(), largest, deviation, c.limit, want)
		}
	}
	for _, v := range l.state.Value().Data() {
		if v != 0 {
			t.Fatalf("a state begins with %v", v)
		}
	}
}
