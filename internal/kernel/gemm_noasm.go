//go:build !amd64 || purego

package kernel

func chooseGemm() *gemmISA { return &gemmGo }

func packAlong(_ *gemmISA, dst []float32, width int, src []float32, ld, count, depth int) {
	packAlongGo(dst, width, src, ld, count, depth)
}

func packAcross(_ *gemmISA, dst []float32, width int, src []float32, ld, count, depth int) {
	packAcrossGo(dst, width, src, ld, count, depth)
}

func gemmDots(_ *gemmISA, rows, k int, x []float32, ld int, v, out []float32) {
	gemmDotsGo(rows, k, x, ld, v, out)
}

func gemmRow(_ *gemmISA, k int, v []float32, vStep int, x []float32, ld int, c []float32, accumulate bool) {
	gemmRowGo(k, v, vStep, x, ld, c, accumulate)
}

func gemmLongRow(_ *gemmISA, k int, v []float32, vStep int, x []float32, ld int, c []float32, accumulate bool) {
	gemmRowGo(k, v, vStep, x, ld, c, accumulate)
}
