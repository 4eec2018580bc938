package callbacks

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/internal/appendfile"
	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[CSVLogger]() }

// CSVLogger writes one line an epoch: the epoch (0-based) and the logs of the
// first epoch in alphabetical order, then, if there was no validation in it,
// those with val_ before them. What an epoch lacks is NA. Lines end in "\r\n",
// as Python's csv module writes them, and are flushed one by one. A full disk
// ends no training: lines wait and are tried again, [nn.Run.Warn] says so, and
// what never came to the file is an error at the end.
//
// Training that goes on from a checkpoint goes on with the file where the
// checkpoint saw it; lines of epochs that are done again are taken back.
//
// Differences from Keras: the file is made before the first epoch, so that a
// name that cannot be written to does not cost an epoch.
type CSVLogger struct {
	nn.NopCallback
	Filename  string
	Separator string `default:","` // one character
	Append    bool   // keep what the file holds; no second header

	keys   []string
	file   *appendfile.File
	began  bool // the file is ours: its old content is gone, or to stay
	failed bool // the last line could not be written
}

// OnTrainBegin opens the file.
func (c *CSVLogger) OnTrainBegin(*nn.Run) (err error) {
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	c.keys, c.began, c.failed = nil, c.Append, false
	if c.file, err = appendfile.Open(c.Filename); err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	return nil
}

// OnEpochEnd writes a line; logs that are missing are NA.
func (c *CSVLogger) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	if err := c.begin(); err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	if c.keys == nil {
		c.keys = columns(logs.Names())
	}
	if c.file.Size() == 0 {
		c.file.Append(c.line(append([]string{"epoch"}, c.keys...)))
	}
	fields := []string{strconv.Itoa(epoch)}
	for _, k := range c.keys {
		if !logs.Has(k) {
			fields = append(fields, "NA")
			continue
		}
		fields = append(fields, pythonFloat(logs.Get(k)))
	}
	c.file.Append(c.line(fields))
	err := c.file.Flush()
	if err != nil && !c.failed {
		r.Warn(fmt.Errorf("callbacks: CSVLogger: epoch %d: %w; training goes on, and the line is tried again with the next", epoch+1, err))
	}
	c.failed = err != nil
	return nil
}

// begin empties the file unless it is to be appended to. It waits for the first
// line, since a state may come that says how far the file is good.
func (c *CSVLogger) begin() error {
	if c.began {
		return nil
	}
	c.began = true
	return c.file.Cut(0)
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

// line joins fields, quoted where the separator or a quote makes it necessary.
func (c *CSVLogger) line(fields []string) []byte {
	var w bytes.Buffer
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
	return w.Bytes()
}

// OnTrainEnd closes the file.
func (c *CSVLogger) OnTrainEnd(*nn.Run, nn.Logs) error {
	if c.file == nil {
		return nil
	}
	err := errors.Join(c.begin(), c.file.Close())
	c.file = nil
	if err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	return nil
}

// csvLoggerState is what a checkpoint keeps.
type csvLoggerState struct {
	Keys []string
	Size int64 // of the file
}

// State returns the columns and how long the file is.
func (c *CSVLogger) State() (nn.CallbackState, error) {
	s := csvLoggerState{Keys: c.keys}
	if c.file != nil && c.began {
		s.Size = c.file.Size()
	}
	return stateOf(s)
}

// SetState goes on from a state. A file that is shorter than it was then has
// been changed by others, and is appended to as it is.
func (c *CSVLogger) SetState(st nn.CallbackState) error {
	var s csvLoggerState
	err := readState(st, &s)
	if err == nil && c.file != nil && s.Size > 0 {
		err = c.file.Cut(s.Size)
		c.began = true
	}
	if err != nil {
		return fmt.Errorf("callbacks: CSVLogger: %w", err)
	}
	c.keys = s.Keys
	return nil
}

var _ nn.StatefulCallback = (*CSVLogger)(nil)

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
