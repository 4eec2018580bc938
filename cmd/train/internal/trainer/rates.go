package trainer

import (
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/nn"
)

// Rates sets the learning rate as --schedule and --warmup say.
type Rates struct {
	nn.NopCallback
	Settings *settings.Settings
	epoch    int
}

// OnEpochBegin sets the rate of the epoch.
func (r *Rates) OnEpochBegin(run *nn.Run, epoch int) error {
	r.epoch = epoch
	if s := r.Settings; s.Schedule.Name != "constant" || s.Warmup > 0 && float64(epoch) >= s.Warmup {
		return run.SetLearningRate(s.Schedule.Rate(s.LearningRate, float64(epoch), run.Epochs))
	}
	return nil
}

// OnBatchBegin sets the rate within the warm-up, which reaches its height with its
// last step.
func (r *Rates) OnBatchBegin(run *nn.Run, batch int) error {
	s := r.Settings
	if float64(r.epoch) >= s.Warmup {
		return nil
	}
	part := 1.0
	if run.Steps > 0 {
		part = float64(batch+1) / float64(run.Steps)
	}
	at := float64(r.epoch) + part
	if at >= s.Warmup {
		return run.SetLearningRate(s.LearningRate)
	}
	return run.SetLearningRate(s.Schedule.Rate(s.LearningRate, at, run.Epochs))
}
