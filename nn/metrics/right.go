package metrics

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/ops"
)

// right is an op that judges each row of the predictions' last axis, in one pass,
// and leaves [Σ w·share of the row that is right, Σ w]. Small models take a step in
// microseconds, in which every op more is felt. No gradient flows.
type right struct {
	name string
	judge
}

// A judge fills in the share of each row that is right. y has a row or one number
// for each of p.
type judge func(share, y, p []float32)

// byRow judges one row at a time.
func byRow(row func(y, p []float32) float32) judge {
	return func(share, y, p []float32) {
		wide, columns := len(y)/len(share), len(p)/len(share)
		for i := range share {
			share[i] = row(y[i*wide:(i+1)*wide], p[i*columns:(i+1)*columns])
		}
	}
}

// sumPart is how many numbers are summed at a time, as ops.Sum does.
func sumPart(n int) int { return max(1<<14, (n+63)/64) }

// update describes the sums. weight may be nil, or fit the rows.
func (r *right) update(y, p, weight *ops.Value) *ops.Value {
	rows := p.Shape()[:p.Rank()-1]
	if weight == nil {
		return ops.Apply(r, y, p)[0]
	}
	for weight.Rank() > len(rows) && weight.Dim(-1) == 1 {
		weight = ops.Squeeze(weight, -1)
	}
	for weight.Rank() < len(rows) {
		weight = ops.ExpandDims(weight, -1)
	}
	return ops.Apply(r, y, p, ops.BroadcastTo(weight, rows...))[0]
}

func (r *right) String() string                          { return r.name }
func (r *right) Infer([][]int) [][]int                   { return [][]int{{2}} }
func (r *right) Grad(in, _, _ []*ops.Value) []*ops.Value { return make([]*ops.Value, len(in)) }

// Scratch holds the share of each row, then the sums of parts.
func (r *right) Scratch(in [][]int) int {
	rows := 1
	for _, d := range in[1][:len(in[1])-1] {
		rows *= d
	}
	return rows + (rows+sumPart(rows)-1)/sumPart(rows)
}

func (r *right) Bind(b *ops.Binding) func() {
	y, p, out := b.In[0], b.In[1], b.Out[0]
	columns := max(1, b.InShape[1][len(b.InShape[1])-1])
	rows := len(p) / columns
	wide := len(y) / max(1, rows)
	shares, parts := b.Scratch[:rows], b.Scratch[rows:]
	var weight []float32
	if len(b.In) > 2 {
		weight = b.In[2]
	}
	body := func(lo, hi int) {
		r.judge(shares[lo:hi], y[lo*wide:hi*wide], p[lo*columns:hi*columns])
		if weight != nil {
			kernel.Mul(shares[lo:hi], shares[lo:hi], weight[lo:hi])
		}
	}
	grain := max(1, (1<<14)/columns)
	return func() {
		par.For(rows, grain, body)
		out[0], out[1] = sumOf(shares, parts), float32(rows)
		if weight != nil {
			out[1] = sumOf(weight, parts)
		}
	}
}

// sumOf adds in the order of ops.Sum.
func sumOf(x, parts []float32) float32 {
	if len(parts) < 2 {
		return kernel.Sum(x)
	}
	n := sumPart(len(x))
	for i := range parts {
		parts[i] = kernel.Sum(x[i*n : min(len(x), (i+1)*n)])
	}
	return kernel.Sum(parts)
}

// overThreshold is the share of a row on its target's side of a threshold.
func overThreshold(threshold float32) judge {
	return func(share, y, p []float32) {
		columns := len(p) / len(share)
		if columns == 1 {
			for i, v := range p {
				share[i] = float32(sameSide(y[i], v, threshold))
			}
			return
		}
		for r := range share {
			n := 0
			for i := r * columns; i < (r+1)*columns; i++ {
				n += sameSide(y[i], p[i], threshold)
			}
			share[r] = float32(n) / float32(columns)
		}
	}
}

// sameSide is 1 where the target is the side of the threshold that v is on. Which one
// cannot be guessed, so there is no branch.
func sameSide(y, v, threshold float32) int { return bit(y == float32(bit(v > threshold))) }

// bit is 1 for true.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// isHighest is 1 where the class id is that of the first highest prediction.
func isHighest(id, p []float32) float32 {
	if id[0] == float32(highest(p)) {
		return 1
	}
	return 0
}

// sameHighest is 1 where both rows have their first highest number in one place.
func sameHighest(y, p []float32) float32 {
	if highest(y) == highest(p) {
		return 1
	}
	return 0
}

// highest is kernel.ArgMax; a call of it costs more than a short row.
func highest(x []float32) int {
	if len(x) > 16 {
		return kernel.ArgMax(x)
	}
	at, best := -1, float32(0)
	for i, v := range x {
		if v == v && (at < 0 || v > best) {
			at, best = i, v
		}
	}
	return max(0, at)
}

// isAmongHighest is 1 where fewer than k predictions are higher than that of the
// target, which is finite.
func isAmongHighest(k int) func(own, p []float32) float32 {
	return func(own, p []float32) float32 {
		x, higher := own[0], 0
		for _, v := range p {
			if v > x {
				higher++
			}
		}
		if x-x == 0 && higher < k {
			return 1
		}
		return 0
	}
}
