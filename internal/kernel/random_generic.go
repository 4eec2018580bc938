package kernel

import "github.com/antler-ml/antler/internal/rng"

// group fills w with the words of one group, in the order of the elements.
func group(w *[RandomGroup]uint32, key, step, g uint64) {
	for l := range uint64(16) {
		c := g*16 + l
		r := rng.Philox4x32([4]uint32{uint32(c), uint32(c >> 32), uint32(step), uint32(step >> 32)}, uint32(key), uint32(key>>32))
		for i, v := range r {
			w[16*i+int(l)] = v
		}
	}
}

func randomUniformGo(dst []float32, key, step, first uint64, lo, span, last float32) {
	var w [RandomGroup]uint32
	for ; len(dst) > 0; dst, first = dst[RandomGroup:], first+1 {
		group(&w, key, step, first)
		for i, v := range w {
			u := float32(int32(v>>8)) * 0x1p-24
			dst[i] = below(lo+float32(span*u), last)
		}
	}
}

// boxMuller makes two standard normal numbers of two words.
func boxMuller(a, b uint32) (x, y float32) {
	const piHalf = 1.57079637
	u := (float32(int32(a>>1)) + 0.5) * 0x1p-31 // in (0, 1]
	f, k := logParts(u)
	r := sqrt32(-2 * logSum(f, k, 0))
	t := float32(int32(b>>8)) * 0x1p-22 // in quarter turns
	m := t + magic
	q := int32(m) - magic
	s := float32((t - (m - magic)) * piHalf)
	return float32(r * quarter(s, q+1)), float32(r * quarter(s, q))
}

func randomNormalGo(dst []float32, key, step, first uint64, mean, std float32) {
	var w [RandomGroup]uint32
	for ; len(dst) > 0; dst, first = dst[RandomGroup:], first+1 {
		group(&w, key, step, first)
		for i := range 16 {
			for j := 0; j < 64; j += 32 {
				x, y := boxMuller(w[j+i], w[j+16+i])
				dst[j+i] = mean + float32(std*x)
				dst[j+16+i] = mean + float32(std*y)
			}
		}
	}
}

func randomDropoutGo(dst, x []float32, key, step, first uint64, drop uint32, scale float32) {
	var w [RandomGroup]uint32
	for ; len(dst) > 0; dst, x, first = dst[RandomGroup:], x[RandomGroup:], first+1 {
		group(&w, key, step, first)
		for i, v := range w {
			if v < drop {
				dst[i] = 0
			} else {
				dst[i] = x[i] * scale
			}
		}
	}
}
