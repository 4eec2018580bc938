package kernel

//go:generate go run -C _asm ./total -out ../total_amd64.s -stubs ../total_stubs_amd64.go -pkg kernel

// AddTo adds x to sums that are kept longer than a batch: dst[i] += x[i]. Each sum
// is one of its own, so the bits are the same on every instruction set.
func AddTo(dst []float64, x []float32) {
	if len(x) != len(dst) {
		panic("kernel: operands of different lengths")
	}
	addTo(dst, x)
}

func addToGo(dst []float64, x []float32) {
	for i, v := range x {
		dst[i] += float64(v)
	}
}
