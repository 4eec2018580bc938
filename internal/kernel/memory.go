package kernel

//go:generate go run -C _asm ./memory -out ../memory_amd64.s -stubs ../memory_stubs_amd64.go -pkg kernel

// Prefetch asks for x to be brought into the cache while the caller does
// something else. Rows of a large table that lie here and there are otherwise
// waited for one by one. It does nothing on machines without assembly.
func Prefetch(x []float32) {
	if len(x) > 0 {
		prefetch(&x[0], len(x))
	}
}
