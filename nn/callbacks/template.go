package callbacks

import (
	"fmt"
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
		return "", fmt.Errorf("no such log; there are epoch and %q", logs.Names())
	}
	return pythonFormat(logs.Get(name), false, spec)
}
