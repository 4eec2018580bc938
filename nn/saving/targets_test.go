package saving_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/antler-ml/antler/nn/saving"
)

// TestH5Truncated cuts a good file at every 512 bytes: none of the rest is taken for a
// model. Then it flips bits, which .h5 files have no sums to find: no panic, and what
// loads has the shapes that its architecture says.
func TestH5Truncated(t *testing.T) {
	data, err := os.ReadFile(h5Cases + "/opt_adam.h5")
	must(t, err)
	path := filepath.Join(t.TempDir(), "cut.h5")
	for n := 0; n < len(data); n += 512 {
		must(t, os.WriteFile(path, data[:n], 0o644))
		if _, err := saving.LoadWith(path, saving.LoadConfig{}); err == nil {
			t.Errorf("%d of %d bytes are taken for a model", n, len(data))
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 300 {
		bad := bytes.Clone(data)
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		must(t, os.WriteFile(path, bad, 0o644))
		l, err := saving.LoadWith(path, saving.LoadConfig{})
		if err != nil {
			refused++
			continue
		}
		for _, w := range l.Model.Weights() {
			n := 1
			for _, d := range w.Shape() {
				n *= d
			}
			if n != len(w.Value().Data()) {
				t.Fatalf("%s has %d numbers for its %d places", w.Name(), len(w.Value().Data()), n)
			}
		}
	}
	if refused == 0 {
		t.Error("no flipped bit was seen, not even in the structure of the file")
	}
}

// TestReadOnlyFile: a file that nobody may write is not replaced.
func TestReadOnlyFile(t *testing.T) {
	m, err := saving.Load(h5Cases + "/opt_adam.h5")
	must(t, err)
	for _, name := range []string{"m.h5", "m.keras", "m.npz", "m.json"} {
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, []byte("old"), 0o444))
		if err := saving.Save(m, path); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s is replaced: %v", name, err)
		}
		if b, _ := os.ReadFile(path); string(b) != "old" {
			t.Errorf("%s is %q", name, b)
		}
	}
}
