package tabular

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/rng"
)

// What may stand for a number that is missing; failMissing refuses the row.
const (
	meanMissing   = "mean"
	medianMissing = "median"
	zeroMissing   = "zero"
	failMissing   = "fail"
)

// filledBy names what stands for missing numbers.
func (e *Encoding) filledBy() string {
	switch e.Missing {
	case "", meanMissing:
		return "the mean"
	case medianMissing:
		return "the median"
	}
	return "the number"
}

// refuse is why a row with a missing number cannot be used.
func (c *Column) refuse() string {
	return fmt.Sprintf("column %q is missing, which --missing fail refuses", c.Name)
}

// maxMiddle is how many numbers of a column a median is computed from. Of more it
// is that of a random sample, whose error is far below what a table can tell.
const maxMiddle = 1 << 20

// middle keeps numbers for their median: all, or a sample in which each has the
// same chance (Vitter 1985, algorithm R).
type middle struct {
	kept []float64
	n    int
	r    rng.Source
}

func newMiddle(column int) *middle {
	m := &middle{}
	m.r.Reset(uint64(column), 0x6d)
	return m
}

func (m *middle) add(x float64) {
	if m.n++; len(m.kept) < maxMiddle {
		m.kept = append(m.kept, x)
		return
	}
	if k := int(float64(m.r.Uint32()) / (1 << 32) * float64(m.n)); k < maxMiddle {
		m.kept[k] = x
	}
}

// of is the median, as numpy has it: of an even number, the mean of the two in the
// middle. The numbers are given up.
func (m *middle) of() float64 {
	slices.Sort(m.kept)
	n := len(m.kept)
	median := (m.kept[(n-1)/2] + m.kept[n/2]) / 2
	m.kept = nil
	return median
}

// filled says what stands for the missing numbers of which columns.
func (e *Encoding) filled() string {
	var parts []string
	for _, c := range e.Columns {
		if c.Kind == Number && c.Missing > 0 {
			parts = append(parts, fmt.Sprintf("%s %.6g", c.Name, c.fill()))
		}
	}
	if len(parts) == 0 || e.Missing == "" || e.Missing == meanMissing {
		return ""
	}
	return fmt.Sprintf("%s stands for missing numbers: %s", e.filledBy(), strings.Join(parts, ", "))
}
