package callbacks

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

func init() { nn.Register[ModelCheckpoint]() }

// ModelCheckpoint saves the model at the end of epochs. Files are written
// aside and renamed, so a crash never costs the file that was there before.
type ModelCheckpoint struct {
	nn.NopCallback
	// Filepath may hold {epoch:02d} (from 1) and logs: {val_loss:.3f}. Its
	// ending decides the format; see saving.Save.
	Filepath        string
	Monitor         string `default:"val_loss"`
	SaveBestOnly    bool
	SaveWeightsOnly bool
	Mode            Mode `default:"auto"`
	// SaveFreq saves every so many batches instead of at each epoch's end.
	SaveFreq              int
	InitialValueThreshold *float64
	Output                io.Writer `keras:"-"` // where saving is announced; nil: nowhere

	// Best is the best value of Monitor so far, Saved the file written last.
	Best  float64 `keras:"-"`
	Saved string  `keras:"-"`

	better  func(a, b float64) bool
	batches int
	epoch   int
}

// OnTrainBegin forgets earlier runs.
func (c *ModelCheckpoint) OnTrainBegin(r *nn.Run) error {
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
	}
	if c.SaveBestOnly {
		if err := checkMonitor("ModelCheckpoint", c.Monitor, r); err != nil {
			return err
		}
	}
	c.better, c.Best = c.Mode.comparison(c.Monitor)
	if c.InitialValueThreshold != nil {
		c.Best = *c.InitialValueThreshold
	}
	c.batches = 0
	return nil
}

// OnEpochBegin notes the epoch for file names.
func (c *ModelCheckpoint) OnEpochBegin(_ *nn.Run, epoch int) error {
	c.epoch = epoch
	return nil
}

// OnBatchEnd saves when SaveFreq says so.
func (c *ModelCheckpoint) OnBatchEnd(r *nn.Run, _ int, logs nn.Logs) error {
	if c.SaveFreq == 0 {
		return nil
	}
	if c.batches++; c.batches%c.SaveFreq != 0 {
		return nil
	}
	return c.save(r, c.epoch, &logs)
}

// OnEpochEnd saves.
func (c *ModelCheckpoint) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	if c.SaveFreq != 0 {
		return nil
	}
	return c.save(r, epoch, logs)
}

func (c *ModelCheckpoint) save(r *nn.Run, epoch int, logs *nn.Logs) error {
	path, err := expand(c.Filepath, epoch+1, logs)
	if err != nil {
		return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
	}
	if c.SaveBestOnly {
		now := logs.Get(c.Monitor)
		if !logs.Has(c.Monitor) {
			return nil
		}
		if !c.better(now, c.Best) {
			c.say("\nEpoch %d: %s did not improve from %.5f\n", epoch+1, c.Monitor, c.Best)
			return nil
		}
		c.say("\nEpoch %d: %s improved from %.5f to %.5f, saving model to %s\n", epoch+1, c.Monitor, c.Best, now, path)
		c.Best = now
	} else {
		c.say("\nEpoch %d: saving model to %s\n", epoch+1, path)
	}
	write := saving.Save
	if c.SaveWeightsOnly {
		write = saving.SaveWeights
	}
	if err := write(r.Model, path); err != nil {
		return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
	}
	c.Saved = path
	return nil
}

func (c *ModelCheckpoint) say(format string, args ...any) {
	if c.Output != nil {
		fmt.Fprintf(c.Output, format, args...)
	}
}

// Validate checks the settings.
func (c *ModelCheckpoint) Validate() error {
	switch {
	case c.Filepath == "":
		return errors.New("no Filepath")
	case c.SaveFreq < 0:
		return fmt.Errorf("SaveFreq is %d; want 0 (each epoch) or a number of batches", c.SaveFreq)
	}
	if st, err := os.Stat(c.Filepath); err == nil && st.IsDir() {
		return fmt.Errorf("Filepath %s is a directory", c.Filepath)
	}
	return c.Mode.validate()
}
