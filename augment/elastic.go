package augment

import (
	"fmt"

	"github.com/antler-ml/antler/internal/kernel"
)

func init() {
	Register[ElasticDeformation]()
	Register[Elastic]()
}

// ElasticDeformation moves each pixel by smooth random amounts (Simard,
// Steinkraus and Platt, 2003).
type ElasticDeformation struct {
	Alpha    float64  `default:"50"` // strength: the noise, from -1 to 1 before it is smoothed, is multiplied by it
	Sigma    float64  `default:"5"`  // standard deviation in pixels of the Gaussian that smooths the noise
	FillMode FillMode `default:"reflect"`
	CVal     float64  `keras:"cval"`
	MaskCVal float64  `keras:"mask_cval"`
	Nearest  bool
}

// Validate checks the limits.
func (a *ElasticDeformation) Validate() error {
	if err := between("Alpha", a.Alpha, 0, 1e6); err != nil {
		return err
	}
	if !(a.Sigma > 0 && a.Sigma <= 100) {
		return fmt.Errorf("Sigma is %v, want a number above 0, up to 100", a.Sigma)
	}
	_, err := a.FillMode.check()
	return err
}

// Draw draws the seed of the noise.
func (a *ElasticDeformation) Draw(r *Rand, h, w int) Op {
	return take(r, Elastic{Alpha: a.Alpha, Sigma: a.Sigma, Seed: r.seed(), FillMode: a.FillMode, CVal: a.CVal, MaskCVal: a.MaskCVal, Nearest: a.Nearest})
}

// An Elastic is an elastic deformation with a certain noise.
type Elastic struct {
	keeps
	Alpha, Sigma float64
	Seed         int
	FillMode     FillMode
	CVal         float64 `keras:"cval"`
	MaskCVal     float64 `keras:"mask_cval"`
	Nearest      bool
}

// Apply moves the sample. Where a box or a point goes is found step by step,
// which is exact unless the deformation folds the picture.
func (e *Elastic) Apply(s *Sample) error {
	if !(e.Sigma > 0 && e.Sigma <= 100) {
		return s.fail("Elastic: Sigma is %v, want a number above 0, up to 100", e.Sigma)
	}
	h, w, _ := s.size()
	sc := s.scratch()
	rows, columns := e.fields(h, w, sc)
	at := func(field []float32, x, y float64) float64 { // between the middles of pixels
		r, c := min(max(y-0.5, 0), float64(h-1)), min(max(x-0.5, 0), float64(w-1))
		y0, x0 := int(r), int(c)
		y1, x1 := min(y0+1, h-1), min(x0+1, w-1)
		v, u := r-float64(y0), c-float64(x0)
		top := (1-u)*float64(field[y0*w+x0]) + u*float64(field[y0*w+x1])
		bottom := (1-u)*float64(field[y1*w+x0]) + u*float64(field[y1*w+x1])
		return (1-v)*top + v*bottom
	}
	s.move(motion{h: h, w: w, curved: true,
		places: func(y int, r, c []float64) {
			for x := range r {
				r[x], c[x] = float64(y)+float64(rows[y*w+x]), float64(x)+float64(columns[y*w+x])
			}
		},
		forward: func(x, y float64) (float64, float64) {
			px, py := x, y
			for range 20 { // p + field(p) = (x, y)
				px, py = x-at(columns, px, py), y-at(rows, px, py)
			}
			return px, py
		},
		Filling: Filling{FillMode: e.FillMode, CVal: e.CVal, MaskCVal: e.MaskCVal, Nearest: e.Nearest}})
	return nil
}

// fields returns how far the place of each pixel lies from it.
func (e *Elastic) fields(h, w int, s *scratch) (rows, columns []float32) {
	s.field = resized(s.field, 2*h*w)
	rows, columns = s.field[:h*w], s.field[h*w:]
	for i, f := range [][]float32{rows, columns} {
		kernel.Uniform(f, kernel.RandomKey(uint64(e.Seed), uint64(i)), 0, 0, -1, 1)
		s.blur(f, h, w, 1, e.Sigma, 0)
		kernel.Scale(f, f, float32(e.Alpha))
	}
	return rows, columns
}
