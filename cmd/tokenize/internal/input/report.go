package input

// A Report is what was wrong with rows that were not refused.
type Report struct {
	N    int
	List []string // the first of them
}

const listed = 20

func (r *Report) add(what string) {
	if r.N++; len(r.List) < listed {
		r.List = append(r.List, what)
	}
}

// Bad notes a row that was skipped or mended.
func (s *Stream) Bad(row int64, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad.add(s.where(row) + ": " + why)
}

// Report returns what was wrong so far.
func (s *Stream) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bad
}

// Rows returns how many rows were given out.
func (s *Stream) Rows() int64 { return s.row }
