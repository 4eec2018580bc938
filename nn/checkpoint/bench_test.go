package checkpoint

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// hundred is the state of a model with Adam: 100 MB in ten layers.
func hundred() *nn.TrainingState {
	s := &nn.TrainingState{History: &nn.History{}, Optimizer: nn.OptimizerState{Class: "Adam"}}
	const n = 100_000_000 / 4 / 30
	fill := func() *tensor.Tensor {
		t := tensor.New(n)
		for i := range t.Data() {
			t.Data()[i] = float32(i*7919%100003) * 1e-5
		}
		return t
	}
	for i := range 10 {
		name := "dense_" + string(rune('0'+i)) + "/kernel"
		s.Weights = append(s.Weights, nn.NamedTensor{Name: name, Value: fill()})
		for _, slot := range []string{"m", "v"} {
			s.Optimizer.Variables = append(s.Optimizer.Variables, nn.OptimizerVariable{Slot: slot, Weight: name, Value: fill()})
		}
	}
	return s
}

// BenchmarkSave writes checkpoints of 100 MB and, in turns, plain files of as many
// bytes, synced and renamed. It reports MB/s of both, medians, and their ratio: the
// checkpoint's time until the file is durable, and until it is proven readable.
func BenchmarkSave(b *testing.B) {
	dir := b.TempDir()
	s := hundred()
	raw := make([]byte, 100e6)
	for i := range raw {
		raw[i] = byte(i * 7919 >> 8)
	}
	var plain, ours, proven []float64
	for b.Loop() {
		plain = append(plain, timed(func() error { return writePlain(filepath.Join(dir, "plain"), raw) }, b))
		path := filepath.Join(dir, "ours")
		var sums *pieces
		ours = append(ours, timed(func() (err error) { sums, err = (&series{fs: disk{}}).fill(path, s); return err }, b))
		proven = append(proven, ours[len(ours)-1]+timed(func() error { return prove(disk{}, path, sums) }, b))
	}
	for _, x := range [][]float64{plain, ours, proven} {
		slices.Sort(x)
	}
	m := len(plain) / 2
	b.ReportMetric(100/plain[m], "MB/s-plain")
	b.ReportMetric(100/ours[m], "MB/s")
	b.ReportMetric(100/proven[m], "MB/s-proven")
	b.ReportMetric(plain[m]/ours[m], "of-plain")
	b.ReportMetric(plain[m]/proven[m], "of-plain-proven")
}

func timed(f func() error, b *testing.B) float64 {
	start := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start).Seconds()
}

func writePlain(path string, data []byte) error {
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// BenchmarkStepWhileSaving measures steps of a model with 100 MB of state, without
// checkpoints and, in turns, with one after another: what saving takes from training,
// which shares cores and memory with it but never waits for the disk.
func BenchmarkStepWhileSaving(b *testing.B) {
	model := func() *nn.Model {
		dense := func() nn.Layer { return &layers.Dense{Units: 1672, Activation: activations.ReLU} }
		m := nn.NewSequential(nn.Input(1672), dense(), dense(), dense(), &layers.Dense{Units: 10, Activation: activations.Softmax})
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.SparseCategoricalCrossentropy{}}); err != nil {
			b.Fatal(err)
		}
		return m
	}
	const steps, batch = 40, 128
	x, y := tensor.New(steps*batch, 1672), tensor.New(steps*batch)
	for i := range x.Data() {
		x.Data()[i] = float32(i*31%101)/101 - 0.5
	}
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: batch})
	bare, saved := model(), model()
	// Only the epoch's steps are timed: Fit waits for its first and last checkpoint.
	run := func(m *nn.Model, c nn.Checkpointer) float64 {
		clock := &clock{}
		if _, err := m.Fit(b.Context(), data, nn.FitConfig{Checkpoint: c, Callbacks: []nn.Callback{clock}}); err != nil {
			b.Fatal(err)
		}
		slices.Sort(clock.steps)
		sum := 0.0
		for _, t := range clock.steps {
			sum += t
		}
		return sum / float64(len(clock.steps))
	}
	var without, with []float64
	for b.Loop() {
		without = append(without, run(bare, nil))
		with = append(with, run(saved, &Dir{Path: b.TempDir(), Every: time.Nanosecond, Keep: 2}))
	}
	slices.Sort(without)
	slices.Sort(with)
	m := len(with) / 2
	b.ReportMetric(1e3*without[m], "ms/step-bare")
	b.ReportMetric(1e3*with[m], "ms/step-saving")
}

// clock notes the time between ends of batches, after the first checkpoint.
type clock struct {
	nn.NopCallback
	last  time.Time
	steps []float64
}

func (c *clock) OnBatchEnd(_ *nn.Run, batch int, _ nn.Logs) error {
	now := time.Now()
	if batch > 1 {
		c.steps = append(c.steps, now.Sub(c.last).Seconds())
	}
	c.last = now
	return nil
}
