package nn_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
)

// began notes whether training began.
type began struct {
	nn.NopCallback
	yes bool
}

func (b *began) OnTrainBegin(*nn.Run) error {
	b.yes = true
	return nil
}

// A source that is known to be too short is refused before anything runs.
func TestTooFewSteps(t *testing.T) {
	ctx := context.Background()
	three := func() pipeline.Source {
		return pipeline.Arrays(column(1, 2, 3, 4, 5), column(0, 0, 0, 0, 0), pipeline.ArraysConfig{BatchSize: 2})
	}
	var cb began
	cbs := []nn.Callback{&cb}
	for want, run := range map[string]func() error{
		"nn: Fit: StepsPerEpoch is 7: pipeline: an epoch of the source has 3 batches, 7 steps were asked for; ask for at most 3, or Repeat the source 3 times": func() error {
			_, err := line(t, 1e-30).Fit(ctx, three(), nn.FitConfig{StepsPerEpoch: 7, Callbacks: cbs})
			return err
		},
		"nn: Fit: ValidationSteps is 4: pipeline: an epoch of the source has 3 batches, 4 steps were asked for": func() error {
			_, err := line(t, 1e-30).Fit(ctx, stream{9}, nn.FitConfig{Validation: three(), ValidationSteps: 4, Callbacks: cbs})
			return err
		},
		// The last two of five samples are for validation, one batch; three are left, two batches.
		"nn: Fit: ValidationSteps is 2: pipeline: an epoch of the source has 1 batches": func() error {
			_, err := line(t, 1e-30).Fit(ctx, three(), nn.FitConfig{ValidationSplit: 0.4, ValidationSteps: 2, Callbacks: cbs})
			return err
		},
		"nn: Fit: StepsPerEpoch is 3: pipeline: an epoch of the source has 2 batches": func() error {
			_, err := line(t, 1e-30).Fit(ctx, three(), nn.FitConfig{ValidationSplit: 0.4, StepsPerEpoch: 3, Callbacks: cbs})
			return err
		},
		"nn: Evaluate: Steps is 5: pipeline: an epoch of the source has 3 batches": func() error {
			_, err := line(t, 1e-30).Evaluate(ctx, three(), nn.EvaluateConfig{Steps: 5})
			return err
		},
		"nn: Predict: Steps is 4: pipeline: an epoch of the source has 3 batches": func() error {
			_, err := line(t, 1e-30).Predict(ctx, three(), nn.PredictConfig{Steps: 4})
			return err
		},
		// The reason why a source has no batches is not hidden.
		"BatchSize is -2": func() error {
			bad := pipeline.Arrays(column(1), column(0), pipeline.ArraysConfig{BatchSize: -2})
			_, err := line(t, 1e-30).Fit(ctx, bad, nn.FitConfig{StepsPerEpoch: 2, Callbacks: cbs})
			return err
		},
	} {
		if err := run(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if cb.yes {
		t.Error("training began")
	}
	// Exactly enough is enough.
	_, err := line(t, 1e-30).Fit(ctx, three(), nn.FitConfig{StepsPerEpoch: 3, Validation: three(), ValidationSteps: 3})
	must(t, err)
}

// A source of unknown length that ends early makes its epoch the last: it is
// validated, OnEpochEnd is called, and Warn is told, as in tf-keras 2.15's
// data_adapter.DataHandler ("Your input ran out of data").
func TestEndedEarly(t *testing.T) {
	ctx := context.Background()
	var told []nn.EndedEarlyError
	warn := func(err error) {
		var e *nn.EndedEarlyError
		if !errors.As(err, &e) {
			t.Errorf("warned of %v", err)
			return
		}
		told = append(told, *e)
	}
	c := &seen{}
	h, err := line(t, 1e-30).Fit(ctx, stream{3}, nn.FitConfig{Epochs: 5, StepsPerEpoch: 4, Validation: stream{2}, ValidationSteps: 3, Callbacks: []nn.Callback{c}, Warn: warn})
	must(t, err)
	if !slices.Equal(c.steps, []int{3}) || !slices.Equal(h.Epoch, []int{0}) {
		t.Errorf("steps %v, epochs %v", c.steps, h.Epoch)
	}
	// w = 1: mean of x² over x = 0, 1, 2 and over x = 0, 1.
	if got := []float64{h.Last("loss"), h.Last("val_loss")}; math.Abs(got[0]-5./3) > 1e-6 || math.Abs(got[1]-0.5) > 1e-6 {
		t.Errorf("losses %v", got)
	}
	if want := []nn.EndedEarlyError{{"training", 0, 3, 4}, {"validation", 0, 2, 3}}; !slices.Equal(told, want) {
		t.Errorf("told %+v, want %+v", told, want)
	}
	told = nil
	if _, err := line(t, 1e-30).Evaluate(ctx, stream{2}, nn.EvaluateConfig{Steps: 5, Warn: warn}); err != nil {
		t.Error(err)
	}
	if _, err := line(t, 1e-30).Predict(ctx, stream{2}, nn.PredictConfig{Steps: 6, Warn: warn}); err != nil {
		t.Error(err)
	}
	if want := []nn.EndedEarlyError{{"evaluation", 0, 2, 5}, {"prediction", 0, 2, 6}}; !slices.Equal(told, want) {
		t.Errorf("told %+v, want %+v", told, want)
	}
	if s := told[0].Error(); s != "nn: the data of evaluation ended after 2 of 5 batches in epoch 0; ask for at most 2 steps, or make the data endless" {
		t.Error(s)
	}
	// Nobody needs to listen.
	_, err = line(t, 1e-30).Fit(ctx, stream{1}, nn.FitConfig{Epochs: 2, StepsPerEpoch: 2})
	must(t, err)
}

// DataWait is kept up to date within an epoch.
func TestDataWaitIsLive(t *testing.T) {
	var shares []float64
	cb := batchEnd(func(r *nn.Run) { shares = append(shares, r.DataWait) })
	_, err := line(t, 1e-30).Fit(context.Background(), stream{3}, nn.FitConfig{Callbacks: []nn.Callback{cb}})
	must(t, err)
	for _, s := range shares {
		if !(s > 0 && s <= 1) {
			t.Errorf("shares %v", shares)
		}
	}
	if len(shares) != 3 {
		t.Errorf("%d steps", len(shares))
	}
}

type batchEnd func(*nn.Run)

func (batchEnd) OnTrainBegin(*nn.Run) error              { return nil }
func (batchEnd) OnTrainEnd(*nn.Run, nn.Logs) error       { return nil }
func (batchEnd) OnEpochBegin(*nn.Run, int) error         { return nil }
func (batchEnd) OnEpochEnd(*nn.Run, int, *nn.Logs) error { return nil }
func (batchEnd) OnBatchBegin(*nn.Run, int) error         { return nil }
func (f batchEnd) OnBatchEnd(r *nn.Run, _ int, _ nn.Logs) error {
	f(r)
	return nil
}
