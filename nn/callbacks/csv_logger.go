package callbacks

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[CSVLogger]() }

// CSVLogger writes one line an epoch: the epoch (0-based) and the logs of the
// first epoch in alphabetical order, then, if there was no validation in it,
// those with val_ before them. What an epoch lacks is NA. Lines end in "\r\n",
// as Python's csv module writes them, and are flushed one by one.
//
// Differences from Keras: the file is made before the first epoch, so that a
// name that cannot be written to does not cost an epoch.
type CSVLogger struct {
	nn.NopCallback
	Filename  string
	Separator string `default:","` // one character
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
func (c *CSVLogger) OnEpochEnd(_ *nn.Run, epoch int, logs *nn.Logs) error {
	if c.keys == nil {
		c.keys = columns(logs.Names())
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

// columns are the logs in order; val_ logs are foreseen when none came yet.
func columns(names []string) []string {
	keys := slices.Sorted(slices.Values(names))
	if !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, "val_") }) {
		for _, k := range keys[:len(keys):len(keys)] {
			keys = append(keys, "val_"+k)
		}
	}
	return keys
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
	w.WriteString("\r\n")
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
	if utf8.RuneCountInString(c.Separator) != 1 {
		return fmt.Errorf("Separator is %q; want one character", c.Separator)
	}
	return nil
}
