package ops

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
)

// MatMul multiplies matrices by numpy's rule: the last two axes are the
// matrices, those before are batches that broadcast. An operand of rank 1 counts
// as a row on the left and as a column on the right, and that axis vanishes.
//
// [m k]·[k n] -> [m n]; [b m k]·[k n] -> [b m n]; [b m k]·[b k n] -> [b m n].
func MatMul(a, b *Value) *Value {
	in := [][]int{a.shape, b.shape}
	if a.Rank() == 0 || b.Rank() == 0 {
		shapePanic("MatMul", in, "operand %d is a scalar; use Mul", slices.Index([]bool{a.Rank() == 0, b.Rank() == 0}, true))
	}
	if a.Rank() > 1 && b.Rank() > 1 {
		return MatMulT(a, b, false, false)
	}
	if a.Dim(-1) != b.Dim(max(-2, -b.Rank())) {
		shapePanic("MatMul", in, "axis %d of the first has size %d, axis %d of the second %d; they must agree",
			a.Rank()-1, a.Dim(-1), max(0, b.Rank()-2), b.Dim(max(-2, -b.Rank())))
	}
	row, column := a.Rank() == 1, b.Rank() == 1
	if row {
		a = Reshape(a, 1, a.Dim(0))
	}
	if column {
		b = Reshape(b, b.Dim(0), 1)
	}
	y := MatMulT(a, b, false, false)
	shape := slices.Clone(y.shape)
	if column {
		shape = shape[:len(shape)-1]
	}
	if row {
		at := len(shape) - 1
		if !column {
			at--
		}
		shape = slices.Delete(shape, max(at, 0), max(at, 0)+1)
	}
	return Reshape(y, shape...)
}

// MatMulT is MatMul with the matrices of a, of b or of both transposed. Both
// have at least two axes.
func MatMulT(a, b *Value, transA, transB bool) *Value {
	op := &matMul{transA, transB}
	if a.Rank() > 2 && b.Rank() == 2 && !transA {
		op.Infer([][]int{a.shape, b.shape})
		// One tall matrix instead of a batch: the same numbers, fewer products.
		rows := a.Size() / max(1, a.Dim(-1))
		if a.Dim(-1) == 0 {
			rows = sizeOf(a.shape[:a.Rank()-1])
		}
		y := apply1(op, Reshape(a, rows, a.Dim(-1)), b)
		return Reshape(y, append(slices.Clone(a.shape[:a.Rank()-1]), y.Dim(-1))...)
	}
	return apply1(op, a, b)
}

type matMul struct{ transA, transB bool }

func (o *matMul) String() string {
	if !o.transA && !o.transB {
		return "MatMul"
	}
	return fmt.Sprintf("MatMulT(%v, %v)", o.transA, o.transB)
}

// dims returns rows, columns and inner size of the matrices.
func (o *matMul) dims(a, b []int) (m, n, k int) {
	m, k = lastTwo(a, o.transA)
	_, n = lastTwo(b, o.transB)
	return m, n, k
}

func lastTwo(s []int, trans bool) (rows, cols int) {
	rows, cols = s[len(s)-2], s[len(s)-1]
	if trans {
		return cols, rows
	}
	return rows, cols
}

func (o *matMul) Infer(in [][]int) [][]int {
	a, b := in[0], in[1]
	for i, s := range in {
		if len(s) < 2 {
			shapePanic(o.String(), in, "operand %d has %d axes, want at least 2", i, len(s))
		}
	}
	axisA, axisB := len(a)-1, len(b)-2
	if o.transA {
		axisA--
	}
	if o.transB {
		axisB++
	}
	if a[axisA] != b[axisB] {
		shapePanic(o.String(), in, "axis %d of the first has size %d, axis %d of the second %d; they must agree", axisA, a[axisA], axisB, b[axisB])
	}
	m, n, _ := o.dims(a, b)
	batchA, batchB := a[:len(a)-2], b[:len(b)-2]
	out := make([]int, max(len(batchA), len(batchB)))
	for i := range out {
		x, y := dimOr1(batchA, i-len(out)), dimOr1(batchB, i-len(out))
		if x != y && x != 1 && y != 1 {
			shapePanic(o.String(), in, "batch axes differ: axis %d of the first has size %d, axis %d of the second %d; they must be equal or 1",
				i-len(out)+len(batchA), x, i-len(out)+len(batchB), y)
		}
		out[i] = x
		if x == 1 {
			out[i] = y
		}
	}
	return [][]int{append(out, m, n)}
}

// dimOr1 is s[i] with i counted from the end, 1 where s has no such axis.
func dimOr1(s []int, i int) int {
	if i += len(s); i >= 0 {
		return s[i]
	}
	return 1
}

func (o *matMul) Bind(b *Binding) func() {
	sa, sb, sc := b.InShape[0], b.InShape[1], b.OutShape[0]
	m, n, k := o.dims(sa, sb)
	x := kernel.Operand{Data: b.In[0], Ld: sa[len(sa)-1], Trans: o.transA}
	y := kernel.Operand{Data: b.In[1], Ld: sb[len(sb)-1], Trans: o.transB}
	c := b.Out[0]
	batch := sc[:len(sc)-2]
	if sizeOf(batch) == 1 {
		return func() { kernel.Gemm(m, n, k, x, y, c, n, kernel.Epilogue{}) }
	}
	runs := batchRuns(batch, sa[:len(sa)-2], sb[:len(sb)-2])
	for i := range runs {
		runs[i].StrideA *= m * k
		runs[i].StrideB *= k * n
		runs[i].StrideC = m * n
	}
	return func() {
		for _, r := range runs {
			xr, yr := x, y
			xr.Data, yr.Data = x.Data[r.a*m*k:], y.Data[r.b*k*n:]
			kernel.GemmBatch(r.Batch, m, n, k, xr, yr, c[r.c*m*n:], n, kernel.Epilogue{})
		}
	}
}

// batchRun is a stretch of products whose matrices follow one another at fixed
// distances; a, b and c number the first matrices.
type batchRun struct {
	kernel.Batch
	a, b, c int
}

// batchRuns cuts a broadcast batch into the longest stretches; the strides
// count matrices.
func batchRuns(batch, a, b []int) []batchRun {
	total := sizeOf(batch)
	sa, sb := broadcastStrides(a, batch), broadcastStrides(b, batch)
	// Axes from the end join the stretch while both strides continue.
	count, inner := 1, len(batch)
	stepA, stepB := 0, 0
	for ; inner > 0; inner-- {
		d := batch[inner-1]
		if d == 1 {
			continue
		}
		if count == 1 {
			stepA, stepB = sa[inner-1], sb[inner-1]
		} else if sa[inner-1] != stepA*count || sb[inner-1] != stepB*count {
			break
		}
		count *= d
	}
	if total == 0 {
		return nil
	}
	runs := make([]batchRun, 0, total/count)
	for c := 0; c < total; c += count {
		r := batchRun{Batch: kernel.Batch{Count: count, StrideA: stepA, StrideB: stepB}, c: c}
		for i, rest := inner-1, c/count; i >= 0; i-- {
			r.a += rest % batch[i] * sa[i]
			r.b += rest % batch[i] * sb[i]
			rest /= batch[i]
		}
		runs = append(runs, r)
	}
	return runs
}

func (o *matMul) Grad(in, _, dout []*Value) []*Value {
	a, b, d := in[0], in[1], dout[0]
	var da, db *Value
	if o.transA {
		da = MatMulT(b, d, o.transB, true)
	} else {
		da = MatMulT(d, b, false, !o.transB)
	}
	if o.transB {
		db = MatMulT(d, a, true, o.transA)
	} else {
		db = MatMulT(a, d, !o.transA, false)
	}
	return []*Value{unbroadcast(da, a.shape), unbroadcast(db, b.shape)}
}
