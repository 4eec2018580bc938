package callbacks

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/antler-ml/antler/internal/tfevents"
	"github.com/antler-ml/antler/nn"
)

func init() { nn.Register[TensorBoard]() }

// TensorBoard writes event files for "tensorboard --logdir LOGDIR": under train
// and validation the logs of each epoch (epoch_loss), those of validation by
// updates too (evaluation_loss_vs_iterations), and what the settings ask for.
// A rate that a Schedule sets is epoch_learning_rate; one that a callback logs
// is epoch_lr.
//
// A full disk ends no training: events wait and are tried again, [nn.Run.Warn]
// says so once. Training that goes on from a checkpoint adds a file; epochs that
// are done again have the same values there.
//
// Differences from Keras: batches are written whatever other callbacks there
// are, and there is no profile; use Go's pprof. Embeddings are tables of numbers
// instead of TensorFlow checkpoints. Drawings of functional models have edges also
// in today's TensorBoard, which no longer understands Keras 2's.
type TensorBoard struct {
	nn.NopCallback
	LogDir        string `default:"logs"`
	HistogramFreq int    // draw weights every so many epochs; 0: never
	WriteGraph    *bool  `default:"true"` // draw the model
	WriteImages   bool   // with HistogramFreq: weights as pictures too
	// WriteStepsPerSecond adds epoch_steps_per_second, and with UpdateFreq
	// batch_steps_per_second.
	WriteStepsPerSecond bool
	// UpdateFreq writes the logs of the epoch so far every so many batches
	// (batch_loss); 0: never (Keras: "epoch"), 1: each (Keras: "batch").
	UpdateFreq     int
	EmbeddingsFreq int // write the weights of Embedding layers every so many epochs; 0: never
	// EmbeddingsMetadata names, for an Embedding layer, a file under LogDir with
	// one label a line; "" stands for all layers.
	EmbeddingsMetadata map[string]string `keras:"-"`

	train, val *tfevents.Writer
	tags       map[[2]string]string
	inFit      bool
	said       bool
	flushed    time.Time
	batches    int64 // seen by all epochs
	epochBegan time.Time
	batchBegan time.Time
	steps      uint64 // updates before the epoch
}

// flushEvery is how long events of batches wait at most, flushSize how many
// bytes of them.
const (
	flushEvery = 10 * time.Second
	flushSize  = 64 << 10
)

// OnTrainBegin makes the first file and draws the model.
func (c *TensorBoard) OnTrainBegin(r *nn.Run) error {
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: TensorBoard: %w", err)
	}
	c.tags, c.said, c.inFit, c.batches, c.flushed = map[[2]string]string{}, false, true, 0, time.Now()
	c.train, c.val = nil, nil
	var err error
	if c.train, err = tfevents.Create(filepath.Join(c.LogDir, "train")); err != nil {
		return fmt.Errorf("callbacks: TensorBoard: %w", err)
	}
	if c.EmbeddingsFreq > 0 {
		if err := c.configureEmbeddings(r.Model); err != nil {
			return fmt.Errorf("callbacks: TensorBoard: %w", err)
		}
	}
	if *c.WriteGraph {
		if drawing, err := conceptualGraph(r.Model); err != nil { // as Keras: a model that cannot be written down is not drawn
			r.Warn(fmt.Errorf("callbacks: TensorBoard: the model is not drawn: %w", err))
		} else {
			c.train.Strings("keras", 0, "graph_keras_model", []byte("1"), drawing)
		}
	}
	c.flush(r)
	return nil
}

// OnEpochBegin looks at the clock.
func (c *TensorBoard) OnEpochBegin(r *nn.Run, _ int) error {
	if c.WriteStepsPerSecond {
		c.epochBegan, c.steps = time.Now(), r.Model.Updates()
	}
	return nil
}

// OnBatchBegin looks at the clock.
func (c *TensorBoard) OnBatchBegin(*nn.Run, int) error {
	if c.WriteStepsPerSecond && c.UpdateFreq > 0 {
		c.batchBegan = time.Now()
	}
	return nil
}

// OnBatchEnd writes when UpdateFreq says so.
func (c *TensorBoard) OnBatchEnd(r *nn.Run, _ int, logs nn.Logs) error {
	c.batches++
	if c.UpdateFreq == 0 || c.batches%int64(c.UpdateFreq) != 0 {
		return nil
	}
	if c.WriteStepsPerSecond {
		c.train.Scalar("batch_steps_per_second", c.batches, float32(1/max(1e-9, time.Since(c.batchBegan).Seconds())))
	}
	for name, v := range logs.All() {
		c.train.Scalar(c.tag("batch_", name, ""), c.batches, float32(v))
	}
	if c.train.Waiting() > flushSize || time.Since(c.flushed) > flushEvery {
		c.flush(r)
	}
	return nil
}

// OnEpochEnd writes the logs of the epoch.
func (c *TensorBoard) OnEpochEnd(r *nn.Run, epoch int, logs *nn.Logs) error {
	step := int64(epoch)
	for name, v := range logs.All() {
		if !strings.HasPrefix(name, "val_") {
			c.train.Scalar(c.tag("epoch_", name, ""), step, float32(v))
		}
	}
	if r.Model != nil && r.Scheduled() {
		c.train.Scalar("epoch_learning_rate", step, float32(r.LearningRate()))
	}
	if c.WriteStepsPerSecond {
		perSecond := float64(r.Model.Updates()-c.steps) / max(1e-9, time.Since(c.epochBegan).Seconds())
		c.train.Scalar("epoch_steps_per_second", step, float32(perSecond))
	}
	for name, v := range logs.All() {
		if plain, ok := strings.CutPrefix(name, "val_"); ok && c.validation(r) {
			c.val.Scalar(c.tag("epoch_", plain, ""), step, float32(v))
		}
	}
	if c.HistogramFreq > 0 && epoch%c.HistogramFreq == 0 {
		c.drawWeights(r.Model, step)
	}
	c.flush(r)
	if c.EmbeddingsFreq > 0 && epoch%c.EmbeddingsFreq == 0 {
		if err := c.writeEmbeddings(r.Model); err != nil {
			c.warn(r, err)
		}
	}
	return nil
}

// OnTrainEnd closes the files.
func (c *TensorBoard) OnTrainEnd(r *nn.Run, _ nn.Logs) error {
	c.inFit = false
	c.close(r)
	return nil
}

// OnTestBegin makes the file of validation.
func (c *TensorBoard) OnTestBegin(r *nn.Run) error {
	if c.inFit {
		c.validation(r)
		return nil
	}
	if err := complete(c); err != nil {
		return fmt.Errorf("callbacks: TensorBoard: %w", err)
	}
	c.tags, c.said, c.train, c.val = map[[2]string]string{}, false, nil, nil
	var err error
	if c.val, err = tfevents.Create(filepath.Join(c.LogDir, "validation")); err != nil {
		return fmt.Errorf("callbacks: TensorBoard: %w", err)
	}
	return nil
}

// OnTestBatchBegin does nothing.
func (c *TensorBoard) OnTestBatchBegin(*nn.Run, int) error { return nil }

// OnTestBatchEnd does nothing.
func (c *TensorBoard) OnTestBatchEnd(*nn.Run, int, nn.Logs) error { return nil }

// OnTestEnd writes what was found, by updates.
func (c *TensorBoard) OnTestEnd(r *nn.Run, logs nn.Logs) error {
	if c.val != nil {
		for name, v := range logs.All() {
			c.val.Scalar(c.tag("evaluation_", name, "_vs_iterations"), int64(r.Model.Updates()), float32(v))
		}
	}
	if !c.inFit {
		c.close(r)
	}
	return nil
}

// tag joins a tag once.
func (c *TensorBoard) tag(prefix, name, suffix string) string {
	t, ok := c.tags[[2]string{prefix, name}]
	if !ok {
		t = prefix + name + suffix
		c.tags[[2]string{prefix, name}] = t
	}
	return t
}

// validation makes the file of validation when it is first needed, and reports
// whether there is one.
func (c *TensorBoard) validation(r *nn.Run) bool {
	if c.val != nil {
		return true
	}
	w, err := tfevents.Create(filepath.Join(c.LogDir, "validation"))
	if err != nil {
		c.warn(r, err)
		return false
	}
	c.val = w
	return true
}

func (c *TensorBoard) flush(r *nn.Run) {
	c.flushed = time.Now()
	for _, w := range []*tfevents.Writer{c.train, c.val} {
		if w == nil {
			continue
		}
		if err := w.Flush(); err != nil {
			c.warn(r, err)
		}
	}
}

func (c *TensorBoard) close(r *nn.Run) {
	for _, w := range []*tfevents.Writer{c.train, c.val} {
		if w == nil {
			continue
		}
		if err := w.Close(); err != nil {
			r.Warn(fmt.Errorf("callbacks: TensorBoard: %w", err))
		}
	}
	c.train, c.val = nil, nil
}

// warn says once that something cannot be written.
func (c *TensorBoard) warn(r *nn.Run, err error) {
	if !c.said {
		c.said = true
		r.Warn(fmt.Errorf("callbacks: TensorBoard: %w; training goes on, and what is missing is tried again", err))
	}
}

// tensorBoardState is what a checkpoint keeps.
type tensorBoardState struct{ Batches int64 }

// State returns the step that batches have reached.
func (c *TensorBoard) State() (nn.CallbackState, error) {
	return stateOf(tensorBoardState{c.batches})
}

// SetState goes on from a state.
func (c *TensorBoard) SetState(st nn.CallbackState) error {
	var s tensorBoardState
	if err := readState(st, &s); err != nil {
		return fmt.Errorf("callbacks: TensorBoard: %w", err)
	}
	c.batches = s.Batches
	return nil
}

// Validate checks the settings.
func (c *TensorBoard) Validate() error {
	if c.HistogramFreq < 0 || c.UpdateFreq < 0 || c.EmbeddingsFreq < 0 {
		return fmt.Errorf("HistogramFreq is %d, UpdateFreq %d, EmbeddingsFreq %d; want 0 (never) or more", c.HistogramFreq, c.UpdateFreq, c.EmbeddingsFreq)
	}
	if c.WriteImages && c.HistogramFreq == 0 {
		return errors.New("WriteImages needs HistogramFreq, which says how often weights are drawn")
	}
	if len(c.EmbeddingsMetadata) > 0 && c.EmbeddingsFreq == 0 {
		return errors.New("EmbeddingsMetadata needs EmbeddingsFreq, which says how often embeddings are written")
	}
	return nil
}

var (
	_ nn.TestCallback     = (*TensorBoard)(nil)
	_ nn.StatefulCallback = (*TensorBoard)(nil)
)
