package augment

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/tensor"
)

// A FunctionConfig says how the functions on single images work, RandomRotation
// to FlipAxis. Keras' row_axis, col_axis and channel_axis are DataFormat here:
// its default there (channels first) is not ours.
type FunctionConfig struct {
	DataFormat         image.DataFormat `default:"channels_last"`
	FillMode           FillMode         `default:"nearest"`
	CVal               float64          `keras:"cval"`
	InterpolationOrder *int             `default:"1"`
	Compat             Compat           `default:"tf_keras"`
	Seed               uint64           // of the random functions
	NumPyRandom        bool             `keras:"numpy_random"` // draw as Keras does from numpy
	Scale              *bool            `default:"true"`       // of brightness: stretch the image to 0…255 first, and leave it so
}

func (f FunctionConfig) generator() *ImageDataGenerator {
	return &ImageDataGenerator{DataFormat: f.DataFormat, FillMode: f.FillMode, CVal: f.CVal, InterpolationOrder: f.InterpolationOrder, Compat: f.Compat, NumPyRandom: f.NumPyRandom}
}

// draw calls with for the random numbers of the seed and applies what it sets.
func (f FunctionConfig) draw(x *tensor.Tensor, with func(r drawer, t *Transform, h, w int)) (*tensor.Tensor, error) {
	g := f.generator()
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	h, w, _, err := c.dims(x.Shape())
	if err != nil {
		return nil, err
	}
	var t Transform
	with(c.drawer(f.Seed), &t, h, w)
	return g.ApplyTransform(x, t)
}

// refuse says which argument of a function is wrong.
func refuse(function, argument string, got any, want string) error {
	return fmt.Errorf("augment: %s: %s is %v, want %s", function, argument, got, want)
}

// RandomRotation turns an image by up to rg degrees either way.
// Keras: random_rotation.
func RandomRotation(x *tensor.Tensor, rg float64, f FunctionConfig) (*tensor.Tensor, error) {
	if !(rg >= 0 && rg < huge) {
		return nil, refuse("RandomRotation", "rg", rg, "degrees, 0 or more")
	}
	return f.draw(x, func(r drawer, t *Transform, _, _ int) { t.Theta = uniform(r, -rg, rg) })
}

// RandomShift moves an image by up to wrg of its width and hrg of its height
// either way.
// Keras: random_shift.
func RandomShift(x *tensor.Tensor, wrg, hrg float64, f FunctionConfig) (*tensor.Tensor, error) {
	for name, v := range map[string]float64{"wrg": wrg, "hrg": hrg} {
		if !(v >= 0 && v < 1e6) {
			return nil, refuse("RandomShift", name, v, "a fraction of the side, 0 or more")
		}
	}
	return f.draw(x, func(r drawer, t *Transform, h, w int) {
		t.Tx = uniform(r, -hrg, hrg) * float64(h)
		t.Ty = uniform(r, -wrg, wrg) * float64(w)
	})
}

// RandomShear slants an image by up to intensity degrees either way.
// Keras: random_shear.
func RandomShear(x *tensor.Tensor, intensity float64, f FunctionConfig) (*tensor.Tensor, error) {
	if !(intensity >= 0 && intensity < 90) {
		return nil, refuse("RandomShear", "intensity", intensity, "degrees from 0 to below 90")
	}
	return f.draw(x, func(r drawer, t *Transform, _, _ int) { t.Shear = uniform(r, -intensity, intensity) })
}

// RandomZoom zooms rows and columns by factors between two limits; above 1 the
// picture shrinks.
// Keras: random_zoom.
func RandomZoom(x *tensor.Tensor, zoomRange [2]float64, f FunctionConfig) (*tensor.Tensor, error) {
	if !(zoomRange[0] > 0 && zoomRange[0] <= zoomRange[1] && zoomRange[1] < huge) {
		return nil, refuse("RandomZoom", "zoomRange", zoomRange, "two factors above 0, the smaller one first; 1 changes nothing")
	}
	return f.draw(x, func(r drawer, t *Transform, _, _ int) {
		if zoomRange != [2]float64{1, 1} {
			t.Zx = uniform(r, zoomRange[0], zoomRange[1])
			t.Zy = uniform(r, zoomRange[0], zoomRange[1])
		}
	})
}

// RandomChannelShift adds up to intensityRange either way to all samples.
// Keras: random_channel_shift.
func RandomChannelShift(x *tensor.Tensor, intensityRange float64, f FunctionConfig) (*tensor.Tensor, error) {
	if !(intensityRange >= 0 && intensityRange < huge) {
		return nil, refuse("RandomChannelShift", "intensityRange", intensityRange, "0 or more")
	}
	return f.draw(x, func(r drawer, t *Transform, _, _ int) {
		t.ChannelShiftIntensity = uniform(r, -intensityRange, intensityRange)
	})
}

// RandomBrightness multiplies an image by a factor between two limits, see
// [ApplyBrightnessShift].
// Keras: random_brightness.
func RandomBrightness(x *tensor.Tensor, brightnessRange [2]float64, f FunctionConfig) (*tensor.Tensor, error) {
	b := brightnessRange
	if !(b[0] >= 0 && b[0] <= b[1] && b[1] < huge) {
		return nil, refuse("RandomBrightness", "brightnessRange", b, "two factors, 0 or more, the smaller one first; 1 changes nothing")
	}
	c, err := f.generator().resolve()
	if err != nil {
		return nil, err
	}
	return ApplyBrightnessShift(x, uniform(c.drawer(f.Seed), b[0], b[1]), f)
}

// ApplyAffineTransform rotates, shifts, shears and zooms an image by the
// parameters in t; its other fields count for nothing.
// Keras: apply_affine_transform.
func ApplyAffineTransform(x *tensor.Tensor, t Transform, f FunctionConfig) (*tensor.Tensor, error) {
	return f.generator().ApplyTransform(x, Transform{Theta: t.Theta, Tx: t.Tx, Ty: t.Ty, Shear: t.Shear, Zx: t.Zx, Zy: t.Zy})
}

// ApplyChannelShift adds intensity to all samples but keeps them between the
// least and the greatest that the image had.
// Keras: apply_channel_shift.
func ApplyChannelShift(x *tensor.Tensor, intensity float64, f FunctionConfig) (*tensor.Tensor, error) {
	return f.generator().ApplyTransform(x, Transform{ChannelShiftIntensity: intensity})
}

// ApplyBrightnessShift multiplies an image of 1, 3 or 4 channels by a factor, as
// Pillow does with 8 bits. With Scale, the default, the image is stretched to
// 0…255 first. Without it only images with numbers outside of 0…255 are, and
// brought back to their own scale afterwards; keras-preprocessing 1.1.2 has no
// such choice.
// Keras: apply_brightness_shift.
func ApplyBrightnessShift(x *tensor.Tensor, brightness float64, f FunctionConfig) (*tensor.Tensor, error) {
	if !(brightness >= 0 && brightness < huge) {
		return nil, refuse("ApplyBrightnessShift", "brightness", brightness, "a factor, 0 or more; 1 changes nothing")
	}
	g := f.generator()
	if f.Scale == nil || *f.Scale {
		g.Compat = KerasPreprocessing112 // it always stretches
	}
	if f.Compat != "" && f.Compat != TFKeras && f.Compat != KerasPreprocessing112 {
		g.Compat = f.Compat // to be refused
	}
	return g.ApplyTransform(x, Transform{Brightness: brightness, HasBrightness: true})
}

// FlipAxis returns x with the order of one axis reversed; negative axes count
// from the end.
// Keras: flip_axis.
func FlipAxis(x *tensor.Tensor, axis int) (*tensor.Tensor, error) {
	shape := x.Shape()
	at := axis
	if at < 0 {
		at += len(shape)
	}
	if at < 0 || at >= len(shape) {
		return nil, refuse("FlipAxis", "axis", axis, fmt.Sprintf("%d to %d for shape %v", -len(shape), len(shape)-1, shape))
	}
	out := tensor.New(slices.Clone(shape)...)
	src, dst := x.Data(), out.Data()
	inner := 1
	for _, d := range shape[at+1:] {
		inner *= d
	}
	n := shape[at]
	for i := 0; i < len(src); i += n * inner {
		for k := range n {
			copy(dst[i+k*inner:][:inner], src[i+(n-1-k)*inner:])
		}
	}
	return out, nil
}
