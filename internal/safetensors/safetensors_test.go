package safetensors

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestKinds reads what the reference library wrote, every kind of number.
func TestKinds(t *testing.T) {
	data, err := os.ReadFile("../../testdata/safetensors/kinds.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if f.Metadata()["note"] != "ü" {
		t.Errorf("metadata %v", f.Metadata())
	}
	z, err := zip.OpenReader("../../testdata/safetensors/kinds.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != len(f.Names()) || len(z.File) < 14 {
		t.Fatalf("%d arrays, want %d", len(f.Names()), len(z.File))
	}
	for _, m := range z.File {
		name := strings.TrimSuffix(m.Name, ".npy")
		want, shape := readNPY(t, m)
		got, s, err := f.Floats(name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s, shape) || len(got) != len(want) {
			t.Errorf("%s: shape %v with %d numbers, want %v", name, s, len(got), shape)
			continue
		}
		for i := range got {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) && !(got[i] != got[i] && want[i] != want[i]) {
				t.Errorf("%s[%d] = %v, want %v", name, i, got[i], want[i])
			}
		}
	}
	if _, _, err := f.Floats("none"); err == nil {
		t.Error("an array that is not there is no error")
	}
}

func readNPY(t *testing.T, m *zip.File) ([]float32, []int) {
	t.Helper()
	r, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	n := int(binary.LittleEndian.Uint16(raw[8:]))
	head, body := string(raw[10:10+n]), raw[10+n:]
	_, s, _ := strings.Cut(head, "'shape': (")
	s, _, _ = strings.Cut(s, ")")
	shape := []int{}
	for _, d := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		var v int
		fmt.Sscan(d, &v)
		shape = append(shape, v)
	}
	out := make([]float32, len(body)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
	}
	return out, shape
}

func written(t testing.TB) []byte {
	var b bytes.Buffer
	err := Write(&b, []Array{
		{"dense/kernel", []int{2, 3}, []float32{1, 2, 3, 4, 5, 6}}, {"dense/bias", []int{3}, []float32{-1, 0, 0.5}},
		{"step", nil, []float32{7}}, {"none", []int{0, 4}, nil},
	}, map[string]string{"format": "antler"})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	data := written(t)
	if !bytes.Equal(data, written(t)) {
		t.Error("two writings differ")
	}
	if p := os.Getenv("SAFETENSORS_OUT"); p != "" { // for the reference library
		if err := os.WriteFile(p, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if n := binary.LittleEndian.Uint64(data); n%8 != 0 {
		t.Errorf("the header has %d bytes", n)
	}
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.Names(), " "); got != "dense/kernel dense/bias step none" {
		t.Errorf("names %s", got)
	}
	v, s, err := f.Floats("dense/bias")
	if err != nil || !slices.Equal(v, []float32{-1, 0, 0.5}) || !slices.Equal(s, []int{3}) {
		t.Errorf("%v %v %v", v, s, err)
	}
	if d, s, ok := f.Info("step"); d != "F32" || len(s) != 0 || !ok {
		t.Errorf("%s %v %v", d, s, ok)
	}
	for _, bad := range [][]Array{{{"a", []int{2}, []float32{1}}}, {{"a", nil, []float32{1}}, {"a", nil, []float32{1}}}, {{"__metadata__", nil, []float32{1}}}} {
		if err := Write(io.Discard, bad, nil); err == nil {
			t.Errorf("%v is no error", bad)
		}
	}
}

// file puts a header before so many bytes.
func file(header string, bytes int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, bytes)...)
}

func TestHostileFiles(t *testing.T) {
	one := `"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	for want, data := range map[string][]byte{
		"less than the 8":           []byte("abc"),
		"is said to have":           binary.LittleEndian.AppendUint64(nil, 1<<63),
		"more than 16777216":        append(binary.LittleEndian.AppendUint64(nil, 17<<20), make([]byte, 17<<20)...),
		"no JSON object":            file(`[1]`, 0),
		"\"a\": EOF":                file(`{"a":`, 0),
		`"a" is there twice`:        file(`{`+one+`,`+one+`}`, 8),
		"something follows":         file(`{`+one+`}x`, 8),
		`dtype "F8" is not known`:   file(`{"a":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}}`, 8),
		"needs 12 bytes, but has 8": file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8),
		"of 4 that the file has":    file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4),
		"bytes [-8, 0)":             file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}`, 8),
		"end at byte 8 of 9":        file(`{`+one+`}`, 9),
		"begins at byte 4":          file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
		"begins at byte 0":          file(`{`+one+`,"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8),
		"is too large":              file(`{"a":{"dtype":"F32","shape":[2000000000,2000000000,2000000000],"data_offsets":[0,8]}}`, 8),
		"axis 0 has size -1":        file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}`, 8),
		"rank 33 is more than 32":   file(`{"a":{"dtype":"F32","shape":[1`+strings.Repeat(",1", 32)+`],"data_offsets":[0,4]}}`, 4),
		"more than 65536 arrays":    file("{"+many(65_537)+"}", 0),
		"__metadata__: json":        file(`{"__metadata__":{"a":1}}`, 0),
	} {
		_, err := Open(bytes.NewReader(data), int64(len(data)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	good := written(t)
	for cut := range len(good) {
		if _, err := Open(bytes.NewReader(good[:cut]), int64(cut)); err == nil {
			t.Errorf("a file of %d bytes cut to %d is no error", len(good), cut)
		}
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`, i)
	}
	return b.String()
}

func FuzzOpen(f *testing.F) {
	f.Add(written(f))
	if data, err := os.ReadFile("../../testdata/safetensors/kinds.safetensors"); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, n := range file.Names() {
			if _, _, err := file.Floats(n); err != nil {
				t.Fatal(err)
			}
		}
	})
}
