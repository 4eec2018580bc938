// Command jpeg generates the kernels of JPEG pictures for AVX2: inverse cosine
// transforms of two blocks side by side, interpolation of chroma rows, and
// conversion to RGB; and the inner loop of Huffman decoding for BMI2. The
// results are those of jpeg_generic.go, to the bit.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!purego")
	inverse8()
	inverse4()
	inverse2()
	widen()
	widenBlend()
	rgb()
	coefs()
	Generate()
}

type vec = reg.VecPhysical

var ymm = [16]vec{
	reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
	reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
}

var xmm = [16]vec{
	reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7,
	reg.X8, reg.X9, reg.X10, reg.X11, reg.X12, reg.X13, reg.X14, reg.X15,
}

// low is the lower half of a register.
func low(v vec) vec {
	for i, y := range ymm {
		if y == v {
			return xmm[i]
		}
	}
	panic("not a ymm register")
}

var constants = map[string]Mem{}

// words is a constant of 32 bytes that repeats some 16-bit numbers.
func words(v ...int16) Mem {
	name := fmt.Sprint("w", v)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("jpegWords%d", len(constants)), RODATA|NOPTR)
	for i := range 16 {
		DATA(2*i, I16(v[i%len(v)]))
	}
	constants[name] = m
	return m
}

func dwords(v int32) Mem {
	name := fmt.Sprint("d", v)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("jpegDwords%d", len(constants)), RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, I32(v))
	}
	constants[name] = m
	return m
}

// octets is a constant of 16 bytes, twice.
func octets(v [16]uint8) Mem {
	name := fmt.Sprint("o", v)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("jpegOctets%d", len(constants)), RODATA|NOPTR)
	for i := range 32 {
		DATA(i, U8(v[i%16]))
	}
	constants[name] = m
	return m
}

func all(v uint8) (o [16]uint8) {
	for i := range o {
		o[i] = v
	}
	return o
}
