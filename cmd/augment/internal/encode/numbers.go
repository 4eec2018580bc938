package encode

import (
	"encoding/binary"
	"math"

	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/tensor"
)

// Types are the types that numbers are written in, by Keras' names.
var Types = map[string]npy.DType{
	"float32": {Kind: 'f', Size: 4}, "float64": {Kind: 'f', Size: 8}, "float16": {Kind: 'f', Size: 2},
	"uint8": {Kind: 'u', Size: 1}, "int8": {Kind: 'i', Size: 1}, "uint16": {Kind: 'u', Size: 2},
	"int16": {Kind: 'i', Size: 2}, "int32": {Kind: 'i', Size: 4},
}

// Numbers returns an array of height × width × channels as little-endian
// numbers of a type; with first the channels come first. Whole types that no
// DType has cut to yet are rounded.
func Numbers(x *tensor.Tensor, t npy.DType, first bool) []byte {
	d := x.Shape()
	data := x.Data()
	ch := d[2]
	plane := d[0] * d[1]
	out := make([]byte, len(data)*t.Size)
	if t.Kind == 'u' && t.Size == 1 && (!first || ch == 1) {
		for i, v := range data {
			out[i] = level(v)
		}
		return out
	}
	put := writer(t)
	for i, v := range data {
		at := i
		if first {
			at = i%ch*plane + i/ch
		}
		put(out[at*t.Size:], v)
	}
	return out
}

func writer(t npy.DType) func([]byte, float32) {
	whole := func(lo, hi float64, put func([]byte, int64)) func([]byte, float32) {
		return func(b []byte, v float32) {
			if v != v {
				v = 0
			}
			put(b, int64(math.Round(min(max(float64(v), lo), hi))))
		}
	}
	one := func(b []byte, n int64) { b[0] = byte(n) }
	two := func(b []byte, n int64) { binary.LittleEndian.PutUint16(b, uint16(n)) }
	switch {
	case t.Kind == 'f' && t.Size == 8:
		return func(b []byte, v float32) { binary.LittleEndian.PutUint64(b, math.Float64bits(float64(v))) }
	case t.Kind == 'f' && t.Size == 2:
		return func(b []byte, v float32) { binary.LittleEndian.PutUint16(b, half(v)) }
	case t.Kind == 'f':
		return func(b []byte, v float32) { binary.LittleEndian.PutUint32(b, math.Float32bits(v)) }
	case t.Kind == 'u' && t.Size == 1:
		return whole(0, math.MaxUint8, one)
	case t.Kind == 'i' && t.Size == 1:
		return whole(math.MinInt8, math.MaxInt8, one)
	case t.Kind == 'u':
		return whole(0, math.MaxUint16, two)
	case t.Size == 2:
		return whole(math.MinInt16, math.MaxInt16, two)
	}
	return whole(math.MinInt32, math.MaxInt32, func(b []byte, n int64) { binary.LittleEndian.PutUint32(b, uint32(n)) })
}

// half returns the bits of a number that 16 bits can hold, as the generator's
// dtype float16 leaves them; others are cut.
func half(v float32) uint16 {
	b := math.Float32bits(v)
	sign := uint16(b >> 16 & 0x8000)
	switch e := int(b>>23&0xff) - 127 + 15; {
	case v != v:
		return sign | 0x7e00
	case e >= 31:
		return sign | 0x7c00
	case e <= 0:
		return sign | uint16(math.Abs(float64(v))*(1<<24))
	default:
		return sign | uint16(e<<10) | uint16(b>>13&0x3ff)
	}
}
