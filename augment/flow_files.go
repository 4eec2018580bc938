package augment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/printable"
	"github.com/antler-ml/antler/tensor"
)

// checkFiles fills in and checks the settings of flows from files.
func (f *FlowConfig) checkFiles(dataframe bool) error {
	if f.TargetSize == [2]int{} {
		f.TargetSize = [2]int{256, 256}
	}
	modes := []ClassMode{Categorical, Binary, Sparse, Input, None}
	if dataframe {
		modes = append(modes, Raw, MultiOutput)
	}
	if f.ClassMode == "" {
		f.ClassMode = Categorical
	}
	if !slices.Contains(modes, f.ClassMode) {
		return fmt.Errorf("augment: ClassMode is %q, want one of %q", f.ClassMode, modes)
	}
	if f.ColorMode.Channels() == 0 {
		return fmt.Errorf("augment: ColorMode is %q, want %q, %q or %q", f.ColorMode, image.RGB, image.RGBA, image.Grayscale)
	}
	if f.TargetSize[0] < 1 || f.TargetSize[1] < 1 {
		return fmt.Errorf("augment: TargetSize is %d×%d (height × width), want both at least 1", f.TargetSize[0], f.TargetSize[1])
	}
	if f.Masks != nil {
		return fmt.Errorf("augment: Masks is for Flow; pictures in files have theirs in MaskDirectory")
	}
	return nil
}

// newFileFlow makes a flow of the files of a directory.
func newFileFlow(c *settings, f FlowConfig, dir string, files []string) (*Flow, error) {
	shape := c.DataFormat.Shape(f.TargetSize[0], f.TargetSize[1], f.ColorMode.Channels())
	fl, err := newFlow(c, f, len(files), shape[:])
	if err != nil {
		return nil, err
	}
	fl.dir, fl.filenames = dir, files
	load := f.loadConfig()
	paths := make([]string, len(files))
	for i, name := range files {
		paths[i] = filepath.Join(dir, name)
	}
	fl.name = func(i int) string { return paths[i] }
	fl.loading = f.Meter.Work("load")
	fl.read = func(dst []float32, i int) error {
		if err := image.LoadArray(dst, paths[i], load, c.DataFormat); err != nil {
			return fmt.Errorf("augment: %w", err)
		}
		return nil
	}
	if f.MaskDirectory != "" {
		fl.masks = &maskColumn{ch: 1}
		if fl.maskFiles, err = findMasks(f.MaskDirectory, dir, files); err != nil {
			return nil, err
		}
	}
	if f.MaskDirectory != "" || f.Policy != nil {
		fl.load = fl.loadSample
	}
	return fl, nil
}

// findMasks returns the mask of each file: of the same path below the masks'
// directory, whatever the extension.
func findMasks(masks, dir string, files []string) ([]string, error) {
	found := make([]string, len(files))
	listed := map[string]map[string]string{} // directory -> name without extension -> name
	for i, file := range files {
		sub := filepath.Join(masks, filepath.Dir(file))
		names := listed[sub]
		if names == nil {
			entries, err := os.ReadDir(sub)
			if err != nil {
				return nil, fmt.Errorf("augment: the masks of %s: %w", filepath.Join(dir, filepath.Dir(file)), err)
			}
			names = map[string]string{}
			for _, e := range entries {
				if image.HasExtension(e.Name(), extensions) {
					names[strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))] = e.Name()
				}
			}
			listed[sub] = names
		}
		stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		name, ok := names[stem]
		if !ok {
			return nil, fmt.Errorf("augment: %s has no mask: want a picture %s with one of the extensions %s", printable.Name(filepath.Join(dir, file)), printable.Name(filepath.Join(sub, stem+".*")), strings.Join(extensions, ", "))
		}
		found[i] = filepath.Join(sub, name)
	}
	return found, nil
}

// loadSample reads picture i and its mask: in their own size when a policy
// follows, else in that of the flow.
func (fl *Flow) loadSample(p *Sample, i int) error {
	native := fl.f.loadConfig()
	native.TargetSize = [2]int{}
	resize := fl.f.Policy == nil || fl.f.NoAugment
	m, err := image.Load(fl.name(i), native)
	if err != nil {
		return fmt.Errorf("augment: %w", err)
	}
	h, w := m.Height, m.Width
	if resize {
		if m, err = fl.resized(m, fl.f.Interpolation); err != nil {
			return err
		}
	}
	p.fill(&p.Image, m)
	if fl.masks == nil {
		return nil
	}
	native.ColorMode = image.Grayscale
	k, err := image.Load(fl.maskFiles[i], native)
	if err != nil {
		return fmt.Errorf("augment: %w", err)
	}
	if k.Height != h || k.Width != w {
		return p.fail("the mask %s has %d × %d pixels (height × width), the picture %d × %d; make them the same size", printable.Name(fl.maskFiles[i]), k.Height, k.Width, h, w)
	}
	if resize {
		if k, err = fl.resized(k, image.Nearest); err != nil {
			return err
		}
	}
	if p.Masks == nil {
		p.Masks = make([]*tensor.Tensor, 1)
	}
	p.fill(&p.Masks[0], k)
	return nil
}

func (fl *Flow) resized(m *image.Image, i image.Interpolation) (*image.Image, error) {
	f := image.Resize
	if fl.f.KeepAspectRatio {
		f = image.ResizeCrop
	}
	out, err := f(m, fl.h, fl.w, i)
	if err != nil {
		return nil, fmt.Errorf("augment: %w", err)
	}
	return out, nil
}

// fill puts the samples of a picture into a tensor.
func (s *Sample) fill(place **tensor.Tensor, m *image.Image) {
	s.put(place, m.Height, m.Width, m.Channels)
	x := (*place).Data()
	for i, v := range m.Pix16 {
		x[i] = float32(v)
	}
	for i, v := range m.Pix {
		x[i] = float32(v)
	}
}

func (f *FlowConfig) loadConfig() image.LoadConfig {
	return image.LoadConfig{ColorMode: f.ColorMode, TargetSize: f.TargetSize, Interpolation: f.Interpolation, KeepAspectRatio: f.KeepAspectRatio, Draft: f.Draft, Orient: f.Orient, AllowTruncated: f.AllowTruncated, Limits: f.Limits}
}

// Check reads every file once and returns those that cannot be read, in the
// order of the files. The error is that of ctx.
func (fl *Flow) Check(ctx context.Context) ([]BadFile, error) {
	d := &directory{dir: fl.dir, files: fl.filenames}
	return d.check(ctx, fl.f.loadConfig(), fl.f.Workers)
}
