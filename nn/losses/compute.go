package losses

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// Compute returns a loss outside a model: one number, or with the reduction none one
// for each sample (and time step). Weights are nil, or one number for each.
// Keras: loss(y_true, y_pred, sample_weight).
func Compute(l nn.Loss, yTrue, yPred, weights *tensor.Tensor) (*tensor.Tensor, error) {
	if l == nil || yTrue == nil || yPred == nil {
		return nil, errors.New("losses: Compute: want a loss, targets and predictions")
	}
	v, err := config.Complete(l)
	if err != nil {
		return nil, fmt.Errorf("losses: Compute: %w", err)
	}
	l = v.(nn.Loss)
	if c, ok := l.(nn.TargetChecker); ok {
		if err := c.CheckTarget(nn.Shape(yTrue.Shape()), nn.Shape(yPred.Shape())); err != nil {
			return nil, fmt.Errorf("losses: Compute: %w", err)
		}
	}
	if c, ok := l.(nn.ValueChecker); ok {
		if err := c.CheckTargetValues(yTrue.Data(), nn.Shape(yPred.Shape())); err != nil {
			return nil, fmt.Errorf("losses: Compute: %w", err)
		}
	}
	in := []*tensor.Tensor{yTrue, yPred}
	vs := []*ops.Value{ops.Input(yTrue.Shape()...), ops.Input(yPred.Shape()...)}
	var w *ops.Value
	if weights != nil {
		w = ops.Input(weights.Shape()...)
		in, vs = append(in, weights), append(vs, w)
	}
	out, err := nn.ReduceLoss(l, vs[0], vs[1], w, nil)
	if err != nil {
		return nil, fmt.Errorf("losses: Compute: %w", err)
	}
	p := ops.Compile(ops.Spec{In: vs, Out: []*ops.Value{out}})
	if err := p.Run(ops.State{}, in); err != nil {
		return nil, fmt.Errorf("losses: Compute: %w", err)
	}
	return p.Out(0), nil
}
