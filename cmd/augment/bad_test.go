package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// Names that no manifest can hold are told and left out.
func TestNameNotUTF8(t *testing.T) {
	photos(t, 2)
	if err := os.WriteFile("photos/cat/\xff\xfe.jpg", []byte("x"), 0o644); err != nil {
		t.Skip("this file system has no such names")
	}
	_, stderr := do(t, "photos", "out")
	if !strings.Contains(stderr, `"cat/\xff\xfe.jpg": its name is not UTF-8; rename it`) {
		t.Error(stderr)
	}
	refused(t, cli.BadData, "not UTF-8", "photos", "out2", "--on-error", "fail")
}

// Links that lead in a circle end, and are told.
func TestLinks(t *testing.T) {
	photos(t, 2)
	if err := os.Symlink("..", "photos/cat/up"); err != nil {
		t.Skip(err)
	}
	os.Symlink("self.jpg", "photos/cat/self.jpg")
	os.Rename("photos/dog", "dog")
	os.Symlink(filepath.Join("..", "dog"), "photos/dog")
	do(t, "photos", "plain")
	if _, err := os.Stat("plain/dog"); err == nil {
		t.Error("a link was followed without --follow-links")
	}
	_, stderr := do(t, "photos", "out", "--follow-links")
	for _, want := range []string{"2 classes: cat 2 and dog 1", "left out: links that lead in a circle: cat/up", "cat/self.jpg: it is a link to nothing, or to itself"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no word of %q in\n%s", want, stderr)
		}
	}
	if _, err := os.Stat("out/dog/0_aug1.jpg"); err != nil {
		t.Error(err)
	}
	// Links cannot hide that OUT is in IN.
	os.Symlink("photos", "alias")
	refused(t, cli.Usage, "OUT alias/out lies inside IN photos", "photos", "alias/out")
}

// A file that may not be read is one bad picture, not the end.
func TestForbiddenFile(t *testing.T) {
	photos(t, 3)
	os.Chmod("photos/cat/0.jpg", 0)
	if f, err := os.Open("photos/cat/0.jpg"); err == nil {
		f.Close()
		t.Skip("this user may read anything")
	}
	_, stderr := do(t, "photos", "out")
	if !strings.Contains(stderr, "cat/0.jpg: it cannot be read: permission denied") {
		t.Error(stderr)
	}
}

// 1,000 spoilt pictures among 10,000 in the long form, 40 of 400 in the short
// one: those that cannot be decoded are listed, and no others.
func TestSpoiltPictures(t *testing.T) {
	t.Chdir(t.TempDir())
	n := 400
	if *long {
		n = 10000
	}
	paint(t, "good.jpg", 24, 24, 1)
	data, err := os.ReadFile("good.jpg")
	if err != nil {
		t.Fatal(err)
	}
	os.Mkdir("in", 0o755)
	want := map[string]bool{}
	for i := range n {
		b := append([]byte(nil), data...)
		name := fmt.Sprintf("%05d.jpg", i)
		if i%10 == 3 {
			switch i / 10 % 4 {
			case 0:
				b = b[:len(b)*(i%90+5)/100]
			case 1:
				b = []byte("<!DOCTYPE html><title>404</title>")
			case 2:
				b[len(b)/2+i%50] ^= 0xff
			case 3:
				b = nil
			}
			// What the library says of it decides.
			os.WriteFile("probe.jpg", b, 0o644)
			if _, err := image.Load("probe.jpg", image.LoadConfig{}); err != nil {
				want[name] = true
			}
		}
		if err := os.WriteFile(filepath.Join("in", name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	do(t, "in", "out", "-n", "1", "--format", "tar")
	list, err := os.ReadFile("out/quarantine.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Count(string(list), "\n")
	for name := range want {
		if !strings.Contains(string(list), `"`+name+`"`) {
			t.Errorf("%s is not listed", name)
		}
	}
	if got != len(want) || got < n/20 {
		t.Errorf("%d files are listed, %d cannot be decoded", got, len(want))
	}
}

// A JPEG that ends early is a bad picture, unless the rest may be grey.
func TestAllowTruncated(t *testing.T) {
	photos(t, 2)
	data, err := os.ReadFile("photos/cat/0.jpg")
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("photos/cat/0.jpg", data[:len(data)*2/3], 0o644)
	_, stderr := do(t, "photos", "out", "-n", "1")
	if !strings.Contains(stderr, "cat/0.jpg: ") || !strings.Contains(stderr, "copy or download it again, or give --allow-truncated") {
		t.Error(stderr)
	}
	out, _ := do(t, "photos", "--check")
	if !strings.Contains(out, "cat/0.jpg: ") || !strings.Contains(out, "or give --allow-truncated") {
		t.Error(out)
	}
	_, stderr = do(t, "photos", "all", "-n", "1", "--allow-truncated")
	if _, err := os.Stat("all/cat/0_aug1.jpg"); err != nil || strings.Contains(stderr, "cat/0.jpg: ") {
		t.Error(err, stderr)
	}
	if out, _ = do(t, "photos", "--check", "--allow-truncated"); strings.Contains(out, "cat/0.jpg") {
		t.Error(out)
	}
	do(t, "--replay", "all/manifest.jsonl", "photos", "again")
	if treeHash(t, "all") != treeHash(t, "again") {
		t.Error("replay gives other files")
	}
	do(t, "photos", "all", "-n", "1", "--allow-truncated") // goes on
	// A manifest of before there was the flag is gone on with.
	m, _ := os.ReadFile("out/manifest.jsonl")
	m = []byte(strings.Replace(string(m), `"allow_truncated":"false",`, "", 1))
	os.WriteFile("out/manifest.jsonl", m, 0o644)
	do(t, "photos", "out", "-n", "1")
	refused(t, cli.Usage, "--allow-truncated was false, now true", "photos", "out", "-n", "1", "--allow-truncated")
}

// What a policy or a manifest of somebody else's asks for has bounds.
func TestHugeResult(t *testing.T) {
	photos(t, 1)
	refused(t, cli.BadData, "ResizedCrop would make it 1000000×1000000 (height × width), more than 89478485 pixels", "photos", "out", "--policy", `{"class_name":"Resize","config":{"height":1000000,"width":1000000}}`)
	do(t, "photos", "ok", "-n", "1")
	b, _ := os.ReadFile("ok/manifest.jsonl")
	for old, bad := range map[string]string{`"output":"cat/`: `"output":"../../`, `"source":"cat/`: `"source":"/etc/`} {
		os.WriteFile("bad.jsonl", []byte(strings.Replace(string(b), old, bad, 1)), 0o644)
		refused(t, cli.BadData, "leads out of the folder", "--replay", "bad.jsonl", "photos", "again")
	}
}

// A full disk is a passing trouble: what was there stays, and the run can go on.
func TestUnwritableOut(t *testing.T) {
	photos(t, 2)
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		os.WriteFile("file", nil, 0o644)
		refused(t, cli.Failed, "OUT file/out", "photos", "file/out")
		return
	}
	os.Mkdir("out", 0o555)
	refused(t, cli.Failed, "permission denied", "photos", "out")
}
