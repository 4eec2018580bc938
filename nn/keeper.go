package nn

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/antler-ml/antler/pipeline"
)

// keeper is the part of a fitter that knows where training stands, for
// checkpoints.
type keeper struct {
	at     place
	safe   bool // between two steps, where a state can be taken
	setup  []string
	print  DataPrint
	states map[*Weight][]float32 // of recurrent layers, before validation changes them
}

// place is where training stands.
type place struct {
	epoch int
	batch int  // batches of it that are done
	begun bool // OnEpochBegin was called
}

// begin asks for a state to go on from. A finished one is set at once.
func (f *fitter) begin(ctx context.Context) (*TrainingState, error) {
	f.at.epoch = f.c.InitialEpoch
	ck := f.c.Checkpoint
	if ck == nil {
		return nil, nil
	}
	f.setup = f.describeSetup()
	f.print = DataPrint{Batches: f.data.Len(), Samples: pipeline.Samples(f.data)}
	s, err := ck.Begin(ctx, f.c.Epochs, f.warn)
	if err != nil || s == nil {
		return nil, err
	}
	err = f.fits(ctx, s)
	if err == nil && s.Finished {
		err = f.restore(s)
	}
	if err != nil || s.Finished {
		err = errors.Join(err, ck.End(nil))
	}
	return s, err
}

// goOn takes training up where a state left it. Callbacks are told again that
// the epoch begins, so that they make ready, and then what they knew.
func (f *fitter) goOn(s *TrainingState) error {
	if s == nil {
		f.safe = true
		return nil
	}
	if s.Begun {
		if err := f.hooks(func(cb Callback) error { return cb.OnEpochBegin(f.r, s.Epoch) }); err != nil {
			return err
		}
	}
	f.meter.reset()
	f.safe = true
	return f.restore(s)
}

// hooks calls a hook of all callbacks.
func (f *fitter) hooks(hook func(Callback) error) error {
	if err := f.cbs.each(hook); err != nil {
		return err
	}
	return f.r.failed
}

// rest yields the batches of the epoch that are left.
func (f *fitter) rest(ctx context.Context) iter.Seq2[pipeline.Batch, error] {
	n := f.at.batch
	if n > 0 && (n == f.c.StepsPerEpoch || n == f.data.Len()) {
		return func(func(pipeline.Batch, error) bool) {}
	}
	return pipeline.BatchesFrom(ctx, f.data, f.at.epoch, n)
}

// look takes the fingerprint of the data.
func (f *fitter) look(b pipeline.Batch, epoch, batch int) {
	if f.c.Checkpoint != nil && batch == 0 && epoch == f.c.InitialEpoch {
		f.print.First = fingerprint(b)
	}
}

// keepStates remembers what recurrent layers remember; validation is not part
// of a state.
func (f *fitter) keepStates() {
	if f.c.Checkpoint == nil {
		return
	}
	f.states = map[*Weight][]float32{}
	_, ws := f.m.stateWeights()
	for _, w := range ws {
		if w.state {
			f.states[w] = slices.Clone(w.Value().Data())
		}
	}
}

// offer keeps the state if it is time.
func (f *fitter) offer(epochEnd bool) {
	ck := f.c.Checkpoint
	if ck == nil || !f.safe || f.r.stop || f.ended {
		return
	}
	last := epochEnd && f.at.epoch == f.c.Epochs // so that more epochs can follow
	if !ck.Due(f.m.compiled.steps, epochEnd) && !last {
		return
	}
	s, err := f.state()
	if err != nil {
		f.warn(err)
		return
	}
	ck.Save(s)
}

// stopped takes the state of a training that ends with an error, if it ends
// between two steps. What it returns keeps the state.
func (f *fitter) stopped() func() error {
	if f.c.Checkpoint == nil || !f.safe {
		return f.keepNothing
	}
	s, err := f.state()
	if err != nil {
		return func() error { return errors.Join(err, f.keepNothing()) }
	}
	return func() error { return f.c.Checkpoint.End(s) }
}

// finished keeps what Fit leaves behind.
func (f *fitter) finished() error {
	if f.c.Checkpoint == nil {
		return nil
	}
	f.cbs = nil // nobody asks them again
	f.states = nil
	s, err := f.state()
	if err != nil {
		return errors.Join(err, f.keepNothing())
	}
	s.Finished, s.Stopped = true, f.r.stop || f.ended
	return f.c.Checkpoint.End(s)
}

func (f *fitter) keepNothing() error {
	if f.c.Checkpoint == nil {
		return nil
	}
	return f.c.Checkpoint.End(nil)
}

func (f *fitter) warn(err error) {
	if f.c.Warn != nil {
		f.c.Warn(err)
	}
}
