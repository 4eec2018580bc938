package cli

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// A Meter counts bytes that were read and shows how far the work is, at what
// rate, and when it will be done.
type Meter struct {
	console *Console
	total   int64 // -1: not known
	start   time.Time
	done    atomic.Int64
}

// NewMeter starts the clock. total is the number of bytes to come, -1 when it
// is not known.
func NewMeter(c *Console, total int64) *Meter {
	return &Meter{console: c, total: total, start: time.Now()}
}

// Reader returns r, counted.
func (m *Meter) Reader(r io.Reader) io.Reader { return &metered{r, m} }

type metered struct {
	r io.Reader
	m *Meter
}

func (r *metered) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.m.done.Add(int64(n))
	return n, err
}

// Show paints the progress line if it is time to.
func (m *Meter) Show() { m.console.Progress(m.line) }

// Done returns how many bytes were read so far, and in what time.
func (m *Meter) Done() (int64, time.Duration) { return m.done.Load(), time.Since(m.start) }

func (m *Meter) line() string {
	done, took := m.Done()
	rate := float64(done) / max(took.Seconds(), 1e-3)
	s := Bytes(done)
	if m.total > 0 {
		s = fmt.Sprintf("%3d %%  %s of %s", min(100, 100*done/m.total), s, Bytes(m.total))
	}
	s += fmt.Sprintf("  %s/s", Bytes(int64(rate)))
	if left := m.total - done; m.total > 0 && left > 0 && rate > 0 {
		s += "  eta " + Duration(time.Duration(float64(left)/rate*float64(time.Second)))
	}
	return s
}
