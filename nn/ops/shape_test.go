package ops_test

import (
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// ramp returns the numbers 0.5, 1.5 … negated at every third place.
func ramp(shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data() {
		x := float32(i%17) + 0.5
		if i%3 == 2 {
			x = -x
		}
		t.Data()[i] = x / 4
	}
	return t
}

// eval runs f on tensors.
func eval(t testing.TB, f func(in ...*ops.Value) *ops.Value, in ...*tensor.Tensor) *tensor.Tensor {
	t.Helper()
	var vs values
	for _, x := range in {
		vs = append(vs, ops.Input(x.Shape()...))
	}
	p := ops.Compile(ops.Spec{In: vs, Out: values{f(vs...)}})
	if err := p.Run(ops.State{}, in); err != nil {
		t.Fatal(err)
	}
	return p.Out(0)
}

func TestShapeOpsContract(t *testing.T) {
	for name, c := range map[string]struct {
		f  func(in ...*ops.Value) *ops.Value
		in []*tensor.Tensor
	}{
		"Reshape":          {func(in ...*ops.Value) *ops.Value { return ops.Reshape(in[0], 4, -1) }, []*tensor.Tensor{ramp(2, 6)}},
		"Flatten2D":        {func(in ...*ops.Value) *ops.Value { return ops.Flatten2D(in[0]) }, []*tensor.Tensor{ramp(2, 3, 2)}},
		"Transpose 2D":     {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0]) }, []*tensor.Tensor{ramp(5, 7)}},
		"Transpose blocks": {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0]) }, []*tensor.Tensor{ramp(70, 67)}},
		"Transpose NCHW":   {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0], 0, 3, 1, 2) }, []*tensor.Tensor{ramp(2, 3, 4, 5)}},
		"Transpose 5D":     {func(in ...*ops.Value) *ops.Value { return ops.Transpose(in[0], 4, 1, 3, 0, 2) }, []*tensor.Tensor{ramp(2, 3, 2, 3, 2)}},
		"Concat first":     {func(in ...*ops.Value) *ops.Value { return ops.Concat(0, in...) }, []*tensor.Tensor{ramp(2, 3), ramp(1, 3), ramp(0, 3)}},
		"Concat last":      {func(in ...*ops.Value) *ops.Value { return ops.Concat(-1, in...) }, []*tensor.Tensor{ramp(2, 2, 3), ramp(2, 2, 1)}},
		"Concat itself":    {func(in ...*ops.Value) *ops.Value { return ops.Concat(1, in[0], in[0]) }, []*tensor.Tensor{ramp(2, 2, 3)}},
		"Stack":            {func(in ...*ops.Value) *ops.Value { return ops.Stack(-1, in...) }, []*tensor.Tensor{ramp(2, 3), ramp(2, 3)}},
		"Split":            {func(in ...*ops.Value) *ops.Value { return ops.Split(in[0], 1, 3)[1] }, []*tensor.Tensor{ramp(2, 6)}},
		"Slice":            {func(in ...*ops.Value) *ops.Value { return ops.Slice(in[0], 1, 1, -1) }, []*tensor.Tensor{ramp(3, 4, 2)}},
		"Slices": {func(in ...*ops.Value) *ops.Value {
			a, b := ops.Slice(in[0], 1, 1, -1), ops.Slice(in[0], 1, 0, 2)
			return ops.Add(ops.Add(a, b), ops.Slice(ops.Slice(in[0], 1, 2, 4), 2, 0, 1))
		}, []*tensor.Tensor{ramp(3, 4, 2)}},
		"Reverse":     {func(in ...*ops.Value) *ops.Value { return ops.Reverse(in[0], 0, -1) }, []*tensor.Tensor{ramp(3, 2, 4)}},
		"Pad":         {func(in ...*ops.Value) *ops.Value { return ops.Pad(in[0], [][2]int{{1, 0}, {0, 2}, {3, 1}}, 7) }, []*tensor.Tensor{ramp(2, 3, 2)}},
		"Tile":        {func(in ...*ops.Value) *ops.Value { return ops.Tile(in[0], 2, 1, 3) }, []*tensor.Tensor{ramp(2, 3)}},
		"Repeat":      {func(in ...*ops.Value) *ops.Value { return ops.Repeat(in[0], 3, 0) }, []*tensor.Tensor{ramp(2, 3)}},
		"BroadcastTo": {func(in ...*ops.Value) *ops.Value { return ops.BroadcastTo(in[0], 4, 2, 3) }, []*tensor.Tensor{ramp(2, 1)}},
		"ExpandDims":  {func(in ...*ops.Value) *ops.Value { return ops.Squeeze(ops.ExpandDims(in[0], -1)) }, []*tensor.Tensor{ramp(2, 1)}},
	} {
		t.Run(name, func(t *testing.T) { nntest.Op(t, c.f, c.in...) })
	}
}

// elementAt reads a row-major tensor.
func elementAt(t *tensor.Tensor, index ...int) float32 {
	at := 0
	for i, d := range t.Shape() {
		at = at*d + index[i]
	}
	return t.Data()[at]
}

// TestShapeOpsValues compares each op with the definition of where its elements
// come from, on sizes below and above the blocks of the copying loops.
func TestShapeOpsValues(t *testing.T) {
	type from = func(i []int) ([]int, bool) // index in the operand, or false for padding
	for _, c := range []struct {
		name string
		f    func(v *ops.Value) *ops.Value
		in   []int
		want []int
		from from
	}{
		{"Transpose", func(v *ops.Value) *ops.Value { return ops.Transpose(v) }, []int{33, 65}, []int{65, 33},
			func(i []int) ([]int, bool) { return []int{i[1], i[0]}, true }},
		{"Transpose to NCHW", func(v *ops.Value) *ops.Value { return ops.Transpose(v, 0, 3, 1, 2) }, []int{2, 9, 8, 3}, []int{2, 3, 9, 8},
			func(i []int) ([]int, bool) { return []int{i[0], i[2], i[3], i[1]}, true }},
		{"Transpose to NHWC", func(v *ops.Value) *ops.Value { return ops.Transpose(v, 0, 2, 3, -3) }, []int{2, 40, 8, 9}, []int{2, 8, 9, 40},
			func(i []int) ([]int, bool) { return []int{i[0], i[3], i[1], i[2]}, true }},
		{"Transpose all", func(v *ops.Value) *ops.Value { return ops.Transpose(v, 3, 1, 0, 2) }, []int{2, 3, 4, 5}, []int{5, 3, 2, 4},
			func(i []int) ([]int, bool) { return []int{i[2], i[1], i[3], i[0]}, true }},
		{"Transpose large", func(v *ops.Value) *ops.Value { return ops.Transpose(v) }, []int{300, 211}, []int{211, 300},
			func(i []int) ([]int, bool) { return []int{i[1], i[0]}, true }},
		{"Slice", func(v *ops.Value) *ops.Value { return ops.Slice(v, -2, 1, 3) }, []int{2, 4, 3}, []int{2, 2, 3},
			func(i []int) ([]int, bool) { return []int{i[0], i[1] + 1, i[2]}, true }},
		{"Slice from the end", func(v *ops.Value) *ops.Value { return ops.Slice(v, 0, -3, -1) }, []int{5, 2}, []int{2, 2},
			func(i []int) ([]int, bool) { return []int{i[0] + 2, i[1]}, true }},
		{"Slice of nothing", func(v *ops.Value) *ops.Value { return ops.Slice(v, 0, 1, 1) }, []int{5, 2}, []int{0, 2}, nil},
		{"Split", func(v *ops.Value) *ops.Value { return ops.Split(v, 1, 2)[1] }, []int{3, 4}, []int{3, 2},
			func(i []int) ([]int, bool) { return []int{i[0], i[1] + 2}, true }},
		{"Concat", func(v *ops.Value) *ops.Value { return ops.Concat(0, v, v) }, []int{2, 3}, []int{4, 3},
			func(i []int) ([]int, bool) { return []int{i[0] % 2, i[1]}, true }},
		{"Concat last", func(v *ops.Value) *ops.Value { return ops.Concat(-1, v, v, v) }, []int{2, 3}, []int{2, 9},
			func(i []int) ([]int, bool) { return []int{i[0], i[1] % 3}, true }},
		{"Stack", func(v *ops.Value) *ops.Value { return ops.Stack(1, v, v) }, []int{2, 3}, []int{2, 2, 3},
			func(i []int) ([]int, bool) { return []int{i[0], i[2]}, true }},
		{"Reverse", func(v *ops.Value) *ops.Value { return ops.Reverse(v, 1) }, []int{2, 3, 2}, []int{2, 3, 2},
			func(i []int) ([]int, bool) { return []int{i[0], 2 - i[1], i[2]}, true }},
		{"Reverse all", func(v *ops.Value) *ops.Value { return ops.Reverse(v) }, []int{2, 5}, []int{2, 5},
			func(i []int) ([]int, bool) { return []int{1 - i[0], 4 - i[1]}, true }},
		{"Tile", func(v *ops.Value) *ops.Value { return ops.Tile(v, 2, 3) }, []int{2, 2}, []int{4, 6},
			func(i []int) ([]int, bool) { return []int{i[0] % 2, i[1] % 2}, true }},
		{"Tile fewer", func(v *ops.Value) *ops.Value { return ops.Tile(v, 2) }, []int{2, 2}, []int{2, 4},
			func(i []int) ([]int, bool) { return []int{i[0], i[1] % 2}, true }},
		{"Tile more", func(v *ops.Value) *ops.Value { return ops.Tile(v, 3, 1) }, []int{2}, []int{3, 2},
			func(i []int) ([]int, bool) { return []int{i[1]}, true }},
		{"Repeat", func(v *ops.Value) *ops.Value { return ops.Repeat(v, 3, 1) }, []int{2, 2}, []int{2, 6},
			func(i []int) ([]int, bool) { return []int{i[0], i[1] / 3}, true }},
		{"BroadcastTo", func(v *ops.Value) *ops.Value { return ops.BroadcastTo(v, 2, 3, 4) }, []int{3, 1}, []int{2, 3, 4},
			func(i []int) ([]int, bool) { return []int{i[1], 0}, true }},
		{"BroadcastTo of a scalar", func(v *ops.Value) *ops.Value { return ops.BroadcastTo(v, 200, 200) }, []int{}, []int{200, 200},
			func(i []int) ([]int, bool) { return []int{}, true }},
		{"Pad", func(v *ops.Value) *ops.Value { return ops.Pad(v, [][2]int{{1, 2}, {0, 1}}, 9) }, []int{2, 3}, []int{5, 4},
			func(i []int) ([]int, bool) { return []int{i[0] - 1, i[1]}, i[0] >= 1 && i[0] < 3 && i[1] < 3 }},
		{"ExpandDims", func(v *ops.Value) *ops.Value { return ops.ExpandDims(v, -2) }, []int{2, 3}, []int{2, 1, 3},
			func(i []int) ([]int, bool) { return []int{i[0], i[2]}, true }},
		{"Squeeze", func(v *ops.Value) *ops.Value { return ops.Squeeze(v, 1) }, []int{1, 1, 3}, []int{1, 3},
			func(i []int) ([]int, bool) { return []int{0, 0, i[1]}, true }},
	} {
		x := tensor.New(c.in...)
		for i := range x.Data() {
			x.Data()[i] = float32(i + 1)
		}
		y := eval(t, func(in ...*ops.Value) *ops.Value { return c.f(in[0]) }, x)
		if !slices.Equal(y.Shape(), c.want) {
			t.Errorf("%s: shape is %v, want %v", c.name, y.Shape(), c.want)
			continue
		}
		index := make([]int, len(c.want))
		for at, got := range y.Data() {
			for k, rest := len(index)-1, at; k >= 0; k-- {
				index[k], rest = rest%c.want[k], rest/c.want[k]
			}
			want := float32(9)
			if from, ok := c.from(index); ok {
				want = elementAt(x, from...)
			}
			if got != want {
				t.Errorf("%s: element %v is %v, want %v", c.name, index, got, want)
				break
			}
		}
	}
}

func TestShapeOpsRefuse(t *testing.T) {
	x := ops.Input(2, 3)
	for name, f := range map[string]func(){
		"Reshape to another size":    func() { ops.Reshape(x, 4) },
		"Reshape with two unknowns":  func() { ops.Reshape(x, -1, -1) },
		"Reshape that leaves a rest": func() { ops.Reshape(x, 4, -1) },
		"Reshape of nothing by -1":   func() { ops.Reshape(ops.Input(0, 3), 0, -1) },
		"Flatten2D of a scalar":      func() { ops.Flatten2D(ops.Input()) },
		"ExpandDims":                 func() { ops.ExpandDims(x, 3) },
		"Squeeze":                    func() { ops.Squeeze(x, 0) },
		"Transpose, wrong count":     func() { ops.Transpose(x, 0) },
		"Transpose, twice":           func() { ops.Transpose(x, 0, 0) },
		"Concat of nothing":          func() { ops.Concat(0) },
		"Concat, other sizes":        func() { ops.Concat(0, x, ops.Input(2, 4)) },
		"Concat, other rank":         func() { ops.Concat(0, x, ops.Input(2)) },
		"Stack":                      func() { ops.Stack(0, x, ops.Input(3, 2)) },
		"Split":                      func() { ops.Split(x, 1, 2) },
		"Slice":                      func() { ops.Slice(x, 1, 2, 4) },
		"Slice backwards":            func() { ops.Slice(x, 1, 2, 1) },
		"Pad, wrong count":           func() { ops.Pad(x, [][2]int{{1, 1}}, 0) },
		"Pad, negative":              func() { ops.Pad(x, [][2]int{{-1, 1}, {0, 0}}, 0) },
		"Reverse":                    func() { ops.Reverse(x, 2) },
		"Tile":                       func() { ops.Tile(x, -1) },
		"Repeat":                     func() { ops.Repeat(x, -1, 0) },
		"BroadcastTo":                func() { ops.BroadcastTo(x, 3, 3) },
		"BroadcastTo, fewer axes":    func() { ops.BroadcastTo(x, 3) },
		"OneHot":                     func() { ops.OneHot(x, -1) },
		"TakeAlongLast":              func() { ops.TakeAlongLast(x, ops.Input(3)) },
		"BatchNorm":                  func() { ops.BatchNorm(x, ops.Input(2), nil, 0) },
	} {
		if e, ok := wantPanic(t, name, f).(*ops.ShapeError); !ok || e.Reason == "" {
			t.Errorf("%s: the panic is %v, not a *ShapeError with a reason", name, e)
		}
	}
}

func BenchmarkMove(b *testing.B) {
	for name, c := range map[string]struct {
		f  func(v *ops.Value) *ops.Value
		in []int
	}{
		"Transpose2D": {func(v *ops.Value) *ops.Value { return ops.Transpose(v) }, []int{1024, 1024}},
		"ToNCHW":      {func(v *ops.Value) *ops.Value { return ops.Transpose(v, 0, 3, 1, 2) }, []int{32, 28, 28, 32}},
		"ToNHWC":      {func(v *ops.Value) *ops.Value { return ops.Transpose(v, 0, 2, 3, 1) }, []int{32, 32, 28, 28}},
		"ConcatLast":  {func(v *ops.Value) *ops.Value { return ops.Concat(-1, v, v) }, []int{4096, 128}},
		"Slice":       {func(v *ops.Value) *ops.Value { return ops.Slice(v, 1, 3, 4) }, []int{128, 64, 128}},
	} {
		b.Run(name, func(b *testing.B) {
			x := ops.Input(c.in...)
			p := ops.Compile(ops.Spec{In: values{x}, Out: values{c.f(x)}})
			in := []*tensor.Tensor{ramp(c.in...)}
			b.SetBytes(int64(8 * p.Out(0).Len()))
			for b.Loop() {
				_ = p.Run(ops.State{}, in)
			}
		})
	}
}
