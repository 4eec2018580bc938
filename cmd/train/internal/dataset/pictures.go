package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"sync"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/image"
	_ "github.com/antler-ml/antler/image/all" // every format there is
	"github.com/antler-ml/antler/pipeline"
)

// Pictures reads samples as arrays of one shape, values 0…255.
type Pictures struct {
	Height, Width, Channels int
	CacheBytes              int64 // of memory for the decoded pictures
	Column                  bool  // targets are of shape (samples, 1)
	load                    image.LoadConfig
	samples                 []Sample
	cache                   []byte       // of all samples, or nil when they are too many
	black                   map[int]bool // what cannot be read and has a black picture instead
	reading, decoding       *pipeline.Work
	buffers                 sync.Pool // of *buffer
}

// A buffer is the memory that reading one picture needs, kept for the next.
type buffer struct {
	file []byte
	pix  []float32
}

// NewPictures prepares to read samples in the size and colours of s. m, which
// may be nil, takes the times of reading and decoding.
func NewPictures(samples []Sample, s *settings.Settings, m *pipeline.Meter) *Pictures {
	mode := image.ColorMode(s.ColorMode)
	return &Pictures{
		Height: s.TargetSize[0], Width: s.TargetSize[1], Channels: mode.Channels(), CacheBytes: int64(s.DataMemory) << 20, samples: samples,
		load: image.LoadConfig{
			ColorMode: mode, TargetSize: [2]int{s.TargetSize[0], s.TargetSize[1]}, Interpolation: image.Interpolation(s.Interpolation),
			Draft: s.Draft, Orient: s.Orient, AllowTruncated: s.AllowTruncated, Limits: image.Limits{MaxPixels: s.MaxPixels, MaxSide: -1},
		},
		reading: m.Work("read"), decoding: m.Work("decode"),
		buffers: sync.Pool{New: func() any { return new(buffer) }},
	}
}

// Size is the number of values in a picture.
func (p *Pictures) Size() int { return p.Height * p.Width * p.Channels }

// Len is the number of samples.
func (p *Pictures) Len() int { return len(p.samples) }

// Read writes a picture's values to dst.
func (p *Pictures) Read(dst []float32, i int) error {
	switch {
	case p.black[i]:
		clear(dst)
		return nil
	case p.cache != nil:
		n := p.Size()
		floats(dst, p.cache[i*n:(i+1)*n])
		return nil
	}
	return p.decode(dst, p.samples[i])
}

func floats(dst []float32, pix []byte) {
	dst = dst[:len(pix)]
	for i, v := range pix {
		dst[i] = float32(v)
	}
}

// decode reads a picture of grey bytes in memory, or a file.
func (p *Pictures) decode(dst []float32, s Sample) error {
	if s.Pix != nil {
		floats(dst, s.Pix)
		return nil
	}
	b := p.buffers.Get().(*buffer)
	defer p.buffers.Put(b)
	t := p.reading.Begin(s.Path)
	err := b.read(s.Path)
	t.End()
	if err != nil {
		return err
	}
	t = p.decoding.Begin(s.Path)
	defer t.End()
	if p.Channels > 1 || bytes.HasPrefix(b.file, []byte{0xff, 0xd8}) {
		return image.DecodeArray(dst, b.file, p.load, image.ChannelsLast)
	}
	// Grey may have 16 bits, which come down to the same scale.
	m, err := image.Decode(bytes.NewReader(b.file), p.load)
	if err != nil {
		return err
	}
	if m.Pix16 == nil {
		floats(dst, m.Pix)
		return nil
	}
	for i, v := range m.Pix16 {
		dst[i] = float32((int(v) + 128) / 257) // rounded, as the cache keeps them
	}
	return nil
}

// maxFile is how large a file is read.
const maxFile = 256 << 20

// read reads a file.
func (b *buffer) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer f.Close()
	b.file = b.file[:0]
	for {
		if len(b.file) == cap(b.file) {
			b.file = append(b.file, make([]byte, max(len(b.file), 64<<10))...)[:len(b.file)]
		}
		n, err := f.Read(b.file[len(b.file):cap(b.file)])
		b.file = b.file[:len(b.file)+n]
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("train: %w", err)
		case len(b.file) > maxFile:
			return fmt.Errorf("the file has more than %d bytes", maxFile)
		}
	}
}

// Scan decodes every picture once, keeps them if they fit in memory, and
// reports those that cannot be read by their index.
func (p *Pictures) Scan(ctx context.Context, workers int, progress func(done int)) (map[int]Bad, error) {
	n := p.Size()
	if int64(n)*int64(len(p.samples)) <= p.CacheBytes {
		p.cache = make([]byte, n*len(p.samples))
	}
	cache := p.cache
	p.cache = nil // Read must decode until the cache is full
	type result struct {
		i   int
		bad string
	}
	bad, done := map[int]Bad{}, 0
	for r, err := range pipeline.Map(ctx, indices(len(p.samples)), workers, func(_ context.Context, i int) (result, error) {
		b := p.buffers.Get().(*buffer)
		defer p.buffers.Put(b)
		if len(b.pix) < n {
			b.pix = make([]float32, n)
		}
		if err := p.decode(b.pix[:n], p.samples[i]); err != nil {
			return result{i, Reason(err)}, nil
		}
		if cache != nil {
			for k, v := range b.pix[:n] {
				cache[i*n+k] = uint8(v + 0.5)
			}
		}
		return result{i, ""}, nil
	}) {
		if err != nil {
			return nil, err
		}
		if r.bad != "" {
			bad[r.i] = Bad{Path: p.samples[r.i].Path, Reason: r.bad}
		}
		done++
		progress(done)
	}
	p.cache = cache
	return bad, nil
}

// Drop forgets the samples with these indices.
func (p *Pictures) Drop(bad map[int]Bad) {
	n, kept := p.Size(), 0
	for i, s := range p.samples {
		if _, b := bad[i]; b {
			continue
		}
		if p.cache != nil {
			copy(p.cache[kept*n:(kept+1)*n], p.cache[i*n:(i+1)*n])
		}
		p.samples[kept] = s
		kept++
	}
	p.samples = p.samples[:kept]
}

// Blacken gives the samples with these indices black pictures.
func (p *Pictures) Blacken(bad map[int]Bad) {
	p.black = make(map[int]bool, len(bad))
	for i := range bad {
		p.black[i] = true
	}
}

// Reason says why a picture cannot be read, in one line without its name.
func Reason(err error) string {
	var d *image.DecodeError
	s := err.Error()
	if errors.As(err, &d) {
		s = d.Cause.Error()
		if d.Format != "" && !errors.Is(err, image.ErrLimit) {
			s = d.Format + ": " + s
		}
		if errors.Is(err, image.ErrLimit) {
			s = strings.ReplaceAll(s, "Limits.MaxPixels =", "--max-pixels")
			s = strings.ReplaceAll(s, "raise the limit", "raise --max-pixels")
		}
	} else if e := errors.Unwrap(err); e != nil {
		s = plain(e)
	}
	s, _, _ = strings.Cut(s, "\n")
	return strings.Replace(s, "or set AllowTruncated", "or give --allow-truncated", 1)
}

func indices(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}
}
