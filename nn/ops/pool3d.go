package ops

import "github.com/antler-ml/antler/internal/kernel"

// A Pool3DConfig is the geometry of three-dimensional pooling: index 0 is the
// depth axis, 1 the height, 2 the width. A zero Strides entry means Size.
// Padding must be less than Size, so that every window holds a real cell.
type Pool3DConfig struct {
	Size, Strides   [3]int
	PadLow, PadHigh [3]int
}

// MaxPool3D takes the maximum of each window and channel: (n, d, h, w, c)
// becomes (n, od, oh, ow, c). Padding and NaN are as in [MaxPool2D]. The gradient
// goes to every cell that equals the maximum, whole, as in TensorFlow.
func MaxPool3D(x *Value, c Pool3DConfig) *Value {
	return apply1(pool3D{kind: pool3DMax, c: c.withDefaults()}, x)
}

// AvgPool3D takes the mean of the real cells of each window and channel: the
// divisor does not count padding (TensorFlow's rule).
func AvgPool3D(x *Value, c Pool3DConfig) *Value {
	return apply1(pool3D{kind: pool3DAvg, c: c.withDefaults()}, x)
}

func (c Pool3DConfig) withDefaults() Pool3DConfig {
	for a := range 3 {
		if c.Strides[a] == 0 {
			c.Strides[a] = c.Size[a]
		}
	}
	return c
}

// shape checks volumes x against the settings.
func (c Pool3DConfig) shape(op string, in [][]int, x []int) kernel.PoolShape {
	if len(x) != 5 {
		shapePanic(op, in, "want x (n, d, h, w, c) of rank 5, got rank %d", len(x))
	}
	var out [3]int
	for a, name := range [3]string{"depth", "height", "width"} {
		out[a] = poolWindows(op, in, name, 1+a, x[1+a], c.Size[a], c.Strides[a], c.PadLow[a], c.PadHigh[a])
	}
	return kernel.PoolShape{N: x[0], D: x[1], H: x[2], W: x[3], C: x[4], OD: out[0], OH: out[1], OW: out[2],
		KD: c.Size[0], KH: c.Size[1], KW: c.Size[2], SD: c.Strides[0], SH: c.Strides[1], SW: c.Strides[2],
		PD: c.PadLow[0], PH: c.PadLow[1], PW: c.PadLow[2]}
}

type pool3DKind uint8

const (
	pool3DMax     pool3DKind = iota // of x
	pool3DAvg                       // of x
	pool3DSum                       // of x
	pool3DMaxGrad                   // of x and dy, to each maximum; see maxPool2DGrad
	pool3DPick                      // of x and v; see maxPool2DPick
	pool3DAvgGrad                   // of dy
)

var pool3DNames = [...]string{"MaxPool3D", "AvgPool3D", "SumPool3D", "MaxPool3DGrad", "MaxPool3DPick", "AvgPool3DGrad"}

// pool3D is pooling of volumes, its gradients and theirs.
type pool3D struct {
	kind pool3DKind
	c    Pool3DConfig
	x    [5]int // shape of what was pooled, in gradients
}

func (o pool3D) String() string { return pool3DNames[o.kind] }

// of returns the geometry: x is the first operand, or what the gradient belongs to.
func (o pool3D) of(in [][]int) kernel.PoolShape {
	if o.kind == pool3DAvgGrad {
		return o.c.shape(o.String(), in, o.x[:])
	}
	return o.c.shape(o.String(), in, in[0])
}

func (o pool3D) Infer(in [][]int) [][]int {
	s := o.of(in)
	y := []int{s.N, s.OD, s.OH, s.OW, s.C}
	same := func(got, want []int) {
		for i, d := range want {
			if len(got) != 5 || got[i] != d {
				shapePanic(o.String(), in, "the last operand has shape %v, want %v", got, want)
			}
		}
	}
	switch o.kind {
	case pool3DMaxGrad:
		same(in[1], y)
		return in[:1]
	case pool3DPick:
		same(in[1], in[0])
	case pool3DAvgGrad:
		same(in[0], y)
		return [][]int{o.x[:]}
	}
	return [][]int{y}
}

func (o pool3D) Bind(b *Binding) func() {
	p, in, out := kernel.NewPool(o.of(b.InShape)), b.In, b.Out[0]
	switch o.kind {
	case pool3DMax:
		return p.Max(in[0], out)
	case pool3DAvg:
		return p.Avg(in[0], out)
	case pool3DSum:
		return p.Sum(in[0], out)
	case pool3DMaxGrad:
		return p.MaxGradEach(in[0], in[1], out)
	case pool3DPick:
		return p.PickEach(in[0], in[1], out)
	}
	return p.AvgGrad(in[0], out)
}

// InPlace: see maxPool2DGrad.
func (o pool3D) InPlace(input int) bool {
	return o.kind == pool3DMaxGrad && input == 0 && kernel.NewPool(o.c.shape(o.String(), nil, o.x[:])).Tiles()
}

func (o pool3D) Grad(in, _, dout []*Value) []*Value {
	next := func(k pool3DKind, operands ...*Value) *Value {
		n := pool3D{kind: k, c: o.c}
		if k == pool3DMaxGrad || k == pool3DAvgGrad {
			n.x = [5]int(in[0].Shape())
		}
		return apply1(n, operands...)
	}
	d := dout[0]
	switch o.kind {
	case pool3DMax:
		return []*Value{next(pool3DMaxGrad, in[0], d)}
	case pool3DAvg:
		return []*Value{next(pool3DAvgGrad, d)}
	case pool3DSum: // of windows side by side
		return []*Value{apply1(upsample{o.c.Size}, d)}
	case pool3DMaxGrad:
		return []*Value{nil, next(pool3DPick, in[0], d)}
	case pool3DPick:
		return []*Value{nil, next(pool3DMaxGrad, in[0], d)}
	}
	return []*Value{next(pool3DAvg, d)}
}
