//go:build !amd64 || purego

package kernel

func winogradDispatch(_ tileISA, kind winogradKind, src []float32, at, row, col int, dst []float32, dstRow, dstCol, n int, bias []float32, relu bool) {
	winogradGo(kind, src, at, row, col, dst, dstRow, dstCol, n, bias, relu)
}
