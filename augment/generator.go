// Package augment makes training images by random rotations, shifts, shears,
// zooms, flips and changes of light, and brings them to a common scale: Keras'
// ImageDataGenerator.
//
//	gen := &augment.ImageDataGenerator{Rescale: 1. / 255, RotationRange: 20, HorizontalFlip: true}
//	train, err := gen.FlowFromDirectory("data/train", augment.FlowConfig{TargetSize: [2]int{150, 150}})
//
// The result is a [pipeline.Source] for training. Its bytes depend on the seed,
// the epoch and the samples only, not on the number of workers.
//
// Images are arrays of float32 of rank 3, in the generator's data format. All
// geometric changes of an image are one resampling. Numbers agree with those of
// tf_keras (scipy and Pillow) up to rounding; [KerasPreprocessing112] selects
// the older arithmetic of keras-preprocessing 1.1.2.
package augment

import (
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/tensor"
)

// An ImageDataGenerator says how images are changed and scaled. Its zero value
// changes nothing. Fields are Keras' arguments; where Keras takes several kinds
// of value in one argument there is one field for each kind. The methods may be
// called concurrently, except Fit, and while no field is written to.
type ImageDataGenerator struct {
	FeaturewiseCenter           bool    // subtract the mean of the data set, one number for each channel; needs Fit
	SamplewiseCenter            bool    // subtract the image's own mean
	FeaturewiseStdNormalization bool    // divide by the standard deviation of the data set; implies FeaturewiseCenter
	SamplewiseStdNormalization  bool    // divide by the image's own standard deviation; implies SamplewiseCenter
	ZCAWhitening                bool    // remove correlations between samples of an image; implies FeaturewiseCenter without FeaturewiseStdNormalization; needs Fit
	ZCAEpsilon                  float64 `default:"1e-6"` // added to the singular values

	RotationRange float64 // degrees: by up to so much either way

	WidthShiftRange  float64   // up to so much either way: a fraction of the width if below 1, else pixels
	WidthShiftInt    int       // Keras: width_shift_range of type int. Whole pixels, -(n-1) to n-1
	WidthShiftList   []float64 // Keras: width_shift_range of type list. One of these, either way; fractions if all are below 1
	HeightShiftRange float64   // likewise for the height
	HeightShiftInt   int
	HeightShiftList  []float64

	BrightnessRange [2]float64 // factors from … to; both 0: none
	ShearRange      float64    // degrees: by up to so much either way
	ZoomRange       float64    // factors from 1-ZoomRange to 1+ZoomRange
	ZoomInterval    [2]float64 // Keras: zoom_range of type list. Factors from … to, above 1 the picture shrinks; both 0: none

	ChannelShiftRange float64  // add up to so much either way, the same to all channels
	FillMode          FillMode `default:"nearest"` // what lies outside the image
	CVal              float64  `keras:"cval"`      // the value outside when FillMode is Constant
	HorizontalFlip    bool     // mirror left and right, every second time
	VerticalFlip      bool

	Rescale               float64                             // factor on all samples; 0: none
	PreprocessingFunction func(*tensor.Tensor) *tensor.Tensor `keras:"-"` // called on each image after its random changes, before rescaling; must keep the shape; may change its argument
	DataFormat            image.DataFormat                    `default:"channels_last"`
	ValidationSplit       float64                             // fraction of the samples set aside by Subset
	InterpolationOrder    *int                                `default:"1"`                     // 0 nearest, 1 linear, 2 … 5 splines of that degree
	DType                 DType                               `keras:"dtype" default:"float32"` // what numbers are cut to

	Compat      Compat `default:"tf_keras"`   // whose arithmetic to follow
	NumPyRandom bool   `keras:"numpy_random"` // draw random numbers as Keras does from numpy, so that seeds give the images they give there

	// Statistics of the data set, set by Fit or by the caller: of shape
	// [1 1 channels], or [channels 1 1]; and [n n] for n samples in an image.
	Mean               *tensor.Tensor `keras:"-"`
	Std                *tensor.Tensor `keras:"-"`
	ZCAWhiteningMatrix *tensor.Tensor `keras:"-"`
}

// Compat names a version of Keras whose arithmetic is followed.
type Compat string

// The versions. The empty one is TFKeras.
const (
	// TFKeras turns around the middle of the image, moves tx along columns and
	// ty along rows, and changes brightness within the image's own scale.
	TFKeras Compat = "tf_keras"
	// KerasPreprocessing112 is keras-preprocessing 1.1.2 (of Keras 2.3 and
	// before): it turns around a point one pixel off, moves tx along rows and ty
	// along columns, brightness stretches images to 0…255, and ZCAEpsilon is
	// added to the eigenvalues instead.
	KerasPreprocessing112 Compat = "keras-preprocessing 1.1.2"
)

// A FillMode says what lies outside an image, by the example of a row abcd.
type FillMode string

// The fill modes. The empty one is FillNearest.
const (
	FillNearest  FillMode = "nearest"  // aaaaaaaa|abcd|dddddddd
	FillConstant FillMode = "constant" // kkkkkkkk|abcd|kkkkkkkk, k = CVal
	FillReflect  FillMode = "reflect"  // abcddcba|abcd|dcbaabcd
	FillWrap     FillMode = "wrap"     // abcabcab|abcd|bcdbcdbc: first and last pixel coincide, as in scipy
)
