package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
)

// A Policy says what [Stream.Tolerate] does with a sample that cannot be used.
type Policy int

const (
	Fail        Policy = iota // the epoch ends with the sample's error
	Skip                      // the sample is left out; the next one takes its place in the batch
	Placeholder               // another item stands in, so that the number of items stays
)

// TolerateConfig says how [Stream.Tolerate] treats samples that cannot be used.
type TolerateConfig[T any] struct {
	OnError     Policy
	Placeholder func(*SampleError) T // what stands in; nil: the zero value of T
	MaxBad      int                  // more bad samples than this in one epoch are an error; 0: any number but all
	Quarantine  *Quarantine          // where bad samples are noted; may be nil
}

// Tolerate lets a stream go on after samples that cannot be used: those whose
// error is a [*SampleError], such as errors and panics of the function of
// [Apply] and broken rows of a file. Other errors, such as those of a disk or
// of an ended context, still end the epoch. An epoch of which no sample could
// be used is an error.
func (s Stream[T]) Tolerate(c TolerateConfig[T]) Stream[T] {
	t := seekable(s.Len(), func(ctx context.Context, epoch, first int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			good, bad := 0, 0
			var zero T
			var last error
			for v, err := range s.ItemsFrom(ctx, epoch, first) {
				var e *SampleError
				switch {
				case err == nil:
					good++
				case !errors.As(err, &e):
					yield(zero, err)
					return
				default:
					bad++
					last = err
					c.Quarantine.add(e, epoch)
					if c.MaxBad > 0 && bad > c.MaxBad && c.OnError != Fail {
						yield(zero, tooMany{fmt.Errorf("pipeline: Tolerate: more than MaxBad = %d samples of epoch %d cannot be used; the last: %w", c.MaxBad, epoch, err)})
						return
					}
					if c.OnError == Skip {
						continue
					}
					if c.OnError == Fail {
						yield(zero, err)
						return
					}
					v, err = zero, nil
					if c.Placeholder != nil {
						v = c.Placeholder(e)
					}
				}
				if !yield(v, err) {
					return
				}
			}
			if good == 0 && bad > 0 {
				yield(zero, tooMany{fmt.Errorf("pipeline: Tolerate: none of the %d samples of epoch %d can be used; the last: %w", bad, epoch, last)})
			}
		}
	})
	if c.OnError == Skip { // how many are left is found out on the way
		t.n, t.from = -1, nil
	}
	return t
}

// tooMany hides the SampleErrors inside it from isSample, so that it ends the
// epoch wherever it passes.
type tooMany struct{ err error }

func (e tooMany) Error() string { return e.err.Error() }

// Check reads one epoch and notes every bad sample in the list that it returns.
// The error is one that ended the epoch.
func (s Stream[T]) Check(ctx context.Context) (*Quarantine, error) {
	q := new(Quarantine)
	for _, err := range s.Items(ctx, 0) {
		var e *SampleError
		if errors.As(err, &e) {
			q.add(e, 0)
		} else if err != nil {
			return q, err
		}
	}
	return q, nil
}

// A Quarantine is a list of samples that could not be used. Many streams may
// share one.
type Quarantine struct {
	mu   sync.Mutex
	bad  []Bad
	seen map[Bad]bool // keys without Reason and Epoch
}

// Bad is one sample that could not be used.
type Bad struct {
	Name   string `json:"name"`  // as in [SampleError]
	Index  int    `json:"index"` // place in the epoch in which it was first met
	Epoch  int    `json:"epoch"`
	Reason string `json:"reason"`
}

func (q *Quarantine) add(e *SampleError, epoch int) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	key := Bad{Name: e.Name}
	if e.Name == "" {
		key.Index = e.Index // all there is to know it by
	}
	if q.seen[key] {
		return
	}
	if q.seen == nil {
		q.seen = map[Bad]bool{}
	}
	q.seen[key] = true
	q.bad = append(q.bad, Bad{e.Name, e.Index, epoch, e.Err.Error()})
}

// List returns the samples in the order in which they were met, each once.
func (q *Quarantine) List() []Bad {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]Bad(nil), q.bad...)
}

// WriteTo writes the list as JSON Lines.
func (q *Quarantine) WriteTo(w io.Writer) (int64, error) {
	n := int64(0)
	for _, b := range q.List() {
		line, err := json.Marshal(b)
		if err != nil {
			return n, fmt.Errorf("pipeline: Quarantine: %w", err)
		}
		k, err := w.Write(append(line, '\n'))
		if n += int64(k); err != nil {
			return n, fmt.Errorf("pipeline: Quarantine: %w", err)
		}
	}
	return n, nil
}
