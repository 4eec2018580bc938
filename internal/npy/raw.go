package npy

import (
	"fmt"
	"io"
)

// WriteRaw writes an array of which r holds the elements: little-endian, in C
// order, as many as the shape says.
func WriteRaw(w io.Writer, d DType, shape []int, r io.Reader) error {
	n, ok := count(shape)
	if !ok {
		return bad("bad shape %v", shape)
	}
	h := &Header{DType: d, Shape: shape}
	if _, err := w.Write(h.encode()); err != nil {
		return fmt.Errorf("npy: write the header: %w", err)
	}
	want := int64(n) * int64(d.Size)
	switch got, err := io.Copy(w, r); {
	case err != nil:
		return fmt.Errorf("npy: write the elements: %w", err)
	case got != want:
		return bad("shape %v of type %s needs %d bytes, got %d", shape, d, want, got)
	}
	return nil
}
