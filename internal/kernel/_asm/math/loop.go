package main

import (
	"slices"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A kern is a kernel that works element by element on slices of one length.
type kern struct {
	name   string
	unroll int  // vectors an iteration; 1 or 2 for kernels that stretch operands
	woven  int  // the same with AVX2, woven; 0: unroll
	late   bool // AVX2 has no registers to hold the operands meanwhile
	// stretch: operands other than the first slice may have length 1.
	stretch bool
	outs    []string // slices that are written; nil = dst
	only    string   // slices of outs that are not read, with spaces between
	body    func(v map[string]lane) map[string]lane
}

// operand is one slice while the loop runs.
type operand struct {
	name    string
	base    reg.GPVirtual
	at      reg.GPVirtual // byte offset
	step    reg.GPVirtual // bytes a vector; nil: the vector's own
	in, out bool
}

func (k kern) write() {
	for _, wide = range []bool{true, false} {
		f := signature(k.name)
		TEXT(f.name+isa(), NOSPLIT, f.text)
		Pragma("noescape")
		k.function(f)
	}
}

func (k kern) function(f function) {
	width := 4 * lanes()
	if k.woven > 0 && !wide {
		k.unroll = k.woven
	}
	outs := k.outs
	if outs == nil {
		outs = []string{"dst"}
	}
	n := Load(Param(f.slices[0]).Len(), GP64()).(reg.GPVirtual)
	i := GP64()
	XORQ(i, i)
	var ops []*operand
	for j, s := range f.slices {
		o := &operand{name: s, at: i, in: s != "dst" || k.outs != nil}
		o.in = o.in && !slices.Contains(strings.Fields(k.only), s)
		for _, w := range outs {
			o.out = o.out || w == s
		}
		o.base = Load(Param(s).Base(), GP64()).(reg.GPVirtual)
		ops = append(ops, o)
		if j > 0 && k.stretch {
			k.stretchOperand(o, s, n, width)
		}
	}
	scalars := map[string]lane{}
	for _, s := range f.scalars {
		m, err := Param(s).Resolve()
		if err != nil {
			panic(err)
		}
		scalars[s] = lane{m: m.Addr}
	}
	step := func(vectors int) {
		ADDQ(I32(vectors*width), i)
		for _, o := range ops {
			if o.step != nil {
				LEAQ(Mem{Base: o.at, Index: o.step, Scale: uint8(vectors)}, o.at)
			}
		}
		SUBQ(I32(vectors*lanes()), n)
	}
	read := func(part int, m *tailMask) map[string]lane {
		v := map[string]lane{}
		for s, x := range scalars {
			v[s] = x
		}
		for _, o := range ops {
			at := Mem{Base: o.base, Index: o.at, Scale: 1, Disp: part * width}
			switch {
			case !o.in:
			case k.late && !wide && m == nil:
				v[o.name] = lane{m: at, full: true, late: true}
			default:
				r := vec()
				m.load(at, r)
				v[o.name] = lane{r: r}
			}
		}
		return v
	}
	write := func(part int, res map[string]lane, m *tailMask) {
		for _, o := range ops {
			if o.out {
				m.store(res[o.name].in(), Mem{Base: o.base, Index: o.at, Scale: 1, Disp: part * width})
			}
		}
	}
	round := func(part int, m *tailMask) { write(part, k.body(read(part, m)), m) }
	many := func() {
		if k.woven == 0 || wide {
			for p := range k.unroll {
				round(p, nil)
			}
			return
		}
		var parts []func()
		res := make([]map[string]lane, k.unroll)
		for p := range k.unroll {
			v := read(p, nil)
			parts = append(parts, func() { res[p] = k.body(v) })
		}
		weave(parts...)
		for p := range k.unroll {
			write(p, res[p], nil)
		}
	}
	if k.unroll > 1 {
		Label("many")
		CMPQ(n, I32(k.unroll*lanes()))
		JL(LabelRef("single"))
		many()
		step(k.unroll)
		JMP(LabelRef("many"))
	}
	Label("single")
	CMPQ(n, I32(lanes()))
	JL(LabelRef("part"))
	round(0, nil)
	step(1)
	JMP(LabelRef("single"))
	Label("part")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	inOrder = true
	round(0, newTailMask(n))
	inOrder = false
	Label("done")
	VZEROUPPER()
	RET()
}

// stretchOperand makes an operand of length 1 a vector on the stack that the
// loop reads again and again.
func (k kern) stretchOperand(o *operand, name string, n reg.GPVirtual, width int) {
	o.at, o.step = GP64(), GP64()
	XORQ(o.at, o.at)
	MOVQ(I32(width), o.step)
	length := Load(Param(name).Len(), GP64())
	plain := "plain_" + name
	CMPQ(length, n)
	JE(LabelRef(plain))
	room := AllocLocal(k.unroll * width)
	r := vec()
	VBROADCASTSS(Mem{Base: o.base}, r)
	for p := range k.unroll {
		VMOVUPS(r, room.Offset(p*width))
	}
	LEAQ(room, o.base)
	XORQ(o.step, o.step)
	Label(plain)
}

// tailMask selects the first n < lanes elements; nil selects all.
type tailMask struct {
	k reg.OpmaskVirtual
	r reg.VecVirtual
}

// ones is a table of 64 words of ones and then 64 of zeros.
func ones() Mem {
	name := topic + "Ones"
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range 128 {
			DATA(4*i, U32(map[bool]uint32{true: 0xffffffff}[i < 64]))
		}
		constants[name] = m
	}
	return m
}

func newTailMask(n reg.GPVirtual) *tailMask {
	t := GP64()
	if wide {
		k := K()
		MOVQ(I32(-1), t)
		BZHIQ(n, t, t)
		KMOVW(t.As32(), k)
		return &tailMask{k: k}
	}
	p, r := GP64(), YMM()
	LEAQ(ones(), p)
	MOVQ(n, t)
	NEGQ(t)
	VMOVUPS(Mem{Base: p, Index: t, Scale: 4, Disp: 256}, r)
	return &tailMask{r: r}
}

func (m *tailMask) load(at Mem, r reg.VecVirtual) {
	switch {
	case m == nil:
		VMOVUPS(at, r)
	case wide:
		VMOVUPS_Z(at, m.k, r)
	default:
		VMASKMOVPS(at, m.r, r)
	}
}

func (m *tailMask) store(r reg.VecVirtual, at Mem) {
	switch {
	case m == nil:
		VMOVUPS(r, at)
	case wide:
		VMOVUPS(r, m.k, at)
	default:
		VMASKMOVPS(r, m.r, at)
	}
}
