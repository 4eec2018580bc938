package kernel

// gemmGo is the plain Go implementation. Its tile is small enough that the
// sums of half a tile live in registers.
var gemmGo = gemmISA{name: "Go", mr: 4, nr: 4, lanes: 4}

// gemmTileGo is the Go form of gemmTileFunc for a tile of rows×cols, at most
// 4 × 4; bias is nil or has cols numbers.
func gemmTileGo(k, rows, cols int, a []float32, aRow, aStep int, b []float32, bStep int, c []float32, ldc int, bias []float32, flags int) {
	for i := 0; i < rows; i++ {
		var s [4]float32
		if cols == 4 {
			s = dot1x4(k, a[i*aRow:], aStep, b, bStep)
		} else {
			for p, x, y := 0, i*aRow, 0; p < k; p, x, y = p+1, x+aStep, y+bStep {
				for l, v := range b[y : y+cols] {
					s[l] += float32(a[x] * v)
				}
			}
		}
		row := c[i*ldc:][:cols]
		for l := range row {
			v := s[l]
			if flags&gemmAccumulate != 0 {
				v += row[l]
			}
			if bias != nil {
				v += bias[l]
			}
			if flags&gemmReLU != 0 && v < 0 {
				v = 0
			}
			row[l] = v
		}
	}
}

func dot1x4(k int, a []float32, aStep int, b []float32, bStep int) (s [4]float32) {
	var s0, s1, s2, s3 float32
	for p, x, y := 0, 0, 0; p < k; p, x, y = p+1, x+aStep, y+bStep {
		v, w := a[x], b[y:y+4:y+4]
		s0 += float32(v * w[0])
		s1 += float32(v * w[1])
		s2 += float32(v * w[2])
		s3 += float32(v * w[3])
	}
	return [4]float32{s0, s1, s2, s3}
}

// epilogueGo adds the column bias from column j0 on and the row bias to a piece
// of a row, then rectifies it.
func epilogueGo(row, bias []float32, j0 int, rowBias float32, hasRowBias, relu bool) {
	if bias != nil {
		for l, b := range bias[j0 : j0+len(row)] {
			row[l] += b
		}
	}
	if hasRowBias {
		for l := range row {
			row[l] += rowBias
		}
	}
	if relu {
		for l, v := range row {
			if v < 0 {
				row[l] = 0
			}
		}
	}
}

// packAlongGo writes dst[p*width+i] = src[i*ld+p] for i < count, and zeros up to width.
func packAlongGo(dst []float32, width int, src []float32, ld, count, depth int) {
	for i := range width {
		if i >= count {
			for p := range depth {
				dst[p*width+i] = 0
			}
			continue
		}
		for p, v := range src[i*ld:][:depth] {
			dst[p*width+i] = v
		}
	}
}

// packAcrossGo writes dst[p*width+i] = src[p*ld+i] for i < count, and zeros up to width.
func packAcrossGo(dst []float32, width int, src []float32, ld, count, depth int) {
	for p := range depth {
		d := dst[p*width:][:width]
		copy(d, src[p*ld:][:count])
		clear(d[count:])
	}
}
