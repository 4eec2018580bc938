package image

// A stream resizes a picture whose rows come one after the other, so that the
// whole of it is never in memory. The samples are those of resize.
type stream struct {
	c       int // channels
	in, out int // samples of a row before and after
	nearest bool
	next    int // nearest: the next row of the result
	b       box
	cx, cy  *coefs
	row     []uint8 // in the colour mode
}

// beginStream makes s ready for the rows of a picture of h×w with c channels.
// It reports whether the picture can be resized row by row: not when Pillow
// would begin with the columns, since that shows in the samples.
func (s *scratch) beginStream(h, w, c int, cfg *LoadConfig) bool {
	th, tw := cfg.TargetSize[0], cfg.TargetSize[1]
	if th == 0 || th == h && tw == w || c == 4 {
		return false
	}
	src, dst := &Image{Height: h, Width: w}, &s.small
	st := &s.stream
	*st = stream{c: c, in: w * c, out: tw * c, b: cut(h, w, th, tw, cfg.KeepAspectRatio), row: st.row}
	f, _ := cfg.Interpolation.filter()
	if f.f == nil {
		st.nearest = true
		dst.reset(th, tw, c)
		s.places[0], s.places[1] = resized(s.places[0], tw), resized(s.places[1], th)
		places(s.places[0], st.b.x, st.b.w)
		places(s.places[1], st.b.y, st.b.h)
		return true
	}
	if !rowsFirst(&Image{Height: th, Width: tw}, src) {
		return false
	}
	st.cx = s.coef[0].compute(w, st.b.x, st.b.w, tw, f)
	st.cy = s.coef[1].compute(h, st.b.y, st.b.h, th, f)
	if st.cx.identity || st.cy.identity {
		return false
	}
	dst.reset(th, tw, c)
	s.temp = resized(s.temp, (st.cy.hi0-st.cy.lo0)*st.out)
	st.cx.setRows(c)
	return true
}

// streamRow takes row y. What is behind its samples may be read.
func (s *scratch) streamRow(y int, row []uint8) {
	st := &s.stream
	if st.nearest {
		for ys := s.places[1]; st.next < len(ys) && ys[st.next] == y; st.next++ {
			nearest(s.small.Pix[st.next*st.out:][:st.out], row[:st.in], st.in/st.c, st.c, s.places[0], []int{0})
		}
		return
	}
	if y >= st.cy.lo0 && y < st.cy.hi0 {
		st.cx.rows.Do(s.temp[(y-st.cy.lo0)*st.out:][:st.out], row)
	}
}

// endStream returns the result.
func (s *scratch) endStream() *Image {
	if st := &s.stream; !st.nearest {
		columns8(s.small.Pix, s.temp, st.out, st.cy, st.cy.lo0)
	}
	return &s.small
}
