package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A folding is a kernel that reduces slices to one number, in 64 lanes that are
// folded in halves at the end.
type folding struct {
	name  string
	start float64
	// term makes of one vector of each slice what is folded; m selects the valid
	// lanes, nil all of them. It may store to dst.
	term func(v map[string]lane, m *tailMask) lane
	// join folds a term (first) into lanes, and upper lanes (second) into lower ones.
	join func(a, b lane) lane
	nan  bool // one NaN makes the result NaN
}

// keep puts other in the place of lanes that are not valid.
func keep(m *tailMask, a, other lane) lane {
	if m == nil {
		return a
	}
	return pick(mask{r: m.r, k: m.k}, a, other)
}

func (k folding) write() {
	for _, wide = range []bool{true, false} {
		f := signature(k.name)
		TEXT(f.name+isa(), NOSPLIT, f.text)
		Pragma("noescape")
		k.function(f)
	}
}

func (k folding) function(f function) {
	width, parts := 4*lanes(), 64/lanes()
	n := Load(Param(f.slices[0]).Len(), GP64()).(reg.GPVirtual)
	base := map[string]reg.GPVirtual{}
	for _, s := range f.slices {
		base[s] = Load(Param(s).Base(), GP64()).(reg.GPVirtual)
	}
	i := GP64()
	XORQ(i, i)
	acc := make([]reg.VecVirtual, parts)
	for p := range acc {
		acc[p] = vec()
		if k.start == 0 {
			VXORPS(acc[p].AsX(), acc[p].AsX(), acc[p].AsX())
		} else {
			VBROADCASTSS(num(k.start).m, acc[p])
		}
	}
	var bad mask
	if k.nan {
		if wide {
			bad.k = K()
			KXORW(bad.k, bad.k, bad.k)
		} else {
			bad.r = YMM()
			VXORPS(bad.r, bad.r, bad.r)
		}
	}
	part := func(p int, m *tailMask) {
		v := map[string]lane{}
		for _, s := range f.scalars {
			a, err := Param(s).Resolve()
			if err != nil {
				panic(err)
			}
			v[s] = lane{m: a.Addr}
		}
		at := func(s string) Mem { return Mem{Base: base[s], Index: i, Scale: 1, Disp: p * width} }
		for _, s := range f.slices {
			if s != "dst" {
				r := vec()
				m.load(at(s), r)
				v[s] = lane{r: r}
			}
		}
		t := k.term(v, m)
		if base["dst"] != nil {
			m.store(v["dst"].r, at("dst"))
		}
		if k.nan {
			c := cmp(un, t, t)
			if wide {
				KORW(c.k, bad.k, bad.k)
			} else {
				VORPS(c.r, bad.r, bad.r)
			}
		}
		VMOVAPS(k.join(t, lane{r: acc[p]}).r, acc[p])
	}
	Label("many")
	CMPQ(n, I32(64))
	JL(LabelRef("part"))
	for p := range parts {
		part(p, nil)
	}
	ADDQ(I32(256), i)
	SUBQ(I32(64), n)
	JMP(LabelRef("many"))
	Label("part")
	t := GP64()
	if wide {
		MOVQ(I32(-1), t)
		BZHIQ(n, t, t)
	} else {
		x := GP64()
		LEAQ(ones(), t)
		MOVQ(n, x)
		NEGQ(x)
		LEAQ(Mem{Base: t, Index: x, Scale: 4, Disp: 256}, t)
	}
	for p := range parts {
		CMPQ(n, I32(p*lanes()))
		JLE(LabelRef("fold"))
		m := &tailMask{}
		if wide {
			m.k = K()
			KMOVW(t.As32(), m.k)
			SHRQ(Imm(16), t)
		} else {
			m.r = YMM()
			VMOVUPS(Mem{Base: t, Disp: 32 * p}, m.r)
		}
		part(p, m)
	}
	Label("fold")
	x := k.fold(acc)
	if k.nan {
		b := GP32()
		if wide {
			KMOVW(bad.k, b)
		} else {
			VMOVMSKPS(bad.r, b)
		}
		TESTL(b, b)
		JZ(LabelRef("done"))
		VMOVSS(word(0x7fc00000).m, x)
		Label("done")
	}
	VZEROUPPER()
	Store(x, ReturnIndex(0))
	RET()
}

// fold joins lanes i and i+n for n = 32, 16, … 1.
func (k folding) fold(acc []reg.VecVirtual) reg.VecVirtual {
	for n := len(acc) / 2; n > 0; n /= 2 {
		for p := range n {
			acc[p] = k.join(lane{r: acc[p]}, lane{r: acc[p+n]}).r
		}
	}
	a := acc[0]
	defer func(w bool) { wide = w }(wide)
	if wide {
		y := YMM()
		VEXTRACTF64X4(Imm(1), a, y)
		wide = false
		a = k.join(lane{r: narrow(a)}, lane{r: y}).r
	}
	h := XMM()
	VEXTRACTF128(Imm(1), a, h)
	s := YMM()
	VMOVAPS(h, s.AsX())
	a = k.join(lane{r: a}, lane{r: s}).r
	for _, order := range []uint64{0x4e, 0xb1} { // lanes 2 3 0 1, then 1 0 3 2
		s := YMM()
		VPERMILPS(Imm(order), a, s)
		a = k.join(lane{r: a}, lane{r: s}).r
	}
	x := XMM()
	VMOVAPS(a.AsX(), x)
	return x
}

func narrow(z reg.VecVirtual) reg.VecVirtual {
	y := YMM()
	VMOVAPS(z.AsY(), y)
	return y
}

func writeReduce() {
	x := func(v map[string]lane, m *tailMask) lane { return v["x"] }
	folding{name: "Sum", term: x, join: add}.write()
	folding{name: "Dot", term: func(v map[string]lane, m *tailMask) lane { return mul(v["a"], v["b"]) }, join: add}.write()
	for _, s := range []struct {
		name  string
		start float64
		join  func(a, b lane) lane
	}{{"Max", negInf, above}, {"Min", posInf, below}} {
		term := func(v map[string]lane, m *tailMask) lane { return keep(m, v["x"], num(s.start)) }
		folding{name: s.name, start: s.start, term: term, join: s.join, nan: true}.write()
		folding{name: s.name + "Number", start: s.start, term: term, join: s.join}.write()
	}
	for _, wide = range []bool{true, false} {
		addColumns()
	}
}

func writeSoftmax() {
	exps := func(v map[string]lane, m *tailMask) lane {
		e := exp(sub(v["x"], v["top"]))
		v["dst"] = e
		if m == nil {
			return e
		}
		return only(mask{r: m.r, k: m.k}, e)
	}
	folding{name: "ExpSum", term: exps, join: add}.write()
	folding{name: "SumExp", term: exps, join: add}.write()
	folding{name: "LossSum", term: func(v map[string]lane, m *tailMask) lane {
		e := mul(v["t"], sub(v["log"], sub(v["x"], v["top"])))
		return only(cmp(ne, v["t"], num(0)), e)
	}, join: add}.write()
	kern{name: "ExpScale", unroll: 1, body: func(v map[string]lane) map[string]lane {
		return map[string]lane{"dst": mul(exp(sub(sub(v["x"], v["top"]), v["log"])), v["s"])}
	}}.write()
}

// addColumns adds rows to dst, a block of columns at a time.
func addColumns() {
	f := signature("AddColumns")
	TEXT(f.name+isa(), NOSPLIT, f.text)
	Pragma("noescape")
	width := 4 * lanes()
	dst := Load(Param("dst").Base(), GP64()).(reg.GPVirtual)
	n := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	x := Load(Param("x").Base(), GP64()).(reg.GPVirtual)
	end := Load(Param("x").Len(), GP64()).(reg.GPVirtual)
	stride := GP64()
	LEAQ(Mem{Index: n, Scale: 4, Base: noBase()}, stride)
	LEAQ(Mem{Base: x, Index: end, Scale: 4}, end)
	block := func(name string, vectors int, m *tailMask) {
		acc := make([]reg.VecVirtual, vectors)
		for p := range acc {
			acc[p] = vec()
			m.load(Mem{Base: dst, Disp: p * width}, acc[p])
		}
		row := GP64()
		MOVQ(x, row)
		Label(name + "_rows")
		CMPQ(row, end)
		JAE(LabelRef(name + "_store"))
		for p := range acc {
			if m == nil {
				VADDPS(Mem{Base: row, Disp: p * width}, acc[p], acc[p])
				continue
			}
			v := vec()
			m.load(Mem{Base: row, Disp: p * width}, v)
			VADDPS(v, acc[p], acc[p])
		}
		ADDQ(stride, row)
		JMP(LabelRef(name + "_rows"))
		Label(name + "_store")
		for p := range acc {
			m.store(acc[p], Mem{Base: dst, Disp: p * width})
		}
		if m == nil {
			ADDQ(I32(vectors*width), dst)
			ADDQ(I32(vectors*width), x)
			SUBQ(I32(vectors*lanes()), n)
		}
	}
	for _, b := range []struct {
		name    string
		vectors int
	}{{"many", 4}, {"single", 1}} {
		Label(b.name)
		CMPQ(n, I32(b.vectors*lanes()))
		JL(LabelRef(b.name + "_end"))
		block(b.name, b.vectors, nil)
		JMP(LabelRef(b.name))
		Label(b.name + "_end")
	}
	TESTQ(n, n)
	JZ(LabelRef("done"))
	block("part", 1, newTailMask(n))
	Label("done")
	VZEROUPPER()
	RET()
}

// noBase is a zero register, since an address needs a base.
func noBase() reg.Register {
	z := GP64()
	XORQ(z, z)
	return z
}
