package tensor

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// What numpy's print options are by default.
const (
	printPrecision = 8
	printThreshold = 1000 // larger tensors are printed in part
	printEdge      = 3    // elements at each end that are then shown
	printWidth     = 75
)

// String returns the elements as numpy prints a float32 array: as few digits
// as tell the number from its neighbours, at most 8 after the point; scientific
// when the largest is at least 1e6, the smallest below 1e-4 or their ratio
// above 1000; with more than 1000 elements only the first and last three along
// each axis.
//
// numpy: print(a), str(a).
func (t *Tensor) String() string { return t.format(printPrecision, printWidth) }

// Format implements [fmt.Formatter]: %v and %s print like String, %.3v with at
// most 3 digits after the point, %120v with lines of up to 120 characters, and
// %+v with the shape before the elements.
func (t *Tensor) Format(f fmt.State, verb rune) {
	if t == nil {
		fmt.Fprint(f, "<nil>")
		return
	}
	if verb != 'v' && verb != 's' {
		fmt.Fprintf(f, "%%!%c(*tensor.Tensor=%v)", verb, t.shape)
		return
	}
	precision, width := printPrecision, printWidth
	if p, ok := f.Precision(); ok {
		precision = p
	}
	if w, ok := f.Width(); ok {
		width = w
	}
	if f.Flag('+') {
		fmt.Fprintf(f, "tensor%v\n", t.shape)
	}
	fmt.Fprint(f, t.format(precision, width))
}

func (t *Tensor) format(precision, width int) string {
	if t.Len() == 0 {
		return "[]"
	}
	if t.Rank() == 0 {
		return formatScalar(t.Item())
	}
	p := &printer{t: t, summary: t.Len() > printThreshold}
	p.word = wordFormat(p.shown(), precision)
	index := make([]int, 0, t.Rank())
	return p.nest(index, "", width)
}

// formatScalar prints a tensor of rank 0 as numpy prints a float32 scalar.
func formatScalar(x float32) string {
	v := float64(x)
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 0):
		if v < 0 {
			return "-inf"
		}
		return "inf"
	case a != 0 && (a < 1e-4 || a >= 1e6):
		return strconv.FormatFloat(v, 'e', -1, 32)
	}
	s := strconv.FormatFloat(v, 'f', -1, 32)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

type printer struct {
	t       *Tensor
	summary bool
	word    func(float32) string
}

// items calls f with the indices to show along an axis; -1 stands for "...".
func (p *printer) items(axis int, f func(i int)) {
	n := p.t.shape[axis]
	for i := 0; i < n; i++ {
		if p.summary && n > 2*printEdge && i == printEdge {
			f(-1)
			i = n - printEdge
		}
		f(i)
	}
}

// shown returns the elements that are printed.
func (p *printer) shown() []float32 {
	var s []float32
	var walk func(axis, place int)
	walk = func(axis, place int) {
		if axis == p.t.Rank() {
			s = append(s, p.t.data[place])
			return
		}
		p.items(axis, func(i int) {
			if i >= 0 {
				walk(axis+1, place+i*p.t.strides[axis])
			}
		})
	}
	walk(0, p.t.offset)
	return s
}

// nest prints what lies under an index. Lines after the first begin with
// indent, and none is wider than width where that can be had.
func (p *printer) nest(index []int, indent string, width int) string {
	axis := len(index)
	if axis == p.t.Rank() {
		return p.word(p.t.At(index...))
	}
	inner, left := indent+" ", p.t.Rank()-axis
	if left == 1 {
		return "[" + p.row(index, inner, width-1) + "]"
	}
	var rows []string
	p.items(axis, func(i int) {
		if i < 0 {
			rows = append(rows, "...")
			return
		}
		rows = append(rows, p.nest(append(index, i), inner, width-1))
	})
	return "[" + strings.Join(rows, strings.Repeat("\n", left-1)+inner) + "]"
}

// row prints the elements along the last axis, wrapped.
func (p *printer) row(index []int, indent string, width int) string {
	var s strings.Builder
	line := indent
	first := true
	p.items(len(index), func(i int) {
		word := "..."
		if i >= 0 {
			word = p.word(p.t.At(append(index, i)...))
		}
		if !first {
			line += " "
		}
		first = false
		if len(line)+len(word) > width && len(line) > len(indent) {
			s.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word
	})
	s.WriteString(line)
	return s.String()[len(indent):]
}

// wordFormat chooses a format that suits all the elements together and returns
// it: every word it makes is equally wide and points stand below points.
func wordFormat(all []float32, precision int) func(float32) string {
	lo, hi := math.Inf(1), 0.0
	finite, neginf := 0, false
	for _, x := range all {
		v := float64(x)
		neginf = neginf || math.IsInf(v, -1)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		finite++
		if v != 0 {
			lo, hi = min(lo, math.Abs(v)), max(hi, math.Abs(v))
		}
	}
	// numpy divides in float32, so the limit is one of a float32 ratio.
	scientific := hi > 0 && (hi >= 1e6 || lo < 0.0001 || float32(hi)/float32(lo) > 1000)
	one := func(x float32) string { return positional(x, precision) }
	if scientific {
		digits := 0
		for _, x := range all {
			if isFinite(x) {
				digits = max(digits, len(fraction(scientificWord(x, precision))))
			}
		}
		one = func(x float32) string { return scientificFixed(x, digits) }
	}
	left, right := 0, 0
	for _, x := range all {
		if isFinite(x) {
			i, f, _ := strings.Cut(one(x), ".")
			left, right = max(left, len(i)), max(right, len(f))
		}
	}
	if finite < len(all) {
		wide := 3
		if neginf {
			wide = 4
		}
		left = max(left, wide-right-1)
	}
	return func(x float32) string {
		if !isFinite(x) {
			word := formatScalar(x)
			return strings.Repeat(" ", left+right+1-len(word)) + word
		}
		i, f, _ := strings.Cut(one(x), ".")
		return strings.Repeat(" ", left-len(i)) + i + "." + f + strings.Repeat(" ", right-len(f))
	}
}

func isFinite(x float32) bool { return x-x == 0 }

// positional returns the shortest digits that tell x from its neighbours, or,
// if they are too many, as many as precision allows; with a point, without
// zeros at the end.
func positional(x float32, precision int) string {
	s := strconv.FormatFloat(float64(x), 'f', -1, 32)
	i, f, ok := strings.Cut(s, ".")
	if !ok {
		return i + "."
	}
	if len(f) > precision {
		i, f, _ = strings.Cut(strconv.FormatFloat(float64(x), 'f', precision, 64), ".")
		f = strings.TrimRight(f, "0")
	}
	return i + "." + f
}

// scientificWord is positional with one digit before the point and an exponent.
func scientificWord(x float32, precision int) string {
	s := strconv.FormatFloat(float64(x), 'e', -1, 32)
	if len(fraction(s)) > precision {
		s = strconv.FormatFloat(float64(x), 'e', precision, 64)
		m, e, _ := strings.Cut(s, "e")
		s = strings.TrimRight(m, "0") + "e" + e
	}
	return s
}

// fraction returns the digits between point and exponent.
func fraction(s string) string {
	m, _, _ := strings.Cut(s, "e")
	_, f, _ := strings.Cut(m, ".")
	return f
}

// scientificFixed returns x with a number of digits after the point.
func scientificFixed(x float32, digits int) string {
	s := strconv.FormatFloat(float64(x), 'e', digits, 64)
	if digits == 0 {
		m, e, _ := strings.Cut(s, "e")
		s = m + ".e" + e
	}
	return s
}
