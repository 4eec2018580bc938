package npy

import (
	"encoding/binary"
	"math"
)

// A Number is a type that elements are converted to.
type Number interface{ float32 | float64 | int64 }

// decode converts len(dst) elements of type d at the start of src.
func decode[T Number](dst []T, src []byte, d DType) {
	if f, ok := any(dst).([]float32); ok && d == (DType{Kind: 'f', Size: 4}) {
		decodeFloat32(f, src)
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	if d.Big {
		order = binary.BigEndian
	}
	src = src[:len(dst)*d.Size]
	switch {
	case d.Kind == 'b':
		for i := range dst {
			dst[i] = 0
			if src[i] != 0 {
				dst[i] = 1
			}
		}
	case d.Kind == 'u' && d.Size == 1:
		for i := range dst {
			dst[i] = T(src[i])
		}
	case d.Kind == 'i' && d.Size == 1:
		for i := range dst {
			dst[i] = T(int8(src[i]))
		}
	case d.Kind == 'u' && d.Size == 2:
		for i := range dst {
			dst[i] = T(order.Uint16(src[2*i:]))
		}
	case d.Kind == 'i' && d.Size == 2:
		for i := range dst {
			dst[i] = T(int16(order.Uint16(src[2*i:])))
		}
	case d.Kind == 'f' && d.Size == 2:
		for i := range dst {
			dst[i] = T(Float16(order.Uint16(src[2*i:])))
		}
	case d.Kind == 'u' && d.Size == 4:
		for i := range dst {
			dst[i] = T(order.Uint32(src[4*i:]))
		}
	case d.Kind == 'i' && d.Size == 4:
		for i := range dst {
			dst[i] = T(int32(order.Uint32(src[4*i:])))
		}
	case d.Kind == 'f' && d.Size == 4:
		for i := range dst {
			dst[i] = T(math.Float32frombits(order.Uint32(src[4*i:])))
		}
	case d.Kind == 'u' && d.Size == 8:
		for i := range dst {
			dst[i] = T(order.Uint64(src[8*i:]))
		}
	case d.Kind == 'i' && d.Size == 8:
		for i := range dst {
			dst[i] = T(int64(order.Uint64(src[8*i:])))
		}
	case d.Kind == 'f' && d.Size == 8:
		for i := range dst {
			dst[i] = T(math.Float64frombits(order.Uint64(src[8*i:])))
		}
	}
}

// decodeFloat32 is the hot case: float32, little-endian.
func decodeFloat32(dst []float32, src []byte) {
	for len(dst) >= 4 && len(src) >= 16 {
		a, b := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(src[8:])
		dst[0] = math.Float32frombits(uint32(a))
		dst[1] = math.Float32frombits(uint32(a >> 32))
		dst[2] = math.Float32frombits(uint32(b))
		dst[3] = math.Float32frombits(uint32(b >> 32))
		dst, src = dst[4:], src[16:]
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

// encodeFloat32 is the inverse of decodeFloat32.
func encodeFloat32(dst []byte, src []float32) {
	for len(src) >= 2 && len(dst) >= 8 {
		binary.LittleEndian.PutUint64(dst, uint64(math.Float32bits(src[0]))|uint64(math.Float32bits(src[1]))<<32)
		src, dst = src[2:], dst[8:]
	}
	for i, x := range src {
		binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(x))
	}
}

// Float16 converts the bits of an IEEE 754 half-precision number.
func Float16(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp, frac := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exp {
	case 0: // zero or subnormal: frac × 2^-24
		f := float32(frac) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}
