package kernel

//go:generate go run -C _asm ./gemm -out ../gemm_amd64.s -stubs ../gemm_stubs_amd64.go -pkg kernel

// An Operand is one factor of a GEMM, as op(X) = X or its transpose. Where the
// numbers come from is decided by the first of Packed, Packer and Data that is set.
type Operand struct {
	Data  []float32 // row-major, rows Ld floats apart
	Ld    int
	Trans bool // op(X) is the transpose of what Data holds

	// Packer makes the panels itself, so that a matrix that is never stored
	// (the patches of a convolution, say) can be a factor. Ld and Trans are unused.
	Packer Packer

	// Packed is a right-hand factor that PackB laid out before.
	Packed *PackedB
}

// A Packer writes panels of op(A) or op(B) in the order in which the inner
// kernel reads them.
//
// GEMM cuts op(A) into panels of width rows and op(B) into panels of width
// columns. Call those i; a panel has those from i0 to i0+count, count <= width,
// and depth consecutive indices of the inner dimension k, from k0 on. Pack writes
//
//	dst[p*width+i] = op(A)[i0+i, k0+p]   or   op(B)[k0+p, i0+i]   for i < count
//	dst[p*width+i] = 0                                            for count <= i < width
//
// for 0 <= p < depth; len(dst) is width*depth. Widths, blocks of k and the order
// of calls are the driver's affair. Pack is called from several goroutines at
// once and may be asked for the same panel again.
type Packer interface {
	Pack(dst []float32, width, i0, count, k0, depth int)
}

// An Epilogue is what happens to C beside the product, in this order and while
// C is in cache: C += product if Accumulate, else C = product; then the biases
// are added; then ReLU; then Row.
type Epilogue struct {
	Accumulate bool
	Bias       []float32 // nil, or one number per column of C
	RowBias    []float32 // nil, or one number per row of C
	ReLU       bool      // max(x, 0); NaN stays NaN
	// Row, when not nil, is called on finished pieces of rows: row is
	// C[i, j:j+len(row)]. Where rows are cut is the driver's affair, so only
	// elementwise work gives defined results. It runs on several goroutines at once.
	Row func(i, j int, row []float32)
}

// Gemm computes C = op(A)·op(B) on row-major memory: op(A) is m×k, op(B) k×n,
// C m×n with rows ldc floats apart. k = 0 gives a product of zeros. C must not
// overlap A or B. It panics when a slice is too short for its sizes.
//
// The result is the same bit for bit for any number of workers: how elements
// are summed depends on the sizes only.
func Gemm(m, n, k int, a, b Operand, c []float32, ldc int, e Epilogue) {
	checkGemm(m, n, k, &a, &b, c, ldc, &e)
	if m == 0 || n == 0 {
		return
	}
	j := acquireGemm()
	j.m, j.n, j.k, j.a, j.b, j.c, j.ldc, j.e = m, n, k, a, b, c, ldc, e
	j.run()
	j.release()
}

// A Batch counts products of one size and says how far apart their matrices
// are, in floats. A stride of 0 uses the same matrix for each.
type Batch struct {
	Count                     int
	StrideA, StrideB, StrideC int
}

// GemmBatch does bt.Count products. Product i works on a.Data, b.Data and c from
// i times their strides on; the matrices of C must not overlap. A Packer or
// Packed factor is the same for all products. The epilogue's RowBias and Row
// see the rows of all products in sequence: product i has those from i*m on.
func GemmBatch(bt Batch, m, n, k int, a, b Operand, c []float32, ldc int, e Epilogue) {
	checkBatch(&bt, m, n, k, &a, &b, c, ldc, &e)
	if bt.Count == 0 || m == 0 || n == 0 {
		return
	}
	j := acquireGemm()
	j.m, j.n, j.k, j.a, j.b, j.c, j.ldc, j.e, j.batch = m, n, k, a, b, c, ldc, e, bt
	j.runBatch()
	j.release()
}

// PackedB is a right-hand factor laid out for the inner kernel once and for
// all: constant weights at inference.
type PackedB struct {
	k, n int
	isa  *gemmISA // whose panel width it has
	data []float32
}

// PackB lays out b, which must be k×n after its transposition. The result does
// not follow later changes of b's memory.
func PackB(k, n int, b Operand) *PackedB {
	checkFactor("B", &b, k, n)
	isa := chooseGemm()
	p := &PackedB{k: k, n: n, isa: isa}
	if isa.strips != nil {
		p.packStrips(b)
		return p
	}
	p.data = make([]float32, roundUp(n, isa.nr)*k)
	at := 0
	for k0 := 0; k0 < k; k0 += innerBlock(k) {
		kc := min(innerBlock(k), k-k0)
		for j := 0; j < n; j += isa.nr {
			b.pack(isa, p.data[at:at+isa.nr*kc], isa.nr, j, min(isa.nr, n-j), k0, kc, b.Trans)
			at += isa.nr * kc
		}
	}
	return p
}

// packStrips lays b out in the panels of strips.
func (p *PackedB) packStrips(b Operand) {
	var cuts gemmPlan
	cuts.cutColumns(p.n)
	p.data = make([]float32, roundUp(p.n, stripLanes)*p.k)
	at := 0
	for k0 := 0; k0 < p.k; k0 += innerBlock(p.k) {
		kc := min(innerBlock(p.k), p.k-k0)
		for q := range cuts.panels {
			c := cuts.column(q)
			cols := cuts.column(q+1) - c
			size := roundUp(cols, stripLanes) * kc
			b.pack(p.isa, p.data[at:at+size], roundUp(cols, stripLanes), c, cols, k0, kc, b.Trans)
			at += size
		}
	}
}
