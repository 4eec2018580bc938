// Package npy reads and writes numpy's .npy arrays and .npz archives: flat
// data, an element type and a shape.
//
// It streams. A reader trusts no number of a file: header lengths and ranks are
// limited, and memory for elements is only allocated when the bytes are known
// to be there, or grows with the bytes that arrive. Nothing in a file is
// executed: the header is a Python literal, of which just the dictionary that
// numpy writes is understood, and object arrays (pickles) are refused.
//
// Format: numpy.lib.format, versions 1.0, 2.0 and 3.0.
package npy

import (
	"fmt"
	"io"
	"math"
)

// Limits bounds what a reader may be made to do. Zero fields mean the defaults.
type Limits struct {
	MaxBytes   int64 // of an array as float32, and of an archive's arrays together as stored; default 4 GiB
	MaxRank    int   // default 32
	MaxMembers int   // arrays in an archive; default 65,536
}

// DefaultMaxBytes is the default of Limits.MaxBytes.
const DefaultMaxBytes = 4 << 30

func (l Limits) withDefaults() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = DefaultMaxBytes
	}
	if l.MaxRank <= 0 {
		l.MaxRank = 32
	}
	if l.MaxMembers <= 0 {
		l.MaxMembers = 65536
	}
	return l
}

// maxHeader is far above what numpy writes (its own reader stops at 10,000).
const maxHeader = 1 << 16

// An Error says why bytes are not an array that can be read.
type Error struct {
	Member string // of an archive; empty for a plain .npy
	Reason string
	Err    error // what the reader below said, when it failed; may be nil
}

func (e *Error) Error() string {
	s := "npy: "
	if e.Member != "" {
		s += fmt.Sprintf("member %q: ", e.Member)
	}
	s += e.Reason
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the error of the reader below.
func (e *Error) Unwrap() error { return e.Err }

func bad(format string, args ...any) error { return &Error{Reason: fmt.Sprintf(format, args...)} }

// failed wraps the error of a Read; a premature end is always io.ErrUnexpectedEOF.
func failed(what string, err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &Error{Reason: "cannot read the " + what, Err: err}
}

// count returns the product of the shape, or false when it does not fit an int.
// Sizes next to a zero must fit too, as in numpy.
func count(shape []int) (int, bool) {
	n, zero := 1, false
	for _, d := range shape {
		switch {
		case d < 0:
			return 0, false
		case d == 0:
			zero = true
		case n > math.MaxInt/d:
			return 0, false
		default:
			n *= d
		}
	}
	if zero {
		n = 0
	}
	return n, true
}
