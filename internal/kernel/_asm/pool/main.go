// Command pool generates the kernels of package kernel's pooling.
//
// Each walks over the output pixels of one row that have the same window, and
// for each over the channels, a vector at a time; the cells of the window are a
// table of offsets. Channels beyond the last whole vector are masked.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Byte offsets of the fields of kernel.poolRun; TestPoolLayout holds both together.
const (
	offX     = 0
	offY     = 24
	offDX    = 48
	offTab   = 72
	offTabN  = 80
	offN     = 96
	offC     = 104
	offXStep = 112
	offYStep = 120
	offMask  = 128
	offMaskV = 136
	offCount = 144
)

// walk holds the registers of the loops.
type walk struct {
	args, x, y, dx, n, c, tab, end, idx, at reg.GPVirtual
}

func main() {
	ConstraintExpr("amd64,!purego")
	for _, i := range []isa{avx512{}, avx2{}} {
		kernel(i, "Max", false, maxForward)
		kernel(i, "Avg", false, avgForward)
		kernel(i, "Pick", true, pick)
		kernel(i, "PickEach", true, pickEach)
		for _, add := range []bool{false, true} {
			mode := "Store"
			if add {
				mode = "Add"
			}
			for _, relu := range []bool{false, true} {
				name := "MaxGrad" + mode
				if relu {
					name = "MaxGradReLU" + mode
				}
				kernel(i, name, true, func(i isa, w walk, l label, masked bool) { maxGrad(i, w, l, masked, relu, add) })
			}
			kernel(i, "MaxGradEach"+mode, true, func(i isa, w walk, l label, masked bool) { maxGradEach(i, w, l, masked, add) })
			kernel(i, "AvgGrad"+mode, true, func(i isa, w walk, l label, masked bool) { avgGrad(i, w, l, masked, add) })
		}
	}
	cells2x2()
	spread2x2()
	Generate()
}

// label makes the labels of the two copies of a body differ.
type label func(string) string

func kernel(i isa, name string, grad bool, body func(i isa, w walk, l label, masked bool)) {
	TEXT("pool"+name+i.name(), NOSPLIT, "func(p *byte)")
	Pragma("noescape")
	w := walk{GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64()}
	Load(Param("p"), w.args)
	field := func(off int) Mem { return Mem{Base: w.args, Disp: off} }
	i.setup(field, w.idx)
	MOVQ(field(offX), w.x)
	MOVQ(field(offY), w.y)
	if grad {
		MOVQ(field(offDX), w.dx)
	}
	MOVQ(field(offN), w.n)
	MOVQ(field(offTab), w.tab)
	MOVQ(field(offTabN), w.end)
	LEAQ(Mem{Base: w.tab, Index: w.end, Scale: 8}, w.end)

	Label("pixel")
	MOVQ(field(offC), w.c)
	Label("vector")
	CMPQ(w.c, Imm(uint64(i.lanes())))
	JL(LabelRef("tail"))
	body(i, w, func(s string) string { return s }, false)
	ADDQ(Imm(uint64(i.bytes())), w.x)
	ADDQ(Imm(uint64(i.bytes())), w.y)
	if grad {
		ADDQ(Imm(uint64(i.bytes())), w.dx)
	}
	SUBQ(Imm(uint64(i.lanes())), w.c)
	JMP(LabelRef("vector"))
	Label("tail")
	TESTQ(w.c, w.c)
	JZ(LabelRef("next"))
	body(i, w, func(s string) string { return s + "Tail" }, true)
	Label("next")
	// Back over the whole vectors, then on to the next pixel.
	MOVQ(field(offC), w.idx)
	SUBQ(w.c, w.idx)
	NEGQ(w.idx)
	MOVQ(field(offYStep), w.at)
	ADDQ(w.idx, w.at)
	LEAQ(Mem{Base: w.y, Index: w.at, Scale: 4}, w.y)
	ADDQ(field(offXStep), w.idx)
	LEAQ(Mem{Base: w.x, Index: w.idx, Scale: 4}, w.x)
	if grad {
		LEAQ(Mem{Base: w.dx, Index: w.idx, Scale: 4}, w.dx)
	}
	DECQ(w.n)
	JNZ(LabelRef("pixel"))
	VZEROUPPER()
	RET()
}

// cells loops over the table from entry first on; f finds the offset in w.idx.
// It needs at least one cell.
func (w walk) cells(l label, first int, f func()) {
	loop, done := l("cells"), l("cellsDone")
	if first > 0 {
		loop, done = l("more"), l("moreDone")
		LEAQ(Mem{Base: w.tab, Disp: 8 * first}, w.at)
		CMPQ(w.at, w.end)
		JAE(LabelRef(done))
	} else {
		MOVQ(w.tab, w.at)
	}
	Label(loop)
	MOVQ(Mem{Base: w.at}, w.idx)
	f()
	ADDQ(Imm(8), w.at)
	CMPQ(w.at, w.end)
	JB(LabelRef(loop))
	if first > 0 {
		Label(done)
	}
}

func (w walk) cell(base reg.GPVirtual) Mem { return Mem{Base: base, Index: w.idx, Scale: 4} }

// largest finds the maximum; NaN if there is one.
func largest(i isa, w walk, l label, masked bool) (best reg.VecPhysical) {
	best, x := i.reg(0), i.reg(1)
	MOVQ(Mem{Base: w.tab}, w.idx)
	i.load(w.cell(w.x), best, masked)
	w.cells(l, 1, func() {
		i.load(w.cell(w.x), x, masked)
		i.larger(x, best)
	})
	return best
}

func maxForward(i isa, w walk, l label, masked bool) {
	best := largest(i, w, l, masked)
	i.store(best, Mem{Base: w.y}, masked)
}

func avgForward(i isa, w walk, l label, masked bool) {
	sum, x := i.reg(0), i.reg(1)
	i.zero(sum)
	w.cells(l, 0, func() {
		i.load(w.cell(w.x), x, masked)
		VADDPS(x, sum, sum)
	})
	VDIVPS(i.count(), sum, sum)
	i.store(sum, Mem{Base: w.y}, masked)
}

// findMax leaves in which the number of the first cell with the maximum.
func findMax(i isa, w walk, l label, masked bool) (which, k reg.VecPhysical) {
	best, x, which, k := i.reg(0), i.reg(1), i.reg(2), i.reg(3)
	MOVQ(Mem{Base: w.tab}, w.idx)
	i.load(w.cell(w.x), best, masked)
	i.zero(which)
	i.zero(k)
	w.cells(l, 1, func() {
		VPADDD(i.one(), k, k)
		i.load(w.cell(w.x), x, masked)
		i.first(x, best, k, which)
	})
	i.zero(k)
	return which, k
}

func maxGrad(i isa, w walk, l label, masked, relu, add bool) {
	which, k := findMax(i, w, l, masked)
	x, old, dy := i.reg(0), i.reg(1), i.reg(4)
	i.load(Mem{Base: w.y}, dy, masked)
	if relu {
		i.positive(x, k, dy) // x is the maximum yet, k zero
	}
	w.cells(l, 0, func() {
		i.chosen(dy, which, k, x)
		if add {
			i.load(w.cell(w.dx), old, masked)
			VADDPS(old, x, x)
		}
		i.store(x, w.cell(w.dx), masked)
		VPADDD(i.one(), k, k)
	})
}

// pick reads where maxGrad writes.
func pick(i isa, w walk, l label, masked bool) {
	which, k := findMax(i, w, l, masked)
	sum, v, x := i.reg(4), i.reg(0), i.reg(1)
	i.zero(sum)
	w.cells(l, 0, func() {
		i.load(w.cell(w.dx), v, masked)
		i.chosen(v, which, k, x)
		VADDPS(x, sum, sum)
		VPADDD(i.one(), k, k)
	})
	i.store(sum, Mem{Base: w.y}, masked)
}

// maxGradEach is maxGrad to every cell with the maximum.
func maxGradEach(i isa, w walk, l label, masked, add bool) {
	best := largest(i, w, l, masked)
	x, old, dy := i.reg(1), i.reg(2), i.reg(4)
	i.load(Mem{Base: w.y}, dy, masked)
	w.cells(l, 0, func() {
		i.load(w.cell(w.x), x, masked)
		i.equal(dy, x, best, x)
		if add {
			i.load(w.cell(w.dx), old, masked)
			VADDPS(old, x, x)
		}
		i.store(x, w.cell(w.dx), masked)
	})
}

// pickEach reads where maxGradEach writes.
func pickEach(i isa, w walk, l label, masked bool) {
	best := largest(i, w, l, masked)
	x, v, sum := i.reg(1), i.reg(2), i.reg(4)
	i.zero(sum)
	w.cells(l, 0, func() {
		i.load(w.cell(w.x), x, masked)
		i.load(w.cell(w.dx), v, masked)
		i.equal(v, x, best, x)
		VADDPS(x, sum, sum)
	})
	i.store(sum, Mem{Base: w.y}, masked)
}

func avgGrad(i isa, w walk, l label, masked, add bool) {
	dy, x := i.reg(0), i.reg(1)
	i.load(Mem{Base: w.y}, dy, masked)
	VDIVPS(i.count(), dy, dy)
	w.cells(l, 0, func() {
		if !add {
			i.store(dy, w.cell(w.dx), masked)
			return
		}
		i.load(w.cell(w.dx), x, masked)
		VADDPS(x, dy, x)
		i.store(x, w.cell(w.dx), masked)
	})
}
