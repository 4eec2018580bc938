package kernel

// A narrow pass makes few results of many channels: the last layer of an
// auto-encoder, the input gradient of the first layer of a network. Tiles of
// result columns would leave most lanes empty, so here the lanes are the
// channels that are summed: the depthwise tile collects one vector of partial
// sums for each pixel, and a second tile, whose right operand is ones, adds up
// its lanes.
type convNarrow struct {
	on    bool
	cells []int // offset of each tap
	chans int   // channels under a tap
	full  []int // offsets of whole vectors of channels, tap by tap
	rest  []int // of what is left of each tap, if anything
	outs  int   // result columns of a group
	b0    int   // where the packed right operand begins
}

// narrowPays compares the steps that tiles of 12 or 6 pixels take.
func narrowPays(isa tileISA, outs, taps, chans int) bool {
	l := isa.lanes()
	return isa != isaGo && outs*(taps*ceilDiv(chans, l)+l+4)*10 < taps*chans*9
}

func newConvNarrow(isa tileISA, cells []int, chans, outs, b0 int) convNarrow {
	n := convNarrow{on: true, cells: cells, chans: chans, outs: outs, b0: b0}
	l := isa.lanes()
	for _, at := range cells {
		for c := 0; c+l <= chans; c += l {
			n.full = append(n.full, at+c)
		}
		if chans%l > 0 {
			n.rest = append(n.rest, at+chans/l*l)
		}
	}
	return n
}

// size is the floats of the packed right operand of one result column.
func (n *convNarrow) size(l int) int { return (len(n.full) + len(n.rest)) * l }

// pack writes the right operand of one result column; w reads it.
func (n *convNarrow) pack(l int, dst []float32, w func(tap, c int) float32) {
	whole := n.chans / l * l
	rest := dst[len(n.full)*l:]
	for t := range n.cells {
		for c := range whole {
			dst[t*whole+c] = w(t, c)
		}
		for c := whole; c < n.chans; c++ {
			rest[t*l+c-whole] = w(t, c)
		}
	}
}

var (
	narrowOnes = func() (x [16]float32) {
		for i := range x {
			x[i] = 1
		}
		return
	}()
	narrowSteps = func() (x [16]int) { // 0, 1, 2 …
		for i := range x {
			x[i] = i
		}
		return
	}()
)

// sums is the workspace of a narrow tile, with the tables that lead through it.
type narrowSums struct {
	x    [tileRows * 16]float32
	rows [tileRows]int
}

// runNarrow computes the columns [o0, o1) of a pass.
func (p *convPass) runNarrow(isa tileISA, o0, o1, short int, a, b, bias, c []float32, relu bool) {
	n, pix := &p.narrow, &p.pix[short]
	l, h := isa.lanes(), isa.rows(srcVector)
	var s narrowSums
	for i := range s.rows {
		s.rows[i] = i * l
	}
	t, sum := tile{isa: isa, ldb: l}, tile{isa: isa, ldb: 0}
	sum.setCols(1)
	sum.a, sum.tab, sum.b, sum.arow = s.x[:], narrowSteps[:l], narrowOnes[:], s.rows[:]
	if relu {
		sum.relu = 1
	}
	for i := 0; i < pix.m; i += h {
		t.m = min(h, pix.m-i)
		sum.m, sum.crow = t.m, pix.crow[i:i+h]
		t.c, t.arow, t.crow = s.x[:], pix.arow[i:i+h], s.rows[:h]
		for o := o0; o < o1; o++ {
			t.a = a[o/n.outs*n.chans:]
			t.b = b[n.b0+o*n.size(l):]
			t.init = initZero
			if len(n.full) > 0 || len(n.rest) == 0 {
				t.setCols(l)
				t.tab = n.full
				tileDispatch(&t, srcVector)
			} else {
				clear(s.x[:]) // lanes without a channel
			}
			if len(n.rest) > 0 {
				t.setCols(n.chans % l)
				t.tab, t.b, t.init = n.rest, t.b[len(n.full)*l:], initC
				tileDispatch(&t, srcVector)
			}
			sum.c = c[o:]
			if bias != nil {
				sum.bias = bias[o:]
			}
			tileDispatch(&sum, srcBroadcast)
		}
	}
}
