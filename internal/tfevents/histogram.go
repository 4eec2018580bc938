package tfevents

import "math"

// buckets is how many a histogram has.
const buckets = 30

// histogram counts data in buckets of one width between the smallest and the
// largest: left edge, right edge, count. Of equal values all are in the last
// bucket, which has no width.
func histogram(data []float32) (table [buckets][3]float64) {
	lo, hi, n := math.Inf(1), math.Inf(-1), 0
	for _, v := range data {
		if v-v != 0 { // no number
			continue
		}
		n++
		lo, hi = min(lo, float64(v)), max(hi, float64(v))
	}
	if n == 0 {
		return table
	}
	width := (hi - lo) / buckets
	for i := range table {
		// The conversions keep the products from being fused with the sums, so that
		// all processors give the same bits.
		table[i][0] = lo + float64(float64(i)*width)
		table[i][1] = lo + float64(float64(i+1)*width)
	}
	table[buckets-1][1] = hi
	if width == 0 {
		table[buckets-1][2] = float64(n)
		return table
	}
	for _, v := range data {
		if v-v == 0 {
			table[min(buckets-1, int((float64(v)-lo)/width))][2]++
		}
	}
	return table
}
