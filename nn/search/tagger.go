package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// A Tagger is a model that gives every step of a sequence a class, behind Fit,
// Predict and Score. Every Fit begins with a new model, whose output has the
// shape (n, steps, classes).
//
// Targets are class numbers, shape (n, steps). A step with a negative one does not
// count: it is padding, or its class is not known. Such steps have the weight 0 in
// training, unless the model knows by its mask which steps there are.
type Tagger[P any] struct {
	Recipe Recipe[P]
	Params P
	Trial

	fitted
}

// Taggers makes a Tagger of every candidate, for [Run]. Folds are not stratified.
func Taggers[P any](r Recipe[P]) Maker[P] {
	return func(p P, t Trial) Estimator { return &Tagger[P]{Recipe: r, Params: p, Trial: t} }
}

// Fit trains a new model.
func (g *Tagger[P]) Fit(ctx context.Context, x, y *tensor.Tensor) (*nn.History, error) {
	t, err := trainingOf(g.Params, g.Epochs)
	if err != nil {
		return nil, err
	}
	m, _, err := draw(g.Recipe, g.Params, g.Seed)
	if err != nil {
		return nil, err
	}
	if err := sequences(m, y); err != nil {
		return nil, err
	}
	y = tensor.From(append([]float32(nil), y.Data()...), y.Shape()...)
	var w *tensor.Tensor
	if !m.Outputs()[0].Masked() {
		w = tensor.New(y.Shape()...)
	}
	for i, k := range y.Data() {
		switch {
		case k < 0:
			y.Data()[i] = 0
		case w != nil:
			w.Data()[i] = 1
		}
	}
	return g.fit(ctx, m, t, x, y, w, g.Seed)
}

// sequences checks that targets and output are classes of steps.
func sequences(m *nn.Model, y *tensor.Tensor) error {
	if y == nil {
		return errors.New("search: no targets")
	}
	if s := y.Shape(); len(s) != 2 {
		return fmt.Errorf("search: Tagger: targets have shape %v; want (n, steps)", nn.Shape(s))
	}
	if len(m.Outputs()) != 1 || m.OutputShapes()[0].Rank() != 3 {
		return fmt.Errorf("search: Tagger: the model's outputs have shapes %v; want one of (n, steps, classes)", m.OutputShapes())
	}
	classes := m.OutputShapes()[0].Last()
	for i, k := range y.Data() {
		if k >= float32(classes) || k != float32(int(k)) {
			return fmt.Errorf("search: Tagger: step %d of sample %d has class %v; want a whole number below %d, or a negative one for none", i%y.Shape()[1], i/y.Shape()[1], k, classes)
		}
	}
	return nil
}

// PredictProba returns the chance of each class, shape (n, steps, classes).
func (g *Tagger[P]) PredictProba(ctx context.Context, x *tensor.Tensor) (*tensor.Tensor, error) {
	return g.predict(ctx, x)
}

// Predict returns the likeliest class of each step, shape (n, steps).
func (g *Tagger[P]) Predict(ctx context.Context, x *tensor.Tensor) (*tensor.Tensor, error) {
	p, err := g.predict(ctx, x)
	if err != nil {
		return nil, err
	}
	return tensor.ArgMax(p, -1), nil
}

// Score returns the share of steps that count whose class is predicted.
func (g *Tagger[P]) Score(ctx context.Context, x, y *tensor.Tensor) (float64, error) {
	got, err := g.Predict(ctx, x)
	if err != nil {
		return 0, err
	}
	if err := sequences(g.model, y); err != nil {
		return 0, err
	}
	if got.Len() != y.Len() {
		return 0, fmt.Errorf("search: Tagger: targets of shape %v for predictions of %v", nn.Shape(y.Shape()), nn.Shape(got.Shape()))
	}
	right, all := 0, 0
	for i, k := range y.Data() {
		if k < 0 {
			continue
		}
		if all++; got.Data()[i] == k {
			right++
		}
	}
	if all == 0 {
		return 0, errors.New("search: Tagger: no step counts; all targets are negative")
	}
	return float64(right) / float64(all), nil
}
