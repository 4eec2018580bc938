package augment

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/antler-ml/antler/internal/printable"
	"github.com/antler-ml/antler/pipeline"
)

// A Flow is a [pipeline.Source] of augmented images. Sample i of epoch e is
// transformed by random numbers that depend on (seed, e, i) only.
type Flow struct {
	c     *settings
	f     FlowConfig
	seed  uint64
	n     int
	h, w  int
	ch    int
	std   *standardizer
	size  int
	shape []int

	finish func(row []float32, plane int) // standardizes rows one by one; nil when it takes the whole image

	read   func(dst []float32, i int) error // the plain image i; nil when images says where it is
	load   func(s *Sample, i int) error     // image and mask i in their own size; nil when they have that of the flow
	images []float32
	masks  *maskColumn
	mix    BatchAugmentation
	name   func(i int) string
	filler []column // targets, further inputs, weights
	input  bool     // the target is the image

	classes    []int
	classNames []string
	filenames  []string
	maskFiles  []string
	dir        string
	badMu      sync.Mutex
	bad        []BadFile
	missing    map[int]bool // samples that were placeholders
	slots      sync.Pool
	part       *pipeline.Part

	loading, augmenting *pipeline.Work
}

var (
	_ pipeline.Source = (*Flow)(nil)
	_ pipeline.Seeker = (*Flow)(nil)
)

// A BadFile is a file that could not be read.
type BadFile struct {
	Path string
	Err  error
}

// column fills tensor i of group g (0 X, 1 Y, 2 W) of a batch.
type column struct {
	g     int
	shape []int
	fill  func(dst []float32, i int)
}

// newFlow makes a flow of n images of the given shape.
func newFlow(c *settings, f FlowConfig, n int, shape []int) (*Flow, error) {
	fl := &Flow{c: c, f: f, seed: seedOf(f.Seed), n: n, shape: slices.Clone(shape)}
	var err error
	if fl.h, fl.w, fl.ch, err = c.dims(shape); err != nil {
		return nil, err
	}
	fl.size = fl.h * fl.w * fl.ch
	fl.augmenting, fl.part = f.Meter.Work("augment"), f.Budget.Join("augment.Flow", 0)
	if fl.std, err = c.standardizer(shape); err != nil {
		return nil, err
	}
	if fl.std.rowwise() {
		fl.finish = fl.std.row
	}
	if c.BrightnessRange != [2]float64{} && !f.NoAugment {
		if err := checkBrightness(fl.ch); err != nil {
			return nil, err
		}
	}
	if f.Mix != nil && !f.NoAugment {
		if fl.mix, err = completedBatch(f.Mix); err != nil {
			return nil, err
		}
	}
	if f.SaveToDir != "" {
		if err := checkBrightness(fl.ch); err != nil {
			return nil, fmt.Errorf("augment: SaveToDir needs images of 1, 3 or 4 channels, these have %d", fl.ch)
		}
	}
	return fl, nil
}

// Len returns the batches of an epoch.
func (fl *Flow) Len() int { return (fl.n + fl.f.BatchSize - 1) / fl.f.BatchSize }

// Samples returns the samples of an epoch.
func (fl *Flow) Samples() int { return fl.n }

// String describes the flow: "7 images of 3 classes: Emus 3, cats 2, dogs 2".
// Keras: "Found 7 images belonging to 3 classes."
func (fl *Flow) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d images", fl.n)
	if len(fl.classNames) > 0 {
		count := make([]int, len(fl.classNames))
		for _, k := range fl.classes {
			count[k]++
		}
		fmt.Fprintf(&b, " of %d classes", len(count))
		for k, n := range count {
			fmt.Fprintf(&b, "%s %s %d", [2]string{":", ","}[min(k, 1)], printable.Name(fl.classNames[k]), n)
		}
	}
	return b.String()
}

// ImageShape returns the shape of one image.
func (fl *Flow) ImageShape() []int { return slices.Clone(fl.shape) }

// Classes returns the class number of each file of a directory flow.
func (fl *Flow) Classes() []int { return slices.Clone(fl.classes) }

// ClassNames returns the names of the classes in the order of their numbers.
func (fl *Flow) ClassNames() []string { return slices.Clone(fl.classNames) }

// ClassIndices returns the number of each class.
func (fl *Flow) ClassIndices() map[string]int {
	m := make(map[string]int, len(fl.classNames))
	for i, n := range fl.classNames {
		m[n] = i
	}
	return m
}

// Filenames returns the files of a directory flow, relative to the directory,
// in the order in which they come without shuffling.
func (fl *Flow) Filenames() []string { return slices.Clone(fl.filenames) }

// Bad returns the files that could not be read and were skipped or replaced by
// placeholders so far, in no particular order in the latter case.
func (fl *Flow) Bad() []BadFile {
	fl.badMu.Lock()
	defer fl.badMu.Unlock()
	return slices.Clone(fl.bad)
}
