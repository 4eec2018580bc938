package ops

import (
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// AttentionConfig are the settings of [Attention].
type AttentionConfig struct {
	Scale  float32 // of the products of queries and keys; 0 is 1
	Causal bool    // query i sees keys 0 … i only
	// Rate is the part of the weights that is dropped before they meet the values;
	// the weights that are returned are whole. Stream is that of [Dropout].
	Rate   float32
	Stream uint64
}

// Attention is dot-product attention, for each head h by itself:
//
//	weights = softmax(Scale·q·kᵀ)    out = weights·v
//
// q [b t h d], k [b s h d], v [b s h e] -> out [b t h e], weights [b h t s].
//
// mask is nil, or 0 where a query must not see a key, of a shape that broadcasts
// to that of the weights. As in Keras a forbidden product gets -1e9 added, so a
// query that may see nothing sees all keys about equally. No gradient flows into mask.
//
// Nothing is transposed or copied: the products read heads where they lie.
// Vaswani et al., Attention Is All You Need, 2017 (arXiv 1706.03762).
func Attention(q, k, v, mask *Value, c AttentionConfig) (out, weights *Value) {
	if c.Scale == 0 {
		c.Scale = 1
	}
	r := Apply(attention{c, mask != nil}, present(q, k, v, mask)...)
	return r[0], r[1]
}

// attention is the op. The gradients need the weights, so they are a result.
type attention struct {
	AttentionConfig
	masked bool
}

func (attention) String() string { return "Attention" }
func (attention) ReadsState()    {}

func (o attention) Infer(in [][]int) [][]int {
	q, k, v := in[0], in[1], in[2]
	for i, s := range in[:3] {
		if len(s) != 4 {
			shapePanic("Attention", in, "operand %d has %d axes, want 4: batch, steps, heads, size", i, len(s))
		}
	}
	for _, p := range []struct {
		what string
		a, b int
	}{
		{"batch (axis 0) of queries and keys", q[0], k[0]}, {"batch (axis 0) of keys and values", k[0], v[0]},
		{"number of heads (axis 2) of queries and keys", q[2], k[2]}, {"number of heads (axis 2) of keys and values", k[2], v[2]},
		{"size (axis 3) of queries and keys", q[3], k[3]}, {"steps (axis 1) of keys and values", k[1], v[1]},
	} {
		if p.a != p.b {
			shapePanic("Attention", in, "%s: %d and %d; they must agree", p.what, p.a, p.b)
		}
	}
	weights := []int{q[0], q[2], q[1], k[1]}
	if o.masked && !slices.Equal(broadcastShape("Attention", [][]int{weights, in[3]}), weights) {
		shapePanic("Attention", in, "the mask does not broadcast to the weights %v", weights)
	}
	return [][]int{{q[0], q[1], q[2], v[3]}, weights}
}

// heads are the sizes of an attention, and how its weights are cut into tiles:
// the rows of one head, some at a time. The borders depend on sizes only.
type heads struct {
	b, t, s, h, d, e int
	rows, blocks     int // rows of a tile, tiles of a head
}

func newHeads(q, k, v []int) heads {
	n := heads{b: q[0], t: q[1], s: k[1], h: q[2], d: q[3], e: v[3]}
	n.rows = 128
	if n.b*n.h < 8 { // few heads: let the workers share them
		n.rows = 32
	}
	n.rows = max(1, min(n.rows, n.t))
	n.blocks = (n.t + n.rows - 1) / n.rows
	return n
}

// A tile is rows lo to hi of the weights of one head of one sample.
type tile struct{ b, h, lo, hi int }

func (n *heads) tile(i int) tile {
	head, block := i/n.blocks, i%n.blocks
	lo := block * n.rows
	return tile{head / n.h, head % n.h, lo, min(n.t, lo+n.rows)}
}

func (n *heads) weights(t tile) (from, to int) {
	first := (t.b*n.h + t.h) * n.t
	return (first + t.lo) * n.s, (first + t.hi) * n.s
}

// seen is how many keys the rows of a tile can see at most.
func (n *heads) seen(causal bool, t tile) int {
	if causal {
		return min(n.s, t.hi)
	}
	return n.s
}

// Where the numbers of a head begin in operands of steps × heads × size.
func (n *heads) query(t tile, size int) int { return ((t.b*n.t+t.lo)*n.h + t.h) * size }
func (n *heads) key(t tile, size int) int   { return (t.b*n.s*n.h + t.h) * size }

// dropStart numbers the elements of a tile for dropout: tiles begin at multiples
// of a group of random numbers.
func (n *heads) dropStart(i int) int {
	const g = kernel.RandomGroup
	return i * ((n.rows*n.s + g - 1) / g * g)
}

// attentionBuffers are the workers' tiles: dropped weights forward, gradients of
// weights backward.
var attentionBuffers bufferList

func (o attention) Bind(b *Binding) func() {
	n := newHeads(b.InShape[0], b.InShape[1], b.InShape[2])
	q, k, v, out, weights, st := b.In[0], b.In[1], b.In[2], b.Out[0], b.Out[1], b.State
	if n.s == 0 || len(weights) == 0 {
		return func() { clear(out) }
	}
	rows := scoreRows{n: n, scale: o.Scale, causal: o.Causal}
	if o.masked {
		rows.mask = b.In[3]
		rows.strides = broadcastStrides(b.InShape[3], b.OutShape[1])
	}
	short := o.Causal && !o.masked // what no row of a tile can see has the weight 0
	attentionBuffers.reserve(par.Workers(), n.s*(n.rows+2))
	body := func(lo, hi int) {
		buf := attentionBuffers.take()
		for i := lo; i < hi; i++ {
			t := n.tile(i)
			from, to := n.weights(t)
			w, keys := weights[from:to], n.seen(short, t)
			kernel.Gemm(t.hi-t.lo, keys, n.d, kernel.Operand{Data: q[n.query(t, n.d):], Ld: n.h * n.d},
				kernel.Operand{Data: k[n.key(t, n.d):], Ld: n.h * n.d, Trans: true}, w, n.s, kernel.Epilogue{})
			rows.softmax(w, t, buf[:2*n.s])
			if o.Rate > 0 {
				dropped := buf[2*n.s:][:len(w)]
				kernel.Dropout(dropped, w, kernel.RandomKey(st.Seed, o.Stream), st.Step, n.dropStart(i), o.Rate)
				w = dropped
			}
			kernel.Gemm(t.hi-t.lo, n.e, keys, kernel.Operand{Data: w, Ld: n.s},
				kernel.Operand{Data: v[n.key(t, n.e):], Ld: n.h * n.e}, out[n.query(t, n.e):], n.h*n.e, kernel.Epilogue{})
		}
		attentionBuffers.put(buf)
	}
	return func() { par.For(n.b*n.h*n.blocks, 1, body) }
}

// scoreRows turns products of queries and keys into weights, row by row.
type scoreRows struct {
	n       heads
	scale   float32
	causal  bool
	mask    []float32 // nil for none
	strides []int     // of mask, for the axes of the weights
}

// softmax works on the rows of a tile; buf holds two rows.
func (r *scoreRows) softmax(w []float32, t tile, buf []float32) {
	n := &r.n
	if r.mask == nil {
		for i := t.lo; i < t.hi; i++ {
			row, keys := w[(i-t.lo)*n.s:][:n.s], n.s
			if r.causal {
				keys = min(n.s, i+1)
				clear(row[keys:])
			}
			kernel.Scale(row[:keys], row[:keys], r.scale)
			kernel.Softmax(row[:keys], row[:keys], keys)
		}
		return
	}
	// The row of the mask as numbers to add, made again when it changes.
	base, add := buf[:n.s], buf[n.s:]
	for i := t.lo; i < t.hi; i++ {
		if i == t.lo || r.strides[2] != 0 {
			r.penalties(base, t, i)
		}
		bias := base
		if r.causal {
			copy(add, base)
			for j := i + 1; j < n.s; j++ {
				add[j] = forbidden
			}
			bias = add
		}
		row := w[(i-t.lo)*n.s:][:n.s]
		kernel.Scale(row, row, r.scale)
		kernel.Add(row, row, bias)
	}
	kernel.Softmax(w, w, n.s)
}

// forbidden is what Keras adds to a product that must not count.
const forbidden = -1e9

// penalties sets dst to 0 where the mask of row i is 1 and to -1e9 where it is 0.
func (r *scoreRows) penalties(dst []float32, t tile, i int) {
	at := t.b*r.strides[0] + t.h*r.strides[1] + i*r.strides[2]
	if r.strides[3] == 0 {
		kernel.Fill(dst, (r.mask[at]-1)*-forbidden)
		return
	}
	kernel.AddScalar(dst, r.mask[at:][:len(dst)], -1)
	kernel.Scale(dst, dst, -forbidden)
}
