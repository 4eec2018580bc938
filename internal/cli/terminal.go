package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// A Console is where a command speaks to its user: everything but the result.
// Its methods may be called from several goroutines.
type Console struct {
	mu        sync.Mutex
	w         io.Writer
	quiet     bool
	tty       bool // repaint one line
	color     bool
	width     int
	painted   int // characters of the line that will be repainted
	last      time.Time
	heartbeat time.Time
}

// NewConsole returns a console on w, usually standard error. NO_COLOR, TERM=dumb
// and noColor turn colours off; TERM=dumb the repainted line too.
func NewConsole(w io.Writer, quiet, noColor bool) *Console {
	c := &Console{w: w, quiet: quiet, width: 80, heartbeat: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		c.tty = true
		c.color = !noColor && os.Getenv("NO_COLOR") == ""
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 20 {
			c.width = n
		}
	}
	return c
}

// IsTerminal reports whether somebody is watching.
func (c *Console) IsTerminal() bool { return c.tty }

// Printf writes a line, unless the console is quiet.
func (c *Console) Printf(format string, args ...any) {
	if c.quiet {
		return
	}
	c.Warnf(format, args...)
}

// Warnf writes a line also when the console is quiet.
func (c *Console) Warnf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wipe()
	fmt.Fprintf(c.w, format+"\n", args...)
	c.heartbeat = time.Now()
}

// Bold marks words that should be seen, where colours are on.
func (c *Console) Bold(s string) string {
	if !c.color {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// How often the progress line is painted, and how often a log hears that work goes on.
const (
	repaint = 100 * time.Millisecond
	beat    = 30 * time.Second
)

// Progress shows a line that the next one replaces, at most ten times a
// second. Where nothing can be repainted, a line appears every 30 seconds.
// The line is only made when it will be shown.
func (c *Console) Progress(line func() string) {
	if c.quiet {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if !c.tty {
		if now.Sub(c.heartbeat) >= beat {
			c.heartbeat = now
			fmt.Fprintln(c.w, line())
		}
		return
	}
	if now.Sub(c.last) < repaint {
		return
	}
	c.last = now
	s := Short(line(), c.width-1)
	n := len([]rune(s))
	fmt.Fprint(c.w, "\r"+s+strings.Repeat(" ", max(0, c.painted-n)))
	c.painted = n
}

// Close wipes the progress line.
func (c *Console) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wipe()
}

func (c *Console) wipe() {
	if c.painted > 0 {
		fmt.Fprint(c.w, "\r"+strings.Repeat(" ", c.painted)+"\r")
		c.painted = 0
	}
}
