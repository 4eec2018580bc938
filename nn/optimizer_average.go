package nn

// startAverages makes room for the running means of the weights.
func (s *optimizerState) startAverages() {
	if !s.set.UseEMA {
		return
	}
	for _, w := range s.weights {
		s.averages = append(s.averages, make([]float32, w.size()))
	}
	m := float32(s.set.EMAMomentum)
	s.averageFn = func(lo, hi int) {
		for _, c := range s.chunks[lo:hi] {
			w := s.weights[c.weight].Value().Data()[c.lo:c.hi]
			a := s.averages[c.weight][c.lo:c.hi]
			for i, v := range w {
				a[i] = m*a[i] + (1-m)*v
			}
		}
	}
}

// beginAverages sets the means to the weights before the first update.
func (s *optimizerState) beginAverages() {
	for i, a := range s.averages {
		copy(a, s.weights[i].Value().Data())
	}
}

// average adds the weights after update n to their means and, when it is time,
// replaces the weights by them.
func (s *optimizerState) average(n int) {
	if s.averages == nil {
		return
	}
	s.eachChunk(s.averageFn)
	if f := s.set.EMAOverwriteFrequency; f > 0 && n%f == 0 {
		s.useAverages()
	}
}

// useAverages replaces the weights by their means: at the end of training too.
func (s *optimizerState) useAverages() {
	for i, a := range s.averages {
		copy(s.weights[i].Value().Data(), a)
	}
}
