package callbacks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

func init() { nn.Register[ModelCheckpoint]() }

// ModelCheckpoint saves the model at the end of epochs. Files are written
// aside and renamed, so a crash never costs the file that was there before;
// directories are made. The best value is kept from one Fit to the next, so
// that going on with training does not replace a better file.
//
// A full disk, or another error of it, ends no training: [nn.Run.Warn] says so,
// the next saving tries again, and if that never succeeds it is an error at the
// end.
//
// Auto takes the larger for names with acc in them or that begin with
// fmeasure. Where Keras warns that Monitor is missing, this is an error.
type ModelCheckpoint struct {
	nn.NopCallback
	// Filepath may hold {epoch:02d} (from 1), with SaveFreq {batch:03d}, and
	// logs: {val_loss:.3f}, in Python's format language. Its ending decides the
	// format; see saving.Save.
	Filepath        string
	Monitor         string `default:"val_loss"`
	SaveBestOnly    bool
	SaveWeightsOnly bool
	Mode            Mode `default:"auto"`
	// SaveFreq saves every so many batches instead of at each epoch's end, where
	// it is 0 (Keras: "epoch"). Monitor is then the log of the epoch so far.
	SaveFreq              int
	Period                int       `default:"1"` // with SaveFreq 0: save every so many epochs
	InitialValueThreshold *float64  // the first best; a model must be better to be saved
	Output                io.Writer `keras:"-"` // for Keras' messages under verbose=1; nil: nowhere

	// Best is the best value of Monitor so far, Saved the file written last.
	Best  float64 `keras:"-"`
	Saved string  `keras:"-"`

	better  func(a, b float64) bool
	batches int // since the last saving
	epochs  int // since the last saving
	epoch   int
	failed  error                                // of the last saving
	write   func(m *nn.Model, path string) error // replaced by tests
}

// OnTrainBegin checks the settings.
func (c *ModelCheckpoint) OnTrainBegin(r *nn.Run) error {
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
	}
	if c.SaveBestOnly {
		if err := checkMonitor(c.Monitor, c, r); err != nil {
			return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
		}
	}
	if err := checkTemplate(c.Filepath, c.SaveFreq > 0, c, r); err != nil {
		return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
	}
	if c.write == nil {
		if err := saving.CheckPath(c.Filepath); err != nil {
			return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
		}
		c.write = saving.Save
		if c.SaveWeightsOnly {
			c.write = saving.SaveWeights
		}
	}
	c.failed = nil
	if c.better != nil { // not the first Fit
		return nil
	}
	c.better, c.Best = c.Mode.comparison(strings.Contains(c.Monitor, "acc") || strings.HasPrefix(c.Monitor, "fmeasure"))
	if c.InitialValueThreshold != nil {
		c.Best = *c.InitialValueThreshold
	}
	return nil
}

// OnEpochBegin notes the epoch for file names.
func (c *ModelCheckpoint) OnEpochBegin(_ *nn.Run, epoch int) error {
	c.epoch = epoch
	return nil
}

// OnBatchEnd saves when SaveFreq says so.
func (c *ModelCheckpoint) OnBatchEnd(r *nn.Run, batch int, logs nn.Logs) error {
	if c.SaveFreq == 0 {
		return nil
	}
	if c.batches++; c.batches < c.SaveFreq {
		return nil
	}
	c.batches = 0
	return c.save(r, c.epoch, batch+1, &logs)
}

// OnEpochEnd saves when SaveFreq is not set and Period epochs have passed.
func (c *ModelCheckpoint) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	if c.SaveFreq != 0 {
		return nil
	}
	if c.epochs++; c.epochs < c.Period {
		return nil
	}
	c.epochs = 0
	return c.save(r, epoch, 0, logs)
}

func (c *ModelCheckpoint) save(r *nn.Run, epoch, batch int, logs *nn.Logs) error {
	if c.SaveBestOnly && !logs.Has(c.Monitor) {
		if err := missing(c.Monitor, r, logs); err != nil {
			return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
		}
		return nil
	}
	path, err := expand(c.Filepath, epoch+1, batch, logs)
	if err != nil {
		return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
	}
	now := logs.Get(c.Monitor)
	switch {
	case !c.SaveBestOnly:
		c.say("\nEpoch %d: saving model to %s\n", epoch+1, path)
	case !c.better(now, c.Best):
		c.say("\nEpoch %d: %s did not improve from %s\n", epoch+1, c.Monitor, fixed5(c.Best))
		return nil
	default:
		c.say("\nEpoch %d: %s improved from %s to %s, saving model to %s\n", epoch+1, c.Monitor, fixed5(c.Best), fixed5(now), path)
	}
	if err := c.saveTo(r, path); err != nil {
		c.failed = fmt.Errorf("callbacks: ModelCheckpoint: epoch %d: %w", epoch+1, err)
		if !ofDisk(err) { // it would fail each time
			return c.failed
		}
		r.Warn(fmt.Errorf("%w; training goes on, and the next saving tries again", c.failed))
		return nil
	}
	c.Saved, c.failed = path, nil
	if c.SaveBestOnly {
		c.Best = now
	}
	return nil
}

func (c *ModelCheckpoint) saveTo(r *nn.Run, path string) error {
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	return c.write(r.Model, path)
}

// ofDisk says that an error is one that may pass, such as a full disk.
func ofDisk(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	return errors.As(err, &path) || errors.As(err, &link)
}

// OnTrainEnd says if the last saving failed.
func (c *ModelCheckpoint) OnTrainEnd(*nn.Run, nn.Logs) error {
	err := c.failed
	if err != nil && !ofDisk(err) { // said already
		err = nil
	}
	c.failed = nil
	return err
}

// modelCheckpointState is what a checkpoint keeps.
type modelCheckpointState struct {
	Best            stateFloat
	Saved           string
	Batches, Epochs int
}

// State returns the best value, so that a worse model never replaces a better.
func (c *ModelCheckpoint) State() (nn.CallbackState, error) {
	return stateOf(modelCheckpointState{stateFloat(c.Best), c.Saved, c.batches, c.epochs})
}

// SetState goes on from a state.
func (c *ModelCheckpoint) SetState(st nn.CallbackState) error {
	var s modelCheckpointState
	if err := readState(st, &s); err != nil {
		return fmt.Errorf("callbacks: ModelCheckpoint: %w", err)
	}
	c.Best, c.Saved, c.batches, c.epochs = float64(s.Best), s.Saved, s.Batches, s.Epochs
	return nil
}

var _ nn.StatefulCallback = (*ModelCheckpoint)(nil)

// fixed5 is Python's format .5f.
func fixed5(x float64) string {
	s, _ := pythonFormat(x, false, ".5f")
	return s
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
	case c.Period < 1:
		return fmt.Errorf("Period is %d; want 1 (each epoch) or more", c.Period)
	case c.Period > 1 && c.SaveFreq > 0:
		return errors.New("both Period and SaveFreq are set; choose one")
	}
	if st, err := os.Stat(c.Filepath); err == nil && st.IsDir() {
		return fmt.Errorf("Filepath %s is a directory", c.Filepath)
	}
	return c.Mode.validate()
}
