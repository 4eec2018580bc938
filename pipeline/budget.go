package pipeline

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// A Budget bounds the bytes of all items and batches that a pipeline holds, by
// one number for all of it. Each stage that is made with it ([ApplyConfig],
// [ShuffleConfig], [BatchConfig], [ReadFilesWithin], [Stream.CacheWithin],
// [PrefetchWithin]) has a part: MaxBytes where it has that setting, and the
// others share evenly what is left. Parts are settled when the first stage
// runs; a stage that joins later is an error. A stage whose part is too small for
// one item or batch is an error that says how much it needs.
//
// Parts are fixed so that nothing can wait for ever, as it would if a stage that
// holds items back, such as a window, could take what those behind it need to
// go on; and so that what a window or a bucket gives does not depend on time.
//
// Beside the budget are the item in the hands of each reader ([Tar], [Lines] and
// so on), whose size is known only then, arrays that were there before, and what
// a stage's function needs beyond the cost that is said of its item. Epochs that
// run at the same time have a budget each.
type Budget struct {
	max  int64
	held atomic.Int64
	peak atomic.Int64

	mu      sync.Mutex
	parts   []*Part
	settled bool
	err     error
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget { return &Budget{max: bytes} }

// Peak returns the most bytes that were held at a time.
func (b *Budget) Peak() int64 { return b.peak.Load() }

// String says how much of the budget was needed: "peak 3.1 MB of 8 MB: Apply 1.9
// of 4 MB, PrefetchWithin 1.2 of 4 MB".
func (b *Budget) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var parts []string
	for _, s := range b.parts {
		parts = append(parts, fmt.Sprintf("%s %s of %s", s.stage, megabytes(s.peak.Load()), megabytes(s.max)))
	}
	return fmt.Sprintf("peak %s of %s: %s", megabytes(b.peak.Load()), megabytes(b.max), strings.Join(parts, ", "))
}

func megabytes(n int64) string { return fmt.Sprintf("%.3g MB", float64(n)/1e6) }

// A Part is what a stage has of a budget. Stages that others write get theirs by
// [Budget.Join].
type Part struct {
	budget *Budget // nil: none
	stage  string
	own    int64 // bound that the stage was made with; 0: none
	late   bool  // joined when the parts were settled

	max  int64 // settled
	held atomic.Int64
	peak atomic.Int64
}

// Join makes a stage one of those that share b. own is the bound that the stage
// has by itself, 0 if it has none. A nil b gives a part with that bound only.
func (b *Budget) Join(stage string, own int64) *Part {
	s := &Part{budget: b, stage: stage, own: max(own, 0)}
	if b == nil {
		s.max = s.own
		return s
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.late = b.settled; !s.late {
		b.parts = append(b.parts, s)
	}
	return s
}

// Bound returns the most bytes that the stage may hold; 0 is no bound.
func (s *Part) Bound() (int64, error) {
	switch {
	case s == nil:
		return 0, nil
	case s.budget == nil:
		return s.max, nil
	case s.late:
		return 0, fmt.Errorf("pipeline: %s was given a Budget whose parts are settled, since a stage of it has run; make all stages first", s.stage)
	}
	return s.max, s.budget.settle()
}

// settle gives each stage its part.
func (b *Budget) settle() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.settled {
		return b.err
	}
	b.settled = true
	left, others := b.max, int64(0)
	for _, s := range b.parts {
		if s.max = s.own; s.own > 0 {
			left -= s.own
		} else {
			others++
		}
	}
	if left < others {
		b.err = fmt.Errorf("pipeline: a Budget of %d bytes cannot hold the MaxBytes of its stages (%d bytes) and %d further stages", b.max, b.max-left, others)
		return b.err
	}
	for _, s := range b.parts {
		if s.own == 0 {
			s.max = left / others
		}
	}
	return nil
}

// Hold notes that the stage holds n more bytes, fewer if n is negative.
func (s *Part) Hold(n int64) {
	if s == nil || n == 0 {
		return
	}
	raise(&s.peak, s.held.Add(n))
	if s.budget != nil {
		raise(&s.budget.peak, s.budget.held.Add(n))
	}
}

func raise(peak *atomic.Int64, to int64) {
	for was := peak.Load(); to > was && !peak.CompareAndSwap(was, to); was = peak.Load() {
	}
}

// allows says what the bound is, and where it comes from.
func (s *Part) allows() string {
	if s.budget != nil && s.own == 0 {
		return fmt.Sprintf("the part of %s in the Budget of %d bytes is %d", s.stage, s.budget.max, s.max)
	}
	if s.stage == "Cache" || s.stage == "PrefetchBytes" {
		return fmt.Sprintf("maxBytes is %d", s.max)
	}
	return fmt.Sprintf("MaxBytes is %d", s.max)
}

// tooSmall says that one item does not fit: "it needs", n bytes.
func (s *Part) tooSmall(what string, n int64) error {
	return fmt.Errorf("%s %d bytes, but %s; raise it, or make items smaller", what, n, s.allows())
}

// sizeOf returns the bytes of an item, or says that it must be told them.
func (s *Part) sizeOf(v any, fix string) (int64, error) {
	n, ok := sizeOf(v)
	if !ok {
		return 0, fmt.Errorf("pipeline: %s: %s, but items of type %T do not say theirs; give the type a method Bytes() int64, or %s", s.stage, s.allows(), v, fix)
	}
	return n, nil
}

// sizeOf returns the bytes of an item, and whether they are known.
func sizeOf(v any) (int64, bool) {
	switch v := v.(type) {
	case interface{ Bytes() int64 }:
		return v.Bytes(), true
	case interface{ size() (int64, bool) }:
		return v.size()
	case []byte:
		return int64(len(v)), true
	case string:
		return int64(len(v)), true
	}
	return 0, false
}
