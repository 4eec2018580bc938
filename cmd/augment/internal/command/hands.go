package command

import (
	"sync"
	"sync/atomic"

	"github.com/antler-ml/antler/cmd/augment/internal/picture"
)

// hands are as many as workers; who works has one. At the end of a run, when
// there is no job left for some, they make copies of pictures that others have
// read.
type hands chan struct{}

func (h hands) take()     { h <- struct{}{} }
func (h hands) giveBack() { <-h }

func (h hands) try() bool {
	select {
	case h <- struct{}{}:
		return true
	default:
		return false
	}
}

// A copied is what has become of a task.
type copied struct {
	made     made
	err      error
	cut      bool // a signal came before
	panicked any
}

// copies does tasks with the picture that w has read, with the help of all who
// are free and for whom there is memory.
func (m *maker) copies(w *worker, src *picture.Source, todo []task) []copied {
	out := make([]copied, len(todo))
	var next atomic.Int64
	one := func(w *worker) (more bool) {
		i := int(next.Add(1)) - 1
		if i >= len(todo) {
			return false
		}
		c := &out[i]
		defer func() { c.panicked = recover() }()
		if c.cut = m.stop.Load(); !c.cut {
			c.made, c.err = m.copy(w, todo[i])
		}
		return true
	}
	var helpers sync.WaitGroup
	for more := true; more; more = one(w) {
		for int(next.Load())+1 < len(todo) && m.hands.try() {
			giveBack, ok := src.Share()
			if !ok {
				m.hands.giveBack()
				break
			}
			helpers.Go(func() {
				defer m.hands.giveBack()
				defer giveBack()
				h := takeWorker()
				defer h.release()
				h.picture = w.picture
				for one(h) {
				}
			})
		}
	}
	helpers.Wait()
	for i := range out {
		if out[i].panicked != nil {
			panic(out[i].panicked) // the pipeline says whose picture it was
		}
	}
	return out
}

// copy makes one copy and writes it, or leaves that to a shard.
func (m *maker) copy(w *worker, t task) (made, error) {
	w.encoder.Quality = m.Quality
	ops, err := m.change(w, t)
	if err != nil {
		return made{}, err
	}
	return m.write(w, t, ops)
}
