// Command gemm writes the assembly of the gemm topic: the tiles of C and the
// packing of panels, for AVX2 with FMA and for AVX-512.
package main

import . "github.com/mmcloughlin/avo/build"

func main() {
	ConstraintExpr("amd64,!purego")
	for _, s := range []isa{avx512, avx2} {
		for v := 1; v <= 2; v++ {
			for rows := 1; rows <= s.mr; rows++ {
				tile(s, rows, v)
			}
		}
		wideRow(s, 8)
		wideRow(s, 4)
		dots(s)
		for v := 1; v <= 2; v++ {
			packAcross(s, v)
		}
	}
	packAlong()
	Generate()
}
