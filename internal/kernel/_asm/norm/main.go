// Command norm generates the kernels of package kernel's normalisations: sums
// over the rows of a matrix, and row-wise maps, with one parameter per column.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, i := range []isa{{"AVX512", 64, func() reg.VecVirtual { return ZMM() }}, {"AVX2", 32, func() reg.VecVirtual { return YMM() }}} {
		i.sums("normMoments", "s, sq, x, centre *float32", "For each row, d = x[c] - centre[c]; s[c] += d; sq[c] += d·d.",
			[]string{"x"}, []string{"centre"}, []string{"s", "sq"}, func(x, par, acc []reg.VecVirtual) {
				VSUBPS(par[0], x[0], x[0])
				VADDPS(x[0], acc[0], acc[0])
				VFMADD231PS(x[0], x[0], acc[1])
			})
		i.sums("normDots", "s, p, dy, x, mean *float32", "For each row, s[c] += dy[c]; p[c] += dy[c]·(x[c] - mean[c]).",
			[]string{"dy", "x"}, []string{"mean"}, []string{"s", "p"}, func(x, par, acc []reg.VecVirtual) {
				VSUBPS(par[0], x[1], x[1])
				VADDPS(x[0], acc[0], acc[0])
				VFMADD231PS(x[0], x[1], acc[1])
			})
		i.rows("normApply", "y, x, mean, scale, shift *float32", "For each row, y[c] = (x[c] - mean[c])·scale[c] + shift[c].",
			"y", []string{"x"}, []string{"mean", "scale", "shift"}, func(x []reg.VecVirtual, par func(int) Mem) reg.VecVirtual {
				VSUBPS(par(0), x[0], x[0])
				y := i.vec()
				VMOVUPS(par(1), y)
				VFMADD213PS(par(2), x[0], y)
				return y
			})
		i.rows("normBack", "dx, dy, x, mean, a, b, c *float32", "For each row, dx[c] = a[c]·dy[c] + b[c]·(x[c] - mean[c]) + c[c].",
			"dx", []string{"dy", "x"}, []string{"mean", "a", "b", "c"}, func(x []reg.VecVirtual, par func(int) Mem) reg.VecVirtual {
				VSUBPS(par(0), x[1], x[1])
				y := i.vec()
				VMOVUPS(par(2), y)
				VFMADD213PS(par(3), x[1], y)
				VFMADD231PS(par(1), x[0], y)
				return y
			})
	}
	Generate()
}

type isa struct {
	name  string
	bytes int
	vec   func() reg.VecVirtual
}

func (i isa) begin(name, params, doc string) (rows, width, cols reg.GPVirtual) {
	TEXT(name+i.name, NOSPLIT, fmt.Sprintf("func(%s, rows, w, cols int)", params))
	Doc(name + i.name + " works on rows rows of cols columns, a multiple of 16, that lie w floats apart. " + doc)
	Pragma("noescape")
	rows, width, cols = GP64(), GP64(), GP64()
	Load(Param("rows"), rows)
	Load(Param("w"), width)
	SHLQ(U8(2), width)
	Load(Param("cols"), cols)
	SHLQ(U8(2), cols)
	return
}

func pointers(names []string) []reg.GPVirtual {
	ps := make([]reg.GPVirtual, len(names))
	for k, n := range names {
		ps[k] = GP64()
		Load(Param(n), ps[k])
	}
	return ps
}

// sums keeps the sums of a strip of columns in registers while it walks down
// the rows: strips of 4 vectors, then of one.
func (i isa) sums(name, params, doc string, data, pars, sums []string, step func(x, par, acc []reg.VecVirtual)) {
	rows, width, cols := i.begin(name, params, doc)
	dp, pp, sp := pointers(data), pointers(pars), pointers(sums)
	for _, vecs := range []int{4, 1} {
		strip, next := fmt.Sprintf("strip%d", vecs), fmt.Sprintf("after%d", vecs)
		Label(strip)
		CMPQ(cols, I32(vecs*i.bytes))
		JLT(LabelRef(next))
		load := func(ps []reg.GPVirtual, v int) []reg.VecVirtual {
			rs := make([]reg.VecVirtual, len(ps))
			for k, p := range ps {
				rs[k] = i.vec()
				VMOVUPS(Mem{Base: p, Disp: v * i.bytes}, rs[k])
			}
			return rs
		}
		acc, par := make([][]reg.VecVirtual, vecs), make([][]reg.VecVirtual, vecs)
		for v := range vecs {
			acc[v], par[v] = load(sp, v), load(pp, v)
		}
		at := make([]reg.GPVirtual, len(dp))
		for k, p := range dp {
			at[k] = GP64()
			MOVQ(p, at[k])
		}
		n := GP64()
		MOVQ(rows, n)
		loop := fmt.Sprintf("row%d", vecs)
		Label(loop)
		for v := range vecs {
			step(load(at, v), par[v], acc[v])
		}
		for _, p := range at {
			ADDQ(width, p)
		}
		DECQ(n)
		JNZ(LabelRef(loop))
		for v := range vecs {
			for k, p := range sp {
				VMOVUPS(acc[v][k], Mem{Base: p, Disp: v * i.bytes})
			}
		}
		for _, ps := range [][]reg.GPVirtual{dp, pp, sp} {
			for _, p := range ps {
				ADDQ(I32(vecs*i.bytes), p)
			}
		}
		SUBQ(I32(vecs*i.bytes), cols)
		JMP(LabelRef(strip))
		Label(next)
	}
	VZEROUPPER()
	RET()
}

// rows maps row by row; the parameters stay in the first-level cache. Two
// vectors a turn for as long as they last.
func (i isa) rows(name, params, doc string, result string, data, pars []string, step func(x []reg.VecVirtual, par func(int) Mem) reg.VecVirtual) {
	rows, width, cols := i.begin(name, params, doc)
	dp, pp, to := pointers(data), pointers(pars), pointers([]string{result})[0]
	at := GP64()
	left := GP64()
	Label("row")
	XORQ(at, at)
	MOVQ(cols, left)
	for _, vecs := range []int{2, 1} {
		loop, next := fmt.Sprintf("loop%d", vecs), fmt.Sprintf("after%d", vecs)
		Label(loop)
		CMPQ(left, I32(vecs*i.bytes))
		JLT(LabelRef(next))
		mem := func(p reg.GPVirtual, v int) Mem { return Mem{Base: p, Index: at, Scale: 1, Disp: v * i.bytes} }
		for v := range vecs {
			x := make([]reg.VecVirtual, len(dp))
			for k, p := range dp {
				x[k] = i.vec()
				VMOVUPS(mem(p, v), x[k])
			}
			VMOVUPS(step(x, func(k int) Mem { return mem(pp[k], v) }), mem(to, v))
		}
		ADDQ(I32(vecs*i.bytes), at)
		SUBQ(I32(vecs*i.bytes), left)
		JMP(LabelRef(loop))
		Label(next)
	}
	for _, p := range append(dp, to) {
		ADDQ(width, p)
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}
