package kernel

// narrowGrad is a weight gradient with few output channels. Lanes are input
// channels: the depthwise tile collects a vector of them for each tap, with
// each element of dy spread over a vector. The sums lie turned, f·taps·c.
type narrowGrad struct {
	on         bool
	full, rest convTable    // whole vectors of channels of each tap, and what is left
	left       int          // channels under rest
	spread     [2]convTable // of full and of short chunks: from a pixel's channels of dy to a vector
}

// narrowGradPays compares the steps of tiles for one pixel.
func narrowGradPays(isa tileISA, s ConvShape) bool {
	if isa == isaGo || s.Groups > 1 {
		return false
	}
	h := isa.rows(srcVector)
	narrow := s.F * (2*ceilDiv(s.cells()*ceilDiv(s.C, isa.lanes()), h) + 1)
	return narrow < 2*ceilDiv(s.depth(), h)*ceilDiv(s.F, 2*isa.lanes())
}

func newNarrowGrad(isa tileISA, s ConvShape, cells []int, pixels [2]int) narrowGrad {
	n := narrowGrad{on: true, left: s.C % isa.lanes()}
	l := isa.lanes()
	for t, at := range cells {
		c := 0
		for ; c+l <= s.C; c += l {
			n.full.arow = append(n.full.arow, at+c)
			n.full.crow = append(n.full.crow, t*s.C+c)
		}
		if n.left > 0 {
			n.rest.arow = append(n.rest.arow, at+c)
			n.rest.crow = append(n.rest.crow, t*s.C+c)
		}
	}
	n.full.guard()
	n.rest.guard()
	for k, m := range pixels {
		for i := range m {
			n.spread[k].arow = append(n.spread[k].arow, i*s.F)
			n.spread[k].crow = append(n.spread[k].crow, i*l)
		}
		n.spread[k].guard()
	}
	return n
}

// run adds one chunk to the sums of a part; spread has room for its pixels.
func (n *narrowGrad) run(isa tileISA, s *ConvShape, a, dy, sums, spread []float32, pix []int, short, init int) {
	l := isa.lanes()
	wide := tile{isa: isa, tab: narrowSteps[:1], b: narrowOnes[:], c: spread}
	wide.setCols(l)
	t := tile{isa: isa, a: a, tab: pix, b: spread, ldb: l, init: init}
	for f := range s.F {
		wide.a = dy[f:]
		wide.run(srcBroadcast, n.spread[short].arow, n.spread[short].crow, len(pix))
		t.c = sums[f*s.depth():]
		t.setCols(l)
		t.run(srcVector, n.full.arow, n.full.crow, n.full.m)
		if n.left > 0 {
			t.setCols(n.left)
			t.run(srcVector, n.rest.arow, n.rest.crow, n.rest.m)
		}
	}
}

// turn writes the sums as w lies.
func (n *narrowGrad) turn(s *ConvShape, dw, sums []float32) {
	k := s.depth()
	for f := range s.F {
		for i, v := range sums[f*k : (f+1)*k] {
			dw[i*s.F+f] = v
		}
	}
}
