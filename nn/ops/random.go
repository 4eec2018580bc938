package ops

import (
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// The numbers of random ops depend on State.Seed, the stream, State.Step and the
// place of the element only: not on workers, other ops, or the order of
// execution. Give every op of a model a stream of its own.

// randomGrain is the number of elements of a chunk, a multiple of kernel.RandomGroup.
const randomGrain = 4096

// RandomUniform returns uniform numbers in [lo, hi). No gradient flows.
func RandomUniform(stream uint64, lo, hi float32, shape ...int) *Value {
	return apply1(&random{uniform, stream, lo, hi, slices.Clone(shape)})
}

// RandomNormal returns normal numbers. No gradient flows.
func RandomNormal(stream uint64, mean, std float32, shape ...int) *Value {
	return apply1(&random{normal, stream, mean, std, slices.Clone(shape)})
}

type randomKind uint8

const (
	uniform  randomKind = iota // in [a, b)
	normal                     // mean a, deviation b
	dropMask                   // 0 with probability a, else 1/(1-a)
)

type random struct {
	kind   randomKind
	stream uint64
	a, b   float32
	shape  []int
}

func (r *random) String() string {
	return [...]string{"RandomUniform", "RandomNormal", "DropoutMask"}[r.kind]
}

func (r *random) Infer([][]int) [][]int          { return [][]int{r.shape} }
func (r *random) ReadsState()                    {}
func (r *random) Grad(_, _, _ []*Value) []*Value { return nil }

func (r *random) Bind(b *Binding) func() {
	out, st := b.Out[0], b.State
	body := func(lo, hi int) {
		key, d := kernel.RandomKey(st.Seed, r.stream), out[lo:hi]
		switch r.kind {
		case uniform:
			kernel.Uniform(d, key, st.Step, lo, r.a, r.b)
		case normal:
			kernel.Normal(d, key, st.Step, lo, r.a, r.b)
		case dropMask:
			kernel.Fill(d, 1)
			kernel.Dropout(d, d, key, st.Step, lo, r.a)
		}
	}
	return func() { par.For(len(out), randomGrain, body) }
}

// Dropout sets elements to 0 with probability rate and divides the others by
// 1-rate. noiseShape says which elements share their fate: nil means none do, and
// an axis of size 1 that all along it do. 0 ≤ rate < 1. The gradient drops the same
// elements; the mask is drawn again for it, not stored.
// Keras: dropout.
func Dropout(v *Value, stream uint64, rate float32, noiseShape []int) *Value {
	if !(rate >= 0 && rate < 1) {
		shapePanic("Dropout", [][]int{v.shape}, "the rate is %v, want at least 0 and less than 1", rate)
	}
	if rate == 0 {
		return v
	}
	if noiseShape == nil || slices.Equal(noiseShape, v.shape) {
		return apply1(dropout{stream, rate}, v)
	}
	if len(noiseShape) != len(v.shape) {
		shapePanic("Dropout", [][]int{v.shape, noiseShape}, "the noise shape needs as many axes as the value")
	}
	for i, d := range noiseShape {
		if d != 1 && d != v.shape[i] {
			shapePanic("Dropout", [][]int{v.shape, noiseShape}, "axis %d of the noise shape is %d, want 1 or %d", i, d, v.shape[i])
		}
	}
	return Mul(v, apply1(&random{dropMask, stream, rate, 0, slices.Clone(noiseShape)}))
}

type dropout struct {
	stream uint64
	rate   float32
}

func (dropout) String() string           { return "Dropout" }
func (dropout) Infer(in [][]int) [][]int { return in[:1] }
func (dropout) InPlace(int) bool         { return true }
func (dropout) ReadsState()              {}

func (d dropout) Grad(_, _, dout []*Value) []*Value { return []*Value{apply1(d, dout[0])} }

func (d dropout) Bind(b *Binding) func() {
	in, out, st := b.In[0], b.Out[0], b.State
	body := func(lo, hi int) {
		kernel.Dropout(out[lo:hi], in[lo:hi], kernel.RandomKey(st.Seed, d.stream), st.Step, lo, d.rate)
	}
	return func() { par.For(len(out), randomGrain, body) }
}
