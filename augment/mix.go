package augment

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	Register[MixUp]()
	Register[CutMix]()
	Register[Blend]()
	Register[Paste]()
}

// A BatchAugmentation mixes the images of a batch, and their targets.
type BatchAugmentation interface {
	// DrawBatch draws the parameters for a batch of images of h × w pixels.
	DrawBatch(r *Rand, h, w int) BatchOp
}

// A BatchOp is a change of a batch with its parameters fixed. Each image is
// mixed with the one before it, the first with the last, and targets likewise:
// batches of a shuffled data set need no shuffling in themselves.
type BatchOp interface {
	// ApplyBatch changes images, of rank 4, and targets, of rank 2 or more (one
	// row of class probabilities for each image). y may be nil.
	ApplyBatch(x, y *tensor.Tensor, f image.DataFormat) error
}

// MixUp blends images (Zhang et al., "mixup: Beyond empirical risk
// minimization", 2018).
type MixUp struct {
	Alpha float64 `default:"0.2"` // the part of the image itself is drawn from Beta(Alpha, Alpha), once for a batch
}

// CutMix pastes a rectangle of one image into another (Yun et al., "CutMix", 2019).
type CutMix struct {
	Alpha float64 `default:"1"` // one minus the rectangle's part of the area is drawn from Beta(Alpha, Alpha)
}

// Validate checks Alpha.
func (a *MixUp) Validate() error { return between("Alpha", a.Alpha, 1e-3, 1e3) }

// Validate checks Alpha.
func (a *CutMix) Validate() error { return between("Alpha", a.Alpha, 1e-3, 1e3) }

// DrawBatch draws the proportion.
func (a *MixUp) DrawBatch(r *Rand, h, w int) BatchOp { return take(r, Blend{Lambda: r.beta(a.Alpha)}) }

// DrawBatch draws the rectangle: its centre is anywhere, what lies outside is cut off.
func (a *CutMix) DrawBatch(r *Rand, h, w int) BatchOp {
	side := 0.5 * math.Sqrt(1-r.beta(a.Alpha))
	y, x := r.IntN(h), r.IntN(w)
	dy, dx := int(side*float64(h)), int(side*float64(w))
	p := Paste{Top: max(y-dy, 0), Left: max(x-dx, 0)}
	p.Height, p.Width = min(y+dy, h)-p.Top, min(x+dx, w)-p.Left
	return take(r, p)
}

// A Blend mixes whole images: Lambda of each, the rest of the one before.
type Blend struct{ Lambda float64 }

// ApplyBatch mixes images and targets.
func (b *Blend) ApplyBatch(x, y *tensor.Tensor, _ image.DataFormat) error {
	if !(b.Lambda >= 0 && b.Lambda <= 1) {
		return fmt.Errorf("augment: Blend: Lambda is %v, want a number from 0 to 1", b.Lambda)
	}
	if err := checkBatch(x, y); err != nil {
		return err
	}
	mixRows(x, float32(b.Lambda))
	if y != nil {
		mixRows(y, float32(b.Lambda))
	}
	return nil
}

// A Paste puts a rectangle of the image before into each image. Targets are
// mixed by the areas.
type Paste struct{ Top, Left, Height, Width int }

// ApplyBatch mixes images and targets.
func (p *Paste) ApplyBatch(x, y *tensor.Tensor, f image.DataFormat) error {
	if err := checkBatch(x, y); err != nil {
		return err
	}
	d := x.Shape()
	h, w, planes, ch := d[1], d[2], 1, d[3]
	if f == image.ChannelsFirst {
		h, w, planes, ch = d[2], d[3], d[1], 1
	}
	if p.Top < 0 || p.Left < 0 || p.Height < 0 || p.Width < 0 || p.Top+p.Height > h || p.Left+p.Width > w {
		return fmt.Errorf("augment: Paste: the rectangle of %d × %d from row %d, column %d is not inside the images of %d × %d (height × width)", p.Height, p.Width, p.Top, p.Left, h, w)
	}
	eachWithPrevious(x, func(to, from []float32) {
		for i := range planes * p.Height {
			plane, row := i/max(p.Height, 1), i%max(p.Height, 1)
			at := (plane*h*w + (p.Top+row)*w + p.Left) * ch
			copy(to[at:at+p.Width*ch], from[at:])
		}
	})
	if y != nil {
		mixRows(y, float32(1-float64(p.Height*p.Width)/float64(h*w)))
	}
	return nil
}

func checkBatch(x, y *tensor.Tensor) error {
	if len(x.Shape()) != 4 || !x.IsContiguous() {
		return fmt.Errorf("augment: mixing a batch: the images have shape %v, want rank 4, contiguous", x.Shape())
	}
	if y == nil {
		return nil
	}
	if d := y.Shape(); len(d) < 2 || d[0] != x.Shape()[0] || !y.IsContiguous() {
		return fmt.Errorf("augment: mixing a batch: the targets have shape %v, want one row of class probabilities for each of %d images; class numbers cannot be mixed (use ClassMode Categorical, or ToCategorical)", d, x.Shape()[0])
	}
	return nil
}

// eachWithPrevious calls f for each row and what the row before it held.
func eachWithPrevious(t *tensor.Tensor, f func(to, from []float32)) {
	n := t.Shape()[0]
	if n < 2 {
		return
	}
	x := t.Data()
	size := len(x) / n
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	s.raw = append(s.raw[:0], x[(n-1)*size:]...) // the first row needs it
	for i := n - 1; i > 0; i-- {
		f(x[i*size:][:size], x[(i-1)*size:][:size])
	}
	f(x[:size], s.raw)
}

func mixRows(t *tensor.Tensor, lambda float32) {
	eachWithPrevious(t, func(to, from []float32) {
		kernel.Scale(to, to, lambda)
		kernel.Axpy(to, 1-lambda, from)
	})
}

// beta draws from Beta(a, a).
func (r *Rand) beta(a float64) float64 {
	x, y := r.logGamma(a), r.logGamma(a)
	return 1 / (1 + math.Exp(y-x))
}

// logGamma draws the logarithm of a number from the gamma distribution of shape
// a (Marsaglia and Tsang, "A simple method for generating gamma variables",
// 2000); small shapes give numbers that have no other representation.
func (r *Rand) logGamma(a float64) float64 {
	if a < 1 {
		return r.logGamma(a+1) + math.Log(1-r.Float64())/a
	}
	d := a - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return math.Log(d * v)
		}
	}
}

// completedBatch fills in defaults and checks.
func completedBatch(a BatchAugmentation) (BatchAugmentation, error) {
	v, err := config.Complete(a)
	if err != nil {
		return nil, fmt.Errorf("augment: %s: %w", config.ClassName(a), err)
	}
	return v.(BatchAugmentation), nil
}
