package nn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/antler-ml/antler/pipeline"
)

// FitConfig is how Fit runs. The zero value trains for one epoch.
type FitConfig struct {
	Epochs       int // absolute index of the last epoch + 1; default 1
	InitialEpoch int
	// StepsPerEpoch ends an epoch after so many batches; 0: the source's end. A
	// source that is known to have fewer is refused before anything runs. One of
	// unknown length that ends early makes its epoch the last (see
	// [EndedEarlyError]).
	StepsPerEpoch int
	// Validation is evaluated after each epoch (see ValidationFreq).
	Validation pipeline.Source
	// ValidationSplit takes this part of the samples, from the end and before
	// any shuffling, as validation data; for sources over arrays.
	ValidationSplit float64
	ValidationSteps int // batches of validation; 0: all. Fewer are treated as in StepsPerEpoch, but end nothing.
	ValidationFreq  int // validate every so many epochs; default 1
	// ValidationEpochs are the epochs, counted from 1, after which to validate, in
	// place of ValidationFreq. Keras: validation_freq=[1, 2, 10].
	ValidationEpochs []int
	// MaxQueueSize makes batches of training and validation ahead, so many at most,
	// while the model trains; see [pipeline.Prefetch]. How many workers make them is a
	// setting of the source.
	MaxQueueSize int
	// ClassWeight multiplies the loss of the samples (or time steps) of a class.
	// Targets are class ids or one-hot; every class that occurs must be in the map.
	// For models that train one output. Sample weights multiply too. See
	// [NamedClassWeight] for classes with names, [BalancedClassWeight] for rare ones.
	ClassWeight map[int]float64
	// ClassWeights are those of each output, by its name.
	ClassWeights map[string]map[int]float64
	Callbacks    []Callback
	// Checkpoint keeps the state of training, and makes Fit go on from the last
	// one that it has: in the middle of an epoch, to the same bits. nil: none. See
	// package checkpoint: &checkpoint.Dir{Path: "run/checkpoints"}.
	Checkpoint Checkpointer
	// Warn is told what ends no training with an error but should be known: an
	// [*EndedEarlyError], or what a callback says. nil: nobody is.
	Warn func(error)
}

// Fit trains the model. It returns what it has when ctx ends, with ctx's error.
// As in Keras, a last axis of size 1 may be left out of the data for an input, or be
// there though the input has none: (n,) for (n, 1), grey images without a channel.
// Keras: fit, fit_generator.
func (m *Model) Fit(ctx context.Context, data pipeline.Source, c FitConfig) (*History, error) {
	h := &History{}
	if m.err != nil {
		return h, m.err
	}
	if err := m.buildFrom(ctx, data); err != nil {
		return h, err
	}
	if m.compiled == nil {
		return h, ErrNotCompiled
	}
	if err := c.check(data); err != nil {
		return h, err
	}
	val := c.Validation
	if c.ValidationSplit != 0 {
		if val != nil {
			return h, errors.New("nn: Fit: both Validation and ValidationSplit are set; choose one")
		}
		s, ok := data.(interface {
			SplitEnd(fraction float64) (train, val pipeline.Source, err error)
		})
		if !ok {
			return h, fmt.Errorf("nn: Fit: ValidationSplit needs a source over arrays (pipeline.Arrays), got %T; give Validation instead", data)
		}
		var err error
		if data, val, err = s.SplitEnd(c.ValidationSplit); err != nil {
			return h, fmt.Errorf("nn: Fit: %w", err)
		}
	}
	if err := requireSteps(ctx, data, c.StepsPerEpoch, "Fit: StepsPerEpoch"); err != nil {
		return h, err
	}
	if err := requireSteps(ctx, val, c.ValidationSteps, "Fit: ValidationSteps"); err != nil {
		return h, err
	}
	classW, err := m.newClassWeights(c.ClassWeight, c.ClassWeights)
	if err != nil {
		return h, err
	}
	data, val = ahead(data, c.MaxQueueSize), ahead(val, c.MaxQueueSize)
	f := fitter{m: m, c: c, data: data, val: val, history: h, classW: classW}
	return h, f.run(ctx)
}

// check refuses what makes no sense before anything runs.
func (c FitConfig) check(data pipeline.Source) error {
	if data == nil {
		return errors.New("nn: Fit: no data")
	}
	for _, n := range []struct {
		setting string
		is      int
		zero    string
	}{
		{"Epochs", c.Epochs, "1 epoch"}, {"InitialEpoch", c.InitialEpoch, "the first"}, {"StepsPerEpoch", c.StepsPerEpoch, "all the data"},
		{"ValidationSteps", c.ValidationSteps, "all the data"}, {"ValidationFreq", c.ValidationFreq, "each epoch"},
	} {
		if n.is < 0 {
			return fmt.Errorf("nn: Fit: %s is %d; want 0 (%s) or more", n.setting, n.is, n.zero)
		}
	}
	if !(c.ValidationSplit >= 0 && c.ValidationSplit < 1) {
		return fmt.Errorf("nn: Fit: ValidationSplit is %v; want the part of the samples for validation: 0 (none) or more, below 1", c.ValidationSplit)
	}
	for i, cb := range c.Callbacks {
		if cb == nil {
			return fmt.Errorf("nn: Fit: callback %d is nil", i)
		}
	}
	return c.checkValidation()
}

// FitGenerator is Fit: a generator is a Source.
// Keras: fit_generator.
func (m *Model) FitGenerator(ctx context.Context, data pipeline.Source, c FitConfig) (*History, error) {
	return m.Fit(ctx, data, c)
}

// fitter is one running Fit.
type fitter struct {
	m       *Model
	c       FitConfig
	data    pipeline.Source
	val     pipeline.Source
	history *History
	r       *Run
	cbs     callbacks
	meter   *meter
	valid   *meter
	tests   testHooks // of validation
	classW  *classWeights
	ended   bool // the data ended before StepsPerEpoch
	keeper       // of checkpoints
}

func (f *fitter) run(ctx context.Context) (err error) {
	m, c := f.m, f.c
	if c.Epochs == 0 {
		c.Epochs = c.InitialEpoch + 1
	}
	if c.Epochs < c.InitialEpoch {
		return fmt.Errorf("nn: Fit: Epochs is %d, but InitialEpoch is %d; Epochs is the index of the last epoch, not a count", c.Epochs, c.InitialEpoch)
	}
	for _, cb := range c.Callbacks { // such as BackupAndRestore
		if ck, ok := cb.(Checkpointer); ok {
			if c.Checkpoint != nil {
				return fmt.Errorf("nn: Fit: %T keeps the state of training, but something else does too; leave one out", cb)
			}
			c.Checkpoint = ck
		}
	}
	f.c = c
	steps := f.data.Len()
	if c.StepsPerEpoch > 0 {
		steps = c.StepsPerEpoch
	}
	f.meter, f.valid = m.newMeter(""), m.newMeter("val_")
	f.r = &Run{Model: m, Context: ctx, Epochs: c.Epochs, InitialEpoch: c.InitialEpoch, Steps: steps, DoValidation: f.val != nil, Callbacks: c.Callbacks, EpochLogs: true, warn: c.Warn}
	f.tests = hooksOf(f.r, c.Callbacks)
	f.r.Metrics = append(f.r.Metrics, f.meter.logs.names...)
	if f.val != nil {
		f.r.Metrics = append(f.r.Metrics, f.valid.logs.names...)
	}
	from, err := f.begin(ctx)
	if err != nil || from != nil && from.Finished {
		return err
	}
	f.cbs = c.Callbacks
	var last Logs
	for i, cb := range f.cbs {
		if err := cb.OnTrainBegin(f.r); err != nil {
			f.cbs = f.cbs[:i]
			return errors.Join(err, f.end(last), f.keepNothing())
		}
	}
	if err := f.goOn(from); err != nil {
		return errors.Join(err, f.end(last), f.keepNothing())
	}
	for epoch := f.at.epoch; epoch < c.Epochs && !f.r.stop && !f.ended; epoch++ {
		if last, err = f.epoch(ctx, epoch); err != nil {
			break
		}
	}
	if err != nil {
		keep := f.stopped() // before callbacks restore weights
		return errors.Join(err, f.end(last), keep())
	}
	if c.Epochs > c.InitialEpoch {
		m.compiled.opt.useAverages()
	}
	return errors.Join(f.end(last), f.finished())
}

// end lets every callback that began close its files and restore weights,
// however training ended.
func (f *fitter) end(last Logs) error {
	var errs []error
	for _, cb := range f.cbs {
		errs = append(errs, cb.OnTrainEnd(f.r, last))
	}
	return errors.Join(errs...)
}

func (f *fitter) epoch(ctx context.Context, epoch int) (Logs, error) {
	if err := ctx.Err(); err != nil {
		return Logs{}, context.Cause(ctx)
	}
	if !f.at.begun {
		f.safe = false
		if err := f.hooks(func(cb Callback) error { return cb.OnEpochBegin(f.r, epoch) }); err != nil {
			return Logs{}, err
		}
		f.meter.reset()
		f.at, f.safe = place{epoch: epoch, begun: true}, true
	}
	steps, wait, start := f.at.batch, time.Duration(0), time.Now()
	asked := start
	for b, err := range f.rest(ctx) {
		if err != nil {
			return Logs{}, err
		}
		wait += time.Since(asked)
		f.r.DataWait = share(wait, start)
		if err := f.step(b, epoch, steps); err != nil {
			return Logs{}, err
		}
		steps++
		f.at.batch, f.safe = steps, !f.r.stop
		f.offer(false)
		if err := ctx.Err(); err != nil {
			return Logs{}, context.Cause(ctx)
		}
		if f.r.stop || steps == f.c.StepsPerEpoch {
			break
		}
		asked = time.Now()
	}
	switch {
	case steps == 0:
		return Logs{}, errors.New("nn: Fit: the data has no batches; check that the source is not empty and can be read again each epoch")
	case steps < f.c.StepsPerEpoch && !f.r.stop:
		f.ended = true
		endedEarly(f.c.Warn, "training", epoch, steps, f.c.StepsPerEpoch)
	}
	f.m.compiled.opt.flush(f.m.compiled.lr)
	cut := f.r.stop && steps != f.r.Steps // before the epoch's last batch
	if !cut {
		f.r.Steps = steps
	}
	f.r.DataWait = share(wait, start)
	logs := f.meter.read(f.m.compiled).Clone()
	if nf := f.r.NotFinite; nf != nil && nf.Loss-nf.Loss != 0 {
		logs.Set("loss", nf.Loss)
	}
	if f.val != nil && !cut && f.c.validates(epoch) {
		f.keepStates()
		vl, err := f.m.evaluate(ctx, f.val, f.c.ValidationSteps, f.valid, &f.tests, func(n int) { endedEarly(f.c.Warn, "validation", epoch, n, f.c.ValidationSteps) })
		if err != nil {
			return logs, fmt.Errorf("validation: %w", err)
		}
		f.states = nil
		for n, v := range vl.All() {
			logs.Set(n, v)
		}
	}
	f.safe = false
	if err := f.hooks(func(cb Callback) error { return cb.OnEpochEnd(f.r, epoch, &logs) }); err != nil {
		return logs, err
	}
	f.history.add(epoch, logs)
	f.at, f.safe = place{epoch: epoch + 1}, true
	f.offer(true)
	return logs, nil
}

// share is what part of the time since start wait is.
func share(wait time.Duration, start time.Time) float64 {
	return wait.Seconds() / max(1e-9, time.Since(start).Seconds())
}

func (f *fitter) step(b pipeline.Batch, epoch, batch int) error {
	if err := f.m.checkBatch(b, true); err != nil {
		return err
	}
	f.look(b, epoch, batch)
	f.safe = false
	f.r.BatchSize = b.X[0].Shape()[0]
	for _, cb := range f.cbs {
		if err := cb.OnBatchBegin(f.r, batch); err != nil {
			return err
		}
	}
	w, err := f.classW.apply(b.Y, b.W)
	if err != nil {
		return err
	}
	if err := f.m.trainStep(b.X, b.Y, w, f.meter); err != nil {
		nameRow(err, f.data, epoch, batch)
		var nf *NotFiniteError
		if errors.As(err, &nf) {
			nf.Epoch, nf.Batch = epoch, batch
			return f.notFinite(nf)
		}
		return err
	}
	return f.batchEnd(batch, f.meter.later(f.m.compiled))
}

// notFinite shows callbacks a batch without update as Keras shows it: with the
// loss that is no number. When one stops training there, that is no error.
func (f *fitter) notFinite(nf *NotFiniteError) error {
	logs := f.meter.read(f.m.compiled).Clone()
	if nf.Loss-nf.Loss != 0 { // else it is a gradient
		logs.Set("loss", nf.Loss)
	}
	f.r.NotFinite = nf
	if err := f.batchEnd(nf.Batch, logs); err != nil {
		return errors.Join(nf, err)
	}
	if !f.r.stop {
		return nf
	}
	f.r.Warn(nf)
	return nil
}

func (f *fitter) batchEnd(batch int, logs Logs) error {
	for _, cb := range f.cbs {
		if err := cb.OnBatchEnd(f.r, batch, logs); err != nil {
			return err
		}
	}
	return f.r.failed
}

// Updates returns the number of updates since Compile.
func (m *Model) Updates() uint64 {
	if m.compiled == nil {
		return 0
	}
	return m.compiled.opt.updates
}
