package tensor_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	. "github.com/antler-ml/antler/tensor"
)

// Misuse panics with an *Error that names function and argument, says what was
// given, and what would do.
func TestErrors(t *testing.T) {
	x, s := New(2, 3), Scalar(1)
	for _, c := range []struct {
		f    func()
		want string
	}{
		{func() { Sum(x, 2) }, "tensor: Sum: axes: axis 2 is out of range for rank 2 (shape [2 3]); want -2 to 1"},
		{func() { Sum(x, -3) }, "axis -3 is out of range for rank 2 (shape [2 3]); want -2 to 1"},
		{func() { MeanKeep(x, 0, -2) }, "tensor: MeanKeep: axes: axis 0 is named twice in [0 -2]"},
		{func() { ArgMax(s, 0) }, "tensor: ArgMax: axis: axis 0 is out of range: a tensor of rank 0 has no axes"},
		{func() { Max(New(0, 3), 0) }, "tensor: Max: nothing to reduce: shape [0 3] has no elements along the axes"},
		{func() { ArgMin(New(0, 3), 0) }, "axis 0 has size 0 (shape [0 3])"},
		{func() { ArgMaxFlat(New(0)) }, "shape [0] has no elements"},
		{func() { Norm(x, float64(nan)) }, "tensor: Norm: ord: is NaN"},
		{func() { New(2, -1) }, "tensor: New: shape: negative size in [2 -1]"},
		{func() { New(math.MaxInt, 2) }, "more elements than memory can hold"},
		{func() { From(make([]float32, 5), 2, 3) }, "tensor: From: shape: shape [2 3] wants 6 elements, got 5"},
		{func() { From(make([]float32, 5)) }, "want From(data, len(data)) for a vector"},
		{func() { x.At(1) }, "tensor: At: index: got 1 indices for rank 2 (shape [2 3])"},
		{func() { x.Set(1, 0, 3) }, "tensor: Set: index: index 3 is out of range for axis 1 of size 3 (shape [2 3])"},
		{func() { x.Dim(2) }, "tensor: Dim: axis"},
		{func() { x.Item() }, "tensor: Item: want 1 element, shape [2 3] has 6"},
		{func() { Full(nan, 1).Ints() }, "element 0 is NaN"},
		{func() { x.Slice(0, 1, 3) }, "tensor: Slice: lo, hi: [1:3] is out of range for axis 0 of size 2 (shape [2 3])"},
		{func() { x.Slice(0, 1, 0) }, "[1:0] is out of range"},
		{func() { x.Slice(0, -3, 1) }, "[-3:1] is out of range"},
		{func() { x.Step(0, 0) }, "want at least 1, got 0"},
		{func() { x.Index(1, -4) }, "index -4 is out of range for axis 1 of size 3"},
		{func() { Transpose(x, 0) }, "tensor: Transpose: perm: [0] has 1 axes, rank is 2"},
		{func() { Transpose(x, 0, 0) }, "axis 0 is named twice"},
		{func() { SwapAxes(x, 0, 2) }, "tensor: SwapAxes: b: axis 2"},
		{func() { MoveAxis(x, 2, 0) }, "tensor: MoveAxis: from: axis 2"},
		{func() { ExpandDims(x, 4) }, "axis 4 is out of range for rank 3"},
		{func() { Squeeze(x, 1) }, "axis 1 has size 3 (shape [2 3]); only axes of size 1 can go"},
		{func() { Reshape(x, 4) }, "shape [2 3] has 6 elements, [4] wants 4"},
		{func() { Reshape(x, -1, 4) }, "6 elements (shape [2 3]) do not fill [-1 4]: 6 is no multiple of 4"},
		{func() { Reshape(New(0), -1, 0) }, "do not fill [-1 0]"},
		{func() { Reshape(x, -1, -1) }, "more than one -1"},
		{func() { Reshape(x, -2, 3) }, "negative size"},
		{func() { Tile(x, -1) }, "tensor: Tile: reps: negative"},
		{func() { Repeat(x, -1, 0) }, "tensor: Repeat: n: negative"},
		{func() { Pad(x, nil, 0) }, "tensor: Pad: pads: got 0 pairs for rank 2"},
		{func() { Pad(x, [][2]int{{0, 0}, {-1, 0}}, 0) }, "negative width [-1 0] for axis 1; Slice cuts"},
		{func() { BroadcastTo(x, 2, 4) }, "shape [2 3] does not broadcast to [2 4]"},
		{func() { Add(x, New(2)) }, "tensor: Add: shapes [[2 3] [2]] do not broadcast: from the last axis on"},
		{func() { Where(x, New(4), s) }, "tensor: Where: shapes"},
		{func() { Copy(New(3), x) }, "tensor: Copy: src: shape [2 3] does not broadcast to [3]"},
		{func() { Concatenate(0) }, "nothing to join"},
		{func() { Concatenate(0, x, New(2, 4)) }, "shape [2 4] of tensor 1 does not fit [2 3] of tensor 0: sizes must agree except along axis 0"},
		{func() { Stack(0) }, "nothing to join"},
		{func() { Stack(0, x, New(3, 2)) }, "shape [3 2] of tensor 1 is not [2 3] of tensor 0"},
		{func() { Split(x, 1, 2) }, "axis 1 of size 3 (shape [2 3]) cannot be cut into 2 equal parts; SplitAt cuts anywhere"},
		{func() { Take(x, 1, 3) }, "tensor: Take: index: index 3 is out of range for axis 1 of size 3"},
		{func() { Take(New(0, 3), 1, 3) }, "index 3 is out of range"},
		{func() { Gather(x, Full(0.5, 1), 0) }, "tensor: Gather: ids: element 0 is 0.5; want whole numbers"},
		{func() { TakeAlong(x, New(3, 1), 1) }, "shape [3 1] does not fit [2 3]"},
		{func() { MatMul(x, x) }, "tensor: MatMul: shapes [2 3] and [2 3]: inner sizes 3 and 2 differ"},
		{func() { MatMul(x, s) }, "a scalar is no matrix; Mul scales"},
		{func() { MatMul(New(2, 1, 1), New(3, 1, 1)) }, "do not broadcast"},
		{func() { Dot(x, New(2, 3, 4, 1)) }, "tensor: Dot: shapes [2 3] and [2 3 4 1]: last size 3 of a and size 4 of axis 2 of b differ"},
		{func() { BatchDot(x, New(2)) }, "both need a batch axis"},
		{func() { BatchDot(x, New(3, 3)) }, "batch sizes 2 and 3 differ"},
		{func() { BatchDot(x, x, 0) }, "axis 0 is the batch"},
		{func() { BatchDot(x, x, 1, 2) }, "tensor: BatchDot: axes of y: axis 2 is out of range"},
		{func() { BatchDot(x, x, 1, 1, 1) }, "want none, one for both, or one each"},
		{func() { BatchDot(x, New(2, 4)) }, "sizes 3 of axis 1 of x and 4 of axis 1 of y differ"},
	} {
		err := Try(c.f)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
	if err := Try(func() {}); err != nil {
		t.Error(err)
	}
	defer func() {
		if recover() != "other" {
			t.Error("Try swallowed a foreign panic")
		}
	}()
	Try(func() { panic("other") })
}

func TestToCategoricalErrors(t *testing.T) {
	for _, c := range []struct {
		labels  []float32
		classes int
		want    string
	}{
		{[]float32{0, 3}, 3, "tensor: ToCategorical: labels: label 1 is 3; want 0 to 2 for 3 classes (number labels from 0, or pass classes = largest label + 1)"},
		{[]float32{-1}, 3, "label 0 is -1; want 0 to 2"},
		{[]float32{nan}, 3, "label 0 is NaN"},
		{[]float32{nan, 1}, 0, "largest is NaN"},
		{[]float32{inf}, 0, "largest is +Inf"},
		{[]float32{}, 0, "cannot count the classes of no labels"},
		{[]float32{1}, -1, "-1 is negative"},
		{make([]float32, 8), math.MaxInt, "more than memory can hold"},
	} {
		_, err := ToCategorical(From(c.labels, len(c.labels)), c.classes)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v of %d: got %v, want %q", c.labels, c.classes, err, c.want)
		}
	}
}
