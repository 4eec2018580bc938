//go:build amd64 && !purego

package kernel

import "unsafe"

func poolCells(x0, x1 []float32, col int, y []float32, cells []byte, next, n, count int, relu bool) {
	if !poolAVX2 || n%8 != 0 {
		poolCellsGo(x0, x1, col, y, cells, next, n, count, relu)
		return
	}
	if count > 0 {
		poolCellsAVX2(&x0[0], &x1[0], col, &y[0], unsafe.SliceData(cells), next, n, count, bit(relu))
	}
}

func poolSpread(y []float32, cells []byte, next int, x0, x1 []float32, col, n, count int) {
	if !poolAVX2 || n%8 != 0 {
		poolSpreadGo(y, cells, next, x0, x1, col, n, count)
		return
	}
	if count > 0 {
		poolSpreadAVX2(&y[0], &cells[0], next, &x0[0], &x1[0], col, n, count)
	}
}
