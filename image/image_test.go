package image

import (
	"bytes"
	"errors"
	"fmt"
	stdimage "image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
)

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

func ExampleLoad() {
	img, err := Load(filepath.Join("..", "testdata", "keras", "image", "pictures", "rgb.png"), LoadConfig{TargetSize: [2]int{10, 20}, Interpolation: Bilinear})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ToArray(img, ChannelsLast).Shape(), ToArray(img, ChannelsFirst).Shape())
	// Output: [10 20 3] [3 10 20]
}
