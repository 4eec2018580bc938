// Command resample generates the kernels of package image/internal/resample
// for AVX2. A weight of 22 fractional bits is split in an upper part and 11
// lower bits, so that VPMADDWD adds up products of two samples at a time.
package main

import (
	"sync"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	precision = 22
	lowBits   = 11
)

func main() {
	ConstraintExpr("amd64,!purego")
	row("row3AVX2", 3)
	row("row4AVX2", 4)
	grey()
	column()
	Generate()
}

// rounding is one half in every lane.
var rounding = sync.OnceValue(func() Mem {
	m := GLOBL("rounding", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(1<<(precision-1)))
	}
	return m
})

type rowArgs struct{ dst, src, first, parts, groups, n, at, left reg.GPVirtual }

func begin(name string) rowArgs {
	TEXT(name, NOSPLIT, "func(dst, src *byte, first *int32, parts *int16, groups, n int)")
	Pragma("noescape")
	a := rowArgs{GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64()}
	Load(Param("dst"), a.dst)
	Load(Param("src"), a.src)
	Load(Param("first"), a.first)
	Load(Param("parts"), a.parts)
	Load(Param("groups"), a.groups)
	Load(Param("n"), a.n)
	return a
}

// row makes n pixels of 3 or 4 samples, each of groups of four taps. One half
// of a register has the first two channels, the other the rest. Four pixels are
// made side by side, as long as there are four.
func row(name string, channels int) {
	a := begin(name)
	mask := GLOBL(name+"Mask", RODATA|NOPTR)
	for i := range 32 {
		c, tap := 2*(i/16)+i%16/8, i%8/2
		v := U8(0x80)
		if i%2 == 0 && c < channels {
			v = U8(tap*channels + c)
		}
		DATA(i, v)
	}
	shuffle, round := YMM(), YMM()
	VMOVDQU(mask, shuffle)
	VMOVDQU(rounding(), round)
	stride, stride3 := GP64(), GP64() // of the weights, from pixel to pixel
	MOVQ(a.groups, stride)
	SHLQ(Imm(4), stride)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)

	// sums returns the sums of some pixels, in which both samples of a pair of
	// taps are still apart.
	sums := func(label string, pixels int) []reg.VecVirtual {
		var at []reg.GPVirtual
		var high, low []reg.VecVirtual
		for i := range pixels {
			at, high, low = append(at, GP64()), append(high, YMM()), append(low, YMM())
			MOVLQSX(Mem{Base: a.first, Disp: 4 * i}, at[i])
			ADDQ(a.src, at[i])
			VPXOR(high[i], high[i], high[i])
			VPXOR(low[i], low[i], low[i])
		}
		MOVQ(a.groups, a.left)
		Label(label)
		for i := range pixels {
			x, kh, kl := YMM(), YMM(), YMM()
			weights := []Mem{{Base: a.parts}, {Base: a.parts, Index: stride, Scale: 1}, {Base: a.parts, Index: stride, Scale: 2}, {Base: a.parts, Index: stride3, Scale: 1}}[i]
			VBROADCASTI128(Mem{Base: at[i]}, x)
			VPSHUFB(shuffle, x, x)
			VPBROADCASTQ(weights, kh)
			VPBROADCASTQ(weights.Offset(8), kl)
			VPMADDWD(x, kh, kh)
			VPMADDWD(x, kl, kl)
			VPADDD(kh, high[i], high[i])
			VPADDD(kl, low[i], low[i])
			ADDQ(Imm(uint64(4*channels)), at[i])
		}
		ADDQ(Imm(16), a.parts)
		DECQ(a.left)
		JNZ(LabelRef(label))
		for i := range pixels {
			VPSLLD(Imm(lowBits), high[i], high[i])
			VPADDD(low[i], high[i], high[i])
		}
		return high
	}
	whole := func(p, q reg.VecVirtual) { // p = the samples of p and q
		VPHADDD(q, p, p)
		VPADDD(round, p, p)
		VPSRAD(Imm(precision), p, p)
	}
	Label("four")
	CMPQ(a.n, Imm(4))
	JL(LabelRef("rest"))
	p := sums("fourGroup", 4)
	ADDQ(stride3, a.parts)
	whole(p[0], p[1])
	whole(p[2], p[3])
	VPACKSSDW(p[2], p[0], p[0])
	VPACKUSWB(p[0], p[0], p[0])
	right, bytes := XMM(), p[0].AsX()
	VEXTRACTI128(Imm(1), p[0], right)
	VPUNPCKLWD(right, bytes, bytes)
	if channels == 4 {
		VMOVDQU(bytes, Mem{Base: a.dst})
	} else {
		gaps := GLOBL(name+"Gaps", RODATA|NOPTR)
		for i := range 16 {
			v := U8(0x80)
			if i < 12 {
				v = U8(i/3*4 + i%3)
			}
			DATA(i, v)
		}
		VPSHUFB(gaps, bytes, bytes)
		VMOVQ(bytes, Mem{Base: a.dst})
		VPEXTRD(Imm(2), bytes, Mem{Base: a.dst, Disp: 8})
	}
	ADDQ(Imm(uint64(4*channels)), a.dst)
	ADDQ(Imm(16), a.first)
	SUBQ(Imm(4), a.n)
	JMP(LabelRef("four"))
	Label("rest")
	TESTQ(a.n, a.n)
	JZ(LabelRef("done"))
	one := sums("group", 1)[0]
	whole(one, one)
	VPACKSSDW(one, one, one)
	VPACKUSWB(one, one, one)
	half := XMM()
	VEXTRACTI128(Imm(1), one, half)
	lower, upper := GP32(), GP32()
	VMOVD(one.AsX(), lower)
	VMOVD(half, upper)
	MOVW(lower.As16(), Mem{Base: a.dst})
	if channels == 3 {
		MOVB(upper.As8(), Mem{Base: a.dst, Disp: 2})
	} else {
		MOVW(upper.As16(), Mem{Base: a.dst, Disp: 2})
	}
	ADDQ(Imm(uint64(channels)), a.dst)
	ADDQ(Imm(4), a.first)
	DECQ(a.n)
	JMP(LabelRef("rest"))
	Label("done")
	VZEROUPPER()
	RET()
}

// grey makes n samples, each of groups of eight taps.
func grey() {
	a := begin("rowGreyAVX2")
	high, low := reg.X2, reg.X3
	x, t := reg.X4, reg.X5
	Label("pixel")
	MOVLQSX(Mem{Base: a.first}, a.at)
	ADDQ(a.src, a.at)
	MOVQ(a.groups, a.left)
	VPXOR(high, high, high)
	VPXOR(low, low, low)
	Label("group")
	VPMOVZXBW(Mem{Base: a.at}, x)
	VPMADDWD(Mem{Base: a.parts}, x, t)
	VPMADDWD(Mem{Base: a.parts, Disp: 16}, x, x)
	VPADDD(t, high, high)
	VPADDD(x, low, low)
	ADDQ(Imm(8), a.at)
	ADDQ(Imm(32), a.parts)
	DECQ(a.left)
	JNZ(LabelRef("group"))
	VPSLLD(Imm(lowBits), high, high)
	VPADDD(low, high, high)
	VPHADDD(high, high, high)
	VPHADDD(high, high, high)
	VPADDD(rounding(), high, high)
	VPSRAD(Imm(precision), high, high)
	VPACKSSDW(high, high, high)
	VPACKUSWB(high, high, high)
	v := GP32()
	VMOVD(high, v)
	MOVB(v.As8(), Mem{Base: a.dst})
	INCQ(a.dst)
	ADDQ(Imm(4), a.first)
	DECQ(a.n)
	JNZ(LabelRef("pixel"))
	VZEROUPPER()
	RET()
}

// column makes 32 samples at a time of as many columns. The last turn goes
// back so far that it ends with the last sample.
func column() {
	TEXT("columnAVX2", NOSPLIT, "func(dst, src *byte, stride int, weights *int32, taps, n int)")
	Pragma("noescape")
	dst, src, stride, weights, taps, n := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("stride"), stride)
	Load(Param("weights"), weights)
	Load(Param("taps"), taps)
	Load(Param("n"), n)
	at, k, left := GP64(), GP64(), GP64()
	sums := []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3}
	w, x := reg.Y4, []reg.VecPhysical{reg.Y5, reg.Y6, reg.Y7, reg.Y8}
	Label("piece")
	for _, s := range sums {
		VMOVDQU(rounding(), s)
	}
	MOVQ(src, at)
	MOVQ(weights, k)
	MOVQ(taps, left)
	Label("tap")
	VPBROADCASTD(Mem{Base: k}, w)
	for i, s := range sums {
		VPMOVZXBD(Mem{Base: at, Disp: 8 * i}, x[i])
		VPMULLD(w, x[i], x[i])
		VPADDD(x[i], s, s)
	}
	ADDQ(stride, at)
	ADDQ(Imm(4), k)
	DECQ(left)
	JNZ(LabelRef("tap"))
	for _, s := range sums {
		VPSRAD(Imm(precision), s, s)
	}
	VPACKSSDW(sums[1], sums[0], sums[0]) // 0 8 4 12, four samples each
	VPACKSSDW(sums[3], sums[2], sums[2])
	VPACKUSWB(sums[2], sums[0], sums[0]) // 0 8 16 24 in the lower half, 4 12 20 28 in the upper
	VMOVDQU(order(), w)
	VPERMD(sums[0], w, sums[0])
	VMOVDQU(sums[0], Mem{Base: dst})
	ADDQ(Imm(32), dst)
	ADDQ(Imm(32), src)
	SUBQ(Imm(32), n)
	JZ(LabelRef("done"))
	CMPQ(n, Imm(32))
	JGE(LabelRef("piece"))
	SUBQ(Imm(32), n)
	ADDQ(n, dst)
	ADDQ(n, src)
	MOVQ(U32(32), n)
	JMP(LabelRef("piece"))
	Label("done")
	VZEROUPPER()
	RET()
}

func order() Mem {
	m := GLOBL("order", RODATA|NOPTR)
	for i, v := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		DATA(4*i, U32(v))
	}
	return m
}
