package metrics

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[AUC]() }

// AUC approximates the area under a curve of two rates over all thresholds: the
// chance that a positive one is predicted higher than a negative one (ROC), or
// the mean precision (PR).
type AUC struct {
	auto
	NumThresholds   int    `default:"200"`           // from 0 to 1, evenly; 2 or more
	Curve           string `default:"ROC"`           // or PR, or PR_GAIN
	SummationMethod string `default:"interpolation"` // or minoring, majoring
	// Thresholds are those between 0 and 1, in place of NumThresholds; 0 and 1 are added.
	Thresholds []float64
	// MultiLabel makes an area for each column of the last axis and takes the mean;
	// else all columns make one area.
	MultiLabel   bool
	NumLabels    *int      // columns; checked if given. Only with MultiLabel
	LabelWeights []float64 // of the columns: in the mean, or of what they count in the one area
	FromLogits   bool      // predictions are logits: a sigmoid is applied
}

// Name is "auc".
func (AUC) Name() string { return "auc" }

// inner are the thresholds but for both ends, which lie just outside 0 … 1.
func (m AUC) limits() (t []float32, even bool) {
	const epsilon = 1e-7
	if m.Thresholds == nil {
		t, even = spread(m.NumThresholds), true
	} else {
		all := slices.Concat([]float64{0}, slices.Sorted(slices.Values(m.Thresholds)), []float64{1})
		for _, x := range all {
			t = append(t, float32(x))
		}
		even = isEven(all)
	}
	t[0], t[len(t)-1] = -epsilon, 1+epsilon
	return t, even
}

// Update describes the histograms of the predictions.
func (m AUC) Update(y, p, w *ops.Value) *ops.Value {
	t := tally{metric: m.Name(), perLabel: m.MultiLabel, fromStart: true, chances: true}
	t.thresholds, t.even = m.limits()
	if !m.MultiLabel {
		for _, x := range m.LabelWeights {
			t.labels = append(t.labels, float32(x))
		}
	}
	if m.FromLogits {
		p = ops.Sigmoid(p)
	}
	return t.update(y, p, w)
}

// Result is the area.
func (m AUC) Result(s []float64) float64 {
	if !m.MultiLabel {
		return m.area(s)
	}
	thresholds := m.NumThresholds
	if m.Thresholds != nil {
		thresholds = len(m.Thresholds) + 2
	}
	sum, weights := 0.0, 0.0
	for i, size := 0, 2*(thresholds+1); (i+1)*size <= len(s); i++ {
		w := 1.0
		if m.LabelWeights != nil {
			w = m.LabelWeights[i]
		}
		sum += w * m.area(s[i*size:(i+1)*size])
		weights += w
	}
	return divide(sum, weights)
}

// area adds up the strips between neighbouring thresholds, from the highest on.
func (m AUC) area(h histogram) float64 {
	sum := 0.0
	gaps := len(h) / 2
	pos, neg := h[:gaps], h[gaps:]
	c := h.all()
	var x1, y1 float64 // of the threshold above
	if !m.interpolatesPR() {
		x1, y1 = m.point(c)
	}
	for g := gaps - 1; g > 0; g-- {
		if pos[g] == 0 && neg[g] == 0 { // most gaps of a small batch: a strip without width
			continue
		}
		above := c
		c.add(pos[g], neg[g])
		strip := 0.0
		if m.interpolatesPR() {
			strip = interpolatePR(c, above)
		} else {
			x0, y0 := m.point(c)
			strip = (x0 - x1) * m.height(y0, y1)
			x1, y1 = x0, y0
		}
		if g < gaps-1 {
			sum += strip
		}
	}
	return sum
}

func (m AUC) interpolatesPR() bool { return m.Curve == "PR" && m.SummationMethod == "interpolation" }

// height is that of a strip between points of such heights.
func (m AUC) height(y0, y1 float64) float64 {
	switch m.SummationMethod {
	case "minoring":
		return min(y0, y1)
	case "majoring":
		return max(y0, y1)
	}
	return (y0 + y1) / 2
}

func (m AUC) point(c counts) (x, y float64) {
	switch m.Curve {
	case "PR":
		return c.recall(), c.precision()
	case "ROC":
		return c.fallOut(), c.recall()
	}
	if c.tp == 0 { // the gains have no limit here
		return 0, 1
	}
	odds := divide(c.tp+c.fn, c.fp+c.tn)
	return max(0, 1-odds*c.fn/c.tp), 1 - odds*c.fp/c.tp
}

// interpolatePR interpolates true positives, not precision, between thresholds:
// Davis & Goadrich, 2006.
func interpolatePR(low, high counts) float64 {
	p0, p1 := low.tp+low.fp, high.tp+high.fp
	gain := low.tp - high.tp
	slope := divide(gain, max(p0-p1, 0))
	intercept := high.tp - slope*p1
	ratio := 1.0
	if p0 > 0 && p1 > 0 {
		ratio = p0 / p1
	}
	return divide(slope*(gain+intercept*math.Log(ratio)), max(high.tp+high.fn, 0))
}

// CheckTarget refuses targets that do not fit, and labels that are not as many.
func (m AUC) CheckTarget(y, p nn.Shape) error {
	if m.MultiLabel && p.Rank() != 2 {
		return fmt.Errorf("metric auc: multi_label needs predictions of shape (batch, labels), got %v", p)
	}
	if m.NumLabels != nil && *m.NumLabels != p.Last() {
		return fmt.Errorf("metric auc: num_labels is %d, predictions have shape %v", *m.NumLabels, p)
	}
	if m.LabelWeights != nil && (p.Rank() < 2 || len(m.LabelWeights) != p.Last()) {
		return fmt.Errorf("metric auc: there are %d label_weights, predictions have shape %v", len(m.LabelWeights), p)
	}
	return sameOrIDs("auc", y, p)
}

// Validate checks the settings.
func (m *AUC) Validate() error {
	switch m.Curve {
	case "roc":
		m.Curve = "ROC"
	case "pr":
		m.Curve = "PR"
	case "prgain", "pr_gain", "PRGAIN":
		m.Curve = "PR_GAIN"
	}
	if !slices.Contains([]string{"ROC", "PR", "PR_GAIN"}, m.Curve) {
		return fmt.Errorf("metric auc: curve is %q; want ROC, PR or PR_GAIN", m.Curve)
	}
	if !slices.Contains([]string{"interpolation", "minoring", "majoring"}, m.SummationMethod) {
		return fmt.Errorf("metric auc: summation_method is %q; want interpolation, minoring or majoring", m.SummationMethod)
	}
	if m.NumThresholds < 2 {
		return fmt.Errorf("metric auc: num_thresholds is %d; want 2 or more", m.NumThresholds)
	}
	if m.NumLabels != nil && !m.MultiLabel {
		return fmt.Errorf("metric auc: num_labels is for multi_label only")
	}
	for _, w := range m.LabelWeights {
		if !(w >= 0) {
			return fmt.Errorf("metric auc: label_weights are %v; none may be negative", m.LabelWeights)
		}
	}
	return levels{metric: "auc", thresholds: m.Thresholds}.validate()
}
