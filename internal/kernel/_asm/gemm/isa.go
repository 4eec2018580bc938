package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa hides how the two instruction sets load and store a part of a vector.
type isa struct {
	name  string
	mr    int // rows of a full tile
	lanes int
}

var (
	avx512 = isa{"AVX512", 12, 16}
	avx2   = isa{"AVX2", 6, 8}
)

func (s isa) wide() bool { return s.lanes == 16 }

func (s isa) bytes() int { return 4 * s.lanes }

func (s isa) vec() reg.VecVirtual {
	if s.wide() {
		return ZMM()
	}
	return YMM()
}

func (s isa) zero(v Op) {
	if s.wide() {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

// mask makes the mask of the first n lanes, 0 <= n <= lanes.
func (s isa) mask(n reg.GPVirtual) Op {
	if s.wide() {
		ones := GP32()
		MOVL(U32(0xffff), ones)
		BZHIL(n.As32(), ones, ones)
		m := K()
		KMOVW(ones, m)
		return m
	}
	if laneNumbers == nil {
		t := GLOBL("gemmLaneNumbers", RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(i))
		}
		laneNumbers = &t
	}
	m := YMM()
	VMOVD(n.As32(), m.AsX())
	VPBROADCASTD(m.AsX(), m)
	VPCMPGTD(*laneNumbers, m, m)
	return m
}

var laneNumbers *Mem

// load and store move a whole vector, or the lanes of m when m is not nil.
// Lanes outside m are zeros and their memory is not touched.
func (s isa) load(m Op, from Mem, to Op) {
	switch {
	case m == nil:
		VMOVUPS(from, to)
	case s.wide():
		VMOVUPS_Z(from, m, to)
	default:
		VMASKMOVPS(from, m, to)
	}
}

func (s isa) store(m Op, from Op, to Mem) {
	switch {
	case m == nil:
		VMOVUPS(from, to)
	case s.wide():
		VMOVUPS(from, m, to)
	default:
		VMASKMOVPS(from, m, to)
	}
}

// rows addresses rows of a matrix with one pointer for three of them.
type rows struct {
	base   []reg.GPVirtual
	stride reg.GPVirtual // bytes
}

func newRows(first reg.GPVirtual, stride reg.GPVirtual, n int) rows {
	r := rows{[]reg.GPVirtual{first}, stride}
	for i := 3; i < n; i += 3 {
		next := GP64()
		LEAQ(Mem{Base: r.base[len(r.base)-1], Index: stride, Scale: 2}, next)
		ADDQ(stride, next)
		r.base = append(r.base, next)
	}
	return r
}

func (r rows) at(i int) Mem {
	m := Mem{Base: r.base[i/3]}
	if s := i % 3; s > 0 {
		m.Index, m.Scale = r.stride, uint8(s)
	}
	return m
}

func (r rows) advance(by Op) {
	for _, b := range r.base {
		ADDQ(by, b)
	}
}

// advanceBy4 moves on by four strides.
func (r rows) advanceBy4() {
	for _, b := range r.base {
		LEAQ(Mem{Base: b, Index: r.stride, Scale: 4}, b)
	}
}

// floats loads a parameter that counts floats and turns it into bytes.
func floats(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	SHLQ(U8(2), r)
	return r
}

func param(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}
