package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/antler-ml/antler/nn/checkpoint"
)

var kills = flag.Int("kills", 10, "how often TestKill kills a training")

// child makes the test binary be the program.
const child = "ANTLER_TRAIN_CHILD"

// program is train in a process of its own.
func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), child+"=1")
	return cmd
}

// results are the SHA-256 of the files that a run is for.
func results(t *testing.T, dir string) string {
	t.Helper()
	var s strings.Builder
	for _, name := range []string{"model.npz", "last.npz", "history.csv", "tokenizer.json", "mistakes.tsv"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		fmt.Fprintf(&s, "%s %x\n", name, sha256.Sum256(b))
	}
	return s.String()
}

// names lists all files below a directory, the numbers of checkpoints left out.
func names(dir string) []string {
	var list []string
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), "checkpoint-") {
			list = append(list, d.Name())
		}
		return nil
	})
	slices.Sort(list)
	return list
}

// A training that is killed at any instant, again and again, and started by the
// same command, ends with the bytes of one that was left alone. Every checkpoint
// can be read, and nothing half written stays. Make target: kill.
func TestKill(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 80)
	command := func(out string) *exec.Cmd {
		return program("things.tsv", "--epochs", "4", "--early-stopping=false", "--save-freq", "2", "-q", "--out", out)
	}
	began := time.Now()
	if b, err := command("whole").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	took := time.Since(began)
	want, files := results(t, "whole"), names("whole")
	r := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	killed, finished, resumed := 0, 0, 0
	for killed < *kills || finished == 0 {
		cmd := command("run")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if killed < *kills {
			time.AfterFunc(time.Duration(r.Float64()*float64(took)), func() { cmd.Process.Kill() })
		}
		err := cmd.Wait()
		var exit *exec.ExitError
		if b, _ := os.ReadFile("run/run.json"); err != nil && strings.Contains(string(b), `"finished": true`) {
			killed, err = killed+1, nil // after its last file
		}
		switch {
		case err == nil:
			finished++
			if got := results(t, "run"); got != want {
				t.Fatalf("after %d kills the run gives\n%s, one in one go\n%s", killed, got, want)
			}
			if got := names("run"); !slices.Equal(got, files) {
				t.Fatalf("after %d kills the run has %q, one in one go %q", killed, got, files)
			}
			if err := os.RemoveAll("run"); err != nil {
				t.Fatal(err)
			}
		case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled():
			killed++
			if found, _ := filepath.Glob("run/checkpoints/checkpoint-*.npz"); len(found) > 0 {
				resumed++
				for _, f := range found {
					if _, err := checkpoint.Load(f); err != nil {
						t.Fatalf("kill %d: %v", killed, err)
					}
				}
			}
		default:
			t.Fatalf("after %d kills: %v\n%s", killed, err, &stderr)
		}
	}
	t.Logf("%d kills at random instants of a run of %v, %d of them after a checkpoint; %d runs finished, all with the same bytes; nothing unreadable, nothing left over",
		killed, took.Round(time.Millisecond), resumed, finished)
}

// A signal ends a training in time, with the code of the signal, and resume goes
// on to the same bytes.
func TestSignal(t *testing.T) {
	t.Chdir(t.TempDir())
	fruits(t, "things.tsv", 80)
	flags := []string{"things.tsv", "--epochs", "6", "--early-stopping=false", "-q"}
	if b, err := program(append(flags, "--out", "whole")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	for _, c := range []struct {
		sig  syscall.Signal
		code int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		out := fmt.Sprint("run", c.code)
		cmd := program(append(flags, "--out", out)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for { // until the first epoch is done
			if found, _ := filepath.Glob(out + "/checkpoints/checkpoint-*.npz"); len(found) > 0 || cmd.ProcessState != nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		cmd.Process.Signal(c.sig)
		began := time.Now()
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != c.code {
			t.Skipf("the run ended before the signal: code %d", code)
		}
		t.Logf("%v: ended after %v", c.sig, time.Since(began).Round(time.Millisecond))
		if b, err := program("resume", out, "-q").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if got, want := results(t, out), results(t, "whole"); got != want {
			t.Errorf("%v, then resume:\n%swant\n%s", c.sig, got, want)
		}
	}
}
