//go:build amd64 && !purego

package kernel

func chooseGemm() *gemmISA { return &gemmGo }

func packAlong(_ *gemmISA, dst []float32, width int, src []float32, ld, count, depth int) {
	packAlongGo(dst, width, src, ld, count, depth)
}

func packAcross(_ *gemmISA, dst []float32, width int, src []float32, ld, count, depth int) {
	packAcrossGo(dst, width, src, ld, count, depth)
}
