//go:build linux || darwin

package saving_test

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/nn/saving"
)

// TestOldFileStays saves where files may not grow beyond 128 bytes, as on a full
// disk, and into a folder that may not be written: the old file stays, and nothing is
// left beside it. Both are done by a second process, which gives up its rights.
func TestOldFileStays(t *testing.T) {
	if path := os.Getenv("SAVING_TARGET"); path != "" {
		saveWithoutRights(path)
		return
	}
	for _, how := range []string{"full", "readonly"} {
		for _, name := range []string{"m.h5", "m.keras", "m.weights.h5", "m.npz", "m.safetensors"} {
			t.Run(how+" "+name, func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, name)
				must(t, os.WriteFile(path, []byte("old"), 0o666))
				if how == "readonly" {
					must(t, os.Chmod(filepath.Dir(dir), 0o755))
					must(t, os.Chmod(dir, 0o555))
					defer os.Chmod(dir, 0o755)
				}
				model, err := filepath.Abs(h5Cases + "/opt_adam.h5")
				must(t, err)
				c := exec.Command(os.Args[0], "-test.run=^TestOldFileStays$")
				c.Env = append(os.Environ(), "SAVING_TARGET="+path, "SAVING_HOW="+how, "SAVING_MODEL="+model)
				out, _ := c.CombinedOutput()
				want := map[string]string{"full": "file too large", "readonly": "permission denied"}[how]
				if !strings.Contains(string(out), "SAVED: saving: "+path) || !strings.Contains(string(out), want) {
					t.Errorf("got %s; want an error of saving with %q", out, want)
				}
				entries, err := os.ReadDir(dir)
				if b, _ := os.ReadFile(path); string(b) != "old" || err != nil || len(entries) != 1 {
					t.Errorf("the old file is %.40q, beside it are %v", b, entries)
				}
			})
		}
	}
}

func saveWithoutRights(path string) {
	m, err := saving.Load(os.Getenv("SAVING_MODEL"))
	if err == nil && os.Getenv("SAVING_HOW") == "full" {
		signal.Ignore(syscall.SIGXFSZ)
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 128, Max: 128})
	} else if err == nil && os.Getuid() == 0 { // whom no mode stops
		err = syscall.Setuid(65534)
	}
	if err == nil {
		if strings.Contains(path, "weights") || strings.HasSuffix(path, ".safetensors") {
			err = saving.SaveWeights(m, path)
		} else {
			err = saving.Save(m, path)
		}
	}
	os.Stdout.WriteString("SAVED: " + errorText(err) + "\n")
}

func errorText(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}
