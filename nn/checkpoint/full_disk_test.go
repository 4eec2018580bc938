package checkpoint

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// filling is a disk that is full for a while.
type filling struct {
	disk
	full    atomic.Bool
	refused atomic.Int32
}

func (f *filling) Create(path string) (file, error) {
	if f.full.Load() {
		f.refused.Add(1)
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
	}
	return f.disk.Create(path)
}

// atEnd is called at the end of each epoch.
type atEnd struct {
	nn.NopCallback
	f func()
}

func (a *atEnd) OnEpochEnd(*nn.Run, int, *nn.Logs) error { a.f(); return nil }

// TestFullDisk: training goes on while the disk is full, says so, and tries again; what
// never came to the disk is an error at the end, and the checkpoint before is as it was.
func TestFullDisk(t *testing.T) {
	for _, ever := range []bool{false, true} {
		dir := t.TempDir()
		f := &filling{}
		epochs := 0
		var said []string
		steer := &atEnd{f: func() {
			switch epochs++; epochs {
			case 2:
				f.full.Store(true)
			case 3:
				for f.refused.Load() == 0 { // the disk is asked beside training
					time.Sleep(time.Millisecond)
				}
				f.full.Store(ever)
			case 4:
				time.Sleep(firstPause + 50*time.Millisecond)
			}
		}}
		m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}); err != nil {
			t.Fatal(err)
		}
		_, err := m.Fit(context.Background(), pipeline.Arrays(tensor.New(4, 2), tensor.New(4, 1), pipeline.ArraysConfig{}), nn.FitConfig{
			Epochs: 5, Callbacks: []nn.Callback{steer}, Checkpoint: &Dir{Path: dir, fs: f},
			Warn: func(err error) { said = append(said, strings.ReplaceAll(err.Error(), dir, "DIR")) },
		})
		if epochs != 5 {
			t.Errorf("%d epochs, want 5", epochs)
		}
		want := "checkpoint: cannot write DIR/checkpoint-000002.npz: open DIR/.checkpoint-000002.npz.tmp: no space left on device; the checkpoints before it are as they were"
		if len(said) == 0 || said[0] != want+"; training goes on, and it is tried again" {
			t.Errorf("said %q", said)
		}
		if !ever && (err != nil || len(said) != 1) {
			t.Errorf("with room again: error %v, said %q", err, said)
		}
		if ever && (!errors.Is(err, syscall.ENOSPC) || strings.ReplaceAll(err.Error(), dir, "DIR") != want || len(said) < 2) {
			t.Errorf("without: error %v, said %q", err, said)
		}
		state, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if state.Finished == ever {
			t.Errorf("the last checkpoint is of epoch %d, finished %v", state.Epoch, state.Finished)
		}
	}
}
