//go:build amd64 && !purego

package kernel

import (
	"math"
	"unsafe"
)

// winogradDispatch applies a transform to n channels, whole vectors of them, of
// count squares.
func winogradDispatch(isa tileISA, kind winogradKind, src []float32, from winogradSteps, dst []float32, to winogradSteps, n, count int, bias []float32, relu bool) {
	switch isa {
	case isaAVX512:
		for range count {
			winogradAVX512(kind, &src[from.at], from, &dst[to.at], to, n, unsafe.SliceData(bias), relu)
			from.at += from.next
			to.at += to.next
		}
	case isaAVX2:
		winogradAVX2(kind, &src[from.at], from, &dst[to.at], to, n, count, unsafe.SliceData(bias), relu)
	default:
		winogradGo(winogradMatrix(isa.winogradSize(), kind), src, from, dst, to, n, count, bias, relu)
	}
}

func winogradAVX512(kind winogradKind, s *float32, from winogradSteps, d *float32, to winogradSteps, n int, bias *float32, relu bool) {
	switch kind {
	case winogradSources:
		winogradSourceAVX512(s, from.row, from.col, d, to.row, to.col, n)
	case winogradResults:
		var r int
		if relu {
			r = 1
		}
		winogradResultAVX512(s, from.row, from.col, d, to.row, to.col, n, bias, r)
	case winogradSpreads:
		winogradSpreadAVX512(s, from.row, from.col, d, to.row, to.col, n)
	case winogradWeights:
		winogradWeightAVX512(s, from.row, from.col, d, to.row, to.col, n)
	default:
		winogradTapsAVX512(s, from.row, from.col, d, to.row, to.col, n)
	}
}

func winogradAVX2(kind winogradKind, s *float32, from winogradSteps, d *float32, to winogradSteps, n, count int, bias *float32, relu bool) {
	switch kind {
	case winogradSources:
		winogradSourceAVX2(s, from.row, from.col, d, to.row, to.col, n, from.next, to.next, count)
	case winogradResults:
		winogradResultAVX2(s, from.row, from.col, d, to.row, to.col, n, bias, floorOf(relu), from.next, to.next, count)
	case winogradSpreads:
		winogradSpreadAVX2(s, from.row, from.col, d, to.row, to.col, n, from.next, to.next, count)
	case winogradWeights:
		winogradWeightAVX2(s, from.row, from.col, d, to.row, to.col, n, from.next, to.next, count)
	default:
		winogradTapsAVX2(s, from.row, from.col, d, to.row, to.col, n, from.next, to.next, count)
	}
}

// floorOf is what results are at least.
func floorOf(relu bool) float32 {
	if relu {
		return 0
	}
	return float32(math.Inf(-1))
}

// winogradEdge transforms one square of which only the cells in the ranges
// exist, without touching the others. It reports whether it could.
func winogradEdge(isa tileISA, kind winogradKind, src []float32, from winogradSteps, dst []float32, to winogradSteps, n int, ys, xs cellRange, bias []float32, relu bool) bool {
	if isa != isaAVX2 {
		return false
	}
	s, d := &src[0], &dst[to.at]
	cols := 1<<xs.hi - 1<<xs.lo
	switch kind {
	case winogradSources:
		winogradSourceEdgeAVX2(s, from.row, from.col, d, to.row, to.col, n, from.at, ys.masks(), cols)
	case winogradSpreads:
		winogradSpreadEdgeAVX2(s, from.row, from.col, d, to.row, to.col, n, from.at, ys.masks(), cols)
	case winogradResults:
		winogradResultEdgeAVX2(&src[from.at], from.row, from.col, d, to.row, to.col, n, unsafe.SliceData(bias), floorOf(relu), ys.hi, xs.hi)
	default:
		return false
	}
	return true
}

// masks has a vector for each of six cells: which of them exist.
func (r cellRange) masks() *int32 { return &edgeMasks[r.lo][r.hi][0] }

var edgeMasks = func() (m [7][7][6 * 8]int32) {
	for lo := range m {
		for hi := range m {
			for i := lo; i < hi; i++ {
				for l := range 8 {
					m[lo][hi][i*8+l] = -1
				}
			}
		}
	}
	return
}()

// winogradMul is winogradMulGo for 16 columns; rows of c are written up to a multiple of six.
func winogradMul(isa tileISA, a []float32, lda int, b []float32, ldb int, c []float32, ldc, rows, cols, k int, add bool) {
	if isa != isaAVX2 {
		winogradMulGo(a, lda, b, ldb, c, ldc, rows, cols, k, add)
		return
	}
	winogradMulAVX2(&a[0], lda, &b[0], &c[0], ldc, ceilDiv(rows, 6), k, bit(add))
}

// winogradSum is winogradSumGo for 16 columns and a multiple of 16 rows.
func winogradSum(isa tileISA, a []float32, lda int, b []float32, ldb int, c []float32, ldc, rows, cols, k int, add bool) {
	if isa != isaAVX2 {
		winogradSumGo(a, lda, b, ldb, c, ldc, rows, cols, k, add)
		return
	}
	winogradSumAVX2(&a[0], lda, &b[0], ldb, &c[0], ldc, rows/16, k, bit(add))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
