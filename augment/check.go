package augment

import (
	"errors"
	"fmt"
	"math"

	"github.com/antler-ml/antler/image"
)

// settings are a generator after its checks: a copy with all defaults filled in.
type settings struct {
	ImageDataGenerator
	order     int
	zoom      [2]float64
	heightMax float64 // greatest of the height shifts; below 1 they are fractions
	widthMax  float64
	cast      func(float32) float32 // to DType; nil for float32 and float64
}

var errNotFitted = errors.New("call Fit with sample images first, or set the statistics")

// Check says what is wrong with the settings. All other methods call it too.
func (g *ImageDataGenerator) Check() error {
	_, err := g.resolve()
	return err
}

func bad(field string, got any, want string) error {
	return fmt.Errorf("augment: ImageDataGenerator: %s is %v, want %s", field, got, want)
}

func (g *ImageDataGenerator) resolve() (*settings, error) {
	c := &settings{ImageDataGenerator: *g, order: 1}
	if c.ZCAEpsilon == 0 {
		c.ZCAEpsilon = 1e-6
	}
	if c.DataFormat == "" {
		c.DataFormat = image.ChannelsLast
	}
	if !c.DataFormat.Valid() {
		return nil, bad("DataFormat", c.DataFormat, "channels_last (channels after rows and columns) or channels_first (before)")
	}
	var err error
	if c.FillMode, err = c.FillMode.check(); err != nil {
		return nil, bad("FillMode", g.FillMode, err.Error())
	}
	switch c.Compat {
	case "":
		c.Compat = TFKeras
	case TFKeras, KerasPreprocessing112:
	default:
		return nil, bad("Compat", c.Compat, fmt.Sprintf("%q or %q", TFKeras, KerasPreprocessing112))
	}
	if g.InterpolationOrder != nil {
		c.order = *g.InterpolationOrder
	}
	if c.order < 0 || c.order > 5 {
		return nil, bad("InterpolationOrder", c.order, "0 (nearest) to 5 (spline of degree 5)")
	}
	if c.cast, err = c.DType.cast(); err != nil {
		return nil, err
	}
	if err := c.checkRanges(); err != nil {
		return nil, err
	}
	if c.widthMax, err = shiftMax("Width", c.WidthShiftRange, c.WidthShiftInt, c.WidthShiftList); err != nil {
		return nil, err
	}
	if c.heightMax, err = shiftMax("Height", c.HeightShiftRange, c.HeightShiftInt, c.HeightShiftList); err != nil {
		return nil, err
	}
	c.zoom = [2]float64{1 - c.ZoomRange, 1 + c.ZoomRange}
	if c.ZoomInterval != [2]float64{} {
		c.zoom = c.ZoomInterval
	}
	if c.ZCAWhitening {
		c.FeaturewiseCenter, c.FeaturewiseStdNormalization = true, false
	}
	c.FeaturewiseCenter = c.FeaturewiseCenter || c.FeaturewiseStdNormalization
	c.SamplewiseCenter = c.SamplewiseCenter || c.SamplewiseStdNormalization
	return c, nil
}

// check fills in the default, or returns what is wanted instead.
func (m FillMode) check() (FillMode, error) {
	switch m {
	case "":
		return FillNearest, nil
	case FillNearest, FillConstant, FillReflect, FillWrap:
		return m, nil
	}
	return m, errors.New("nearest, constant, reflect or wrap")
}

// checkRanges refuses what Keras refuses, and what it accepts without a word
// though it makes no picture: a zoom factor of zero, a negative brightness.
func (c *settings) checkRanges() error {
	for _, f := range []struct {
		name   string
		v      float64
		lo, hi float64 // hi exclusive
		want   string
	}{
		{"RotationRange", c.RotationRange, 0, huge, "degrees, 0 or more"},
		{"WidthShiftRange", c.WidthShiftRange, 0, huge, "a fraction of the width below 1, or pixels; 0 or more"},
		{"HeightShiftRange", c.HeightShiftRange, 0, huge, "a fraction of the height below 1, or pixels; 0 or more"},
		{"ShearRange", c.ShearRange, 0, 90, "degrees from 0 to below 90, where nothing is left of the picture"},
		{"ZoomRange", c.ZoomRange, 0, 1, "a number from 0 to below 1: factors are drawn from 1-ZoomRange to 1+ZoomRange and must stay above 0"},
		{"ChannelShiftRange", c.ChannelShiftRange, 0, huge, "0 or more"},
		{"CVal", c.CVal, -huge, huge, "a finite number"},
		{"Rescale", c.Rescale, -huge, huge, "a finite number"},
		{"ZCAEpsilon", c.ZCAEpsilon, 0, huge, "a small number above 0"},
		{"ValidationSplit", c.ValidationSplit, 0, 1, "a number between 0 and 1, exclusive, or 0 for no split"},
	} {
		if !(f.v >= f.lo && f.v < f.hi) {
			return bad(f.name, f.v, f.want)
		}
	}
	if b := c.BrightnessRange; b != [2]float64{} && !(b[0] >= 0 && b[0] <= b[1] && b[1] < huge) {
		return bad("BrightnessRange", b, "two factors, 0 (black) or more, the smaller one first; 1 changes nothing")
	}
	if z := c.ZoomInterval; z != [2]float64{} {
		if c.ZoomRange != 0 {
			return bad("ZoomRange", c.ZoomRange, "0 when ZoomInterval is given")
		}
		if !(z[0] > 0 && z[0] <= z[1] && z[1] < huge) {
			return bad("ZoomInterval", z, "two factors above 0, the smaller one first; 1 changes nothing, 2 halves the picture")
		}
	}
	return nil
}

// shiftMax checks that a shift is given in one way at most, and returns the
// greatest shift.
func shiftMax(name string, r float64, n int, list []float64) (float64, error) {
	given := 0
	for _, b := range []bool{r != 0, n != 0, len(list) > 0} {
		if b {
			given++
		}
	}
	if given > 1 {
		return 0, fmt.Errorf("augment: ImageDataGenerator: give one of %sShiftRange (%v), %sShiftInt (%v) and %sShiftList (%v) only", name, r, name, n, name, list)
	}
	if n < 0 {
		return 0, fmt.Errorf("augment: ImageDataGenerator: %sShiftInt is %d, want at least 1", name, n)
	}
	if n > 0 {
		return float64(n), nil
	}
	top := r
	for i, v := range list {
		if !(math.Abs(v) <= huge) {
			return 0, fmt.Errorf("augment: ImageDataGenerator: %sShiftList[%d] is %v, want a finite number of modest size", name, i, v)
		}
		if i == 0 || v > top {
			top = v
		}
	}
	return top, nil
}

// dims returns the height, width and channels of an image's shape.
func (c *settings) dims(shape []int) (h, w, ch int, err error) {
	if len(shape) != 3 {
		return 0, 0, 0, fmt.Errorf("augment: the image has shape %v, want rank 3 (%s)", shape, c.axes())
	}
	if c.DataFormat == image.ChannelsFirst {
		return shape[1], shape[2], shape[0], nil
	}
	return shape[0], shape[1], shape[2], nil
}

func (c *settings) axes() string {
	if c.DataFormat == image.ChannelsFirst {
		return "channels, height, width"
	}
	return "height, width, channels"
}
