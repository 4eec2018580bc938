package augment

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/tensor"
)

func TestDirectoryErrorsTeach(t *testing.T) {
	g := &ImageDataGenerator{}
	for want, c := range map[string]struct {
		files map[string]string
		f     FlowConfig
	}{
		"no sub-directories, want one for each class; it has files 2 .png": {files: map[string]string{"a.png": "rgb.png", "b.png": "rgb.png"}},
		"2 sub-directories (cats, dogs) but no file with one of the extensions png, jpg, jpeg, bmp, ppm, tif, tiff in them; found files 1 .txt, 1 .webp": {
			files: map[string]string{"cats/a.webp": "", "dogs/b.txt": ""}},
		`class "birds" has no directory`: {files: map[string]string{"cats/a.png": "rgb.png"}, f: FlowConfig{Classes: []string{"birds"}}},
		`names "cats" twice`:             {files: map[string]string{"cats/a.png": "rgb.png"}, f: FlowConfig{Classes: []string{"cats", "cats"}}},
		"binary, but":                    {files: map[string]string{"a/a.png": "rgb.png", "b/a.png": "rgb.png", "c/a.png": "rgb.png"}, f: FlowConfig{ClassMode: Binary}},
		`ClassMode is "multi"`:           {files: map[string]string{"a/a.png": "rgb.png"}, f: FlowConfig{ClassMode: "multi"}},
		`ColorMode is "hsv"`:             {files: map[string]string{"a/a.png": "rgb.png"}, f: FlowConfig{ColorMode: "hsv"}},
		`interpolation is "area"`:        {files: map[string]string{"a/a.png": "rgb.png", "b/a.png": "rgb.png"}, f: FlowConfig{Interpolation: "area"}},
	} {
		fl, err := g.FlowFromDirectory(layOut(t, c.files), c.f)
		if err == nil {
			for _, err = range fl.Batches(t.Context(), 0) {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := g.FlowFromDirectory(filepath.Join(t.TempDir(), "nowhere"), FlowConfig{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// A corrupt file is named, skipped or replaced, as asked.
func TestOnError(t *testing.T) {
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "a/2.png": "", "b/1.png": "rgb.png", "b/2.png": "rgb.png"})
	broken := filepath.Join(root, "b", "2.png")
	data, _ := os.ReadFile(broken)
	os.WriteFile(broken, data[:len(data)/2], 0o644)
	g := &ImageDataGenerator{}
	f := FlowConfig{TargetSize: [2]int{4, 4}, Shuffle: new(false), BatchSize: 2, ClassMode: Sparse}

	fl, err := g.FlowFromDirectory(root, f)
	if err != nil {
		t.Fatal(err)
	}
	leaktest.None(t, func() {
		n := 0
		for _, err = range fl.Batches(t.Context(), 0) {
			n++
		}
		var de *image.DecodeError
		if n != 1 || !errors.As(err, &de) || !strings.HasSuffix(de.Path, filepath.Join("a", "2.png")) {
			t.Errorf("%d batches, error %v", n, err)
		}
	})
	bad, err := fl.Check(t.Context())
	if err != nil || len(bad) != 2 || bad[1].Path != broken || !errors.Is(bad[1].Err, image.ErrTruncated) {
		t.Errorf("Check: %v %v", bad, err)
	}

	f.OnError = Skip
	if fl, err = g.FlowFromDirectory(root, f); err != nil {
		t.Fatal(err)
	}
	if fl.Samples() != 2 || len(fl.Bad()) != 2 || !slices.Equal(fl.Classes(), []int{0, 1}) {
		t.Errorf("skip: %d samples, bad %v, classes %v", fl.Samples(), fl.Bad(), fl.Classes())
	}
	epochBytes(t, fl, 0)

	f.OnError = Placeholder
	if fl, err = g.FlowFromDirectory(root, f); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		i := 0
		for b, err := range fl.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			d := b.X[0].Data()
			zero := !slices.ContainsFunc(d[48:], func(v float32) bool { return v != 0 })
			if !zero || slices.Max(d[:48]) == 0 {
				t.Errorf("batch %d: the second image is no placeholder, or the first is", i)
			}
			i++
		}
	}
	if len(fl.Bad()) != 2 {
		t.Errorf("placeholder: bad %v", fl.Bad())
	}
}

func TestSaveToDir(t *testing.T) {
	dir := t.TempDir()
	g := &ImageDataGenerator{HorizontalFlip: true}
	fl, err := g.Flow(noise(5, 4, 6, 3), nil, FlowConfig{BatchSize: 2, SaveToDir: dir, SavePrefix: "aug", Shuffle: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	var last []float32
	for b, err := range fl.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = slices.Clone(b.X[0].Data())
	}
	files, err := image.ListPictures(dir)
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	m, err := image.Load(files[4], image.LoadConfig{})
	if err != nil || m.Height != 4 || m.Width != 6 || !strings.HasPrefix(filepath.Base(files[4]), "aug_4_") {
		t.Fatal(m, err, files[4])
	}
	want, _ := image.FromArray(tensor.From(last, 4, 6, 3), image.ArrayConfig{})
	if !bytes.Equal(m.Pix, want.Pix) {
		t.Error("the saved image is another one")
	}
}

func TestFollowLinks(t *testing.T) {
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "elsewhere/2.png": "rgb.png"})
	if err := os.Symlink(filepath.Join(root, "elsewhere"), filepath.Join(root, "a", "link")); err != nil {
		t.Skip(err)
	}
	os.Symlink(filepath.Join(root, "a"), filepath.Join(root, "a", "circle"))
	g := &ImageDataGenerator{}
	for follow, want := range map[bool]int{false: 1, true: 2} {
		fl, err := g.FlowFromDirectory(root, FlowConfig{Classes: []string{"a"}, FollowLinks: follow})
		if err != nil || fl.Samples() != want {
			t.Errorf("follow %v: %v %v", follow, fl.Filenames(), err)
		}
	}
}
