package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

// The scripts of testdata: commands, then files, each after a line -- name --.
//
//	augment args            runs the program; ! before it wants it to fail
//	picture FILE H W SEED   makes a picture; grey if the name contains grey, a mask if it contains mask
//	cut FILE N              leaves the first N bytes
//	copy FILE FILE
//	exit N                  the exit code of the last one
//	cmp stdout|stderr|FILE NAME    equal to the file NAME of the script
//	ls DIR NAME             the files below DIR are those of NAME
//	same DIR DIR            equal files below both
//	stdout|stderr TEXT      contains TEXT
//	gone FILE, there FILE   whether a file exists
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) < 6 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) { script(t, path) })
	}
}

var (
	fileMark = regexp.MustCompile(`(?m)^-- (\S+) --\n`)
	word     = regexp.MustCompile(`'[^']*'|\S+`)
	duration = regexp.MustCompile(`[0-9.:]+ s\b|\([0-9,]+ img/s\)|[0-9]+:[0-9][0-9]`)
	size     = regexp.MustCompile(`[0-9.]+ ([kMG]?B)\b`)
)

func script(t *testing.T, path string) {
	path, _ = filepath.Abs(path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	source := string(b)
	t.Chdir(t.TempDir())
	marks := fileMark.FindAllStringSubmatchIndex(source, -1)
	commands := source
	if len(marks) > 0 {
		commands = source[:marks[0][0]]
	}
	for i, m := range marks {
		end := len(source)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		name := source[m[2]:m[3]]
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, []byte(source[m[1]:end]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	code := 0
	read := func(name string) string {
		switch name {
		case "stdout", "stderr":
			text := stdout.String()
			if name == "stderr" {
				text = stderr.String()
			}
			return size.ReplaceAllString(duration.ReplaceAllString(text, "T"), "N $1")
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		return string(b)
	}
	for n, line := range strings.Split(commands, "\n") {
		words := word.FindAllString(line, -1)
		for i, w := range words {
			words[i] = strings.Trim(w, "'")
		}
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		fail := func(format string, args ...any) {
			t.Errorf("%s:%d: %s: "+format+"\nstderr: %s", append(append([]any{filepath.Base(path), n + 1, line}, args...), stderr.String())...)
		}
		wantFailure := words[0] == "!"
		if wantFailure {
			words = words[1:]
		}
		compare := func(got, name string) {
			want := strings.TrimSuffix(read(name), "\n")
			if got = strings.TrimSuffix(got, "\n"); got != want && *update {
				source = replaceFile(source, name, got)
			} else if got != want {
				fail("got\n%s\nwant\n%s", got, want)
			}
		}
		switch rest := words[1:]; words[0] {
		case "augment":
			stdout.Reset()
			stderr.Reset()
			if code = run(context.Background(), rest, &stdout, &stderr); (code != 0) != wantFailure {
				fail("exit code %d", code)
			}
		case "picture":
			h, _ := strconv.Atoi(rest[1])
			w, _ := strconv.Atoi(rest[2])
			seed, _ := strconv.Atoi(rest[3])
			paint(t, rest[0], h, w, seed)
		case "cut":
			k, _ := strconv.Atoi(rest[1])
			if err := os.Truncate(rest[0], int64(k)); err != nil {
				t.Fatal(err)
			}
		case "copy":
			if err := os.WriteFile(rest[1], []byte(read(rest[0])), 0o644); err != nil {
				t.Fatal(err)
			}
		case "exit":
			if strconv.Itoa(code) != rest[0] {
				fail("exit code %d", code)
			}
		case "cmp":
			compare(read(rest[0]), rest[1])
		case "ls":
			compare(strings.Join(files(t, rest[0]), "\n"), rest[1])
		case "same":
			if treeHash(t, rest[0]) != treeHash(t, rest[1]) {
				fail("they differ:\n%s\n%s", strings.Join(files(t, rest[0]), "\n"), strings.Join(files(t, rest[1]), "\n"))
			}
		case "stdout", "stderr":
			if want := strings.Join(rest, " "); !strings.Contains(read(words[0]), want) {
				fail("got\n%s", read(words[0]))
			}
		case "gone", "there":
			if _, err := os.Stat(rest[0]); (err == nil) != (words[0] == "there") {
				fail("%v", err)
			}
		default:
			fail("no such command")
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// replaceFile gives a file of a script another content.
func replaceFile(source, name, content string) string {
	head, rest, _ := strings.Cut(source, "-- "+name+" --\n")
	after := ""
	if m := fileMark.FindStringIndex(rest); m != nil {
		after = rest[m[0]:]
	}
	return head + "-- " + name + " --\n" + strings.TrimSuffix(content, "\n") + "\n" + after
}

// paint makes a picture of soft colours with a bright square, so that a change
// can be seen. Pictures of different seeds differ.
func paint(t testing.TB, name string, h, w, seed int) {
	t.Helper()
	channels := 3
	if strings.Contains(name, "grey") || strings.Contains(name, "mask") {
		channels = 1
	}
	m := image.New(h, w, channels)
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	var slope [3][2]float64
	for c := range slope {
		slope[c] = [2]float64{r.Float64(), r.Float64()}
	}
	top, left := r.IntN(h/2), r.IntN(w/2)
	for i := range m.Pix {
		y, x, c := i/channels/w, i/channels%w, i%channels
		inside := y >= top && y < top+h/3 && x >= left && x < left+w/3
		switch {
		case strings.Contains(name, "mask") && inside:
			m.Pix[i] = uint8(1 + seed)
		case strings.Contains(name, "mask"):
		case inside:
			m.Pix[i] = 250
		default:
			m.Pix[i] = uint8(40 + 150*(slope[c][0]*float64(y)/float64(h)+slope[c][1]*float64(x)/float64(w))/2)
		}
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := image.Save(name, m, image.SaveConfig{Quality: 90}); err != nil {
		t.Fatal(err)
	}
}

// files are those below a folder.
func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// treeHash is one for the names and bytes of all files below a folder.
func treeHash(t testing.TB, dir string) string {
	t.Helper()
	h := sha256.New()
	for _, name := range files(t, dir) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
