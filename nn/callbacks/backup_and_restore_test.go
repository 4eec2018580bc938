package callbacks

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
)

// TestBackupAndRestore: a run that breaks off anywhere goes on to the same bits.
func TestBackupAndRestore(t *testing.T) {
	x, y := printedData(t)
	data := arrays(x, y)
	ctx := context.Background()
	with := func(c nn.Callback, more ...nn.Callback) []nn.Callback {
		return append([]nn.Callback{c, &ReduceLROnPlateau{Monitor: "loss", Patience: new(1), MinDelta: new(1.0), Factor: 0.5}}, more...)
	}
	whole := logistic(t)
	want, err := whole.Fit(ctx, data, nn.FitConfig{Epochs: 5, Callbacks: with(&nn.History{})})
	must(t, err)
	crash := errors.New("crash")
	for _, freq := range []int{0, 1} {
		dir := t.TempDir()
		broken := &LambdaCallback{BatchBegin: func(r *nn.Run, batch int) error {
			if r.Model.Updates() == 7 {
				return crash
			}
			return nil
		}}
		c := &BackupAndRestore{BackupDir: dir, SaveFreq: freq}
		if _, err := logistic(t).Fit(ctx, data, nn.FitConfig{Epochs: 5, Callbacks: with(c, broken)}); !errors.Is(err, crash) {
			t.Fatalf("got %v, want the crash", err)
		}
		again := logistic(t)
		first := -1
		began := &LambdaCallback{BatchBegin: func(r *nn.Run, batch int) error {
			if first < 0 {
				first = int(r.Model.Updates())
			}
			return nil
		}}
		got, err := again.Fit(ctx, data, nn.FitConfig{Epochs: 5, Callbacks: with(&BackupAndRestore{BackupDir: dir, SaveFreq: freq}, began)})
		must(t, err)
		if first < 1 || first > 7 { // one that was due while another was written may be missing
			t.Errorf("SaveFreq %d: went on after update %d", freq, first)
		}
		if !slices.Equal(got.Get("loss"), want.Get("loss")) || !slices.Equal(got.Get("lr"), want.Get("lr")) {
			t.Errorf("SaveFreq %d: losses %v, rates %v; want %v, %v", freq, got.Get("loss"), got.Get("lr"), want.Get("loss"), want.Get("lr"))
		}
		for i, w := range again.Weights() {
			if !slices.Equal(w.Value().Data(), whole.Weights()[i].Value().Data()) {
				t.Errorf("SaveFreq %d: weight %d differs", freq, i)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*.npz")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
	// Two of them are one too many.
	_, err = logistic(t).Fit(ctx, data, nn.FitConfig{Callbacks: []nn.Callback{&BackupAndRestore{BackupDir: t.TempDir()}, &BackupAndRestore{BackupDir: t.TempDir()}}})
	if err == nil || !strings.Contains(err.Error(), "leave one out") {
		t.Errorf("got %v", err)
	}
	_, err = logistic(t).Fit(ctx, data, nn.FitConfig{Callbacks: []nn.Callback{&BackupAndRestore{}}})
	if err == nil || !strings.Contains(err.Error(), "no BackupDir") {
		t.Errorf("got %v", err)
	}
}
