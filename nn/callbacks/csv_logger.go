package callbacks

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[CSVLogger]() }

// CSVLogger writes one line an epoch: the epoch (0-based) and every log, in
// alphabetical order, as tf-keras does. Each line is flushed when it is written.
type CSVLogger struct {
	nn.NopCallback
	Filename  string
	Separator string `default:","`
	Append    bool   // keep what the file holds; no second header

	keys   []string
	file   *os.File
	header bool
}

// OnTrainBegin opens the file.
func (c *CSVLogger) OnTrainBegin(*nn.Run) (err error) {
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	flags := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	c.header = true
	if c.Append {
		flags = os.O_CREATE | os.O_WRONLY | os.O_APPEND
		if st, err := os.Stat(c.Filename); err == nil && st.Size() > 0 {
			c.header = false
		}
	}
	c.keys = nil
	if c.file, err = os.OpenFile(c.Filename, flags, 0o644); err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	return nil
}

// OnEpochEnd writes a line; logs that are missing are NA.
func (c *CSVLogger) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	if c.keys == nil {
		c.keys = sorted(r.Metrics, logs.Names())
	}
	w := bufio.NewWriter(c.file)
	if c.header {
		c.line(w, append([]string{"epoch"}, c.keys...))
		c.header = false
	}
	fields := []string{strconv.Itoa(epoch)}
	for _, k := range c.keys {
		if !logs.Has(k) {
			fields = append(fields, "NA")
			continue
		}
		fields = append(fields, pythonFloat(logs.Get(k)))
	}
	c.line(w, fields)
	if err := w.Flush(); err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	return nil
}

// line writes fields, quoted where the separator or a quote makes it necessary.
func (c *CSVLogger) line(w *bufio.Writer, fields []string) {
	for i, f := range fields {
		if i > 0 {
			w.WriteString(c.Separator)
		}
		if strings.Contains(f, c.Separator) || strings.ContainsAny(f, "\"\r\n") {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		w.WriteString(f)
	}
	w.WriteString("\n")
}

// OnTrainEnd closes the file.
func (c *CSVLogger) OnTrainEnd(*nn.Run, nn.Logs) error {
	if c.file == nil {
		return nil
	}
	f := c.file
	c.file = nil
	if err := f.Close(); err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	return nil
}

// Validate checks the settings.
func (c *CSVLogger) Validate() error {
	if c.Filename == "" {
		return errors.New("no Filename")
	}
	return nil
}
