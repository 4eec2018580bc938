package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

// The scripts of testdata: commands, then files, each after a line -- name --.
//
//	tokenize args < file    runs the program; ! before it wants it to fail
//	exit N                  the exit code of the last one
//	cmp stdout|stderr|FILE NAME    equal to the file NAME of the script
//	same FILE FILE          equal files
//	stdout|stderr TEXT      contains TEXT
//	gone FILE, there FILE   whether a file exists
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) < 8 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) { script(t, path) })
	}
}

var (
	fileMark = regexp.MustCompile(`(?m)^-- (\S+) --\n`)
	word     = regexp.MustCompile(`'[^']*'|\S+`)
	duration = regexp.MustCompile(` in [0-9.:]+( s)? \([0-9.]+ [kMG]?B/s\)`)
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
		content := source[m[1]:end]
		if strings.HasSuffix(name, ".raw") { // Go escapes, for bytes that are no text
			content, err = strconv.Unquote(`"` + strings.ReplaceAll(strings.TrimSuffix(content, "\n"), `"`, `\"`) + `"`)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	code := 0
	read := func(name string) string {
		switch name {
		case "stdout":
			return stdout.String()
		case "stderr":
			return duration.ReplaceAllString(stderr.String(), " in T (R)")
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
		switch rest := words[1:]; words[0] {
		case "tokenize":
			var in bytes.Buffer
			if k := len(rest) - 2; k >= 0 && rest[k] == "<" {
				in.WriteString(read(rest[k+1]))
				rest = rest[:k]
			}
			stdout.Reset()
			stderr.Reset()
			if code = run(context.Background(), rest, &in, &stdout, &stderr); (code != 0) != wantFailure {
				fail("exit code %d", code)
			}
		case "exit":
			if strconv.Itoa(code) != rest[0] {
				fail("exit code %d", code)
			}
		case "cmp":
			got, want := read(rest[0]), read(rest[1])
			got, want = strings.TrimSuffix(got, "\n"), strings.TrimSuffix(want, "\n")
			if got != want && *update {
				source = replaceFile(source, rest[1], got)
			} else if got != want {
				fail("got\n%s\nwant\n%s", got, want)
			}
		case "same":
			if read(rest[0]) != read(rest[1]) {
				fail("they differ")
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
