package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"sync"
)

// Map yields f of every item of in, in the order of in, computed by the given
// number of workers (0: one for each processor). Which worker computes what
// cannot be seen in the results. At most 2·workers items are under way, so
// memory is bounded.
//
// An error, from in or from f, takes the place of its item; the loop may go on
// after it. Errors of f are wrapped in a [*SampleError] that says which sample
// failed; a panic in f becomes such an error too ([*PanicError]). When ctx
// ends, Map yields its error last. Map returns, and the loop ends, only when
// all its goroutines have ended: when the loop is left early, f and in see a
// cancelled context or a false yield, and are waited for.
//
// The items of in are used after in's loop body has ended, so in must not
// recycle them.
func Map[A, B any](ctx context.Context, in iter.Seq2[A, error], workers int,
	f func(context.Context, A) (B, error)) iter.Seq2[B, error] {
	return mapping[A, B]{in: func(context.Context) iter.Seq2[A, error] { return in }, workers: workers, f: f}.run(ctx)
}

// A mapping is what [Map] and [Apply] have in common.
type mapping[A, B any] struct {
	in      func(context.Context) iter.Seq2[A, error] // its context ends when the loop is left
	first   int                                       // what the first item is called in errors
	workers int
	ahead   int // items under way; 0: 2·workers
	f       func(context.Context, A) (B, error)
	part    *Part // its bound is that of items under way; nil: none
	cost    func(A) (int64, error)
}

func (c mapping[A, B]) run(ctx context.Context) iter.Seq2[B, error] {
	workers := c.workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return func(yield func(B, error) bool) {
		run, cancel := context.WithCancel(ctx)
		m := newMapper(run, max(cmp.Or(c.ahead, 2*workers), workers), c.f)
		m.first = c.first
		switch most, err := c.part.Bound(); {
		case err != nil:
			cancel()
			yield(*new(B), err)
			return
		case most > 0:
			m.gate, m.cost = newGate(most, c.part), c.cost
			defer m.gate.end()
		}
		defer m.wg.Wait()
		defer cancel()
		m.start(c.in(run), workers)

		for {
			// A select would choose at random between a result and the end of
			// ctx; asking ctx first makes the end prompt.
			if ctx.Err() != nil {
				break
			}
			var j *job[A, B]
			select {
			case j = <-m.order:
			case <-ctx.Done():
			}
			if j == nil {
				break
			}
			select {
			case <-j.done:
			case <-ctx.Done():
			}
			if ctx.Err() != nil {
				break
			}
			b, err := j.b, j.err
			j.reset()
			m.free <- j
			if !yield(b, err) {
				return
			}
			if m.gate != nil {
				m.gate.giveBack()
			}
		}
		if err := ctx.Err(); err != nil {
			var zero B
			yield(zero, err)
		}
	}
}

// A job is one item on its way. Jobs are recycled through mapper.free.
type job[A, B any] struct {
	index int
	a     A
	b     B
	err   error
	done  chan struct{} // receives one value when b and err are set
}

func (j *job[A, B]) reset() {
	var a A
	var b B
	j.a, j.b, j.err = a, b, nil // let go of what they hold
}

type mapper[A, B any] struct {
	ctx   context.Context
	f     func(context.Context, A) (B, error)
	first int
	wg    sync.WaitGroup
	free  chan *job[A, B]
	work  chan *job[A, B]
	order chan *job[A, B] // every job in the order of the input; closed at its end

	gate *gate // nil: no bound
	cost func(A) (int64, error)
}

func newMapper[A, B any](ctx context.Context, depth int, f func(context.Context, A) (B, error)) *mapper[A, B] {
	m := &mapper[A, B]{
		ctx:   ctx,
		f:     f,
		free:  make(chan *job[A, B], depth+1),
		work:  make(chan *job[A, B], depth),
		order: make(chan *job[A, B], depth+1), // one more, here and there, for a panic of the input
	}
	jobs := make([]job[A, B], depth)
	for i := range jobs {
		jobs[i].done = make(chan struct{}, 1)
		m.free <- &jobs[i]
	}
	return m
}

func (m *mapper[A, B]) start(in iter.Seq2[A, error], workers int) {
	m.wg.Go(func() { m.feed(in) })
	for range workers {
		m.wg.Go(func() {
			for j := range m.work {
				m.do(j)
			}
		})
	}
}

// feed hands the items of in to the workers.
func (m *mapper[A, B]) feed(in iter.Seq2[A, error]) {
	defer close(m.order)
	defer close(m.work)
	i := m.first
	defer func() {
		if v := recover(); v != nil {
			j := &job[A, B]{done: make(chan struct{}, 1)}
			j.err = sampleError(i, nil, &PanicError{Value: v, Stack: debug.Stack()})
			j.done <- struct{}{}
			m.order <- j
		}
	}()
	for a, err := range in {
		var j *job[A, B]
		select {
		case j = <-m.free:
		case <-m.ctx.Done():
			return
		}
		if m.ctx.Err() != nil {
			return
		}
		if m.gate != nil {
			var n int64
			if n, err = m.need(i, a, err); !m.gate.take(m.ctx, n) {
				return
			}
		}
		j.index, j.a, j.err = i, a, err
		m.order <- j // never blocks: it holds all jobs
		if err != nil {
			j.done <- struct{}{}
		} else {
			m.work <- j // likewise
		}
		i++
	}
}

// need returns the bytes that item i takes from the gate; an error takes none.
func (m *mapper[A, B]) need(i int, a A, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	n, err := m.cost(a)
	if err != nil {
		return 0, err
	}
	if n = max(0, n); n > m.gate.max {
		return 0, sampleError(i, a, m.gate.part.tooSmall("it needs", n))
	}
	return n, nil
}

func (m *mapper[A, B]) do(j *job[A, B]) {
	defer func() {
		if v := recover(); v != nil {
			j.err = sampleError(j.index, j.a, &PanicError{Value: v, Stack: debug.Stack()})
		}
		j.done <- struct{}{}
	}()
	if err := m.ctx.Err(); err != nil {
		j.err = err
		return
	}
	b, err := m.f(m.ctx, j.a)
	j.b = b
	if err != nil {
		j.err = sampleError(j.index, j.a, err)
	}
}

// A SampleError says which sample of a pipeline failed.
type SampleError struct {
	Index int    // place in the input, from 0
	Name  string // what the sample calls itself, if it has a method Name() string or String() string
	Err   error
}

func (e *SampleError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("pipeline: sample %d: %v", e.Index, e.Err)
	}
	return fmt.Sprintf("pipeline: sample %d (%s): %v", e.Index, e.Name, e.Err)
}

func (e *SampleError) Unwrap() error { return e.Err }

// A PanicError is a panic of a function that ran in a pipeline's goroutine.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // of the goroutine that panicked
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Unwrap returns the panic's value if it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// isSample reports whether err is about one sample, so that others may follow.
func isSample(err error) bool {
	var e *SampleError
	return errors.As(err, &e)
}

func sampleError(index int, a any, err error) error {
	var inner *SampleError
	if errors.As(err, &inner) {
		return err // a Map inside a Map: the inner one knows better
	}
	return &SampleError{Index: index, Name: nameOf(a), Err: err}
}

// nameOf returns what an item calls itself.
func nameOf(a any) string {
	switch a := a.(type) {
	case interface{ Name() string }:
		return a.Name()
	case fmt.Stringer:
		return a.String()
	case string:
		return a
	}
	return ""
}
