// Package stats measures a folder of pictures: how many there are of each class
// and format, their sizes and channels, and what a generator's Fit would learn
// of them.
package stats

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/antler-ml/antler/cmd/augment/internal/check"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/pipeline"
)

// Options say what is measured. The zero value measures colours of pictures
// that are resized to 256 × 256 pixels, as Keras does.
type Options struct {
	Workers         int    // 0: one for each processor; the report does not depend on it
	TargetSize      [2]int // height and width; default 256, 256
	ColorMode       image.ColorMode
	Interpolation   image.Interpolation
	KeepAspectRatio bool
	Orient          bool    // turn pictures as their EXIF orientation says
	AllowTruncated  bool    // take what there is of JPEGs that end early
	Rescale         float64 // factor on all samples, before Fit sees them; 0: none
	Limits          image.Limits
	Progress        func(done, total int, bytes int64) // called by one goroutine at a time
}

// A picture is what is kept of one.
type picture struct {
	check.File
	bytes  int64
	head   check.Header
	w, h   int
	err    error
	pixels int
	sum    [4]uint64 // of the samples of each channel, resized
	square [4]uint64 // and of their squares
}

// Run measures all pictures below a folder. Those that cannot be read are
// counted and left out.
func Run(ctx context.Context, root string, opt Options) (*Report, error) {
	if opt.TargetSize == [2]int{} {
		opt.TargetSize = [2]int{256, 256}
	}
	if opt.ColorMode == "" {
		opt.ColorMode = image.RGB
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.ColorMode.Channels() == 0 {
		return nil, fmt.Errorf("stats: the color mode is %q, want %q, %q or %q", opt.ColorMode, image.RGB, image.RGBA, image.Grayscale)
	}
	if opt.TargetSize[0] < 1 || opt.TargetSize[1] < 1 {
		return nil, fmt.Errorf("stats: the target size is %d×%d (height × width), want both at least 1", opt.TargetSize[0], opt.TargetSize[1])
	}
	if _, err := image.Resize(image.New(1, 1, 1), 1, 1, opt.Interpolation); err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	l, err := check.List(root)
	if err != nil {
		return nil, err
	}
	r := newReport(root, l, &opt)
	in := func(yield func(check.File, error) bool) {
		for _, f := range l.Files {
			if !yield(f, nil) {
				return
			}
		}
	}
	for p, err := range pipeline.Map(ctx, in, opt.Workers, func(_ context.Context, f check.File) (picture, error) { return measure(root, f, &opt), nil }) {
		if err != nil {
			return nil, fmt.Errorf("stats: %w", err)
		}
		r.add(&p)
		if opt.Progress != nil {
			opt.Progress(r.Pictures+r.Unreadable, len(l.Files), r.Bytes)
		}
	}
	r.finish()
	return r, nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// measure reads a picture and adds up its samples.
func measure(root string, f check.File, opt *Options) picture {
	p := picture{File: f}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if p.err = p.read(b, filepath.Join(root, filepath.FromSlash(f.Name)), &opt.Limits); p.err != nil {
		return p
	}
	m, err := image.Decode(bytes.NewReader(b.Bytes()), image.LoadConfig{ColorMode: opt.ColorMode, Orient: opt.Orient, AllowTruncated: opt.AllowTruncated, Limits: opt.Limits})
	if err == nil {
		p.w, p.h = m.Width, m.Height
		resize := image.Resize
		if opt.KeepAspectRatio {
			resize = image.ResizeCrop
		}
		m, err = resize(m, opt.TargetSize[0], opt.TargetSize[1], opt.Interpolation)
	}
	if p.err = err; err != nil {
		return p
	}
	p.pixels = m.Width * m.Height
	if m.Pix16 != nil {
		addUp(&p, m.Pix16, m.Channels)
	} else {
		addUp(&p, m.Pix, m.Channels)
	}
	return p
}

// read reads a file of modest size.
func (p *picture) read(b *bytes.Buffer, path string, l *image.Limits) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	p.bytes = st.Size()
	most := l.MaxBytes
	if most == 0 {
		most = 256 << 20
	}
	if !st.Mode().IsRegular() || most > 0 && p.bytes > most {
		return errors.New("it is no regular file, or too large")
	}
	if _, err := io.Copy(b, io.LimitReader(f, p.bytes)); err != nil {
		return err
	}
	p.head = check.ReadHeader(b.Bytes())
	return nil
}

// addUp is exact: 2¹⁶ × 2¹⁶ times the pixels of a picture stay below 2⁶⁴.
func addUp[T uint8 | uint16](p *picture, samples []T, n int) {
	for k := range n {
		var sum, square uint64
		for i := k; i < len(samples); i += n {
			v := uint64(samples[i])
			sum += v
			square += v * v
		}
		p.sum[k], p.square[k] = sum, square
	}
}

// percentile returns the value that the given part of the sorted ones does not
// exceed.
func percentile(sorted []int, part float64) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}

func sorted(v []int) []int {
	v = slices.Clone(v)
	slices.Sort(v)
	return v
}
