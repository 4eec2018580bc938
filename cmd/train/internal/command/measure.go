package command

import (
	"context"
	"math"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
)

// measured is how good a model is on some data.
type measured struct {
	c    *report.Confusion
	cal  *report.Calibration
	loss float64 // mean of -log p of the true class
}

func measure(ctx context.Context, r *loaded, src pipeline.Source, set *dataset.Set) (measured, error) {
	out, err := r.model.Predict(ctx, src, nn.PredictConfig{})
	if err != nil {
		if ctx.Err() != nil {
			return measured{}, context.Cause(ctx)
		}
		return measured{}, err
	}
	out[0] = twoColumns(out[0])
	var m measured
	var truth []int
	for i, s := range set.Valid {
		truth = append(truth, s.Class)
		m.loss -= math.Log(max(float64(report.Row(out[0], i)[s.Class]), 1e-7))
	}
	m.loss /= float64(len(set.Valid))
	m.c = report.NewConfusion(r.Classes, truth, out[0])
	m.cal = report.NewCalibration(10, truth, out[0])
	return m, nil
}
