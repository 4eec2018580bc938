package kernel

//go:generate go run -C _asm ./conv -out ../conv_amd64.s -stubs ../conv_stubs_amd64.go -pkg kernel

// A tile is one call of the kernel that every convolution is made of:
//
//	c[crow[i]+j] (+)= Σ_k a[arow[i]+tab[k]] · b[k*ldb+j]   0 ≤ i < m, 0 ≤ j < n
//
// Strides, dilation, padding, phases and the kernel window are all in the
// tables, so the same code is the forward pass (rows are pixels, k runs over
// window and channels), the input gradient (the same over the output gradient)
// and the weight gradient (rows are window and channels, k runs over pixels).
// No patch is ever copied into a matrix.
//
// In the depthwise forms a contributes one element per lane instead of one per
// row; see tileSource.
//
// The assembly reads the fields by offset; TestTileLayout holds both together.
type tile struct {
	a      []float32
	arow   []int // as many as the tile is high: entries from m on are read, not used
	tab    []int
	b      []float32
	ldb    int
	c      []float32
	crow   []int
	bias   []float32 // added at the end; nil for none
	m      int       // rows to store
	init   int       // what the sums begin with: initZero or initC
	relu   int       // 1: max(0, ·) at the end
	mask   uint64    // lanes of the last vector, one bit each
	maskv  *[16]int32
	lane   *[16]int32 // which element of a each lane takes
	amask  uint64     // elements of a that may be read
	amaskv *[16]int32
	whole  int // 1: rows of b may be read in whole vectors
	n      int // columns
	isa    tileISA
}

const (
	initZero = iota
	initC
)

// tileSource is how a tile reads its left operand.
type tileSource int

const (
	srcBroadcast tileSource = iota // a[…] for every column
	srcVector                      // a[…+j]
	srcPermute                     // a[…+lane[j]], all within one vector
	srcGather                      // a[…+lane[j]], anywhere
)

// tileISA is an instruction set, chosen when a convolution is planned.
type tileISA int

const (
	isaGo tileISA = iota
	isaAVX2
	isaAVX512
)

// tileRows is the most rows a tile of any kind computes at a time.
const tileRows = 12

// rows is the height of the tallest tile of a source.
func (i tileISA) rows(src tileSource) int {
	if src == srcPermute || src == srcGather {
		return [...]int{4, 4, 8}[i]
	}
	return [...]int{4, 6, 12}[i]
}

// lanes is the width of a vector.
func (i tileISA) lanes() int { return [...]int{16, 8, 16}[i] }

// laneMasks[n] has n lanes set, for instruction sets without mask registers.
var laneMasks = func() (m [17][16]int32) {
	for n := range m {
		for i := range n {
			m[n][i] = -1
		}
	}
	return
}()

// setCols sets the number of columns, at most two vectors (one for the sources
// that choose lanes).
func (t *tile) setCols(n int) {
	l := t.isa.lanes()
	t.n = n
	last := (n-1)%l + 1
	t.mask = 1<<last - 1
	t.maskv = &laneMasks[last]
	t.whole = 0
	if last == l {
		t.whole = 1
	}
}

// run computes m rows, tile by tile. Both tables go on for tileRows entries
// behind them, which are read but not used; they must not lead out of a and c.
func (t *tile) run(src tileSource, arow, crow []int, m int) {
	h := t.isa.rows(src)
	if t.isa == isaAVX2 && src == srcVector {
		h = m // this one goes on by itself
	}
	for i := 0; i < m; i += h {
		t.arow, t.crow, t.m = arow[i:i+h], crow[i:i+h], min(h, m-i)
		tileDispatch(t, src)
	}
}
