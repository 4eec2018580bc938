package kernel

//go:generate go run -C _asm ./warp -out ../warp_amd64.s -stubs ../warp_stubs_amd64.go -pkg kernel

// A WarpRow holds the places in a picture that the pixels of one row of another
// picture come from, and computes those pixels. Set it by one of the methods
// Line, List, NearestLine and NearestList, then call Linear or Pick of the
// pixels' type. Its memory is kept for the next row.
//
// Places beyond the picture count as places at its edge. The plain Go code has
// the same bits as the assembly.
type WarpRow struct {
	at          []int32   // the pixel above and to the left, or the nearest one
	u, v        []float32 // the way to the next column, and to the next row
	top, bottom []int32   // weights of bytes
	h, w        int
	last        bool // one of the places may be the last pixel
}

// A WarpLine gives places at equal distances: pixel x comes from row
// R + x·RStep, column C + x·CStep.
type WarpLine struct{ R, RStep, C, CStep float64 }

// warpPlan is what the assembly reads; the field order is known to its generator.
type warpPlan struct {
	line         WarpLine
	rMax, cMax   float64
	x            float64
	rLast, cLast int32 // the last pixels that have a next one
	w            int32
}

func (r *WarpRow) size(n, h, w int) {
	if h < 1 || w < 1 || uint64(h)*uint64(w) > 1<<31 {
		panic("kernel: WarpRow: the picture is empty or has 2^31 pixels")
	}
	r.h, r.w = h, w
	if room := (n + 7) &^ 7; cap(r.at) < room {
		r.at = make([]int32, room)
		r.u, r.v = make([]float32, room), make([]float32, room)
		r.top, r.bottom = make([]int32, room), make([]int32, room)
	}
	r.at, r.u, r.v = r.at[:n], r.u[:n], r.v[:n]
}

func (r *WarpRow) plan(line WarpLine, x int) warpPlan {
	return warpPlan{line, float64(r.h - 1), float64(r.w - 1), float64(x), int32(max(r.h-2, 0)), int32(max(r.w-2, 0)), int32(r.w)}
}

// bounds are the least and the largest row and column of the places of a line:
// they grow or fall along it, so its ends tell.
type bounds struct{ top, bottom, left, right float64 }

func (l *WarpLine) bounds(x, n int) bounds {
	first, last := float64(x), float64(x+max(n-1, 0))
	r0, r1 := l.R+float64(first*l.RStep), l.R+float64(last*l.RStep)
	c0, c1 := l.C+float64(first*l.CStep), l.C+float64(last*l.CStep)
	return bounds{min(r0, r1), max(r0, r1), min(c0, c1), max(c0, c1)}
}

// inside reports whether all places lie inside the picture; not if one is no number.
func (p *warpPlan) inside(b bounds) bool {
	return b.top >= 0 && b.bottom <= p.rMax && b.left >= 0 && b.right <= p.cMax
}

// wide reports whether none of the nearest pixels is the first, or the last, of
// the picture, so that what lies before them, or behind them, is the picture's
// too. The margins are wider than what rounding moves.
func (p *warpPlan) wide(b bounds) (before, behind bool) {
	return b.top >= 0.75 || b.left >= 0.75, b.bottom < p.rMax-0.75 || b.right < p.cMax-0.75
}

// Line takes n places from pixel x on, in a picture of h × w pixels.
func (r *WarpRow) Line(line WarpLine, x, n, h, w int) {
	r.size(n, h, w)
	p := r.plan(line, x)
	done := 0
	if warpAVX2 && n > 0 {
		warpPlacesLine(&p, r, p.inside(line.bounds(x, n)))
		done = n
	}
	for i := done; i < n; i++ {
		fx := float64(x + i)
		r.at[i], r.u[i], r.v[i] = p.place(line.R+float64(fx*line.RStep), line.C+float64(fx*line.CStep))
	}
}

// List takes one place for each of rows and columns.
func (r *WarpRow) List(rows, columns []float64, h, w int) {
	n := len(rows)
	columns = columns[:n]
	r.size(n, h, w)
	p := r.plan(WarpLine{}, 0)
	done := 0
	if warpAVX2 && n >= 4 {
		done = n &^ 3
		warpPlacesList(&p, r, rows[:done], columns)
	}
	for i := done; i < n; i++ {
		r.at[i], r.u[i], r.v[i] = p.place(rows[i], columns[i])
	}
}

// NearestLine is Line for Pick.
func (r *WarpRow) NearestLine(line WarpLine, x, n, h, w int) {
	r.size(n, h, w)
	p := r.plan(line, x)
	b := line.bounds(x, n)
	_, behind := p.wide(b)
	r.last = !behind
	if warpAVX2 && n > 0 {
		warpNearestLine(&p, r, p.inside(b))
		return
	}
	for i := range n {
		fx := float64(x + i)
		r.at[i] = p.nearest(line.R+float64(fx*line.RStep), line.C+float64(fx*line.CStep))
	}
}

// NearestList is List for Pick.
func (r *WarpRow) NearestList(rows, columns []float64, h, w int) {
	n := len(rows)
	columns = columns[:n]
	r.size(n, h, w)
	r.last = true
	p := r.plan(WarpLine{}, 0)
	done := 0
	if warpAVX2 && n >= 4 {
		done = n &^ 3
		warpNearestList(&p, r, rows[:done], columns)
	}
	for i := done; i < n; i++ {
		r.at[i] = p.nearest(rows[i], columns[i])
	}
}

// steps returns the samples to the next pixel of a row, and to the next row.
// A picture of one row or column has no next one; its ways are zero.
func (r *WarpRow) steps(ch int) (column, row int) {
	column, row = ch, r.w*ch
	if r.w == 1 {
		column = 0
	}
	if r.h == 1 {
		row = 0
	}
	return column, row
}

func (r *WarpRow) check(dst, src, ch int) { r.checkLine(dst, src, len(r.at), ch) }

func (r *WarpRow) checkLine(dst, src, n, ch int) {
	if ch < 1 || dst < n*ch || src < r.h*r.w*ch {
		panic("kernel: WarpRow: dst has no room for the row, or src is no picture of the size given")
	}
}

// LinearFloat32 sets the pixels of dst, of ch samples each, to what lies at
// their places between the pixels of src.
func (r *WarpRow) LinearFloat32(dst, src []float32, ch int) {
	r.check(len(dst), len(src), ch)
	if warpAVX2 && r.h > 1 && r.w > 1 && len(r.at) > 0 && warpLinearFloat(dst, src, r, ch) {
		return
	}
	r.linearFloat(dst, src, ch)
}

// LinearUint8 is LinearFloat32 for bytes: weights are whole numbers of 2^-14,
// the result is rounded to the nearest byte.
func (r *WarpRow) LinearUint8(dst, src []uint8, ch int) {
	r.check(len(dst), len(src), ch)
	n := len(r.at)
	if n == 0 {
		return
	}
	r.top, r.bottom = r.top[:n], r.bottom[:n]
	if warpAVX2 {
		warpWeights(r)
		if r.h > 1 && r.w > 1 && warpLinearByte(dst, src, r, ch) {
			return
		}
	} else {
		r.weights()
	}
	r.linearByte(dst, src, ch)
}

// PickFloat32 sets the pixels of dst, of ch samples each, to the pixels of src
// that NearestLine or NearestList found.
func (r *WarpRow) PickFloat32(dst, src []float32, ch int) {
	r.check(len(dst), len(src), ch)
	if warpAVX2 && len(r.at) > 0 && warpPickFloat(dst, src, r, ch) {
		return
	}
	pickGo(dst, src, r.at, ch)
}

// PickUint8 is PickFloat32 for bytes.
func (r *WarpRow) PickUint8(dst, src []uint8, ch int) {
	r.check(len(dst), len(src), ch)
	if warpAVX2 && len(r.at) > 0 && warpPickByte(dst, src, r, ch) {
		return
	}
	pickGo(dst, src, r.at, ch)
}

// BytesToFloats sets the numbers of dst to the bytes of src.
func BytesToFloats(dst []float32, src []uint8) {
	dst = dst[:len(src)]
	done := 0
	if n := len(src) &^ 31; n > 0 && warpAVX2 {
		warpFloats(dst[:n], src)
		done = n
	}
	floatsGo(dst[done:], src[done:])
}
