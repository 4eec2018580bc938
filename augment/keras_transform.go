package augment

import (
	"github.com/antler-ml/antler/image"
)

func init() {
	Register[ImageDataGenerator]()
	Register[KerasTransform]()
}

// Draw draws the generator's random transformation as an op, so that a
// generator can be part of a [Policy]. What comes after it in Keras (rescaling
// and normalisation) is not part of the op.
func (g *ImageDataGenerator) Draw(r *Rand, h, w int) Op {
	c, err := g.resolve()
	if err != nil {
		return failed{err: err}
	}
	return take(r, c.op(c.draw(r, h, w)))
}

// Validate is Check under the name that settings are checked by.
func (g *ImageDataGenerator) Validate() error { return g.Check() }

// failed is what a draw with wrong settings gives.
type failed struct {
	keeps
	err error
}

func (f failed) Apply(*Sample) error { return f.err }

// A KerasTransform is a [Transform] with all that is needed to do it again. The
// whole chain is one resampling. Masks take the nearest pixel.
type KerasTransform struct {
	keeps
	Theta, Tx, Ty, Shear         float64
	Zx                           float64 `default:"1"`
	Zy                           float64 `default:"1"`
	FlipHorizontal, FlipVertical bool
	ChannelShiftIntensity        float64
	Brightness                   float64
	HasBrightness                bool
	FillMode                     FillMode `default:"nearest"`
	CVal                         float64  `keras:"cval"`
	InterpolationOrder           int
	Compat                       Compat `default:"tf_keras"`
}

func (c *settings) op(t Transform) KerasTransform {
	return KerasTransform{Theta: t.Theta, Tx: t.Tx, Ty: t.Ty, Shear: t.Shear, Zx: one(t.Zx), Zy: one(t.Zy), FlipHorizontal: t.FlipHorizontal,
		FlipVertical: t.FlipVertical, ChannelShiftIntensity: t.ChannelShiftIntensity, Brightness: t.Brightness, HasBrightness: t.HasBrightness,
		FillMode: c.FillMode, CVal: c.CVal, InterpolationOrder: c.order, Compat: c.Compat}
}

// Transform returns the parameters alone.
func (k *KerasTransform) Transform() Transform {
	return Transform{k.Theta, k.Tx, k.Ty, k.Shear, k.Zx, k.Zy, k.FlipHorizontal, k.FlipVertical, k.ChannelShiftIntensity, k.Brightness, k.HasBrightness}
}

// Apply transforms the sample.
func (k *KerasTransform) Apply(s *Sample) error {
	h, w, ch := s.size()
	c := settings{ImageDataGenerator: ImageDataGenerator{FillMode: k.FillMode, CVal: k.CVal, Compat: k.Compat, DataFormat: image.ChannelsLast}, order: k.InterpolationOrder}
	t := k.Transform()
	if err := t.check(ch); err != nil {
		return s.fail("%w", err)
	}
	return s.keras(&c, t, h, w, ch)
}

func (s *Sample) keras(c *settings, t Transform, h, w, ch int) error {
	out := s.fresh(h, w, ch)
	c.apply(out.Data(), s.Image.Data(), h, w, ch, t, nil, s.scratch())
	s.replace(&s.Image, out)
	m, moves := t.matrix(h, w, c.Compat)
	if !moves {
		m = identity
		if !t.FlipHorizontal && !t.FlipVertical {
			return nil
		}
	}
	mo := motion{h: h, w: w, affine: m, Filling: Filling{FillMode: c.FillMode, Nearest: true}, flip: t, keras: true}
	for i, mask := range s.Masks {
		s.replace(&s.Masks[i], s.moved(mask, &mo, 0, 0))
	}
	inv := m.inverse()
	s.carry(h, w, h, w, false, func(x, y float64) (float64, float64) {
		x, y = inv.at(x, y)
		if t.FlipHorizontal {
			x = float64(w) - x
		}
		if t.FlipVertical {
			y = float64(h) - y
		}
		return x, y
	})
	return nil
}

// ApplySample transforms a sample: the image as ApplyTransform does (it must be
// of channels last), masks by the nearest pixel, boxes and points.
func (g *ImageDataGenerator) ApplySample(s *Sample, t Transform) error {
	if err := s.Check(); err != nil {
		return err
	}
	c, err := g.resolve()
	if err != nil {
		return err
	}
	c.DataFormat = image.ChannelsLast
	h, w, ch := s.size()
	if err := t.check(ch); err != nil {
		return s.fail("%w", err)
	}
	return s.keras(c, t, h, w, ch)
}
