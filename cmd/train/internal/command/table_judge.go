package command

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/tensor"
)

// judged is how good a model is on rows of a table: of classes, or of numbers.
type judged struct {
	loss float64 // mean of -log p of the true class; or mean squared error / variance
	c    *report.Confusion
	cal  *report.Calibration
	r    *report.Residuals
}

// judge compares what a model says with the targets.
func judge(t *tabular.Target, truth []float32, out *tensor.Tensor) judged {
	if t.Task == tabular.Regression {
		r := report.NewResiduals(t.Name, truth, out.Data())
		return judged{loss: r.RMSE * r.RMSE / (t.Std * t.Std), r: r}
	}
	probs := twoColumns(out)
	classes := make([]int, len(truth))
	var m judged
	for i, y := range truth {
		classes[i] = int(y)
		m.loss -= math.Log(max(float64(report.Row(probs, i)[classes[i]]), 1e-7))
	}
	m.loss /= float64(len(truth))
	m.c, m.cal = report.NewConfusion(t.Classes, classes, probs), report.NewCalibration(10, classes, probs)
	return m
}

// twoColumns turns the probability of the second class into those of both.
func twoColumns(p *tensor.Tensor) *tensor.Tensor {
	if p.Shape()[1] > 1 {
		return p
	}
	return tensor.Concatenate(-1, tensor.Sub(tensor.Scalar(1), p), p)
}

// object is the judgement as JSON.
func (m judged) object(prefix string) config.Object {
	if m.r != nil {
		return config.Object{{Key: prefix + "mae", Value: m.r.MAE}, {Key: prefix + "rmse", Value: m.r.RMSE}, {Key: prefix + "r2", Value: m.r.R2}, {Key: "mae_of_the_median", Value: m.r.Baseline}, {Key: "residuals", Value: m.r.Tenths}}
	}
	var classes []config.Object
	for k, c := range m.c.Classes {
		classes = append(classes, config.Object{{Key: "class", Value: c}, {Key: "precision", Value: m.c.Precision(k)}, {Key: "recall", Value: m.c.Recall(k)}, {Key: "f1", Value: m.c.F1(k)}})
	}
	return config.Object{{Key: prefix + "accuracy", Value: m.c.Accuracy()}, {Key: "majority", Value: m.c.Majority()}, {Key: "classes", Value: classes},
		{Key: "confusion", Value: m.c.Count}, {Key: "calibration", Value: calibration(m.cal)}}
}

// headline is the judgement in a few words.
func (m judged) headline() string {
	if m.r != nil {
		return fmt.Sprintf("error %.5g on average, R² %.4f (always saying the median: %.5g)", m.r.MAE, m.r.R2, m.r.Baseline)
	}
	return fmt.Sprintf("accuracy %.4f (always naming the largest class: %.3f)", m.c.Accuracy(), m.c.Majority())
}

// summary is a table of what is right and wrong.
func (m judged) summary(of string) string {
	if m.r != nil {
		return fmt.Sprintf("Residuals of the %s\n%s", of, m.r)
	}
	return fmt.Sprintf("Confusion matrix of the %s (rows: true, columns: predicted)\n%s", of, m.c)
}

// shares are the indices of probabilities, the largest first.
func shares(p []float32) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] > p[b]:
			return -1
		case p[a] < p[b]:
			return 1
		}
		return 0
	})
	return order
}
