package callbacks

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn"
)

// expand fills in a file name template, such as "best-{epoch:02d}-{val_loss:.3f}.npz",
// as Python's str.format does; {{ and }} are braces. epoch and batch count
// from 1, as in Keras; batch 0 is none.
func expand(template string, epoch, batch int, logs *nn.Logs) (string, error) {
	var b strings.Builder
	for rest := template; ; {
		open := strings.IndexAny(rest, "{}")
		if open < 0 {
			b.WriteString(rest)
			return b.String(), nil
		}
		b.WriteString(rest[:open])
		if strings.HasPrefix(rest[open:], "{{") || strings.HasPrefix(rest[open:], "}}") {
			b.WriteByte(rest[open])
			rest = rest[open+2:]
			continue
		}
		end := strings.IndexByte(rest[open:], '}')
		if rest[open] == '}' || end < 0 {
			return "", fmt.Errorf("file name %q: a brace is not closed; write {{ or }} for a brace itself", template)
		}
		name, spec, _ := strings.Cut(rest[open+1:open+end], ":")
		s, err := field(name, spec, epoch, batch, logs)
		if err != nil {
			return "", fmt.Errorf("file name %q: {%s}: %w", template, name, err)
		}
		b.WriteString(s)
		rest = rest[open+end+1:]
	}
}

func field(name, spec string, epoch, batch int, logs *nn.Logs) (string, error) {
	switch {
	case name == "epoch":
		return pythonFormat(float64(epoch), true, spec)
	case name == "batch" && batch > 0:
		return pythonFormat(float64(batch), true, spec)
	case name == "batch":
		return "", fmt.Errorf("batches are numbered only when SaveFreq is set")
	case !logs.Has(name):
		return "", &noLogError{logs.Names()}
	}
	return pythonFormat(logs.Get(name), false, spec)
}

// A noLogError says that a file name asks for a log that is not there.
type noLogError struct{ names []string }

func (e *noLogError) Error() string {
	return fmt.Sprintf("no such log; there are epoch and %q", e.names)
}

// checkTemplate refuses, before any training, a file name that cannot be filled in, at
// the end of an epoch or of a batch.
func checkTemplate(template string, ofBatch bool, self nn.Callback, r *nn.Run) error {
	names, sure := foreseen(self, r)
	if len(names) == 0 {
		return nil
	}
	batch := 0
	if ofBatch { // of which nobody can add logs
		batch, sure = 1, true
		names = slices.DeleteFunc(slices.Clone(r.Metrics), func(n string) bool { return strings.HasPrefix(n, "val_") })
	}
	var logs nn.Logs
	for _, n := range names {
		logs.Set(n, 0)
	}
	_, err := expand(template, 1, batch, &logs)
	if _, ok := errors.AsType[*noLogError](err); ok && !sure {
		return nil
	}
	return err
}
