// Command conv generates the tile kernels of package kernel's convolutions.
//
// A tile computes up to rows × (vecs vectors) results
//
//	c[crow[i]+j] (+)= Σ_k a[arow[i]+tab[k]] · b[k*ldb+j]
//
// and never sees strides, padding or dilation: they are in the two tables.
// One generator makes all of them: two instruction sets, several heights, and
// four ways to read a (see source).
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Byte offsets of the fields of kernel.tile; TestTileLayout holds both together.
const (
	offA     = 0
	offARow  = 24
	offTab   = 48
	offTabN  = 56
	offB     = 72
	offLDB   = 96
	offC     = 104
	offCRow  = 128
	offBias  = 152
	offM     = 176
	offInit  = 184
	offReLU  = 192
	offMask  = 200
	offMaskV = 208
	offLane  = 216
	offAMask = 224
	offAMskV = 232
	offWhole = 240
)

// source is how a tile reads its left operand.
type source int

const (
	broadcast source = iota // one element for all lanes: every other convolution
	vector                  // one element a lane: depthwise
	permute                 // lanes chosen from one vector: depthwise with a multiplier
	gather                  // lanes far apart: its input gradient
)

var sourceName = [...]string{"Broadcast", "Vector", "Permute", "Gather"}

var rowRegs = []reg.GPPhysical{
	reg.RAX, reg.RCX, reg.RDX, reg.RSI, reg.R8, reg.R9,
	reg.R10, reg.R11, reg.R12, reg.R13, reg.R14, reg.R15,
}

var (
	regB   = reg.RDI // also the pointer to the tile, before and after the loop
	regTab = reg.RBX
	regIdx = reg.RBP

	// Free where tiles have six rows at most.
	regStep, regStep3, regFours = reg.R10, reg.R11, reg.R12
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, i := range []isa{avx512{}, avx2{}} {
		for _, rows := range i.heights() {
			tile(i, broadcast, rows, 2)
			tile(i, broadcast, rows, 1)
		}
		tile(i, vector, i.heights()[0], 2)
		tile(i, vector, i.heights()[0], 1)
		if i.loops(vector) {
			tile(i, vector, 9, 1) // a 3×3 window, in gradients of weights
		}
		tile(i, permute, i.heights()[1], 1)
		tile(i, gather, i.heights()[1], 1)
	}
	Generate()
}

func tile(s isa, src source, rows, vecs int) {
	TEXT(fmt.Sprintf("tile%s%dx%d%s", sourceName[src], rows, vecs, s.name()), NOSPLIT, "func(t *byte)")
	if s.loops(src) {
		Doc(fmt.Sprintf("computes t.m rows of %d vectors, %d at a time.", vecs, rows))
	} else {
		Doc(fmt.Sprintf("computes t.m ≤ %d rows of %d vectors.", rows, vecs))
	}
	Pragma("noescape")
	end, ldb := AllocLocal(8), AllocLocal(8)
	acc := func(i, v int) reg.VecPhysical { return s.reg(i*vecs + v) }
	bv := func(v int) reg.VecPhysical { return s.reg(rows*vecs + v) }
	tmp := s.reg(rows*vecs + vecs)
	r := rowRegs[:rows]
	field := func(off int) Mem { return Mem{Base: regB, Disp: off} }

	Load(Param("t"), regB)
	s.loadMask(field, r[0])
	next := s.label("next")
	if s.loops(src) {
		Label(next)
	}
	for i := range rows {
		for v := range vecs {
			s.zero(acc(i, v))
		}
	}
	start := s.label("start")
	CMPQ(field(offInit), Imm(0))
	JE(LabelRef(start))
	MOVQ(field(offC), regIdx)
	MOVQ(field(offCRow), regTab)
	MOVQ(field(offM), r[1])
	for i := range rows {
		MOVQ(Mem{Base: regTab, Disp: 8 * i}, r[0])
		for v := range vecs {
			s.load(Mem{Base: regIdx, Index: r[0], Scale: 4, Disp: v * s.bytes()}, acc(i, v), v == vecs-1)
		}
		if i < rows-1 {
			DECQ(r[1])
			JZ(LabelRef(start))
		}
	}

	Label(start)
	MOVQ(field(offTab), regTab)
	MOVQ(field(offTabN), regIdx)
	LEAQ(Mem{Base: regTab, Index: regIdx, Scale: 8}, regIdx)
	MOVQ(regIdx, end)
	MOVQ(field(offLDB), regIdx)
	SHLQ(Imm(2), regIdx)
	MOVQ(regIdx, ldb)
	s.loadLanes(src, field, regIdx)
	MOVQ(field(offA), regIdx)
	MOVQ(field(offARow), regTab)
	for i := range rows {
		MOVQ(Mem{Base: regTab, Disp: 8 * i}, r[i])
		LEAQ(Mem{Base: regIdx, Index: r[i], Scale: 4}, r[i])
	}
	MOVQ(field(offTab), regTab)
	done := s.label("done")
	// sums adds the taps from regTab to its end, or to an end before, by turns of one or
	// more; step is the distance of B's rows.
	sums := func(name string, masked bool, end Op, step reg.Register, turn int) {
		loop := s.label(name)
		Label(loop)
		at := func(u, v int) Mem {
			return [...]Mem{
				{Base: regB}, {Base: regB, Index: step, Scale: 1}, {Base: regB, Index: step, Scale: 2}, {Base: regB, Index: regStep3, Scale: 1},
			}[u].Offset(v * s.bytes())
		}
		for u := range turn {
			MOVQ(Mem{Base: regTab, Disp: 8 * u}, regIdx)
			for v := range vecs {
				s.load(at(u, v), bv(v), masked && v == vecs-1)
			}
			if turn == 1 {
				ADDQ(ldb, regB)
				ADDQ(Imm(8), regTab)
			}
			for i := range rows {
				m := Mem{Base: r[i], Index: regIdx, Scale: 4}
				switch src {
				case broadcast:
					if vecs == 1 && s.embeds() {
						VFMADD231PS_BCST(m, bv(0), acc(i, 0))
						continue
					}
					VBROADCASTSS(m, tmp)
					for v := range vecs {
						VFMADD231PS(tmp, bv(v), acc(i, v))
					}
				case vector:
					for v := range vecs {
						m.Disp = v * s.bytes()
						if v < vecs-1 || !masked {
							VFMADD231PS(m, bv(v), acc(i, v))
							continue
						}
						s.load(m, tmp, true)
						VFMADD231PS(tmp, bv(v), acc(i, v))
					}
				case permute, gather:
					s.lanes(src, m, rowRegs[rows], tmp)
					VFMADD231PS(tmp, bv(0), acc(i, 0))
				}
			}
		}
		if turn > 1 {
			ADDQ(Imm(uint64(8*turn)), regTab)
			LEAQ(Mem{Base: regB, Index: step, Scale: 4}, regB)
		}
		CMPQ(regTab, end)
		JB(LabelRef(loop))
	}
	sum := func(name string, masked bool) { sums(name, masked, end, nil, 1) }
	if src == broadcast && s.turns() {
		// Four taps a turn leave fewer instructions beside the multiply-adds.
		part, few := s.label("masked"), s.label("few")
		MOVQ(ldb, regStep)
		CMPQ(field(offWhole), Imm(0))
		JE(LabelRef(part))
		MOVQ(field(offTabN), regFours)
		ANDQ(I8(-4), regFours)
		LEAQ(Mem{Base: regTab, Index: regFours, Scale: 8}, regFours)
		LEAQ(Mem{Base: regStep, Index: regStep, Scale: 2}, regStep3)
		MOVQ(field(offB), regB)
		CMPQ(regTab, regFours)
		JAE(LabelRef(few))
		sums("fours", false, regFours, regStep, 4)
		Label(few)
		CMPQ(regTab, end)
		JAE(LabelRef(done))
		sum("ones", false)
		JMP(LabelRef(done))
		Label(part)
	}
	MOVQ(field(offB), regB)

	CMPQ(regTab, end)
	JAE(LabelRef(done))
	if s.loops(src) {
		part := s.label("part")
		Load(Param("t"), regIdx)
		CMPQ(Mem{Base: regIdx, Disp: offMask}, Imm(1<<(s.bytes()/4)-1))
		JNE(LabelRef(part))
		sum("whole", false)
		JMP(LabelRef(done))
		Label(part)
	}
	sum("loop", true)
	Label(done)

	Load(Param("t"), regB)
	noBias, noReLU, exit := s.label("noBias"), s.label("noReLU"), s.label("exit")
	// The bias comes last, so that the bits are those of a separate addition.
	MOVQ(field(offBias), r[0])
	TESTQ(r[0], r[0])
	JZ(LabelRef(noBias))
	for v := range vecs {
		s.load(Mem{Base: r[0], Disp: v * s.bytes()}, bv(v), v == vecs-1)
	}
	for i := range rows {
		for v := range vecs {
			VADDPS(bv(v), acc(i, v), acc(i, v))
		}
	}
	Label(noBias)
	CMPQ(field(offReLU), Imm(0))
	JE(LabelRef(noReLU))
	s.zero(tmp)
	for i := range rows {
		for v := range vecs {
			// The second source wins when either is NaN, so NaN stays.
			VMAXPS(acc(i, v), tmp, acc(i, v))
		}
	}
	Label(noReLU)
	MOVQ(field(offC), regIdx)
	MOVQ(field(offCRow), regTab)
	MOVQ(field(offM), r[1])
	store := func(masked bool) {
		for i := range rows {
			MOVQ(Mem{Base: regTab, Disp: 8 * i}, r[0])
			for v := range vecs {
				s.store(acc(i, v), Mem{Base: regIdx, Index: r[0], Scale: 4, Disp: v * s.bytes()}, masked && v == vecs-1)
			}
			if i < rows-1 {
				DECQ(r[1])
				JZ(LabelRef(exit))
			}
		}
	}
	// more goes on with the next rows, if there are any.
	more := func() {
		DECQ(r[1])
		JZ(LabelRef(exit))
		MOVQ(r[1], field(offM))
		ADDQ(Imm(uint64(8*rows)), field(offARow))
		ADDQ(Imm(uint64(8*rows)), field(offCRow))
		JMP(LabelRef(next))
	}
	if s.slowMask() {
		some := s.label("some")
		CMPQ(field(offMask), Imm(1<<(s.bytes()/4)-1))
		JNE(LabelRef(some))
		store(false)
		if s.loops(src) {
			more()
		}
		JMP(LabelRef(exit))
		Label(some)
	}
	store(true)
	if s.loops(src) {
		more()
	}
	Label(exit)
	VZEROUPPER()
	RET()
}
