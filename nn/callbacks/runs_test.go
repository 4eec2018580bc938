package callbacks

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// call is one hook that Keras called.
type call struct {
	Hook  string
	Index *int
	Logs  map[string]float64
}

func (c *call) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&c.Hook, &c.Index, &c.Logs})
}

// recorder notes all hooks as Keras' script does.
func recorder(stop *call) (*LambdaCallback, *[]call) {
	var calls []call
	note := func(r *nn.Run, hook string, index int, logs nn.Logs) error {
		c := call{Hook: hook, Logs: maps.Collect(logs.All())}
		if index >= 0 {
			c.Index = &index
		}
		calls = append(calls, c)
		if stop != nil && stop.Hook == hook && *stop.Index == index {
			r.Stop()
		}
		return nil
	}
	none := nn.Logs{}
	return &LambdaCallback{
		TrainBegin:        func(r *nn.Run) error { return note(r, "on_train_begin", -1, none) },
		TrainEnd:          func(r *nn.Run, logs nn.Logs) error { return note(r, "on_train_end", -1, logs) },
		EpochBegin:        func(r *nn.Run, i int) error { return note(r, "on_epoch_begin", i, none) },
		EpochEnd:          func(r *nn.Run, i int, logs *nn.Logs) error { return note(r, "on_epoch_end", i, *logs) },
		BatchBegin:        func(r *nn.Run, i int) error { return note(r, "on_train_batch_begin", i, none) },
		BatchEnd:          func(r *nn.Run, i int, logs nn.Logs) error { return note(r, "on_train_batch_end", i, logs) },
		TestBegin:         func(r *nn.Run) error { return note(r, "on_test_begin", -1, none) },
		TestEnd:           func(r *nn.Run, logs nn.Logs) error { return note(r, "on_test_end", -1, logs) },
		TestBatchBegin:    func(r *nn.Run, i int) error { return note(r, "on_test_batch_begin", i, none) },
		TestBatchEnd:      func(r *nn.Run, i int, logs nn.Logs) error { return note(r, "on_test_batch_end", i, logs) },
		PredictBegin:      func(r *nn.Run) error { return note(r, "on_predict_begin", -1, none) },
		PredictEnd:        func(r *nn.Run) error { return note(r, "on_predict_end", -1, none) },
		PredictBatchBegin: func(r *nn.Run, i int) error { return note(r, "on_predict_batch_begin", i, none) },
		PredictBatchEnd:   func(r *nn.Run, i int, _ []*tensor.Tensor) error { return note(r, "on_predict_batch_end", i, none) },
	}, &calls
}

// TestHooksGolden compares order and logs of every hook with Keras.
func TestHooksGolden(t *testing.T) {
	golden.Walk(t, "callback_runs/hooks_*", func(t *testing.T, gc golden.Case) {
		var f struct {
			What string
			Args struct {
				Epochs          int
				InitialEpoch    int     `json:"initial_epoch"`
				StepsPerEpoch   int     `json:"steps_per_epoch"`
				ValidationSplit float64 `json:"validation_split"`
				ValidationFreq  int     `json:"validation_freq"`
			}
			Stop  []any
			Calls []call
		}
		gc.Decode(t, &f)
		xa, ya := gc.Array(t, "x"), gc.Array(t, "y")
		data := pipeline.Arrays(tensor.From(xa.Data, xa.Shape...), tensor.From(ya.Data, ya.Shape...), pipeline.ArraysConfig{BatchSize: 4})
		var stop *call
		if f.Stop != nil {
			i := int(f.Stop[1].(float64))
			stop = &call{Hook: f.Stop[0].(string), Index: &i}
		}
		rec, got := recorder(stop)
		cbs := []nn.Callback{rec}
		m, ctx := logistic(t), context.Background()
		var err error
		switch f.What {
		case "fit":
			_, err = m.Fit(ctx, data, nn.FitConfig{Epochs: f.Args.Epochs, InitialEpoch: f.Args.InitialEpoch, StepsPerEpoch: f.Args.StepsPerEpoch,
				ValidationSplit: f.Args.ValidationSplit, ValidationFreq: f.Args.ValidationFreq, Callbacks: cbs})
		case "evaluate":
			_, err = m.Evaluate(ctx, data, nn.EvaluateConfig{Callbacks: cbs})
		case "predict":
			_, err = m.Predict(ctx, data, nn.PredictConfig{Callbacks: cbs})
		}
		must(t, err)
		want := f.Calls
		if gc.Name == "hooks_stop_in_batch" { // tf-keras validates an epoch that was cut short; Keras 2.3 and we do not
			want = slices.DeleteFunc(want, func(c call) bool { return strings.HasPrefix(c.Hook, "on_test_") })
			for _, c := range want {
				delete(c.Logs, "val_loss")
				delete(c.Logs, "val_accuracy")
			}
		}
		for i := range max(len(want), len(*got)) {
			if i >= len(want) || i >= len(*got) {
				t.Fatalf("%d hooks were called, want %d", len(*got), len(want))
			}
			if g, w := (*got)[i], want[i]; g.Hook != w.Hook || (g.Index == nil) != (w.Index == nil) || g.Index != nil && *g.Index != *w.Index {
				t.Fatalf("hook %d is %s, want %s", i, g.Hook, w.Hook)
			} else {
				sameLogs(t, w.Hook, g.Logs, w.Logs)
			}
		}
	})
}

func sameLogs(t *testing.T, what string, got, want map[string]float64) {
	t.Helper()
	for k := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s has a log %s", what, k)
		}
	}
	for k, w := range want {
		if g, ok := got[k]; !ok || math.Abs(g-w) > 1e-6*(1+math.Abs(w)) {
			t.Errorf("%s: %s is %v, want %v", what, k, g, w)
		}
	}
}

// settle sets a callback's settings from Keras' keywords.
func settle(t *testing.T, c any, m map[string]any) {
	t.Helper()
	if m["period"] != nil && m["save_freq"] == "epoch" {
		delete(m, "save_freq")
	}
	must(t, config.Decode(c, m))
}

// TestEarlyStoppingDecisions plays 200 random curves with random settings.
func TestEarlyStoppingDecisions(t *testing.T) {
	var f struct {
		Cases []struct {
			Config         map[string]any
			Values         []number
			Trace          [][3]number
			Stopped        bool
			StoppedEpoch   int `json:"stopped_epoch"`
			WeightsOfEpoch int `json:"weights_of_epoch"`
		}
	}
	golden.Load(t, "callback_runs", "decisions_early_stopping").Decode(t, &f)
	for i, k := range f.Cases {
		// Twice: whole, and going on from a state after each epoch.
		for _, resumed := range []bool{false, true} {
			c := &EarlyStopping{}
			settle(t, c, k.Config)
			m, w := cellModel()
			r := &nn.Run{Model: m}
			must(t, c.OnTrainBegin(r))
			for e, want := range k.Trace {
				must(t, w.w.Set(tensor.From([]float32{float32(e)}, 1)))
				logs := logsOf(map[string]number{c.Monitor: k.Values[e]})
				must(t, c.OnEpochEnd(r, e, &logs))
				if float64(c.wait) != float64(want[0]) || !want[1].is(c.best) || float64(c.BestEpoch) != float64(want[2]) {
					t.Fatalf("case %d %v, epoch %d: wait %d, best %v of epoch %d; want %v", i, k.Config, e, c.wait, c.best, c.BestEpoch, want)
				}
				if resumed {
					st, err := c.State()
					must(t, err)
					c = &EarlyStopping{}
					settle(t, c, k.Config)
					must(t, c.OnTrainBegin(r))
					must(t, c.SetState(st))
				}
			}
			must(t, c.OnTrainEnd(r, nn.Logs{}))
			if r.Stopped() != k.Stopped || c.StoppedEpoch != k.StoppedEpoch || int(w.w.Value().Data()[0]) != k.WeightsOfEpoch {
				t.Errorf("case %d %v: stopped %v at %d with the weights of %v; want %v, %d, %d", i, k.Config, r.Stopped(), c.StoppedEpoch, w.w.Value().Data()[0], k.Stopped, k.StoppedEpoch, k.WeightsOfEpoch)
			}
		}
	}
}

// TestReduceLRDecisions plays 200 random curves with random settings.
func TestReduceLRDecisions(t *testing.T) {
	var f struct {
		Cases []struct {
			Config map[string]any
			Values []number
			LR     float64 `json:"lr"`
			Trace  [][5]number
		}
	}
	golden.Load(t, "callback_runs", "decisions_reduce_lr").Decode(t, &f)
	for i, k := range f.Cases {
		for _, resumed := range []bool{false, true} {
			c := &ReduceLROnPlateau{}
			settle(t, c, k.Config)
			r := &nn.Run{Model: rated(t, k.LR)}
			must(t, c.OnTrainBegin(r))
			for e, want := range k.Trace {
				logs := logsOf(map[string]number{c.Monitor: k.Values[e]})
				must(t, c.OnEpochEnd(r, e, &logs))
				if float32(logs.Get("lr")) != float32(want[0]) || float32(r.LearningRate()) != float32(want[1]) || float64(c.wait) != float64(want[2]) || !want[3].is(c.best) || float64(c.cooldown) != float64(want[4]) {
					t.Fatalf("case %d %v, epoch %d: rate %v, then %v, wait %d, best %v, cooldown %d; want %v", i, k.Config, e, logs.Get("lr"), r.LearningRate(), c.wait, c.best, c.cooldown, want)
				}
				if resumed {
					st, err := c.State()
					must(t, err)
					c = &ReduceLROnPlateau{}
					settle(t, c, k.Config)
					must(t, c.OnTrainBegin(r))
					must(t, c.SetState(st))
				}
			}
		}
	}
}

// TestModelCheckpointDecisions plays 100 random curves with random settings.
func TestModelCheckpointDecisions(t *testing.T) {
	var f struct {
		Cases []struct {
			Config map[string]any
			Values []number
			Best   []number
			Saved  []string
		}
	}
	golden.Load(t, "callback_runs", "decisions_model_checkpoint").Decode(t, &f)
	for i, k := range f.Cases {
		for _, resumed := range []bool{false, true} {
			var saved []string
			fresh := func() *ModelCheckpoint {
				c := &ModelCheckpoint{write: func(_ *nn.Model, path string) error {
					saved = append(saved, path)
					return nil
				}}
				settle(t, c, k.Config)
				return c
			}
			c, r := fresh(), &nn.Run{}
			must(t, c.OnTrainBegin(r))
			for e, v := range k.Values {
				must(t, c.OnEpochBegin(r, e))
				logs := logsOf(map[string]number{c.Monitor: v})
				must(t, c.OnEpochEnd(r, e, &logs))
				if !k.Best[e].is(c.Best) {
					t.Fatalf("case %d %v, epoch %d: best %v, want %v", i, k.Config, e, c.Best, k.Best[e])
				}
				if resumed {
					st, err := c.State()
					must(t, err)
					c = fresh()
					must(t, c.OnTrainBegin(r))
					must(t, c.SetState(st))
				}
			}
			if !slices.Equal(saved, k.Saved) {
				t.Errorf("case %d %v: saved %q, want %q", i, k.Config, saved, k.Saved)
			}
		}
	}
}

// TestBaseLoggerGolden: the means of a training loop of one's own.
func TestBaseLoggerGolden(t *testing.T) {
	var f struct {
		StatefulMetrics []string `json:"stateful_metrics"`
		Epochs          []struct {
			Batches []map[string]float64
			Logs    map[string]float64
		}
	}
	golden.Load(t, "callback_runs", "base_logger").Decode(t, &f)
	c := &BaseLogger{StatefulMetrics: f.StatefulMetrics}
	r := &nn.Run{Metrics: []string{"loss", "accuracy", "mae", "absent"}}
	for e, k := range f.Epochs {
		must(t, c.OnEpochBegin(r, e))
		for b, values := range k.Batches {
			var logs nn.Logs
			for n, v := range values {
				logs.Set(n, v)
			}
			r.BatchSize = int(values["size"])
			must(t, c.OnBatchEnd(r, b, logs))
			st, err := c.State()
			must(t, err)
			c = &BaseLogger{StatefulMetrics: f.StatefulMetrics}
			must(t, c.SetState(st))
		}
		var logs nn.Logs
		must(t, c.OnEpochEnd(r, e, &logs))
		sameLogs(t, "the epoch", maps.Collect(logs.All()), k.Logs)
	}
}
