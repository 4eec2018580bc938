package npy

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const files = "../../testdata/numpy/files"

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(files, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, b []byte) *Reader {
	t.Helper()
	r, err := NewReader(bytes.NewReader(b), -1, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What make.py saves: 0…5 unsigned, -3…2 otherwise, i%2==1 as bool.
func TestElementTypes(t *testing.T) {
	for name, want := range map[string][]float64{
		"bool": {0, 1, 0, 1, 0, 1},
		"u1":   {0, 1, 2, 3, 4, 5}, "le_u2": nil, "be_u2": nil, "le_u4": nil, "be_u4": nil, "le_u8": nil, "be_u8": nil,
		"i1": {-3, -2, -1, 0, 1, 2}, "le_i2": nil, "be_i2": nil, "le_i4": nil, "be_i4": nil, "le_i8": nil, "be_i8": nil,
		"le_f2": nil, "be_f2": nil, "le_f4": nil, "be_f4": nil, "le_f8": nil, "be_f8": nil,
		"version2": {0, 1, 2, 3, 4, 5}, "version3": {0, 1, 2, 3, 4, 5},
	} {
		if want == nil {
			want = []float64{-3, -2, -1, 0, 1, 2}
			if strings.Contains(name, "_u") {
				want = []float64{0, 1, 2, 3, 4, 5}
			}
		}
		b := load(t, name+".npy")
		r := open(t, b)
		if !slices.Equal(r.Shape, []int{2, 3}) || r.Fortran {
			t.Errorf("%s: shape %v, Fortran %v", name, r.Shape, r.Fortran)
		}
		got, err := Read[float64](r)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: float64: got %v, %v; want %v", name, got, err, want)
		}
		f, err := Read[float32](open(t, b))
		i, err2 := Read[int64](open(t, b))
		if err != nil || err2 != nil {
			t.Errorf("%s: %v, %v", name, err, err2)
			continue
		}
		for k := range want {
			if float64(f[k]) != want[k] || float64(i[k]) != want[k] {
				t.Errorf("%s: element %d: got %v as float32, %v as int64, want %v", name, k, f[k], i[k], want[k])
			}
		}
	}
}

func TestFloat16(t *testing.T) {
	got, err := Read[float32](open(t, load(t, "halves.npy")))
	if err != nil {
		t.Fatal(err)
	}
	inf := float32(math.Inf(1))
	want := []float32{0, 0, 1, -2, 65504, 1. / (1 << 24), 6.1035156e-05, 0.33300781, inf, -inf, float32(math.NaN())}
	// 6e-8 rounds to the smallest subnormal 2^-24; 6.1e-5 is the subnormal 1023×2^-24.
	want[6] = 1023. / (1 << 24)
	for i := range want {
		if got[i] != want[i] && !(want[i] != want[i] && got[i] != got[i]) {
			t.Errorf("element %d: got %v, want %v", i, got[i], want[i])
		}
	}
	if !math.Signbit(float64(got[1])) {
		t.Error("-0 lost its sign")
	}
}

func TestStrings(t *testing.T) {
	for name, want := range map[string][]string{
		"bytes.npy":   {"ab", "", "xyz"},
		"text.npy":    {"a", "", "äö", "\U0001F98C!"}, // Fortran order
		"text_be.npy": {"ja", "nein"},
	} {
		b := load(t, name)
		got, err := ReadStrings(open(t, b))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
		if _, err := Read[float32](open(t, b)); err == nil {
			t.Errorf("%s: strings were read as numbers", name)
		}
	}
	if _, err := ReadStrings(open(t, load(t, "u1.npy"))); err == nil {
		t.Error("numbers were read as strings")
	}
}

// Written arrays are what numpy would write, byte for byte.
func TestSameBytesAsNumpy(t *testing.T) {
	for _, c := range []struct {
		file  string
		write func(io.Writer) error
	}{
		{"le_f4.npy", func(w io.Writer) error { return writeAll(w, []int{2, 3}, []float32{-3, -2, -1, 0, 1, 2}) }},
		{"scalar.npy", func(w io.Writer) error { return writeAll(w, []int{}, []float32{2.5}) }},
		{"empty.npy", func(w io.Writer) error { return writeAll(w, []int{0, 3}, nil) }},
		{"le_i8.npy", func(w io.Writer) error { return WriteInt64(w, []int{2, 3}, []int64{-3, -2, -1, 0, 1, 2}) }},
		{"le_f8.npy", func(w io.Writer) error { return WriteFloat64(w, []int{2, 3}, []float64{-3, -2, -1, 0, 1, 2}) }},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil {
			t.Fatal(err)
		}
		if want := load(t, c.file); !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s: got\n%q\nwant\n%q", c.file, b.Bytes(), want)
		}
	}
}

func writeAll(w io.Writer, shape []int, x []float32) error {
	return WriteFloat32(w, shape, func(max int) []float32 {
		n := min(max, len(x), 7) // fewer than asked for
		block := x[:n]
		x = x[n:]
		return block
	})
}

func TestRoundTrip(t *testing.T) {
	long := make([]float32, 70001) // over two chunks
	for i := range long {
		long[i] = float32(i) / 3
	}
	var b bytes.Buffer
	if err := writeAll(&b, []int{70001, 1}, long); err != nil {
		t.Fatal(err)
	}
	for _, r := range []io.Reader{bytes.NewReader(b.Bytes()), iotest.HalfReader(bytes.NewReader(b.Bytes()))} {
		n, err := NewReader(r, -1, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read[float32](n)
		if err != nil || !slices.Equal(got, long) {
			t.Errorf("%d elements differ, %v", len(got), err)
		}
	}
	b.Reset()
	text := []string{"", "ä", "three", "\U0001F98C"}
	if err := WriteStrings(&b, []int{4}, text); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadStrings(open(t, b.Bytes())); err != nil || !slices.Equal(got, text) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestLargeHeaderIsVersion2(t *testing.T) {
	h := &Header{DType: DType{Kind: 'f', Size: 4}, Shape: slices.Repeat([]int{1}, 23000)}
	b := h.encode()
	if b[6] != 2 || len(b)%64 != 0 {
		t.Errorf("version %d, %d bytes", b[6], len(b))
	}
}

func npyBytes(header string, body ...byte) []byte {
	b := append([]byte(magic), 1, 0, byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), body...)
}

func TestHostileHeaders(t *testing.T) {
	for _, c := range []struct{ header, reason string }{
		{"", "want '{'"},
		{"{", "want a string"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "want '}'"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} 1", "goes on"},
		{"{'descr': '<f4', 'fortran_order': False}", `lacks the key "shape"`},
		{"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", "twice"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}", "unknown key"},
		{"{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "True or False"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': 3}", "want '('"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (3)}", "no tuple"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}", "at least 0"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (3.5,)}", "want ')'"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "63 bits"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "more elements than memory"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}", "more elements than memory"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}", "limit"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (" + strings.Repeat("1,", 33) + ")}", "rank 33"},
		{"{'descr': '<f3', 'fortran_order': False, 'shape': ()}", "unknown element type"},
		{"{'descr': '', 'fortran_order': False, 'shape': ()}", "unknown element type"},
		{"{'descr': '<f-4', 'fortran_order': False, 'shape': ()}", "unknown element type"},
		{"{'descr': '<U0', 'fortran_order': False, 'shape': (1000000,)}", "unknown element type"},
		{"{'descr': '<S9999999999', 'fortran_order': False, 'shape': (1,)}", "unknown element type"},
		{"{'descr': '<V2', 'fortran_order': False, 'shape': (1,)}", "bfloat16"},
		{"{'descr': 'a\\x00', 'fortran_order': False, 'shape': ()}", "escape"},
		{"{'descr': 4, 'fortran_order': False, 'shape': ()}", "want a string"},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (1000,), }", "needs 4000 bytes, 0 are there"},
	} {
		_, err := NewReader(bytes.NewReader(npyBytes(c.header)), -1, Limits{})
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%.70s: got %v, want one with %q", c.header, err, c.reason)
		}
	}
}

// Python 2 wrote shapes of long, and double quotes and other orders are legal.
func TestTolerantHeader(t *testing.T) {
	h := "  {\"shape\" : ( 2L ,1L ) , 'fortran_order':False,\n'descr':'|u1'}\n"
	got, err := Read[int64](open(t, npyBytes(h, 7, 200)))
	if err != nil || !slices.Equal(got, []int64{7, 200}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestBadFiles(t *testing.T) {
	for _, c := range []struct {
		b      []byte
		reason string
	}{
		{load(t, "bad_complex.npy"), "complex"}, {load(t, "bad_object.npy"), "pickles"},
		{load(t, "bad_record.npy"), "records"}, {load(t, "bad_date.npy"), "dates"},
		{load(t, "stored.npz"), "zip archive"}, {[]byte("P6 255 255 255"), "not a .npy"},
		{[]byte("\x93NUMPY\x04\x00aaaaaaaa"), "version 4.0"}, {[]byte("\x93NUMPY\x01\x01aaaaaaaa"), "version 1.1"},
		{[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "4294967295 bytes"},
	} {
		_, err := NewReader(bytes.NewReader(c.b), -1, Limits{})
		if err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("got %v, want one with %q", err, c.reason)
		}
	}
}

func TestTruncated(t *testing.T) {
	whole := load(t, "le_f4.npy")
	for n := range whole {
		for _, src := range []io.Reader{bytes.NewReader(whole[:n]), iotest.HalfReader(bytes.NewReader(whole[:n]))} {
			r, err := NewReader(src, -1, Limits{})
			if err == nil {
				_, err = Read[float32](r)
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
			}
		}
	}
}

// A stream of unknown length that declares 2 GB but holds nothing must not
// make us allocate them.
func TestMemoryFollowsBytes(t *testing.T) {
	b := npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (500000000,)}", make([]byte, 1000)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := NewReader(iotest.HalfReader(bytes.NewReader(b)), -1, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read[float32](r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
		t.Errorf("allocated %d bytes for 1000", got)
	}
}

func TestWholeNumbers(t *testing.T) {
	for _, x := range []float64{0.5, math.NaN(), math.Inf(1), 1 << 63, -1<<63 - 2048} {
		var b bytes.Buffer
		if err := WriteFloat64(&b, []int{2}, []float64{1, x}); err != nil {
			t.Fatal(err)
		}
		if got, err := Read[int64](open(t, b.Bytes())); err == nil || !strings.Contains(err.Error(), "element 1") {
			t.Errorf("%v became %v, %v", x, got, err)
		}
	}
	var b bytes.Buffer
	if err := WriteFloat64(&b, []int{2}, []float64{-1 << 63, 1 << 62}); err != nil {
		t.Fatal(err)
	}
	if got, err := Read[int64](open(t, b.Bytes())); err != nil || !slices.Equal(got, []int64{-1 << 63, 1 << 62}) {
		t.Errorf("got %v, %v", got, err)
	}
	u := npyBytes("{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", 255, 255, 255, 255, 255, 255, 255, 255)
	if got, err := Read[int64](open(t, u)); err == nil {
		t.Errorf("2^64-1 became %v", got)
	}
}

func TestWriteErrors(t *testing.T) {
	if err := WriteInt64(io.Discard, []int{2}, []int64{1}); err == nil || !strings.Contains(err.Error(), "wants 2 elements, got 1") {
		t.Error(err)
	}
	if err := WriteStrings(io.Discard, []int{1}, []string{"\xff"}); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Error(err)
	}
	broken := errors.New("disk full")
	for n := range 2 {
		w := &failing{after: n, err: broken}
		if err := WriteFloat64(w, []int{1}, []float64{1}); !errors.Is(err, broken) {
			t.Errorf("after %d writes: %v", n, err)
		}
	}
}

type failing struct {
	after int
	err   error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return len(p), nil
}

// Files know how much follows, pipes do not; both are read to the same end.
func TestFilesAndPipes(t *testing.T) {
	whole := load(t, "le_f8.npy")
	f, err := os.Create(filepath.Join(t.TempDir(), "two.npy"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Write(whole)
	f.Write(whole[:len(whole)-1])
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(f, -1, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read[float64](r); err != nil {
		t.Fatal(err)
	}
	if _, err := NewReader(f, -1, Limits{}); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "needs 48 bytes, 47 are there") {
		t.Errorf("short second array: %v", err)
	}

	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out.Write(whole)
	out.Close()
	if r, err = NewReader(in, -1, Limits{}); err != nil {
		t.Fatal(err)
	}
	if got, err := Read[float64](r); err != nil || len(got) != 6 {
		t.Errorf("pipe: %v, %v", got, err)
	}
}

func TestArchiveRoundTrip(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, true)
	dst, err := w.Create("x")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(WriteInt64(dst, []int{2}, []int64{4, 1 << 60}), w.Close()); err != nil {
		t.Fatal(err)
	}
	a, err := openZip(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	if err := a.Read("x", func(r *Reader) (err error) { got, err = Read[int64](r); return err }); err != nil || !slices.Equal(got, []int64{4, 1 << 60}) {
		t.Errorf("got %v, %v", got, err)
	}
	full := NewWriter(&failing{err: io.ErrShortWrite}, false)
	if _, err := full.Create("x"); err == nil {
		err = full.Close()
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("full disk: %v", err)
		}
	}
}
