//go:build !amd64 || purego

package kernel

func addTo(dst []float64, x []float32) { addToGo(dst, x) }
