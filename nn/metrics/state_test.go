package metrics_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/tensor"
)

func rows(columns int, x ...float32) *tensor.Tensor {
	return tensor.From(x, len(x)/columns, columns)
}

func state(t *testing.T, m nn.Metric) *metrics.State {
	t.Helper()
	s, err := metrics.NewState(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSeveralResults: one name and one number for each threshold or class, in the
// order given. Of [1 0 1 0] against [0.9 0.6 0.4 0.1], 2 of 3 above 0.3 are right, 1
// of 1 above 0.7 is.
func TestSeveralResults(t *testing.T) {
	s := state(t, &metrics.Precision{Thresholds: []float64{0.7, 0.3}})
	if s.Result() != 0 || s.Results() != nil {
		t.Errorf("before the first update: %g, %v", s.Result(), s.Results())
	}
	if err := s.Update(rows(1, 1, 0, 1, 0), rows(1, 0.9, 0.6, 0.4, 0.1), nil); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Names(), []string{"precision_at_0.7", "precision_at_0.3"}; !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	if got, want := s.Results(), []float64{1, 2. / 3}; !slices.Equal(got, want) {
		t.Errorf("results %v, want %v", got, want)
	}
	if got, want := s.Result(), (1+2./3)/2; math.Abs(got-want) > 1e-15 {
		t.Errorf("the mean is %g, want %g", got, want)
	}
	s.Reset()
	if s.Results() != nil {
		t.Error("Reset keeps something")
	}
}

// TestClassIDs: class ids stand for one-hot targets.
func TestClassIDs(t *testing.T) {
	p := rows(3, 0.7, 0.2, 0.1, 0.2, 0.5, 0.3, 0.4, 0.35, 0.25, 0.1, 0.1, 0.8)
	for _, m := range []nn.Metric{&metrics.F1Score{}, &metrics.F1Score{Average: "micro"}, &metrics.Precision{TopK: new(1)}, &metrics.Recall{ClassID: new(1), Thresholds: []float64{0.3}}, &metrics.AUC{}, &metrics.TruePositives{}} {
		ids, oneHot := state(t, m), state(t, m)
		if err := ids.Update(tensor.From([]float32{0, 1, 1, 2}, 4), p, nil); err != nil {
			t.Fatal(err)
		}
		if err := oneHot.Update(rows(3, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1), p, nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ids.Results(), oneHot.Results()) || ids.Result() == 0 {
			t.Errorf("%s: ids give %v, one-hot targets %v", m.Name(), ids.Results(), oneHot.Results())
		}
	}
}

// TestNotAveraged: precision of an epoch is that of its counts, not the mean of its
// batches: 1 of 1 and 1 of 3 is 2 of 4.
func TestNotAveraged(t *testing.T) {
	s := state(t, &metrics.Precision{})
	for _, b := range [][2]*tensor.Tensor{{rows(1, 1), rows(1, 0.9)}, {rows(1, 1, 0, 0), rows(1, 0.9, 0.9, 0.9)}} {
		if err := s.Update(b[0], b[1], nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Result(); got != 0.5 {
		t.Errorf("got %g, want 0.5", got)
	}
}

// TestOffsetR2: the variance of targets far from 0 is not lost in rounding. Targets
// 10000 … 10003 vary by 5 in all, the errors are 4·0.25².
func TestOffsetR2(t *testing.T) {
	s := state(t, &metrics.R2Score{})
	if err := s.Update(rows(1, 10000, 10001, 10002, 10003), rows(1, 10000.25, 10001.25, 10002.25, 10003.25), nil); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Result(), 1-0.25/5; math.Abs(got-want) > 1e-6 {
		t.Errorf("got %g, want %g", got, want)
	}
}

func TestConfusion(t *testing.T) {
	p := rows(3, 0.7, 0.2, 0.1, 0.2, 0.5, 0.3, 0.4, 0.35, 0.25, 0.1, 0.1, 0.8)
	got, err := metrics.Confusion(tensor.From([]float32{0, 1, 1, 2}, 4), p, tensor.From([]float32{1, 1, 2, 1}, 4))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float64{{1, 0, 0}, {2, 1, 0}, {0, 0, 1}} {
		if !slices.Equal(got[i], want) {
			t.Errorf("row %d is %v, want %v", i, got[i], want)
		}
	}
	if got, err = metrics.Confusion(rows(1, 0, 1, 1), rows(1, 0.5, 0.6, 0.1), nil); err != nil || got[0][0] != 1 || got[1][0] != 1 || got[1][1] != 1 {
		t.Errorf("two classes: %v, %v", got, err)
	}
}

// TestMistakes: each says what is wrong and what there is.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		m    nn.Metric
		y, p *tensor.Tensor
		want string
	}{
		{&metrics.Precision{Thresholds: []float64{1.5}}, nil, nil, "metric precision: threshold 1.5; want 0 to 1"},
		{&metrics.Precision{TopK: new(0)}, nil, nil, "metric precision: top_k is 0; want 1 or more"},
		{&metrics.Recall{ClassID: new(3)}, rows(3, 1, 0, 0), rows(3, 1, 0, 0), "class_id is 3, but predictions of shape (1, 3) have classes 0 to 2"},
		{&metrics.AUC{Curve: "roc curve"}, nil, nil, `curve is "roc curve"; want ROC, PR or PR_GAIN`},
		{&metrics.AUC{NumThresholds: 1}, nil, nil, "num_thresholds is 1; want 2 or more"},
		{&metrics.AUC{NumLabels: new(2)}, nil, nil, "num_labels is for multi_label only"},
		{&metrics.AUC{LabelWeights: []float64{-1}}, nil, nil, "none may be negative"},
		{&metrics.AUC{LabelWeights: []float64{1, 2}}, rows(3, 1, 0, 0), rows(3, 1, 0, 0), "there are 2 label_weights, predictions have shape (1, 3)"},
		{&metrics.AUC{}, rows(1, 1, 0), rows(1, 0.5, 1.5), "metric auc: prediction 1.5 of row 1 is no probability from 0 to 1"},
		{&metrics.F1Score{Average: "mean"}, nil, nil, `average is "mean"; want micro, macro, weighted or none`},
		{&metrics.F1Score{}, rows(1, 1), rows(1, 1), "set Threshold: new(0.5)"},
		{&metrics.FBetaScore{Beta: -1}, nil, nil, "beta is -1; want more than 0"},
		{&metrics.MeanIoU{}, nil, nil, "num_classes is 0; want 1 or more"},
		{&metrics.MeanIoU{NumClasses: 2}, rows(1, 1), rows(1, 2), "metric mean_io_u: prediction 2 is no class id from 0 to 1"},
		{&metrics.MeanIoU{NumClasses: 2}, rows(1, 1), rows(2, 1, 0), "set SparseYTrue or SparseYPred: new(false)"},
		{&metrics.IoU{NumClasses: 2}, nil, nil, "target_class_ids are empty"},
		{&metrics.IoU{NumClasses: 2, TargetClassIDs: []int{2}}, nil, nil, "target class 2; want 0 to 1"},
		{&metrics.R2Score{NumRegressors: -1}, nil, nil, "num_regressors is -1"},
		{&metrics.PrecisionAtRecall{Recall: 2}, nil, nil, "recall is 2; want 0 to 1"},
		{&metrics.MeanRelativeError{}, nil, nil, "the normalizer is empty"},
		{&metrics.ConfusionMatrix{NumClasses: 3}, rows(1, 1), rows(1, 1), "num_classes is 3, but predictions of shape (1, 1) tell 2 apart"},
		{&metrics.TruePositives{}, rows(2, 1, 0), rows(3, 1, 0, 0), "want targets of the same shape, or class ids"},
	} {
		s, err := metrics.NewState(c.m)
		if err == nil && c.y != nil {
			err = s.Update(c.y, c.p, nil)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", config.ClassName(c.m), err, c.want)
		}
	}
}
