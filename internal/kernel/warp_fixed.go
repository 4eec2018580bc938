package kernel

// PickLineFloat32 is NearestLine and PickFloat32 in one, and faster where only
// one picture has these places. The places are not kept.
func (r *WarpRow) PickLineFloat32(dst, src []float32, ch int, line WarpLine, x, n, h, w int) {
	early, ok := r.fixedLine(ch, line, x, n, h, w)
	if !ok {
		r.NearestLine(line, x, n, h, w)
		r.PickFloat32(dst, src, ch)
		return
	}
	if ch != 3 {
		r.PickFloat32(dst, src, ch)
		return
	}
	r.check(len(dst), len(src), ch)
	warpPickOddFloat(dst, src, r, early)
}

// PickLineUint8 is PickLineFloat32 for bytes.
func (r *WarpRow) PickLineUint8(dst, src []uint8, ch int, line WarpLine, x, n, h, w int) {
	early, ok := r.fixedLine(ch, line, x, n, h, w)
	if !ok {
		r.NearestLine(line, x, n, h, w)
		r.PickUint8(dst, src, ch)
		return
	}
	if ch != 3 {
		r.PickUint8(dst, src, ch)
		return
	}
	r.check(len(dst), len(src), ch)
	warpPickOddByte(dst, src, r, early)
}

// warpFixed is a line whose places, moved up by half a pixel and by fixedMargin,
// are whole numbers of 2^-32; the field order is known to the assembly's
// generator.
type warpFixed struct {
	r, c         [8]int64 // of pixels 0, 1, 4, 5, 2, 3, 6, 7
	rStep, cStep int64    // for eight pixels
	w, times     int32    // from row to row, and from column to column
	rMax, cMax   int32
}

const (
	// fixedSize and fixedLength bound the error: each place is off by less than
	// fixedLength steps off by 2^-32 each, and by what float64 rounds at
	// fixedSize, 2^-21 together. Places of which more than half a fixedMargin
	// lies behind the point are of the pixel that exact numbers give.
	fixedSize   = 1 << 14
	fixedLength = 1 << 11
	fixedMargin = 1 << (32 - 20)
)

// fixedLine is NearestLine by whole numbers, which take half the time. For three
// channels the offsets are three times as large, and early says whether pixels
// are read with what follows them (0) or comes before them (1). It says no where
// places are too near to the edge between two pixels to be sure of, or outside
// what whole numbers hold.
func (r *WarpRow) fixedLine(ch int, line WarpLine, x, n, h, w int) (early int, ok bool) {
	if !warpAVX2 || n == 0 || n > fixedLength || h > fixedSize || w > fixedSize || uint64(h)*uint64(w) > 1<<28 {
		return 0, false
	}
	b := line.bounds(x, n)
	if !(b.top > -fixedSize && b.bottom < 2*fixedSize && b.left > -fixedSize && b.right < 2*fixedSize) {
		return 0, false
	}
	r.size(n, h, w)
	p := r.plan(line, x)
	before, behind := p.wide(b)
	r.last = !behind
	if ch == 3 && !behind {
		if !before {
			return 0, false
		}
		early = 1
	}
	f := warpFixed{w: int32(w), times: 1, rMax: int32(h - 1), cMax: int32(w - 1)}
	if ch == 3 {
		f.w, f.times = 3*int32(w), 3
	}
	rs, cs := f.begin(&f.r, line.R, line.RStep, x), f.begin(&f.c, line.C, line.CStep, x)
	f.rStep, f.cStep = 8*rs, 8*cs
	return early, warpFixedLine(&f, r, p.inside(b)) >= 2*fixedMargin
}

// begin sets the first eight places of an axis, and returns the step.
func (f *warpFixed) begin(places *[8]int64, base, step float64, x int) int64 {
	const unit = 1 << 32
	first := int64((base+float64(float64(x)*step)+0.5)*unit) + fixedMargin
	s := int64(step * unit)
	*places = [8]int64{first, first + s, first + 4*s, first + 5*s, first + 2*s, first + 3*s, first + 6*s, first + 7*s}
	return s
}
