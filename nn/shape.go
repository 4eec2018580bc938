package nn

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Unknown marks an axis whose size is not known before data arrives.
const Unknown = -1

// A Shape is the size of each axis; the first is the batch.
type Shape []int

// Rank returns the number of axes, the batch included.
func (s Shape) Rank() int { return len(s) }

// Last returns the size of the last axis.
func (s Shape) Last() int { return s[len(s)-1] }

// Equal reports whether two shapes agree, Unknown agreeing with Unknown only.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// String is how Keras prints a shape, with None for Unknown: (None, 28, 28, 1).
func (s Shape) String() string {
	var b strings.Builder
	b.WriteByte('(')
	for i, d := range s {
		if i > 0 {
			b.WriteString(", ")
		}
		if d == Unknown {
			b.WriteString("None")
		} else {
			fmt.Fprint(&b, d)
		}
	}
	if len(s) == 1 {
		b.WriteByte(',')
	}
	b.WriteByte(')')
	return b.String()
}

// maxSize bounds shapes, so that no product of sizes overflows: 2^40 numbers
// are 4 TiB. An int of 32 bits holds fewer.
const maxSize = min(1<<40, math.MaxInt/4)

// maxRank bounds how many axes a shape has; numpy knew no more before version 2.
const maxRank = 32

// tooLarge reports whether the known sizes make more than maxSize numbers.
func tooLarge(s Shape) bool {
	n := 1
	for _, d := range s {
		if d > 0 {
			if d > maxSize/n {
				return true
			}
			n *= d
		}
	}
	return false
}

// with returns the shape with unknown axes made concrete: the batch as given,
// the others as given too.
func (s Shape) with(batch, other int) []int {
	c := make([]int, len(s))
	for i, d := range s {
		switch {
		case d != Unknown:
			c[i] = d
		case i == 0:
			c[i] = batch
		default:
			c[i] = other
		}
	}
	return c
}

// merge declares unknown the axes in which two traces differ.
func merge(a, b []int) Shape {
	s := make(Shape, len(a))
	for i := range a {
		s[i] = a[i]
		if a[i] != b[i] {
			s[i] = Unknown
		}
	}
	return s
}

// takes reports whether a batch of a concrete shape can be fed to an input of
// shape s. A last axis of size 1 may be there or not, as in Keras: (n,) is as good
// as (n, 1), and a grey image needs no channel.
func (s Shape) takes(got []int) bool {
	n := len(s)
	switch {
	case n > 1 && len(got) == n-1 && s[n-1] == 1:
		s = s[:n-1]
	case n > 0 && len(got) == n+1 && got[n] == 1:
		got = got[:n]
	}
	return s.mismatch(got) == ""
}

// mismatch explains how a concrete shape fails to fit s; "" when it fits.
func (s Shape) mismatch(got []int) string {
	if len(got) != len(s) {
		return fmt.Sprintf("want rank %d %v, got rank %d %v", len(s), s, len(got), Shape(got))
	}
	var axes []string
	for i, d := range s {
		if d != Unknown && d != got[i] {
			axes = append(axes, fmt.Sprintf("axis %d: want %d, got %d", i, d, got[i]))
		}
	}
	if axes == nil {
		return ""
	}
	return fmt.Sprintf("want %v, got %v (%s)", s, Shape(got), strings.Join(axes, "; "))
}
