package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
)

// fixtures are pictures of all formats that the tests of package image use.
func fixtures(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../testdata/keras/image")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	os.MkdirAll(filepath.Dir(to), 0o755)
	if err := os.WriteFile(to, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// All formats are read, and without a change nothing is lost: neither channels
// nor the bits of 16.
func TestFormats(t *testing.T) {
	dir := filepath.Join(fixtures(t), "formats")
	t.Chdir(t.TempDir())
	n := 0
	for _, name := range files(t, dir) {
		ext := filepath.Ext(name)
		if strings.Contains(name, ".") && strings.Count(name, ".") == 1 && ext != ".json" && name != "animated.webp" {
			copyFile(t, filepath.Join(dir, name), filepath.Join("in", name))
			n++
		}
	}
	_, stderr := do(t, "in", "out", "--policy", "none", "--workers", "2")
	if strings.Contains(stderr, "cannot be used") || n < 20 {
		t.Errorf("%d pictures\n%s", n, stderr)
	}
	deep := 0
	for _, name := range files(t, "in") {
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		outs, _ := filepath.Glob("out/" + stem + "_*aug1.*")
		if len(outs) == 0 {
			t.Errorf("%s: nothing was made of it", name)
			continue
		}
		if filepath.Ext(outs[0]) != ".png" {
			continue // lossy
		}
		for _, mode := range []image.ColorMode{image.RGBA, image.Grayscale} {
			want, err := image.Load(filepath.Join("in", name), image.LoadConfig{ColorMode: mode, Keep16: true})
			if err != nil {
				t.Fatal(err)
			}
			got, err := image.Load(outs[0], image.LoadConfig{ColorMode: mode, Keep16: true})
			if err != nil {
				t.Fatal(err)
			}
			if want.Pix16 != nil {
				deep++
			}
			if !slices.Equal(want.Pix, got.Pix) || !slices.Equal(want.Pix16, got.Pix16) {
				t.Errorf("%s: as %s, %s has other samples", name, mode, outs[0])
			}
		}
	}
	if deep == 0 {
		t.Error("no picture of 16 bits among them")
	}
}

// A tag that says that the picture lies on its side is heeded, unless it is not
// to be.
func TestOrientation(t *testing.T) {
	t.Chdir(t.TempDir())
	paint(t, "plain.jpg", 20, 30, 1)
	b, err := os.ReadFile("plain.jpg")
	if err != nil {
		t.Fatal(err)
	}
	// APP1 with an EXIF structure of one tag: orientation 6, first row at the right.
	exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	os.Mkdir("in", 0o755)
	if err := os.WriteFile("in/a.jpg", []byte(string(b[:2])+exif+string(b[2:])), 0o644); err != nil {
		t.Fatal(err)
	}
	for out, flags := range map[string][]string{"turned": nil, "lying": {"--orient=false"}} {
		do(t, append([]string{"in", out, "--policy", "none"}, flags...)...)
		m, err := image.Load(out+"/a_aug1.jpg", image.LoadConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if turned := m.Height == 30; turned != (out == "turned") {
			t.Errorf("%s: %d×%d", out, m.Height, m.Width)
		}
	}
}

// A photograph gives a sheet, whose PNG says what it is; over other pictures
// nothing is drawn.
func TestPreview(t *testing.T) {
	photo := filepath.Join(fixtures(t), "photo.jpg")
	t.Chdir(t.TempDir())
	copyFile(t, photo, "in/photo.jpg")
	_, stderr := do(t, "in", "--preview", "sheet.png")
	if !strings.Contains(stderr, "look at sheet.png: 1 picture and what becomes of them") {
		t.Error(stderr)
	}
	m, err := image.Load("sheet.png", image.LoadConfig{})
	if err != nil || m.Width < 6*100 {
		t.Fatalf("%v, %v", m, err)
	}
	do(t, "in", "out", "--preview", "sheet.png", "--workers", "1")
	do(t, "in", "--preview", "two.png", "--workers", "2")
	same(t, "sheet.png", "two.png")
	refused(t, 2, "in/x.png lies inside IN", "in", "--preview", "in/x.png")
	paint(t, "mine.png", 20, 20, 1)
	refused(t, 2, "mine.png is there already", "in", "--preview", "mine.png")
}
