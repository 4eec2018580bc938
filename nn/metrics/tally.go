package metrics

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/nn/ops"
)

// tally sorts predictions into the gaps between thresholds, once, whatever the
// number of thresholds: a histogram of the positive targets and one of the
// negative ones. What lies in gap g is above the first g thresholds, so that the
// four counts of every threshold are running sums (see [histogram]).
type tally struct {
	metric     string
	thresholds []float32 // ascending
	even       bool      // i/(n-1): the gap is computed, not searched
	fromStart  bool      // even, and everything is above the first one
	perLabel   bool      // histograms of each column of the last axis
	labels     []float32 // weights of the columns
	topK       int       // only the k highest of a row can be positive; 0: all
	class      *int      // the only column that counts
	chances    bool      // predictions must be from 0 to 1
}

// lowest stands for predictions that are not among the top k. Keras: NEG_INF.
const lowest = -1e10

func (t *tally) update(y, p, w *ops.Value) *ops.Value {
	_, columns := rowsOf(p.Shape())
	labels := 1
	if t.perLabel {
		labels = columns
	}
	op := &sums{name: "tally of " + t.metric, size: labels * 2 * (len(t.thresholds) + 1), scratch: 2 * min(t.topK, columns), bind: t.bind}
	return op.apply(operands(oneHot(y, p), p, w)...)
}

func (t *tally) bind(b *ops.Binding) func() {
	y, p, out, w := b.In[0], b.In[1], b.Out[0], weights(b)
	rows, columns := rowsOf(b.InShape[1])
	lo, hi := 0, columns
	if t.class != nil {
		lo, hi = *t.class, *t.class+1
	}
	gaps := len(t.thresholds) + 1
	if !t.perLabel && t.labels == nil && t.topK == 0 && t.class == nil {
		if len(t.thresholds) == 1 && !t.chances && w.w == nil {
			return func() { halves(y, p, out, t.thresholds[0]) }
		}
		return func() {
			clear(out)
			from := 0
			if t.even && w.w == nil {
				from = evenly(y, p, out, float32(len(t.thresholds)-1), bit(t.fromStart))
			}
			for i, v := range p[from:] {
				i += from
				t.check(b, v, i/columns)
				at := t.gap(v)
				if y[i] == 0 {
					at += gaps
				}
				out[at] += w.at(i)
			}
		}
	}
	return func() {
		clear(out)
		for r := range rows {
			row := p[r*columns : (r+1)*columns]
			var least float32
			last := -1
			if 0 < t.topK && t.topK < columns {
				least, last = t.kth(row, b.Scratch)
			}
			for c := lo; c < hi; c++ {
				i, v := r*columns+c, row[c]
				t.check(b, v, r)
				if last >= 0 && (v < least || v == least && c > last) {
					v = lowest
				}
				weight := w.at(i)
				if t.labels != nil {
					weight *= t.labels[c]
				}
				at := t.gap(v)
				if t.perLabel {
					at += c * 2 * gaps
				}
				if y[i] == 0 {
					at += gaps
				}
				out[at] += weight
			}
		}
	}
}

// halves counts positive and negative targets on both sides of one threshold.
func halves(y, p, out []float32, threshold float32) {
	above, positive, both := 0, 0, 0
	for i, v := range p {
		a, t := bit(v > threshold), bit(y[i] != 0)
		above += a
		positive += t
		both += a & t
	}
	out[0], out[1] = float32(positive-both), float32(both)
	out[2], out[3] = float32(len(p)-positive-above+both), float32(above-both)
}

// evenly counts predictions from 0 to 1 in even gaps, the lowest of which is first. It
// has no branch that cannot be guessed, and ends before a prediction beyond them.
func evenly(y, p, out []float32, last float32, first int) (counted int) {
	y, gaps := y[:len(p)], len(out)/2
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return i
		}
		x := v * last
		at := int(x)
		at += bit(float32(at) < x)
		out[max(at, first)+gaps&-bit(y[i] == 0)]++
	}
	return len(p)
}

// check refuses what is no probability, where it must be one.
func (t *tally) check(b *ops.Binding, v float32, row int) {
	if t.chances && (v < 0 || v > 1) {
		b.Fail(fmt.Errorf("metric %s: prediction %g of row %d is no probability from 0 to 1; end the model in a sigmoid or softmax, or set FromLogits where the metric has it", t.metric, v, row))
	}
}

// gap counts the thresholds below v.
func (t *tally) gap(v float32) int {
	n := len(t.thresholds)
	if v != v { // NaN is above nothing
		return 0
	}
	if t.even {
		x := min(max(v, 0), 1) * float32(n-1)
		g := int(x)
		if float32(g) < x {
			g++
		}
		if t.fromStart {
			g = max(g, 1)
		}
		return g
	}
	if n <= 8 {
		g := 0
		for g < n && t.thresholds[g] < v {
			g++
		}
		return g
	}
	g, _ := slices.BinarySearch(t.thresholds, v)
	return g
}

// kth finds the k-th highest element of a row and its place; the first of equals
// is the higher.
func (t *tally) kth(row, scratch []float32) (least float32, place int) {
	v, at := scratch[:t.topK], scratch[t.topK:2*t.topK]
	n := 0
	for c, x := range row {
		if n == t.topK && !(x > v[n-1]) {
			continue
		}
		i := min(n, t.topK-1)
		for ; i > 0 && x > v[i-1]; i-- {
			v[i], at[i] = v[i-1], at[i-1]
		}
		v[i], at[i] = x, float32(c)
		n = min(n+1, t.topK)
	}
	return v[n-1], int(at[n-1])
}

// counts are the four ways to be right or wrong at one threshold.
type counts struct{ tp, fp, tn, fn float64 }

func (c counts) precision() float64   { return divide(c.tp, c.tp+c.fp) }
func (c counts) recall() float64      { return divide(c.tp, c.tp+c.fn) }
func (c counts) specificity() float64 { return divide(c.tn, c.tn+c.fp) }
func (c counts) fallOut() float64     { return divide(c.fp, c.fp+c.tn) }

// histogram is what a tally left, summed over batches: positive gaps, then negative ones.
type histogram []float64

// all are the counts at a threshold that nothing is above.
func (h histogram) all() (c counts) {
	gaps := len(h) / 2
	for g, x := range h[:gaps] { // two sums at a time wait for each other less
		c.fn += x
		c.tn += h[gaps+g]
	}
	return c
}

// add lowers the threshold by a gap with so many positive and negative ones.
func (c *counts) add(pos, neg float64) {
	c.tp += pos
	c.fp += neg
	c.fn -= pos
	c.tn -= neg
}

// each gives the counts at every threshold, from the highest to the lowest.
func (h histogram) each(f func(i int, c counts)) {
	gaps := len(h) / 2
	c := h.all()
	for g := gaps - 1; g > 0; g-- {
		c.add(h[g], h[gaps+g])
		f(g-1, c)
	}
}

// spread returns n thresholds from 0 to 1; a single one is 0.5.
func spread(n int) []float32 {
	if n == 1 {
		return []float32{0.5}
	}
	t := make([]float32, n)
	for i := range t {
		t[i] = float32(float64(i) / float64(n-1))
	}
	return t
}

// isEven says whether thresholds are those of spread. Keras:
// is_evenly_distributed_thresholds.
func isEven(t []float64) bool {
	if len(t) < 3 {
		return false
	}
	for i, x := range t {
		want := float64(float32(i) / float32(len(t)-1))
		if math.Abs(x-want) > 1e-7+1e-5*want {
			return false
		}
	}
	return true
}
