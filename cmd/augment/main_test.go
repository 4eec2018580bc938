package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/tensor"
)

// do runs the program and wants it to succeed.
func do(t testing.TB, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	if code := run(context.Background(), args, &out, &err); code != 0 {
		t.Fatalf("augment %s: exit code %d\n%s", strings.Join(args, " "), code, err.String())
	}
	return out.String(), err.String()
}

// refused runs the program and wants it to fail.
func refused(t testing.TB, code int, want string, args ...string) {
	t.Helper()
	var out, err bytes.Buffer
	if got := run(context.Background(), args, &out, &err); got != code || !strings.Contains(err.String(), want) {
		t.Errorf("augment %s: exit code %d, want %d with %q\n%s", strings.Join(args, " "), got, code, want, err.String())
	}
}

// photos makes a folder of two classes, one with twice as many pictures.
func photos(t testing.TB, n int) string {
	t.Helper()
	t.Chdir(t.TempDir())
	for i := range n {
		ext := []string{"jpg", "png"}[i%2]
		paint(t, fmt.Sprintf("photos/cat/%d.%s", i, ext), 40+i%3, 60, i)
		if i%2 == 0 {
			paint(t, fmt.Sprintf("photos/dog/%d.%s", i, ext), 50, 44, 100+i)
		}
	}
	return "photos"
}

// what are the ways to write pictures that the tests below go through.
var what = map[string][]string{
	"files":  nil,
	"policy": {"--policy", "randaugment", "--target-size", "32"},
	"crop":   {"--policy", `[{"class_name":"RandomResizedCrop","config":{"height":24,"width":24}},"ElasticDeformation"]`, "--target-size", "20x30", "--rotation-range", "20"},
	"tar":    {"--format", "tar", "--shard-size", "7", "--include-originals"},
	"npz":    {"--format", "npz", "--target-size", "24x20", "--shard-size", "10", "--featurewise-center", "--featurewise-std-normalization"},
	"total":  {"--total", "50", "--balance", "--format", "png"},
	"lost":   {"--policy", `[{"class_name":"Sometimes","config":{"probability":0.3,"do":{"class_name":"Resize","config":{"height":20000,"width":20000}}}}]`, "-n", "8"},
}

// The same bytes for any number of workers.
func TestSameForAnyWorkers(t *testing.T) {
	photos(t, 8)
	for name, flags := range what {
		want := ""
		for _, n := range []string{"1", "2", "3", "8"} {
			do(t, append([]string{"photos", name + n, "--workers", n, "--seed", "3"}, flags...)...)
			got := treeHash(t, name+n)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%s: %s workers give other files than 1", name, n)
			}
		}
	}
	do(t, "photos", "other", "--seed", "4")
	if treeHash(t, "other") == treeHash(t, "files1") {
		t.Error("another seed gives the same pictures")
	}
}

// What a manifest says gives the same files again, the manifest among them.
func TestReplay(t *testing.T) {
	photos(t, 6)
	for name, flags := range what {
		do(t, append([]string{"photos", name, "--seed", "5"}, flags...)...)
		do(t, "--replay", filepath.Join(name, "manifest.jsonl"), "photos", name+"2", "--workers", "3")
		if name == "npz" { // the statistics, too
			same(t, "npz/statistics.npz", "npz2/statistics.npz")
		}
		os.Remove(filepath.Join(name, "quarantine.jsonl")) // what could not be made is not in the manifest
		if treeHash(t, name) != treeHash(t, name+"2") {
			t.Errorf("%s: replay gives other files:\n%v\n%v", name, files(t, name), files(t, name+"2"))
		}
	}
	paint(t, "photos/cat/0.jpg", 40, 60, 77)
	refused(t, cli.BadData, "cat/0.jpg: it is not the file that the manifest was written of", "--replay", "files/manifest.jsonl", "photos", "changed")
	_, stderr := do(t, "--replay", "files/manifest.jsonl", "photos", "changed", "--on-error", "skip")
	if !strings.Contains(stderr, "1 of 9 pictures cannot be used and were left out") {
		t.Error(stderr)
	}
	refused(t, cli.Usage, "--rotation-range means nothing with --replay", "--replay", "files/manifest.jsonl", "photos", "x", "--rotation-range", "3")
}

func same(t *testing.T, a, b string) {
	t.Helper()
	x, err1 := os.ReadFile(a)
	y, err2 := os.ReadFile(b)
	if err1 != nil || err2 != nil || !bytes.Equal(x, y) {
		t.Errorf("%s and %s differ (%v, %v)", a, b, err1, err2)
	}
}

// A run that a signal has stopped keeps a whole manifest, and goes on to the
// same files.
func TestStopAndGoOn(t *testing.T) {
	photos(t, 10)
	for name, flags := range what {
		flags = append([]string{"photos"}, flags...)
		do(t, append(flags, "whole-"+name)...)
		want := treeHash(t, "whole-"+name)
		stops := 0
		for after := time.Millisecond; after < 2*time.Second; after = after * 3 / 2 {
			ctx, cancel := context.WithCancelCause(context.Background())
			time.AfterFunc(after, func() { cancel(cli.Signal{Signal: syscall.SIGTERM}) })
			var stdout, stderr bytes.Buffer
			code := run(ctx, append(flags, name), &stdout, &stderr)
			if code == cli.OK {
				break
			}
			if code != cli.Terminated {
				t.Fatalf("%s: exit code %d\n%s", name, code, stderr.String())
			}
			stops++
			if _, err := os.Stat(filepath.Join(name, "manifest.jsonl")); err == nil {
				wholeManifest(t, name)
			}
		}
		do(t, append(flags, name)...)
		if got := treeHash(t, name); got != want {
			t.Errorf("%s: stopped %d times and gone on, the files differ:\n%v\n%v", name, stops, files(t, "whole-"+name), files(t, name))
		}
	}
}

// wholeManifest checks that each line is JSON and each file is listed.
func wholeManifest(t *testing.T, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{"manifest.jsonl": true, "statistics.npz": true}
	for i, l := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		var line struct{ Output, Shard, Mask string }
		if err := json.Unmarshal([]byte(l), &line); err != nil {
			t.Errorf("line %d: %v: %s", i+1, err, l)
		}
		listed[line.Output], listed[line.Shard], listed[line.Mask] = true, true, true
	}
	for _, f := range files(t, dir) {
		if !listed[f] {
			t.Errorf("%s is not in the manifest", f)
		}
	}
}

// TestMain lets the test binary be the program, to kill it.
func TestMain(m *testing.M) {
	if os.Getenv("AUGMENT_TEST_RUN") != "" {
		main()
	}
	leaktest.Main(m)
}

// A picture that is gone or spoilt is made again, and nothing else changes.
func TestMissingPictures(t *testing.T) {
	photos(t, 4)
	do(t, "photos", "out")
	want := treeHash(t, "out")
	os.Remove("out/cat/0_aug2.jpg")
	os.Truncate("out/dog/2_aug1.jpg", 10)
	_, stderr := do(t, "photos", "out")
	if !strings.Contains(stderr, "wrote 2 pictures") || treeHash(t, "out") != want {
		t.Errorf("not as before:\n%s", stderr)
	}
}

// Classes are brought to equal counts, also when pictures cannot be read.
func TestBalance(t *testing.T) {
	photos(t, 9)
	count := func(dir, class string) int { return len(files(t, filepath.Join(dir, class))) }
	do(t, "photos", "a", "--balance", "--per-image", "2")
	if c, d := count("a", "cat"), count("a", "dog"); c != 18 || d != 18 {
		t.Errorf("cat %d, dog %d, want 18 each: 9 pictures of the larger class, 2 of each", c, d)
	}
	do(t, "photos", "b", "--balance", "--total", "41", "--include-originals")
	if c, d := count("b", "cat"), count("b", "dog"); c != 20 || d != 21 {
		t.Errorf("cat %d, dog %d, want 20 and 21", c, d)
	}
	os.WriteFile("photos/dog/0.jpg", []byte("<html>"), 0o644)
	_, stderr := do(t, "photos", "c", "--balance", "--per-image", "2")
	if c, d := count("c", "cat"), count("c", "dog"); c != 18 || d != 18 {
		t.Errorf("with a bad picture: cat %d, dog %d, want 18 each\n%s", c, d, stderr)
	}
	// Mended, the picture takes its place again.
	paint(t, "photos/dog/0.jpg", 50, 44, 100)
	do(t, "photos", "c", "--balance", "--per-image", "2")
	if treeHash(t, "c") == treeHash(t, "a") {
		return
	}
	t.Errorf("after mending, the files differ:\n%v\n%v", files(t, "a"), files(t, "c"))
}

// The arrays of an npz are the pictures, scaled.
func TestNumbers(t *testing.T) {
	photos(t, 5)
	do(t, "photos", "u8", "--format", "npz", "--target-size", "16x12", "--policy", "none")
	x, y := arrays(t, "u8/shard-00000.npz")
	if s := x.Shape(); fmt.Sprint(s) != "[8 16 12 3]" || len(y) != 8 {
		t.Fatalf("shape %v, %d labels", s, len(y))
	}
	do(t, "photos", "png", "--format", "png", "--target-size", "16x12", "--policy", "none")
	manifest, _ := os.ReadFile("u8/manifest.jsonl")
	for i, l := range strings.Split(strings.TrimSpace(string(manifest)), "\n")[1:] {
		var line struct{ Output, Class string }
		json.Unmarshal([]byte(l), &line)
		m, err := image.Load(filepath.Join("png", line.Output+".png"), image.LoadConfig{})
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range m.Pix {
			if x.Data()[i*len(m.Pix)+k] != float32(v) {
				t.Fatalf("%s: sample %d is %v in the array, %d in the file", line.Output, k, x.Data()[i*len(m.Pix)+k], v)
			}
		}
		if (y[i] == 1) != (line.Class == "dog") {
			t.Errorf("%s has label %d", line.Output, y[i])
		}
	}
	// Rescaled and with channels first.
	do(t, "photos", "f32", "--format", "npz", "--target-size", "16x12", "--policy", "none", "--rescale", "0.5", "--data-format", "channels_first")
	z, _ := arrays(t, "f32/shard-00000.npz")
	if fmt.Sprint(z.Shape()) != "[8 3 16 12]" {
		t.Fatalf("shape %v", z.Shape())
	}
	for i, v := range z.Data() {
		n, c, p := i/(3*16*12), i/(16*12)%3, i%(16*12)
		if want := x.Data()[(n*16*12+p)*3+c] / 2; v != want {
			t.Fatalf("number %d is %v, want %v", i, v, want)
		}
	}
	// Centred on the mean of all, whose deviation becomes 1.
	do(t, "photos", "norm", "--format", "npz", "--target-size", "16x12", "--policy", "none", "--featurewise-std-normalization")
	n, _ := arrays(t, "norm/shard-00000.npz")
	var sum, squares float64
	for _, v := range n.Data() {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	if k := float64(n.Len()); sum/k > 1e-4 || sum/k < -1e-4 || squares/k > 1.0001 || squares/k < 0.9999 {
		t.Errorf("mean %v, mean square %v, want 0 and 1", sum/k, squares/k)
	}
}

func arrays(t *testing.T, path string) (*tensor.Tensor, []int64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, _ := f.Stat()
	z, err := tensor.OpenNPZ(f, st.Size(), tensor.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := z.Tensor("x")
	if err != nil {
		t.Fatal(err)
	}
	y, _, err := z.Ints("y")
	if err != nil {
		t.Fatal(err)
	}
	return x, y
}
