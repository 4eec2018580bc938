package nn

import (
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// OnBatchConfig is how TrainOnBatch and TestOnBatch run.
type OnBatchConfig struct {
	// KeepMetrics goes on with the loss and metrics of the calls before, instead of
	// giving those of this batch alone. Keras: reset_metrics=False.
	KeepMetrics bool
	// ClassWeight and ClassWeights are those of [FitConfig].
	ClassWeight  map[int]float64
	ClassWeights map[string]map[int]float64
}

// TrainOnBatch does one update and returns loss and metrics of the batch, measured
// before the update.
// Keras: train_on_batch.
func (m *Model) TrainOnBatch(b pipeline.Batch, c ...OnBatchConfig) (Logs, error) {
	return m.onBatch(b, c, m.trainStep)
}

// TestOnBatch returns loss and metrics of one batch without training.
// Keras: test_on_batch.
func (m *Model) TestOnBatch(b pipeline.Batch, c ...OnBatchConfig) (Logs, error) {
	return m.onBatch(b, c, m.testStep)
}

func (m *Model) onBatch(b pipeline.Batch, cs []OnBatchConfig, step func(x, y, w []*tensor.Tensor, mt *meter) error) (Logs, error) {
	var c OnBatchConfig
	if len(cs) > 0 {
		c = cs[0]
	}
	if err := m.checkBatch(b, true); err != nil {
		return Logs{}, err
	}
	w := b.W
	if c.ClassWeight != nil || len(c.ClassWeights) > 0 {
		classes, err := m.newClassWeights(c.ClassWeight, c.ClassWeights)
		if err != nil {
			return Logs{}, err
		}
		if w, err = classes.apply(b.Y, b.W); err != nil {
			return Logs{}, err
		}
	}
	mt := m.newMeter("")
	if c.KeepMetrics {
		if m.compiled.kept == nil {
			m.compiled.kept = mt
		}
		mt = m.compiled.kept
	}
	if err := step(b.X, b.Y, w, mt); err != nil {
		return Logs{}, err
	}
	logs := mt.read(m.compiled)
	if c.KeepMetrics {
		return logs.Clone(), nil
	}
	return logs, nil
}

// ResetMetrics forgets the loss and metrics that calls with KeepMetrics gathered.
// Keras: reset_metrics.
func (m *Model) ResetMetrics() {
	if m.compiled != nil {
		m.compiled.kept = nil
	}
}
