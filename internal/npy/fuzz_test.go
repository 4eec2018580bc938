package npy

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

func seeds(f *testing.F, pattern string) {
	f.Helper()
	names, err := filepath.Glob(filepath.Join(files, pattern))
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds %s: %v", pattern, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// FuzzRead checks that no bytes crash the reader, that streams and slices give
// the same, and that what was read has the size that was declared.
func FuzzRead(f *testing.F) {
	seeds(f, "*.npy")
	lim := Limits{MaxBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := NewReader(bytes.NewReader(b), -1, lim)
		if err != nil {
			return
		}
		if r.DType.IsText() {
			s, err := ReadStrings(r)
			if err == nil && len(s) != r.Len() {
				t.Fatalf("%d strings, shape %v", len(s), r.Shape)
			}
			return
		}
		x, err := Read[float64](r)
		if err != nil {
			t.Fatalf("the bytes are there, but: %v", err)
		}
		if len(x) != r.Len() {
			t.Fatalf("%d elements, shape %v", len(x), r.Shape)
		}
		s, err := NewReader(iotest.OneByteReader(bytes.NewReader(b)), -1, lim)
		if err != nil {
			t.Fatal(err)
		}
		y, err := Read[float64](s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			if x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) {
				t.Fatalf("element %d: %v and %v", i, x[i], y[i])
			}
		}
		if r.DType == (DType{Kind: 'f', Size: 8}) {
			var w bytes.Buffer
			if err := WriteFloat64(&w, r.Shape, x); err != nil {
				t.Fatal(err)
			}
			if got := w.Bytes()[w.Len()-8*len(x):]; !bytes.Equal(got, b[len(b)-int(r.left):][:len(got)]) {
				t.Fatal("other bytes when written again")
			}
		}
	})
}

// FuzzArchive checks that no bytes crash the archive reader.
func FuzzArchive(f *testing.F) {
	seeds(f, "*.npz")
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := OpenArchive(bytes.NewReader(b), int64(len(b)), Limits{MaxBytes: 1 << 20, MaxMembers: 16})
		if err != nil {
			return
		}
		for _, name := range a.Names() {
			a.Read(name, func(r *Reader) error {
				if r.DType.IsText() {
					_, err := ReadStrings(r)
					return err
				}
				x, err := Read[float32](r)
				if err == nil && len(x) != r.Len() {
					t.Fatalf("%d elements, shape %v", len(x), r.Shape)
				}
				return err
			})
		}
	})
}
