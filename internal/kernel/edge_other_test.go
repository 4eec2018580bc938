//go:build !linux

package kernel

// atEdge leaves x where it is.
func atEdge(_ int, x []float32) []float32 { return x }
