package iofault

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

// TestMain lets the test binary be the program that is run.
func TestMain(m *testing.M) {
	if dir := os.Getenv("IOFAULT_DIR"); dir != "" {
		err := os.WriteFile(filepath.Join(dir, "a"), []byte("0123456789"), 0o644)
		if err == nil {
			_, err = os.ReadFile(filepath.Join(dir, "a"))
		}
		if err != nil {
			fmt.Println(err, errors.Is(err, syscall.ENOSPC))
			os.Exit(7)
		}
		os.Exit(0)
	}
	leaktest.Main(m)
}

func TestRun(t *testing.T) {
	if !Supported() {
		t.Skip("no ptrace here")
	}
	dir := t.TempDir()
	run := func(on func(Call) Fault) (int, string) {
		t.Helper()
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "IOFAULT_DIR="+dir)
		cmd.Stdout, cmd.Stderr = out, out
		code, err := Run(cmd, []string{dir}, on)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(out.Name())
		return code, string(text)
	}
	var names []string
	code, _ := run(func(c Call) Fault {
		if c.Path != filepath.Join(dir, "a") || c.N != len(names) {
			t.Errorf("%+v", c)
		}
		names = append(names, c.Name)
		return Fault{}
	})
	if got := strings.Join(names, " "); code != 0 || !strings.HasPrefix(got, "openat write close openat ") || !strings.HasSuffix(got, " read read close") {
		t.Errorf("exit code %d after %s", code, got)
	}
	for fail, want := range map[Fault]string{
		{Errno: syscall.ENOSPC}: "no space left on device true", {Errno: syscall.EIO}: "input/output error false", {Errno: syscall.EINTR}: "", {Short: true}: "",
	} {
		code, out := run(func(c Call) Fault {
			if c.N == 1 {
				return fail
			}
			return Fault{}
		})
		if want == "" && code != 0 || want != "" && (code != 7 || !strings.Contains(out, want)) {
			t.Errorf("%+v: exit code %d, %q", fail, code, out)
		}
		b, _ := os.ReadFile(filepath.Join(dir, "a"))
		if full := string(b) == "0123456789"; full != (want == "") {
			t.Errorf("%+v: the file has %q", fail, b)
		}
	}
}
