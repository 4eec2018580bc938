package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

// WriteFloat32 writes an array of float32 in C order, version 1.0,
// little-endian. next is called for consecutive blocks of at most max elements
// until all of the shape are written; what it returns is not kept. It is never
// asked for more than the shape holds.
func WriteFloat32(w io.Writer, shape []int, next func(max int) []float32) error {
	h := &Header{DType: DType{Kind: 'f', Size: 4}, Shape: shape}
	return write(w, h, func(b []byte, n int) int {
		x := next(n)
		encodeFloat32(b, x)
		return len(x)
	})
}

// WriteInt64 writes an array of int64 in C order.
func WriteInt64(w io.Writer, shape []int, data []int64) error {
	if err := sameLen(shape, len(data)); err != nil {
		return err
	}
	h := &Header{DType: DType{Kind: 'i', Size: 8}, Shape: shape}
	return write(w, h, func(b []byte, n int) int {
		for i, x := range data[:n] {
			binary.LittleEndian.PutUint64(b[8*i:], uint64(x))
		}
		data = data[n:]
		return n
	})
}

// WriteFloat64 writes an array of float64 in C order.
func WriteFloat64(w io.Writer, shape []int, data []float64) error {
	if err := sameLen(shape, len(data)); err != nil {
		return err
	}
	h := &Header{DType: DType{Kind: 'f', Size: 8}, Shape: shape}
	return write(w, h, func(b []byte, n int) int {
		for i, x := range data[:n] {
			binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(x))
		}
		data = data[n:]
		return n
	})
}

// WriteStrings writes an array of fixed strings ('U'), as wide as the longest.
func WriteStrings(w io.Writer, shape []int, data []string) error {
	if err := sameLen(shape, len(data)); err != nil {
		return err
	}
	wide := 1
	for i, s := range data {
		if !utf8.ValidString(s) {
			return bad("string %d is not valid UTF-8", i)
		}
		wide = max(wide, utf8.RuneCountInString(s))
	}
	if wide > maxText {
		return bad("longest string has %d characters; at most %d can be written", wide, maxText)
	}
	h := &Header{DType: DType{Kind: 'U', Size: 4 * wide}, Shape: shape}
	return write(w, h, func(b []byte, n int) int {
		clear(b)
		for i, s := range data[:n] {
			e := b[i*h.DType.Size:]
			for _, c := range s {
				binary.LittleEndian.PutUint32(e, uint32(c))
				e = e[4:]
			}
		}
		data = data[n:]
		return n
	})
}

func sameLen(shape []int, have int) error {
	if n, ok := count(shape); !ok || n != have {
		return bad("shape %v wants %d elements, got %d", shape, n, have)
	}
	return nil
}

// write writes the header, then the elements block by block. fill puts up to n
// elements into b and returns how many.
func write(w io.Writer, h *Header, fill func(b []byte, n int) int) error {
	total, ok := count(h.Shape)
	if !ok {
		return bad("bad shape %v", h.Shape)
	}
	if _, err := w.Write(h.encode()); err != nil {
		return fmt.Errorf("npy: write the header: %w", err)
	}
	size := h.DType.Size
	per := min(total, max(1, chunkBytes/size))
	buf := make([]byte, per*size)
	for done := 0; done < total; {
		n := min(per, total-done)
		n = fill(buf[:n*size], n)
		if _, err := w.Write(buf[:n*size]); err != nil {
			return fmt.Errorf("npy: write the elements: %w", err)
		}
		done += n
	}
	return nil
}
