// Package roofline measures what a machine can do at most: multiply-adds on a
// core, and bytes from each level of the memory. docs/performance.md holds the
// kernels against it. There is nothing here but benchmarks:
//
//	go test -run '^$' -bench . -cpu 1 ./internal/kernel/roofline
package roofline

//go:generate go run -C ../_asm ./roofline -out ../roofline/fma_amd64.s -stubs ../roofline/fma_stubs_amd64.go -pkg roofline
