package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"hash/crc32"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func openZip(b []byte) (*Archive, error) {
	return OpenArchive(bytes.NewReader(b), int64(len(b)), Limits{})
}

func TestArchives(t *testing.T) {
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		a, err := openZip(load(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"w", "layer/kernel:0", "ids", "names"}; !slices.Equal(a.Names(), want) {
			t.Errorf("%s: names %q", name, a.Names())
		}
		var ids []int64
		var names []string
		err = errors.Join(
			a.Read("ids", func(r *Reader) (err error) { ids, err = Read[int64](r); return err }),
			a.Read("names", func(r *Reader) (err error) { names, err = ReadStrings(r); return err }))
		if err != nil || ids[0] != 1<<60+1 || !slices.Equal(names, []string{"x", "yz"}) {
			t.Errorf("%s: ids %v, names %q, %v", name, ids, names, err)
		}
		if err := a.Read("v", nil); err == nil || !strings.Contains(err.Error(), `"w"`) {
			t.Errorf("%s: unknown array: %v", name, err)
		}
		err = a.Read("names", func(r *Reader) error { _, err := Read[float32](r); return err })
		if e := (*Error)(nil); !errors.As(err, &e) || e.Member != "names.npy" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// raw makes an archive with one member as its header says, true or not.
func raw(t *testing.T, hs ...*zip.FileHeader) []byte {
	t.Helper()
	body := npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 0, 0, 128, 63)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, h := range hs {
		h.CRC32 = crc32.ChecksumIEEE(body)
		if h.CompressedSize64 == 0 {
			h.CompressedSize64 = uint64(len(body))
		}
		if h.UncompressedSize64 == 0 {
			h.UncompressedSize64 = uint64(len(body))
		}
		w, err := z.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(body)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileArchives(t *testing.T) {
	link := &zip.FileHeader{Name: "a.npy"}
	link.SetMode(fs.ModeSymlink | 0o777)
	for _, c := range []struct {
		b      []byte
		reason string
	}{
		{raw(t, &zip.FileHeader{Name: "a.npy"}, &zip.FileHeader{Name: "a.npy"}), "twice"},
		{raw(t, &zip.FileHeader{Name: "../a.npy"}), "unsafe"},
		{raw(t, &zip.FileHeader{Name: "/a.npy"}), "unsafe"},
		{raw(t, &zip.FileHeader{Name: `b\a.npy`}), "unsafe"},
		{raw(t, &zip.FileHeader{Name: "b/./a.npy"}), "unsafe"},
		{raw(t, &zip.FileHeader{Name: "a.pkl"}), "not an .npy"},
		{raw(t, &zip.FileHeader{Name: "a.npy", Flags: 1}), "encrypted"},
		{raw(t, &zip.FileHeader{Name: "a.npy", Method: 12}), "compression"},
		{raw(t, link), "regular"},
		{raw(t, &zip.FileHeader{Name: "a.npy", UncompressedSize64: 1 << 20}), "two sizes differ"},
		{raw(t, &zip.FileHeader{Name: "a.npy", CompressedSize64: 1 << 20, UncompressedSize64: 1 << 20}), "more bytes than the archive has"},
		{raw(t, &zip.FileHeader{Name: "a.npy", Method: zip.Deflate, UncompressedSize64: 1 << 30}), "can hold"},
		{raw(t, &zip.FileHeader{Name: "a.npy", CompressedSize64: 300, UncompressedSize64: 300},
			&zip.FileHeader{Name: "b.npy", CompressedSize64: 300, UncompressedSize64: 300}), "members overlap"},
		{[]byte("not a zip"), "not an .npz"},
		{load(t, "le_f4.npy"), "not an .npz"},
	} {
		_, err := openZip(c.b)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("got %v, want one with %q", err, c.reason)
		}
	}
	good := load(t, "stored.npz")
	for _, lim := range []Limits{{MaxMembers: 3}, {MaxBytes: 100}} {
		if _, err := OpenArchive(bytes.NewReader(good), int64(len(good)), lim); err == nil {
			t.Errorf("%+v: was opened", lim)
		}
	}
}

func readAll(a *Archive, name string) error {
	return a.Read(name, func(r *Reader) error { _, err := Read[float32](r); return err })
}

func TestDamagedMembers(t *testing.T) {
	b := raw(t, &zip.FileHeader{Name: "a.npy"})
	at := bytes.Index(b, []byte{0, 0, 128, 63})
	b[at] ^= 1
	a, err := openZip(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := readAll(a, "a"); !errors.Is(err, zip.ErrChecksum) {
		t.Errorf("damaged element: %v", err)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, _ := z.Create("a.npy")
	w.Write(npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 0, 0, 128, 63, 1))
	z.Close()
	if a, err = openZip(out.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := readAll(a, "a"); err == nil || !strings.Contains(err.Error(), "has 5 bytes of elements") {
		t.Errorf("byte too many: %v", err)
	}
}

func TestWriterNames(t *testing.T) {
	w := NewWriter(&bytes.Buffer{}, true)
	for _, name := range []string{"../x", "/x", `a\b`, "a//b", "a\x00"} {
		if _, err := w.Create(name); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
	if _, err := w.Create("a/b"); err != nil {
		t.Error(err)
	}
	if _, err := w.Create("a/b"); err == nil {
		t.Error("the same name twice")
	}
}
