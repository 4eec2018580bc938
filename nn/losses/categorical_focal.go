package losses

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[CategoricalFocalCrossentropy]()
	nn.Alias(&CategoricalFocalCrossentropy{Alpha: new(0.25), Gamma: new(2.0)}, "categorical_focal_crossentropy")
}

// CategoricalFocalCrossentropy is [CategoricalCrossentropy] with easy samples held
// down: each term is multiplied by Alpha·(1-p)^Gamma. Lin et al., 2017 (arXiv
// 1708.02002). Keras: categorical_focal_crossentropy.
type CategoricalFocalCrossentropy struct {
	Alpha          *float64 `default:"0.25"`
	Gamma          *float64 `default:"2"`
	FromLogits     bool
	LabelSmoothing float64   // y becomes y·(1-s) + s/classes
	Axis           *int      `default:"-1"` // of the classes
	Reduction      Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l CategoricalFocalCrossentropy) Loss(y, p *ops.Value) *ops.Value {
	y, p = lastAxis(y, l.Axis), lastAxis(p, l.Axis)
	if s := float32(l.LabelSmoothing); s > 0 {
		y = ops.AddScalar(ops.MulScalar(y, 1-s), s/float32(p.Dim(-1)))
	}
	if l.FromLogits {
		p = ops.Softmax(p, -1)
	}
	p = ops.Clip(ops.Div(p, ops.SumKeep(p, -1)), epsilon, 1-epsilon)
	focus := ops.MulScalar(ops.PowScalar(complement(p), float32(*l.Gamma)), float32(*l.Alpha))
	return ops.Neg(ops.Sum(ops.Mul(focus, ops.Mul(y, ops.Log(p))), -1))
}

// CheckTarget explains class ids where one-hot rows belong.
func (l CategoricalFocalCrossentropy) CheckTarget(y, p nn.Shape) error {
	return oneHotTarget("categorical_focal_crossentropy", y, p)
}

// CheckOutput refuses a model with one output number, whose loss would be 0.
func (l CategoricalFocalCrossentropy) CheckOutput(p nn.Shape) error {
	return severalClasses("categorical_focal_crossentropy", p)
}

// CheckActivation wants a softmax, or logits.
func (l CategoricalFocalCrossentropy) CheckActivation(activation string, _ nn.Shape) error {
	return categoricalActivation("categorical_focal_crossentropy", activation, l.FromLogits)
}

// TakesLogits reports whether predictions are logits.
func (l CategoricalFocalCrossentropy) TakesLogits() bool { return l.FromLogits }

// ReduceSum reports whether losses are summed.
func (l CategoricalFocalCrossentropy) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l CategoricalFocalCrossentropy) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l CategoricalFocalCrossentropy) Validate() error {
	if err := smoothing("categorical_focal_crossentropy", l.LabelSmoothing); err != nil {
		return err
	}
	if !(*l.Alpha >= 0) || !(*l.Gamma >= 0) {
		return fmt.Errorf("loss categorical_focal_crossentropy: alpha is %g, gamma %g; want 0 or more", *l.Alpha, *l.Gamma)
	}
	return l.Reduction.validate()
}
