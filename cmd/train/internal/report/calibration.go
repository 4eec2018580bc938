package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/antler-ml/antler/tensor"
)

// A Calibration says whether probabilities mean what they say: of the answers
// given with 80 %, 80 % should be right. (Guo et al. 2017, "On Calibration of
// Modern Neural Networks", arXiv:1706.04599.)
type Calibration struct {
	Bins  []Bin   // of equal width, by the probability of the answer
	ECE   float64 // expected calibration error: mean of |accuracy − confidence| over the samples
	MCE   float64 // the largest of a bin
	Brier float64 // mean squared distance to the one-hot truth, summed over the classes: 0 to 2
	// Temperature divides the logits so that the loss is lowest; above 1 the
	// model is too sure of itself. 0 when it has no lowest point, as for a model
	// that is always right.
	Temperature float64
	Loss        float64 // mean of −log p of the truth at that temperature
}

// A Bin holds the answers whose probability is in (Low, High].
type Bin struct {
	Low, High            float64
	Count                int
	Accuracy, Confidence float64
}

// NewCalibration compares probabilities with the classes of the samples.
func NewCalibration(bins int, truth []int, probs *tensor.Tensor) *Calibration {
	c := &Calibration{Bins: make([]Bin, bins)}
	for i := range c.Bins {
		c.Bins[i].Low, c.Bins[i].High = float64(i)/float64(bins), float64(i+1)/float64(bins)
	}
	for i, t := range truth {
		p := Row(probs, i)
		best := Best(p)
		conf := float64(p[best])
		b := &c.Bins[min(bins-1, max(0, int(math.Ceil(conf*float64(bins)))-1))]
		b.Count++
		b.Confidence += conf
		if best == t {
			b.Accuracy++
		}
		for k, x := range p {
			want := 0.0
			if k == t {
				want = 1
			}
			c.Brier += (float64(x) - want) * (float64(x) - want)
		}
	}
	n := float64(len(truth))
	c.Brier /= n
	for i := range c.Bins {
		b := &c.Bins[i]
		if b.Count == 0 {
			continue
		}
		b.Accuracy /= float64(b.Count)
		b.Confidence /= float64(b.Count)
		gap := math.Abs(b.Accuracy - b.Confidence)
		c.ECE += gap * float64(b.Count) / n
		c.MCE = max(c.MCE, gap)
	}
	c.temperature(truth, probs)
	return c
}

// temperature looks for the lowest loss by halving: its derivative by 1/T only
// rises, since the loss is convex in 1/T.
func (c *Calibration) temperature(truth []int, probs *tensor.Tensor) {
	const coldest, hottest = 1.0 / 20, 20.0
	low, high := 1/hottest, 1/coldest
	if _, s := lossAt(low, truth, probs); s > 0 {
		return
	}
	if _, s := lossAt(high, truth, probs); s < 1e-9 {
		return
	}
	for range 60 {
		mid := (low + high) / 2
		if _, s := lossAt(mid, truth, probs); s > 0 {
			high = mid
		} else {
			low = mid
		}
	}
	c.Temperature = 1 / low
	c.Loss, _ = lossAt(low, truth, probs)
}

// lossAt is the mean of −log p of the truth, with logits times b, and its
// derivative by b. Logits are the logarithms of the probabilities.
func lossAt(b float64, truth []int, probs *tensor.Tensor) (loss, slope float64) {
	for i, t := range truth {
		sum, mean := 0.0, 0.0
		p := Row(probs, i)
		for _, x := range p {
			l := logit(x)
			e := math.Exp(b * l) // l is at most 0
			sum += e
			mean += e * l
		}
		loss += math.Log(sum) - b*logit(p[t])
		slope += mean/sum - logit(p[t])
	}
	n := float64(len(truth))
	return loss / n, slope / n
}

func logit(p float32) float64 { return math.Log(max(float64(p), 1e-7)) }

// String shows the bins that hold answers.
func (c *Calibration) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "calibration        answers  right   said\n")
	for _, b := range c.Bins {
		if b.Count > 0 {
			fmt.Fprintf(&s, "  %.1f to %.1f     %8d  %.3f  %.3f\n", b.Low, b.High, b.Count, b.Accuracy, b.Confidence)
		}
	}
	fmt.Fprintf(&s, "  expected error %.4f, largest %.4f, Brier score %.4f\n", c.ECE, c.MCE, c.Brier)
	switch {
	case c.Temperature == 0:
	case c.Temperature > 1.05:
		fmt.Fprintf(&s, "  too sure: with logits divided by %.2f the loss is %.4f\n", c.Temperature, c.Loss)
	case c.Temperature < 0.95:
		fmt.Fprintf(&s, "  not sure enough: with logits divided by %.2f the loss is %.4f\n", c.Temperature, c.Loss)
	}
	return s.String()
}
