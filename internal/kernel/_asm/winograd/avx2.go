package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// With 16 registers a square of 6×6 vectors does not fit, so F(4×4, 3×3) goes
// over the columns first, parks the result on the stack, and goes over its rows.
//
// The points of the interpolation are 0, ±pointA, ±pointB and infinity; the
// matrices follow from them, see winograd4 in package kernel. These two keep
// the rounding errors small (Barabasz and others, "Error Analysis and Improving
// the Accuracy of Winograd Convolution for Deep Neural Networks", 2020).
const (
	pointA = 0.625
	pointB = 1.5
)

// denominators of the interpolation
const (
	nought = pointA * pointA * pointB * pointB
	underA = 2 * pointA * pointA * (pointA*pointA - pointB*pointB)
	underB = 2 * pointB * pointB * (pointB*pointB - pointA*pointA)
)

var ymm = []reg.VecPhysical{
	reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
	reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
}

// A transform4 makes out×out vectors of in×in ones. line makes a row or column
// of x, which it may overwrite, with constants k and free registers t; it hands
// over what it made cell by cell.
type transform4 struct {
	name, doc string
	in, out   int
	consts    []float64
	line      func(x, k, t []reg.VecPhysical, put func(i int, r reg.VecPhysical))
	result    bool // bias, ReLU
	ahead     int  // columns of the next square to ask for
}

var transforms4 = []transform4{
	{"Source", "makes 6×6 of the 6×6 cells of an input: Bᵀ·d·B.", 6, 6,
		[]float64{nought, pointA*pointA + pointB*pointB, pointB * pointB, pointA * pointA, pointA, pointB}, source4, false, 4},
	{"Result", "makes 4×4 results of 6×6 products: Aᵀ·m·A.", 6, 4,
		[]float64{pointA, pointB, pointA * pointA, pointB * pointB, pointA * pointA * pointA, pointB * pointB * pointB}, result4, true, 0},
	{"Spread", "makes 6×6 of 4×4 gradients of results: A·d·Aᵀ.", 4, 6,
		[]float64{pointA * pointA, pointB * pointB, pointA, pointB}, spread4, false, 4},
	{"Weight", "makes 6×6 of 3×3 taps: G·g·Gᵀ.", 3, 6,
		[]float64{1 / nought, 1 / underA, pointA / underA, pointA * pointA / underA,
			1 / underB, pointB / underB, pointB * pointB / underB}, weight4, false, 0},
	{"Taps", "makes gradients of 3×3 taps of 6×6 sums: Gᵀ·u·G.", 6, 3,
		[]float64{1 / nought, 1 / underA, pointA / underA, pointA * pointA / underA,
			1 / underB, pointB / underB, pointB * pointB / underB}, taps4, false, 0},
}

func source4(x, k, t []reg.VecPhysical, put func(int, reg.VecPhysical)) {
	nought, sum, b2, a2, a, b := k[0], k[1], k[2], k[3], k[4], k[5]
	VMOVAPS(x[4], t[0])
	VFNMADD231PS(sum, x[2], t[0])
	VFMADD231PS(nought, x[0], t[0])
	put(0, t[0])
	VFNMADD231PS(sum, x[3], x[5])
	VFMADD231PS(nought, x[1], x[5])
	put(5, x[5])
	even, odd := x[0], x[5]
	VMOVAPS(x[4], even)
	VFNMADD231PS(b2, x[2], even)
	VMOVAPS(x[3], odd)
	VFNMADD231PS(b2, x[1], odd)
	VFNMADD231PS(a2, x[2], x[4])
	VFNMADD231PS(a2, x[1], x[3])
	plusMinus(even, odd, a, t[0], put, 1)
	plusMinus(x[4], x[3], b, t[1], put, 3)
}

// plusMinus puts even + c·odd and even - c·odd.
func plusMinus(even, odd, c, tmp reg.VecPhysical, put func(int, reg.VecPhysical), i int) {
	VMOVAPS(even, tmp)
	VFMADD231PS(c, odd, tmp)
	put(i, tmp)
	VFNMADD231PS(c, odd, even)
	put(i+1, even)
}

// halves makes sums and differences of cells 1 and 2, 3 and 4, in place.
func halves(x, t []reg.VecPhysical) (sumA, difA, sumB, difB reg.VecPhysical) {
	VADDPS(x[2], x[1], t[0])
	VSUBPS(x[2], x[1], x[1])
	VADDPS(x[4], x[3], x[2])
	VSUBPS(x[4], x[3], x[3])
	return t[0], x[1], x[2], x[3]
}

func result4(x, k, t []reg.VecPhysical, put func(int, reg.VecPhysical)) {
	a, b, a2, b2, a3, b3 := k[0], k[1], k[2], k[3], k[4], k[5]
	sumA, difA, sumB, difB := halves(x, t)
	VADDPS(sumA, x[0], x[0])
	VADDPS(sumB, x[0], x[0])
	put(0, x[0])
	VMULPS(a, difA, x[4])
	VFMADD231PS(b, difB, x[4])
	put(1, x[4])
	VMULPS(a2, sumA, sumA)
	VFMADD231PS(b2, sumB, sumA)
	put(2, sumA)
	VFMADD231PS(a3, difA, x[5])
	VFMADD231PS(b3, difB, x[5])
	put(3, x[5])
}

func spread4(x, k, t []reg.VecPhysical, put func(int, reg.VecPhysical)) {
	a2, b2, a, b := k[0], k[1], k[2], k[3]
	put(0, x[0])
	put(5, x[3])
	VMOVAPS(x[0], t[0])
	VFMADD231PS(a2, x[2], t[0])
	VMOVAPS(x[1], t[1])
	VFMADD231PS(a2, x[3], t[1])
	VFMADD231PS(b2, x[2], x[0])
	VFMADD231PS(b2, x[3], x[1])
	plusMinus(t[0], t[1], a, x[2], put, 1)
	plusMinus(x[0], x[1], b, x[3], put, 3)
}

func weight4(x, k, t []reg.VecPhysical, put func(int, reg.VecPhysical)) {
	VMULPS(k[0], x[0], t[0])
	put(0, t[0])
	put(5, x[2])
	for i, at := range []int{1, 3} {
		one, two, three := k[1+3*i], k[2+3*i], k[3+3*i]
		VMULPS(one, x[0], t[0])
		VFMADD231PS(three, x[2], t[0])
		plusMinus(t[0], x[1], two, t[1], put, at)
	}
}

func taps4(x, k, t []reg.VecPhysical, put func(int, reg.VecPhysical)) {
	sumA, difA, sumB, difB := halves(x, t)
	VMULPS(k[0], x[0], x[0])
	VFMADD231PS(k[1], sumA, x[0])
	VFMADD231PS(k[4], sumB, x[0])
	put(0, x[0])
	VMULPS(k[2], difA, difA)
	VFMADD231PS(k[5], difB, difA)
	put(1, difA)
	VFMADD231PS(k[3], sumA, x[5])
	VFMADD231PS(k[6], sumB, x[5])
	put(2, x[5])
}

// ladder holds one, three and five steps in bytes, enough to reach six cells.
type ladder struct{ one, three, five reg.GPVirtual }

func newLadder(param string, cells int) (l ladder) {
	l.one = GP64()
	Load(Param(param), l.one)
	SHLQ(Imm(2), l.one)
	if cells > 3 {
		l.three = GP64()
		LEAQ(Mem{Base: l.one, Index: l.one, Scale: 2}, l.three)
	}
	if cells > 5 {
		l.five = GP64()
		LEAQ(Mem{Base: l.one, Index: l.one, Scale: 4}, l.five)
	}
	return l
}

func (l ladder) at(base reg.Register, i int) Mem {
	switch i {
	case 0:
		return Mem{Base: base}
	case 3:
		return Mem{Base: base, Index: l.three, Scale: 1}
	case 5:
		return Mem{Base: base, Index: l.five, Scale: 1}
	}
	return Mem{Base: base, Index: l.one, Scale: uint8(i)}
}

// generate4 generates a transform of whole squares, one after another, or of one
// square of which some rows or columns do not exist: they are not touched, and
// count as zero.
func generate4(t transform4, edge bool) {
	name, more := "winograd"+t.name+"AVX2", ", srcNext, dstNext, count int"
	doc := "It does count squares, Next apart."
	if edge {
		name, more = "winograd"+t.name+"EdgeAVX2", ", at int, rows *int32, cols int"
		doc = "The square begins at src[at]; rows has a mask of a vector for each of its rows, cols a bit for each column."
		if t.result {
			more, doc = ", rows, cols int", "It stores the first rows and cols only."
		}
	}
	if t.result {
		more = ", bias *float32, floor float32" + more
	}
	TEXT(name, 0, "func(src *float32, srcRow, srcCol int, dst *float32, dstRow, dstCol int, n int"+more+")") // the stack may have to grow for the square
	Doc(t.doc, "Steps are in floats; n is a positive multiple of 8. "+doc)
	Pragma("noescape")
	scratch := AllocLocal(t.out * t.in * 32)
	var k []reg.VecPhysical
	for i, c := range t.consts {
		r := ymm[15-i]
		x := GP32()
		MOVL(U32(math.Float32bits(float32(c))), x)
		VMOVD(x, r.AsX())
		VBROADCASTSS(r.AsX(), r)
		k = append(k, r)
	}
	x, free := ymm[:t.in], ymm[t.in:16-len(k)]
	src, dst, n := pointer("src"), pointer("dst"), GP64()
	rows, cols := newLadder("srcRow", t.in), newLadder("dstCol", t.out)
	srcCol, dstRow := stride("srcCol"), stride("dstRow")
	var bias, count, some, mask reg.GPVirtual
	if t.result {
		bias = GP64()
	}
	switch {
	case !edge:
		count = pointer("count")
	case t.result:
	default:
		mask, some = pointer("rows"), pointer("cols")
		at := pointer("at")
		LEAQ(Mem{Base: src, Index: at, Scale: 4}, src)
	}

	Label("square")
	MOVQ(param("n"), n)
	if t.result {
		MOVQ(param("bias"), bias)
	}
	Label("loop")
	p := GP64()
	MOVQ(src, p)
	for j := range t.in {
		there, next := fmt.Sprint("there", j), fmt.Sprint("line", j)
		if mask != nil {
			BTQ(Imm(uint64(j)), some)
			JCS(LabelRef(there))
			for i := range t.in {
				VXORPS(x[i], x[i], x[i])
			}
			JMP(LabelRef(next))
			Label(there)
		}
		for i := range t.in {
			if mask != nil {
				VMOVUPS(Mem{Base: mask, Disp: 32 * i}, x[i])
				VMASKMOVPS(rows.at(p, i), x[i], x[i])
			} else {
				VMOVUPS(rows.at(p, i), x[i])
			}
		}
		if mask != nil {
			Label(next)
		}
		t.line(x, k, free, func(i int, r reg.VecPhysical) { VMOVUPS(r, scratch.Offset(32*(i*t.in+j))) })
		if !edge && t.ahead > 0 && j >= t.in-t.ahead {
			// Rows far apart, many at a time, are more than hardware follows well.
			q := GP64()
			MOVQ(param("srcNext"), q)
			LEAQ(Mem{Base: p, Index: q, Scale: 4}, q)
			for i := range t.in {
				PREFETCHT0(rows.at(q, i))
			}
		}
		if j < t.in-1 {
			ADDQ(srcCol, p)
		}
	}
	if t.result {
		VXORPS(reg.Y8, reg.Y8, reg.Y8)
		TESTQ(bias, bias)
		JZ(LabelRef("noBias"))
		VMOVUPS(Mem{Base: bias}, reg.Y8)
		ADDQ(Imm(32), bias)
		Label("noBias")
		// What ReLU compares with: zero, or less than anything.
		VBROADCASTSS(param("floor"), reg.Y9)
	}
	MOVQ(dst, p)
	for i := range t.out {
		if edge && t.result && i > 0 {
			CMPQ(param("rows"), Imm(uint64(i)))
			JLE(LabelRef("done"))
		}
		for j := range t.in {
			VMOVUPS(scratch.Offset(32*(i*t.in+j)), x[j])
		}
		t.line(x, k, free, func(j int, r reg.VecPhysical) {
			if t.result {
				VADDPS(reg.Y8, r, r)
				// The second source wins when either is NaN, so NaN stays.
				VMAXPS(r, reg.Y9, r)
			}
			if edge && t.result && j > 0 {
				CMPQ(param("cols"), Imm(uint64(j)))
				JLE(LabelRef(fmt.Sprint("end", i)))
			}
			VMOVUPS(r, cols.at(p, j))
		})
		if edge && t.result {
			Label(fmt.Sprint("end", i))
		}
		if i < t.out-1 {
			ADDQ(dstRow, p)
		}
	}
	Label("done")
	ADDQ(Imm(32), src)
	ADDQ(Imm(32), dst)
	SUBQ(Imm(8), n)
	JNZ(LabelRef("loop"))
	if !edge {
		// Back over the channels and on to the next square.
		next := GP64()
		for _, q := range []struct {
			at   reg.GPVirtual
			step string
		}{{src, "srcNext"}, {dst, "dstNext"}} {
			MOVQ(param(q.step), next)
			SUBQ(param("n"), next)
			LEAQ(Mem{Base: q.at, Index: next, Scale: 4}, q.at)
		}
		DECQ(count)
		JNZ(LabelRef("square"))
	}
	VZEROUPPER()
	RET()
}

func param(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
