package kernel

// A convGrid is what a convolution reads pixel by pixel: x itself, or, when
// cells are there, what gradients of max-pooling spread over its windows.
type convGrid struct {
	x     []float32
	cells []byte
}

func (g *convGrid) pooled() bool { return g.cells != nil }

// A convOut is where results go, and what happens to them on the way.
type convOut struct {
	y, bias []float32
	relu    bool
	act     func(x []float32, at int)
	pool    bool   // y gets the maxima of 2×2 windows
	cells   []byte // and this, unless nil, their cells
}

func (o *convOut) biasFrom(c0 int) []float32 {
	if o.bias == nil {
		return nil
	}
	return o.bias[c0:]
}

// lineSize is the floats of a line of squares before or after pooling, with a
// margin of a pixel on each side, a row for what is not wanted, and a pixel.
func (p *winograd) lineSize(from, to bool) int {
	if !from && !to {
		return 0
	}
	return ((p.cells+1)*(p.tw*p.m+4) + 1) * max(p.c, p.f)
}

// poolResults makes the maxima of the columns [c0, c0+cols) of the squares
// [first, last). The results themselves do not leave the cache.
func (p *winograd) poolResults(first, last int, m []float32, sm, cols int, out *convOut, c0 int, line []float32) {
	size, rows, width := p.m, p.oh/2, p.ow/2
	from := winogradSteps{row: p.cells * sm, col: sm, next: cols}
	for s := first; s < last; {
		n, y, x := p.square(s)
		count := min(last-s, p.tw-x/size)
		row := count * size * cols
		from.at = (s - first) * cols
		winogradDispatch(p.isa, winogradResults, m, from, line, winogradSteps{row: row, col: cols, next: size * cols},
			cols, count, out.biasFrom(c0), out.relu)
		windows := min(count*size, p.ow-x) / 2
		for j := 0; j < size && (y+j)/2 < rows && windows > 0; j += 2 {
			at := ((n*rows+(y+j)/2)*width+x/2)*p.f + c0
			var cells []byte
			if out.cells != nil {
				cells = out.cells[at:]
			}
			poolCells(line[j*row:], line[(j+1)*row:], cols, out.y[at:], cells, p.f, cols, windows, out.relu)
		}
		s += count
	}
}

// transformPooled transforms size×size cells under each of the squares
// [first, last), from (py, px) above and left of its results on, and adds them
// to bias unless that is nil.
func (p *winograd) transformPooled(kind winogradKind, first, last int, grid *convGrid, dst []float32, to winogradSteps, size, py, px int, line, bias []float32) {
	h, w, ch := p.h, p.w, p.c
	if kind == winogradSpreads {
		h, w, ch = p.oh, p.ow, p.f
	}
	for s := first; s < last; {
		n, y, x := p.square(s)
		count := min(last-s, p.tw-x/p.m)
		cols := count*p.m + size - p.m
		row := (cols + 2) * ch
		grid.line(line, n, h, w, ch, y-py, size, x-px, cols)
		if bias != nil {
			tmp := line[(size+1)*row:][:ch]
			clear(tmp)
			for r := range size {
				AddColumns(tmp, line[r*row+ch:][:cols*ch])
			}
			Add(bias, bias, tmp)
		}
		winogradDispatch(p.isa, kind, line, winogradSteps{at: ch, row: row, col: ch, next: p.m * ch}, dst[(s-first)*ch:], to, ch, count, nil, false)
		s += count
	}
}

// line writes rows × cols pixels of image n, h×w before pooling, from (y0, x0)
// on; zeros where there is no window. Rows of d are two pixels longer, and
// begin with one of them: windows may lie across the borders.
func (g *convGrid) line(d []float32, n, h, w, ch, y0, rows, x0, cols int) {
	ph, pw := h/2, w/2
	row := (cols + 2) * ch
	for r := range rows {
		if y0+r < 0 || y0+r >= 2*ph {
			clear(d[r*row:][:row])
		}
	}
	spare := d[rows*row:][:row]
	x1, x2 := max(0, x0>>1), min(pw, (x0+cols+1)>>1)
	for wy := max(0, y0>>1); wy < ph && 2*wy < y0+rows; wy++ {
		d0, d1 := spare, spare
		if r := 2*wy - y0; r >= 0 {
			d0 = d[r*row:][:row]
		}
		if r := 2*wy - y0 + 1; r < rows {
			d1 = d[r*row:][:row]
		}
		from, to := max(0, 2*x1-x0+1)*ch, (2*max(x1, x2)-x0+1)*ch
		for _, e := range [...][]float32{d0, d1} {
			clear(e[:min(from, row)])
			clear(e[min(to, row):])
		}
		if x1 < x2 {
			at := ((n*ph+wy)*pw + x1) * ch
			poolSpread(g.x[at:], g.cells[at:], ch, d0[from:], d1[from:], ch, ch, x2-x1)
		}
	}
}
