package check

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
)

// scene is a picture like no other: a sum of a few waves, and noise.
func scene(seed uint64, h, w int) *image.Image {
	r := rand.New(rand.NewPCG(seed, 1))
	m := image.New(h, w, 3)
	type wave struct{ fx, fy, phase, a, b, c float64 }
	var waves []wave
	for range 12 {
		waves = append(waves, wave{r.NormFloat64() * 8, r.NormFloat64() * 8, r.Float64() * 7, r.NormFloat64() * 22, r.NormFloat64() * 22, r.NormFloat64() * 22})
	}
	for i := range h * w {
		x, y := float64(i%w)/float64(w), float64(i/w)/float64(h)
		v := [3]float64{128, 128, 128}
		for _, k := range waves {
			s := math.Sin(k.fx*x + k.fy*y + k.phase)
			v[0], v[1], v[2] = v[0]+k.a*s, v[1]+k.b*s, v[2]+k.c*s
		}
		for c := range v {
			m.Pix[3*i+c] = uint8(min(max(v[c]+r.NormFloat64()*3, 0), 255))
		}
	}
	return m
}

func encoded(t testing.TB, m *image.Image, format string, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := image.Encode(&b, m, image.SaveConfig{Format: format, Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(golden.Path(t, "keras", "image", "pictures", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func layOut(t testing.TB, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// pngHeader is a PNG that claims a size and has no pixels.
func pngHeader(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	b := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	return binary.BigEndian.AppendUint32(append(b, ihdr...), crc32.ChecksumIEEE(ihdr))
}

func run(t *testing.T, root string, opt Options) *Report {
	t.Helper()
	r, err := Run(t.Context(), root, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// of returns the findings of a kind as lines.
func (r *Report) of(k Kind) string {
	var s []string
	for _, f := range r.Findings {
		if f.Kind == k {
			s = append(s, f.String())
		}
	}
	return strings.Join(s, "; ")
}

func troubled(t testing.TB) string {
	png := encoded(t, scene(1, 40, 50), "png", 0)
	blank := image.New(20, 30, 3)
	return layOut(t, map[string][]byte{
		"cat/good.png": png, "cat/empty.jpg": nil, "cat/page.jpg": []byte("<!DOCTYPE html><html>404 Not found</html>"),
		"cat/cut.png": png[:len(png)/2], "cat/broken.jpg": append([]byte("\xff\xd8\xff\xc0\x00\x02"), make([]byte, 50)...),
		"dog/other.jpg": encoded(t, scene(2, 40, 50), "png", 0), "dog/print.jpg": fixture(t, "cmyk.jpg"), "dog/moves.gif": fixture(t, "rgb.gif"),
		"dog/bomb.png": pngHeader(65535, 65535), "dog/white.bmp": encoded(t, blank, "bmp", 0), "dog/notes.txt": []byte("x"), "README": []byte("x"),
		"dog/zeros.jpeg": make([]byte, 200_000),
	})
}

func TestTroubles(t *testing.T) {
	r := run(t, troubled(t), Options{})
	for k, want := range map[Kind]string{
		Empty:       "cat/empty.jpg: the file has no bytes; copy or download it again",
		NotPicture:  "cat/page.jpg: it is HTML, not an image; the server probably sent an error page: download it again; dog/zeros.jpeg: it begins with 512 zero bytes; the copy or download was interrupted",
		Mislabelled: "dog/other.jpg: it is PNG, not JPEG",
		CMYK:        "dog/print.jpg", Animated: "dog/moves.gif",
		Blank: "dog/white.bmp: all 20×30 pixels have the same colour",
	} {
		if want = strings.Replace(want, "20×30", "30×20", 1); r.of(k) != want {
			t.Errorf("%s: %q, want %q", k, r.of(k), want)
		}
	}
	for k, want := range map[Kind]string{Truncated: "cat/cut.png: the picture is not finished after", Corrupt: "cat/broken.jpg: ", TooLarge: "dog/bomb.png: 65535×65535 pixels, more than Limits.MaxSide = 32768"} {
		if got := r.of(k); !strings.HasPrefix(got, want) || strings.Contains(got, ";  ") {
			t.Errorf("%s: %q, want %q…", k, got, want)
		}
	}
	if r.Pictures != 11 || r.Unusable != 6 || len(r.Unreadable()) != 6 || r.Formats["png"] != 2+1+1 || r.Other["txt"] != 1 || r.Other[""] != 1 {
		t.Errorf("%+v", r)
	}
	if fmt.Sprint(r.Classes) != "[{cat 5 4} {dog 6 2}]" {
		t.Error(r.Classes)
	}
}

// The report does not depend on the workers, nor does the list.
func TestDeterministic(t *testing.T) {
	root := troubled(t)
	for i := range 6 {
		m := scene(uint64(100+i), 48, 64)
		os.WriteFile(filepath.Join(root, "cat", fmt.Sprintf("s%d.jpg", i)), encoded(t, m, "jpeg", 90), 0o644)
		os.WriteFile(filepath.Join(root, "dog", fmt.Sprintf("s%d.jpg", i)), encoded(t, m, "jpeg", 60), 0o644)
	}
	var first [3]string
	for _, workers := range []int{1, 2, 3, 8} {
		r := run(t, root, Options{Workers: workers})
		var text bytes.Buffer
		if err := r.Write(&text); err != nil {
			t.Fatal(err)
		}
		all, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "list.jsonl")
		if err := r.WriteList(path); err != nil {
			t.Fatal(err)
		}
		lines, _ := os.ReadFile(path)
		got := [3]string{text.String(), string(all), string(lines)}
		if workers == 1 {
			first = got
		} else if got != first {
			t.Errorf("%d workers: %v, want %v", workers, got, first)
		}
	}
	for _, want := range []string{"23 pictures in ", "2 classes: cat 11 and dog 12", "formats: BMP 1, GIF 1, JPEG 14 and PNG 4", "not looked at: files without extension 1 and .txt 1",
		"1 file is empty\n  cat/empty.jpg: the file", "6 pictures are nearly there again (at most 8 of 64 bits of their looks differ)\n  cat/s0.jpg ≈ dog/s0.jpg (distance ", "6 pictures are in two classes\n  cat/s0.jpg ≈ dog/s0.jpg (nearly the same, distance",
		"17 of 23 pictures can be read\n"} {
		if !strings.Contains(first[0], want) {
			t.Errorf("no %q in\n%s", want, first[0])
		}
	}
	for _, l := range strings.Split(strings.TrimSpace(first[2]), "\n") {
		var o map[string]any
		if err := json.Unmarshal([]byte(l), &o); err != nil || o["v"] != 1. || o["kind"] == "" {
			t.Errorf("%s: %v", l, err)
		}
	}
	if !strings.Contains(first[2], `{"v":1,"kind":"empty","unusable":true,"path":"cat/empty.jpg","reason":"the file has no bytes`) {
		t.Error(first[2])
	}
}

func TestDuplicates(t *testing.T) {
	a, b, c := scene(1, 96, 128), scene(2, 96, 128), scene(3, 96, 128)
	half, err := image.Resize(a, 48, 64, image.Bicubic)
	if err != nil {
		t.Fatal(err)
	}
	if pixelHash(b) != pixelHash(image.FromImage(b, image.RGBA)) {
		t.Error("an opaque picture has other pixels with alpha")
	}
	root := layOut(t, map[string][]byte{
		"cat/a.jpg": encoded(t, a, "jpeg", 95), "cat/a2.jpg": encoded(t, a, "jpeg", 95), "dog/half.jpg": encoded(t, half, "jpeg", 80),
		"cat/b.png": encoded(t, b, "png", 0), "dog/b.bmp": encoded(t, b, "bmp", 0), "dog/c.png": encoded(t, c, "png", 0),
	})
	r := run(t, root, Options{})
	for k, want := range map[Kind]string{Duplicate: "cat/a.jpg = cat/a2.jpg", SamePixels: "cat/b.png = dog/b.bmp"} {
		if r.of(k) != want {
			t.Errorf("%s: %q, want %q", k, r.of(k), want)
		}
	}
	if got := r.of(Near); !strings.HasPrefix(got, "cat/a.jpg ≈ dog/half.jpg (distance ") || strings.Contains(got, ";") {
		t.Error(got)
	}
	got := r.of(TwoLabels)
	if !strings.Contains(got, "cat/b.png = dog/b.bmp (the same pixels)") || !strings.Contains(got, "cat/a.jpg ≈ dog/half.jpg (nearly the same, distance ") {
		t.Error(got)
	}
	if r = run(t, root, Options{Near: -1}); r.of(Near) != "" || r.Count(TwoLabels) != 1 {
		t.Error("near duplicates were looked for")
	}
}

// Pictures of the validation data that are in the training data too.
func TestLeak(t *testing.T) {
	a, b := encoded(t, scene(1, 30, 40), "png", 0), encoded(t, scene(2, 30, 40), "png", 0)
	r := run(t, layOut(t, map[string][]byte{"train/cat/1.png": a, "train/dog/2.png": b, "val/cat/3.png": a}), Options{})
	if got := r.of(Leak); got != "train/cat/1.png = val/cat/3.png (the same file)" || r.of(TwoLabels) != "" {
		t.Errorf("%q %q", got, r.of(TwoLabels))
	}
	if fmt.Sprint(r.Classes) != "[{cat 2 0} {dog 1 0}]" {
		t.Error(r.Classes)
	}
}

func TestOdd(t *testing.T) {
	files := map[string][]byte{}
	for i := range 12 {
		files[fmt.Sprintf("x/%02d.jpg", i)] = encoded(t, scene(uint64(i), 60, 80), "jpeg", 80)
	}
	files["x/small.jpg"] = encoded(t, scene(20, 12, 16), "jpeg", 80)
	files["x/wide.jpg"] = encoded(t, scene(21, 30, 160), "jpeg", 80)
	grey := image.FromImage(scene(22, 60, 80), image.Grayscale)
	files["x/grey.jpg"] = encoded(t, grey, "jpeg", 80)
	r := run(t, layOut(t, files), Options{})
	for k, want := range map[Kind]string{
		OddSize:     "x/small.jpg: 16×12 pixels (width × height), where half of the pictures have more and half less than 4800 pixels",
		OddShape:    "x/wide.jpg: 160×30 pixels (width × height), where width / height is about 1.3 for most",
		OddChannels: "x/grey.jpg: grey, where most are RGB",
	} {
		if r.of(k) != want {
			t.Errorf("%s: %q, want %q", k, r.of(k), want)
		}
	}
	if r.Unusable != 0 || len(r.Findings) != 3 {
		t.Error(r.Findings)
	}
}

func TestFolders(t *testing.T) {
	if _, err := Run(t.Context(), filepath.Join(t.TempDir(), "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	root := layOut(t, map[string][]byte{"a.txt": []byte("x")})
	if _, err := Run(t.Context(), filepath.Join(root, "a.txt"), Options{}); err == nil || !strings.Contains(err.Error(), "is no folder") {
		t.Errorf("%v", err)
	}
	if r := run(t, root, Options{}); r.Pictures != 0 || r.Other["txt"] != 1 {
		t.Errorf("%+v", r)
	}
	if _, err := Run(t.Context(), root, Options{Near: 30}); err == nil || !strings.Contains(err.Error(), "at most 16") {
		t.Errorf("%v", err)
	}
	png := encoded(t, scene(1, 8, 8), "png", 0)
	root = layOut(t, map[string][]byte{"cat/1.png": png})
	odd := "caf\xe9\x1b.png"
	if os.WriteFile(filepath.Join(root, "cat", odd), png, 0o644) != nil || os.Symlink(root, filepath.Join(root, "cat", "loop")) != nil ||
		os.Symlink(filepath.Join(root, "nowhere"), filepath.Join(root, "cat", "dangling.png")) != nil {
		t.Skip("this file system has no such names or no links")
	}
	r := run(t, root, Options{})
	if r.Pictures != 2 || r.of(Duplicate) != `cat/1.png = "cat/caf\xe9\x1b.png"` {
		t.Errorf("%d %q", r.Pictures, r.of(Duplicate))
	}
	path := filepath.Join(t.TempDir(), "l")
	if err := r.WriteList(path); err != nil {
		t.Fatal(err)
	}
	var o struct {
		Raw [][]byte `json:"paths_base64"`
	}
	if b, _ := os.ReadFile(path); json.Unmarshal(b, &o) != nil || len(o.Raw) != 2 || string(o.Raw[1]) != "cat/"+odd {
		t.Errorf("%s", b)
	}
}

func TestStop(t *testing.T) {
	root := troubled(t)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, root, Options{Workers: 2, Progress: func(done, total int, bytes int64) {
		if done == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines before, %d after", before, n)
	}
}

// A picture and itself on its side are the same when EXIF says how to hold it.
func TestOrient(t *testing.T) {
	data, err := os.ReadFile(golden.Path(t, "keras", "image", "formats", "turn.o6.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := image.Decode(bytes.NewReader(data), image.LoadConfig{Orient: true})
	if err != nil {
		t.Fatal(err)
	}
	root := layOut(t, map[string][]byte{"a.jpg": data, "b.png": encoded(t, m, "png", 0)})
	if r := run(t, root, Options{Orient: true}); r.of(SamePixels) != "a.jpg = b.png" {
		t.Error(r.Findings)
	}
	if r := run(t, root, Options{}); r.of(SamePixels) != "" {
		t.Error(r.Findings)
	}
}

func TestHeaders(t *testing.T) {
	for name, want := range map[string]string{
		"rgb420.jpg": "jpeg RGB", "grey.jpg": "jpeg grey", "cmyk.jpg": "jpeg CMYK", "progressive.jpg": "jpeg RGB", "rgb.png": "png RGB", "rgba.png": "png RGB with alpha",
		"grey.png": "png grey", "grey16.png": "png grey, 16 bits", "rgb16.png": "png RGB, 16 bits", "rgba16.png": "png RGB with alpha, 16 bits", "grey_alpha.png": "png grey with alpha",
		"palette.png": "png RGB", "palette_transparent.png": "png RGB with alpha", "rgb.gif": "gif RGB", "grey.gif": "gif RGB", "rgb.bmp": "bmp RGB",
	} {
		h := ReadHeader(fixture(t, name))
		if got := h.Format + " " + h.Kind(); got != want || h.Animated != (name == "rgb.gif") {
			t.Errorf("%s: %q animated %v, want %q", name, got, h.Animated, want)
		}
	}
	apng := fixture(t, "rgb.png")
	actl := append([]byte{0, 0, 0, 8}, "acTL\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"...)
	if h := ReadHeader(slices.Concat(apng[:33], actl, apng[33:])); !h.Animated {
		t.Error("an animated PNG was not seen")
	}
	webp := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x12\x00\x00\x00")
	if h := ReadHeader(webp); !h.Animated || h.Kind() != "RGB with alpha" {
		t.Errorf("%+v", h)
	}
	var b bytes.Buffer
	if err := image.Encode(&b, scene(1, 4, 4), image.SaveConfig{Format: "tiff"}); err != nil {
		t.Fatal(err)
	}
	if h := ReadHeader(b.Bytes()); h.Format != "tiff" || h.Channels != colour || h.Animated {
		t.Errorf("%+v", h)
	}
	for _, name := range []string{"rgb420.jpg", "rgb.png", "rgb.gif"} { // any damage is survived
		data := fixture(t, name)
		for n := range data {
			ReadHeader(data[:n])
		}
	}
}
