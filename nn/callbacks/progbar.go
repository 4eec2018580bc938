package callbacks

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/nn"
)

// A Verbosity says how much a progress line tells.
type Verbosity int

// Keras' values of verbose (0, 1 and 2), and its "auto": a bar on a terminal,
// one line an epoch elsewhere.
const (
	AutoVerbose Verbosity = iota
	Silent                // nothing
	Bar                   // a line that is redrawn
	OneLine               // one line at the end
)

// Progbar draws Keras' progress line, byte for byte. Keras: utils.Progbar.
type Progbar struct {
	Target   int           // units to do; 0 is unknown
	Width    int           // of the bar; default 30
	Verbose  Verbosity     // Bar (the default), OneLine or Silent
	Interval time.Duration // least time between two redraws; default 50 ms
	Stateful []string      // values that are shown as they are; others are averaged
	UnitName string        // default step
	Output   io.Writer     // default standard output

	now       func() time.Time // replaced by tests
	asIs      bool             // every value is stateful
	start     time.Time
	first     time.Time // when unit 1 was done
	firstDone bool
	drawn     time.Time // the last redraw
	width     int       // of the line on the screen
	seen      int
	names     []string
	sums      []float64
	counts    []float64
}

// Start begins at nothing done. Without it the first Update begins.
func (p *Progbar) Start() {
	if p.Width == 0 {
		p.Width = 30
	}
	if p.Interval == 0 {
		p.Interval = 50 * time.Millisecond
	}
	if p.UnitName == "" {
		p.UnitName = "step"
	}
	if p.Output == nil {
		p.Output = os.Stdout
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.start, p.drawn, p.firstDone, p.width, p.seen = p.now(), time.Time{}, false, 0, 0
	p.names, p.sums, p.counts = p.names[:0], p.sums[:0], p.counts[:0]
}

// Update says that current units are done. values belong to the units since
// the last Update. The line is finished when current reaches Target.
func (p *Progbar) Update(current int, values nn.Logs) error {
	return p.update(current, values, p.Target > 0 && current >= p.Target)
}

// Finish draws the line for the last time, with its end of line.
func (p *Progbar) Finish(current int, values nn.Logs) error { return p.update(current, values, true) }

func (p *Progbar) update(current int, values nn.Logs, finish bool) error {
	if p.now == nil {
		p.Start()
	}
	now := p.now()
	quiet := p.Verbose == Silent || !finish && (p.Verbose == OneLine || now.Sub(p.drawn) < p.Interval)
	if quiet && p.asIs { // the next values replace these, which nobody need compute
		p.seen = current
		return nil
	}
	p.take(current, values)
	if quiet {
		return nil
	}
	line := ""
	if p.Verbose == OneLine {
		line = p.summary(current, now)
	} else {
		line = p.redraw(current, now, finish)
	}
	p.drawn = now
	_, err := io.WriteString(p.Output, line)
	return err
}

// take adds values to the averages; stateful ones replace what was there.
func (p *Progbar) take(current int, values nn.Logs) {
	units := float64(max(1, current-p.seen))
	for name, v := range values.All() {
		i := slices.Index(p.names, name)
		if i < 0 {
			i = len(p.names)
			p.names, p.sums, p.counts = append(p.names, name), append(p.sums, 0), append(p.counts, 0)
		}
		if p.asIs || slices.Contains(p.Stateful, name) {
			p.sums[i], p.counts[i] = v, 1
		} else {
			p.sums[i] += v * units
			p.counts[i] += units
		}
	}
	p.seen = current
}

// redraw takes the old line back and writes the new one over it.
func (p *Progbar) redraw(current int, now time.Time, finish bool) string {
	line := count(current, p.Target)
	if p.Target > 0 {
		line += " " + bar(current, p.Target, p.Width)
	}
	per := p.perUnit(current, now)
	if p.Target > 0 && !finish {
		line += " - ETA: " + eta(per*float64(p.Target-current))
	} else {
		line += fmt.Sprintf(" - %.0fs%s", now.Sub(p.start).Seconds(), duration(per, p.UnitName))
	}
	for i, name := range p.names {
		line += " - " + name + ": " + nn.FormatValue(p.sums[i]/p.counts[i])
	}
	back := strings.Repeat("\b", p.width) + "\r"
	pad := strings.Repeat(" ", max(0, p.width-len(line)))
	p.width = len(line)
	if finish {
		pad += "\n"
	}
	return back + line + pad
}

// summary is the one line of OneLine. Negative numbers are in scientific form,
// as Keras prints them here.
func (p *Progbar) summary(current int, now time.Time) string {
	target := p.Target
	if target <= 0 {
		target = current
	}
	seconds := now.Sub(p.start).Seconds()
	line := fmt.Sprintf("%s - %.0fs", count(current, target), seconds)
	for i, name := range p.names {
		v := p.sums[i] / p.counts[i]
		s := nn.FormatValue(v)
		if v < 0 {
			s = fmt.Sprintf("%.4e", v)
		}
		line += " - " + name + ": " + s
	}
	return line + " -" + duration(seconds, "epoch") + " -" + duration(seconds/float64(max(1, target)), p.UnitName) + "\n"
}

// perUnit is the time of one unit. The first one, which prepares much, does
// not count once there are others.
func (p *Progbar) perUnit(current int, now time.Time) float64 {
	if current == 0 {
		return 0
	}
	per := now.Sub(p.start).Seconds() / float64(current)
	if p.firstDone && current > 1 {
		per = now.Sub(p.first).Seconds() / float64(current-1)
	}
	if current == 1 {
		p.first, p.firstDone = now, true
	}
	return per
}

// count is "  7/100", padded to the width of the target.
func count(n, target int) string {
	if target <= 0 {
		return fmt.Sprintf("%7d/Unknown", n)
	}
	return fmt.Sprintf("%*d/%d", len(fmt.Sprint(target)), n, target)
}

func bar(n, target, width int) string {
	full := min(width, int(float64(width)*(float64(n)/float64(target))))
	s := "["
	if full > 0 {
		s += strings.Repeat("=", full-1)
		if n < target {
			s += ">"
		} else {
			s += "="
		}
	}
	return s + strings.Repeat(".", width-full) + "]"
}

// eta is how Keras writes a time to wait: 7s, 1:05, 2:03:04.
func eta(seconds float64) string {
	s := int(seconds)
	switch {
	case seconds > 3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s%3600/60, s%60)
	case seconds > 60:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%ds", s)
}

// duration is " 12ms/step", in the unit that fits.
func duration(seconds float64, unit string) string {
	switch {
	case seconds >= 1 || seconds == 0:
		return fmt.Sprintf(" %.0fs/%s", seconds, unit)
	case seconds >= 1e-3:
		return fmt.Sprintf(" %.0fms/%s", seconds*1e3, unit)
	}
	return fmt.Sprintf(" %.0fus/%s", seconds*1e6, unit)
}
