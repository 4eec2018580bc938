//go:build !amd64 || purego

package kernel

func poolCells(x0, x1 []float32, col int, y []float32, cells []byte, next, n, count int, relu bool) {
	poolCellsGo(x0, x1, col, y, cells, next, n, count, relu)
}

func poolSpread(y []float32, cells []byte, next int, x0, x1 []float32, col, n, count int) {
	poolSpreadGo(y, cells, next, x0, x1, col, n, count)
}
