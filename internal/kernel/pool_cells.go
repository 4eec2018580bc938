package kernel

import (
	"unsafe"

	"github.com/antler-ml/antler/internal/par"
)

// A convolution that ends in max-pooling of 2×2 windows need not store its
// results: the maxima and the cells they came from, one byte each, are all that
// the way back needs.

// noCell is the cell of a maximum that a ReLU has cut: no gradient passes.
const noCell = 4

// poolCells computes y = max of count windows between the rows x0 and x1, whose
// pixels are col apart. cells, unless nil, get the number of the first maximum
// (of the first NaN, if there is one) in row-major order; with relu, noCell where
// it is not positive. Both have n channels of every next elements.
func poolCellsGo(x0, x1 []float32, col int, y []float32, cells []byte, next, n, count int, relu bool) {
	for i := range count {
		for c := range n {
			at := 2*i*col + c
			best, cell := x0[at], byte(0)
			for k, v := range [...]float32{x0[at+col], x1[at], x1[at+col]} {
				if best == best && !(v <= best) {
					best, cell = v, byte(k+1)
				}
			}
			y[i*next+c] = best
			if relu && !(best > 0) {
				cell = noCell
			}
			if cells != nil {
				cells[i*next+c] = cell
			}
		}
	}
}

// poolSpread writes count windows of two rows: y in its cell, zero elsewhere.
func poolSpreadGo(y []float32, cells []byte, next int, x0, x1 []float32, col, n, count int) {
	for i := range count {
		for c := range n {
			var v [noCell + 1]float32
			v[cells[i*next+c]] = y[i*next+c]
			at := 2*i*col + c
			x0[at], x0[at+col], x1[at], x1[at+col] = v[0], v[1], v[2], v[3]
		}
	}
}

// CellFloats is how many floats have room for the cells of n maxima.
func CellFloats(n int) int { return ceilDiv(n, 4) }

// cellBytes sees floats as the cells they hold.
func cellBytes(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// SpreadCells returns the work dx = dy at the cells of 2×2 windows of n images
// of h·w·c, zero elsewhere.
func SpreadCells(n, h, w, c int, dy, cells, dx []float32) func() {
	rows, width := h/2, w/2
	where := cellBytes(cells)
	body := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			d := dx[i*h*w*c:][:h*w*c]
			if h > 2*rows || w > 2*width {
				clear(d)
			}
			for y := range rows {
				at := (i*rows + y) * width * c
				poolSpread(dy[at:], where[at:], c, d[2*y*w*c:], d[(2*y+1)*w*c:], c, c, width)
			}
		}
	}
	return func() { par.For(n, 1, body) }
}
