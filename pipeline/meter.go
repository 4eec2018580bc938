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
	probes []*probe // in the order of construction: each stage after those it reads from
}

// A StageTime is how long a stage took since its pipeline was made.
type StageTime struct {
	Stage string
	Items int           // that it gave
	Wait  time.Duration // its consumer waited for it
	Used  time.Duration // its consumer was busy with its items
}

// Share is the part of the time that the consumer waited: of the last stage
// before training, it is the "data wait".
func (s StageTime) Share() float64 {
	if s.Wait+s.Used <= 0 {
		return 0
	}
	return float64(s.Wait) / float64(s.Wait+s.Used)
}

// Stages returns the times, the first stage first.
func (m *Meter) Stages() []StageTime {
	m.mu.Lock()
	defer m.mu.Unlock()
	times := make([]StageTime, len(m.probes))
	for i, p := range m.probes {
		times[i] = StageTime{p.stage, int(p.items.Load()), time.Duration(p.spent[waiting].Load()), time.Duration(p.spent[used].Load())}
	}
	return times
}

// String returns one line such as "read 3% wait, decode 40% wait".
func (m *Meter) String() string {
	var parts []string
	for _, s := range m.Stages() {
		parts = append(parts, fmt.Sprintf("%s %.0f%% wait", s.Stage, 100*s.Share()))
	}
	return strings.Join(parts, ", ")
}

// Timed makes m take the time of s under the name of the stage that s is the
// end of.
func (s Stream[T]) Timed(m *Meter, stage string) Stream[T] {
	p := m.probe(stage)
	return NewStream(s.Len(), func(ctx context.Context, epoch int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			defer p.turn(idle)
			p.turn(waiting)
			for v, err := range s.Items(ctx, epoch) {
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
	m.mu.Lock()
	defer m.mu.Unlock()
	m.probes = append(m.probes, p)
	return p
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

// stuck returns the first stage that somebody waits for; "" when nobody does.
func (m *Meter) stuck() (stage string, items int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.probes {
		p.mu.Lock()
		state := p.state
		p.mu.Unlock()
		if state == waiting {
			return p.stage, int(p.items.Load())
		}
	}
	return "", 0
}
