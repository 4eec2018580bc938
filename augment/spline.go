package augment

import (
	"math"

	"github.com/antler-ml/antler/image"
)

// splinePad is the number of border pixels that scipy repeats around an image
// before it fits a spline to it in mode nearest.
const splinePad = 12

// lines is the number of columns that are filtered together.
const lines = 8

// spline resamples with B-splines of degree c.order, 2 to 5.
func (c *settings) spline(dst, src []float32, h, w, ch int, m affine, t *Transform, s *scratch) {
	pad := 0
	if c.FillMode == FillNearest {
		pad = splinePad
	}
	ph, pw := h+2*pad, w+2*pad
	s.coef = resized(s.coef, ch*ph*pw)
	s.line = resized(s.line, max(ph, pw)*lines)
	step, plane := ch, 1
	if c.DataFormat == image.ChannelsFirst {
		step, plane = 1, h*w
	}
	reflected := c.FillMode == FillReflect || c.FillMode == FillNearest
	for k := range ch {
		coef := s.coef[k*ph*pw:][:ph*pw]
		for y := range ph {
			row := clamp(y-pad, h) * w
			for x := range pw {
				coef[y*pw+x] = float64(src[(row+clamp(x-pad, w))*step+k*plane])
			}
		}
		splineCoefficients(coef, ph, pw, c.order, reflected, s.line)
	}
	evalSpline(dst, s.coef, h, w, ch, step, plane, pad, c.order, m, border{c.FillMode, float32(c.CVal), ph, pw}, t)
}

// evalSpline evaluates all channels at each place.
func evalSpline(dst []float32, coef []float64, h, w, ch, step, plane, pad, order int, m affine, b border, t *Transform) {
	var wr, wc [6]float64
	var ir, ic [6]int
	for y := range h {
		rows, columns := m.line(y)
		for x := range w {
			dy, dx := y, x
			if t.FlipVertical {
				dy = h - 1 - y
			}
			if t.FlipHorizontal {
				dx = w - 1 - x
			}
			d := (dy*w + dx) * step
			r, c := rows.at(x)+float64(pad), columns.at(x)+float64(pad)
			if b.mode != FillNearest { // there the coefficients are continued, not the places
				var okR, okC bool
				r, okR = b.place(r, b.h)
				c, okC = b.place(c, b.w)
				if !okR || !okC {
					for k := range ch {
						dst[d+k*plane] = b.cval
					}
					continue
				}
			}
			splineWeights(&wr, &ir, r, b.h, order, b.mode)
			splineWeights(&wc, &ic, c, b.w, order, b.mode)
			run := ic[order]-ic[0] == order // the columns follow each other
			for k := range ch {
				a := coef[k*b.h*b.w:][:b.h*b.w]
				sum := 0.0
				for i := range order + 1 {
					row, l := a[ir[i]*b.w:][:b.w], 0.0
					if run {
						for j, v := range row[ic[0]:][:order+1] {
							l += float64(v * wc[j])
						}
					} else {
						for j := range order + 1 {
							l += float64(row[ic[j]] * wc[j])
						}
					}
					sum += float64(l * wr[i])
				}
				dst[d+k*plane] = float32(sum)
			}
		}
	}
}

var reciprocal = [6]float64{0, 1, 1. / 2, 1. / 3, 1. / 4, 1. / 5}

// splineWeights sets the order+1 coefficients around v and their weights, by the
// recursion for B-splines on whole knots.
func splineWeights(wt *[6]float64, at *[6]int, v float64, n, order int, mode FillMode) {
	if order%2 == 0 {
		v += 0.5
	}
	floor := math.Floor(v)
	t := v - floor
	wt[0] = 1
	for k := 1; k <= order; k++ {
		saved := 0.0
		for r := range k {
			f := wt[r] * reciprocal[k]
			wt[r] = saved + float64((float64(r+1)-t)*f)
			saved = float64((t + float64(k-1-r)) * f)
		}
		wt[k] = saved
	}
	start := int(floor) - order/2
	for i := range order + 1 {
		at[i] = splineIndex(start+i, n, mode)
	}
}

// splineIndex continues the coefficients beyond an end as scipy does: repeated
// for nearest, mirrored about the edge for reflect, else about the last one.
func splineIndex(i, n int, mode FillMode) int {
	if i >= 0 && i < n {
		return i
	}
	switch {
	case n == 1 || mode == FillNearest:
		return clamp(i, n)
	case mode == FillReflect:
		i = mod(i, 2*n)
		return min(i, 2*n-1-i)
	}
	i = mod(i, 2*n-2)
	return min(i, 2*n-2-i)
}

func mod(i, n int) int {
	i %= n
	if i < 0 {
		i += n
	}
	return i
}

// splineCoefficients turns samples into B-spline coefficients in place: along
// both axes a recursive filter for each pole of the spline, there and back
// (M. Unser, "Splines: a perfect fit for signal and image processing", 1999).
func splineCoefficients(a []float64, h, w, order int, reflected bool, line []float64) {
	var poles []float64
	switch order {
	case 2:
		poles = []float64{math.Sqrt(8) - 3}
	case 3:
		poles = []float64{math.Sqrt(3) - 2}
	case 4:
		poles = []float64{math.Sqrt(664-math.Sqrt(438976)) + math.Sqrt(304) - 19, math.Sqrt(664+math.Sqrt(438976)) - math.Sqrt(304) - 19}
	case 5:
		poles = []float64{math.Sqrt(67.5-math.Sqrt(4436.25)) + math.Sqrt(26.25) - 6.5, math.Sqrt(67.5+math.Sqrt(4436.25)) - math.Sqrt(26.25) - 6.5}
	}
	if h > 1 { // columns, several at a time for the cache's sake
		for x := 0; x < w; x += lines {
			n := min(lines, w-x)
			for y := range h {
				for i, v := range a[y*w+x:][:n] {
					line[i*h+y] = v
				}
			}
			for i := range n {
				splineFilter(line[i*h:(i+1)*h], poles, reflected)
			}
			for y := range h {
				for i := range n {
					a[y*w+x+i] = line[i*h+y]
				}
			}
		}
	}
	if w > 1 {
		for y := range h {
			splineFilter(a[y*w:(y+1)*w], poles, reflected)
		}
	}
}

func splineFilter(l, poles []float64, reflected bool) {
	n := len(l)
	gain := 1.0
	for _, z := range poles {
		gain *= (1 - z) * (1 - 1/z)
	}
	for i := range l {
		l[i] *= gain
	}
	for _, z := range poles {
		// The sums give what the filter would hold had it run over the
		// continuation of the line from minus infinity.
		if reflected {
			zi, zn, first := z, math.Pow(z, float64(n)), l[0]
			l[0] += float64(zn * l[n-1])
			for i := 1; i < n; i++ {
				l[0] += float64(zi * (l[i] + float64(zn*l[n-1-i]))) // the last one takes the sum itself for l[0]: scipy does
				zi *= z
			}
			l[0] = l[0]*z/(1-zn*zn) + first
		} else {
			zi, zn := z, math.Pow(z, float64(n-1))
			sum := l[0] + float64(zn*l[n-1])
			for i := 1; i < n-1; i++ {
				sum += float64(zi * (l[i] + float64(zn*l[n-1-i])))
				zi *= z
			}
			l[0] = sum / (1 - zn*zn)
		}
		for i := 1; i < n; i++ {
			l[i] += float64(z * l[i-1])
		}
		if reflected {
			l[n-1] *= z / (z - 1)
		} else {
			l[n-1] = (float64(z*l[n-2]) + l[n-1]) * z / (z*z - 1)
		}
		for i := n - 2; i >= 0; i-- {
			l[i] = float64(z * (l[i+1] - l[i]))
		}
	}
}

func clamp(i, n int) int { return min(max(i, 0), n-1) }
