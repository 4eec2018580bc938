package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

// Scripts for four shells name every command, flag and listed value; bash runs its own.
func TestCompletion(t *testing.T) {
	for _, shell := range cli.Shells {
		script, _ := do(t, "completion", shell)
		for _, want := range []string{"skipgrams", "maxlen", "tfidf", "wordpiece", "max-vocab-memory", "truncating", "npz"} {
			if !strings.Contains(script, want) {
				t.Errorf("%s: the script does not know %s", shell, want)
			}
		}
	}
	var out, stderr bytes.Buffer
	if code := run(context.Background(), []string{"completion", "tcsh"}, nil, &out, &stderr); code != cli.Usage || out.Len() > 0 {
		t.Errorf("tcsh: exit code %d, %s", code, out.String())
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	script, _ := do(t, "completion", "bash")
	for line, want := range map[string]string{
		"tokenize en":                "encode",
		"tokenize encode --mo":       "--mode",
		"tokenize encode --mode tf":  "tfidf",
		"tokenize encode --padding ": "pre post",
		"tokenize decode --keep":     "--keep-padding",
		"tokenize decode --maxl":     "",
		"tokenize fit --model word":  "words wordpiece wordlevel",
	} {
		words := strings.Split(line, " ")
		cmd := exec.Command(bash, "-c", script+"\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); _tokenize; echo \"${COMPREPLY[*]}\"", "bash")
		cmd.Args = append(cmd.Args, words...)
		got, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("%q: got %q, want %q (%v)", line, got, want, err)
		}
	}
}

// With --json every line of standard output is JSON, whatever else is asked.
func TestStdoutIsJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	os.WriteFile("c.txt", []byte("one two\ntwo \"three\" <&>\n\n"), 0o644)
	os.WriteFile("ids.jsonl", []byte("[1,2]\n[3]\n"), 0o644)
	do(t, "fit", "c.txt", "-o", "tok.json", "--oov-token", "?")
	commands := [][]string{
		{"fit", "c.txt"}, {"encode", "-t", "tok.json", "c.txt"}, {"encode", "-t", "tok.json", "--mode", "pieces", "c.txt"}, {"encode", "-t", "tok.json", "--mode", "tfidf", "c.txt"},
		{"encode", "-t", "tok.json", "--maxlen", "3", "c.txt"}, {"pad", "ids.jsonl"}, {"pad", "--maxlen", "2", "ids.jsonl"}, {"stats", "c.txt"}, {"stats", "-t", "tok.json", "c.txt"},
		{"vocab", "list", "tok.json"}, {"vocab", "coverage", "tok.json"}, {"vocab", "top", "tok.json"}, {"skipgrams", "-t", "tok.json", "--to", "jsonl", "c.txt"}, {"convert", "tok.json"},
	}
	for _, c := range commands {
		for _, more := range [][]string{{}, {"--dry-run"}, {"--quiet"}, {"--workers", "2"}, {"--dry-run", "--quiet"}, {"--no-color", "--workers", "1"}} {
			stdout, _ := do(t, append(append([]string{}, c...), append(more, "--json")...)...)
			for _, line := range strings.Split(strings.TrimSuffix(stdout, "\n"), "\n") {
				if line != "" && !json.Valid([]byte(line)) {
					t.Errorf("%v %v: no JSON: %s", c, more, line)
				}
			}
		}
	}
}

// A letter left out, doubled or changed with the next: the flag that was meant
// is named in at least 95 of 100 cases.
func TestTypos(t *testing.T) {
	help, _ := do(t, "--help")
	var flags []string
	for _, w := range strings.Fields(help) {
		if name, ok := strings.CutPrefix(w, "--"); ok && len(name) > 3 && name != "help" {
			flags = append(flags, name)
		}
	}
	right, all := 0, 0
	for i, f := range flags {
		at := 1 + i%(len(f)-2)
		for _, typo := range []string{f[:at] + f[at+1:], f[:at] + f[at:at+1] + f[at:], f[:at] + f[at+1:at+2] + f[at:at+1] + f[at+2:]} {
			var out, stderr bytes.Buffer
			if typo == f || run(context.Background(), []string{"fit", "--" + typo, "x"}, nil, &out, &stderr) != cli.Usage {
				continue
			}
			if all++; strings.Contains(stderr.String(), "--"+f) {
				right++
			}
		}
	}
	if all < 100 || 100*right < 95*all {
		t.Errorf("%d of %d typos were understood", right, all)
	}
	t.Logf("%d of %d", right, all)
}
