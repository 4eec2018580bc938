package ops

import (
	"cmp"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// A Description is one op of a graph in words, for programs that write the graph in
// another language.
type Description struct {
	// Op says what is computed: "Conv", "Add", "Input" … Ops that are not known
	// here, those of users among them, go by their own names.
	Op      string
	Label   string // of the layer; see [Label]
	In, Out []*Value
	Settings
}

// Settings are what a [Description] knows beside its operands. Which of them count
// depends on the op; the others are zero.
type Settings struct {
	Data *tensor.Tensor // Variable, Constant

	Axis         int      // ArgMax, ArgMin, CumSum, Concat, Split, Slice, Resample; BatchNorm: the channels
	Axes         []int    // Sum, Mean, Max, Min, Prod: those reduced; Transpose: the order; Reverse: those turned
	Keep         bool     // reductions: axes stay with size 1
	Backward     bool     // CumSum: from the end; LSTM, GRU, SimpleRNN: last step first
	Low, High    int      // Slice
	Value, Bound float32  // AddScalar …, Pad: the number; Clip: its bounds
	Pads         [][2]int // Pad
	N            int      // OneHot: the width; GroupNorm: the groups

	// Convolutions and pooling: a number for each axis between batch and channels.
	Size, Strides, Dilation, PadLow, PadHigh []int
	Groups                                   int
	Activation                               Activation // Dense, Conv, ConvTranspose

	Epsilon                  float32 // norms
	Gamma, Beta, Given, Mask bool    // norms, Attention, LSTM …: which operands there are
	Scale                    float32 // Attention
	Causal                   bool
	TransposeA, TransposeB   bool // MatMul
	Resampling               Resampling

	RNN RNNOperands // LSTM, GRU, SimpleRNN
}

// RNNOperands are the operands of a recurrent step, nil for those that are not
// there, and how it is set.
type RNNOperands struct {
	X, W, U, B, H0, C0, Mask, DropX, DropH *Value
	Activation, RecurrentActivation        RNNActivation
	ResetAfter, ZeroOutputs                bool
}

// Describe returns what the values are computed by, in an order in which operands
// come first.
func Describe(out ...*Value) []Description {
	seen := map[*node]bool{}
	var nodes []*node
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		nodes = append(nodes, n)
		for _, v := range n.in {
			visit(v.node)
		}
	}
	for _, v := range out {
		visit(v.node)
	}
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.id, b.id) })
	steps := make([]Description, len(nodes))
	for i, n := range nodes {
		steps[i] = Description{Label: n.label, In: n.in, Out: n.out}
		steps[i].describe(n.op)
	}
	return steps
}

// describe fills in the name and the settings of an op.
func (s *Description) describe(op Op) {
	s.Op = opName(op)
	switch o := op.(type) {
	case *leaf:
		s.Op, s.Data = [...]string{"Input", "Variable", "Constant"}[o.kind], o.data
	case elementwise:
		s.Value, s.Bound = o.s, o.s2
	case reduce:
		s.Axes, s.Keep = o.list(), o.keep
	case arg:
		s.Axis = o.axis
	case cumSum:
		s.Op, s.Axis, s.Backward = "CumSum", o.axis, o.backward
	case concat:
		s.Axis = o.axis
	case split:
		s.Axis = o.axis
	case slice:
		s.Axis, s.Low, s.High = o.axis, o.lo, o.hi
	case *pad:
		s.Pads, s.Value = o.pads, o.value
	case *reverse:
		for i, f := range o.flip {
			if f {
				s.Axes = append(s.Axes, i)
			}
		}
	case *transpose:
		s.Axes = o.perm
	case oneHot:
		s.N = o.n
	case *matMul:
		s.Op, s.TransposeA, s.TransposeB = "MatMul", o.transA, o.transB
	case *dense:
		s.Op, s.Activation = "Dense", o.act
	case conv:
		s.Op, s.Activation = "Conv", o.act
		s.geometry(o.c)
	case convInputGrad:
		s.Op, s.Activation = "ConvTranspose", o.act
		s.geometry(o.c)
		s.Size = o.c.list(o.size)
	case maxPool2D:
		s.pool(o.c)
	case avgPool2D:
		s.pool(o.c)
	case pool3D:
		c := o.c
		s.Size, s.Strides, s.PadLow, s.PadHigh = c.Size[:], c.Strides[:], c.PadLow[:], c.PadHigh[:]
	case upsample:
		s.Size = o.size[:]
	case *resample:
		s.Axis, s.Resampling = o.axis, o.r
	case softmax, logSumExp, take, gather, stopGradient, copyOp, *reshape, *broadcastTo:
		// The shapes of the results say the rest.
	case batchNorm:
		s.Op = "BatchNorm"
		s.Epsilon, s.Gamma, s.Beta, s.Given = o.eps, o.gamma, o.beta, o.given
		s.Axis = s.In[0].Rank() - 1 - o.behind
	case layerNorm:
		s.Epsilon, s.Gamma, s.Beta = o.eps, o.gamma, o.beta
	case groupNorm:
		s.N, s.Epsilon, s.Gamma, s.Beta = o.groups, o.eps, o.gamma, o.beta
	case attention:
		s.Scale, s.Causal, s.Mask = o.Scale, o.Causal, o.masked
	case rnn:
		get := func(k int) *Value { return of(o.has, s.In, k) }
		s.Backward = o.backwards
		s.RNN = RNNOperands{get(rnnX), get(rnnW), get(rnnU), get(rnnB), get(rnnH0), get(rnnC0), get(rnnMask), get(rnnDropX), get(rnnDropH),
			o.act, o.rec, o.resetAfter, o.zeroOutputs}
	}
}

func (s *Description) geometry(c convGeometry) {
	s.Strides, s.Dilation, s.PadLow, s.PadHigh, s.Groups = c.list(c.strides), c.list(c.dilation), c.list(c.low), c.list(c.high), c.groups
}

func (s *Description) pool(c PoolConfig) {
	s.Size, s.Strides, s.PadLow, s.PadHigh = c.Size[:], c.Strides[:], c.PadLow[:], c.PadHigh[:]
}

// list is the numbers of the values' axes among the three.
func (c convGeometry) list(three [3]int) []int { return slices.Clone(three[c.first():][:c.rank]) }
