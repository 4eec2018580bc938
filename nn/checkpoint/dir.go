package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/antler-ml/antler/nn"
)

// Dir keeps the checkpoints of one training in a directory: checkpoint-000001.npz
// and so on. The zero value of all but Path is fine. It is for one Fit at a time.
type Dir struct {
	// Path is the directory; it is made if need be. One directory is for one
	// training: another model, other settings and other data are refused.
	Path string
	// EverySteps is after how many batches a checkpoint follows; 0: see Every.
	EverySteps int
	// Every is after what time a checkpoint follows, between two batches; 0: five
	// minutes, unless EverySteps is set. There is one after every epoch besides,
	// when Fit is interrupted, and when it ends. A checkpoint that is due while
	// another is being written follows that one at once.
	Every time.Duration
	// Keep is how many of the newest stay; 0: 3, and 2 at least. The newest from
	// which training can go on stays in any case.
	Keep int
	// Monitor is a log, such as val_loss, of whose best epoch the checkpoint stays
	// too; "": none. More is better for names that end in acc, accuracy or auc.
	Monitor string
	// AllowChanges goes on although the layers' settings, the optimizer's, or those
	// of Fit are not as they were. The result is then that of no other run.
	AllowChanges bool

	fs     files
	series series
	warn   func(error)
	unlock func()
	busy   chan error // the write that goes on; nil: none
	due    bool       // while another was being written
	last   time.Time  // that one was begun
	steps  uint64     // then
	pause  time.Duration
	wait   time.Time // no other try before, after one failed
}

const (
	everyDefault = 5 * time.Minute
	firstPause   = time.Second
	longestPause = time.Minute
)

// Begin makes the directory, removes what a killed program left half written, and
// reads the newest checkpoint that can be read.
func (d *Dir) Begin(_ context.Context, epochs int, warn func(error)) (*nn.TrainingState, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if d.unlock != nil {
		return nil, fmt.Errorf("checkpoint: the Dir of %s is in use by another Fit", d.Path)
	}
	d.warn, d.busy, d.due, d.last, d.steps, d.pause, d.wait = warn, nil, false, time.Now(), 0, 0, time.Time{}
	if d.fs == nil {
		d.fs = disk{}
	}
	if err := d.fs.MkdirAll(d.Path); err != nil {
		return nil, fmt.Errorf("checkpoint: cannot make the directory: %w", err)
	}
	unlock, err := lock(d.Path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	d.unlock = unlock
	s, err := d.newest(epochs, true)
	if err != nil {
		d.release()
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if s != nil {
		d.steps = s.Optimizer.Batches
		if d.AllowChanges {
			s.Setup = nil
		}
	}
	return s, nil
}

func (d *Dir) check() error {
	switch {
	case d.Path == "":
		return errors.New("checkpoint: Dir: Path is empty; name a directory for the checkpoints")
	case d.EverySteps < 0:
		return fmt.Errorf("checkpoint: Dir: EverySteps is %d; want batches, or 0 to go by Every", d.EverySteps)
	case d.Every < 0:
		return fmt.Errorf("checkpoint: Dir: Every is %v; want a time, or 0 for %v", d.Every, everyDefault)
	case d.Keep < 0:
		return fmt.Errorf("checkpoint: Dir: Keep is %d; want 2 or more, or 0 for 3", d.Keep)
	case d.Keep == 1:
		return errors.New("checkpoint: Dir: Keep is 1; want 2 or more, so that there is one before, should the newest be damaged")
	}
	return nil
}

// newest returns the newest checkpoint that can be read: of a finished training
// only if no more epochs are asked for.
func (d *Dir) newest(epochs int, clean bool) (*nn.TrainingState, error) {
	d.series = series{fs: d.fs, dir: d.Path}
	if err := d.series.list(clean); err != nil {
		return nil, err
	}
	var found *nn.TrainingState
	var damaged *DamagedError
	have := d.series.have
	for i := len(have) - 1; i >= 0; i-- {
		path := d.series.path(have[i].n)
		s, err := load(d.fs, path)
		var version *VersionError
		if errors.As(err, &version) {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if err != nil {
			have[i].bad = true
			if found != nil {
				continue // an old one that nobody needs
			}
			if damaged != nil {
				d.tell(damaged)
			}
			damaged = &DamagedError{Path: path, Err: err}
			continue
		}
		have[i].finished, have[i].best = s.Finished, d.value(s)
		if found != nil || s.Finished && !s.Stopped && s.Epochs < epochs {
			continue
		}
		found = s
		if damaged != nil {
			damaged.Before = path
			d.tell(damaged)
			damaged = nil
		}
	}
	if damaged != nil {
		return nil, fmt.Errorf("no checkpoint in %s can be read; remove them to start anew: %w", d.Path, damaged)
	}
	return found, nil
}

func (d *Dir) tell(err error) {
	if d.warn != nil {
		d.warn(err)
	}
}

// value is that of the monitor at the end of the epoch that s is at.
func (d *Dir) value(s *nn.TrainingState) float64 {
	if v := s.History.Get(d.Monitor); d.Monitor != "" && !s.Begun && !s.Finished && len(v) > 0 {
		return v[len(v)-1]
	}
	return math.NaN()
}

func (d *Dir) better(a, b float64) bool {
	for _, end := range []string{"acc", "accuracy", "auc"} {
		if strings.HasSuffix(d.Monitor, end) {
			return a > b
		}
	}
	return a < b
}

// Due reports whether it is time for a checkpoint.
func (d *Dir) Due(batches uint64, epochEnd bool) bool {
	every := d.Every
	if every == 0 && d.EverySteps == 0 {
		every = everyDefault
	}
	now := time.Now()
	if epochEnd || d.EverySteps > 0 && batches >= d.steps+uint64(d.EverySteps) || every > 0 && now.Sub(d.last) >= every {
		d.due = true
	}
	if d.busy != nil {
		select {
		case err := <-d.busy:
			d.wrote(err)
		default:
			return false
		}
	}
	return d.due && !now.Before(d.wait)
}

// wrote takes the outcome of a write. One that failed is tried again, after a
// pause that grows.
func (d *Dir) wrote(err error) {
	d.busy = nil
	if err == nil {
		d.pause, d.wait = 0, time.Time{}
		return
	}
	d.tell(fmt.Errorf("%w; training goes on, and it is tried again", err))
	d.pause = min(max(firstPause, 2*d.pause), longestPause)
	d.due, d.wait = true, time.Now().Add(d.pause)
}

// Save writes a state while training goes on. It waits only for a write before
// it that has not ended, and for the first of all: from then on there is
// something to go on from.
func (d *Dir) Save(s *nn.TrainingState) {
	d.settle()
	d.due, d.last, d.steps = false, time.Now(), s.Optimizer.Batches
	done := make(chan error, 1)
	d.busy = done
	first := len(d.series.have) == 0
	go func() { done <- d.write(s) }()
	if first {
		d.settle()
	}
}

func (d *Dir) settle() {
	if d.busy != nil {
		d.wrote(<-d.busy)
	}
}

// write adds a state to the series and removes the ones that are too many.
func (d *Dir) write(s *nn.TrainingState) error {
	if err := d.series.add(s, d.value(s)); err != nil {
		return err
	}
	keep := d.Keep
	if keep == 0 {
		keep = 3
	}
	return d.series.prune(keep, d.better)
}

// End writes the last state, if any, and waits for it.
func (d *Dir) End(s *nn.TrainingState) error {
	if d.unlock == nil {
		return nil
	}
	defer d.release()
	d.settle()
	if s == nil {
		return nil
	}
	return d.write(s)
}

func (d *Dir) release() {
	d.unlock()
	d.unlock = nil
}

// Load reads the newest checkpoint of a directory, or one file.
func Load(path string) (*nn.TrainingState, error) {
	if strings.HasSuffix(path, ".npz") {
		s, err := load(disk{}, path)
		if err != nil {
			return nil, fmt.Errorf("checkpoint: %s: %w", path, err)
		}
		return s, nil
	}
	d := &Dir{Path: path, fs: disk{}}
	s, err := d.newest(0, false)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if s == nil {
		return nil, fmt.Errorf("checkpoint: there is none in %s", path)
	}
	return s, nil
}

var _ nn.Checkpointer = (*Dir)(nil)
