package augment

import (
	"sync"

	"github.com/antler-ml/antler/internal/kernel"
)

// A scratch is the memory that changing one image needs, kept for the next.
type scratch struct {
	raw, typed    []float32 // the image as read, and cut to DType
	flat, moment  []float32
	coef, coef2   []float64 // of splines; weights of resizing
	from, from2   []int
	count, count2 []int
	line          []float64
	rows, columns []float64 // places
	row           kernel.WarpRow
	plane, field  []float32 // of an image's size
	sample        *Sample   // of a flow
	rand          *Rand
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
