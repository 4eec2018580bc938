package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The random kernels work in groups of 64 elements: 16 counters of four words.
// With vectors of 8 a group is done in two halves.

// argument is 32 bits of an argument.
func argument(name string) lane {
	a, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return lane{m: a.Addr}
}

// mulWide returns the high and low words of a·m.
func mulWide(a lane, m reg.VecVirtual) (high, low lane) {
	lo, hi, odd := vec(), vec(), vec()
	VPMULUDQ(m, a.r, lo)
	VPSRLQ(Imm(32), a.r, odd)
	VPMULUDQ(m, odd, odd)
	VPSRLQ(Imm(32), lo, hi)
	if wide {
		VPBLENDMD(odd, hi, oddLanes, hi)
		VPSLLQ(Imm(32), odd, odd)
		VPBLENDMD(odd, lo, oddLanes, lo)
	} else {
		VPBLENDD(Imm(0xaa), odd, hi, hi)
		VPSLLQ(Imm(32), odd, odd)
		VPBLENDD(Imm(0xaa), odd, lo, lo)
	}
	return lane{r: hi}, lane{r: lo}
}

// mix and bump work in place, which keeps AVX2 within its 16 registers.
func mix(a, b, c lane) {
	for _, x := range []lane{b, c} {
		if wide {
			VPXORD(x.r, a.r, a.r)
		} else {
			VPXOR(x.r, a.r, a.r)
		}
	}
}

func bump(a, b lane) {
	if wide {
		VPADDD_BCST(b.m, a.r, a.r)
	} else {
		VPADDD(b.m, a.r, a.r)
	}
}

var oddLanes reg.OpmaskVirtual // bits of odd lanes; AVX-512 only

// A random kernel makes of the four words of a group (or of one half of it) the
// elements whose places are 16 apart.
func random(name string, body func(w [4]lane, load func(i int) lane) [4]lane) {
	for _, wide = range []bool{true, false} {
		f := signature(name)
		TEXT(f.name+isa(), NOSPLIT, f.text)
		Pragma("noescape")
		randomLoop(f, body)
	}
}

func randomLoop(f function, body func(w [4]lane, load func(i int) lane) [4]lane) {
	n := Load(Param("dst").Len(), GP64()).(reg.GPVirtual)
	base := map[string]reg.GPVirtual{}
	for _, s := range f.slices {
		base[s] = Load(Param(s).Base(), GP64()).(reg.GPVirtual)
	}
	counter := Load(Param("first"), GP64()).(reg.GPVirtual)
	SHLQ(Imm(4), counter)
	key := Load(Param("key"), GP64()).(reg.GPVirtual)
	step := Load(Param("step"), GP64()).(reg.GPVirtual)
	i := GP64()
	XORQ(i, i)
	m0, m1 := vec(), vec()
	VBROADCASTSS(word(0xD2511F53).m, m0)
	VBROADCASTSS(word(0xCD9E8D57).m, m1)
	if wide {
		oddLanes = K()
		t := GP32()
		MOVL(U32(0xaaaa), t)
		KMOVW(t, oddLanes)
	}
	Label("group")
	CMPQ(n, I32(64))
	JL(LabelRef("done"))
	for h := range 16 / lanes() {
		c := [4]lane{addInt(spread(counter.As32()), lane{r: loaded(iota16().Offset(32 * h))}), highWord(counter),
			spread(step.As32()), highWord(step)}
		k0, k1 := spread(key.As32()), highWord(key)
		for round := range 10 {
			h0, l0 := mulWide(c[0], m0)
			h1, l1 := mulWide(c[2], m1)
			mix(h1, c[1], k0)
			mix(h0, c[3], k1)
			c = [4]lane{h1, l1, h0, l0}
			if round < 9 {
				bump(k0, word(0x9E3779B9))
				bump(k1, word(0xBB67AE85))
			}
		}
		at := func(s string, p int) Mem {
			return Mem{Base: base[s], Index: i, Scale: 1, Disp: 64*p + 32*h}
		}
		out := body(c, func(p int) lane {
			r := vec()
			VMOVUPS(at("x", p), r)
			return lane{r: r}
		})
		for p, v := range out {
			VMOVUPS(v.r, at("dst", p))
		}
	}
	ADDQ(I32(256), i)
	ADDQ(I32(16), counter)
	SUBQ(I32(64), n)
	JMP(LabelRef("group"))
	Label("done")
	VZEROUPPER()
	RET()
}

// highWord spreads the upper half of a number.
func highWord(c reg.GPVirtual) lane {
	t := GP64()
	MOVQ(c, t)
	SHRQ(Imm(32), t)
	return spread(t.As32())
}

func loaded(m Mem) reg.VecVirtual {
	r := vec()
	VMOVUPS(m, r)
	return r
}

func spread(r Op) lane {
	v := vec()
	if wide {
		VPBROADCASTD(r, v)
		return lane{r: v}
	}
	x := XMM()
	VMOVD(r, x)
	VPBROADCASTD(x, v)
	return lane{r: v}
}

func iota16() Mem {
	const name = "randomIota"
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(uint32(i)))
		}
		constants[name] = m
	}
	return m
}

// boxMuller makes two standard normal numbers of two words.
func boxMuller(a, b lane) (x, y lane) {
	u := mul(add(toFloat(right(a, 1)), num(0.5)), num(0x1p-31))
	f, k := logParts(u)
	zero := word(0)
	r := sqrt(mul(logSum(f, k, &zero), num(-2)))
	t := mul(toFloat(right(b, 8)), num(0x1p-22))
	m := add(t, num(magic))
	q := subInt(m, word(magicBits))
	s := mul(sub(t, sub(m, num(magic))), num(1.57079637))
	return mul(r, quarter(s, addInt(q, word(1)))), mul(r, quarter(s, q))
}

// atLeast is a >= b, unsigned.
func atLeast(a, b lane) mask {
	if wide {
		k := K()
		VPCMPUD(Imm(5), b.in(), a.r, k)
		return mask{k: k}
	}
	t, r := YMM(), YMM()
	VPMAXUD(b.in(), a.r, t)
	VPCMPEQD(t, a.r, r)
	return mask{r: r}
}

func writeRandom() {
	random("Uniform", func(w [4]lane, _ func(int) lane) (out [4]lane) {
		lo, span, last := argument("lo"), argument("span"), argument("last")
		for i, v := range w {
			u := mul(toFloat(right(v, 8)), num(0x1p-24))
			out[i] = below(add(mul(u, span), lo), last)
		}
		return out
	})
	random("Normal", func(w [4]lane, _ func(int) lane) (out [4]lane) {
		mean, std := argument("mean"), argument("std")
		for i := 0; i < 4; i += 2 {
			x, y := boxMuller(w[i], w[i+1])
			out[i] = add(mul(x, std), mean)
			out[i+1] = add(mul(y, std), mean)
		}
		return out
	})
	random("Dropout", func(w [4]lane, load func(int) lane) (out [4]lane) {
		drop, scale := argument("drop"), argument("scale")
		for i, v := range w {
			out[i] = only(atLeast(v, drop), mul(load(i), scale))
		}
		return out
	})
}
