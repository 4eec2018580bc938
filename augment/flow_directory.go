package augment

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/antler-ml/antler/image"
)

// extensions are those of the files that Keras takes from a directory. PPM and
// TIFF files need a decoder, see [image.Limits].
var extensions = []string{"png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff"}

// FlowFromDirectory gives batches of randomly transformed and standardized
// images from the files of a directory, which has a sub-directory for each
// class. Classes are numbered in the order of their names (by bytes: capitals
// first), files come in the order of their directories and names.
//
// A directory without sub-directories or pictures is an error that says what is
// there instead.
// Keras: flow_from_directory.
func (g *ImageDataGenerator) FlowFromDirectory(dir string, f FlowConfig) (*Flow, error) {
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	if err := f.defaults(); err != nil {
		return nil, err
	}
	if f.TargetSize == [2]int{} {
		f.TargetSize = [2]int{256, 256}
	}
	switch f.ClassMode {
	case "":
		f.ClassMode = Categorical
	case Categorical, Binary, Sparse, Input, None:
	default:
		return nil, fmt.Errorf("augment: ClassMode is %q, want %q, %q, %q, %q or %q", f.ClassMode, Categorical, Binary, Sparse, Input, None)
	}
	if f.ColorMode.Channels() == 0 {
		return nil, fmt.Errorf("augment: ColorMode is %q, want %q, %q or %q", f.ColorMode, image.RGB, image.RGBA, image.Grayscale)
	}
	if f.TargetSize[0] < 1 || f.TargetSize[1] < 1 {
		return nil, fmt.Errorf("augment: TargetSize is %d×%d (height × width), want both at least 1", f.TargetSize[0], f.TargetSize[1])
	}
	d, err := scan(dir, &f, c.ValidationSplit)
	if err != nil {
		return nil, err
	}
	var bad []BadFile
	if f.OnError == Skip {
		if bad, err = d.dropBad(f.loadConfig(), f.Workers); err != nil {
			return nil, err
		}
	}
	if len(d.files) == 0 {
		return nil, d.nothing(&f, bad)
	}
	if f.ClassMode == Binary && len(d.classes) > 2 {
		return nil, fmt.Errorf("augment: ClassMode is binary, but %s has %d classes (%s); use sparse or categorical", dir, len(d.classes), list(d.classes))
	}
	shape := c.DataFormat.Shape(f.TargetSize[0], f.TargetSize[1], f.ColorMode.Channels())
	fl, err := newFlow(c, f, len(d.files), shape[:])
	if err != nil {
		return nil, err
	}
	fl.dir, fl.bad = dir, bad
	fl.filenames, fl.classes, fl.classNames = d.files, d.labels, d.classes
	load := f.loadConfig()
	fl.name = func(i int) string { return filepath.Join(dir, fl.filenames[i]) }
	fl.read = func(dst []float32, i int) error {
		if err := image.LoadArray(dst, fl.name(i), load, c.DataFormat); err != nil {
			return fmt.Errorf("augment: %w", err)
		}
		return nil
	}
	switch f.ClassMode {
	case Categorical:
		fl.filler = []column{{1, []int{len(d.classes)}, func(dst []float32, i int) {
			clear(dst)
			dst[fl.classes[i]] = 1
		}}}
	case Binary, Sparse:
		fl.filler = []column{{1, nil, func(dst []float32, i int) { dst[0] = float32(fl.classes[i]) }}}
	case Input:
		fl.input = true
	}
	return fl, nil
}

func (f *FlowConfig) loadConfig() image.LoadConfig {
	return image.LoadConfig{ColorMode: f.ColorMode, TargetSize: f.TargetSize, Interpolation: f.Interpolation, KeepAspectRatio: f.KeepAspectRatio, Limits: f.Limits}
}

// Check reads every file once and returns those that cannot be read, in the
// order of the files. The error is that of ctx.
func (fl *Flow) Check(ctx context.Context) ([]BadFile, error) {
	d := &directory{dir: fl.dir, files: fl.filenames}
	return d.check(ctx, fl.f.loadConfig(), fl.f.Workers)
}
