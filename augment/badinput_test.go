package augment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/leaktest"
)

// long makes TestMutatedFiles as large as it is meant: 1,000 mutated pictures
// among 10,000.
var long = flag.Bool("long", false, "run the long forms of tests")

// Numbers that are none are refused in every setting, by its name.
func TestNumbersThatAreNone(t *testing.T) {
	kind := reflect.TypeFor[ImageDataGenerator]()
	tried := 0
	for i := range kind.NumField() {
		f := kind.Field(i)
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
			g := new(ImageDataGenerator)
			field := reflect.ValueOf(g).Elem().Field(i)
			switch f.Type {
			case reflect.TypeFor[float64]():
				field.SetFloat(v)
			case reflect.TypeFor[[2]float64]():
				field.Set(reflect.ValueOf([2]float64{0.5, v}))
			case reflect.TypeFor[[]float64]():
				field.Set(reflect.ValueOf([]float64{0.5, v}))
			default:
				continue
			}
			tried++
			if err := g.Check(); err == nil || !strings.Contains(err.Error(), f.Name) {
				t.Errorf("%s = %v: %v", f.Name, v, err)
			}
			if _, err := g.RandomTransform(noise(4, 5, 3), 0); err == nil {
				t.Errorf("%s = %v: an image was transformed", f.Name, v)
			}
			if _, err := g.Flow(noise(2, 4, 5, 3), nil, FlowConfig{}); err == nil {
				t.Errorf("%s = %v: a flow was made", f.Name, v)
			}
		}
	}
	if tried < 4*12 {
		t.Errorf("only %d settings were tried", tried)
	}
}

// pngOf is a PNG that claims a size and has no pixels.
func pngOf(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	b := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	return binary.BigEndian.AppendUint32(append(b, ihdr...), crc32.ChecksumIEEE(ihdr))
}

// put writes files into a new folder.
func put(t *testing.T, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Skip(err) // a name that this file system does not have
		}
	}
	return root
}

func encoded(t *testing.T, format string, seed, h, w int) []byte {
	t.Helper()
	m := image.New(h, w, 3)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.Uint32())
	}
	var b bytes.Buffer
	if err := image.Encode(&b, m, image.SaveConfig{Format: format, Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A folder of one class gives targets that say nothing: an error, unless the
// class is named or no targets are wanted.
func TestOneClass(t *testing.T) {
	root := put(t, map[string][]byte{"all/1.png": encoded(t, "png", 1, 5, 6)})
	g := &ImageDataGenerator{}
	for _, mode := range []ClassMode{"", Categorical, Binary, Sparse} {
		if _, err := g.FlowFromDirectory(root, FlowConfig{ClassMode: mode}); err == nil || !strings.Contains(err.Error(), "has a single sub-directory (all), so that all targets would be the same") {
			t.Errorf("%s: %v", mode, err)
		}
	}
	for _, f := range []FlowConfig{{ClassMode: None}, {ClassMode: Input}, {Classes: []string{"all"}}} {
		if fl, err := g.FlowFromDirectory(root, f); err != nil || fl.Samples() != 1 {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// Only files that cannot be read: no policy makes an epoch of nothing.
func TestOnlyUnreadable(t *testing.T) {
	root := put(t, map[string][]byte{"a/1.png": []byte("hello"), "a/2.jpg": nil, "b/1.png": pngOf(65535, 65535)})
	for policy, want := range map[OnError]string{Fail: "1.png", Skip: "none of the 3 pictures in " + root + " can be read; the first: image: ", Placeholder: "none of the 3 pictures can be read, so that all images were placeholders; the first: augment: image: "} {
		for _, mode := range []FlowConfig{{}, {NoAugment: true}, {Policy: photoPolicy(t, 8, 8)}} {
			mode.OnError, mode.Workers, mode.BatchSize, mode.TargetSize = policy, 2, 2, [2]int{8, 8}
			fl, err := (&ImageDataGenerator{}).FlowFromDirectory(root, mode)
			batches := 0
			if err == nil {
				leaktest.None(t, func() {
					for _, err = range fl.Batches(t.Context(), 0) {
						if err != nil {
							break
						}
						batches++
					}
				})
			}
			var de *image.DecodeError
			if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &de) || policy != Placeholder && batches > 0 {
				t.Errorf("%s: %d batches, %v", policy, batches, err)
			}
		}
	}
}

// Files of all bad kinds among good ones: Check names each with its reason, and
// what is merely odd is read.
func TestBadFilesAreNamed(t *testing.T) {
	good := encoded(t, "png", 1, 9, 8)
	jpg := encoded(t, "jpeg", 2, 9, 8)
	cmyk, err := os.ReadFile(filepath.Join("..", "testdata", "keras", "image", "pictures", "cmyk.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	root := put(t, map[string][]byte{
		"a/good.png": good, "a/named.jpg": good, "a/named.png": jpg, "b/print.jpg": cmyk, "b/GOOD.JPEG": jpg,
		"a/zero.png": nil, "a/page.jpg": []byte("\n<html>404</html>"), "a/cut.png": good[:len(good)/2], "a/cut.jpg": jpg[:len(jpg)-10], "b/bomb.png": pngOf(65535, 65535),
		"b/zeros.jpg": make([]byte, 4096), "b/text.png": []byte("hello"), "b/tail.png": good[5:],
	})
	want := []struct {
		name, reason string
		kind         error
	}{
		{"a/cut.jpg", "truncated", image.ErrTruncated}, {"a/cut.png", "truncated", image.ErrTruncated}, {"a/page.jpg", "it is HTML", image.ErrFormat}, {"a/zero.png", "the file is empty", image.ErrFormat},
		{"b/bomb.png", "65535×65535 pixels, more than Limits.MaxSide", image.ErrLimit}, {"b/tail.png", "begins with", image.ErrFormat}, {"b/text.png", `begins with "hello"`, image.ErrFormat},
		{"b/zeros.jpg", "zero bytes", image.ErrFormat},
	}
	fl, err := (&ImageDataGenerator{}).FlowFromDirectory(root, FlowConfig{OnError: Skip, TargetSize: [2]int{4, 4}})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := (&ImageDataGenerator{}).FlowFromDirectory(root, FlowConfig{TargetSize: [2]int{4, 4}})
	if err != nil {
		t.Fatal(err)
	}
	checked, err := whole.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]BadFile{fl.Bad(), checked} {
		if len(bad) != len(want) {
			t.Fatalf("%d bad files, want %d: %v", len(bad), len(want), bad)
		}
		for i, w := range want {
			if bad[i].Path != filepath.Join(root, filepath.FromSlash(w.name)) || !errors.Is(bad[i].Err, w.kind) || !strings.Contains(bad[i].Err.Error(), w.reason) {
				t.Errorf("%v, want %s: %s", bad[i], w.name, w.reason)
			}
		}
	}
	if fl.Samples() != 5 {
		t.Errorf("%d samples, want 5", fl.Samples())
	}
	// What there is of a JPEG may do; of a PNG nobody knows.
	cut, err := (&ImageDataGenerator{}).FlowFromDirectory(root, FlowConfig{OnError: Skip, AllowTruncated: true, TargetSize: [2]int{4, 4}})
	if err != nil || cut.Samples() != 6 || filepath.Base(cut.Bad()[0].Path) != "cut.png" {
		t.Errorf("%v, %v", cut.Bad(), err)
	}
	epochBytes(t, fl, 0)
}

// Folders and files whose names are not UTF-8, or would change a terminal, are
// read, and shown quoted.
func TestOddNames(t *testing.T) {
	good := encoded(t, "png", 1, 6, 5)
	root := put(t, map[string][]byte{"caf\xe9/1.png": good, "x\x1b[31m/\xff\xfe.png": good, "x\x1b[31m/bad\x1b.png": good[:50]})
	g := &ImageDataGenerator{}
	fl, err := g.FlowFromDirectory(root, FlowConfig{TargetSize: [2]int{4, 4}, Shuffle: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	if c := fl.ClassNames(); len(c) != 2 || c[0] != "caf\xe9" || fl.Filenames()[2] != filepath.Join("x\x1b[31m", "\xff\xfe.png") {
		t.Errorf("%q %q", c, fl.Filenames())
	}
	for _, err = range fl.Batches(t.Context(), 0) {
		if err != nil {
			break
		}
	}
	if err == nil || strings.Contains(err.Error(), "\x1b") || !strings.Contains(err.Error(), `bad\x1b.png`) {
		t.Errorf("%q", err)
	}
	if _, err := g.FlowFromDirectory(root, FlowConfig{Classes: []string{"dog"}}); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%q", err)
	}
	if s := fl.String(); strings.Contains(s, "\x1b") || !strings.Contains(s, `"caf\xe9" 1`) {
		t.Errorf("%q", s)
	}
	if _, err := g.FlowFromDirectory(root, FlowConfig{MaskDirectory: put(t, map[string][]byte{"caf\xe9/1.png": good, "x\x1b[31m/a.png": good})}); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%q", err)
	}
}

// Links that lead in circles, to nowhere or to pipes hold nothing up.
func TestLinkLoops(t *testing.T) {
	root := put(t, map[string][]byte{"a/1.png": encoded(t, "png", 1, 6, 5), "b/deep/2.png": encoded(t, "png", 2, 6, 5)})
	for link, to := range map[string]string{"a/self": "self", "a/up": "..", "a/self.png": "self.png", "b/deep/round": filepath.Join(root, "b"), "b/none.png": "nowhere.png", "a/abs": root} {
		if err := os.Symlink(to, filepath.Join(root, filepath.FromSlash(link))); err != nil {
			t.Skip(err)
		}
	}
	for _, follow := range []bool{false, true} {
		fl, err := (&ImageDataGenerator{}).FlowFromDirectory(root, FlowConfig{TargetSize: [2]int{4, 4}, FollowLinks: follow})
		if err != nil {
			t.Fatal(err)
		}
		// Followed, a/up and a/abs lead to all pictures again, but not round and round.
		if n := fl.Samples(); !follow && n != 2 || follow && (n < 2 || n > 12) {
			t.Errorf("follow %v: %d samples %q", follow, n, fl.Filenames())
		}
		epochBytes(t, fl, 0)
	}
}

// Masks of another size than their picture are an error that names both, also
// where the picture is resized and where a policy comes first.
func TestMasksOfAnotherSize(t *testing.T) {
	root := put(t, map[string][]byte{"a/1.png": encoded(t, "png", 1, 6, 5), "b/2.png": encoded(t, "png", 2, 6, 5)})
	masks := put(t, map[string][]byte{"a/1.png": encoded(t, "png", 1, 6, 5), "b/2.png": encoded(t, "png", 2, 5, 6)})
	want := filepath.Join(root, "b", "2.png") + ": the mask " + filepath.Join(masks, "b", "2.png") + " has 5 × 6 pixels (height × width), the picture 6 × 5"
	for _, f := range []FlowConfig{{}, {NoAugment: true}, {Policy: photoPolicy(t, 8, 8)}, {KeepAspectRatio: true}} {
		f.MaskDirectory, f.TargetSize = masks, [2]int{8, 8}
		fl, err := (&ImageDataGenerator{}).FlowFromDirectory(root, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range fl.Batches(t.Context(), 0) {
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A bomb in a folder costs its place in the list, and no memory.
func TestBombsInFolders(t *testing.T) {
	files := map[string][]byte{"a/good.png": encoded(t, "png", 1, 6, 5), "b/good.png": encoded(t, "png", 2, 6, 5)}
	for i := range 50 {
		files[fmt.Sprintf("a/%02d.png", i)] = pngOf(65535, 65535)
		files[fmt.Sprintf("b/%02d.png", i)] = pngOf(9000, 9000)
	}
	root := put(t, files)
	make := func() *Flow {
		fl, err := (&ImageDataGenerator{}).FlowFromDirectory(root, FlowConfig{OnError: Skip, TargetSize: [2]int{4, 4}, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		return fl
	}
	make()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fl := make()
	runtime.ReadMemStats(&after)
	if fl.Samples() != 2 || len(fl.Bad()) != 100 {
		t.Errorf("%d samples, %d bad", fl.Samples(), len(fl.Bad()))
	}
	// Under the race detector a pool forgets a quarter of what is given back, here
	// the 64 KiB that a file's beginning is read into.
	if n := (after.TotalAlloc - before.TotalAlloc) / 100; n > 128<<10 {
		t.Errorf("%d bytes for each bomb", n)
	}
}

// Damaged files among good ones: with Skip the epoch has all the good ones, and
// the list exactly those that cannot be read, whatever the workers. PNG is judged
// by the standard library, JPEG by reading the file alone.
func TestMutatedFiles(t *testing.T) {
	n := 600
	if *long {
		n = 10_000
	}
	files := map[string][]byte{}
	var bad []string
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		format := []string{"png", "jpeg"}[i%2]
		data := encoded(t, format, i, 6+i%5, 7+i%3)
		name := fmt.Sprintf("%s/%05d.%s", []string{"a", "b", "c"}[i%3], i, format)
		if i%10 == 7 {
			switch (i / 10) % 6 {
			case 0:
				data = nil
			case 1:
				data = []byte("<!doctype html>")
			case 2:
				data = data[:r.IntN(len(data)*3/4)]
			case 3:
				data = data[1:]
			default:
				data = bytes.Clone(data)
				for range 1 + i/10%4 {
					data[r.IntN(len(data))] ^= 1 << r.IntN(8)
				}
			}
			var err error
			if bytes.HasPrefix(data, []byte("\x89PNG")) {
				_, err = png.Decode(bytes.NewReader(data))
			} else {
				_, err = image.Decode(bytes.NewReader(data), image.LoadConfig{})
			}
			if err != nil {
				bad = append(bad, name)
			}
		}
		files[name] = data
	}
	root := put(t, files)
	slices.Sort(bad)
	if len(bad) < n/20 || len(bad) == n/10 {
		t.Fatalf("%d of %d mutations cannot be read: the test is too easy", len(bad), n/10)
	}
	var first []byte
	for _, workers := range []int{1, 3} {
		fl, err := (&ImageDataGenerator{HorizontalFlip: true}).FlowFromDirectory(root, FlowConfig{OnError: Skip, TargetSize: [2]int{4, 4}, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		var listed []string
		for _, b := range fl.Bad() {
			rel, _ := filepath.Rel(root, b.Path)
			listed = append(listed, filepath.ToSlash(rel))
		}
		if !slices.Equal(listed, bad) || fl.Samples() != n-len(bad) {
			t.Errorf("%d workers: %d listed and %d samples, want %d and %d", workers, len(listed), fl.Samples(), len(bad), n-len(bad))
		}
		all := epochBytes(t, fl, 0)
		if first == nil {
			first = all
		} else if !bytes.Equal(all, first) {
			t.Error("the epochs differ")
		}
	}
}
