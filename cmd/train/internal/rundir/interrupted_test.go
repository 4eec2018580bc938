package rundir

import (
	"os"
	"path/filepath"
	"testing"
)

// A run that was killed in its first epoch, before its first checkpoint, begins
// again. One that lost its checkpoints later is left alone.
func TestInterruptedEarly(t *testing.T) {
	for _, c := range []struct {
		epochs int
		again  bool
	}{{0, true}, {1, true}, {2, false}} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, CheckpointsDir), 0o755); err != nil {
			t.Fatal(err)
		}
		r := &Run{V: 1, Classes: []string{"a"}, Preprocessing: &Preprocessing{}, Data: "d", Given: []string{"--epochs=4"}, Result: &Result{Epochs: c.epochs}}
		if err := r.Write(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, BestFile), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		_, goesOn, again := Interrupted(dir, "d", "d", r.Given)
		if goesOn || again != c.again {
			t.Errorf("after epoch %d: goes on %v, again %v; want false, %v", c.epochs, goesOn, again, c.again)
		}
	}
}
