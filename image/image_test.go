package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	stdimage "image"
	"image/color"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/disintegration/imaging"

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
	var scans bytes.Buffer
	scans.WriteString("\xff\xd8")
	scans.Write(picture(t, "rgb420.jpg")[2:])
	manyScans := scans.Bytes()[:scans.Len()-2]
	for range 600 {
		manyScans = append(manyScans, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0)
	}
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
		"scans":  {manyScans, "601 scans, more than Limits.MaxScans = 500"},
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
	for want, x := range map[string]*tensor.Tensor{"want rank 3": tensor.New(2, 2), "has 2 channels": tensor.New(3, 3, 2)} {
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

// A palette index beyond the palette, which makes imaging die in a goroutine
// where nobody can recover it, is black.
func TestBadPaletteIndex(t *testing.T) {
	p := stdimage.NewPaletted(stdimage.Rect(0, 0, 2, 1), color.Palette{color.White})
	p.Pix = []uint8{0, 200}
	m := FromImage(p, RGB)
	if !bytes.Equal(m.Pix, []uint8{255, 255, 255, 0, 0, 0}) {
		t.Errorf("%v", m.Pix)
	}
}

// Types that no built-in format produces go through the generic conversion.
func TestFromImageGeneric(t *testing.T) {
	src := stdimage.NewRGBA64(stdimage.Rect(3, 4, 5, 6))
	src.Set(3, 4, color.NRGBA{200, 100, 50, 128})
	src.Set(4, 5, color.NRGBA{1, 2, 3, 255})
	m := FromImage(src, RGBA)
	if m.Width != 2 || m.Height != 2 || m.Pix[3] != 128 || m.Pix[0] < 199 || !bytes.Equal(m.Pix[12:], []uint8{1, 2, 3, 255}) {
		t.Errorf("%+v", m)
	}
	alpha := stdimage.NewAlpha(stdimage.Rect(0, 0, 1, 1))
	alpha.Pix[0] = 7
	if m := FromImage(alpha, RGBA); m.Pix[3] != 7 {
		t.Errorf("%+v", m)
	}
	rgba := stdimage.NewRGBA(stdimage.Rect(0, 0, 1, 1))
	rgba.Pix = []uint8{64, 32, 16, 128}
	if m := FromImage(rgba, RGB); m.Pix[0] != 127 && m.Pix[0] != 128 {
		t.Errorf("%+v", m)
	}
}

// An Image is a picture of the standard library.
func TestImageAt(t *testing.T) {
	for _, c := range []int{1, 3, 4} {
		m := New(2, 3, c)
		for i := range m.Pix {
			m.Pix[i] = uint8(40 + i)
		}
		same := FromImage(m, map[int]ColorMode{1: Grayscale, 3: RGB, 4: RGBA}[c])
		if c > 1 && !bytes.Equal(same.Pix, m.Pix) {
			t.Errorf("%d channels: %v, want %v", c, same.Pix, m.Pix)
		}
		m.At(-1, 0)
		m.At(0, 2)
	}
	m := &Image{Width: 1, Height: 1, Channels: 1, Pix16: []uint16{5000}}
	if m.At(0, 0) != (color.Gray16{Y: 5000}) || m.ColorModel() != color.Gray16Model {
		t.Error(m.At(0, 0))
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	m, err := Decode(bytes.NewReader(picture(t, "rgba.png")), LoadConfig{ColorMode: RGBA})
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{"png", "bmp", "gif", "jpg", "jpeg", "tif"} {
		path := filepath.Join(dir, "x."+ext)
		if err := Save(path, m, SaveConfig{}); err != nil {
			t.Errorf("%s: %v", ext, err)
			continue
		}
		back, err := Load(path, LoadConfig{ColorMode: RGBA, Limits: Limits{Formats: []string{"tiff"}}})
		if err != nil || back.Width != m.Width || back.Height != m.Height {
			t.Errorf("%s: %v", ext, err)
		}
		if ext == "png" && !bytes.Equal(back.Pix, m.Pix) {
			t.Error("PNG lost something")
		}
	}
	grey16, _ := Decode(bytes.NewReader(picture(t, "grey16.png")), LoadConfig{ColorMode: Grayscale})
	if err := Save(filepath.Join(dir, "g.png"), grey16, SaveConfig{}); err != nil {
		t.Fatal(err)
	}
	if back, err := Load(filepath.Join(dir, "g.png"), LoadConfig{ColorMode: Grayscale}); err != nil || !slices.Equal(back.Pix16, grey16.Pix16) {
		t.Errorf("16 bits: %v", err)
	}
	before, _ := os.ReadDir(dir)
	for want, c := range map[string]SaveConfig{`cannot write format "webp"`: {Format: "webp"}, "Quality is 101": {Format: "jpg", Quality: 101}} {
		if err := Save(filepath.Join(dir, "new.x"), m, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Error("a failed Save left a file behind")
	}
	if err := Save(filepath.Join(dir, "nowhere", "x.png"), m, SaveConfig{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestTIFFIsOptIn(t *testing.T) {
	var b bytes.Buffer
	if err := Encode(&b, New(2, 2, 3), SaveConfig{Format: "tiff"}); err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(bytes.NewReader(b.Bytes()), LoadConfig{}); !errors.Is(err, ErrFormat) {
		t.Errorf("%v", err)
	}
}

func TestListPictures(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"b.PNG", "a.jpg", "sub/c.gif", "notes.txt", "png"} {
		os.MkdirAll(filepath.Dir(filepath.Join(dir, n)), 0o755)
		os.WriteFile(filepath.Join(dir, n), nil, 0o644)
	}
	for want, ext := range map[string][]string{"[a.jpg b.PNG sub/c.gif]": nil, "[a.jpg]": {"jpg"}, "[b.PNG]": {".png"}} {
		got, err := ListPictures(dir, ext...)
		for i := range got {
			got[i], _ = filepath.Rel(dir, got[i])
			got[i] = filepath.ToSlash(got[i])
		}
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%v %v, want %v", got, err, want)
		}
	}
	if _, err := ListPictures(filepath.Join(dir, "a.jpg")); err == nil {
		t.Error("a file was taken for a directory")
	}
}

// Our resize and imaging's, an independent one, differ by a level at most.
func TestResizeAgainstImaging(t *testing.T) {
	m, err := Decode(bytes.NewReader(picture(t, "rgb420.jpg")), LoadConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range map[Interpolation]imaging.ResampleFilter{Bilinear: imaging.Linear, Bicubic: imaging.CatmullRom, Lanczos: imaging.Lanczos} {
		for _, size := range [][2]int{{20, 30}, {90, 100}} {
			got, err := Resize(m, size[0], size[1], i)
			if err != nil {
				t.Fatal(err)
			}
			want := FromImage(imaging.Resize(m, size[1], size[0], f), RGB)
			for k, v := range got.Pix {
				if d := int(v) - int(want.Pix[k]); d < -2 || d > 2 {
					t.Fatalf("%s to %v: sample %d is %d, imaging says %d", i, size, k, v, want.Pix[k])
				}
			}
		}
	}
}

func TestResizeEdges(t *testing.T) {
	m := New(1, 1, 3)
	m.Pix = []uint8{9, 8, 7}
	for _, i := range []Interpolation{Nearest, Bilinear, Bicubic, Lanczos, Box, Hamming} {
		got, err := ResizeCrop(m, 3, 5, i)
		if err != nil || len(got.Pix) != 45 || got.Pix[0] != 9 || got.Pix[44] != 7 {
			t.Errorf("%s: %v %v", i, got, err)
		}
	}
	if _, err := Resize(m, 0, 5, Nearest); err == nil {
		t.Error("height 0 was accepted")
	}
	if _, err := Resize(New(0, 4, 1), 2, 5, Nearest); err == nil {
		t.Error("an empty picture was accepted")
	}
}

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "keras", "image", "pictures", "*"))
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(pngHeader(30000, 30000))
	f.Add(bmpHeader(1, 0xFFFFFFFF))
	f.Add(gifHeader(1, 1))
	limits := Limits{MaxPixels: 1 << 16, MaxBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, mode := range []ColorMode{RGB, RGBA, Grayscale} {
			m, err := Decode(bytes.NewReader(data), LoadConfig{ColorMode: mode, Limits: limits})
			if err != nil {
				var de *DecodeError
				if !errors.As(err, &de) || strings.Contains(err.Error(), "panicked") {
					t.Fatal(err)
				}
				continue
			}
			if m.Width*m.Height > limits.MaxPixels || m.Channels != mode.Channels() || len(m.Pix)+len(m.Pix16) != m.Width*m.Height*m.Channels {
				t.Fatalf("%d×%d×%d with %d samples", m.Height, m.Width, m.Channels, len(m.Pix)+len(m.Pix16))
			}
			if _, err := Resize(m, 5, 7, Bilinear); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func ExampleLoad() {
	img, err := Load(filepath.Join("..", "testdata", "keras", "image", "pictures", "rgb.png"), LoadConfig{TargetSize: [2]int{10, 20}, Interpolation: Bilinear})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ToArray(img, ChannelsLast).Shape(), ToArray(img, ChannelsFirst).Shape())
	// Output: [10 20 3] [3 10 20]
}

func jpeg512(b *testing.B) []byte {
	m, err := Load(golden.Path(b, "keras", "image", "pictures", "rgb420.jpg"), LoadConfig{TargetSize: [2]int{512, 512}, Interpolation: Bicubic})
	if err != nil {
		b.Fatal(err)
	}
	var buf bytes.Buffer
	if err := Encode(&buf, m, SaveConfig{Format: "jpeg", Quality: 90}); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "x.jpg")
	if err := os.WriteFile(path, jpeg512(b), 0o644); err != nil {
		b.Fatal(err)
	}
	dst := make([]float32, 224*224*3)
	for _, i := range []Interpolation{Nearest, Bilinear, Lanczos} {
		b.Run("jpeg512to224_"+string(i), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if err := LoadArray(dst, path, LoadConfig{TargetSize: [2]int{224, 224}, Interpolation: i}, ChannelsLast); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

func BenchmarkResize(b *testing.B) {
	m, err := Decode(bytes.NewReader(jpeg512(b)), LoadConfig{})
	if err != nil {
		b.Fatal(err)
	}
	for _, i := range []Interpolation{Nearest, Bilinear, Bicubic, Lanczos, Box} {
		b.Run("512to224_"+string(i), func(b *testing.B) {
			var s scratch
			n := 0
			for b.Loop() {
				s.resize(m, 224, 224, i, false)
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
	b.Run("imaging_512to224_bilinear", func(b *testing.B) {
		src := imaging.Clone(m)
		n := 0
		for b.Loop() {
			imaging.Resize(src, 224, 224, imaging.Linear)
			n++
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
	})
}
