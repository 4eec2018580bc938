package onnx

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn/ops"
)

// same are the ops that ONNX has under another name only.
var same = map[string]string{
	"Neg": "Neg", "Abs": "Abs", "Sqrt": "Sqrt", "Reciprocal": "Reciprocal", "Exp": "Exp", "Log": "Log", "Tanh": "Tanh",
	"Sigmoid": "Sigmoid", "Softplus": "Softplus", "ReLU": "Relu", "Sign": "Sign", "Floor": "Floor", "Round": "Round",
	"Sin": "Sin", "Cos": "Cos", "Erf": "Erf", "Add": "Add", "Sub": "Sub", "Mul": "Mul", "Div": "Div",
	"Maximum": "Max", "Minimum": "Min", "Pow": "Pow", "StopGradient": "Identity", "Copy": "Identity",
}

// withNumber are ops of a tensor and a number.
var withNumber = map[string]string{"AddScalar": "Add", "MulScalar": "Mul", "PowScalar": "Pow", "MaximumScalar": "Max", "MinimumScalar": "Min"}

// comparisons give a truth.
var comparisons = map[string]string{"Equal": "Equal", "Less": "Less", "LessEqual": "LessOrEqual"}

// translators are the ops that take more than a name.
var translators map[string]func(*builder, *ops.Description) string

func init() { // not a literal: translators build on one another
	translators = map[string]func(*builder, *ops.Description) string{
		"Square": func(b *builder, d *ops.Description) string {
			x := b.name(d.In[0])
			return b.node("Mul", []string{x, x})
		},
		"Rsqrt": func(b *builder, d *ops.Description) string {
			return b.node("Reciprocal", []string{b.node("Sqrt", b.inputs(d))})
		},
		"Log1p": func(b *builder, d *ops.Description) string {
			return b.node("Log", []string{b.node("Add", []string{b.name(d.In[0]), b.scalar(1)})})
		},
		"Expm1": func(b *builder, d *ops.Description) string {
			return b.node("Sub", []string{b.node("Exp", b.inputs(d)), b.scalar(1)})
		},
		"IsNaN": func(b *builder, d *ops.Description) string { return b.number(b.node("IsNaN", b.inputs(d))) },
		"Not": func(b *builder, d *ops.Description) string {
			return b.number(b.node("Not", []string{b.boolean(b.name(d.In[0]))}))
		},
		"NotEqual": func(b *builder, d *ops.Description) string {
			return b.number(b.node("Not", []string{b.node("Equal", b.inputs(d))}))
		},
		"And": func(b *builder, d *ops.Description) string {
			return b.number(b.node("And", []string{b.boolean(b.name(d.In[0])), b.boolean(b.name(d.In[1]))}))
		},
		"Or": func(b *builder, d *ops.Description) string {
			return b.number(b.node("Or", []string{b.boolean(b.name(d.In[0])), b.boolean(b.name(d.In[1]))}))
		},
		"Where": func(b *builder, d *ops.Description) string {
			return b.node("Where", []string{b.boolean(b.name(d.In[0])), b.name(d.In[1]), b.name(d.In[2])})
		},
		"ReLU6": func(b *builder, d *ops.Description) string {
			return b.node("Clip", []string{b.name(d.In[0]), b.scalar(0), b.scalar(6)})
		},
		"Clip": func(b *builder, d *ops.Description) string {
			return b.node("Clip", []string{b.name(d.In[0]), b.scalar(d.Value), b.scalar(d.Bound)})
		},

		"Sum":  func(b *builder, d *ops.Description) string { return b.reduce("ReduceSum", d) },
		"Mean": func(b *builder, d *ops.Description) string { return b.reduce("ReduceMean", d) },
		"Max":  func(b *builder, d *ops.Description) string { return b.reduce("ReduceMax", d) },
		"Min":  func(b *builder, d *ops.Description) string { return b.reduce("ReduceMin", d) },
		"Prod": func(b *builder, d *ops.Description) string { return b.reduce("ReduceProd", d) },
		"LogSumExp": func(b *builder, d *ops.Description) string {
			return b.node("ReduceLogSumExp", b.inputs(d), attr{"axes", []int{-1}}, attr{"keepdims", 0})
		},
		"Softmax": func(b *builder, d *ops.Description) string { return b.node("Softmax", b.inputs(d), attr{"axis", -1}) },
		"LogSoftmax": func(b *builder, d *ops.Description) string {
			return b.node("LogSoftmax", b.inputs(d), attr{"axis", -1})
		},
		"ArgMax": func(b *builder, d *ops.Description) string {
			return b.number(b.node("ArgMax", b.inputs(d), attr{"axis", d.Axis}, attr{"keepdims", 0}))
		},
		"ArgMin": func(b *builder, d *ops.Description) string {
			return b.number(b.node("ArgMin", b.inputs(d), attr{"axis", d.Axis}, attr{"keepdims", 0}))
		},
		"CumSum": func(b *builder, d *ops.Description) string {
			back := 0
			if d.Backward {
				back = 1
			}
			return b.node("CumSum", []string{b.name(d.In[0]), b.int(d.Axis)}, attr{"reverse", back})
		},

		"Reshape": func(b *builder, d *ops.Description) string { return b.reshape(b.name(d.In[0]), b.dims[d.Out[0]]) },
		"BroadcastTo": func(b *builder, d *ops.Description) string {
			return b.node("Expand", []string{b.name(d.In[0]), b.shape(b.dims[d.Out[0]])})
		},
		"Transpose": func(b *builder, d *ops.Description) string { return b.turned(d.In[0], d.Axes) },
		"Concat": func(b *builder, d *ops.Description) string {
			return b.node("Concat", b.inputs(d), attr{"axis", d.Axis})
		},
		"Slice":   (*builder).slice,
		"Pad":     (*builder).pad,
		"Reverse": (*builder).reverse,
		"Gather": func(b *builder, d *ops.Description) string {
			return b.node("Gather", []string{b.name(d.In[0]), b.ids(b.name(d.In[1]))}, attr{"axis", 0})
		},
		"OneHot": func(b *builder, d *ops.Description) string {
			values := b.keep("0,1", func() string { return b.array("values", []int{2}, []float32{0, 1}) })
			return b.node("OneHot", []string{b.ids(b.name(d.In[0])), b.int(d.N), values}, attr{"axis", -1})
		},
		"TakeAlongLast": (*builder).take,
		"Upsample": func(b *builder, d *ops.Description) string {
			scales := []float32{1, float32(d.Size[0]), float32(d.Size[1]), float32(d.Size[2]), 1}
			return b.node("Resize", []string{b.name(d.In[0]), "", b.array("scales", []int{5}, scales)},
				attr{"mode", "nearest"}, attr{"coordinate_transformation_mode", "asymmetric"}, attr{"nearest_mode", "floor"})
		},
		"Resample": (*builder).resample,

		"MatMul": func(b *builder, d *ops.Description) string {
			return b.node("MatMul", []string{b.swapped(d.In[0], d.TransposeA), b.swapped(d.In[1], d.TransposeB)})
		},
		"Dense": func(b *builder, d *ops.Description) string {
			y := b.node("MatMul", []string{b.name(d.In[0]), b.name(d.In[1])})
			if len(d.In) > 2 {
				y = b.node("Add", []string{y, b.name(d.In[2])})
			}
			return b.activate(y, d.Activation)
		},
		"Conv":          (*builder).conv,
		"ConvTranspose": (*builder).convTranspose,
		"MaxPool2D":     func(b *builder, d *ops.Description) string { return b.pool("MaxPool", d) },
		"MaxPool3D":     func(b *builder, d *ops.Description) string { return b.pool("MaxPool", d) },
		"AvgPool2D":     func(b *builder, d *ops.Description) string { return b.pool("AveragePool", d) },
		"AvgPool3D":     func(b *builder, d *ops.Description) string { return b.pool("AveragePool", d) },
		"LayerNorm":     (*builder).layerNorm,
		"GroupNorm":     (*builder).groupNorm,
	}
}

// translate writes one step.
func (b *builder) translate(d *ops.Description) error {
	if op, ok := same[d.Op]; ok {
		b.set(d, b.node(op, b.inputs(d)))
		return nil
	}
	if op, ok := withNumber[d.Op]; ok {
		b.set(d, b.node(op, []string{b.name(d.In[0]), b.scalar(d.Value)}))
		return nil
	}
	if op, ok := comparisons[d.Op]; ok {
		b.set(d, b.number(b.node(op, b.inputs(d))))
		return nil
	}
	if f, ok := translators[d.Op]; ok {
		b.set(d, f(b, d))
		return nil
	}
	switch d.Op {
	case "Split":
		for i, name := range b.nodes("Split", b.inputs(d), len(d.Out), attr{"axis", d.Axis}) {
			b.names[d.Out[i]] = name
		}
		return nil
	case "BatchNorm":
		b.batchNorm(d)
		return nil
	case "Attention":
		b.attention(d)
		return nil
	case "LSTM", "GRU", "SimpleRNN":
		return b.recurrent(d)
	}
	return fmt.Errorf("onnx: layer %q: ONNX has no form for the op %s; leave the layer out, or make it of the functions of package ops", d.Label, d.Op)
}

// reduce: sums take their axes as an operand, the others as a setting.
func (b *builder) reduce(op string, d *ops.Description) string {
	keep := 0
	if d.Keep {
		keep = 1
	}
	if len(d.Axes) == 0 { // of a scalar; ONNX would take it for all
		return b.node("Identity", b.inputs(d))
	}
	if op == "ReduceSum" {
		return b.node(op, []string{b.name(d.In[0]), b.ints(d.Axes...)}, attr{"keepdims", keep})
	}
	return b.node(op, b.inputs(d), attr{"axes", d.Axes}, attr{"keepdims", keep})
}

func (b *builder) slice(d *ops.Description) string {
	to := b.dims[d.Out[0]][d.Axis]
	high := b.dim(dim{to.slope, to.offset + d.Low})
	return b.node("Slice", []string{b.name(d.In[0]), b.ints(d.Low), high, b.ints(d.Axis)})
}

func (b *builder) pad(d *ops.Description) string {
	n := len(d.Pads)
	pads := make([]int, 2*n)
	for i, p := range d.Pads {
		pads[i], pads[n+i] = p[0], p[1]
	}
	return b.node("Pad", []string{b.name(d.In[0]), b.ints(pads...), b.scalar(d.Value)}, attr{"mode", "constant"})
}

// reverse slices backwards, from the last cell to before the first.
func (b *builder) reverse(d *ops.Description) string {
	x := b.name(d.In[0])
	for _, a := range d.Axes {
		x = b.node("Slice", []string{x, b.ints(-1), b.ints(math.MinInt64), b.ints(a), b.ints(-1)})
	}
	return x
}

func (b *builder) take(d *ops.Description) string {
	ids := b.ids(b.name(d.In[1]))
	if d.In[1].Rank() == d.In[0].Rank() {
		return b.node("GatherElements", []string{b.name(d.In[0]), ids}, attr{"axis", -1})
	}
	ids = b.node("Unsqueeze", []string{ids, b.ints(-1)})
	y := b.node("GatherElements", []string{b.name(d.In[0]), ids}, attr{"axis", -1})
	return b.node("Squeeze", []string{y, b.ints(-1)})
}

// resample mixes the cells of an axis by a matrix.
func (b *builder) resample(d *ops.Description) string {
	cells, made := d.In[0].Dim(d.Axis), len(d.Resampling.First)
	mix := make([]float32, cells*made)
	for i, first := range d.Resampling.First {
		for k, w := range d.Resampling.Weights[i] {
			mix[(first+k)*made+i] += w
		}
	}
	order := make([]int, d.In[0].Rank())
	for i := range order {
		order[i] = i
	}
	last := len(order) - 1
	order[d.Axis], order[last] = last, d.Axis // its own inverse
	y := b.node("MatMul", []string{b.turned(d.In[0], order), b.array("mix", []int{cells, made}, mix)})
	return b.transpose(y, order)
}

// swapped is a value, or its transpose, for MatMul.
func (b *builder) swapped(v *ops.Value, swap bool) string {
	if !swap {
		return b.name(v)
	}
	order := make([]int, v.Rank())
	for i := range order {
		order[i] = i
	}
	n := len(order)
	order[n-1], order[n-2] = n-2, n-1
	return b.turned(v, order)
}

// activate applies the activation of an epilogue.
func (b *builder) activate(x string, a ops.Activation) string {
	switch a {
	case ops.ActReLU:
		return b.node("Relu", []string{x})
	case ops.ActTanh:
		return b.node("Tanh", []string{x})
	case ops.ActSigmoid:
		return b.node("Sigmoid", []string{x})
	}
	return x
}
