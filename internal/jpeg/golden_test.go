package jpeg

import (
	"encoding/json"
	"errors"
	"fmt"
	stdimage "image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/internal/kernel/impltest"
)

type goldenCase struct {
	Name, Mode string
	Size       [2]int
	Scales     []int
	Cuts       []int
}

func goldenCases(t testing.TB) []goldenCase {
	t.Helper()
	data, err := os.ReadFile(golden.Path(t, "keras", "image", "jpeg", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Cases []goldenCase }
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Cases) < 50 {
		t.Fatalf("%d cases", len(f.Cases))
	}
	return f.Cases
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(golden.Path(t, "keras", "image", "jpeg", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A picture is a sink that keeps all.
type picture struct {
	w, h, c int
	pix     []uint8
	rows    int
}

func (p *picture) Start(w, h, c int) error {
	p.w, p.h, p.c, p.rows = w, h, c, 0
	p.pix = resized(p.pix, w*h*c)
	return nil
}

func (p *picture) Row(y int, s []uint8) {
	if y != p.rows {
		panic(fmt.Sprintf("row %d after %d", y, p.rows-1))
	}
	p.rows++
	copy(p.pix[y*p.w*p.c:], s[:p.w*p.c])
}

// want reads the samples that Pillow gives.
func want(t testing.TB, name string) *picture {
	t.Helper()
	f, err := os.Open(golden.Path(t, "keras", "image", "jpeg", name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	p := &picture{w: m.Bounds().Dx(), h: m.Bounds().Dy()}
	p.c = map[color.Model]int{color.GrayModel: 1, color.RGBAModel: 3, color.NRGBAModel: 4}[m.ColorModel()]
	for y := range p.h {
		for x := range p.w {
			switch s := m.(type) {
			case *stdimage.Gray:
				p.pix = append(p.pix, s.GrayAt(x, y).Y)
			case *stdimage.RGBA:
				c := s.RGBAAt(x, y)
				p.pix = append(p.pix, c.R, c.G, c.B)
			case *stdimage.NRGBA: // CMYK
				c := s.NRGBAAt(x, y)
				p.pix = append(p.pix, c.R, c.G, c.B, c.A)
			}
		}
	}
	return p
}

func same(t *testing.T, name string, got, want *picture) {
	t.Helper()
	if got.w != want.w || got.h != want.h || got.c != want.c || got.rows != got.h {
		t.Errorf("%s: %d×%d×%d and %d rows, want %d×%d×%d", name, got.w, got.h, got.c, got.rows, want.w, want.h, want.c)
		return
	}
	n, worst, first := 0, 0, -1
	for i, v := range got.pix {
		if d := int(v) - int(want.pix[i]); d != 0 {
			n++
			worst = max(worst, d, -d)
			if first < 0 {
				first = i
			}
		}
	}
	if n > 0 {
		t.Errorf("%s: %d of %d samples differ, up to %d levels; the first at x=%d y=%d", name, n, len(got.pix), worst, first/got.c%got.w, first/got.c/got.w)
	}
}

// Every file has the samples that Pillow gives, to the last bit, at every
// scale, with every implementation of the kernels.
func TestPillow(t *testing.T) {
	impltest.All(t, "jpeg", func(t *testing.T) {
		var d Decoder
		var got picture
		for _, c := range goldenCases(t) {
			data := file(t, c.Name)
			for _, s := range c.Scales {
				name := fmt.Sprintf("%s.%d", c.Name, s)
				h, err := d.ReadHeader(data)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if h.Width != c.Size[0] || h.Height != c.Size[1] {
					t.Errorf("%s: %d×%d, want %v", name, h.Width, h.Height, c.Size)
				}
				if err := d.Decode(Config{Scale: s}, &got); err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				same(t, name, &got, want(t, name))
			}
		}
	})
}

// A file that is cut is an error, or what Pillow makes of it with
// LOAD_TRUNCATED_IMAGES.
func TestPillowTruncated(t *testing.T) {
	var d Decoder
	var got picture
	n := 0
	for _, c := range goldenCases(t) {
		for _, cut := range c.Cuts {
			n++
			name := fmt.Sprintf("%s.cut%d", c.Name, cut)
			data := file(t, c.Name)[:cut]
			if _, err := d.ReadHeader(data); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if err := d.Decode(Config{}, &got); !errors.Is(err, ErrTruncated) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := d.ReadHeader(data); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := d.Decode(Config{AllowTruncated: true}, &got); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			same(t, name, &got, want(t, name))
		}
	}
	if n < 20 {
		t.Errorf("%d cuts", n)
	}
}
