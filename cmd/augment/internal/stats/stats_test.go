package stats

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/image"
)

func save(t testing.TB, path string, m *image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := image.Save(path, m, image.SaveConfig{}); err != nil {
		t.Fatal(err)
	}
}

// filled is a picture whose samples count up from a number.
func filled(h, w, ch, from int) *image.Image {
	m := image.New(h, w, ch)
	for i := range m.Pix {
		m.Pix[i] = uint8(from + 7*i)
	}
	return m
}

func run(t *testing.T, root string, opt Options) *Report {
	t.Helper()
	r, err := Run(t.Context(), root, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Two pictures of one pixel: red 10 and 30 have mean 20 and deviation 10.
func TestByHand(t *testing.T) {
	root := t.TempDir()
	for i, p := range [][]uint8{{10, 0, 5}, {30, 0, 255}} {
		save(t, filepath.Join(root, string(rune('a'+i))+".png"), &image.Image{Width: 1, Height: 1, Channels: 3, Pix: p})
	}
	r := run(t, root, Options{TargetSize: [2]int{2, 3}})
	want := [2][]float64{{20, 0, 130}, {10, 0, 125}}
	for k := range 3 {
		if math.Abs(r.Fit.Mean[k]-want[0][k]) > 1e-9 || math.Abs(r.Fit.Std[k]-want[1][k]) > 1e-9 {
			t.Errorf("channel %d: mean %v, std %v, want %v", k, r.Fit.Mean[k], r.Fit.Std[k], want)
		}
	}
	if r.Fit.Bytes != 2*2*3*3*4 || r.Fit.ZCABytes != 18*18*4 || r.Fit.ZCAAtMost != 2 {
		t.Errorf("%+v", r.Fit)
	}
	r = run(t, root, Options{Rescale: 0.1, ColorMode: image.Grayscale})
	// (299·10 + 587·0 + 114·5)/1000 = 3.56, rounded 4; and 38.04, rounded 38.
	if m, s := r.Fit.Mean[0], r.Fit.Std[0]; math.Abs(m-2.1) > 1e-9 || math.Abs(s-1.7) > 1e-9 {
		t.Errorf("grey: mean %v, std %v, want 2.1, 1.7", m, s)
	}
}

// The numbers are those of the generator's Fit.
func TestIsFit(t *testing.T) {
	root := t.TempDir()
	for i := range 9 {
		save(t, filepath.Join(root, []string{"cat", "dog"}[i%2], string(rune('a'+i))+".png"), filled(5+i, 9, 3, 30*i))
	}
	deep := &image.Image{Width: 4, Height: 4, Channels: 1, Pix16: make([]uint16, 16)}
	for i := range deep.Pix16 {
		deep.Pix16[i] = uint16(4000 * i)
	}
	save(t, filepath.Join(root, "cat", "deep.png"), deep)
	for _, c := range []Options{
		{TargetSize: [2]int{6, 7}, Interpolation: image.Bilinear}, {TargetSize: [2]int{12, 5}, ColorMode: image.Grayscale, Rescale: 1. / 255},
		{TargetSize: [2]int{8, 8}, ColorMode: image.RGBA, KeepAspectRatio: true}, {},
	} {
		r := run(t, root, c)
		// A generator that is to be fitted cannot make a flow yet.
		fl, err := new(augment.ImageDataGenerator).FlowFromDirectory(root, augment.FlowConfig{TargetSize: c.TargetSize, ColorMode: r.opt.ColorMode, Interpolation: c.Interpolation, KeepAspectRatio: c.KeepAspectRatio})
		if err != nil {
			t.Fatal(err)
		}
		g := &augment.ImageDataGenerator{FeaturewiseStdNormalization: true, Rescale: c.Rescale}
		if err := g.FitFlow(fl); err != nil {
			t.Fatal(err)
		}
		for k, m := range g.Mean.Data() {
			s := g.Std.Data()[k]
			if math.Abs(r.Fit.Mean[k]-float64(m)) > 1e-6*math.Abs(float64(m)) || math.Abs(r.Fit.Std[k]-float64(s)) > 1e-5*float64(s) {
				t.Errorf("%+v: channel %d: mean %v, std %v, Fit says %v, %v", c, k, r.Fit.Mean[k], r.Fit.Std[k], m, s)
			}
		}
	}
}

func TestReport(t *testing.T) {
	root := t.TempDir()
	for i := range 20 {
		save(t, filepath.Join(root, "cat", string(rune('a'+i))+".png"), filled(10+i, 20, 3, i))
	}
	for i := range 5 {
		save(t, filepath.Join(root, "dog", string(rune('a'+i))+".jpg"), filled(10, 40, 1, i))
	}
	os.WriteFile(filepath.Join(root, "dog", "broken.jpg"), []byte("\xff\xd8\xff"), 0o644)
	os.WriteFile(filepath.Join(root, "dog", "notes.txt"), nil, 0o644)
	var first string
	for _, workers := range []int{1, 2, 8} {
		r := run(t, root, Options{Workers: workers, TargetSize: [2]int{8, 9}})
		var text, object bytes.Buffer
		if err := errors.Join(r.Write(&text), r.WriteJSON(&object)); err != nil {
			t.Fatal(err)
		}
		if all := text.String() + object.String(); first == "" {
			first = all
		} else if all != first {
			t.Errorf("%d workers: %s, want %s", workers, all, first)
		}
		var back Report
		if err := json.Unmarshal(object.Bytes(), &back); err != nil || back.Pictures != 25 || back.Unreadable != 1 || back.Height != (Spread{10, 10, 17, 28, 29}) || back.Other["txt"] != 1 {
			t.Errorf("%v %+v", err, back)
		}
	}
	for _, want := range []string{
		"pictures  25, ", "1 more cannot be read", "classes   2: cat 20 and dog 5; the largest has 4.0 times", "formats   PNG 20 and JPEG 5",
		"channels  RGB 20 and grey 5", "width     20 to 40 (5 % up to 20, half up to 20, 95 % up to 40)", "sizes     21 different ones (width × height): 40×10 5, 20×10 1, ",
		"shape     width / height from 0.69 to 4.00", "Fit       of 8×9×3 (height × width × channels) would learn\n          mean ", "ZCA whitening: a matrix of 187 kB, from 25 directions", "memory    22 kB as",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
}

func TestErrors(t *testing.T) {
	for want, c := range map[string]Options{
		`color mode is "hsv"`: {ColorMode: "hsv"}, "target size is -1×5": {TargetSize: [2]int{-1, 5}}, `interpolation is "area"`: {Interpolation: "area"},
	} {
		if _, err := Run(t.Context(), t.TempDir(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	r := run(t, t.TempDir(), Options{})
	var b bytes.Buffer
	if err := errors.Join(r.Write(&b), r.WriteJSON(&b)); err != nil || r.Pictures != 0 {
		t.Errorf("%v %+v", err, r)
	}
	if _, err := Run(t.Context(), filepath.Join(t.TempDir(), "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	root := t.TempDir()
	save(t, filepath.Join(root, "a.png"), filled(4, 4, 3, 0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, root, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
