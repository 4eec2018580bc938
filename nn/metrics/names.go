package metrics

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

func init() {
	for _, m := range []struct {
		metric nn.Metric
		names  []string
	}{
		{MeanSquaredError{}, []string{"mean_squared_error", "mse", "MSE"}},
		{MeanAbsoluteError{}, []string{"mean_absolute_error", "mae", "MAE"}},
		{MeanAbsolutePercentageError{}, []string{"mean_absolute_percentage_error", "mape", "MAPE"}},
		{MeanSquaredLogarithmicError{}, []string{"mean_squared_logarithmic_error", "msle", "MSLE"}},
		{LogCoshError{}, []string{"logcosh", "log_cosh"}},
		{CosineSimilarity{}, []string{"cosine_similarity", "cosine_proximity"}},
		{Hinge{}, []string{"hinge"}},
		{SquaredHinge{}, []string{"squared_hinge"}},
		{CategoricalHinge{}, []string{"categorical_hinge"}},
		{Poisson{}, []string{"poisson"}},
		{KLDivergence{}, []string{"kullback_leibler_divergence", "kl_divergence", "kld", "KLD"}},
		{BinaryCrossentropy{}, []string{"binary_crossentropy", "bce", "BCE"}},
		{CategoricalCrossentropy{}, []string{"categorical_crossentropy"}},
		{SparseCategoricalCrossentropy{}, []string{"sparse_categorical_crossentropy"}},
		{Crossentropy{}, []string{"crossentropy", "ce"}},
	} {
		for _, n := range m.names {
			nn.Alias(called{m.metric, n, nil}, n)
		}
	}
}

// auto marks metrics that Keras numbers when there are several: precision,
// precision_1.
type auto struct{}

// AutoNamed says that the name is only a stem.
func (auto) AutoNamed() {}

// Named is a metric under another name in the logs, as Keras' argument name:
// AUC(name="pr_auc").
func Named(name string, m nn.Metric) nn.Metric {
	v, err := config.Complete(m)
	if err == nil && v == nil {
		err = errors.New("the metric is nil")
	}
	if err != nil {
		return called{m, name, fmt.Errorf("metric %q: %w", name, err)}
	}
	return called{v.(nn.Metric), name, nil}
}

// called is a metric under the name that the user chose for it, as Keras reports
// metrics=["mse"] as mse.
type called struct {
	nn.Metric
	name string
	err  error // of the metric's settings
}

// Validate returns what is wrong with the metric's settings.
func (c called) Validate() error { return c.err }

// Name is the chosen name.
func (c called) Name() string { return c.name }

// ConfigName is the chosen name.
func (c called) ConfigName() string { return c.name }

// Unwrap is the metric without the name.
func (c called) Unwrap() nn.Metric { return c.Metric }

// ClassName is the metric's class.
func (c called) ClassName() string { return config.ClassName(c.Metric) }

// CheckTarget asks the metric.
func (c called) CheckTarget(y, p nn.Shape) error {
	if t, ok := c.Metric.(nn.TargetChecker); ok {
		return t.CheckTarget(y, p)
	}
	return nil
}

// ResultNames asks the metric.
func (c called) ResultNames(p nn.Shape) []string {
	if m, ok := c.Metric.(nn.MultiMetric); ok {
		return m.ResultNames(p)
	}
	return nil
}

// Results asks the metric.
func (c called) Results(sums, results []float64) {
	c.Metric.(nn.MultiMetric).Results(sums, results)
}
