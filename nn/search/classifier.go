package search

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// A Classifier is a model that tells classes apart, behind Fit, Predict,
// PredictProba and Score. Every Fit begins with a new model.
// Keras: KerasClassifier.
type Classifier[P any] struct {
	Recipe Recipe[P]
	Params P
	Trial

	fitted
	classes []float32
}

// Classifiers makes a Classifier of every candidate, for [Run].
func Classifiers[P any](r Recipe[P]) Maker[P] {
	return func(p P, t Trial) Estimator { return &Classifier[P]{Recipe: r, Params: p, Trial: t} }
}

// FitWeighted is Fit with sample weights; nil weighs all the same.
func (c *Classifier[P]) FitWeighted(ctx context.Context, x, y, w *tensor.Tensor) (*nn.History, error) {
	t, err := trainingOf(c.Params, c.Epochs)
	if err != nil {
		return nil, err
	}
	if c.classes, err = classesOf(y); err != nil {
		return nil, err
	}
	m, cfg, err := draw(c.Recipe, c.Params, c.Seed)
	if err != nil {
		return nil, err
	}
	if y, err = c.targets(y, cfg.Loss); err != nil {
		return nil, err
	}
	return c.fit(ctx, m, t, x, y, w, c.Seed)
}

// Classes returns the labels in the order of PredictProba's columns.
// Keras: classes_.
func (c *Classifier[P]) Classes() []float32 { return c.classes }

// classesOf lists the labels in order.
func classesOf(y *tensor.Tensor) ([]float32, error) {
	if y == nil {
		return nil, errors.New("search: no targets")
	}
	s := y.Shape()
	if oneHot(y) {
		all := make([]float32, s[1])
		for i := range all {
			all[i] = float32(i)
		}
		return all, nil
	}
	if len(s) == 0 || len(s) > 2 || len(s) == 2 && s[1] != 1 {
		return nil, fmt.Errorf("search: targets have shape %v; want (n) or (n, 1) labels, or (n, classes) one-hot", nn.Shape(s))
	}
	all := slices.Clone(tensor.Flatten(y).Data())
	slices.Sort(all)
	return slices.Compact(all), nil
}

func oneHot(y *tensor.Tensor) bool { return y.Rank() == 2 && y.Shape()[1] > 1 }

// targets turns labels into what the loss compares with.
func (c *Classifier[P]) targets(y *tensor.Tensor, loss nn.Loss) (*tensor.Tensor, error) {
	if oneHot(y) {
		return y, nil
	}
	ids, err := c.indices(y)
	if err != nil {
		return nil, err
	}
	if loss != nil && config.ClassName(loss) == "CategoricalCrossentropy" {
		return tensor.ToCategorical(ids, len(c.classes))
	}
	return tensor.Reshape(ids, ids.Len(), 1), nil
}

// indices returns the place of each label among the classes.
func (c *Classifier[P]) indices(y *tensor.Tensor) (*tensor.Tensor, error) {
	if oneHot(y) {
		return tensor.ArgMax(y, -1), nil
	}
	labels := tensor.Flatten(y).Data()
	ids := make([]float32, len(labels))
	for i, l := range labels {
		k, ok := slices.BinarySearch(c.classes, l)
		if !ok {
			return nil, fmt.Errorf("search: Classifier: sample %d has label %v, which was not among the %d labels of Fit", i, l, len(c.classes))
		}
		ids[i] = float32(k)
	}
	return tensor.From(ids, len(ids)), nil
}

// PredictProba returns the chance of each class, shape (n, classes). A model
// with one sigmoid output gives [1-p, p].
func (c *Classifier[P]) PredictProba(ctx context.Context, x *tensor.Tensor) (*tensor.Tensor, error) {
	p, err := c.predict(ctx, x)
	if err != nil {
		return nil, err
	}
	if p.Rank() != 2 {
		return nil, fmt.Errorf("search: Classifier: the model's output has shape %v; want (n, classes) or (n, 1)", nn.Shape(p.Shape()))
	}
	if p.Shape()[1] == 1 {
		p = tensor.Concatenate(-1, tensor.Sub(tensor.Scalar(1), p), p)
	}
	return p, nil
}

// Predict returns the likeliest label of each sample, shape (n).
func (c *Classifier[P]) Predict(ctx context.Context, x *tensor.Tensor) (*tensor.Tensor, error) {
	ids, err := c.predictIDs(ctx, x)
	if err != nil {
		return nil, err
	}
	labels := make([]float32, len(ids))
	for i, k := range ids {
		if k >= len(c.classes) {
			return nil, fmt.Errorf("search: Classifier: the model has more outputs than the %d classes of Fit; sample %d is of output %d", len(c.classes), i, k)
		}
		labels[i] = c.classes[k]
	}
	return tensor.From(labels, len(labels)), nil
}

// predictIDs returns the place of each sample's class: of one sigmoid output,
// whether it is above a half.
func (c *Classifier[P]) predictIDs(ctx context.Context, x *tensor.Tensor) ([]int, error) {
	p, err := c.PredictProba(ctx, x)
	if err != nil {
		return nil, err
	}
	ids := make([]int, p.Shape()[0])
	for i, k := range tensor.ArgMax(p, -1).Data() {
		ids[i] = int(k)
	}
	return ids, nil
}

// ScoreWeighted returns the share of samples whose class is predicted, by weight.
func (c *Classifier[P]) ScoreWeighted(ctx context.Context, x, y, w *tensor.Tensor) (float64, error) {
	ids, err := c.predictIDs(ctx, x)
	if err != nil {
		return 0, err
	}
	want, err := c.indices(y)
	if err != nil {
		return 0, err
	}
	if want.Len() != len(ids) {
		return 0, fmt.Errorf("search: Classifier: %d targets for %d samples", want.Len(), len(ids))
	}
	if err := weighs(w, len(ids)); err != nil {
		return 0, err
	}
	right := make([]bool, len(ids))
	for i, k := range want.Data() {
		right[i] = int(k) == ids[i]
	}
	return share(right, w), nil
}

// stratified says that folds should have the classes in equal shares.
func (c *Classifier[P]) stratified() {}
