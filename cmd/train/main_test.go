package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files of our own messages")

// result is what one call of the program did.
type result struct {
	code        int
	out, stderr string
}

// train runs the program in the test's directory.
func train(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return trainContext(t, context.Background(), stdin, args...)
}

func trainContext(t *testing.T, ctx context.Context, stdin string, args ...string) result {
	t.Helper()
	var out, stderr bytes.Buffer
	code := run(ctx, args, strings.NewReader(stdin), &out, &stderr)
	return result{code, out.String(), stderr.String()}
}

// must fails the test unless the program went well.
func must(t *testing.T, r result) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d\n%s%s", r.code, r.out, r.stderr)
	}
	return r
}

// write writes a file of the test's directory, and the folders it needs.
func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// stripes makes a folder of grey pictures of 12×12: noise with stripes across
// or along.
func stripes(t *testing.T, dir string, each int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for _, class := range []string{"across", "along"} {
		for i := range each {
			write(t, filepath.Join(dir, class, fmt.Sprintf("%03d.png", i)), string(stripe(class == "across", r)))
		}
	}
}

func stripe(across bool, r *rand.Rand) []byte {
	m := image.NewGray(image.Rect(0, 0, 12, 12))
	phase := r.IntN(4)
	for y := range 12 {
		for x := range 12 {
			k := x
			if across {
				k = y
			}
			m.SetGray(x, y, color.Gray{Y: uint8((k+phase)/2%2*120 + r.IntN(100))})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// fruits makes a table of texts about two things.
func fruits(t *testing.T, path string, rows int) {
	t.Helper()
	words := map[string][]string{
		"fruit": {"apple", "pear", "juicy", "tree", "sweet"},
		"metal": {"iron", "rusty", "hammer", "steel", "anvil"},
	}
	filler := []string{"the", "a", "was", "on", "very", "old", "and", "near"}
	r := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	b.WriteString("label\ttext\n")
	for i := range rows {
		class := []string{"fruit", "metal"}[i%2]
		var text []string
		for range 8 {
			if r.IntN(3) == 0 {
				text = append(text, words[class][r.IntN(5)])
			} else {
				text = append(text, filler[r.IntN(len(filler))])
			}
		}
		text = append(text, words[class][r.IntN(5)])
		fmt.Fprintf(&b, "%s\t%s %d.\n", class, strings.Join(text, " "), i)
	}
	write(t, path, b.String())
}

// exists fails the test when a file is not there or empty.
func exists(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if st, err := os.Stat(p); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", p, err)
		}
	}
}

func contains(t *testing.T, s string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(s, p) {
			t.Errorf("%q is missing in\n%s", p, s)
		}
	}
}

// pure fails the test unless every line is JSON of version 1; it returns the events.
func pure(t *testing.T, out string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(out) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("not JSON: %q: %v", line, err)
		}
		if m["v"] != 1.0 {
			t.Errorf("no version in %q", line)
		}
		all = append(all, m)
	}
	return all
}
