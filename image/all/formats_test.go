package all

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	stdimage "image"
	"image/color"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
)

func format(t testing.TB, name string) string {
	return golden.Path(t, "keras", "image", "formats", name)
}

type formatCases struct {
	Files []struct {
		File        string
		Deep, Alpha bool
	}
	Turned []string
	Drafts []struct {
		File, Mode    string
		Height, Width int
		Filter        image.Interpolation
		Want          string
	}
}

func cases(t *testing.T) (c formatCases) {
	t.Helper()
	data, err := os.ReadFile(format(t, "cases.json"))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil || len(c.Files) < 20 || len(c.Turned) != 32 || len(c.Drafts) < 12 {
		t.Fatalf("%d files, %d turned, %d drafts: %v", len(c.Files), len(c.Turned), len(c.Drafts), err)
	}
	return c
}

// expected reads a PNG of the fixtures with the standard library.
func expected(t *testing.T, name string) stdimage.Image {
	t.Helper()
	f, err := os.Open(format(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func compare(t *testing.T, name string, got *image.Image, want stdimage.Image) {
	t.Helper()
	if got.Bounds() != want.Bounds() {
		t.Errorf("%s: %v, want %v", name, got.Bounds(), want.Bounds())
		return
	}
	for y := range got.Height {
		for x := range got.Width {
			if g, w := want.ColorModel().Convert(got.At(x, y)), want.At(x, y); g != w {
				t.Errorf("%s: pixel %d, %d is %v, want %v", name, x, y, g, w)
				return
			}
		}
	}
}

// TIFF, WebP and netpbm files have the samples that Pillow gives.
func TestFormatsArePillow(t *testing.T) {
	for _, f := range cases(t).Files {
		stem, _, _ := strings.Cut(f.File, ".")
		modes := map[image.ColorMode]string{image.RGB: ".rgb.png", image.Grayscale: ".grey.png"}
		if f.Alpha {
			modes[image.RGBA] = ".rgba.png"
		}
		for mode, suffix := range modes {
			m, err := image.Load(format(t, f.File), image.LoadConfig{ColorMode: mode})
			if err != nil {
				t.Errorf("%s: %v", f.File, err)
				continue
			}
			if deep := m.Pix16 != nil; deep != (f.Deep && mode == image.Grayscale) {
				t.Errorf("%s: 16 bits is %v in mode %s", f.File, deep, mode)
			}
			compare(t, f.File+" "+string(mode), m, expected(t, stem+suffix))
		}
	}
}

// Pictures are turned as their orientation says, in every format that has one.
func TestOrientIsPillow(t *testing.T) {
	for _, name := range cases(t).Turned {
		m, err := image.Load(format(t, name), image.LoadConfig{Orient: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		compare(t, name, m, expected(t, name+".png"))
		plain, err := image.Load(format(t, name), image.LoadConfig{})
		if err != nil || plain.Width != 31 || plain.Height != 23 {
			t.Errorf("%s: %v without Orient: %v", name, plain.Bounds(), err)
		}
	}
}

// Draft decodes at a part of the size, as Pillow's draft mode does.
func TestDraftIsPillow(t *testing.T) {
	for _, d := range cases(t).Drafts {
		mode := map[string]image.ColorMode{"RGB": image.RGB, "L": image.Grayscale}[d.Mode]
		c := image.LoadConfig{ColorMode: mode, TargetSize: [2]int{d.Height, d.Width}, Interpolation: d.Filter, Draft: true}
		m, err := image.Load(format(t, d.File), c)
		if err != nil {
			t.Errorf("%s: %v", d.Want, err)
			continue
		}
		compare(t, d.Want, m, expected(t, d.Want))
	}
	// Turned by a quarter, the sides of the target change places.
	m, err := image.Load(format(t, "turn.o6.jpg"), image.LoadConfig{TargetSize: [2]int{15, 11}, Draft: true, Orient: true})
	if err != nil || m.Height != 15 || m.Width != 11 {
		t.Errorf("%v: %v", m.Bounds(), err)
	}
}

func TestAnimatedWebP(t *testing.T) {
	_, err := image.Load(format(t, "animated.webp"), image.LoadConfig{})
	if !errors.Is(err, image.ErrFormat) || !strings.Contains(err.Error(), "animated.webp: webp: ") || !strings.Contains(err.Error(), "it is animated") {
		t.Error(err)
	}
}

// Damaged files of the further formats are errors, not panics.
func TestFormatsCut(t *testing.T) {
	for _, f := range cases(t).Files {
		data, err := os.ReadFile(format(t, f.File))
		if err != nil {
			t.Fatal(err)
		}
		for n := 12; n < len(data)*3/4; n += 1 + len(data)/40 {
			_, err := image.Decode(bytes.NewReader(data[:n]), image.LoadConfig{})
			var de *image.DecodeError
			if !errors.As(err, &de) || strings.Contains(err.Error(), "panicked") {
				t.Errorf("%s cut to %d of %d bytes: %v", f.File, n, len(data), err)
			}
		}
	}
}

// 16-bit colours stay exact with Keep16, through a file and back.
func TestKeep16(t *testing.T) {
	m := &image.Image{Width: 3, Height: 2, Channels: 3, Pix16: make([]uint16, 18)}
	for i := range m.Pix16 {
		m.Pix16[i] = uint16(i*3637 + 11)
	}
	rgba := &image.Image{Width: 2, Height: 2, Channels: 4, Pix16: make([]uint16, 16)}
	for i := range rgba.Pix16 {
		rgba.Pix16[i] = uint16(i*4001 + 257)
	}
	for _, c := range []struct {
		m    *image.Image
		mode image.ColorMode
	}{{m, image.RGB}, {rgba, image.RGBA}} {
		var b bytes.Buffer
		if err := image.Encode(&b, c.m, image.SaveConfig{Format: "png"}); err != nil {
			t.Fatal(err)
		}
		got, err := image.Decode(bytes.NewReader(b.Bytes()), image.LoadConfig{ColorMode: c.mode, Keep16: true})
		if err != nil || !slices.Equal(got.Pix16, c.m.Pix16) {
			t.Errorf("%s: %v, %v", c.mode, got, err)
		}
		got, err = image.Decode(bytes.NewReader(b.Bytes()), image.LoadConfig{ColorMode: c.mode})
		if err != nil || got.Pix16 != nil || got.Pix[5] != uint8(c.m.Pix16[5]>>8) {
			t.Errorf("%s: %v, %v", c.mode, got, err)
		}
		x := image.ToArray(c.m, image.ChannelsFirst)
		if s := x.Shape(); s[0] != c.m.Channels || x.Data()[1] != float32(c.m.Pix16[c.m.Channels]) {
			t.Errorf("%v: %v", s, x.Data())
		}
		for _, i := range []image.Interpolation{image.Nearest, image.Bilinear, image.Lanczos} {
			small, err := image.Resize(c.m, 5, 4, i)
			if err != nil || len(small.Pix16) != 20*c.m.Channels {
				t.Errorf("%s: %v", i, err)
			}
		}
	}
}

// A netpbm file says what is wrong with it.
func TestPPMErrors(t *testing.T) {
	for want, data := range map[string]string{
		"width: the data end":                           "P6\n",
		"the width is 0, want 1…":                       "P6 0 5 255\n",
		"the greatest value is 70000":                   "P5 2 2 70000\n",
		"'x' is not a digit":                            "P5 2 x 255\n",
		"more than 10 digits":                           "P5 22222222222 1 255\n",
		"MaxPixels":                                     "P4 30000 30000\n",
		"12 bytes cannot hold 90×90 pixels":             "P5 90 90 9\n.",
		"a sample is 9, more than the greatest value 8": "P2 2 1 8\n1 9",
		"'2' is not 0 or 1":                             "P1 2 2\n0 1 2 1",
		"truncated":                                     "P3 2 2 9 1 2 3 4 5 6 7 8 9 #0 1 2\n",
	} {
		_, err := image.Decode(strings.NewReader(data), image.LoadConfig{})
		var de *image.DecodeError
		if !errors.As(err, &de) || !strings.Contains(err.Error(), strings.Replace(want, "the data end", "unexpected EOF", 1)) {
			t.Errorf("%q: want %q, got %v", data, want, err)
		}
	}
}

func ExampleRegisterFormat() {
	// Files of a camera of one's own: a magic word, then 2×2 grey samples.
	image.RegisterFormat(image.Format{
		Name: "camera", Magic: []string{"CAM?"},
		DecodeConfig: func(r io.Reader) (stdimage.Config, error) {
			return stdimage.Config{Width: 2, Height: 2, ColorModel: color.GrayModel}, nil
		},
		Decode: func(r io.Reader, _ bool) (stdimage.Image, error) {
			data, err := io.ReadAll(r)
			if err != nil || len(data) < 8 {
				return nil, io.ErrUnexpectedEOF
			}
			return &image.Image{Width: 2, Height: 2, Channels: 1, Pix: data[4:8]}, nil
		},
	})
	m, err := image.Decode(strings.NewReader("CAM1abcd"), image.LoadConfig{ColorMode: image.Grayscale})
	fmt.Println(m.Pix, err)
	// Output: [97 98 99 100] <nil>
}
