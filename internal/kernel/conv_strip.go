package kernel

// A convStrip says which piece of an image stack a chunk of work reads: for
// rows [r0, r0+r) of results, source rows from r0*num/den + first on. When no
// chunk reaches beyond the image the piece is the image itself; otherwise it is
// copied into a buffer of its own, small enough to stay in cache, with zeros
// where the padding is. So the tiles never meet a border.
type convStrip struct {
	h, w, c   int // an image of the source
	planes    convPlanes
	num, den  int // source rows per result row
	first     int // source row of result row 0; negative in the padding
	phase     int // result rows are counted from here within den
	span      int // source rows of one result row
	col, cols int // source columns, likewise
	tall      int // most result rows of a chunk
	pitch     int // floats from pixel to pixel of a copy
	direct    bool
}

// rows is how many source rows r result rows need.
func (s *convStrip) rows(r int) int {
	return (s.phase+(r-1)*s.num)/s.den + s.span
}

func (s *convStrip) rowStep() int {
	if s.direct {
		return s.w * s.c
	}
	return s.cols * s.pitch
}

// pixelStep is the distance of two pixels side by side.
func (s *convStrip) pixelStep() int {
	if s.direct {
		return s.c
	}
	return s.pitch
}

// planeStep is the distance of two planes of an image.
func (s *convStrip) planeStep() int { return s.rows(s.tall) * s.cols * s.pitch }

// imageStep is the distance of two images in a chunk.
func (s *convStrip) imageStep() int {
	if s.direct {
		return s.h * s.w * s.c
	}
	return s.planes.most * s.planeStep()
}

// settle decides whether the source can be read in place, n result rows in all.
// Tiles that go from pixel to pixel with few channels at a time (apart) want a
// copy whose pixels do not share the few cache sets that a power of two leaves.
func (s *convStrip) settle(n int, apart bool) {
	s.pitch = s.c
	if apart && s.c%64 == 0 {
		s.pitch += 16
	}
	s.direct = s.pitch == s.c && s.planes.same() && s.first >= 0 && s.first+s.rows(n) <= s.h && s.col >= 0 && s.col+s.cols <= s.w
}

// size is the buffer for a chunk.
func (s *convStrip) size(images int) int {
	if s.direct {
		return 0
	}
	return images * s.imageStep()
}

// at returns the piece for images [n0, n1) and result rows [r0, r1).
func (s *convStrip) at(src, buf []float32, n0, n1, r0, r1 int) []float32 {
	top := s.first + r0*s.num/s.den
	if s.direct {
		return src[((n0*s.h+top)*s.w+s.col)*s.c:]
	}
	rows := s.rows(r1 - r0)
	for i := n0; i < n1; i++ {
		d := buf[(i-n0)*s.imageStep():]
		for k := range s.planes.from[s.planes.phase(i)] {
			s.fill(d[k*s.planeStep():], src, s.planes.source(i, k), top, rows)
		}
	}
	return buf
}

// fill copies rows of an image from top on to d, zeros where there are none;
// image -1 is zero everywhere.
func (s *convStrip) fill(d, src []float32, image, top, rows int) {
	row := s.cols * s.pitch
	left, from := max(0, -s.col), max(0, s.col)
	n := max(0, min(s.w, s.col+s.cols)-from)
	lo := min(max(0, -top), rows)
	hi := max(lo, min(rows, s.h-top))
	if image < 0 || n == 0 {
		hi = lo
	}
	clear(d[:lo*row])
	clear(d[hi*row : rows*row])
	if lo == hi {
		return
	}
	x := src[((image*s.h+top+lo)*s.w+from)*s.c:]
	if n*s.c == row && n == s.w {
		copy(d[lo*row:hi*row], x)
		return
	}
	for y := range hi - lo {
		to := d[(lo+y)*row:][:row]
		clear(to[:left*s.pitch])
		clear(to[(left+n)*s.pitch:])
		to, from := to[left*s.pitch:], x[y*s.w*s.c:]
		if s.pitch == s.c {
			copy(to[:n*s.c], from)
			continue
		}
		for i := range n {
			copy(to[i*s.pitch:][:s.c], from[i*s.c:])
		}
	}
}

// convChunks cuts images × rows into pieces: some rows of one image, or some
// whole images. It depends on the geometry only.
type convChunks struct {
	n, rows      int // all
	images, tall int // of a chunk
	perImage     int
	count        int
}

// single makes every piece one image at most.
func (c *convChunks) single() {
	if c.images > 1 {
		c.images, c.count = 1, c.n
	}
}

// chunk returns piece i, and whether it is smaller than the others (1) or not (0).
func (c *convChunks) chunk(i int) (n0, n1, r0, r1, short int) {
	if c.images > 1 || c.perImage == 1 {
		n0 = i * c.images
		n1, r1 = min(c.n, n0+c.images), c.rows
	} else {
		n0, r0 = i/c.perImage, i%c.perImage*c.tall
		n1, r1 = n0+1, min(c.rows, r0+c.tall)
	}
	if n1-n0 < c.images || r1-r0 < c.tall {
		short = 1
	}
	return
}

// sizes returns images and rows of full and short pieces; images 0: no short ones.
func (c *convChunks) sizes() (s [2]struct{ images, rows int }) {
	s[0].images, s[0].rows = c.images, c.tall
	if r := c.rows % c.tall; r > 0 {
		s[1].images, s[1].rows = 1, r
	} else if k := c.n % c.images; k > 0 {
		s[1].images, s[1].rows = k, c.rows
	}
	return
}

// cutChunks aims at pieces of about goal result pixels (width to a row, in
// multiples of unit rows), whose count is a multiple of the tile height or
// little less, and at no less than minCount pieces.
func cutChunks(n, rows, width, unit, goal, high, minCount int) convChunks {
	c := convChunks{n: n, rows: rows}
	perImage := rows * width
	if perImage <= goal/2 && n > minCount {
		most := max(1, min(goal/max(perImage, 1), n/minCount))
		c.images, c.tall = bestFill(most, 1, perImage, high), rows
	} else {
		most := min(rows, max(unit, goal/max(width, 1)))
		if n < minCount {
			// No fewer than four tiles: below that, reading the right operand rules.
			most = min(most, max(ceilDiv(rows, ceilDiv(minCount, max(n, 1))), ceilDiv(4*high, max(width, 1))))
		}
		c.images, c.tall = 1, rows
		if most = max(unit, most/unit*unit); most < rows {
			c.tall = bestFill(most/unit, 1, width*unit, high) * unit
		}
	}
	c.perImage = ceilDiv(rows, c.tall)
	c.count = ceilDiv(n, c.images) * c.perImage
	return c
}

// bestFill returns the k in (most/2, most] for which k*size pixels fill tiles
// of high rows best, the largest of equals.
func bestFill(most, least, size, high int) int {
	best, waste := most, 2.0
	for k := most; k > most/2 && k >= least; k-- {
		w := float64(ceilDiv(k*size, high)*high) / float64(max(k*size, 1))
		if w < waste-0.01 {
			best, waste = k, w
		}
	}
	return best
}
