package callbacks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/nn"
)

// sorted is the union of names, in order.
func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// pythonFloat is the shortest form that reads back, as Python's repr: 1.0,
// 0.25, 1e-05.
func pythonFloat(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// expand fills a file name template in, such as "best-{epoch:02d}-{val_loss:.3f}.npz".
// epoch counts from 1, as in Keras.
func expand(template string, epoch int, logs *nn.Logs) (string, error) {
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
			return "", fmt.Errorf("file name %q: a brace is not closed", template)
		}
		name, spec, _ := strings.Cut(rest[open+1:open+end], ":")
		s, err := formatField(name, spec, epoch, logs)
		if err != nil {
			return "", fmt.Errorf("file name %q: %w", template, err)
		}
		b.WriteString(s)
		rest = rest[open+end+1:]
	}
}

func formatField(name, spec string, epoch int, logs *nn.Logs) (string, error) {
	verb := byte(0)
	if n := len(spec); n > 0 && strings.IndexByte("dfeg", spec[n-1]) >= 0 {
		verb, spec = spec[n-1], spec[:n-1]
	}
	for _, c := range spec {
		if !strings.ContainsRune("0123456789.+-", c) {
			return "", fmt.Errorf("{%s}: format %q is not understood; use such as {epoch:02d} or {val_loss:.4f}", name, spec)
		}
	}
	if name == "epoch" {
		if verb != 0 && verb != 'd' {
			return fmt.Sprintf("%"+spec+string(verb), float64(epoch)), nil
		}
		return fmt.Sprintf("%"+spec+"d", epoch), nil
	}
	if !logs.Has(name) {
		return "", fmt.Errorf("{%s}: no such log; there are epoch and %q", name, logs.Names())
	}
	switch {
	case verb == 0 && spec == "":
		return pythonFloat(logs.Get(name)), nil
	case verb == 0:
		verb = 'g'
	case verb == 'd':
		return "", fmt.Errorf("{%s}: it is no whole number; use such as {%s:.4f}", name, name)
	}
	return fmt.Sprintf("%"+spec+string(verb), logs.Get(name)), nil
}
