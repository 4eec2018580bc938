package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"time"
)

// WatchConfig says how [Watch] watches.
type WatchConfig struct {
	Timeout time.Duration     // longest wait for a batch; default 5 minutes
	Meter   *Meter            // names the stage; give it the stages by Timed or Work. nil: no stage is named
	OnStall func(*StallError) // called at once, from another goroutine; may be nil
}

// A StallError says that a pipeline gave no batch for too long.
type StallError struct {
	Stage        string // the one that is waited for; "" when not known
	Item         string // what it works on; "" when not known
	Items        int    // that it has given
	Epoch, Batch int    // the batch that did not come
	Timeout      time.Duration
}

func (e *StallError) Error() string {
	stage := "give Watch a Meter to learn which stage is stuck"
	switch {
	case e.Item != "":
		stage = fmt.Sprintf("stage %q is stuck on %s, after %d items", e.Stage, e.Item, e.Items)
	case e.Stage != "":
		stage = fmt.Sprintf("stage %q is stuck, after %d items", e.Stage, e.Items)
	}
	return fmt.Sprintf("pipeline: batch %d of epoch %d did not come within %v: %s", e.Batch, e.Epoch, e.Timeout, stage)
}

// Watch ends an epoch with a [*StallError] when a batch takes too long. It
// cancels the context of src and waits for it to return, so a stage that does
// not heed its context still holds up the loop; OnStall is called before that.
// Time in the loop body does not count.
func Watch(src Source, c WatchConfig) Source {
	if c.Timeout <= 0 {
		c.Timeout = 5 * time.Minute
	}
	return &watch{src, c}
}

type watch struct {
	src Source
	c   WatchConfig
}

func (w *watch) Len() int     { return w.src.Len() }
func (w *watch) Samples() int { return Samples(w.src) }

func (w *watch) Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error] {
	return w.BatchesFrom(ctx, epoch, 0)
}

func (w *watch) BatchesFrom(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		run, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var n atomic.Int64
		n.Store(int64(batch))
		timer := time.AfterFunc(w.c.Timeout, func() {
			e := &StallError{Epoch: epoch, Batch: int(n.Load()), Timeout: w.c.Timeout}
			if w.c.Meter != nil {
				e.Stage, e.Item, e.Items = w.c.Meter.stuck()
			}
			if w.c.OnStall != nil {
				w.c.OnStall(e)
			}
			cancel(e)
		})
		defer timer.Stop()
		stalled := func() error {
			if e, ok := context.Cause(run).(*StallError); ok {
				return e
			}
			return nil
		}
		var last error
		for b, err := range from(run, w.src, epoch, batch) {
			timer.Stop()
			if err != nil && errors.Is(err, run.Err()) {
				if e := stalled(); e != nil {
					err = e
				}
			}
			if last = err; !yield(b, err) {
				return
			}
			n.Add(1)
			timer.Reset(w.c.Timeout)
		}
		if e := stalled(); e != nil && last == nil {
			yield(Batch{}, e) // the source took no notice, or did not say so
		}
	}
}
