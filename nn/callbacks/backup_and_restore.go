package callbacks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/checkpoint"
)

func init() { nn.Register[BackupAndRestore]() }

// BackupAndRestore keeps the state of training in BackupDir, and makes Fit go
// on from there when the program is run again after a crash. It is
// [checkpoint.Dir] under Keras' name: training goes on with the same bits, also in
// the middle of an epoch and with the memory of other callbacks, and the History
// has the epochs before the break too. Keras begins the epoch anew, and other
// callbacks forget.
type BackupAndRestore struct {
	nn.NopCallback
	BackupDir string // for this training alone
	// SaveFreq saves every so many batches too; 0: after each epoch only
	// (Keras: "epoch").
	SaveFreq         int
	DeleteCheckpoint *bool `default:"true"` // when training has ended well

	dir checkpoint.Dir
}

// Begin reads the state to go on from.
func (c *BackupAndRestore) Begin(ctx context.Context, epochs int, warn func(error)) (*nn.TrainingState, error) {
	if err := complete(c); err != nil {
		return nil, fmt.Errorf("callbacks: BackupAndRestore: %w", err)
	}
	c.dir = checkpoint.Dir{Path: c.BackupDir, EverySteps: c.SaveFreq}
	if c.SaveFreq == 0 {
		c.dir.Every = 1 << 62 * time.Nanosecond // a century: epochs only
	}
	return c.dir.Begin(ctx, epochs, warn)
}

// Due reports whether it is time to save.
func (c *BackupAndRestore) Due(batches uint64, epochEnd bool) bool {
	return c.dir.Due(batches, epochEnd)
}

// Save keeps a state.
func (c *BackupAndRestore) Save(s *nn.TrainingState) { c.dir.Save(s) }

// End keeps the last state; when training has ended well there is nothing to
// go on from, and the files go.
func (c *BackupAndRestore) End(s *nn.TrainingState) error {
	if s == nil || !s.Finished || !*c.DeleteCheckpoint {
		return c.dir.End(s)
	}
	if err := c.dir.End(nil); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(c.BackupDir, "checkpoint-*.npz"))
	for _, name := range names {
		if e := os.Remove(name); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		return fmt.Errorf("callbacks: BackupAndRestore: %w", err)
	}
	return nil
}

// Validate checks the settings.
func (c *BackupAndRestore) Validate() error {
	if c.BackupDir == "" {
		return errors.New("no BackupDir")
	}
	if c.SaveFreq < 0 {
		return fmt.Errorf("SaveFreq is %d; want 0 (each epoch) or a number of batches", c.SaveFreq)
	}
	return nil
}

var _ nn.Checkpointer = (*BackupAndRestore)(nil)
