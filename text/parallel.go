package text

import (
	"iter"
	"runtime"
	"sync"
)

// A batch is this many texts or this many bytes, whichever comes first: enough
// to make the hand-over cheap, little enough to keep all workers busy.
const (
	batchDocs  = 1024
	batchBytes = 1 << 18
)

func textSize(s string) int { return len(s) }

func tokensSize(tokens []string) int { return 8 * len(tokens) }

func (t *Tokenizer) workers() int {
	if t.Workers > 0 {
		return t.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// inBatches cuts docs into numbered batches and has n workers process them.
// Each worker meets its batches in rising order; a batch's slice is reused
// after do returns. What fits one batch never leaves the calling goroutine.
func inBatches[D any](docs iter.Seq[D], size func(D) int, n int, do func(worker, batch int, docs []D)) {
	type job struct {
		batch int
		docs  []D
	}
	var (
		wg    sync.WaitGroup
		work  chan job
		free  = make(chan []D, n+1)
		cur   []D
		bytes int
		batch int
	)
	finish := func() {
		if work != nil {
			close(work)
			wg.Wait()
		}
	}
	defer func() { finish() }() // also when docs panics
	hand := func() {
		if n == 1 {
			do(0, batch, cur)
			cur = cur[:0]
		} else {
			if work == nil {
				work = make(chan job)
				for w := range n {
					wg.Go(func() {
						for j := range work {
							do(w, j.batch, j.docs)
							free <- j.docs[:0]
						}
					})
				}
			}
			work <- job{batch, cur}
			select {
			case cur = <-free:
			default:
				cur = nil
			}
		}
		batch++
		bytes = 0
	}
	for d := range docs {
		if len(cur) == batchDocs || bytes > batchBytes {
			hand()
		}
		cur = append(cur, d)
		bytes += size(d)
	}
	if work != nil {
		work <- job{batch, cur}
	} else if len(cur) > 0 {
		do(0, batch, cur)
	}
}

// ordered collects the results of numbered batches.
type ordered[T any] struct {
	mu    sync.Mutex
	items []T
}

func newOrdered[T any]() *ordered[T] { return &ordered[T]{} }

func (o *ordered[T]) put(i int, item T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.items) <= i {
		var zero T
		o.items = append(o.items, zero)
	}
	o.items[i] = item
}
