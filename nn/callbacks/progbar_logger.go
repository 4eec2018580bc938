package callbacks

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/antler-ml/antler/nn"
)

// A Verbosity says how much a ProgbarLogger prints.
type Verbosity int

// Keras' values of verbose, and Auto, which is a bar on a terminal and one
// line an epoch elsewhere.
const (
	AutoVerbose Verbosity = iota
	Silent
	Bar
	OneLine
)

// ProgbarLogger prints Keras' progress line.
type ProgbarLogger struct {
	nn.NopCallback
	Output  io.Writer `keras:"-"` // default: standard output
	Verbose Verbosity `keras:"-"`

	now   func() time.Time // replaced by tests
	start time.Time
	drawn time.Time
	width int // of the line on the screen
	seen  int
}

const (
	barWidth    = 30
	barInterval = 50 * time.Millisecond
)

// OnTrainBegin looks at what it prints on.
func (p *ProgbarLogger) OnTrainBegin(*nn.Run) error {
	if p.Output == nil {
		p.Output = os.Stdout
	}
	if p.Verbose == AutoVerbose {
		p.Verbose = OneLine
		if f, ok := p.Output.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			p.Verbose = Bar
		}
	}
	if p.now == nil {
		p.now = time.Now
	}
	return nil
}

// OnEpochBegin prints "Epoch 1/10".
func (p *ProgbarLogger) OnEpochBegin(r *nn.Run, epoch int) error {
	p.start, p.drawn, p.width, p.seen = p.now(), time.Time{}, 0, 0
	if p.Verbose != Silent && r.Epochs > 1 {
		fmt.Fprintf(p.Output, "Epoch %d/%d\n", epoch+1, r.Epochs)
	}
	return nil
}

// OnBatchEnd redraws the bar, at most every 50 ms.
func (p *ProgbarLogger) OnBatchEnd(r *nn.Run, batch int, logs nn.Logs) error {
	p.seen = batch + 1
	if p.Verbose != Bar {
		return nil
	}
	if t := p.now(); t.Sub(p.drawn) >= barInterval && p.seen != r.Steps {
		p.drawn = t
		p.draw(r.Steps, logs, false)
	}
	return nil
}

// OnEpochEnd prints the finished line.
func (p *ProgbarLogger) OnEpochEnd(r *nn.Run, _ int, logs *nn.Logs) error {
	switch p.Verbose {
	case Bar:
		p.draw(p.seen, *logs, true)
	case OneLine:
		fmt.Fprintf(p.Output, "%s%s%s\n", Count(p.seen, p.seen), p.elapsed(), values(*logs))
	}
	return nil
}

func (p *ProgbarLogger) draw(target int, logs nn.Logs, done bool) {
	line := Count(p.seen, target)
	if target > 0 {
		line += " " + bar(p.seen, target)
	}
	if done {
		line += p.elapsed()
	} else {
		per := p.now().Sub(p.start).Seconds() / float64(p.seen)
		if target > 0 {
			line += " - ETA: " + eta(per*float64(target-p.seen))
		} else {
			line += " " + clock(p.now().Sub(p.start).Seconds()) + perStep(per)
		}
	}
	line += values(logs)
	pad := strings.Repeat(" ", max(0, p.width-len(line)))
	p.width = len(line)
	end := ""
	if done {
		end = "\n"
	}
	fmt.Fprintf(p.Output, "\r%s%s%s", line, pad, end)
}

func (p *ProgbarLogger) elapsed() string {
	d := p.now().Sub(p.start).Seconds()
	return " - " + clock(d) + perStep(d/float64(max(1, p.seen)))
}

func clock(seconds float64) string { return fmt.Sprintf("%ds", int(math.Round(seconds))) }

// Count is "  7/100", padded to the width of the target.
func Count(n, target int) string {
	if target <= 0 {
		return fmt.Sprintf("%7d/Unknown", n)
	}
	w := len(fmt.Sprint(target))
	return fmt.Sprintf("%*d/%d", w, n, target)
}

func bar(n, target int) string {
	full := barWidth * n / target
	s := "["
	if full > 0 {
		s += strings.Repeat("=", full-1)
		if n < target {
			s += ">"
		} else {
			s += "="
		}
	}
	return s + strings.Repeat(".", barWidth-full) + "]"
}

// eta is how Keras writes a time to wait: 7s, 1:05, 2:03:04.
func eta(seconds float64) string {
	s := int(seconds)
	switch {
	case s >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s%3600/60, s%60)
	case s >= 60:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%ds", s)
}

// perStep is " 12ms/step", in the unit that fits.
func perStep(seconds float64) string {
	switch {
	case seconds >= 1 || seconds == 0:
		return fmt.Sprintf(" %.0fs/step", seconds)
	case seconds >= 1e-3:
		return fmt.Sprintf(" %.0fms/step", seconds*1e3)
	}
	return fmt.Sprintf(" %.0fus/step", seconds*1e6)
}

func values(logs nn.Logs) string {
	if s := logs.String(); s != "" {
		return " - " + s
	}
	return ""
}
