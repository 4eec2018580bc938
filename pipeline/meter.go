package pipeline

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Meter takes the times of the stages of a pipeline. Its zero value is ready.
type Meter struct {
	mu     sync.Mutex
	stages []stage // in the order of construction: each after those it reads from
}

type stage interface {
	time() StageTime
	// busy returns what is waited for, since when, and on which item; "" when
	// nothing is.
	busy() (stage, item string, since time.Time)
}

// A StageTime is how long a stage took since its pipeline was made.
type StageTime struct {
	Stage string
	Items int           // that it gave
	Wait  time.Duration // its consumer waited for it
	Used  time.Duration // its consumer was busy with its items
	Work  time.Duration // workers were busy with it, all together; of [Meter.Work] only
}

// Share is the part of the time that the consumer waited: of the last stage
// before training, it is the "data wait".
func (s StageTime) Share() float64 {
	if s.Wait+s.Used <= 0 {
		return 0
	}
	return float64(s.Wait) / float64(s.Wait+s.Used)
}

// Each is the work on an item, on average.
func (s StageTime) Each() time.Duration { return s.Work / time.Duration(max(s.Items, 1)) }

// Since is what was added to an earlier time of the same stage.
func (s StageTime) Since(t StageTime) StageTime {
	return StageTime{s.Stage, s.Items - t.Items, s.Wait - t.Wait, s.Used - t.Used, s.Work - t.Work}
}

// String is "decode 3.1ms each", or "prefetch 40% wait" where no work was taken.
func (s StageTime) String() string {
	if s.Work > 0 {
		return fmt.Sprintf("%s %v each", s.Stage, s.Each().Round(time.Microsecond))
	}
	return fmt.Sprintf("%s %.0f%% wait", s.Stage, 100*s.Share())
}

// Stages returns the times, the first stage first.
func (m *Meter) Stages() []StageTime {
	m.mu.Lock()
	defer m.mu.Unlock()
	times := make([]StageTime, len(m.stages))
	for i, s := range m.stages {
		times[i] = s.time()
	}
	return times
}

// String returns one line such as "read 3% wait, decode 40% wait".
func (m *Meter) String() string {
	var parts []string
	for _, s := range m.Stages() {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, ", ")
}

// Timed makes m take the time of s under the name of the stage that s is the
// end of.
func (s Stream[T]) Timed(m *Meter, stage string) Stream[T] {
	p := m.probe(stage)
	return seekable(s.Len(), func(ctx context.Context, epoch, first int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			defer p.turn(idle)
			p.turn(waiting)
			for v, err := range s.ItemsFrom(ctx, epoch, first) {
				p.items.Add(1)
				p.turn(used)
				if !yield(v, err) {
					return
				}
				p.turn(waiting)
			}
		}
	})
}

// Timed makes m take the time of src, as [Stream.Timed] does of a stream.
func Timed(src Source, m *Meter, stage string) Source {
	return &timed{src, m.probe(stage)}
}

type timed struct {
	src Source
	p   *probe
}

func (t *timed) Len() int     { return t.src.Len() }
func (t *timed) Samples() int { return Samples(t.src) }

func (t *timed) Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error] {
	return t.BatchesFrom(ctx, epoch, 0)
}

func (t *timed) BatchesFrom(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		defer t.p.turn(idle)
		t.p.turn(waiting)
		for b, err := range from(ctx, t.src, epoch, batch) {
			t.p.items.Add(1)
			t.p.turn(used)
			if !yield(b, err) {
				return
			}
			t.p.turn(waiting)
		}
	}
}

// What the consumer of a probe does.
const (
	idle = iota
	waiting
	used
)

type probe struct {
	stage string
	items atomic.Int64
	spent [3]atomic.Int64 // nanoseconds in each state
	mu    sync.Mutex
	state int
	since time.Time
}

func (m *Meter) probe(stage string) *probe {
	p := &probe{stage: stage}
	m.add(p)
	return p
}

func (m *Meter) add(s stage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stages = append(m.stages, s)
}

func (p *probe) time() StageTime {
	return StageTime{Stage: p.stage, Items: int(p.items.Load()), Wait: time.Duration(p.spent[waiting].Load()), Used: time.Duration(p.spent[used].Load())}
}

func (p *probe) busy() (stage, item string, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state != waiting {
		return "", "", time.Time{}
	}
	return p.stage, "", p.since
}

func (p *probe) turn(state int) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spent[p.state].Add(int64(now.Sub(p.since)))
	if p.since.IsZero() {
		p.spent[idle].Store(0)
	}
	p.state, p.since = state, now
}

// stuck returns what a pipeline waits for: the stage, the item that it is about
// where that is known, and how many items the stage has given. Of the work that
// runs, that is the longest; without any, the first stage that is waited for. ""
// when nobody waits.
func (m *Meter) stuck() (name, item string, items int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var longest time.Time
	for _, s := range m.stages {
		n, i, since := s.busy()
		_, works := s.(*Work)
		switch {
		case n == "":
		case works && (longest.IsZero() || since.Before(longest)):
			name, item, items, longest = n, i, s.time().Items, since
		case name == "":
			name, item, items = n, i, s.time().Items
		}
	}
	return name, item, items
}
