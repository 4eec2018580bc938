package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Byte offsets of the fields of kernel.gemmStrip; TestGemmStripLayout holds both together.
const (
	stripA     = 8 * iota // what the first tile reads
	stripB                // what every tile reads
	stripC                // where the first tile goes
	stripBias             // one number per column, or nil
	stripAStep            // between rows of A (along) or inner indices; floats, like those that follow
	stripBStep            // between inner indices
	stripCStep            // between rows
	stripNext             // from A's tile to the next
	stripK
	stripCount
	stripMask
	stripFlags
	stripAhead     // memory that is soon needed
	stripAheadStep // floats from one turn's to the next turn's
)

// unroll is the number of inner indices that a turn of the loop adds. What it
// saves are instructions beside the multiply-adds, which cost nothing on a core
// of one's own but a quarter of the speed where another hardware thread shares it.
const unroll = 4

// strip computes tiles of n rows and v vectors below one another, so that the
// panel of B stays in the first cache and a call costs little. The rows of A are
// read along the inner dimension (along), or n neighbours for each inner index,
// as they lie in a panel or in a transposed matrix. The last vector is whole, masked,
// or whole with all of B's rows tight together, and A's too where they are read across:
// then distances are constants, and nothing is asked for ahead.
func strip(s isa, n, v int, along bool, last string) {
	masked, tight := last == "Masked", last == "Tight"
	name := fmt.Sprintf("gemm%s%dx%d%s%s", choose(along, "Along", "Across"), n, v, last, s.name)
	TEXT(name, NOSPLIT, "func(s *byte)")
	Doc(name + " is gemmStripFunc; see there.")
	Pragma("noescape")

	args := GP64()
	Load(Param("s"), args)
	field := func(off int) Mem { return Mem{Base: args, Disp: off} }
	get := func(off int) reg.GPVirtual {
		r := GP64()
		MOVQ(field(off), r)
		return r
	}
	floats := func(off int) reg.GPVirtual {
		r := get(off)
		SHLQ(U8(2), r)
		return r
	}
	masks := make([]Op, v)
	if masked {
		masks[v-1] = s.mask(get(stripMask))
	}
	a, b, c := get(stripA), get(stripB), get(stripC)
	cStep := floats(stripCStep)
	var aStep reg.GPVirtual // constant, if tight, where A is read across
	if along || !tight {
		aStep = floats(stripAStep)
	}
	var ahead, aheadStep, bStep reg.GPVirtual
	if !tight {
		ahead, aheadStep, bStep = get(stripAhead), floats(stripAheadStep), floats(stripBStep)
	}

	Label("tile")
	ct := newRows(c, cStep, n)
	for i := range n { // C is needed at the end: let it come meanwhile
		PREFETCHT0(ct.at(i))
		if v > 2 {
			PREFETCHT0(ct.at(i).Offset(v*s.bytes() - 1))
		}
	}
	acc := make([][]Op, n)
	for i := range acc {
		for range v {
			r := s.vec()
			s.zero(r)
			acc[i] = append(acc[i], r)
		}
	}
	bv := make([]Op, v)
	for x := range bv {
		bv[x] = s.vec()
	}
	// step adds an inner index, for which A's rows and B's vectors are there.
	step := func(rowA func(i int) Mem, rowB Mem) {
		for x := range v {
			s.load(masks[x], rowB.Offset(x*s.bytes()), bv[x])
		}
		for i := range n {
			av := s.vec()
			VBROADCASTSS(rowA(i), av)
			for x := range v {
				VFMADD231PS(bv[x], av, acc[i][x])
			}
		}
	}
	k := get(stripK)
	if tight {
		tightSums(step, copyOf(a), aStep, copyOf(b), k, n, v*s.bytes())
	} else {
		sums(step, ahead, aheadStep, copyOf(a), aStep, copyOf(b), bStep, k, along)
	}

	Label("sums")
	tmp := s.vec()
	flags := get(stripFlags)
	TESTQ(U32(1), flags)
	JZ(LabelRef("bias"))
	for i := range n {
		for x := range v {
			if m := ct.at(i).Offset(x * s.bytes()); masks[x] == nil {
				VADDPS(m, acc[i][x], acc[i][x])
			} else {
				s.load(masks[x], m, tmp)
				VADDPS(tmp, acc[i][x], acc[i][x])
			}
		}
	}
	Label("bias")
	bias := get(stripBias)
	TESTQ(bias, bias)
	JZ(LabelRef("relu"))
	for x := range v {
		s.load(masks[x], Mem{Base: bias, Disp: x * s.bytes()}, tmp)
		for i := range n {
			VADDPS(tmp, acc[i][x], acc[i][x])
		}
	}
	Label("relu")
	TESTQ(U32(2), flags)
	JZ(LabelRef("store"))
	s.zero(tmp)
	for i := range n {
		for x := range v {
			VMAXPS(acc[i][x], tmp, acc[i][x]) // this order keeps NaN
		}
	}
	Label("store")
	for i := range n {
		for x := range v {
			if masks[x] == nil {
				VMOVUPS(acc[i][x], ct.at(i).Offset(x*s.bytes()))
			}
		}
	}
	if masked {
		last := make([]Op, n)
		for i := range last {
			last[i] = acc[i][v-1]
		}
		at := GP64()
		LEAQ(Mem{Base: c, Disp: (v - 1) * s.bytes()}, at)
		storeParts(last, newRows(at, cStep, n), get(stripMask))
	}
	next := floats(stripNext)
	ADDQ(next, a)
	for range n {
		ADDQ(cStep, c)
	}
	DECQ(field(stripCount))
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// sums adds k inner indices, unroll a turn.
func sums(step func(func(int) Mem, Mem), ahead, aheadStep, a, aStep, b, bStep, k reg.GPVirtual, along bool) {
	at := newRows(a, aStep, unroll) // rows of A if along, else inner indices
	bt := newRows(b, bStep, unroll)
	index := func(u int) {
		step(func(i int) Mem {
			if along {
				return at.at(i).Offset(4 * u)
			}
			return at.at(u).Offset(4 * i)
		}, bt.at(u))
	}
	SUBQ(U8(unroll), k)
	JLT(LabelRef("rest"))
	Label("loop")
	PREFETCHT1(Mem{Base: ahead})
	PREFETCHT1(Mem{Base: ahead, Disp: 64})
	ADDQ(aheadStep, ahead)
	for u := range unroll {
		index(u)
	}
	if along {
		at.advance(U8(4 * unroll))
	} else {
		at.advanceBy4()
	}
	bt.advanceBy4()
	SUBQ(U8(unroll), k)
	JGE(LabelRef("loop"))

	Label("rest")
	ADDQ(U8(unroll), k)
	JZ(LabelRef("sums"))
	Label("one")
	index(0)
	if along {
		at.advance(U8(4))
	} else {
		ADDQ(aStep, at.base[0])
	}
	ADDQ(bStep, bt.base[0])
	DECQ(k)
	JNZ(LabelRef("one"))
}

// tightSums is sums where B's rows are tight together, width bytes each, and A's of n
// numbers too, unless aStep is the distance of rows that are read along. What a
// turn of the loop needs beside its loads and multiply-adds are two instructions: A has
// an index that counts up to zero.
func tightSums(step func(func(int) Mem, Mem), a, aStep, b, k reg.GPVirtual, n, width int) {
	size := 4 // bytes of A an inner index
	rows := []reg.GPVirtual{a}
	if aStep == nil {
		size *= n
	} else {
		for i := 1; i < n; i++ {
			r := copyOf(rows[i-1])
			ADDQ(aStep, r)
			rows = append(rows, r)
		}
	}
	index := func(i reg.GPVirtual, u int) {
		step(func(row int) Mem {
			if aStep == nil {
				return Mem{Base: a, Index: i, Scale: 1, Disp: u*size + 4*row}
			}
			return Mem{Base: rows[row], Index: i, Scale: 1, Disp: u * size}
		}, Mem{Base: b, Disp: u * width})
	}
	i := copyOf(k)
	ANDQ(I8(-unroll), i) // indices of whole turns
	SHLQ(U8(uint8(bits.TrailingZeros(uint(size)))), i)
	for _, r := range rows {
		ADDQ(i, r)
	}
	NEGQ(i)
	JZ(LabelRef("rest"))
	Label("loop")
	for u := range unroll {
		index(i, u)
	}
	ADDQ(U32(uint32(unroll*width)), b)
	ADDQ(I8(int8(unroll*size)), i)
	JNZ(LabelRef("loop"))

	Label("rest")
	ANDQ(U8(unroll-1), k)
	JZ(LabelRef("sums"))
	Label("one")
	index(i, 0)
	ADDQ(U8(uint8(width)), b)
	ADDQ(I8(int8(size)), i)
	DECQ(k)
	JNZ(LabelRef("one"))
}

func copyOf(r reg.GPVirtual) reg.GPVirtual {
	c := GP64()
	MOVQ(r, c)
	return c
}

func choose(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// storeParts stores the first lanes of AVX2 vectors, four, two and one at a time:
// a masked store takes the processor many times as long.
func storeParts(vectors []Op, to rows, lanes reg.GPVirtual) {
	TESTQ(U32(4), lanes)
	JZ(LabelRef("two"))
	for i, v := range vectors {
		VMOVUPS(lowX(v), to.at(i))
		VEXTRACTF128(U8(1), v, lowX(v))
	}
	to.advance(U8(16))
	Label("two")
	TESTQ(U32(2), lanes)
	JZ(LabelRef("single"))
	for i, v := range vectors {
		VMOVSD(lowX(v), to.at(i))
		VPSRLDQ(U8(8), lowX(v), lowX(v))
	}
	to.advance(U8(8))
	Label("single")
	TESTQ(U32(1), lanes)
	JZ(LabelRef("stored"))
	for i, v := range vectors {
		VMOVSS(lowX(v), to.at(i))
	}
	Label("stored")
}
