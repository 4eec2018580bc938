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

func TestHelpIsShort(t *testing.T) {
	out, _ := do(t, "--help")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) > 40 || lines[0] != "Examples:" {
		t.Errorf("%d lines, the first is %q", len(lines), lines[0])
	}
	for _, l := range lines {
		if len([]rune(l)) > 80 {
			t.Errorf("long line: %s", l)
		}
	}
	out, _ = do(t, "help", "rotation-range")
	if !strings.Contains(out, "(15*)") || !strings.Contains(out, "* if no flag names a change") {
		t.Error(out)
	}
}

// Python's names of parameters, and typos, lead to the flag.
func TestTypos(t *testing.T) {
	for typed, want := range map[string]string{
		"--rotation_rnage=3": "rotation-range", "--rotatoin-range": "rotation-range", "--width-shft-range": "width-shift-range", "--hight-shift-range": "height-shift-range",
		"--zoom-rang": "zoom-range", "--brightnes-range": "brightness-range", "--horizonal-flip": "horizontal-flip", "--vertcal-flip": "vertical-flip",
		"--fill_mod": "fill-mode", "--cvl": "cval", "--featurewise-centre": "featurewise-center", "--zca-whitning": "zca-whitening", "--polcy": "policy",
		"--perimage": "per-image", "--per-img": "per-image", "--balanced": "balance", "--sed": "seed", "--worker": "workers", "--target-sise": "target-size",
		"--colormode": "color-mode", "--boxs": "boxes", "--fromat": "format", "--shard": "shard-size", "--previw": "preview",
		"--chek": "check", "--stat": "stats", "--dry-rnu": "dry-run", "--include-orginals": "include-originals", "--qiet": "quiet", "--interpolaton": "interpolation",
		"--validation-splt": "validation-split", "--channel-shift-rang": "channel-shift-range", "--shear-ragne": "shear-range", "--repaly": "replay",
	} {
		var out, err bytes.Buffer
		code := run(context.Background(), []string{"in", "out", typed}, &out, &err)
		if code != cli.Usage || !strings.Contains(err.String(), "did you mean --"+want+"?") {
			t.Errorf("%s: exit code %d\n%s", typed, code, err.String())
		}
	}
}

// Scripts for four shells name every flag and listed value; bash runs its own.
func TestCompletion(t *testing.T) {
	for _, shell := range cli.Shells {
		out, _ := do(t, "completion", shell)
		for _, want := range []string{"rotation-range", "keep-aspect-ratio", "nearest constant reflect wrap", "png jpg npz tar"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no word of %s", shell, want)
			}
		}
	}
	refused(t, cli.Usage, "augment completion bash, zsh, fish or powershell", "completion", "csh")
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	out, _ := do(t, "completion", "bash")
	for _, c := range []struct{ words, want string }{
		{"augment photos out --rot", "--rotation-range"},
		{"augment photos out --fill-mode re", "reflect"},
		{"augment comp", "completion"},
		{"augment completion po", "powershell"},
	} {
		script := out + "\nCOMP_WORDS=(" + c.words + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _augment; echo \"${COMPREPLY[@]}\"\n"
		got, err := exec.Command(bash, "-c", script).CombinedOutput()
		if err != nil || strings.TrimSpace(string(got)) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.words, got, err, c.want)
		}
	}
}

// With --json all that is on standard output is JSON, line by line.
func TestJSON(t *testing.T) {
	photos(t, 3)
	for _, args := range [][]string{
		{"photos", "out", "--json"}, {"photos", "out", "--json", "--quiet"}, {"photos", "--json", "--dry-run"}, {"photos", "--json", "--check"}, {"photos", "--json", "--stats"},
		{"photos", "tar", "--json", "--format", "tar"}, {"--replay", "out/manifest.jsonl", "photos", "again", "--json"},
	} {
		stdout, stderr := do(t, args...)
		if stdout == "" {
			t.Errorf("%v: nothing on standard output", args)
		}
		for _, line := range strings.Split(strings.TrimSpace(stdout), "\n") {
			var v struct{ V int }
			if err := json.Unmarshal([]byte(line), &v); err != nil || v.V != 1 {
				t.Errorf("%v: %v in %s", args, err, line)
			}
		}
		if strings.Contains(strings.Join(args, " "), "--quiet") && stderr != "" {
			t.Errorf("%v: standard error has %s", args, stderr)
		}
	}
}

// Words and folders.
func TestFoldersNamedLikeCommands(t *testing.T) {
	photos(t, 2)
	os.Rename("photos", "help")
	do(t, "help", "out", "-n", "1")
	if n := len(files(t, "out")); n != 4 {
		t.Errorf("%d files", n)
	}
}
