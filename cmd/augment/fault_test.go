package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/internal/iofault"
)

var long = flag.Bool("long", false, "fail every call, kill a thousand times, spoil a thousand pictures")

// A disk that is full or broken, at any call: no file is torn, the error names
// one, and the same command, run again, makes what would have been made.
func TestFaults(t *testing.T) {
	if testing.Short() || !iofault.Supported() {
		t.Skip("runs the program many times under ptrace")
	}
	scenes(t, 2)
	paint(t, "photos/a/1.jpg", 20, 24, 1)
	paint(t, "photos/b/2.png", 20, 24, 2)
	os.WriteFile("photos/b/3.jpg", []byte("no picture"), 0o644)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	folders := []string{filepath.Join(here, "out"), filepath.Join(here, "photos"), filepath.Join(here, "images"), filepath.Join(here, "masks"), filepath.Join(here, "boxes.json")}
	for _, job := range [][]string{
		{"images", "out", "--masks", "masks", "--boxes", "boxes.json", "--policy", "HorizontalFlip", "-n", "1"},
		{"images", "out", "--boxes", "boxes.json", "--boxes-to", "yolo", "--policy", "HorizontalFlip", "-n", "1"},
		{"photos", "out", "-n", "1", "--preview", "out/sheet.png"},
		{"photos", "out", "-n", "1", "--format", "tar", "--shard-size", "1"},
		{"photos", "out", "-n", "1", "--format", "npz", "--featurewise-center"},
	} {
		name := strings.Join(job, " ")
		job = append(job, "--workers", "1", "--no-color")
		calls := 0
		code, said := traced(t, job, folders, func(c iofault.Call) iofault.Fault { calls++; return iofault.Fault{} })
		if code != 0 {
			t.Fatalf("%s: exit code %d\n%s", name, code, said)
		}
		want := tree(t, "out")
		faults := []iofault.Fault{{Errno: syscall.ENOSPC}, {Errno: syscall.EIO}, {Errno: syscall.EINTR}, {Short: true}}
		tried := 0
		for i, f := range faults {
			first, step := 0, 1
			if !*long {
				first, step = 5*i, calls/3+1
			}
			for k := first; k < calls; k += step {
				os.RemoveAll("out")
				var at iofault.Call
				n, hurt := 0, false
				code, said := traced(t, job, folders, func(c iofault.Call) iofault.Fault {
					short := f.Short && hurt && c.Name == "write" && c.Path == at.Path // and then the disk is full
					if short {
						return iofault.Fault{Errno: syscall.ENOSPC}
					}
					if hurt {
						return iofault.Fault{}
					}
					if n++; n <= k || f.Errno == syscall.ENOSPC && !c.Write || f.Short && c.Name != "write" {
						return iofault.Fault{}
					}
					hurt, at = true, c
					return f
				})
				if !hurt {
					break
				}
				tried++
				hit := func(format string, args ...any) {
					t.Helper()
					t.Errorf("%s: %s of %s gets %v: "+format+"\nexit code %d\n%s", append(append([]any{name, at.Name, at.Path, f}, args...), code, said)...)
				}
				left := checkFault(t, hit, f, at, code, said, want)
				var text bytes.Buffer
				if code = run(context.Background(), job, &text, &text); code != 0 {
					said = text.String()
					hit("the next run fails")
				} else if got := tree(t, "out"); !equal(got, want) && !(left && strings.Contains(name, "--format")) { // a shard more has what was left out
					hit("the next run makes %v", differences(got, want))
				}
			}
		}
		if tried < 6 {
			t.Errorf("%s: %d faults", name, tried)
		}
		t.Logf("%s: %d calls, %d faults", name, calls, tried)
		os.RemoveAll("out")
	}
}

// checkFault looks at what a run has left whose call failed, and reports whether
// the run went on without a picture that could not be read.
func checkFault(t *testing.T, hit func(string, ...any), f iofault.Fault, at iofault.Call, code int, said string, want map[string]string) (left bool) {
	t.Helper()
	got := tree(t, "out")
	if strings.Contains(said, "goroutine ") || strings.Contains(said, "panic") {
		hit("a stack is shown")
	}
	reading := !at.Write && code == 0 && strings.Contains(said, filepath.Base(at.Path)) // left out, and said so
	if code == 0 && !reading && !equal(got, want) {
		hit("all is said to be well, but there is %v", differences(got, want))
	}
	if code != 0 {
		text := syscall.ENOSPC.Error()
		if f.Errno != 0 {
			text = f.Errno.Error()
		}
		base := strings.TrimPrefix(filepath.Base(at.Path), ".")
		if i := strings.Index(base, ".tmp"); i >= 0 { // .NAME.NUMBER.tmp
			base = base[:strings.LastIndexByte(base[:i], '.')]
		}
		if !strings.Contains(said, text) || !strings.Contains(said, base) {
			hit("no word of %q and %q", text, base)
		}
	}
	for name, data := range got {
		switch base := filepath.Base(name); {
		case strings.HasPrefix(base, "."): // the next run removes it
		case base == "manifest.jsonl":
			lines := strings.SplitAfter(data, "\n")
			for _, l := range lines[:len(lines)-1] {
				if !strings.Contains(want[name], l) && !reading {
					hit("the manifest has a line %q", l)
				}
			}
		case data != want[name] && !reading:
			hit("%s is torn", name)
		}
	}
	return reading
}

// traced runs the program with faults.
func traced(t *testing.T, args, folders []string, on func(iofault.Call) iofault.Fault) (code int, said string) {
	t.Helper()
	out, err := os.Create("said.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "AUGMENT_TEST_RUN=1")
	cmd.Stdout, cmd.Stderr = out, out
	if code, err = iofault.Run(cmd, folders, on); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile("said.txt")
	return code, string(b)
}

// tree returns the files of a folder, hidden ones too.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	filepath.Walk(dir, func(path string, st os.FileInfo, err error) error {
		if err == nil && st.Mode().IsRegular() {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m[path] = string(b)
		}
		return nil
	})
	return m
}

func equal(a, b map[string]string) bool { return len(differences(a, b)) == 0 }

func differences(got, want map[string]string) []string {
	var d []string
	for name, data := range got {
		if w, ok := want[name]; !ok {
			d = append(d, name+" too much")
		} else if !bytes.Equal([]byte(data), []byte(w)) {
			d = append(d, name+" differs")
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			d = append(d, name+" missing")
		}
	}
	slices.Sort(d)
	return d
}
