package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/tensor"
)

// pngHeader is a PNG that claims a size and has no pixels.
func pngHeader(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	ihdr := binary.BigEndian.AppendUint32(append([]byte("IHDR"), binary.BigEndian.AppendUint32(nil, w)...), h)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, 13)
	b = append(b, ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}

func bmpHeader(w, h uint32) []byte {
	b := make([]byte, 54)
	copy(b, "BM")
	binary.LittleEndian.PutUint32(b[10:], 54)
	binary.LittleEndian.PutUint32(b[14:], 40)
	binary.LittleEndian.PutUint32(b[18:], w)
	binary.LittleEndian.PutUint32(b[22:], h)
	binary.LittleEndian.PutUint16(b[26:], 1)
	binary.LittleEndian.PutUint16(b[28:], 24)
	return b
}

func gifHeader(w, h uint16) []byte {
	b := []byte("GIF89a")
	b = binary.LittleEndian.AppendUint16(b, w)
	b = binary.LittleEndian.AppendUint16(b, h)
	return append(b, 0, 0, 0)
}

// A bomb is refused by its header: decoding must not allocate its pixels.
func TestBombs(t *testing.T) {
	// A scan that corrects DC coefficients can be repeated for ever.
	progressive := picture(t, "progressive.jpg")
	at := 0
	for i := range progressive {
		if d := progressive[i:]; len(d) > 14 && d[0] == 0xFF && d[1] == 0xDA && d[4] == 3 && d[11] == 0 && d[12] == 0 && d[13] == 0x10 {
			at = i
		}
	}
	end := at + 14
	for progressive[end] != 0xFF || progressive[end+1] == 0 {
		end++
	}
	manyScans := bytes.Clone(progressive[:end])
	for range 600 {
		manyScans = append(manyScans, progressive[at:end]...)
	}
	manyScans = append(manyScans, progressive[end:]...)
	frame := picture(t, "grey.gif")
	i := bytes.IndexByte(frame, 0x2C)
	body := frame[i : len(frame)-1]
	manyFrames := bytes.Clone(frame[:len(frame)-1])
	for range 1000 {
		manyFrames = append(manyFrames, body...)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"png":    {pngHeader(100_000, 100_000), "MaxSide = 32768"},
		"png2":   {pngHeader(30_000, 30_000), "30000×30000 pixels, more than Limits.MaxPixels = 89478485"},
		"bmp":    {bmpHeader(20_000, 17_000), "MaxPixels"},
		"gif":    {gifHeader(65535, 65535), "MaxSide"},
		"scans":  {manyScans, "more than Limits.MaxScans = 500 scans"},
		"frames": {manyFrames, "1001 frames, more than Limits.MaxFrames = 1000"},
	} {
		var m *Image
		var err error
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err = Decode(bytes.NewReader(c.data), LoadConfig{})
		runtime.ReadMemStats(&after)
		if m != nil || !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
			t.Errorf("%s: %d bytes were allocated", name, got)
		}
	}
	if _, err := Decode(bytes.NewReader(make([]byte, 100)), LoadConfig{Limits: Limits{MaxBytes: 99}}); !errors.Is(err, ErrLimit) {
		t.Errorf("%v", err)
	}
	if _, err := Decode(bytes.NewReader(picture(t, "rgb.png")), LoadConfig{Limits: Limits{MaxPixels: 22 * 31}}); !errors.Is(err, ErrLimit) {
		t.Errorf("%v", err)
	}
	if _, err := Decode(bytes.NewReader(picture(t, "rgb.png")), LoadConfig{Limits: Limits{MaxPixels: -1, MaxSide: -1, MaxBytes: -1}}); err != nil {
		t.Errorf("%v", err)
	}
}

// Every error says what the file is and what to do.
func TestErrorsTeach(t *testing.T) {
	for want, data := range map[string]string{
		"the file is empty": "",
		"it is HTML, not an image; the server probably sent an error page": "\n<!DOCTYPE html><html>404",
		"it is JSON":          `{"error": 403}`,
		"is a Git LFS":        "version https://git-lfs.github.com/spec/v1",
		"it is PDF":           "%PDF-1.7",
		"it is a zip archive": "PK\x03\x04....",
		"it is WebP":          "RIFF\x00\x00\x00\x00WEBPVP8 ",
		"it is HEIC":          "\x00\x00\x00\x18ftypheic\x00",
		"it is TIFF; convert": "II*\x00\x08\x00\x00\x00",
		"zero bytes":          string(make([]byte, 600)),
		`begins with "hello"`: "hello",
	} {
		_, err := LoadFS(fstest.MapFS{"d/x.jpg": {Data: []byte(data)}}, "d/x.jpg", LoadConfig{})
		var de *DecodeError
		if !errors.As(err, &de) || de.Path != "d/x.jpg" || !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "image: d/x.jpg: ") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := Load(t.TempDir(), LoadConfig{}); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("%v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "x.png"), LoadConfig{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	for want, c := range map[string]LoadConfig{
		`color mode is "hsv"`:     {ColorMode: "hsv"},
		`interpolation is "area"`: {Interpolation: "area"},
		"target size is 0×5":      {TargetSize: [2]int{0, 5}},
	} {
		if _, err := Decode(strings.NewReader(""), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := Decode(io.MultiReader(strings.NewReader("BM"), failing{}), LoadConfig{}); !errors.Is(err, errDisk) {
		t.Errorf("%v", err)
	}
	for want, x := range map[string]*tensor.Tensor{"want rank 3": tensor.New(2, 2), "no channels": tensor.New(3, 3, 0)} {
		if _, err := FromArray(x, ArrayConfig{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := LoadArray(make([]float32, 5), golden.Path(t, "keras", "image", "pictures", "rgb.png"), LoadConfig{}, ChannelsLast); err == nil || !strings.Contains(err.Error(), "23×31×3 = 2139 samples, the array 5") {
		t.Errorf("%v", err)
	}
}

var errDisk = errors.New("disk")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errDisk }

// A file cut anywhere is an error, and most often a truncation.
func TestTruncated(t *testing.T) {
	for _, name := range []string{"rgb420.jpg", "progressive.jpg", "rgb.png", "palette.png", "rgb.gif", "rgb.bmp"} {
		data := picture(t, name)
		said, cuts := 0, 0
		for n := 0; n < len(data)*9/10; n += 1 + len(data)/50 {
			_, err := Decode(bytes.NewReader(data[:n]), LoadConfig{})
			if err == nil && name != "rgb.gif" { // its second frame is not read
				t.Errorf("%s cut to %d of %d bytes was read", name, n, len(data))
			}
			cuts++
			if errors.Is(err, ErrTruncated) {
				said++
			}
		}
		if said < cuts*6/10 && name != "rgb.gif" {
			t.Errorf("%s: %d of %d cuts are called truncated", name, said, cuts)
		}
	}
}
