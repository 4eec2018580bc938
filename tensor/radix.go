package tensor

import "math"

// radixLen is from which length on counting digits beats comparing.
const radixLen = 256

// sortKey maps numbers to integers of the same order: -Inf … -0, 0 … +Inf, NaN.
func sortKey(x float32) uint32 {
	b := math.Float32bits(x)
	switch {
	case x != x:
		return math.MaxUint32
	case b>>31 == 1:
		return ^b
	}
	return b | 1<<31
}

// unsortKey is the inverse; every NaN becomes the one of package math.
func unsortKey(k uint32) float32 {
	switch {
	case k == math.MaxUint32:
		return float32(math.NaN())
	case k>>31 == 1:
		return math.Float32frombits(k &^ (1 << 31))
	}
	return math.Float32frombits(^k)
}

// radixSort sorts keys, which may carry anything in their low half, by their
// high half. Equal keys keep their order. tmp is as long as keys; the result is
// in the slice that is returned, one of the two.
func radixSort(keys, tmp []uint64) []uint64 {
	var count [4][256]int
	for _, k := range keys {
		count[0][k>>32&255]++
		count[1][k>>40&255]++
		count[2][k>>48&255]++
		count[3][k>>56]++
	}
	for d := range count {
		shift := 32 + 8*d
		c := &count[d]
		if c[keys[0]>>shift&255] == len(keys) {
			continue // all the same in this digit
		}
		sum := 0
		for i, n := range c {
			c[i] = sum
			sum += n
		}
		for _, k := range keys {
			at := &c[k>>shift&255]
			tmp[*at] = k
			*at++
		}
		keys, tmp = tmp, keys
	}
	return keys
}
