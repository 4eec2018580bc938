package augment

import "math"

func init() {
	Register[RandomPerspective]()
	Register[Perspective]()
}

// RandomPerspective looks at the picture from a random side: each corner moves
// inwards. It is torchvision's.
type RandomPerspective struct {
	DistortionScale float64  `default:"0.5"` // 0 to 1: corners move by up to half of it times the side
	FillMode        FillMode `default:"constant"`
	CVal            float64  `keras:"cval"`
	MaskCVal        float64  `keras:"mask_cval"`
	Nearest         bool
}

// Validate checks the scale.
func (a *RandomPerspective) Validate() error {
	if _, err := a.FillMode.check(); err != nil {
		return err
	}
	return between("DistortionScale", a.DistortionScale, 0, 1)
}

// Draw draws where the corners go.
func (a *RandomPerspective) Draw(r *Rand, h, w int) Op {
	dy, dx := a.DistortionScale*float64(h/2), a.DistortionScale*float64(w/2)
	in := func(d float64) float64 { return float64(r.IntN(int(d) + 1)) }
	fh, fw := float64(h), float64(w)
	return take(r, Perspective{
		TopLeft:     [2]float64{in(dx), in(dy)},
		TopRight:    [2]float64{fw - in(dx), in(dy)},
		BottomRight: [2]float64{fw - in(dx), fh - in(dy)},
		BottomLeft:  [2]float64{in(dx), fh - in(dy)},
		FillMode:    a.FillMode, CVal: a.CVal, MaskCVal: a.MaskCVal, Nearest: a.Nearest,
	})
}

// A Perspective moves the picture's corners to the given places (x, y) and all
// else so that straight lines stay straight.
type Perspective struct {
	keeps
	TopLeft, TopRight, BottomRight, BottomLeft [2]float64
	FillMode                                   FillMode
	CVal                                       float64 `keras:"cval"`
	MaskCVal                                   float64 `keras:"mask_cval"`
	Nearest                                    bool
}

// Apply moves the sample.
func (p *Perspective) Apply(s *Sample) error {
	h, w, _ := s.size()
	fh, fw := float64(h), float64(w)
	from := [4][2]float64{{0, 0}, {fw, 0}, {fw, fh}, {0, fh}}
	to := [4][2]float64{p.TopLeft, p.TopRight, p.BottomRight, p.BottomLeft}
	back, ok := homography(to, from)
	forth, ok2 := homography(from, to)
	if !ok || !ok2 {
		return s.fail("Perspective: the corners %v are no quadrilateral: three of them lie on a line", to)
	}
	s.move(motion{h: h, w: w,
		places: func(y int, rows, columns []float64) {
			for x := range rows {
				u, v := project(&back, float64(x)+0.5, float64(y)+0.5)
				rows[x], columns[x] = v-0.5, u-0.5
			}
		},
		forward: func(x, y float64) (float64, float64) { return project(&forth, x, y) },
		Filling: Filling{FillMode: p.FillMode, CVal: p.CVal, MaskCVal: p.MaskCVal, Nearest: p.Nearest}})
	return nil
}

func project(m *[8]float64, x, y float64) (float64, float64) {
	d := m[6]*x + m[7]*y + 1
	if math.Abs(d) < 1e-12 { // on the horizon
		d = math.Copysign(1e-12, d)
	}
	return (m[0]*x + m[1]*y + m[2]) / d, (m[3]*x + m[4]*y + m[5]) / d
}

// homography returns the projective map that takes four points to four others:
// u = (m0·x + m1·y + m2) / (m6·x + m7·y + 1), v likewise with m3 … m5.
func homography(from, to [4][2]float64) (m [8]float64, ok bool) {
	var a [8][9]float64
	for i := range 4 {
		x, y, u, v := from[i][0], from[i][1], to[i][0], to[i][1]
		a[2*i] = [9]float64{x, y, 1, 0, 0, 0, -u * x, -u * y, u}
		a[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -v * x, -v * y, v}
	}
	for c := range 8 { // Gauss with pivots
		best := c
		for r := c + 1; r < 8; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[best][c]) {
				best = r
			}
		}
		a[c], a[best] = a[best], a[c]
		if math.Abs(a[c][c]) < 1e-9 {
			return m, false
		}
		for r := range 8 {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k < 9; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	for i := range m {
		m[i] = a[i][8] / a[i][i]
	}
	return m, true
}
