package dataset

import (
	"context"
	"errors"
	"fmt"
	stdimage "image"
	"image/color"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// Pictures reads samples as arrays of one shape, values 0…255.
type Pictures struct {
	Height, Width, Channels int
	load                    image.LoadConfig
	samples                 []Sample
	cache                   []byte // of all samples, or nil when they are too many
}

// NewPictures prepares to read samples in the size and colours of s.
func NewPictures(samples []Sample, s *settings.Settings) *Pictures {
	mode := image.ColorMode(s.ColorMode)
	return &Pictures{
		Height: s.TargetSize[0], Width: s.TargetSize[1], Channels: mode.Channels(), samples: samples,
		load: image.LoadConfig{
			ColorMode: mode, TargetSize: [2]int{s.TargetSize[0], s.TargetSize[1]}, Interpolation: image.Interpolation(s.Interpolation),
			Limits: image.Limits{MaxPixels: s.MaxPixels, MaxSide: -1},
		},
	}
}

// Size is the number of values in a picture.
func (p *Pictures) Size() int { return p.Height * p.Width * p.Channels }

// Len is the number of samples.
func (p *Pictures) Len() int { return len(p.samples) }

// Sample returns a sample.
func (p *Pictures) Sample(i int) Sample { return p.samples[i] }

// Read writes a picture's values to dst.
func (p *Pictures) Read(dst []float32, i int) error {
	if p.cache != nil {
		n := p.Size()
		for k, v := range p.cache[i*n : (i+1)*n] {
			dst[k] = float32(v)
		}
		return nil
	}
	return p.decode(dst, p.samples[i])
}

// decode reads a picture of grey bytes in memory, or a file.
func (p *Pictures) decode(dst []float32, s Sample) error {
	if s.Pix != nil {
		for i, v := range s.Pix {
			dst[i] = float32(v)
		}
		return nil
	}
	m, err := image.Load(s.Path, p.load)
	if err != nil {
		return err
	}
	if m.Pix16 != nil { // 16 bits come down to the same scale
		for i, v := range m.Pix16 {
			dst[i] = float32(v) / 257
		}
		return nil
	}
	for i, v := range m.Pix {
		dst[i] = float32(v)
	}
	return nil
}

// cacheLimit is how much memory the decoded pictures may take.
const cacheLimit = 1 << 30

// Scan decodes every picture once, keeps them if they fit in memory, and
// reports those that cannot be read by their index.
func (p *Pictures) Scan(ctx context.Context, workers int, progress func(done int)) (map[int]Bad, error) {
	n := p.Size()
	if n*len(p.samples) <= cacheLimit {
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
		buf := make([]float32, n)
		if err := p.decode(buf, p.samples[i]); err != nil {
			return result{i, Reason(err)}, nil
		}
		if cache != nil {
			for k, v := range buf {
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
	return s
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

// A Flow is the pictures lo…hi-1 as a source of batches.
type Flow struct {
	Pictures  *Pictures
	Lo, Hi    int
	BatchSize int
	Rescale   float32
	Workers   int
	// Generator changes the pictures at random and Shuffle their order; both
	// depend on Seed, the epoch and the sample only.
	Generator *augment.ImageDataGenerator
	Shuffle   bool
	Seed      uint64
}

// Len returns the batches of an epoch.
func (f *Flow) Len() int { return (f.Hi - f.Lo + f.BatchSize - 1) / f.BatchSize }

// Samples returns the samples of an epoch.
func (f *Flow) Samples() int { return f.Hi - f.Lo }

// Batches makes the batches of an epoch, in parallel and ahead of the training.
func (f *Flow) Batches(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
	order := make([]int, f.Hi-f.Lo)
	for i := range order {
		order[i] = f.Lo + i
	}
	if f.Shuffle {
		rng.At(f.Seed, uint64(epoch)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return pipeline.Map(ctx, indices(f.Len()), f.Workers, func(_ context.Context, b int) (pipeline.Batch, error) {
		return f.batch(order[b*f.BatchSize:min((b+1)*f.BatchSize, len(order))], epoch)
	})
}

func (f *Flow) batch(ids []int, epoch int) (pipeline.Batch, error) {
	p := f.Pictures
	n := p.Size()
	x, y := tensor.New(len(ids), p.Height, p.Width, p.Channels), tensor.New(len(ids))
	for k, i := range ids {
		if err := f.One(x.Data()[k*n:(k+1)*n], i, epoch); err != nil {
			return pipeline.Batch{}, err
		}
		y.Data()[k] = float32(p.samples[i].Class)
	}
	return pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}}, nil
}

// One makes one sample of an epoch as the model sees it.
func (f *Flow) One(dst []float32, i, epoch int) error {
	p := f.Pictures
	if err := p.Read(dst, i); err != nil {
		return cli.Errorf(cli.BadData, "%s: %s", p.samples[i].Path, Reason(err)).Do("was it changed while training ran? train --check reads all data")
	}
	if f.Generator != nil {
		y, err := f.Generator.RandomTransform(tensor.From(dst, p.Height, p.Width, p.Channels), rng.Mix(f.Seed, uint64(epoch), uint64(i)))
		if err != nil {
			return err
		}
		copy(dst, y.Data())
	}
	for k := range dst {
		dst[k] *= f.Rescale
	}
	return nil
}

// Look reads the headers of some pictures: their usual size and colours.
func Look(samples []Sample) (size [2]int, mode string, words string) {
	const most = 200
	var hs, ws []int
	grey := true
	step := max(1, len(samples)/most)
	for i := 0; i < len(samples); i += step {
		f, err := os.Open(samples[i].Path)
		if err != nil {
			continue
		}
		c, _, err := stdimage.DecodeConfig(f)
		f.Close()
		if err != nil || c.Width < 1 || c.Height < 1 {
			continue
		}
		hs, ws = append(hs, c.Height), append(ws, c.Width)
		if c.ColorModel != color.GrayModel && c.ColorModel != color.Gray16Model {
			grey = false
		}
	}
	mode = "rgb"
	if len(hs) == 0 {
		return [2]int{64, 64}, mode, "sizes unknown"
	}
	if grey {
		mode = "grayscale"
	}
	slices.Sort(hs)
	slices.Sort(ws)
	h, w := hs[len(hs)/2], ws[len(ws)/2]
	same := hs[0] == hs[len(hs)-1] && ws[0] == ws[len(ws)-1]
	words = fmt.Sprintf("all %d×%d", h, w)
	if !same {
		words = fmt.Sprintf("%d×%d to %d×%d, usually %d×%d", hs[0], ws[0], hs[len(hs)-1], ws[len(ws)-1], h, w)
	}
	if same && max(h, w) <= 96 && min(h, w) >= 8 {
		return [2]int{h, w}, mode, words
	}
	// Others become squares that a small network sees whole.
	side := min(max((min(h, w)+4)/8*8, 16), 96)
	return [2]int{side, side}, mode, words
}
