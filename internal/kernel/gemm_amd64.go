//go:build amd64 && !purego

package kernel

import "github.com/antler-ml/antler/internal/kernel/impl"

var (
	useGemmAVX512 = hasAVX512
	useGemmAVX2   = hasAVX2
)

func init() {
	impl.Register("gemm", "AVX512", &useGemmAVX512)
	impl.Register("gemm", "AVX2", &useGemmAVX2)
}

var (
	gemmAVX512 = gemmISA{name: "AVX512", mr: 12, nr: 32, lanes: 16, tiles: &gemmTilesAVX512}
	gemmAVX2   = gemmISA{name: "AVX2", mr: 6, nr: 16, lanes: 8, tiles: &gemmTilesAVX2, strips: &gemmStripsAVX2}
)

var gemmTilesAVX512 = [2][13]gemmTileFunc{
	{nil, gemmTile1x1AVX512, gemmTile2x1AVX512, gemmTile3x1AVX512, gemmTile4x1AVX512,
		gemmTile5x1AVX512, gemmTile6x1AVX512, gemmTile7x1AVX512, gemmTile8x1AVX512, gemmTile9x1AVX512,
		gemmTile10x1AVX512, gemmTile11x1AVX512, gemmTile12x1AVX512},
	{nil, gemmTile1x2AVX512, gemmTile2x2AVX512, gemmTile3x2AVX512, gemmTile4x2AVX512,
		gemmTile5x2AVX512, gemmTile6x2AVX512, gemmTile7x2AVX512, gemmTile8x2AVX512, gemmTile9x2AVX512,
		gemmTile10x2AVX512, gemmTile11x2AVX512, gemmTile12x2AVX512},
}

var gemmTilesAVX2 = [2][13]gemmTileFunc{
	{nil, gemmTile1x1AVX2, gemmTile2x1AVX2, gemmTile3x1AVX2,
		gemmTile4x1AVX2, gemmTile5x1AVX2, gemmTile6x1AVX2},
	{nil, gemmTile1x2AVX2, gemmTile2x2AVX2, gemmTile3x2AVX2,
		gemmTile4x2AVX2, gemmTile5x2AVX2, gemmTile6x2AVX2},
}

var gemmStripsAVX2 = gemmStrips{{
	{gemmAcross1x1AVX2, gemmAcross1x2AVX2, gemmAcross1x3AVX2, gemmAcross1x1MaskedAVX2, gemmAcross1x2MaskedAVX2},
	{gemmAcross2x1AVX2, gemmAcross2x2AVX2, gemmAcross2x3AVX2, gemmAcross2x1MaskedAVX2, gemmAcross2x2MaskedAVX2},
	{gemmAcross3x1AVX2, gemmAcross3x2AVX2, gemmAcross3x3AVX2, gemmAcross3x1MaskedAVX2, gemmAcross3x2MaskedAVX2},
	{gemmAcross4x1AVX2, gemmAcross4x2AVX2, gemmAcross4x3AVX2, gemmAcross4x1MaskedAVX2, gemmAcross4x2MaskedAVX2, gemmAcross4x2TightAVX2, gemmAcross4x3TightAVX2},
}, {
	{gemmAlong1x1AVX2, gemmAlong1x2AVX2, gemmAlong1x3AVX2, gemmAlong1x1MaskedAVX2, gemmAlong1x2MaskedAVX2},
	{gemmAlong2x1AVX2, gemmAlong2x2AVX2, gemmAlong2x3AVX2, gemmAlong2x1MaskedAVX2, gemmAlong2x2MaskedAVX2},
	{gemmAlong3x1AVX2, gemmAlong3x2AVX2, gemmAlong3x3AVX2, gemmAlong3x1MaskedAVX2, gemmAlong3x2MaskedAVX2},
	{gemmAlong4x1AVX2, gemmAlong4x2AVX2, gemmAlong4x3AVX2, gemmAlong4x1MaskedAVX2, gemmAlong4x2MaskedAVX2, gemmAlong4x2TightAVX2, gemmAlong4x3TightAVX2},
}}

func chooseGemm() *gemmISA {
	switch {
	case useGemmAVX512:
		return &gemmAVX512
	case useGemmAVX2:
		return &gemmAVX2
	}
	return &gemmGo
}

// packAlong is packAlongGo. Four or eight rows at a time are transposed; where
// fewer are left, they end at the last row and some are written twice.
func packAlong(isa *gemmISA, dst []float32, width int, src []float32, ld, count, depth int) {
	wide := isa == &gemmAVX2 && depth >= 8
	whole := depth &^ 3
	switch {
	case isa == &gemmGo || count < 4 || depth < 4:
		whole = 0
	case wide && width == 4:
		whole = depth &^ 7
		packAlong4x8AVX2(&dst[0], &src[0], ld, whole)
	case wide && count >= 8:
		whole = depth &^ 7
		for i := 0; i < count; i += 8 {
			i = min(i, count-8)
			packAlong8AVX2(&dst[i], width, &src[i*ld], ld, whole)
		}
	default:
		for i := 0; i < count; i += 4 {
			i = min(i, count-4)
			packAlong4(&dst[i], width, &src[i*ld], ld, whole)
		}
	}
	if whole < depth {
		packAlongGo(dst[whole*width:], width, src[whole:], ld, count, depth-whole)
	}
	for p := 0; p < whole && count < width; p++ {
		clear(dst[p*width+count : (p+1)*width])
	}
}

// packAcross is packAcrossGo, a row at a time.
func packAcross(isa *gemmISA, dst []float32, width int, src []float32, ld, count, depth int) {
	switch {
	case isa == &gemmGo || depth == 0 || count == 0:
		packAcrossGo(dst, width, src, ld, count, depth)
	case isa == &gemmAVX512:
		packAcrossAVX512(dst, width, src, ld, count, depth)
	default:
		packAcrossAVX2(dst, width, src, ld, count, depth)
	}
}

func packAcrossAVX512(dst []float32, width int, src []float32, ld, count, depth int) {
	const lanes = 16
	v := (width - 1) / lanes // whole vectors before the last
	room := width - v*lanes
	last := max(0, count-v*lanes)
	switch {
	case v > 0 && count < lanes:
		packAcrossGo(dst, width, src, ld, count, depth)
	case v == 0:
		packAcross1AVX512(&dst[0], width, &src[0], ld, depth, last, room)
	default:
		packAcross2AVX512(&dst[0], width, &src[0], ld, depth, last, room)
	}
}

func packAcrossAVX2(dst []float32, width int, src []float32, ld, count, depth int) {
	switch last := count % 8; {
	case width == 4 && count == 4:
		packFours(&dst[0], &src[0], ld, depth)
	case width%8 > 0 || roundUp(count, 8) != width || width > 24:
		packAcrossGo(dst, width, src, ld, count, depth)
	case last > 0:
		[...]func(dst, src *float32, ld, depth, count int){packVectors1MaskedAVX2, packVectors2MaskedAVX2, packVectors3MaskedAVX2}[width/8-1](&dst[0], &src[0], ld, depth, last)
	default:
		[...]func(dst, src *float32, ld, depth, count int){packVectors1AVX2, packVectors2AVX2, packVectors3AVX2}[width/8-1](&dst[0], &src[0], ld, depth, 8)
	}
}

// gemmDots is gemmDotsGo. The lanes that sums are split into differ.
func gemmDots(isa *gemmISA, rows, k int, x []float32, ld int, v, out []float32) {
	if isa == &gemmGo {
		gemmDotsGo(rows, k, x, ld, v, out)
		return
	}
	fours := rows / 4
	switch {
	case fours == 0:
	case isa == &gemmAVX2:
		gemmDotRowsAVX2(fours, k, &x[0], ld, &v[0], &out[0])
	default:
		for i := 0; i < 4*fours; i += 4 {
			gemmDotsAVX512(k, &x[i*ld], ld, &v[0], &out[i])
		}
	}
	var same [4]float32 // one row four times
	for i := 4 * fours; i < rows; i++ {
		if isa == &gemmAVX2 {
			gemmDotRowsAVX2(1, k, &x[i*ld], 0, &v[0], &same[0])
		} else {
			gemmDotsAVX512(k, &x[i*ld], 0, &v[0], &same[0])
		}
		out[i] = same[0]
	}
}

// gemmLongRow is gemmRow for long rows. Their sums stay in memory, not in
// registers, so that the matrix is read in the order of the memory.
func gemmLongRow(isa *gemmISA, k int, v []float32, vStep int, x []float32, ld int, c []float32, accumulate bool) {
	if isa != &gemmAVX2 {
		gemmRow(isa, k, v, vStep, x, ld, c, accumulate)
		return
	}
	add := 0
	if accumulate {
		add = 1
	}
	p := 0
	for ; p+4 <= k; p, add = p+4, 1 {
		gemmRows4AVX2(len(c), &v[p*vStep], vStep, &x[p*ld], ld, &c[0], add)
	}
	if k&2 > 0 {
		gemmRows2AVX2(len(c), &v[p*vStep], vStep, &x[p*ld], ld, &c[0], add)
		p, add = p+2, 1
	}
	if k&1 > 0 {
		gemmRows1AVX2(len(c), &v[p*vStep], vStep, &x[p*ld], ld, &c[0], add)
	}
}

// gemmRow is gemmRowGo: eight vectors at a time, then four, then tiles of one row.
func gemmRow(isa *gemmISA, k int, v []float32, vStep int, x []float32, ld int, c []float32, accumulate bool) {
	if isa == &gemmGo {
		gemmRowGo(k, v, vStep, x, ld, c, accumulate)
		return
	}
	flags := 0
	if accumulate {
		flags = gemmAccumulate
	}
	j := 0
	eight, four := gemmWideRow8AVX2, gemmWideRow4AVX2
	if isa == &gemmAVX512 {
		eight, four = gemmWideRow8AVX512, gemmWideRow4AVX512
	}
	for wide := 8 * isa.lanes; j+wide <= len(c); j += wide {
		eight(k, &v[0], vStep, &x[j], ld, &c[j], flags)
	}
	if wide := 4 * isa.lanes; j+wide <= len(c) {
		four(k, &v[0], vStep, &x[j], ld, &c[j], flags)
		j += wide
	}
	for ; j < len(c); j += isa.nr {
		cols := min(isa.nr, len(c)-j)
		whole := (cols - 1) / isa.lanes
		isa.tiles[whole][1](k, &v[0], 0, vStep, &x[j], ld, &c[j], 0, nil, cols-whole*isa.lanes, flags)
	}
}
