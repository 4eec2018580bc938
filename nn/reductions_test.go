package nn_test

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestReductionsGolden compares every loss under every reduction, with weights of each
// shape and masks, with the loss objects of Keras, and its gradient.
func TestReductionsGolden(t *testing.T) {
	runs := 0
	golden.Walk(t, "losses", func(t *testing.T, c golden.Case) {
		var f struct {
			ClassName  string         `json:"class_name"`
			Config     map[string]any `json:"config"`
			YTrue      string         `json:"y_true"`
			YPred      string         `json:"y_pred"`
			Reductions []struct {
				Reduction    string
				SampleWeight *string `json:"sample_weight"`
				Mask         *string
				Value, Grad  string
			}
		}
		c.Decode(t, &f)
		y, p := array(t, c, f.YTrue), array(t, c, f.YPred)
		for _, r := range f.Reductions {
			v, err := config.New(f.ClassName, reflect.TypeFor[nn.Loss]())
			must(t, err)
			f.Config["reduction"] = r.Reduction
			must(t, config.Decode(v, f.Config, "name", "axis", "fn"))
			in, data := []*ops.Value{ops.Input(y.Shape()...), ops.Input(p.Shape()...)}, []*tensor.Tensor{y, p}
			feed := func(name *string) *ops.Value {
				if name == nil {
					return nil
				}
				a := array(t, c, *name)
				in, data = append(in, ops.Input(a.Shape()...)), append(data, a)
				return in[len(in)-1]
			}
			w, mask := feed(r.SampleWeight), feed(r.Mask)
			value, err := nn.ReduceLoss(v.(nn.Loss), in[0], in[1], w, mask)
			must(t, err)
			prog := ops.Compile(ops.Spec{In: in, Out: []*ops.Value{value, ops.Gradients(ops.Sum(value), in[1])[0]}})
			must(t, prog.Run(ops.State{}, data))
			want := array(t, c, r.Value).Data()
			if math.IsNaN(float64(want[0])) && r.Mask != nil && strings.Contains(*r.Mask, "nothing") {
				if got := prog.Out(0).Data()[0]; got != 0 { // Keras divides 0 by 0
					t.Errorf("a mask of nothing gives %v, want 0", got)
				}
				continue
			}
			ok := c.Close(t, r.Value, prog.Out(0).Data())
			if !c.Close(t, r.Grad, prog.Out(1).Data()) || !ok {
				t.Fatalf("reduction %s, weights %v, mask %v", r.Reduction, r.SampleWeight, r.Mask)
			}
			runs++
		}
	})
	if runs < 1000 {
		t.Errorf("only %d reductions ran", runs)
	}
}

// TestUnreducedLoss: with the reduction none a model minimises the sum and logs the
// mean, so that one step of SGD is n times that of the mean.
func TestUnreducedLoss(t *testing.T) {
	x, y := tensor.From([]float32{1, 2, -1, 0, 1, 1}, 3, 2), tensor.From([]float32{1, 0, 2}, 3, 1)
	step := func(r losses.Reduction) (before, after []float32, loss float64) {
		m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
		must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.01}, Loss: losses.MeanSquaredError{Reduction: r}, Seed: 4}))
		before = append(before, m.Weights()[0].Value().Data()...)
		h, err := m.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{})
		must(t, err)
		return before, m.Weights()[0].Value().Data(), h.Last("loss")
	}
	before, mean, loss := step(losses.SumOverBatchSize)
	_, none, logged := step(losses.None)
	if math.Abs(loss-logged) > 1e-6 {
		t.Errorf("logged loss %v, want %v", logged, loss)
	}
	for i := range mean {
		if got, want := float64(none[i]-before[i]), 3*float64(mean[i]-before[i]); math.Abs(got-want) > 1e-6 {
			t.Errorf("weight %d moved by %v, want %v", i, got, want)
		}
	}
}
