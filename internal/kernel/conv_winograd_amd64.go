//go:build amd64 && !purego

package kernel

import "unsafe"

// winogradDispatch applies a transform to n channels, whole vectors of them.
func winogradDispatch(isa tileISA, kind winogradKind, src []float32, at, row, col int, dst []float32, dstRow, dstCol, n int, bias []float32, relu bool) {
	if isa != isaAVX512 {
		winogradGo(kind, src, at, row, col, dst, dstRow, dstCol, n, bias, relu)
		return
	}
	s, d := &src[at], &dst[0]
	switch kind {
	case winogradSources:
		winogradSourceAVX512(s, row, col, d, dstRow, dstCol, n)
	case winogradResults:
		var r int
		if relu {
			r = 1
		}
		winogradResultAVX512(s, row, col, d, dstRow, dstCol, n, unsafe.SliceData(bias), r)
	case winogradSpreads:
		winogradSpreadAVX512(s, row, col, d, dstRow, dstCol, n)
	case winogradWeights:
		winogradWeightAVX512(s, row, col, d, dstRow, dstCol, n)
	default:
		winogradTapsAVX512(s, row, col, d, dstRow, dstCol, n)
	}
}
