package nn

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// Logs are named numbers in order: loss, accuracy, val_loss, …
// The zero value is empty.
type Logs struct {
	names  []string
	values []float64
	late   *meter // computes the values when somebody looks; nil: they are there
}

// settle computes the values, once for each batch.
func (l Logs) settle() {
	if l.late != nil {
		l.late.settle()
	}
}

// Get returns the value of a name, NaN when it is not there.
func (l Logs) Get(name string) float64 {
	l.settle()
	if i := slices.Index(l.names, name); i >= 0 {
		return l.values[i]
	}
	return math.NaN()
}

// Has reports whether a name is there.
func (l Logs) Has(name string) bool { return slices.Contains(l.names, name) }

// Names returns the names in order. The caller must not change it.
func (l Logs) Names() []string { return l.names }

// Set sets or appends a value.
func (l *Logs) Set(name string, v float64) {
	l.settle()
	if i := slices.Index(l.names, name); i >= 0 {
		l.values[i] = v
		return
	}
	l.names, l.values = append(l.names, name), append(l.values, v)
}

// All yields names and values in order.
func (l Logs) All() iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		l.settle()
		for i, n := range l.names {
			if !yield(n, l.values[i]) {
				return
			}
		}
	}
}

// Clone returns a copy.
func (l Logs) Clone() Logs {
	l.settle()
	return Logs{names: slices.Clone(l.names), values: slices.Clone(l.values)}
}

// String is how Keras prints logs: loss: 0.1234 - accuracy: 0.9876.
func (l Logs) String() string {
	var parts []string
	for n, v := range l.All() {
		parts = append(parts, n+": "+FormatValue(v))
	}
	return strings.Join(parts, " - ")
}

// FormatValue prints a number as Keras' progress line does: four decimals, or
// scientific when its size is at most 1e-3; nan, inf, -inf.
func FormatValue(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	if math.Abs(v) > 1e-3 {
		return fmt.Sprintf("%.4f", v)
	}
	return fmt.Sprintf("%.4e", v)
}
