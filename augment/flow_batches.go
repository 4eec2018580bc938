package augment

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A job is one sample on its way into row of a slot.
type job struct {
	fl        *Flow
	s         *slot
	row, rows int
	index     int
	epoch     int
	t         Transform
	file      string // to save to
}

// Name names the sample in errors.
func (j job) Name() string { return j.fl.name(j.index) }

// slot is the memory of one batch.
type slot struct {
	full  pipeline.Batch
	rows  int
	memX  []float32
	other [][]float32
	memM  []float32 // masks
}

// Batches yields the batches of an epoch.
func (fl *Flow) Batches(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
	return fl.BatchesFrom(ctx, epoch, 0)
}

// BatchesFrom yields the batches of an epoch from the given one on; those before
// are not made.
func (fl *Flow) BatchesFrom(ctx context.Context, epoch, batch int) iter.Seq2[pipeline.Batch, error] {
	return func(yield func(pipeline.Batch, error) bool) {
		// So many samples are under way: so many rows ahead of the batch in the
		// consumer's hands, and the batch itself, may be in use.
		ahead, err := fl.ahead()
		if err != nil {
			yield(pipeline.Batch{}, err)
			return
		}
		ring := make([]*slot, ahead/fl.f.BatchSize+2)
		held := int64(len(ring)) * fl.batchBytes()
		fl.part.Hold(held)
		defer fl.part.Hold(-held)
		for i := range ring {
			ring[i], _ = fl.slots.Get().(*slot)
			if ring[i] == nil {
				ring[i] = new(slot)
			}
		}
		defer func() {
			for _, s := range ring {
				fl.slots.Put(s)
			}
		}()
		jobs := pipeline.NewStream(fl.n, func(context.Context, int) iter.Seq2[job, error] { return fl.jobs(epoch, batch, ring) })
		c := pipeline.ApplyConfig[job]{Workers: min(fl.f.Workers, ahead), Ahead: ahead}
		for j, err := range pipeline.Apply(jobs, c, fl.do).Items(ctx, epoch) {
			if err != nil {
				yield(pipeline.Batch{}, unwrap(err))
				return
			}
			if j.row < j.rows-1 {
				continue
			}
			if err := fl.mixed(epoch, j); err != nil {
				yield(pipeline.Batch{}, err)
				return
			}
			if !yield(j.s.full, nil) {
				return
			}
		}
		if err := fl.onlyPlaceholders(); err != nil {
			yield(pipeline.Batch{}, err)
		}
	}
}

// ahead returns how many samples may be under way beside a batch in use: as many
// as f asks for, or fewer where the part of the budget holds no more batches.
func (fl *Flow) ahead() (int, error) {
	want := max(2*fl.f.Workers, fl.f.Prefetch*fl.f.BatchSize)
	most, err := fl.part.Bound()
	if err != nil || most == 0 {
		return want, err
	}
	least := int64(1/fl.f.BatchSize+2) * fl.batchBytes()
	if least > most {
		return 0, fmt.Errorf("augment: a batch of %d images in use and one under way have %d bytes, but the flow's part of the Budget is %d; raise it, or make BatchSize smaller", fl.f.BatchSize, least, most)
	}
	return min(want, int(most/fl.batchBytes()-1)*fl.f.BatchSize-1), nil
}

// batchBytes returns the size of a batch's numbers.
func (fl *Flow) batchBytes() int64 {
	n := fl.size
	if fl.input {
		n += fl.size
	}
	for _, c := range fl.filler {
		k := 1
		for _, d := range c.shape {
			k *= d
		}
		n += k
	}
	if m := fl.masks; m != nil {
		n += fl.h * fl.w * m.ch
	}
	return 4 * int64(fl.f.BatchSize) * int64(n)
}

// unwrap takes the sample's number off an error that names its file already.
func unwrap(err error) error {
	var se *pipeline.SampleError
	var pe *pipeline.PanicError
	if errors.As(err, &se) && !errors.As(err, &pe) {
		return se.Err
	}
	return err
}

// jobs draws all random numbers of an epoch, in order, from a batch on.
func (fl *Flow) jobs(epoch, first int, ring []*slot) iter.Seq2[job, error] {
	return func(yield func(job, error) bool) {
		var src rng.Source
		r := rand.New(&src)
		var mt *rng.MT
		if fl.c.NumPyRandom {
			mt = new(rng.MT)
		}
		transforms := make([]Transform, fl.f.BatchSize) // Keras draws a batch's transformations first, then its file names
		if mt != nil {                                  // the order comes from the numbers of the first batch
			mt.Seed(uint32(fl.seed + uint64(epoch*fl.Len())))
		}
		order := fl.order(epoch, mt)
		for b := first; b < fl.Len(); b++ {
			if mt != nil && b > 0 {
				mt.Seed(uint32(fl.seed + uint64(epoch*fl.Len()+b)))
			}
			lo, hi := b*fl.f.BatchSize, min((b+1)*fl.f.BatchSize, fl.n)
			s := ring[b%len(ring)]
			fl.prepare(s, hi-lo)
			for row, i := range order[lo:hi] {
				if fl.f.NoAugment {
					continue
				}
				if mt != nil {
					transforms[row] = fl.c.draw(numpy{mt}, fl.h, fl.w)
				} else {
					src.Reset(fl.seed, uint64(epoch), uint64(i))
					transforms[row] = fl.c.draw(r, fl.h, fl.w)
				}
			}
			for row, i := range order[lo:hi] {
				j := job{fl: fl, s: s, row: row, rows: hi - lo, index: i, epoch: epoch, t: transforms[row]}
				if fl.f.SaveToDir != "" {
					j.file = fl.saveName(epoch, i, mt)
				}
				if !yield(j, nil) {
					return
				}
			}
		}
	}
}

// saveName ends in a random number, as in Keras.
func (fl *Flow) saveName(epoch, i int, mt *rng.MT) string {
	limit := 10_000
	if fl.filenames != nil {
		limit = 10_000_000
	}
	var number int
	if mt != nil {
		number = mt.Randint(0, limit)
	} else {
		number = rng.At(fl.seed, uint64(epoch), uint64(i), 1).IntN(limit)
	}
	return filepath.Join(fl.f.SaveToDir, fmt.Sprintf("%s_%d_%d.%s", fl.f.SavePrefix, i, number, fl.f.SaveFormat))
}

// order returns the order of the samples in an epoch.
func (fl *Flow) order(epoch int, mt *rng.MT) []int {
	order := make([]int, fl.n)
	for i := range order {
		order[i] = i
	}
	if fl.f.Shuffle != nil && !*fl.f.Shuffle {
		return order
	}
	swap := func(i, j int) { order[i], order[j] = order[j], order[i] }
	if mt != nil {
		mt.Shuffle(fl.n, swap)
	} else {
		rng.At(fl.seed, uint64(epoch)).Shuffle(fl.n, swap)
	}
	return order
}

// prepare gives s tensors for a batch of the given rows.
func (fl *Flow) prepare(s *slot, rows int) {
	if s.rows == rows {
		return
	}
	s.rows = rows
	s.memX = resized(s.memX, rows*fl.size)
	shape := append([]int{rows}, fl.ImageShape()...)
	s.full = pipeline.Batch{X: []*tensor.Tensor{tensor.From(s.memX, shape...)}}
	if s.other == nil {
		s.other = make([][]float32, len(fl.filler)+1)
	}
	if fl.input {
		k := len(fl.filler)
		s.other[k] = resized(s.other[k], rows*fl.size)
		s.full.Y = []*tensor.Tensor{tensor.From(s.other[k], shape...)}
	}
	for k, col := range fl.filler {
		n := rows
		for _, d := range col.shape {
			n *= d
		}
		s.other[k] = resized(s.other[k], n)
		t := tensor.From(s.other[k], append([]int{rows}, col.shape...)...)
		switch col.g {
		case 0:
			s.full.X = append(s.full.X, t)
		case 1:
			s.full.Y = append(s.full.Y, t)
		default:
			s.full.W = append(s.full.W, t)
		}
	}
	if m := fl.masks; m != nil {
		s.memM = resized(s.memM, rows*fl.h*fl.w*m.ch)
		s.full.Y = append(s.full.Y, tensor.From(s.memM, rows, fl.h, fl.w, m.ch))
	}
}

// mixed mixes a finished batch.
func (fl *Flow) mixed(epoch int, j job) error {
	if fl.mix == nil {
		return nil
	}
	var y *tensor.Tensor
	if slices.ContainsFunc(fl.filler, func(c column) bool { return c.g == 1 }) {
		y = j.s.full.Y[0]
	}
	r := NewRand(fl.seed, uint64(epoch), uint64(j.index), 3)
	if err := fl.mix.DrawBatch(r, fl.h, fl.w).ApplyBatch(j.s.full.X[0], y, fl.c.DataFormat); err != nil {
		return fmt.Errorf("%w (Mix)", err)
	}
	return nil
}

// do makes one sample.
func (fl *Flow) do(_ context.Context, _ pipeline.Place, j job) (job, error) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	dst := j.s.memX[j.row*fl.size:][:fl.size]
	if err := fl.sample(dst, j, s); err != nil {
		return j, err
	}
	for k, col := range fl.filler {
		n := len(j.s.other[k]) / j.rows
		col.fill(j.s.other[k][j.row*n:][:n], j.index)
	}
	if fl.input {
		copy(j.s.other[len(fl.filler)][j.row*fl.size:], dst)
	}
	if j.file != "" {
		m := image.New(fl.h, fl.w, fl.ch)
		image.FromFloats(m, dst, image.ArrayConfig{DataFormat: fl.c.DataFormat})
		if err := image.Save(j.file, m, image.SaveConfig{Format: fl.f.SaveFormat}); err != nil {
			return j, err
		}
	}
	return j, nil
}

// onlyPlaceholders is an error if not one picture could be read.
func (fl *Flow) onlyPlaceholders() error {
	fl.badMu.Lock()
	defer fl.badMu.Unlock()
	if fl.n == 0 || len(fl.missing) < fl.n {
		return nil
	}
	first := slices.MinFunc(fl.bad, func(a, b BadFile) int { return strings.Compare(a.Path, b.Path) })
	return fmt.Errorf("augment: none of the %d pictures can be read, so that all images were placeholders; the first: %w", fl.n, first.Err)
}

// noteBad remembers the file of a sample, once.
func (fl *Flow) noteBad(i int, err error) {
	path := fl.name(i)
	fl.badMu.Lock()
	defer fl.badMu.Unlock()
	if fl.missing[i] {
		return
	}
	if fl.missing == nil {
		fl.missing = map[int]bool{}
	}
	fl.missing[i] = true
	if !slices.ContainsFunc(fl.bad, func(b BadFile) bool { return b.Path == path }) {
		fl.bad = append(fl.bad, BadFile{path, err})
	}
}
