package nntest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// said runs a check with a recorder and returns what it reported.
func said(check func(t reporter)) (messages string) {
	r := &recorder{}
	defer func() {
		if p := recover(); p != nil && p != any(r) {
			panic(p)
		}
		messages = strings.Join(r.messages, "\n")
	}()
	check(r)
	return
}

func reports(t *testing.T, name, got, want string) {
	t.Helper()
	if want == "" && got != "" || !strings.Contains(got, want) {
		t.Errorf("%s: reported %q, want %q", name, got, want)
	}
}

// habits is gradient descent with habits, good and bad.
type habits struct {
	LR        float64 `default:"0.01"`
	Untagged  float64 // kept
	neighbour bool    // looks at the weight's first element
	restless  bool    // moves without a gradient
	squares   bool    // overflows
	climbs    bool
	allocates bool
}

func (h *habits) Slots() int { return 1 }
func (h *habits) Idle() bool { return true }
func (h *habits) Settings() nn.OptimizerSettings {
	return nn.OptimizerSettings{LearningRate: h.LR}
}

func (h *habits) Update(s nn.Step, w, g []float32, slots [][]float32) {
	lr := float32(s.LR)
	if h.climbs {
		lr = -lr
	}
	if h.allocates {
		sink = make([]float32, 10)
	}
	for i := range w {
		x := g[i]
		if h.neighbour {
			x += 1e-3 * g[0]
		}
		if h.restless {
			slots[0][i]++
		}
		if h.squares {
			slots[0][i] = x * x * x
		}
		w[i] -= lr * x
	}
}

func TestOptimizer(t *testing.T) {
	nn.Register[habits]()
	Optimizer(t, &habits{})
	for want, h := range map[string]*habits{
		"must not look at neighbours": {neighbour: true},
		"Idle is true":                {restless: true},
		"with gradient":               {squares: true},
		"down a bowl":                 {climbs: true},
		"allocates":                   {allocates: true},
	} {
		reports(t, want, said(func(r reporter) { checkOptimizer(r, h) }), want)
	}
}

// distance is |p-y| with habits, good and bad.
type distance struct {
	scalar, nan bool
}

func (d *distance) Loss(y, p *ops.Value) *ops.Value {
	v := ops.Mean(ops.Abs(ops.Sub(p, y)), -1)
	if d.scalar {
		v = ops.Mean(v)
	}
	if d.nan {
		v = ops.Log(ops.Neg(v))
	}
	return v
}

func TestLoss(t *testing.T) {
	nn.Register[distance]()
	y := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	p := tensor.From([]float32{2, 1, 5, 6, 5.5, 8}, 3, 2)
	Loss(t, &distance{}, y, p)
	reports(t, "scalar", said(func(r reporter) { checkLoss(r, &distance{scalar: true}, y, p) }), "one number per sample")
	reports(t, "nan", said(func(r reporter) { checkLoss(r, &distance{nan: true}, y, p) }), "the loss of sample 0 is NaN")
	unknown := nn.LossFunc("unregistered", (&distance{}).Loss)
	reports(t, "unregistered", said(func(r reporter) { checkLoss(r, unknown, y, p) }), "nn.Alias")
	values := []float32{1, 2, 3, 4}
	if got := reduced(values, []float32{1, 1, 1, 1}, []float32{1, 0.5}, []float32{1, 1}, 2, false); math.Abs(got-6.5/4) > 1e-12 {
		t.Errorf("Σ w·v / n is %v, want 1.625", got)
	}
	if got := reduced(values, []float32{1, 1, 1, 0}, nil, []float32{0, 1}, 2, false); got != 3 {
		t.Errorf("the masked mean is %v, want 3", got)
	}
}

// typo has a hook that is none.
type typo struct{ nn.NopCallback }

func (typo) OnEpochsEnd(*nn.Run, int, *nn.Logs) error { return nil }

// once fails the second time.
type once struct {
	nn.NopCallback
	runs int
}

func (o *once) OnTrainBegin(*nn.Run) error {
	if o.runs++; o.runs > 1 {
		return errors.New("no more")
	}
	return nil
}

// half is told of no evaluation, since three hooks are missing.
type half struct{ nn.NopCallback }

func (half) OnTestBegin(*nn.Run) error { return nil }

// forgets has a state that it does not take up.
type forgets struct {
	nn.NopCallback
	n int
}

func (f *forgets) OnEpochEnd(*nn.Run, int, *nn.Logs) error { f.n++; return nil }
func (f *forgets) State() (nn.CallbackState, error) {
	return nn.CallbackState{Values: fmt.Append(nil, f.n)}, nil
}
func (f *forgets) SetState(nn.CallbackState) error { f.n = 0; return nil }

// online has methods that only begin like hooks.
type online struct{ nn.NopCallback }

func (online) Once() {}
func (online) On()   {}

func TestCallback(t *testing.T) {
	Callback(t, online{})
	reports(t, "typo", said(func(r reporter) { checkCallback(r, typo{}) }), "OnEpochsEnd is no hook of a callback and is never called; did you mean OnEpochEnd?")
	reports(t, "half", said(func(r reporter) { checkCallback(r, half{}) }), "OnTestBegin is never called, since other hooks of a nn.TestCallback are missing")
	reports(t, "forgets", said(func(r reporter) { checkCallback(r, &forgets{}) }), "state 2 with 0 tensors became 0 with 0")
	reports(t, "once", said(func(r reporter) { checkCallback(r, &once{}) }), "training 2 with the callback: no more")
}
