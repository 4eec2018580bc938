package augment

import "math"

// A DType says what numbers images hold, as in Keras. Arrays are float32 here
// all the same: the numbers are cut to what the type can hold.
type DType string

// The types. The empty one is Float32. For whole numbers, images are rounded
// when they are resampled, and fractions are cut off at the end; what is
// outside the type's range becomes its least or greatest number.
const (
	Float32 DType = "float32"
	Float64 DType = "float64" // kept as float32
	Float16 DType = "float16"
	Uint8   DType = "uint8"
	Int8    DType = "int8"
	Uint16  DType = "uint16"
	Int16   DType = "int16"
	Int32   DType = "int32"
)

// cast returns the function that cuts a number to the type, nil for none.
func (d DType) cast() (func(float32) float32, error) {
	whole := func(lo, hi float64) func(float32) float32 {
		return func(v float32) float32 {
			if v != v {
				return 0
			}
			return float32(math.Trunc(min(max(float64(v), lo), hi)))
		}
	}
	switch d {
	case "", Float32, Float64:
		return nil, nil
	case Float16:
		return half, nil
	case Uint8:
		return whole(0, math.MaxUint8), nil
	case Int8:
		return whole(math.MinInt8, math.MaxInt8), nil
	case Uint16:
		return whole(0, math.MaxUint16), nil
	case Int16:
		return whole(math.MinInt16, math.MaxInt16), nil
	case Int32:
		return whole(math.MinInt32, math.MaxInt32), nil
	}
	return nil, bad("DType", d, "float32, float64, float16, uint8, int8, uint16, int16 or int32")
}

// half rounds to the nearest number of 16 bits, ties to even.
func half(v float32) float32 {
	a := math.Abs(float64(v))
	switch {
	case !(a < 65520): // also infinity and NaN
		if a >= 65520 {
			return float32(math.Inf(1 - 2*int(math.Float32bits(v)>>31)))
		}
		return v
	case a < 1.0/(1<<14): // subnormal
		return float32(math.RoundToEven(float64(v)*(1<<24)) / (1 << 24))
	}
	_, e := math.Frexp(a)
	unit := math.Ldexp(1, e-11)
	return float32(math.RoundToEven(float64(v)/unit) * unit)
}

// roundAway rounds to whole numbers, ties away from zero.
func roundAway(x []float32) {
	for i, v := range x {
		x[i] = float32(math.Round(float64(v)))
	}
}
