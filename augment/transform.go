package augment

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// A Transform is what is done to one image: the result of the random draws.
// The zero value leaves the image as it is.
// Keras: the dictionary of get_random_transform.
type Transform struct {
	Theta                        float64 // rotation in degrees, counter-clockwise for the viewer
	Tx, Ty                       float64 // shifts in pixels, drawn from the height's and the width's range
	Shear                        float64 // degrees
	Zx, Zy                       float64 // zoom; 0 stands for 1
	FlipHorizontal, FlipVertical bool
	ChannelShiftIntensity        float64 // added to all samples within the image's own limits
	Brightness                   float64 // factor, if HasBrightness
	HasBrightness                bool
}

// drawer is where random numbers come from: *rand.Rand, or numpy's generator.
type drawer interface {
	Float64() float64
	IntN(n int) int
}

// numpy makes numpy's generator a drawer.
type numpy struct{ *rng.MT }

func (n numpy) IntN(k int) int { return n.Choice(k) }

func uniform(r drawer, lo, hi float64) float64 { return lo + float64((hi-lo)*r.Float64()) }

// draw draws in the order of Keras, which matters for [numpy].
func (c *settings) draw(r drawer, h, w int) Transform {
	var t Transform
	if c.RotationRange != 0 {
		t.Theta = uniform(r, -c.RotationRange, c.RotationRange)
	}
	t.Tx = shift(r, c.HeightShiftRange, c.HeightShiftInt, c.HeightShiftList, c.heightMax, h)
	t.Ty = shift(r, c.WidthShiftRange, c.WidthShiftInt, c.WidthShiftList, c.widthMax, w)
	if c.ShearRange != 0 {
		t.Shear = uniform(r, -c.ShearRange, c.ShearRange)
	}
	t.Zx, t.Zy = 1, 1
	if c.zoom != [2]float64{1, 1} {
		t.Zx = uniform(r, c.zoom[0], c.zoom[1])
		t.Zy = uniform(r, c.zoom[0], c.zoom[1])
	}
	// Both are drawn whether they are wanted or not.
	t.FlipHorizontal = r.Float64() < 0.5 && c.HorizontalFlip
	t.FlipVertical = r.Float64() < 0.5 && c.VerticalFlip
	if c.ChannelShiftRange != 0 {
		t.ChannelShiftIntensity = uniform(r, -c.ChannelShiftRange, c.ChannelShiftRange)
	}
	if c.BrightnessRange != [2]float64{} {
		t.Brightness, t.HasBrightness = uniform(r, c.BrightnessRange[0], c.BrightnessRange[1]), true
	}
	return t
}

func shift(r drawer, rang float64, n int, list []float64, top float64, size int) float64 {
	var v float64
	switch {
	case n > 0:
		v = float64(r.IntN(n))
	case len(list) > 0:
		v = list[r.IntN(len(list))]
	case rang != 0:
		v = uniform(r, -rang, rang)
	default:
		return 0
	}
	if n > 0 || len(list) > 0 {
		if r.IntN(2) == 0 {
			v = -v
		}
	}
	if top < 1 {
		v *= float64(size)
	}
	return v
}

// drawer returns the random numbers of a seed.
func (c *settings) drawer(seed uint64) drawer {
	if c.NumPyRandom {
		return numpy{rng.NewMT(uint32(seed))}
	}
	return rng.At(seed)
}

// GetRandomTransform draws the transformation of an image of the given shape.
// The same seed gives the same one; with NumPyRandom, that of Keras.
// Keras: get_random_transform.
func (g *ImageDataGenerator) GetRandomTransform(shape []int, seed uint64) (Transform, error) {
	c, err := g.resolve()
	if err != nil {
		return Transform{}, err
	}
	h, w, _, err := c.dims(shape)
	if err != nil {
		return Transform{}, err
	}
	return c.draw(c.drawer(seed), h, w), nil
}

// RandomTransform applies a random transformation to an image and returns the
// new image.
// Keras: random_transform.
func (g *ImageDataGenerator) RandomTransform(x *tensor.Tensor, seed uint64) (*tensor.Tensor, error) {
	t, err := g.GetRandomTransform(x.Shape(), seed)
	if err != nil {
		return nil, err
	}
	return g.ApplyTransform(x, t)
}

// ApplyTransform applies a transformation to an image of any number of channels
// (1, 3 or 4 for brightness) and returns the new image.
// Keras: apply_transform.
func (g *ImageDataGenerator) ApplyTransform(x *tensor.Tensor, t Transform) (*tensor.Tensor, error) {
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	h, w, ch, err := c.dims(x.Shape())
	if err != nil {
		return nil, err
	}
	if err := t.check(ch); err != nil {
		return nil, err
	}
	out := tensor.New(x.Shape()...)
	c.applyTo(out, x, h, w, ch, t)
	return out, nil
}

// ApplyTransformTo is ApplyTransform into dst, of x's shape and not x.
func (g *ImageDataGenerator) ApplyTransformTo(dst, x *tensor.Tensor, t Transform) error {
	c, err := g.resolve()
	if err != nil {
		return err
	}
	h, w, ch, err := c.dims(x.Shape())
	if err != nil {
		return err
	}
	if err := t.check(ch); err != nil {
		return err
	}
	if dst == x || !slices.Equal(dst.Shape(), x.Shape()) || !dst.IsContiguous() {
		return fmt.Errorf("augment: ApplyTransformTo: dst has shape %v, want another contiguous array of x's shape %v", dst.Shape(), x.Shape())
	}
	c.applyTo(dst, x, h, w, ch, t)
	return nil
}

func (c *settings) applyTo(dst, x *tensor.Tensor, h, w, ch int, t Transform) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	c.apply(dst.Data(), x.Data(), h, w, ch, t, nil, s)
}

// huge bounds parameters so that places stay far inside the range of int.
const huge = 1e12

func (t *Transform) check(channels int) error {
	for _, v := range []float64{t.Theta, t.Tx, t.Ty, t.Shear, t.Zx, t.Zy, t.ChannelShiftIntensity, t.Brightness} {
		if !(math.Abs(v) <= huge) {
			return fmt.Errorf("augment: the transformation has a number that is not finite or too large: %+v", *t)
		}
	}
	if t.HasBrightness {
		return checkBrightness(channels)
	}
	return nil
}

func checkBrightness(channels int) error {
	if channels != 1 && channels != 3 && channels != 4 {
		return fmt.Errorf("augment: brightness is defined for 1, 3 or 4 channels, the image has %d; leave BrightnessRange out", channels)
	}
	return nil
}

// raster is how images of c's data format lie in memory.
func (c *settings) raster(h, w, ch int) raster {
	if c.DataFormat == image.ChannelsFirst {
		return raster{h, w, ch, 1}
	}
	return raster{h, w, 1, ch}
}

// apply sets dst to the transformed src; both are images of size h × w × ch in
// c's data format and must not overlap. finish, if not nil, is called on every
// row of every plane when it is done.
func (c *settings) apply(dst, src []float32, h, w, ch int, t Transform, finish func(row []float32, plane int), s *scratch) {
	if len(dst) == 0 {
		return
	}
	if c.cast != nil { // Keras' images have the type from the start
		s.typed = resized(s.typed, len(src))
		for i, v := range src {
			s.typed[i] = c.cast(v)
		}
		src = s.typed
	}
	in := c.raster(h, w, ch)
	late := t.ChannelShiftIntensity != 0 || t.HasBrightness || c.cast != nil // these need all rows
	rowFinish := finish
	if late {
		rowFinish = nil
	}
	m, moves := t.matrix(h, w, c.Compat)
	switch {
	case moves && c.order > 1:
		c.spline(dst, src, h, w, ch, m, &t, s)
		late = true
	case moves:
		wp := warp[float32]{sampler: floatSampler, order: c.order, fill: c.FillMode, cval: float32(c.CVal), flipHorizontal: t.FlipHorizontal, flipVertical: t.FlipVertical, finish: rowFinish}
		wp.affine(dst, src, h, w, in, m, s)
	case t.FlipHorizontal || t.FlipVertical:
		wp := warp[float32]{sampler: floatSampler, fill: FillNearest, flipHorizontal: t.FlipHorizontal, flipVertical: t.FlipVertical, finish: rowFinish}
		wp.affine(dst, src, h, w, in, identity, s)
	default:
		copy(dst, src)
		late = true
	}
	if c.cast != nil && c.DType != Float16 && moves {
		roundAway(dst) // as scipy does for whole numbers, and stays within their type
		for i, v := range dst {
			dst[i] = c.cast(v)
		}
	}
	if t.ChannelShiftIntensity != 0 {
		channelShift(dst, float32(t.ChannelShiftIntensity))
	}
	if t.HasBrightness {
		c.brightness(dst, h*w, ch, t.Brightness)
	}
	if late && finish != nil {
		n := w * in.inner
		for i := 0; i < len(dst); i += n {
			finish(dst[i:i+n], i/in.plane())
		}
	}
}

// channelShift adds v to all samples, but stays between the least and the
// greatest of them.
func channelShift(x []float32, v float32) {
	lo, hi := kernel.Min(x), kernel.Max(x)
	kernel.AddScalar(x, x, v)
	kernel.Clip(x, x, lo, hi)
}

// brightness multiplies an image of n pixels as Pillow does: with 8 bits,
// fractions cut off, alpha left alone.
func (c *settings) brightness(x []float32, n, ch int, factor float64) {
	lo, hi := kernel.Min(x), kernel.Max(x)
	scale := c.Compat == KerasPreprocessing112 || lo < 0 || hi > 255
	top := hi - lo
	f := float32(factor)
	for i, v := range x {
		if scale {
			v -= lo
			if top != 0 {
				v /= top
			}
			v *= 255
		}
		u := float32(uint8(int32(v)))
		alpha := ch == 4 && (c.DataFormat == image.ChannelsFirst && i >= 3*n || c.DataFormat != image.ChannelsFirst && i%4 == 3)
		if !alpha {
			u = float32(uint8(min(max(f*u, 0), 255)))
		}
		if scale && c.Compat != KerasPreprocessing112 {
			u = float32(u/255*top) + lo
		}
		x[i] = u
	}
}
