package callbacks

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// ProgbarLogger prints Keras' progress line while Fit trains: "Epoch 1/10",
// then a line that is redrawn, or one line an epoch. The logs are those of the
// epoch so far, so nothing is averaged again. Put it first among the callbacks.
//
// Differences from Keras: nothing prints unless this callback is given
// (Keras prints by default). Evaluate and Predict print when they are given it;
// the validation of Fit does not, as in Keras. An epoch that [nn.Run.Stop] cuts short shows how far it came, 3/10, where Keras
// writes 10/10. Where standard output is no terminal, AutoVerbose gives one
// line an epoch, as Keras does under verbose="auto" in batch environments only.
type ProgbarLogger struct {
	nn.NopCallback
	Output  io.Writer `keras:"-"` // default: standard output
	Verbose Verbosity `keras:"-"`

	now   func() time.Time // replaced by tests
	bar   Progbar
	inFit bool
}

// OnTrainBegin looks at what it prints on.
func (p *ProgbarLogger) OnTrainBegin(*nn.Run) error {
	p.inFit = true
	p.open()
	return nil
}

// OnTrainEnd notes that Fit is done.
func (p *ProgbarLogger) OnTrainEnd(*nn.Run, nn.Logs) error {
	p.inFit = false
	return nil
}

func (p *ProgbarLogger) open() {
	out, verbose := p.Output, p.Verbose
	if out == nil {
		out = os.Stdout
	}
	if verbose == AutoVerbose {
		verbose = OneLine
		if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			verbose = Bar
		}
	}
	p.bar = Progbar{Output: out, Verbose: verbose, now: p.now, asIs: true}
}

// OnEpochBegin prints "Epoch 1/10".
func (p *ProgbarLogger) OnEpochBegin(r *nn.Run, epoch int) error {
	p.bar.Target = max(0, r.Steps)
	p.bar.Start()
	if p.bar.Verbose == Silent || r.Epochs <= 1 {
		return nil
	}
	_, err := fmt.Fprintf(p.bar.Output, "Epoch %d/%d\n", epoch+1, r.Epochs)
	return err
}

// OnBatchEnd redraws the line, at most every 50 ms.
func (p *ProgbarLogger) OnBatchEnd(_ *nn.Run, batch int, logs nn.Logs) error {
	return p.bar.update(batch+1, logs, false)
}

// OnEpochEnd prints the finished line, validation included.
func (p *ProgbarLogger) OnEpochEnd(_ *nn.Run, _ int, logs *nn.Logs) error { return p.finish(*logs) }

func (p *ProgbarLogger) finish(logs nn.Logs) error {
	if p.bar.Target == 0 { // known now
		p.bar.Target = p.bar.seen
	}
	return p.bar.Finish(p.bar.seen, logs)
}

// start begins a line of Evaluate or Predict.
func (p *ProgbarLogger) start(r *nn.Run) {
	p.open()
	p.bar.Target = max(0, r.Steps)
	p.bar.Start()
}

// OnTestBegin begins a line, unless Fit validates.
func (p *ProgbarLogger) OnTestBegin(r *nn.Run) error {
	if !p.inFit {
		p.start(r)
	}
	return nil
}

// OnTestBatchBegin does nothing.
func (p *ProgbarLogger) OnTestBatchBegin(*nn.Run, int) error { return nil }

// OnTestBatchEnd redraws the line.
func (p *ProgbarLogger) OnTestBatchEnd(_ *nn.Run, batch int, logs nn.Logs) error {
	if p.inFit {
		return nil
	}
	return p.bar.update(batch+1, logs, false)
}

// OnTestEnd prints the finished line.
func (p *ProgbarLogger) OnTestEnd(_ *nn.Run, logs nn.Logs) error {
	if p.inFit {
		return nil
	}
	return p.finish(logs)
}

// OnPredictBegin begins a line.
func (p *ProgbarLogger) OnPredictBegin(r *nn.Run) error {
	p.start(r)
	return nil
}

// OnPredictBatchBegin does nothing.
func (p *ProgbarLogger) OnPredictBatchBegin(*nn.Run, int) error { return nil }

// OnPredictBatchEnd redraws the line.
func (p *ProgbarLogger) OnPredictBatchEnd(_ *nn.Run, batch int, _ []*tensor.Tensor) error {
	return p.bar.update(batch+1, nn.Logs{}, false)
}

// OnPredictEnd prints the finished line.
func (p *ProgbarLogger) OnPredictEnd(*nn.Run) error { return p.finish(nn.Logs{}) }

var (
	_ nn.TestCallback    = (*ProgbarLogger)(nil)
	_ nn.PredictCallback = (*ProgbarLogger)(nil)
)
