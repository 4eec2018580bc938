package image

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/antler-ml/antler/internal/printable"
)

// chunk is a chunk of a PNG.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	body := append([]byte(kind), data...)
	return binary.BigEndian.AppendUint32(append(b, body...), crc32.ChecksumIEEE(body))
}

func deflated(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// allocated returns how many bytes f allocates when the pools are warm.
func allocated(f func()) uint64 {
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A bomb is a file that wants to cost much.
type bomb struct {
	data []byte
	kind error // nil: it is a picture all the same
}

// bombs are those that were found in the field: some claim more than the limits,
// some hide much behind small claims.
func bombs(t testing.TB) map[string]bomb {
	big := deflated(t, make([]byte, 64<<20)) // 64 KiB
	// golang/go#79063: 34 bytes that claim 65535 × 65535 pixels.
	gif := append(gifHeader(65535, 65535), 0x2C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 8, 8, 0, 1, 2, 3, 4, 5, 6, 0, 0x3B)
	// golang/go#80169: 54 bytes that claim 1 GB.
	bmp := bmpHeader(18000, 18000)
	one := pngHeader(1, 1)
	end := chunk("IEND", nil)
	pixel := chunk("IDAT", deflated(t, []byte{0, 1, 2, 3}))
	turned := bmpHeader(5, 0x80000000) // a height of -2³¹
	return map[string]bomb{
		"gif of 34 bytes":       {gif, ErrLimit},
		"bmp of 54 bytes":       {bmp, ErrLimit},
		"bmp upside down":       {turned, ErrLimit},
		"png of 65535²":         {append(pngHeader(65535, 65535), pixel...), ErrLimit},
		"png of 2³¹":            {append(pngHeader(1<<31-1, 1<<31-1), pixel...), ErrFormat},
		"png of 2³²":            {append(pngHeader(1<<32-1, 1<<32-1), pixel...), ErrFormat},
		"jpeg of 65535²":        {jpegHeader(65535, 65535), ErrLimit},
		"jpeg of no height":     {jpegHeader(0, 65535), ErrFormat},
		"png with more pixels":  {bytes.Join([][]byte{one, chunk("IDAT", big), end}, nil), ErrFormat},
		"png with a text bomb":  {bytes.Join([][]byte{one, chunk("zTXt", append([]byte("k\x00\x00"), big...)), pixel, end}, nil), nil},
		"png with a profile":    {bytes.Join([][]byte{one, chunk("iCCP", append([]byte("k\x00\x00"), big...)), pixel, end}, nil), nil},
		"png with a long chunk": {append(one, 0x7F, 0xFF, 0xFF, 0xFF, 'z', 'T', 'X', 't', 0), ErrTruncated},
		"zip":                   {append([]byte("PK\x03\x04"), big...), ErrFormat},
		"gzip":                  {append([]byte("\x1f\x8b\x08"), big...), ErrFormat},
		"zeros":                 {make([]byte, 200<<10), ErrFormat},
	}
}

// Bombs cost next to nothing: less than 1 MiB, and the time that
// BenchmarkBombs shows.
func TestBombsOfTheField(t *testing.T) {
	for name, c := range bombs(t) {
		var m *Image
		var err error
		n := allocated(func() { m, err = Decode(bytes.NewReader(c.data), LoadConfig{Orient: true}) })
		if c.kind == nil {
			if err != nil || m.Width != 1 || m.Height != 1 || m.Pix[2] != 3 {
				t.Errorf("%s: %v %v", name, m, err)
			}
		} else if !errors.Is(err, c.kind) || m != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, n)
		}
	}
}

// BenchmarkBombs is to stay below 10 ms a bomb, the slowest one too.
func BenchmarkBombs(b *testing.B) {
	list := bombs(b)
	for _, name := range slices.Sorted(maps.Keys(list)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Decode(bytes.NewReader(list[name].data), LoadConfig{Orient: true})
			}
		})
	}
}

// A picture is what its bytes say, whatever its name.
func TestNamesDoNotMatter(t *testing.T) {
	for _, name := range []string{"rgb.png", "rgb.bmp", "rgb444.jpg", "grey.gif"} {
		want, err := Decode(bytes.NewReader(picture(t, name)), LoadConfig{})
		if err != nil {
			t.Fatal(err)
		}
		for _, as := range []string{"x.jpg", "x.png", "x.txt", "x"} {
			m, err := LoadFS(fstest.MapFS{as: {Data: picture(t, name)}}, as, LoadConfig{})
			if err != nil || !bytes.Equal(m.Pix, want.Pix) {
				t.Errorf("%s named %s: %v", name, as, err)
			}
		}
	}
}

// A file that is not there, is a folder, or may not be read is an error that
// names it; one that grew or shrank since it was listed is read as it is.
func TestFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop.png")
	if err := os.Symlink("loop.png", loop); err != nil {
		t.Skip(err)
	}
	closed := filepath.Join(dir, "closed.png")
	if err := os.WriteFile(closed, picture(t, "rgb.png"), 0); err != nil {
		t.Fatal(err)
	}
	os.Mkdir(filepath.Join(dir, "folder.png"), 0o755)
	for _, name := range []string{"loop.png", "closed.png", "folder.png", "none.png", "closed.png/x.png", strings.Repeat("x", 300) + ".png", "nul\x00.png"} {
		_, err := Load(filepath.Join(dir, name), LoadConfig{})
		if name == "closed.png" && os.Getuid() == 0 {
			continue // root may read everything
		}
		if err == nil || !strings.HasPrefix(err.Error(), "image: ") || !strings.Contains(err.Error(), printable.Name(name)) && !strings.Contains(err.Error(), "nul") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Every single byte of small pictures, changed: an error or a picture of the
// right size, never a panic, and never much memory.
func TestEveryByteChanged(t *testing.T) {
	step := 3
	if testing.Short() {
		step = 17
	}
	for _, name := range []string{"tiny420.jpg", "grey.jpg", "grey4.png", "palette.png", "grey.gif", "palette.bmp"} {
		data := picture(t, name)
		broken := 0
		for at := 0; at < len(data); at += step {
			for _, x := range []byte{0x01, 0x80, 0xFF} {
				bad := bytes.Clone(data)
				bad[at] ^= x
				m, err := Decode(bytes.NewReader(bad), LoadConfig{Limits: Limits{MaxPixels: 1 << 18}})
				var de *DecodeError
				switch {
				case err == nil && len(m.Pix) != 3*m.Width*m.Height:
					t.Errorf("%s, byte %d ^ %#x: %d×%d with %d samples", name, at, x, m.Width, m.Height, len(m.Pix))
				case err != nil && (!errors.As(err, &de) || strings.Contains(err.Error(), "panicked")):
					t.Errorf("%s, byte %d ^ %#x: %v", name, at, x, err)
				case err != nil:
					broken++
				}
			}
		}
		if broken == 0 {
			t.Errorf("%s: no change was noticed", name)
		}
	}
}
