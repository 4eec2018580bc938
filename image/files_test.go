package image

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/antler-ml/antler/tensor"
)

// A counter counts the bytes that are read of it.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// jpegHeader is the beginning of a JPEG of a size, without pixels.
func jpegHeader(h, w uint16) []byte {
	return []byte{0xFF, 0xD8, 0xFF, 0xC2, 0, 17, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0,
		0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0}
}

// What is too large, or no picture, is refused by its first bytes: little is
// read and little allocated, whatever the file's length.
func TestRefusedEarly(t *testing.T) {
	long := strings.NewReader
	for name, c := range map[string]struct {
		head string
		kind error
	}{
		"jpeg": {string(jpegHeader(65535, 65535)), ErrLimit},
		"png":  {string(pngHeader(65535, 65535)), ErrLimit},
		"gif":  {string(gifHeader(65535, 65535)), ErrLimit},
		"bmp":  {string(bmpHeader(65535, 65535)), ErrLimit},
		"html": {"<!doctype html><html>", ErrFormat},
		"zip":  {"PK\x03\x04", ErrFormat},
	} {
		Decode(long(c.head), LoadConfig{}) // warms the pool up
		var before, after runtime.MemStats
		r := &counter{Reader: io.MultiReader(long(c.head), io.LimitReader(zeroes{}, 100<<20))}
		runtime.ReadMemStats(&before)
		_, err := Decode(r, LoadConfig{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 || r.n > 128<<10 {
			t.Errorf("%s: %d bytes were allocated, %d read", name, n, r.n)
		}
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Small files that claim many pixels within the limits are refused before
// memory is spent on them.
func TestSmallFilesLargeClaims(t *testing.T) {
	frame := append(gifHeader(9000, 9000), 0x2C, 0, 0, 0, 0, 0x28, 0x23, 0x28, 0x23, 0, 2, 1, 0, 0, 0x3B)
	for name, data := range map[string][]byte{
		"jpeg": append(jpegHeader(9000, 9000), make([]byte, 1000)...),
		"png":  append(pngHeader(9000, 9000), make([]byte, 1000)...),
		"gif":  frame,
		"bmp":  bmpHeader(9000, 9000),
	} {
		Decode(bytes.NewReader(data), LoadConfig{})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode(bytes.NewReader(data), LoadConfig{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), "cannot hold 9000×9000 pixels") {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, n)
		}
	}
}

// The time of decoding is limited in every format.
func TestMaxTime(t *testing.T) {
	for _, name := range []string{"rgb420.jpg", "progressive.jpg", "rgb.png", "rgb.gif", "rgb.bmp"} {
		_, err := Decode(bytes.NewReader(picture(t, name)), LoadConfig{Limits: Limits{MaxTime: 1}})
		if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "Limits.MaxTime") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Decode(bytes.NewReader(picture(t, name)), LoadConfig{Limits: Limits{MaxTime: -1}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l := (Limits{}).withDefaults(); l.MaxTime != 10*time.Second {
		t.Errorf("%v", l.MaxTime)
	}
}

// Of a JPEG that is cut, AllowTruncated gives what is there.
func TestAllowTruncated(t *testing.T) {
	whole := picture(t, "rgb444.jpg")
	cut := whole[:len(whole)*2/3]
	if _, err := Decode(bytes.NewReader(cut), LoadConfig{}); !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), "set AllowTruncated") {
		t.Errorf("%v", err)
	}
	a, err := Decode(bytes.NewReader(whole), LoadConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(bytes.NewReader(cut[:300]), LoadConfig{AllowTruncated: true}); !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), "the picture has hardly begun after 300 bytes") {
		t.Error(err)
	}
	b, err := Decode(bytes.NewReader(cut), LoadConfig{AllowTruncated: true})
	if err != nil {
		t.Fatal(err)
	}
	n := 3 * a.Width
	if !slices.Equal(a.Pix[:16*n], b.Pix[:16*n]) || b.Pix[len(b.Pix)-1] != 128 || slices.Equal(a.Pix, b.Pix) {
		t.Error("the upper rows differ, or the rest is not grey")
	}
}

// Names that are not UTF-8, or would change a terminal, are read and shown quoted.
func TestOddNames(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "caf\xe9\x1b[31m.png")
	if err := os.WriteFile(name, picture(t, "rgb.png"), 0o644); err != nil {
		t.Skip(err) // file systems that want UTF-8
	}
	if m, err := Load(name, LoadConfig{}); err != nil || m.Width != 31 {
		t.Errorf("%v", err)
	}
	if got, err := ListPictures(dir); err != nil || len(got) != 1 || got[0] != name {
		t.Errorf("%q %v", got, err)
	}
	os.WriteFile(name, []byte("<html>"), 0o644)
	_, err := Load(name, LoadConfig{})
	if err == nil || !strings.Contains(err.Error(), `caf\xe9\x1b[31m.png": not a picture that can be read: it is HTML`) {
		t.Errorf("%v", err)
	}
	_, err = Load(name+"x", LoadConfig{})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `caf\xe9\x1b[31m.pngx"`) {
		t.Errorf("%v", err)
	}
}

// Animated pictures give their first frame.
func TestAnimated(t *testing.T) {
	m, err := LoadFS(fstest.MapFS{"a.gif": {Data: picture(t, "rgb.gif")}}, "a.gif", LoadConfig{})
	if err != nil || m.Width != 14 || m.Height != 12 {
		t.Errorf("%v %v", m, err)
	}
}

// A directory that is a link is listed; loops below it end nothing.
func TestListLinks(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "real")
	os.MkdirAll(filepath.Join(real, "sub"), 0o755)
	os.WriteFile(filepath.Join(real, "sub", "a.png"), nil, 0o644)
	if err := os.Symlink(real, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	os.Symlink(real, filepath.Join(real, "sub", "loop"))
	os.Symlink(filepath.Join(real, "sub", "a.png"), filepath.Join(real, "b.png"))
	got, err := ListPictures(filepath.Join(dir, "link"))
	want := []string{filepath.Join(dir, "link", "b.png"), filepath.Join(dir, "link", "sub", "a.png")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

// Arrays may have any number of channels; files may not.
func TestAnyChannels(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 8} {
		x := tensor.New(4, 6, n)
		for i := range x.Data() {
			x.Data()[i] = float32(i % 251)
		}
		no := false
		m, err := FromArray(x, ArrayConfig{Scale: &no})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(ToArray(m, ChannelsLast).Data(), x.Data()) {
			t.Errorf("%d channels: there and back differ", n)
		}
		// Each channel is resized like a grey picture.
		for _, i := range []Interpolation{Nearest, Bilinear, Lanczos} {
			small, err := Resize(m, 3, 4, i)
			if err != nil {
				t.Fatal(err)
			}
			for c := range n {
				grey := New(4, 6, 1)
				for k := range grey.Pix {
					grey.Pix[k] = m.Pix[k*n+c]
				}
				want, _ := Resize(grey, 3, 4, i)
				for k, v := range want.Pix {
					if small.Pix[k*n+c] != v {
						t.Fatalf("%d channels, %s: sample %d of channel %d is %d, want %d", n, i, k, c, small.Pix[k*n+c], v)
					}
				}
			}
		}
		err = Encode(io.Discard, m, SaveConfig{Format: "png"})
		if fits := n == 1 || n == 3; fits != (err == nil) || !fits && !strings.Contains(err.Error(), "1, 3 or 4 channels") {
			t.Errorf("%d channels: %v", n, err)
		}
	}
}
