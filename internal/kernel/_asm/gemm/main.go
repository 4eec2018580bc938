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
		if s.wide() {
			dots(s)
			packAcross(s, 1)
			packAcross(s, 2)
			continue
		}
		for v := 1; v <= 3; v++ {
			packVectors(s, v, false)
			packVectors(s, v, true)
		}
	}
	for _, n := range []int{1, 2, 4} {
		scaledRows(avx2, n)
	}
	dotRows(avx2)
	packFours()
	for rows := 1; rows <= 4; rows++ {
		for _, along := range []bool{false, true} {
			for v := 1; v <= 3; v++ {
				strip(avx2, rows, v, along, "")
			}
			strip(avx2, rows, 1, along, "Masked")
			strip(avx2, rows, 2, along, "Masked")
		}
	}
	for _, along := range []bool{false, true} {
		for v := 2; v <= 3; v++ {
			strip(avx2, 4, v, along, "Tight")
		}
	}
	packAlong()
	packAlong4x8()
	packAlong8()
	Generate()
}
