package par

import (
	"runtime"
	"sync/atomic"
	"time"
)

// job is one loop. Exactly one of the bodies is set.
type job struct {
	body       func(lo, hi int)
	workerBody func(worker, lo, hi int)
	n, grain   int
}

// workers is the one pool of the program. Its owner (whoever take let in)
// writes job and helpers; helpers read job between claiming a post and
// reporting back.
type workers struct {
	owned   atomic.Bool
	job     job
	helpers []*helper // helper i is worker i+1; worker 0 is the caller
	shares  []share
	failed  atomic.Pointer[failure]
}

// share is the run of chunks that one worker begins with. Who is done with its
// own helps the next. So the same worker mostly sees the same memory in loop
// after loop, and still nobody waits while there is work.
type share struct {
	next atomic.Int64
	end  int64
	_    [112]byte // a cache line of its own, and its neighbour that prefetchers pull in
}

// failure is the first panic of a loop.
type failure struct{ value any }

var pool workers

// take makes the caller the owner of the pool, unless somebody else is.
func (p *workers) take() bool { return p.owned.CompareAndSwap(false, true) }

// run executes j on up to w workers; the caller owns the pool and loses it.
func (p *workers) run(j job, w int) {
	p.job = j
	count := (j.n + j.grain - 1) / j.grain
	w = min(w, count)
	help := w - 1
	if cap(p.shares) < w {
		p.shares = make([]share, w)
	}
	p.shares = p.shares[:w]
	for i := range p.shares {
		p.shares[i].next.Store(int64(i * count / w))
		p.shares[i].end = int64((i + 1) * count / w)
	}
	for len(p.helpers) < help {
		p.helpers = append(p.helpers, startHelper(p, len(p.helpers)+1))
	}
	for _, h := range p.helpers[:help] {
		h.post()
	}
	// Deferred, so that a panic or Goexit in the caller's own share still
	// waits for the helpers, which use the same memory.
	defer p.finish(help)
	p.chunks(0)
}

// finish waits for the helpers and gives the pool back.
func (p *workers) finish(help int) {
	p.stop() // a no-op unless the caller's body panicked
	for _, h := range p.helpers[:help] {
		h.join()
	}
	p.job = job{}
	f := p.failed.Swap(nil)
	p.owned.Store(false)
	if f != nil {
		panic(f.value)
	}
}

// stop keeps chunks that nobody has begun from being run.
func (p *workers) stop() {
	for i := range p.shares {
		p.shares[i].next.Store(p.shares[i].end)
	}
}

// chunks claims and runs chunks until none is left: the worker's own, then those
// of the workers after it.
func (p *workers) chunks(worker int) {
	j := &p.job
	for i := range p.shares {
		s := &p.shares[(worker+i)%len(p.shares)]
		for {
			c := s.next.Add(1) - 1
			if c >= s.end {
				break
			}
			lo := int(c) * j.grain
			hi := min(j.n, lo+j.grain)
			if j.body != nil {
				j.body(lo, hi)
			} else {
				j.workerBody(worker, lo, hi)
			}
		}
	}
}

// States of a helper.
const (
	spinning int32 = iota // no work; looks at its state
	parked                // no work; sleeps on wake
	posted                // has work that it has not seen
	running               // works
	awaited               // works, and the owner sleeps on done
)

// helper is a goroutine that serves the pool for the life of the program.
type helper struct {
	_      [64]byte // its state is polled: a cache line of its own
	state  atomic.Int32
	_      [60]byte
	wake   chan struct{}
	done   chan struct{}
	pool   *workers
	worker int
}

func startHelper(p *workers, worker int) *helper {
	h := &helper{wake: make(chan struct{}, 1), done: make(chan struct{}, 1), pool: p, worker: worker}
	go h.serve()
	return h
}

// post offers the pool's job.
func (h *helper) post() {
	if h.state.Swap(posted) == parked {
		h.wake <- struct{}{}
	}
}

// join withdraws an offer that was not taken, else waits until the helper has
// done its share. A helper that the system is slow to wake costs no time.
func (h *helper) join() {
	var w wait
	for {
		switch h.state.Load() {
		case posted:
			if h.state.CompareAndSwap(posted, spinning) {
				return
			}
		case running:
			if w.tooLong() && h.state.CompareAndSwap(running, awaited) {
				<-h.done
				return
			}
		default:
			return
		}
	}
}

// serve takes offers until the program ends.
func (h *helper) serve() {
	defer func() { // only runtime.Goexit in a body gets here
		h.report()
		go h.serve()
	}()
	var w wait
	for {
		switch h.state.Load() {
		case posted:
			if h.state.CompareAndSwap(posted, running) {
				h.work()
				h.report()
				w = wait{}
			}
		case spinning:
			if w.tooLong() && h.state.CompareAndSwap(spinning, parked) {
				<-h.wake
				w = wait{}
			}
		}
	}
}

// work runs chunks and keeps a panic for the owner.
func (h *helper) work() {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil {
			v = "par: a loop body called runtime.Goexit"
		}
		h.pool.failed.CompareAndSwap(nil, &failure{v})
		h.pool.stop()
	}()
	h.pool.chunks(h.worker)
	returned = true
}

// report tells the owner that the helper's share is done.
func (h *helper) report() {
	if !h.state.CompareAndSwap(running, spinning) {
		h.state.Store(spinning)
		h.done <- struct{}{}
	}
}

// patience is how long a wait looks before it sleeps. To wake a sleeper takes
// the system some 50 µs, and the parallel loops of a training step follow one
// another at such distances.
const patience = 200 * time.Microsecond

// wait counts the turns of a wait.
type wait struct {
	turns int
	since time.Time
}

// tooLong is one turn; it reports whether patience is at an end. Now and then
// it lets other goroutines run, so that waiting never starves the program's own
// producers.
func (w *wait) tooLong() bool {
	w.turns++
	pause()
	if w.turns%64 != 0 {
		return false
	}
	runtime.Gosched()
	if w.since.IsZero() {
		w.since = time.Now()
		return false
	}
	return time.Since(w.since) > patience
}
