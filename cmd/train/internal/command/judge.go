package command

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn/plot"
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
	classes := make([]int, len(truth))
	for i, y := range truth {
		classes[i] = int(y)
	}
	return judgeClasses(t.Classes, classes, twoColumns(out))
}

// judgeClasses compares probabilities with classes.
func judgeClasses(classes []string, truth []int, probs *tensor.Tensor) judged {
	var m judged
	for i, k := range truth {
		m.loss -= math.Log(max(float64(report.Row(probs, i)[k]), 1e-7))
	}
	m.loss /= float64(len(truth))
	m.c, m.cal = report.NewConfusion(classes, truth, probs), report.NewCalibration(10, truth, probs)
	return m
}

// draw draws the residuals, or the confusion matrix.
func (m judged) draw(path string) error {
	var p *plot.Picture
	var err error
	if m.r != nil {
		p, err = m.r.Picture()
	} else {
		p, err = m.c.Picture()
	}
	if err != nil {
		return err
	}
	return p.Save(path)
}

// tell is the answer of evaluate, about so many samples.
func (e *Env) tell(m judged, samples int) error {
	if path := e.Settings.Plot; path != "" {
		if err := m.draw(path); err != nil {
			return cli.Errorf(cli.Code(err), "--plot %s: %w", path, err)
		}
		e.Console.Printf("files      %s", path)
	}
	switch {
	case e.Settings.JSON:
		o := config.Object{{Key: "v", Value: 1}, {Key: "event", Value: "evaluate"}, {Key: "samples", Value: samples}, {Key: "loss", Value: m.loss}}
		e.emit(append(o, m.object("")...))
	case m.r != nil:
		fmt.Fprintf(e.Out, "samples    %s\nloss       %.4f\n%s", cli.Count(samples), m.loss, m.r)
	default:
		fmt.Fprintf(e.Out, "samples    %s\nloss       %.4f\naccuracy   %.4f (always naming the largest class: %.3f)\n\n%s\n%s", cli.Count(samples), m.loss, m.c.Accuracy(), m.c.Majority(), m.c, m.cal)
	}
	return nil
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

// headline is the judgement in a few words, and what would be no merit.
func (m judged) headline() (best, than string) {
	if m.r != nil {
		return fmt.Sprintf("error %.5g on average, R² %.4f", m.r.MAE, m.r.R2), fmt.Sprintf("always saying the median: %.5g", m.r.Baseline)
	}
	return fmt.Sprintf("accuracy %.4f", m.c.Accuracy()), fmt.Sprintf("always naming the largest class: %.3f", m.c.Majority())
}

// summary is a table of what is right and wrong.
func (m judged) summary(of string) string {
	if m.r != nil {
		return fmt.Sprintf("Residuals of the %s\n%s", of, m.r)
	}
	return fmt.Sprintf("Confusion matrix of the %s (rows: true, columns: predicted)\n%s", of, m.c)
}

// calibration is a calibration as JSON; temperature is null where there is none.
func calibration(c *report.Calibration) config.Object {
	var bins []config.Object
	for _, b := range c.Bins {
		bins = append(bins, config.Object{{Key: "low", Value: b.Low}, {Key: "high", Value: b.High}, {Key: "count", Value: b.Count}, {Key: "accuracy", Value: b.Accuracy}, {Key: "confidence", Value: b.Confidence}})
	}
	var temperature any
	if c.Temperature > 0 {
		temperature = c.Temperature
	}
	return config.Object{{Key: "ece", Value: c.ECE}, {Key: "mce", Value: c.MCE}, {Key: "brier", Value: c.Brier}, {Key: "temperature", Value: temperature}, {Key: "bins", Value: bins}}
}

// shares are the indices of probabilities, the largest first.
func shares(p []float32) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	return order
}
