package input

import (
	"slices"
	"sort"
)

// A Report is what was wrong with rows that were not refused.
type Report struct {
	N    int
	List []string // the first of them, in the order of the rows
}

const listed = 20

// badRows collects a Report from workers that go on side by side.
type badRows struct {
	n    int
	rows []int64 // of what, rising
	what []string
}

func (b *badRows) add(row int64, what func() string) {
	b.n++
	at := sort.Search(len(b.rows), func(i int) bool { return b.rows[i] > row })
	if at == listed {
		return
	}
	b.rows = slices.Insert(b.rows, at, row)
	b.what = slices.Insert(b.what, at, what())
	if len(b.rows) > listed {
		b.rows, b.what = b.rows[:listed], b.what[:listed]
	}
}

// Bad notes a row that was skipped or mended.
func (s *Stream) Bad(row int64, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad.add(row, func() string { return s.where(row) + ": " + why })
}

// Report returns what was wrong so far.
func (s *Stream) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Report{s.bad.n, s.bad.what}
}

// Rows returns how many rows were given out.
func (s *Stream) Rows() int64 { return s.row }
