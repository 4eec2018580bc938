package npy

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"unicode/utf8"
)

// A Reader reads one array: NewReader reads the header, then one of the Read
// functions the elements.
type Reader struct {
	Header
	r    io.Reader
	lim  Limits
	left int64 // bytes known to follow, -1 when unknown
}

// NewReader reads the header. size is the number of bytes that r holds, -1
// when unknown; it is found out by itself for readers with a Len method
// (bytes.Reader) and for seekable ones (files).
func NewReader(r io.Reader, size int64, lim Limits) (*Reader, error) {
	lim = lim.withDefaults()
	if size < 0 {
		size = sizeOf(r)
	}
	c := &counter{r: r}
	h, err := readHeader(c, lim)
	if err != nil {
		return nil, err
	}
	n := &Reader{Header: *h, r: r, lim: lim, left: -1}
	if size >= 0 {
		n.left = size - c.n
		if need := int64(h.Len()) * int64(h.DType.Size); need > n.left {
			return nil, &Error{Err: io.ErrUnexpectedEOF,
				Reason: bad("shape %v of type %s needs %d bytes, %d are there", h.Shape, h.DType, need, n.left).(*Error).Reason}
		}
	}
	return n, nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }:
		return int64(r.Len())
	case io.Seeker:
		here, err := r.Seek(0, io.SeekCurrent)
		if err != nil {
			return -1
		}
		end, err := r.Seek(0, io.SeekEnd)
		if err != nil {
			return -1
		}
		if _, err := r.Seek(here, io.SeekStart); err != nil || end < here {
			return -1
		}
		return end - here
	}
	return -1
}

const chunkBytes = 1 << 17

// chunks calls f with the bytes of lo to hi, all elements in order, a few at a time.
func (r *Reader) chunks(f func(lo, hi int, b []byte) error) error {
	n, size := r.Len(), r.DType.Size
	per := max(1, chunkBytes/size)
	buf := make([]byte, min(n, per)*size)
	for lo := 0; lo < n; lo += per {
		hi := min(n, lo+per)
		b := buf[:(hi-lo)*size]
		if _, err := io.ReadFull(r.r, b); err != nil {
			return failed("elements", err)
		}
		if err := f(lo, hi, b); err != nil {
			return err
		}
	}
	return nil
}

// grow returns s with room for elements up to hi out of n: all at once when the
// bytes are known to be there, doubling with those that came when not.
func grow[T any](r *Reader, s []T, hi, n int) []T {
	if hi <= len(s) {
		return s
	}
	want := n
	if r.left < 0 {
		want = min(n, max(hi, 2*len(s)))
	}
	t := make([]T, want)
	copy(t, s)
	return t
}

// Read reads the elements, in the order of the file, as numbers of type T.
// Floats round to the nearest T. A number that int64 cannot hold (a fraction,
// NaN, too large) is an error where T is int64.
func Read[T Number](r *Reader) ([]T, error) {
	if r.DType.IsText() {
		return nil, bad("elements are strings (%s), not numbers; read them as strings", r.DType)
	}
	s := []T{}
	err := r.chunks(func(lo, hi int, b []byte) error {
		s = grow(r, s, hi, r.Len())
		if _, whole := any(s).([]int64); whole {
			if err := checkWhole(lo, b, r.DType); err != nil {
				return err
			}
		}
		decode(s[lo:hi], b, r.DType)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// checkWhole refuses elements that are no int64; first is the index of the first.
func checkWhole(first int, b []byte, d DType) error {
	if d.Kind != 'f' && d != (DType{'u', 8, false}) && d != (DType{'u', 8, true}) {
		return nil
	}
	n := len(b) / d.Size
	x := make([]float64, n)
	decode(x, b, d)
	for i, v := range x {
		if v != math.Trunc(v) || v < -1<<63 || v >= 1<<63 {
			return bad("element %d is %v (%s), which is no 64-bit integer; read the array as floats", first+i, v, d)
		}
	}
	return nil
}

// ReadStrings reads the elements of an array of fixed strings ('S' or 'U').
// Trailing zeros, which pad, are cut off, as numpy does.
func ReadStrings(r *Reader) ([]string, error) {
	if !r.DType.IsText() {
		return nil, bad("elements are numbers (%s), not strings", r.DType)
	}
	s := []string{}
	err := r.chunks(func(lo, hi int, b []byte) error {
		s = grow(r, s, hi, r.Len())
		for i := lo; i < hi; i++ {
			e := b[:r.DType.Size]
			b = b[r.DType.Size:]
			if r.DType.Kind == 'S' {
				s[i] = string(bytes.TrimRight(e, "\x00"))
				continue
			}
			text, err := utf32(e, r.DType.Big)
			if err != nil {
				return err
			}
			s[i] = text
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func utf32(b []byte, big bool) (string, error) {
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	for len(b) > 0 && order.Uint32(b[len(b)-4:]) == 0 {
		b = b[:len(b)-4]
	}
	var text []byte
	for ; len(b) > 0; b = b[4:] {
		c := order.Uint32(b)
		if c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
			return "", bad("%#x is no Unicode character", c)
		}
		text = utf8.AppendRune(text, rune(c))
	}
	return string(text), nil
}
