package pipeline

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Work takes the time of one kind of work that the workers of a stage do, such
// as decoding within [Apply], and knows which items are worked on. A nil *Work
// takes none.
type Work struct {
	stage string
	items atomic.Int64
	spent atomic.Int64 // nanoseconds

	mu    sync.Mutex
	tasks []task // that run, and places of those that ran
}

type task struct {
	item  string
	since time.Time // zero: the place is free
}

// Work makes m take the time of work under a name. A nil m gives a nil Work.
func (m *Meter) Work(stage string) *Work {
	if m == nil {
		return nil
	}
	w := &Work{stage: stage}
	m.add(w)
	return w
}

// A Task is an item that is worked on.
type Task struct {
	w     *Work
	place int
	since time.Time
}

// Begin notes that work on an item begins. Its End must be called.
func (w *Work) Begin(item string) Task {
	if w == nil {
		return Task{}
	}
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.tasks {
		if w.tasks[i].since.IsZero() {
			w.tasks[i] = task{item, now}
			return Task{w, i, now}
		}
	}
	w.tasks = append(w.tasks, task{item, now})
	return Task{w, len(w.tasks) - 1, now}
}

// End notes that the work is done.
func (t Task) End() {
	if t.w == nil {
		return
	}
	t.w.spent.Add(int64(time.Since(t.since)))
	t.w.items.Add(1)
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	t.w.tasks[t.place] = task{}
}

func (w *Work) time() StageTime {
	return StageTime{Stage: w.stage, Items: int(w.items.Load()), Work: time.Duration(w.spent.Load())}
}

func (w *Work) busy() (stage, item string, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.tasks {
		if !t.since.IsZero() && (since.IsZero() || t.since.Before(since)) {
			stage, item, since = w.stage, t.item, t.since
		}
	}
	return stage, item, since
}
