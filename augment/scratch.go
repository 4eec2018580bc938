package augment

import "sync"

// A scratch is the memory that changing one image needs, kept for the next.
type scratch struct {
	raw  []float32 // the image as read
	flat []float32
	coef []float64
	line []float64
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
