package augment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// FitConfig says what Fit takes its statistics of.
type FitConfig struct {
	Augment bool // of randomly transformed samples rather than the samples themselves
	Rounds  int  `default:"1"` // with Augment: passes over the samples
	Seed    *int // with Augment; nil stands for 0
}

// Fit computes the statistics that FeaturewiseCenter,
// FeaturewiseStdNormalization and ZCAWhitening need from samples of the data
// set, an array of rank 4, and sets Mean, Std and ZCAWhiteningMatrix. Samples
// are rescaled first; the preprocessing function is not called, as in Keras.
//
// Samples are taken a block at a time, so the memory for it does not grow with
// their number. ZCA takes memory with the square of the samples in an image, and
// work with the cube of that or of the number of images, whichever is less.
// Keras: fit.
func (g *ImageDataGenerator) Fit(x *tensor.Tensor, fc FitConfig) error {
	c, err := g.resolve()
	if err != nil {
		return err
	}
	shape := x.Shape()
	if len(shape) != 4 {
		return fmt.Errorf("augment: Fit: the samples have shape %v, want rank 4 (samples, %s)", shape, c.axes())
	}
	h, w, ch, _ := c.dims(shape[1:])
	if shape[0]*h*w*ch == 0 {
		return fmt.Errorf("augment: Fit: the samples have shape %v: nothing to measure", shape)
	}
	rounds := 1
	if fc.Augment && fc.Rounds != 0 {
		rounds = fc.Rounds
	}
	if rounds < 1 {
		return fmt.Errorf("augment: Fit: Rounds is %d, want at least 1", fc.Rounds)
	}
	if fc.Augment && c.BrightnessRange != [2]float64{} {
		if err := checkBrightness(ch); err != nil {
			return err
		}
	}
	f := &fitting{c: c, n: shape[0] * rounds, h: h, w: w, ch: ch, size: h * w * ch}
	data := x.Data()
	f.sample = func(dst []float32, i int) error {
		copy(dst, data[i*f.size:(i+1)*f.size])
		kernel.Scale(dst, dst, f.rescale())
		return nil
	}
	if fc.Augment {
		f.sample = c.augmented(f, data, shape[0], seedOf(fc.Seed))
	}
	return f.run(g)
}

// FitFlow is Fit of the images of a flow from files, as they are read and
// rescaled: without random changes.
func (g *ImageDataGenerator) FitFlow(fl *Flow) error {
	c, err := g.resolve()
	if err != nil {
		return err
	}
	f := &fitting{c: c, n: fl.n, h: fl.h, w: fl.w, ch: fl.ch, size: fl.size}
	f.sample = func(dst []float32, i int) error {
		if fl.read == nil {
			copy(dst, fl.images[i*fl.size:(i+1)*fl.size])
		} else if err := fl.read(dst, i); err != nil {
			return err
		}
		kernel.Scale(dst, dst, f.rescale())
		return nil
	}
	return f.run(g)
}

// A fitting takes statistics of n images, block by block.
type fitting struct {
	c                 *settings
	n, h, w, ch, size int
	sample            func(dst []float32, i int) error // makes image i, rescaled; called for 0, 1 … in every pass
	block             []float32
}

func (f *fitting) rescale() float32 {
	if f.c.Rescale == 0 {
		return 1
	}
	return float32(f.c.Rescale)
}

// blockSamples bounds the memory of a block, in samples of images.
const blockSamples = 1 << 21

// each calls do for all images, a block of rows at a time.
func (f *fitting) each(do func(block []float32, rows int)) error {
	most := min(max(blockSamples/f.size, 1), f.n)
	f.block = resized(f.block, most*f.size)
	for at := 0; at < f.n; at += most {
		rows := min(most, f.n-at)
		for i := range rows {
			if err := f.sample(f.block[i*f.size:][:f.size], at+i); err != nil {
				return err
			}
		}
		do(f.block[:rows*f.size], rows)
	}
	return nil
}

// run takes the statistics that the settings ask for.
func (f *fitting) run(g *ImageDataGenerator) error {
	c := f.c
	if !c.FeaturewiseCenter {
		return nil
	}
	stat, inner := [3]int{1, 1, f.ch}, 1
	if c.DataFormat == image.ChannelsFirst {
		stat, inner = [3]int{f.ch, 1, 1}, f.h*f.w
	}
	pixels := float64(f.n) * float64(f.h*f.w)
	sums := func(shift, means []float64) ([]float64, error) {
		all := make([]float64, f.ch)
		err := f.each(func(block []float32, _ int) {
			if shift != nil {
				subtract(block, floats(shift), inner)
			}
			for k, v := range channelSums(block, f.ch, inner, means) {
				all[k] += v
			}
		})
		for k := range all {
			all[k] /= pixels
		}
		return all, err
	}
	mean, err := sums(nil, nil)
	if err != nil {
		return err
	}
	g.Mean = tensor.From(floats(mean), stat[:]...)
	if c.FeaturewiseStdNormalization {
		// numpy takes the mean again, of the centred samples.
		again, err := sums(mean, nil)
		if err != nil {
			return err
		}
		variance, err := sums(mean, again)
		if err != nil {
			return err
		}
		for k := range variance {
			variance[k] = math.Sqrt(variance[k])
		}
		g.Std = tensor.From(floats(variance), stat[:]...)
	}
	if c.ZCAWhitening {
		m, err := f.zca(floats(mean), inner)
		if err != nil {
			return err
		}
		g.ZCAWhiteningMatrix = tensor.From(m, f.size, f.size)
	}
	return nil
}

func seedOf(seed *int) uint64 {
	if seed == nil {
		return 0
	}
	return uint64(*seed)
}

// augmented returns the function that makes randomly transformed copies of n
// images: copy i is of image i % n.
func (c *settings) augmented(f *fitting, data []float32, n int, seed uint64) func(dst []float32, i int) error {
	s := new(scratch)
	var r drawer
	var src rng.Source
	if !c.NumPyRandom {
		r = rand.New(&src)
	}
	one := make([]float32, f.size)
	return func(dst []float32, i int) error {
		if c.NumPyRandom && i == 0 {
			r = c.drawer(seed) // one sequence for all, anew for each pass
		}
		src.Reset(seed, uint64(i/n), uint64(i%n))
		copy(one, data[i%n*f.size:][:f.size])
		kernel.Scale(one, one, f.rescale())
		c.apply(dst, one, f.h, f.w, f.ch, c.draw(r, f.h, f.w), nil, s)
		return nil
	}
}

// channelSums adds up each channel's samples, or with means the squares of
// their distances from them.
func channelSums(data []float32, ch, inner int, means []float64) []float64 {
	sums := make([]float64, ch)
	for i := 0; i < len(data); i += inner {
		k := i / inner % ch
		if inner > 1 {
			run := data[i : i+inner]
			if means == nil {
				sums[k] += total(run, 0, false)
			} else {
				sums[k] += total(run, means[k], true)
			}
			continue
		}
		v := float64(data[i])
		if means != nil {
			v -= means[k]
			v *= v
		}
		sums[k] += v
	}
	return sums
}

func subtract(data, mean []float32, inner int) {
	for i := range data {
		data[i] -= mean[i/inner%len(mean)]
	}
}

func floats(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// total adds up x-m or its squares, in a fixed order in four lanes.
func total(x []float32, m float64, squares bool) float64 {
	var s [4]float64
	for len(x) >= 4 {
		for i := range s {
			d := float64(x[i]) - m
			if squares {
				d *= d
			}
			s[i] += d
		}
		x = x[4:]
	}
	for _, v := range x {
		d := float64(v) - m
		if squares {
			d *= d
		}
		s[0] += d
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}
