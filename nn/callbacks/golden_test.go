package callbacks

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// number is a JSON number, or "nan", "inf", "-inf".
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	x, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	*n = number(x)
	return err
}

func (n number) is(x float64) bool {
	return float64(n) == x || math.IsNaN(float64(n)) && math.IsNaN(x)
}

// epochCase is what happened in one epoch of a scripted training.
type epochCase struct {
	Epoch     int
	Logs      map[string]number
	LR        float64 `json:"lr"`
	LRAfter   float64 `json:"lr_after"`
	Stop      bool
	Text      string
	Wait      int
	Best      number
	BestEpoch int `json:"best_epoch"`
	Cooldown  int `json:"cooldown_counter"`
}

type monitorCase struct {
	Config         map[string]any
	Epochs         []epochCase
	Batches        int
	PlannedEpochs  int    `json:"planned_epochs"`
	EndText        string `json:"end_text"`
	WeightsOfEpoch int    `json:"weights_of_epoch"`
	Saved          []struct {
		Epoch      int
		Path       string
		WholeModel bool `json:"whole_model"`
	}
}

// decode sets a callback's settings; Keras' verbose becomes out.
func decode(t *testing.T, c any, m map[string]any, out **bytes.Buffer) {
	t.Helper()
	if err := config.Decode(c, m, "verbose"); err != nil {
		t.Fatal(err)
	}
	if m["verbose"] != nil {
		*out = &bytes.Buffer{}
	}
}

func logsOf(m map[string]number) (l nn.Logs) {
	for k, v := range m {
		l.Set(k, float64(v))
	}
	return l
}

// cell is a layer with one weight, which the tests set to the epoch.
type cell struct {
	nn.Base
	w *nn.Weight
}

func (c *cell) Build(b *nn.Build, _ ...nn.Shape) error {
	c.w = b.Weight(nn.WeightSpec{Name: "epoch", Shape: nn.Shape{1}})
	return nil
}

func (c *cell) Call(k *nn.Call, in ...*ops.Value) *ops.Value { return ops.Mul(in[0], k.Read(c.w)) }

func cellModel() (*nn.Model, *cell) {
	c := &cell{}
	return nn.NewSequential(nn.Input(1), c), c
}

// play runs the hooks of a callback over scripted epochs, as Fit would.
func play(t *testing.T, c nn.Callback, f monitorCase, out **bytes.Buffer, after func(r *nn.Run, e epochCase)) *nn.Run {
	t.Helper()
	m, k := cellModel()
	r := &nn.Run{Model: m, Epochs: f.PlannedEpochs, Steps: f.Batches}
	must(t, c.OnTrainBegin(r))
	read := func() (s string) {
		if *out != nil {
			s = (*out).String()
			(*out).Reset()
		}
		return s
	}
	for _, e := range f.Epochs {
		must(t, c.OnEpochBegin(r, e.Epoch))
		must(t, k.w.Set(tensor.From([]float32{float32(e.Epoch)}, 1)))
		for b := range f.Batches {
			logs := logsOf(map[string]number{"loss": number(b)})
			must(t, c.OnBatchEnd(r, b, logs))
		}
		logs := logsOf(e.Logs)
		must(t, c.OnEpochEnd(r, e.Epoch, &logs))
		if got := read(); got != e.Text {
			t.Errorf("epoch %d prints %q, want %q", e.Epoch, got, e.Text)
		}
		if r.Stopped() != e.Stop {
			t.Errorf("epoch %d: stopped is %v, want %v", e.Epoch, r.Stopped(), e.Stop)
		}
		after(r, e)
	}
	must(t, c.OnTrainEnd(r, nn.Logs{}))
	if got := read(); got != f.EndText {
		t.Errorf("the end prints %q, want %q", got, f.EndText)
	}
	if got := int(k.w.Value().Data()[0]); got != f.WeightsOfEpoch {
		t.Errorf("the model has the weights of epoch %d, want %d", got, f.WeightsOfEpoch)
	}
	return r
}

func TestEarlyStoppingGolden(t *testing.T) {
	golden.Walk(t, "callbacks/early_stopping_*", func(t *testing.T, gc golden.Case) {
		var f monitorCase
		gc.Decode(t, &f)
		c := &EarlyStopping{}
		var out *bytes.Buffer
		decode(t, c, f.Config, &out)
		if out != nil {
			c.Output = out
		}
		if gc.Name == "early_stopping_missing" { // Keras warns
			r := &nn.Run{}
			must(t, c.OnTrainBegin(r))
			logs := logsOf(f.Epochs[0].Logs)
			if err := c.OnEpochEnd(r, 0, &logs); err == nil || !strings.Contains(err.Error(), `Monitor is "val_loss"`) {
				t.Errorf("got %v, want an error about val_loss", err)
			}
			return
		}
		play(t, c, f, &out, func(_ *nn.Run, e epochCase) {
			if c.wait != e.Wait || !e.Best.is(c.best) || c.BestEpoch != e.BestEpoch {
				t.Errorf("epoch %d: wait %d, best %v of epoch %d; want %d, %v of %d", e.Epoch, c.wait, c.best, c.BestEpoch, e.Wait, e.Best, e.BestEpoch)
			}
		})
	})
}

func TestModelCheckpointGolden(t *testing.T) {
	golden.Walk(t, "callbacks/model_checkpoint_*", func(t *testing.T, gc golden.Case) {
		var f monitorCase
		gc.Decode(t, &f)
		c := &ModelCheckpoint{}
		var out *bytes.Buffer
		decode(t, c, f.Config, &out)
		if out != nil {
			c.Output = out
		}
		var saved []string
		c.write = func(_ *nn.Model, path string) error {
			saved = append(saved, path)
			return nil
		}
		if gc.Name == "model_checkpoint_missing" { // Keras warns
			r := &nn.Run{}
			must(t, c.OnTrainBegin(r))
			logs := logsOf(f.Epochs[0].Logs)
			if err := c.OnEpochEnd(r, 0, &logs); err == nil || len(saved) > 0 {
				t.Errorf("got %v and files %q, want an error and none", err, saved)
			}
			return
		}
		play(t, c, f, &out, func(_ *nn.Run, e epochCase) {
			if !e.Best.is(c.Best) {
				t.Errorf("epoch %d: best %v, want %v", e.Epoch, c.Best, e.Best)
			}
		})
		var want []string
		for _, s := range f.Saved {
			want = append(want, s.Path)
		}
		if strings.Join(saved, "\n") != strings.Join(want, "\n") {
			t.Errorf("saved %q, want %q", saved, want)
		}
	})
}

func TestCSVLoggerGolden(t *testing.T) {
	golden.Walk(t, "callbacks/csv_logger_*", func(t *testing.T, gc golden.Case) {
		if gc.Name == "csv_logger_lists" {
			t.Skip("logs are numbers")
		}
		var f struct {
			Config        map[string]any
			Epochs        []map[string]number
			Before, After *string
		}
		gc.Decode(t, &f)
		path := filepath.Join(t.TempDir(), "log.csv")
		if f.Before != nil {
			must(t, os.WriteFile(path, []byte(*f.Before), 0o666))
		}
		c := &CSVLogger{Filename: path}
		if v, ok := f.Config["separator"].(string); ok {
			c.Separator = v
		}
		c.Append = f.Config["append"] == true
		r := &nn.Run{}
		must(t, c.OnTrainBegin(r))
		for i, e := range f.Epochs {
			logs := logsOf(e)
			must(t, c.OnEpochEnd(r, i, &logs))
		}
		must(t, c.OnTrainEnd(r, nn.Logs{}))
		got, err := os.ReadFile(path)
		must(t, err)
		want := ""
		if f.After != nil { // else Keras makes no file; here it is empty
			want = *f.After
		}
		if string(got) != want {
			t.Errorf("the file is\n%q\nwant\n%q", got, want)
		}
	})
}

// rated is a model whose optimizer has a learning rate.
func rated(t *testing.T, lr float64) *nn.Model {
	t.Helper()
	m, _ := cellModel()
	must(t, m.Compile(nn.CompileConfig{Optimizer: &rate{lr}, Loss: nn.LossFunc("difference", func(y, p *ops.Value) *ops.Value { return ops.Mean(ops.Sub(p, y), -1) })}))
	return m
}

func TestLearningRateSchedulerGolden(t *testing.T) {
	for name, schedule := range map[string]func(epoch int, lr float64) float64{
		"lr_scheduler_epoch": func(epoch int, _ float64) float64 { return 0.1 / float64(1+epoch) },
		"lr_scheduler_two_arguments": func(epoch int, lr float64) float64 {
			if epoch%2 == 1 {
				return lr * 0.5
			}
			return lr
		},
	} {
		t.Run(name, func(t *testing.T) {
			var f struct {
				Config struct{ Verbose int }
				Epochs []epochCase
			}
			golden.Load(t, "callbacks", name).Decode(t, &f)
			r := &nn.Run{Model: rated(t, 0.1)}
			var out bytes.Buffer
			c := &LearningRateScheduler{Schedule: schedule}
			if f.Config.Verbose > 0 {
				c.Output = &out
			}
			must(t, c.OnTrainBegin(r))
			for _, e := range f.Epochs {
				must(t, c.OnEpochBegin(r, e.Epoch))
				if got := float64(float32(r.LearningRate())); math.Abs(got-e.LR) > 1e-8 {
					t.Errorf("epoch %d: rate %v, want %v", e.Epoch, got, e.LR)
				}
				if out.String() != e.Text {
					t.Errorf("epoch %d prints %q, want %q", e.Epoch, out.String(), e.Text)
				}
				out.Reset()
				logs := logsOf(e.Logs)
				must(t, c.OnEpochEnd(r, e.Epoch, &logs))
				if logs.Get("lr") != r.LearningRate() {
					t.Errorf("epoch %d logs %v", e.Epoch, logs)
				}
			}
		})
	}
}

func TestReduceLROnPlateauGolden(t *testing.T) {
	golden.Walk(t, "callbacks/reduce_lr_*", func(t *testing.T, gc golden.Case) {
		var f monitorCase
		gc.Decode(t, &f)
		c := &ReduceLROnPlateau{}
		var out *bytes.Buffer
		decode(t, c, f.Config, &out)
		if out != nil {
			c.Output = out
		}
		if gc.Name == "reduce_lr_missing" { // Keras warns
			r := &nn.Run{Model: rated(t, 0.1)}
			must(t, c.OnTrainBegin(r))
			logs := logsOf(f.Epochs[0].Logs)
			if err := c.OnEpochEnd(r, 0, &logs); err == nil || !strings.Contains(err.Error(), `Monitor is "val_loss"`) {
				t.Errorf("got %v, want an error about val_loss", err)
			}
			return
		}
		r := &nn.Run{Model: rated(t, f.Epochs[0].LR)}
		must(t, c.OnTrainBegin(r))
		for _, e := range f.Epochs {
			logs := logsOf(e.Logs)
			must(t, c.OnEpochEnd(r, e.Epoch, &logs))
			if float32(logs.Get("lr")) != float32(e.LR) || float32(r.LearningRate()) != float32(e.LRAfter) {
				t.Errorf("epoch %d: rate %v, then %v; want %v, %v", e.Epoch, logs.Get("lr"), r.LearningRate(), e.LR, e.LRAfter)
			}
			if c.wait != e.Wait || c.cooldown != e.Cooldown || !e.Best.is(c.best) {
				t.Errorf("epoch %d: wait %d, cooldown %d, best %v; want %d, %d, %v", e.Epoch, c.wait, c.cooldown, c.best, e.Wait, e.Cooldown, e.Best)
			}
			if out != nil {
				if out.String() != e.Text {
					t.Errorf("epoch %d prints %q, want %q", e.Epoch, out.String(), e.Text)
				}
				out.Reset()
			}
		}
	})
}

// TestTerminateOnNaNGolden: the hook alone, as in a training loop of one's own.
func TestTerminateOnNaNGolden(t *testing.T) {
	golden.Walk(t, "callbacks/terminate_on_nan_*", func(t *testing.T, gc golden.Case) {
		var f struct {
			Losses         []number
			StoppedAtBatch *int `json:"stopped_at_batch"`
			Text           string
		}
		gc.Decode(t, &f)
		var out bytes.Buffer
		c, r := &TerminateOnNaN{Output: &out}, &nn.Run{}
		for b, loss := range f.Losses {
			must(t, c.OnBatchEnd(r, b, logsOf(map[string]number{"loss": loss})))
			if want := f.StoppedAtBatch != nil && *f.StoppedAtBatch == b; r.Stopped() != want {
				t.Errorf("batch %d: stopped is %v, want %v", b, r.Stopped(), want)
			}
			if r.Stopped() {
				break
			}
		}
		if out.String() != f.Text {
			t.Errorf("printed %q, want %q", out.String(), f.Text)
		}
	})
}

// rate is an optimizer with a learning rate and nothing else.
type rate struct{ lr float64 }

func (*rate) Slots() int                                      { return 0 }
func (*rate) Update(_ nn.Step, _, _ []float32, _ [][]float32) {}
func (o *rate) Settings() nn.OptimizerSettings                { return nn.OptimizerSettings{LearningRate: o.lr} }

// at is a clock that stands at a time.
func at(seconds *float64) func() time.Time {
	return func() time.Time { return time.Time{}.Add(time.Duration(math.Round(*seconds * 1e9))) }
}

func TestProgbarGolden(t *testing.T) {
	golden.Walk(t, "callbacks/progbar_*", func(t *testing.T, gc golden.Case) {
		var f struct {
			Config struct {
				Target, Width   int
				Verbose         *int
				Interval        float64
				StatefulMetrics []string `json:"stateful_metrics"`
				UnitName        string   `json:"unit_name"`
			}
			Updates []struct {
				Time     float64
				Current  int
				Values   [][2]json.RawMessage
				Finalize *bool
				Text     string
			}
		}
		gc.Decode(t, &f)
		var out bytes.Buffer
		now := 0.0
		p := &Progbar{Target: f.Config.Target, Width: f.Config.Width, Interval: time.Duration(f.Config.Interval * 1e9),
			Stateful: f.Config.StatefulMetrics, UnitName: f.Config.UnitName, Output: &out, now: at(&now)}
		if v := f.Config.Verbose; v != nil {
			p.Verbose = []Verbosity{Silent, Bar, OneLine}[*v]
		}
		p.Start()
		for _, u := range f.Updates {
			now = u.Time
			var logs nn.Logs
			for _, nv := range u.Values {
				var name string
				var v number
				must(t, json.Unmarshal(nv[0], &name))
				must(t, json.Unmarshal(nv[1], &v))
				logs.Set(name, float64(v))
			}
			var err error
			switch {
			case u.Finalize == nil:
				err = p.Update(u.Current, logs)
			case *u.Finalize:
				err = p.Finish(u.Current, logs)
			default:
				err = p.update(u.Current, logs, false)
			}
			must(t, err)
			if got := out.String(); got != u.Text {
				t.Errorf("at %v s:\ngot  %q\nwant %q", u.Time, got, u.Text)
			}
			out.Reset()
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
