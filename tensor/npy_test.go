package tensor_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/antler-ml/antler/tensor"
)

func numpyFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(numpyDir, "files", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadNPY(t *testing.T) {
	got, err := ReadNPY(bytes.NewReader(numpyFile(t, "fortran.npy")))
	if err != nil {
		t.Fatal(err)
	}
	if !ArrayEqual(got, Reshape(Arange(24), 2, 3, 4)) || !got.IsContiguous() {
		t.Errorf("Fortran order: got %v", got)
	}
	ints, shape, err := ReadNPYInts(bytes.NewReader(numpyFile(t, "fortran_i8.npy")))
	want := []int64{1 << 60, 1<<60 + 1, 1<<60 + 2, 1<<60 + 3, 1<<60 + 4, 1<<60 + 5}
	if err != nil || !slices.Equal(ints, want) || !slices.Equal(shape, []int{2, 3}) {
		t.Errorf("got %v %v %v", ints, shape, err)
	}
	text, shape, err := ReadNPYStrings(bytes.NewReader(numpyFile(t, "text.npy")))
	if err != nil || !slices.Equal(text, []string{"a", "äö", "", "\U0001F98C!"}) || !slices.Equal(shape, []int{2, 2}) {
		t.Errorf("got %q %v %v", text, shape, err)
	}
	wide, shape, err := ReadNPYFloat64(bytes.NewReader(numpyFile(t, "le_f8.npy")))
	if err != nil || !slices.Equal(wide, []float64{-3, -2, -1, 0, 1, 2}) || !slices.Equal(shape, []int{2, 3}) {
		t.Errorf("got %v %v %v", wide, shape, err)
	}
	for _, name := range []string{"text.npy", "bad_object.npy", "stored.npz"} {
		_, err := ReadNPY(bytes.NewReader(numpyFile(t, name)))
		var e *NPYError
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), "tensor: npy: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Arrays that follow one another in a stream are read one by one.
func TestNPYSequence(t *testing.T) {
	var b bytes.Buffer
	for i := range 3 {
		if err := WriteNPY(&b, Full(float32(i), i, 2)); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(WriteNPYInts(&b, []int64{1 << 60}, 1), WriteNPYFloat64(&b, []float64{0.1}), WriteNPYStrings(&b, []string{"é"}, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		got, err := ReadNPY(&b)
		if err != nil || !ArrayEqual(got, Full(float32(i), i, 2)) {
			t.Errorf("array %d: %v, %v", i, got, err)
		}
	}
	i, _, err1 := ReadNPYInts(&b)
	f, shape, err2 := ReadNPYFloat64(&b)
	s, _, err3 := ReadNPYStrings(&b)
	if errors.Join(err1, err2, err3) != nil || i[0] != 1<<60 || f[0] != 0.1 || len(shape) != 0 || s[0] != "é" {
		t.Errorf("%v %v %v %v", i, f, s, errors.Join(err1, err2, err3))
	}
	if _, err := ReadNPY(&b); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestWriteViews(t *testing.T) {
	x := Reshape(Arange(3*1500), 3, 1500)
	for name, v := range map[string]*Tensor{
		"transpose": Transpose(x), "reverse": Reverse(x), "step": x.Step(1, 7), "broadcast": BroadcastTo(Scalar(2), 2000),
		"scalar": Scalar(3), "empty": New(0, 3), "slice": x.Slice(1, 3, 1400),
	} {
		var b bytes.Buffer
		if err := WriteNPY(&b, v); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadNPY(&b); err != nil || !ArrayEqual(got, v) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNPZ(t *testing.T) {
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		b := numpyFile(t, name)
		if _, err := ReadNPZ(bytes.NewReader(b), int64(len(b))); err == nil || !strings.Contains(err.Error(), `"names.npy"`) {
			t.Errorf("%s has strings: %v", name, err)
		}
		z, err := OpenNPZ(bytes.NewReader(b), int64(len(b)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		w, err1 := z.Tensor("w")
		k, _, err2 := z.Float64("layer/kernel:0")
		ids, _, err3 := z.Ints("ids")
		names, shape, err4 := z.Strings("names")
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		if !ArrayEqual(w, Reshape(Arange(6), 2, 3)) || !slices.Equal(k, []float64{0, 1, 2, 3}) || ids[0] != 1<<60+1 ||
			!slices.Equal(names, []string{"x", "yz"}) || !slices.Equal(shape, []int{2}) {
			t.Errorf("%s: %v %v %v %v", name, w, k, ids, names)
		}
		if _, err := z.Tensor("nothing"); err == nil {
			t.Error("an array that is not there was read")
		}
		if _, _, err := z.Ints("names"); err == nil {
			t.Error("strings were read as integers")
		}
	}
}

// Equal tensors give equal bytes, in whatever order the map yields them.
func TestNPZSameBytes(t *testing.T) {
	x := Reshape(Arange(2000), 40, 50)
	var first [2]bytes.Buffer
	for range 5 {
		m := map[string]*Tensor{"z": x, "a/b": Transpose(x), "m": Scalar(1), "e": New(0)}
		for i, write := range []func(io.Writer, map[string]*Tensor) error{WriteNPZ, WriteNPZCompressed} {
			var b bytes.Buffer
			if err := write(&b, m); err != nil {
				t.Fatal(err)
			}
			if first[i].Len() == 0 {
				first[i].Write(b.Bytes())
			}
			if !bytes.Equal(b.Bytes(), first[i].Bytes()) {
				t.Fatal("bytes differ")
			}
			got, err := ReadNPZ(bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil || len(got) != len(m) {
				t.Fatalf("%d arrays, %v", len(got), err)
			}
			for name := range m {
				if !ArrayEqual(got[name], m[name]) {
					t.Errorf("%s differs", name)
				}
			}
		}
	}
	if err := WriteNPZ(io.Discard, map[string]*Tensor{"../x": x}); err == nil {
		t.Error("an unsafe name was written")
	}
	if err := WriteNPZ(io.Discard, map[string]*Tensor{"x": nil}); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("nil tensor: %v", err)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "x.npy"), filepath.Join(dir, "x.npz")
	x := Reshape(Arange(6), 2, 3)
	if err := errors.Join(WriteNPYFile(one, x), WriteNPZFile(two, map[string]*Tensor{"x": x})); err != nil {
		t.Fatal(err)
	}
	a, err1 := ReadNPYFile(one)
	m, err2 := ReadNPZFile(two)
	if err := errors.Join(err1, err2); err != nil || !ArrayEqual(a, x) || !ArrayEqual(m["x"], x) {
		t.Errorf("got %v, %v, %v", a, m, err)
	}
	// The wrong reader, no file, a damaged file: the message says which.
	if _, err := ReadNPYFile(two); err == nil || !strings.Contains(err.Error(), two) {
		t.Error(err)
	}
	if _, err := ReadNPZFile(one); err == nil || !strings.Contains(err.Error(), one) {
		t.Error(err)
	}
	for _, read := range []func() error{
		func() error { _, err := ReadNPYFile(filepath.Join(dir, "none")); return err },
		func() error { _, err := ReadNPZFile(filepath.Join(dir, "none")); return err },
		func() error { return WriteNPYFile(filepath.Join(dir, "none", "x.npy"), x) },
	} {
		if err := read(); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "tensor: ") {
			t.Errorf("got %v", err)
		}
	}
}

// A write that fails leaves the old file and nothing beside it.
func TestWriteFileIsWholeOrNot(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.npz")
	if err := WriteNPZFile(path, map[string]*Tensor{"x": Ones(2)}); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteNPZFile(path, map[string]*Tensor{"a": Ones(3), "b//c": Ones(2)}); err == nil {
		t.Fatal("an unsafe name was written")
	}
	m, err := ReadNPZFile(path)
	if err != nil || !ArrayEqual(m["x"], Ones(2)) {
		t.Errorf("old content: %v, %v", m, err)
	}
	if err := WriteNPZFile(path, map[string]*Tensor{"x": New(1)}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left over: %v", entries)
	}
}
