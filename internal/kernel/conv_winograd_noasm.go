//go:build !amd64 || purego

package kernel

func winogradDispatch(isa tileISA, kind winogradKind, src []float32, from winogradSteps, dst []float32, to winogradSteps, n, count int, bias []float32, relu bool) {
	winogradGo(winogradMatrix(isa.winogradSize(), kind), src, from, dst, to, n, count, bias, relu)
}

func winogradMul(_ tileISA, a []float32, lda int, b []float32, ldb int, c []float32, ldc, rows, cols, k int, add bool) {
	winogradMulGo(a, lda, b, ldb, c, ldc, rows, cols, k, add)
}

func winogradSum(_ tileISA, a []float32, lda int, b []float32, ldb int, c []float32, ldc, rows, cols, k int, add bool) {
	winogradSumGo(a, lda, b, ldb, c, ldc, rows, cols, k, add)
}

func winogradEdge(tileISA, winogradKind, []float32, winogradSteps, []float32, winogradSteps, int, cellRange, cellRange, []float32, bool) bool {
	return false
}
