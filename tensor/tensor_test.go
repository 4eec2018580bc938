package tensor_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	. "github.com/antler-ml/antler/tensor"
)

var nan, inf = float32(math.NaN()), float32(math.Inf(1))

func TestViewsShareMemory(t *testing.T) {
	x := Reshape(Arange(24), 2, 3, 4)
	for name, v := range map[string]*Tensor{
		"Slice": x.Slice(-1, 1, 3), "Step": x.Step(2, 3), "Index": x.Index(0, -1), "Reverse": Reverse(x, 0, -1),
		"Transpose": Transpose(x, 2, 0, 1), "SwapAxes": SwapAxes(x, 0, 2), "MoveAxis": MoveAxis(x, 0, -1),
		"ExpandDims": ExpandDims(x, 1), "Squeeze": Squeeze(x.Slice(1, 2, 3)), "Reshape": Reshape(x, 4, -1), "Split": Split(x, 1, 3)[2],
	} {
		before := slices.Clone(x.Data())
		v.Fill(-1)
		changed := 0
		for i, y := range x.Data() {
			if y != before[i] {
				changed++
			}
		}
		if changed != v.Len() {
			t.Errorf("%s: filling %d elements changed %d", name, v.Len(), changed)
		}
		copy(x.Data(), before)
	}
	// Those that promise a copy.
	for name, c := range map[string]*Tensor{
		"Clone": x.Clone(), "Contiguous": Transpose(x).Contiguous(), "Reshape of a view": Reshape(Transpose(x), 24),
		"Tile": Tile(x, 1), "Repeat": Repeat(x, 1, 0), "Take": Take(x, 0, 0, 1), "Roll": Roll(x, 0, 0), "Concatenate": Concatenate(0, x),
		"Sort": Sort(x, 0), "SortFlat": SortFlat(x), "CumSum": CumSum(x, 0), "Pad": Pad(x, make([][2]int, 3), 0), "Sum": Sum(x.Slice(0, 0, 1), 0),
	} {
		c.Fill(99)
		if !ArrayEqual(x, Reshape(Arange(24), 2, 3, 4)) {
			t.Fatalf("%s shares memory", name)
		}
	}
	if x.Contiguous() != x {
		t.Error("Contiguous copied a contiguous tensor")
	}
}

func TestData(t *testing.T) {
	x := Reshape(Arange(6), 2, 3)
	if &x.Data()[0] != &x.Index(0, 0).Data()[0] {
		t.Error("Data of a contiguous tensor is a copy")
	}
	if got := Transpose(x).Data(); !slices.Equal(got, []float32{0, 3, 1, 4, 2, 5}) {
		t.Errorf("Data of a transpose: %v", got)
	}
	if d := x.Index(0, 0).Data(); cap(d) != 3 {
		t.Errorf("appending to Data would overwrite what follows: capacity %d", cap(d))
	}
	for _, e := range []*Tensor{New(0), New(3, 0), New(0, 3).Slice(1, 2, 3), x.Slice(0, 2, 2), Transpose(New(0, 3))} {
		if e.Data() == nil || len(e.Data()) != 0 || e.Len() != 0 || !e.IsContiguous() {
			t.Errorf("shape %v: data %v", e.Shape(), e.Data())
		}
	}
}

func TestAccess(t *testing.T) {
	x := Transpose(Reshape(Arange(6), 2, 3))
	if got := x.At(2, -1); got != 5 {
		t.Errorf("At(2, -1) = %v, want 5", got)
	}
	x.Set(7, -1, 0)
	if got := x.At(2, 0); got != 7 {
		t.Errorf("after Set: %v", got)
	}
	if x.Dim(-1) != 2 || x.Rank() != 2 || x.Len() != 6 || Scalar(4).Item() != 4 || x.Slice(0, 0, 1).Slice(1, 1, 2).Item() != 3 {
		t.Error("Dim, Rank, Len or Item")
	}
	if got := FromFloat64([]float64{0.1, 2.9}, 2).Ints(); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("Ints: %v", got)
	}
	if got := FromInts([]int{1, 2}, 2).Float64s(); !slices.Equal(got, []float64{1, 2}) {
		t.Errorf("Float64s: %v", got)
	}
	if !ArrayEqual(Eye(2), From([]float32{1, 0, 0, 1}, 2, 2)) || !ArrayEqual(Ones(2), Full(1, 2)) {
		t.Error("Eye or Ones")
	}
}

func TestCopy(t *testing.T) {
	x := Reshape(Arange(12), 3, 4)
	Copy(x.Slice(1, 1, End).Slice(0, 0, 2), From([]float32{10, 20, 30}, 3)) // broadcast into a view
	want := From([]float32{0, 10, 20, 30, 4, 10, 20, 30, 8, 9, 10, 11}, 3, 4)
	if !ArrayEqual(x, want) {
		t.Errorf("got\n%v", x)
	}
	// Overlap: as if through a copy.
	y := Arange(5)
	Copy(y.Slice(0, 1, End), y.Slice(0, 0, -1))
	if !ArrayEqual(y, From([]float32{0, 0, 1, 2, 3}, 5)) {
		t.Errorf("shifted: %v", y)
	}
	w := Arange(5)
	Copy(w.Slice(0, 1, End), From(w.Data()[:4], 4)) // the same memory by another way
	if !ArrayEqual(w, From([]float32{0, 0, 1, 2, 3}, 5)) {
		t.Errorf("shifted: %v", w)
	}
	z := Arange(5)
	Copy(z, Reverse(z))
	if !ArrayEqual(z, From([]float32{4, 3, 2, 1, 0}, 5)) {
		t.Errorf("reversed onto itself: %v", z)
	}
	big := Arange(3000)
	Copy(big.Slice(0, 1, End), big.Slice(0, 0, -1))
	Copy(big, Reverse(big))
	if big.At(0) != 2998 || big.At(1500) != 1498 || big.At(-2) != 0 || big.At(-1) != 0 {
		t.Errorf("long and overlapping: %v", big)
	}
	// Long lanes cross the block size.
	long := New(2, 3000)
	Copy(Transpose(long), Reshape(Arange(6000), 3000, 2))
	if long.At(1, 2999) != 5999 || long.At(0, 2999) != 5998 {
		t.Errorf("long: %v", long)
	}
	Copy(New(0, 2), Scalar(1))
}

// Sums of a million elements are right to the last bit but one, in any layout.
func TestSumsAreAccurate(t *testing.T) {
	const n = 1 << 20
	x := New(n)
	exact := 0.0
	for i := range x.Data() {
		v := float32(1+i%7) / 10
		x.Data()[i] = v
		exact += float64(v)
	}
	for name, s := range map[string]*Tensor{
		"whole":   Sum(x),
		"columns": Sum(Sum(Reshape(x, 1<<10, 1<<10), 0)),
		"view":    Sum(Transpose(Reshape(x, 1<<12, 1<<8)), 0, 1),
	} {
		if e := math.Abs(float64(s.Item())/exact - 1); e > 1.2e-7 {
			t.Errorf("%s: %v, want %v", name, s, exact)
		}
	}
	// Far from zero the variance must not drown: (-1)²·½ + 1²·½ = 1.
	y := Add(Full(1<<23, 1000), Apply(Arange(1000), func(x float32) float32 { return float32(int(x)%2*2 - 1) }))
	if got := Var(y).Item(); got != 1 {
		t.Errorf("variance %v, want 1", got)
	}
	if got := Std(Full(0.1, 1001)).Item(); got > 1e-9 {
		t.Errorf("deviation of a constant: %v", got)
	}
}

func TestAllClose(t *testing.T) {
	a := From([]float32{1, inf, -inf}, 3)
	for _, c := range []struct {
		b    *Tensor
		want bool
	}{
		{From([]float32{1.00001, inf, -inf}, 3), true}, {From([]float32{1.1, inf, -inf}, 3), false},
		{From([]float32{1, inf, inf}, 3), false}, {From([]float32{1, 5, -inf}, 3), false}, {From([]float32{nan, inf, -inf}, 3), false},
		{From([]float32{1, inf, -inf}, 1, 3), true}, {New(2), false},
	} {
		if got := AllClose(a, c.b, 1e-4, 0); got != c.want {
			t.Errorf("%v: got %v", c.b, got)
		}
	}
	if ArrayEqual(Full(nan, 1), Full(nan, 1)) || ArrayEqual(New(1, 2), New(2)) || !ArrayEqual(New(1, 2), New(1, 2)) {
		t.Error("ArrayEqual")
	}
}

// Counting digits and comparing must give the same order.
func TestSortLongAndShort(t *testing.T) {
	x := New(3, 700)
	for i := range x.Data() {
		x.Data()[i] = float32((i*7919)%97-48) / 8
	}
	for i, v := range []float32{nan, inf, -inf, float32(math.Copysign(0, -1)), 0, 1e-45, -1e-45, 3e38, -3e38, nan} {
		x.Set(v, i%3, i*61)
	}
	order := func(a, b float32) int {
		switch {
		case a < b || a == a && b != b:
			return -1
		case a > b || a != a && b == b:
			return 1
		}
		return 0
	}
	sorted, at := Sort(x, 1), ArgSort(x, 1)
	for i := range 3 {
		lane := slices.Clone(x.Index(0, i).Data())
		slices.SortStableFunc(lane, order)
		if why := differ(sorted.Index(0, i), From(lane, 700), 0, 0); why != "" {
			t.Errorf("Sort: %s", why)
		}
		want := Arange(700).Ints()
		slices.SortStableFunc(want, func(a, b int) int { return order(x.At(i, a), x.At(i, b)) })
		if got := at.Index(0, i).Ints(); !slices.Equal(got, want) {
			t.Errorf("ArgSort: got %v, want %v", got, want)
		}
	}
	if why := differ(TakeAlong(x, at, 1), sorted, 0, 0); why != "" {
		t.Errorf("TakeAlong(ArgSort): %s", why)
	}
	if why := differ(Sort(Transpose(x), 0), Transpose(sorted), 0, 0); why != "" {
		t.Errorf("other axis: %s", why)
	}
}

func TestApply2(t *testing.T) {
	got := Apply2(Arange(3), Scalar(10), func(x, y float32) float32 { return x*y + 1 })
	if !ArrayEqual(got, From([]float32{1, 11, 21}, 3)) {
		t.Errorf("got %v", got)
	}
}

func TestBroadcastShape(t *testing.T) {
	if got := BroadcastShape([]int{2, 1}, []int{3}, nil); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("got %v", got)
	}
}

func TestFormatVerbs(t *testing.T) {
	x := From([]float32{1, 0.123456789}, 1, 2)
	for format, want := range map[string]string{
		"%v": "[[1.         0.12345679]]", "%s": "[[1.         0.12345679]]", "%.3v": "[[1.    0.123]]", "%8v": "[[1.\n  0.12345679]]",
		"%+.1v": "tensor[1 2]\n[[1.  0.1]]", "%d": "%!d(*tensor.Tensor=[1 2])",
	} {
		if got := fmt.Sprintf(format, x); got != want {
			t.Errorf("%s: got %q, want %q", format, got, want)
		}
	}
	if got := fmt.Sprint((*Tensor)(nil)); got != "<nil>" {
		t.Errorf("nil: %s", got)
	}
}

// A large product goes through every block of the multiplication.
func TestLargeMatMul(t *testing.T) {
	const m, k, n = 37, 301, 1037
	a, b := New(m, k), New(k, n)
	for i := range a.Data() {
		a.Data()[i] = float32(i%13) - 6 // whole numbers: sums are exact
	}
	for i := range b.Data() {
		b.Data()[i] = float32(i%11) - 5
	}
	got := MatMul(a, b)
	for i := range m {
		for j := range n {
			var want float32
			for p := range k {
				want += a.At(i, p) * b.At(p, j)
			}
			if got.At(i, j) != want {
				t.Fatalf("[%d %d]: got %v, want %v", i, j, got.At(i, j), want)
			}
		}
	}
	if !ArrayEqual(Transpose(MatMul(Transpose(b), Transpose(a))), got) {
		t.Error("(bᵀaᵀ)ᵀ differs from ab")
	}
}
