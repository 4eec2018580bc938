package kernel

import "fmt"

func checkGemm(m, n, k int, a, b *Operand, c []float32, ldc int, e *Epilogue) {
	if m < 0 || n < 0 || k < 0 {
		panic(fmt.Sprintf("kernel: Gemm: negative size in m, n, k = %d, %d, %d", m, n, k))
	}
	if a.Packed != nil {
		panic("kernel: Gemm: A is packed for the right-hand side; only B may be")
	}
	checkFactor("A", a, m, k)
	checkFactor("B", b, k, n)
	checkMatrix("C", len(c), m, n, ldc)
	checkEpilogue(e, m, n)
}

func checkBatch(bt *Batch, m, n, k int, a, b *Operand, c []float32, ldc int, e *Epilogue) {
	if bt.Count < 0 || bt.StrideA < 0 || bt.StrideB < 0 || bt.StrideC < 0 {
		panic(fmt.Sprintf("kernel: GemmBatch: negative number in %+v", *bt))
	}
	if bt.Count == 0 {
		return
	}
	checkGemm(m, n, k, a, b, c, ldc, &Epilogue{Bias: e.Bias})
	last := bt.Count - 1
	if e.RowBias != nil && len(e.RowBias) < bt.Count*m {
		panic(fmt.Sprintf("kernel: GemmBatch: RowBias has %d numbers for %d rows", len(e.RowBias), bt.Count*m))
	}
	fits := func(name string, o *Operand, stride, rows, cols int) {
		if o.Packer == nil && o.Packed == nil && rows > 0 && cols > 0 && len(o.Data)-last*stride < (rows-1)*o.Ld+cols {
			panic(fmt.Sprintf("kernel: GemmBatch: %s has %d floats, too few for %d matrices %d apart", name, len(o.Data), bt.Count, stride))
		}
	}
	ar, ac := m, k
	if a.Trans {
		ar, ac = k, m
	}
	br, bc := k, n
	if b.Trans {
		br, bc = n, k
	}
	fits("A", a, bt.StrideA, ar, ac)
	fits("B", b, bt.StrideB, br, bc)
	fits("C", &Operand{Data: c, Ld: ldc}, bt.StrideC, m, n)
}

// checkFactor checks that op(o) can be rows×cols.
func checkFactor(name string, o *Operand, rows, cols int) {
	switch {
	case o.Packed != nil:
		if o.Packed.k != rows || o.Packed.n != cols {
			panic(fmt.Sprintf("kernel: Gemm: packed %s is %d×%d, want %d×%d", name, o.Packed.k, o.Packed.n, rows, cols))
		}
	case o.Packer != nil:
	case o.Trans:
		checkMatrix(name, len(o.Data), cols, rows, o.Ld)
	default:
		checkMatrix(name, len(o.Data), rows, cols, o.Ld)
	}
}

func checkMatrix(name string, length, rows, cols, ld int) {
	if rows == 0 || cols == 0 {
		return
	}
	if ld < cols {
		panic(fmt.Sprintf("kernel: Gemm: %s has leading dimension %d, less than its %d columns", name, ld, cols))
	}
	if length < (rows-1)*ld+cols {
		panic(fmt.Sprintf("kernel: Gemm: %s has %d floats, want %d for %d×%d with leading dimension %d",
			name, length, (rows-1)*ld+cols, rows, cols, ld))
	}
}

func checkEpilogue(e *Epilogue, m, n int) {
	if e.Bias != nil && len(e.Bias) < n {
		panic(fmt.Sprintf("kernel: Gemm: Bias has %d numbers for %d columns", len(e.Bias), n))
	}
	if e.RowBias != nil && len(e.RowBias) < m {
		panic(fmt.Sprintf("kernel: Gemm: RowBias has %d numbers for %d rows", len(e.RowBias), m))
	}
}
