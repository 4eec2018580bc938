package nn

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// meter accumulates loss and metrics over an epoch, as tf-keras does: losses
// weighted by batch size, metrics from their sums.
type meter struct {
	losses  []float64 // Σ batch size · loss
	samples float64
	sums    [][]float64
	logs    Logs
	names   []string  // of logs, without prefix
	model   *compiled // whose metrics logs are to be computed by; nil: they are
}

func (m *Model) newMeter(prefix string) *meter {
	mt := &meter{names: m.MetricsNames()}
	for _, n := range mt.names {
		mt.logs.Set(prefix+n, math.NaN())
	}
	return mt
}

func (t *meter) reset() {
	clear(t.losses)
	t.samples = 0
	for _, s := range t.sums {
		clear(s)
	}
}

// add takes the results of one batch.
func (t *meter) add(p *plan, batch int) {
	g := p.graph
	if t.losses == nil {
		t.losses = make([]float64, g.nLoss)
		for _, n := range g.metricSize {
			t.sums = append(t.sums, make([]float64, n))
		}
	}
	t.samples += float64(batch)
	for i := range t.losses {
		t.losses[i] += float64(batch) * float64(p.program.Out(i).Data()[0])
	}
	for i, s := range t.sums {
		sums := p.program.Out(g.nLoss + i).Data()
		kernel.AddTo(s[:len(sums)], sums)
	}
}

// read updates and returns the logs; they are reused by the next read.
func (t *meter) read(c *compiled) Logs {
	t.model = c
	t.settle()
	return t.logs
}

// later returns the logs, which are computed when somebody looks at them. They are
// valid until the next batch.
func (t *meter) later(c *compiled) Logs {
	t.model = c
	return Logs{t.logs.names, t.logs.values, t}
}

func (t *meter) settle() {
	c := t.model
	if c == nil {
		return
	}
	t.model = nil
	i := 0
	for ; i < len(t.losses); i++ {
		t.logs.values[i] = t.losses[i] / t.samples
	}
	k := 0
	for _, o := range c.outputs {
		for _, mt := range o.metrics {
			if k < len(t.sums) {
				i += mt.read(t.sums[k], t.logs.values[i:])
			}
			k++
		}
	}
	for ; k < len(t.sums); i, k = i+1, k+1 { // those that layers add
		t.logs.values[i] = Ratio(t.sums[k])
	}
}

// plain is later, without prefix.
func (t *meter) plain(c *compiled) Logs {
	t.model = c
	return Logs{t.names, t.logs.values, t}
}

// A NotFiniteError says that the loss or a gradient stopped being a number.
type NotFiniteError struct {
	Epoch, Batch int // 0-based; Epoch is -1 outside Fit
	Loss         float64
	Tensor       string  // the first tensor that is not finite
	Before       float64 // the largest absolute value among what it was made of
	Data         bool    // the tensor was fed: an input, targets or sample weights
	Sample       int     // of the batch, if it was fed
	Row          int     // of the arrays that the batch was taken from, if it was fed; -1: not known
}

func (e *NotFiniteError) Error() string {
	where := ""
	if e.Epoch >= 0 {
		where = fmt.Sprintf(" at epoch %d batch %d", e.Epoch+1, e.Batch+1)
	}
	what := "a gradient became non-finite"
	if math.IsNaN(e.Loss) || math.IsInf(e.Loss, 0) {
		what = "loss became " + map[bool]string{true: "NaN", false: "infinite"}[math.IsNaN(e.Loss)]
	}
	if e.Data {
		row := ""
		if e.Row >= 0 {
			row = fmt.Sprintf(", which is row %d of the arrays", e.Row)
		}
		return fmt.Sprintf("nn: the data hold no number%s: %s%s; clean the data: every value must be finite", where, e.Tensor, row)
	}
	return fmt.Sprintf("nn: %s%s; first non-finite tensor: %s (max |x| of what it is made of: %.3g); try a lower learning rate or clipnorm", what, where, e.Tensor, e.Before)
}

// trainStep runs one batch and updates the weights. Nothing is updated, not
// even moving averages, when the loss or a gradient is not finite.
func (m *Model) trainStep(x, y, w []*tensor.Tensor, mt *meter) error {
	if err := m.badData(x, y, w); err != nil {
		return err
	}
	p, err := m.plan(training, x, y, w)
	if err != nil {
		return err
	}
	defer m.release(p)
	c := m.compiled
	st := ops.State{Seed: m.seed, Step: c.steps}
	p.remember()
	if err := p.run(st, x, y, w); err != nil {
		return fmt.Errorf("nn: %w", err)
	}
	loss := float64(p.program.Out(0).Data()[0])
	if math.IsNaN(loss) || math.IsInf(loss, 0) || !c.opt.apply(c.lr, x[0].Shape()[0], p) {
		p.restore()
		return m.explain(p, st, loss, x, y, w)
	}
	c.steps++
	mt.add(p, x[0].Shape()[0])
	return nil
}

// explain runs the batch again node by node to find what went wrong first.
func (m *Model) explain(p *plan, st ops.State, loss float64, x, y, w []*tensor.Tensor) error {
	if e := m.badOperand(x, y, w); e != nil {
		e.Loss = loss
		return e
	}
	e := &NotFiniteError{Epoch: -1, Batch: -1, Loss: loss, Tensor: "a gradient", Row: -1}
	g, err := m.describeGraph(training, p.shapes)
	if err != nil {
		return err
	}
	in := append(append(append([]*tensor.Tensor{}, x...), y...), w...)
	if s, ok := ops.FirstNonFinite(g.spec, st, in); ok {
		e.Tensor = fmt.Sprintf("%s in %s", s.Op, s.Label)
		if s.Label == "" {
			e.Tensor = s.Op + " in the loss"
		}
		e.Before = float64(s.MaxIn())
	}
	return e
}

// testStep runs one batch without training.
func (m *Model) testStep(x, y, w []*tensor.Tensor, mt *meter) error {
	if err := m.badData(x, y, w); err != nil {
		return err
	}
	p, err := m.plan(testing, x, y, w)
	if err != nil {
		return err
	}
	defer m.release(p)
	if err := p.run(ops.State{Seed: m.seed}, x, y, w); err != nil {
		return fmt.Errorf("nn: %w", err)
	}
	if loss := float64(p.program.Out(0).Data()[0]); loss-loss != 0 {
		// A loss may overflow; data and weights that are no numbers are a mistake.
		if e := m.badOperand(x, y, w); e != nil {
			e.Loss = loss
			return e
		}
	}
	mt.add(p, x[0].Shape()[0])
	return nil
}

// checkBatch explains a batch that cannot be trained on.
func (m *Model) checkBatch(b pipeline.Batch, targets bool) error {
	if m.err != nil {
		return m.err
	}
	if err := m.buildFor(b.X); err != nil {
		return err
	}
	if err := m.checkInputs(b.X); err != nil {
		return err
	}
	n := b.X[0].Shape()[0]
	if n == 0 {
		return fmt.Errorf("nn: empty batch: 0 samples")
	}
	if !targets {
		return nil
	}
	if m.compiled == nil {
		return ErrNotCompiled
	}
	if want := m.compiled.targets(); len(b.Y) != want {
		return fmt.Errorf("nn: the model has %d outputs to train %q, the data has %d targets", want, m.OutputNames(), len(b.Y))
	}
	if len(b.W) > len(b.Y) {
		return fmt.Errorf("nn: %d sample weight tensors for %d targets", len(b.W), len(b.Y))
	}
	for i, y := range b.Y {
		if y == nil {
			return fmt.Errorf("nn: target %d: the tensor is nil", i)
		}
		if y.Rank() == 0 || y.Shape()[0] != n {
			return fmt.Errorf("nn: target %d has shape %v, but inputs have %d samples", i, Shape(y.Shape()), n)
		}
	}
	for i, o := range m.compiled.outputs {
		v, ok := o.loss.(ValueChecker)
		if !ok || o.target < 0 {
			continue
		}
		if err := v.CheckTargetValues(b.Y[o.target].Data(), m.outputs[i].shape); err != nil {
			return fmt.Errorf("nn: output %q: %w", o.name, err)
		}
	}
	for i, w := range b.W {
		if w == nil {
			return fmt.Errorf("nn: sample weights %d: the tensor is nil", i)
		}
		if w.Rank() == 0 || w.Shape()[0] != n {
			return fmt.Errorf("nn: sample weights %d have shape %v, but inputs have %d samples; want a weight for each sample, (%d,), or for each time step of it", i, Shape(w.Shape()), n, n)
		}
	}
	return nil
}

func (m *Model) checkInputs(x []*tensor.Tensor) error {
	if len(x) != len(m.inputs) {
		return fmt.Errorf("nn: model %q has %d inputs, the data has %d", m.name, len(m.inputs), len(x))
	}
	for i, t := range x {
		if t == nil {
			return fmt.Errorf("nn: input %d (%s) of model %q is nil", i, m.inputs[i].node.layer.base().name, m.name)
		}
		if want := m.inputs[i].shape; !want.takes(t.Shape()) {
			return fmt.Errorf("nn: input %d (%s) of model %q: %s%s", i, m.inputs[i].node.layer.base().name, m.name, want.mismatch(t.Shape()), m.inputHint(i, t.Shape()))
		}
		if t.Shape()[0] != x[0].Shape()[0] {
			return fmt.Errorf("nn: input %d has %d samples, input 0 has %d", i, t.Shape()[0], x[0].Shape()[0])
		}
	}
	return nil
}

// inputHint guesses what went wrong with an input's shape.
func (m *Model) inputHint(i int, got []int) string {
	want := m.inputs[i].shape
	if len(got) == len(want) && want[0] != Unknown && want[1:].mismatch(got[1:]) == "" {
		return fmt.Sprintf("; the model has a fixed batch size (nn.BatchInput), which stateful layers need: feed batches of exactly %d samples", want[0])
	}
	if len(got) == len(want)-1 && want[1:].mismatch(got) == "" {
		return "; one sample alone needs a batch axis in front"
	}
	return ""
}
