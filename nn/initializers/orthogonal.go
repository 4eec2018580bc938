package initializers

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Orthogonal]()
	nn.Register[Identity]()
	nn.Alias(&Orthogonal{Gain: 1}, "orthogonal")
	nn.Alias(&Identity{Gain: 1}, "identity")
}

// Orthogonal fills with an orthogonal matrix: of all axes but the last, and the
// last. Saxe et al., 2013 (arXiv 1312.6120).
type Orthogonal struct {
	Gain float64 `default:"1"`
	Seed *int64
}

// Init fills dst.
func (o Orthogonal) Init(dst []float32, s nn.Shape, r *rand.Rand) {
	r = source(o.Seed, r)
	cols := s.Last()
	rows := len(dst) / max(1, cols)
	tall, wide := max(rows, cols), min(rows, cols)
	if wide == 0 {
		return
	}
	a := mat.NewDense(tall, wide, nil)
	for i := range tall {
		for j := range wide {
			a.Set(i, j, r.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(a)
	var q, rr mat.Dense
	qr.QTo(&q)
	qr.RTo(&rr)
	for i := range rows {
		for j := range cols {
			ti, tj := i, j
			if rows < cols {
				ti, tj = j, i
			}
			x := q.At(ti, tj)
			if rr.At(tj, tj) < 0 { // makes the decomposition unique
				x = -x
			}
			dst[i*cols+j] = float32(o.Gain * x)
		}
	}
}

// Identity fills a matrix with Gain on the diagonal and 0 elsewhere.
type Identity struct {
	Gain float64 `default:"1"`
}

// Init fills dst.
func (id Identity) Init(dst []float32, s nn.Shape, _ *rand.Rand) {
	fill(dst, 0)
	for i := range min(s[0], s.Last()) {
		dst[i*s.Last()+i] = float32(id.Gain)
	}
}

// CheckShape refuses vectors.
func (Orthogonal) CheckShape(s nn.Shape) error {
	if len(s) < 2 {
		return fmt.Errorf("initializer Orthogonal: want a weight of rank 2 or more, got shape %v", s)
	}
	return nil
}

// CheckShape refuses what is no matrix.
func (Identity) CheckShape(s nn.Shape) error {
	if len(s) != 2 {
		return fmt.Errorf("initializer Identity: want a matrix, got a weight of shape %v", s)
	}
	return nil
}
