package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A run that is killed at any moment leaves no torn file, and goes on to the
// same files.
func TestKillAndGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a process many times")
	}
	photos(t, 12)
	scene := filepath.Join(t.TempDir(), "scene")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	os.Mkdir(scene, 0o755)
	scenesIn(t, scene, 6)
	t.Chdir(here)
	kills := 8
	if *long {
		kills = 250
	}
	r := rand.New(rand.NewPCG(1, uint64(kills)))
	do(t, "photos", "replayed", "-n", "3")
	for name, args := range map[string][]string{
		"files":  {"photos"},
		"tar":    append([]string{"photos"}, what["tar"]...),
		"npz":    append([]string{"photos"}, what["npz"]...),
		"masks":  {filepath.Join(scene, "images"), "--masks", filepath.Join(scene, "masks"), "--boxes", filepath.Join(scene, "boxes.json"), "--boxes-to", "voc", "-n", "8"},
		"replay": {"--replay", "replayed/manifest.jsonl", "photos"},
	} {
		args = append(args, name)
		start := time.Now()
		kill(t, args, time.Hour)
		took := time.Since(start)
		want := tree(t, name)
		done, killed := 0, 0
		os.RemoveAll(name)
		for killed < kills {
			switch ended := kill(t, args, time.Duration(r.Int64N(int64(took)))); {
			case !ended:
				killed++
				torn(t, name, want)
				continue
			case !equal(tree(t, name), want):
				t.Fatalf("%s, after %d kills: %v", name, killed, differences(tree(t, name), want))
			}
			done++
			os.RemoveAll(name)
		}
		kill(t, args, time.Hour)
		if d := differences(tree(t, name), want); len(d) > 0 {
			t.Errorf("%s, after %d kills: %v", name, killed, d)
		}
		t.Logf("%s: killed %d times, finished %d times", name, killed, done+1)
	}
}

// kill runs the program and kills it after a time, unless it ends before.
func kill(t *testing.T, args []string, after time.Duration) (ended bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append(args, "--quiet")...)
	cmd.Env = append(os.Environ(), "AUGMENT_TEST_RUN=1")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("%v: %v\n%s", args, err, said.String())
	}
	return err == nil
}

// torn looks for files that are not what they are in the end. The manifest
// grows, and its last line may not be whole.
func torn(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	for name, data := range tree(t, dir) {
		base := filepath.Base(name)
		if base != "manifest.jsonl" && !strings.HasPrefix(base, ".") && data != want[name] {
			t.Errorf("%s is torn: %d bytes, want %d", name, len(data), len(want[name]))
		}
	}
}

// Killed while it wrote the first line of the manifest.
func TestKilledAtOnce(t *testing.T) {
	photos(t, 1)
	os.Mkdir("out", 0o755)
	os.WriteFile("out/.manifest.jsonl.123.tmp", []byte("{"), 0o600)
	do(t, "photos", "out", "-n", "1")
	if _, err := os.Stat("out/.manifest.jsonl.123.tmp"); err == nil {
		t.Error("the unfinished manifest is still there")
	}
}
