package augment

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/printable"
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
// there instead. So is one with a single class, unless Classes names it or no
// targets are asked for; Keras takes it without a word.
// Keras: flow_from_directory.
func (g *ImageDataGenerator) FlowFromDirectory(dir string, f FlowConfig) (*Flow, error) {
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	if err := f.defaults(); err != nil {
		return nil, err
	}
	if err := f.checkFiles(false); err != nil {
		return nil, err
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
	if len(f.Classes) == 0 && len(d.classes) == 1 && slices.Contains([]ClassMode{Categorical, Binary, Sparse}, f.ClassMode) {
		return nil, fmt.Errorf("augment: %s has a single sub-directory (%s), so that all targets would be the same; want one for each class. For pictures without classes use ClassMode None; name the class in Classes if it is meant so", printable.Name(dir), printable.Name(d.classes[0]))
	}
	if f.ClassMode == Binary && len(d.classes) > 2 {
		return nil, fmt.Errorf("augment: ClassMode is binary, but %s has %d classes (%s); use sparse or categorical", dir, len(d.classes), list(d.classes))
	}
	fl, err := newFileFlow(c, f, dir, d.files)
	if err != nil {
		return nil, err
	}
	fl.bad = bad
	fl.classes, fl.classNames = d.labels, d.classes
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
