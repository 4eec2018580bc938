// Package resample holds the inner loops of resizing 8-bit pictures: weighted
// sums of samples along rows and down columns, with weights of 22 fractional
// bits. The sums are exact, so the assembly and the plain Go code agree.
package resample

//go:generate go run -C ../../../internal/kernel/_asm ./jpeg/resample -out ../../../image/internal/resample/resample_amd64.s -stubs ../../../image/internal/resample/stubs_amd64.go -pkg resample

// Precision is the number of fractional bits of a weight.
const Precision = 22

// Rows resizes rows to another length: output i of a row is the sum of
// weights[i·size+j] times input lo[i]+j, for j < n[i].
type Rows struct {
	lo, n        []int
	weights      []int32
	size         int
	in, channels int

	// For the assembly: where the inputs of each output begin, in samples, and
	// their weights in groups of four or eight, the upper and the lower
	// part of each group one after the other.
	groups int // 0: no assembly
	first  []int32
	parts  []int16
	last   []uint8 // the last row, with slack behind it
}

// lowBits are those of a weight's lower part; both parts fit 16 bits.
const lowBits = 11

// slack is how much the assembly may read behind a row.
const slack = 16

// Set describes the weights; the slices are used until the next call.
// in is the length of a row in pixels.
func (r *Rows) Set(lo, n []int, weights []int32, size, in, channels int) {
	r.lo, r.n, r.weights, r.size, r.in, r.channels = lo, n, weights, size, in, channels
	r.groups = 0
	group := 4 // taps
	switch {
	case channels == 1:
		group = 8
	case channels != 3 && channels != 4:
		return
	}
	most := 0
	for _, v := range n {
		most = max(most, v)
	}
	groups := (most + group - 1) / group
	if !assembly || groups == 0 || groups*group > in {
		return
	}
	r.groups = groups
	r.first = resized(r.first, len(lo))
	r.parts = resized(r.parts, len(lo)*groups*group*2)
	clear(r.parts)
	for i := range lo {
		at := min(lo[i], in-groups*group) // so that the last group ends in the row
		r.first[i] = int32(at * channels)
		p := r.parts[i*groups*group*2:]
		for j, w := range weights[i*size:][:n[i]] {
			t := lo[i] - at + j
			q := t/group*group*2 + t%group
			p[q], p[q+group] = int16(w>>lowBits), int16(w&(1<<lowBits-1))
		}
	}
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// Do resizes rows that follow each other without gaps.
func (r *Rows) Do(dst, src []uint8) {
	in, out := r.in*r.channels, len(r.lo)*r.channels
	rows := len(dst) / out
	for y := range rows {
		d, s := dst[y*out:][:out], src[y*in:]
		switch {
		case r.groups == 0:
			r.row(d, s[:in])
			continue
		case len(s) < in+slack:
			r.last = resized(r.last, in+slack)
			copy(r.last, s[:in])
			s = r.last
		}
		r.fast(d, s)
	}
}

func (r *Rows) row(dst, src []uint8) {
	c := r.channels
	for x := range r.lo {
		k := r.weights[x*r.size:][:r.n[x]]
		in := src[r.lo[x]*c:][:len(k)*c]
		if c == 3 {
			var a, b, d int32 = half, half, half
			for j, w := range k {
				p := in[3*j : 3*j+3]
				a += int32(p[0]) * w
				b += int32(p[1]) * w
				d += int32(p[2]) * w
			}
			o := dst[3*x : 3*x+3]
			o[0], o[1], o[2] = clamp(a), clamp(b), clamp(d)
			continue
		}
		for i := range c {
			sum := int32(half)
			for j, w := range k {
				sum += int32(in[j*c+i]) * w
			}
			dst[x*c+i] = clamp(sum)
		}
	}
}

const half = 1 << (Precision - 1)

func clamp(sum int32) uint8 { return uint8(min(max(sum>>Precision, 0), 255)) }

// Column sets dst to the weighted sum of len(weights) rows of src, which are
// stride apart.
func Column(dst, src []uint8, stride int, weights []int32) {
	if len(dst) == 0 || len(weights) == 0 {
		clear(dst)
		return
	}
	_ = src[(len(weights)-1)*stride+len(dst)-1]
	column(dst, src, stride, weights)
}

// columnGo goes along the rows in short pieces whose sums stay in the
// first-level cache.
func columnGo(dst, src []uint8, stride int, weights []int32) {
	var sums [256]int32
	for lo := 0; lo < len(dst); lo += len(sums) {
		d := dst[lo:min(lo+len(sums), len(dst))]
		s := sums[:len(d)]
		for i := range s {
			s[i] = half
		}
		for j, w := range weights {
			in := src[j*stride+lo:][:len(s)]
			for i, v := range in {
				s[i] += int32(v) * w
			}
		}
		for i, v := range s {
			d[i] = clamp(v)
		}
	}
}
