package kernel

const (
	stripBlock  = 264       // most rows of A that a task packs: 256 and a row of ones
	stripPanels = 264 << 10 // most floats of A in a buffer that tasks share
	stripPlace  = 16        // so few rows read B where it is,
	stripNear   = 1 << 16   // and twice as many if it has no more floats, since it stays in the second cache
	stripBare   = 1 << 14   // most floats of A that are read where they are, along rows
	stripFew    = 16        // so few panels don't repay that A is packed for them
	stripMany   = 4         // so many blocks of rows share panels of B,
	stripPass   = 1 << 21   // of at most this many floats (or one block of inner indices) at a time
)

// planStrips is plan for instruction sets that compute strips. Unless many
// blocks of rows would pack B again, it is not packed as a whole and nothing
// waits for a pass to end: each task goes through all inner indices.
func (p *gemmPlan) planStrips(j *gemmJob) {
	m, n, k := j.m, j.n, j.k
	p.mr = stripRows
	p.cutColumns(n)
	place, bare := stripPlace, stripBare
	if k*n <= stripNear {
		place *= 2
	}
	if j.a.Trans {
		bare /= 4
	}
	p.packB = j.b.Packed == nil && (j.b.Packer != nil || j.b.Trans || m > place)
	p.packA = j.a.Packer != nil || (p.panels > 2 && m*k > bare)
	p.tm, p.tn = 1, 1
	if work := m * n * k; work > gemmSerial {
		// Splitting columns costs little. Splitting rows packs B once more, unless
		// there are so many blocks that they share it: then the tallest are best.
		want := min(16, work/gemmTask)
		p.tm = ceilDiv(m, stripBlock)
		p.tn = min(p.panels, ceilDiv(want, p.tm))
		if p.tm < stripMany {
			if p.tm > 1 && m*k > stripPanels { // each task packs A
				p.tn = min(p.tn, ceilDiv(8, p.tm))
			}
			p.tm = max(p.tm, min(ceilDiv(m, 64), ceilDiv(want, p.tn)))
		}
	}
	// What several tasks read of A is packed once for all of them, as many inner
	// indices at a time as the buffer holds.
	pass := stripPanels / m / p.kc * p.kc
	p.shareA = p.packA && p.tn > 1 && (m*k <= stripPanels || pass > 0 && p.tn > stripMany)
	if p.packA && !p.shareA && p.tm >= stripMany && p.panels < stripFew*p.tn {
		p.tm, p.tn = max(p.tm, min(p.tm*p.tn, ceilDiv(m, 64))), 1 // each row of A is packed by one task
	}
	p.kg, p.nc = k, n
	if p.shareB = p.packB && p.tm >= stripMany; p.shareB {
		p.kg = max(p.kc, min(k, stripPass/n/p.kc*p.kc))
	}
	if p.shareA && m*k > stripPanels {
		p.kg = min(p.kg, pass)
	}
}

// cutColumns cuts n columns into panels of three vectors after up to two
// panels of two, so that no panel at the end has a single vector: its few sums
// would wait for one another.
func (p *gemmPlan) cutColumns(n int) {
	p.cols, p.lead = n, 0
	if n > stripCols {
		switch t := ceilDiv(n, stripLanes); {
		case t%3 == 1:
			p.lead = 1
		case t%3 == 0 && n%stripLanes > 0:
			p.lead = 2
		}
	}
	p.panels = p.lead + ceilDiv(n-2*stripLanes*p.lead, stripCols)
}

// column is the first column of panel q, or n behind the last.
func (p *gemmPlan) column(q int) int {
	return min(stripCols*q-stripLanes*min(q, p.lead), p.cols)
}
