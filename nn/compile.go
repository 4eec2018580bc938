package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn/ops"
)

// CompileConfig says how a model is trained.
// Keras: compile.
type CompileConfig struct {
	Optimizer Optimizer
	// Loss, Metrics and WeightedMetrics hold for every output that Outputs does
	// not name. Metrics ignore sample weights (masks count); WeightedMetrics do not.
	Loss            Loss
	Metrics         []Metric
	WeightedMetrics []Metric
	// Outputs sets single outputs of a model with several, by output name.
	Outputs map[string]OutputConfig
	// Seed is that of weights without values, of dropout and other random ops;
	// 0 keeps that of [Model.Seed].
	// Same seed, same result, bit for bit, for any number of workers.
	Seed uint64
	// AnyPair lets losses and metrics through that do not go with the model's last
	// activation, such as binary_crossentropy after a softmax.
	AnyPair bool
}

// OutputConfig is how one output is trained.
type OutputConfig struct {
	Loss            Loss // nil: not trained
	Weight          *float64
	Metrics         []Metric
	WeightedMetrics []Metric
}

// compiled is what Compile leaves behind.
type compiled struct {
	cfg       CompileConfig
	outputs   []outputPlan
	added     []string  // names of the metrics that layers add
	trainable []*Weight // in model order
	opt       optimizerState
	lr        float64
	kept      *meter // of calls on batches with KeepMetrics
	steps     uint64 // updates so far: drives random ops and the optimizer
}

// outputPlan is the training of one output.
type outputPlan struct {
	name    string // of the output
	loss    Loss
	weight  float64
	metrics []metricPlan
	target  int // index among the targets that are fed; -1 when not trained
}

type metricPlan struct {
	key      string // in the logs
	metric   Metric
	weighted bool
	results  []string // the logs of a metric with several results
}

// ErrNotCompiled is returned by training and evaluation without Compile.
var ErrNotCompiled = errors.New("nn: the model is not compiled; call Compile with a loss first")

// Compile sets how the model is trained. It reads which layers are trainable;
// call it again after freezing some. Optimizer state starts anew, weights stay.
// A Sequential model that does not know its input yet reports mistakes when it does.
func (m *Model) Compile(c CompileConfig) error {
	if m.err != nil {
		return m.err
	}
	if c.Optimizer == nil {
		return errors.New("nn: Compile: no optimizer; try Optimizer: &optimizers.Adam{}")
	}
	var err error
	if c.Optimizer, err = complete(c.Optimizer); err != nil {
		return fmt.Errorf("nn: Compile: %w", err)
	}
	if m.waiting != nil { // the rest is done when the input is known
		m.waiting.compile = &c
		return nil
	}
	comp := &compiled{cfg: c, lr: c.Optimizer.Settings().LearningRate}
	names := m.OutputNames()
	for n := range c.Outputs {
		if !slices.Contains(names, n) {
			err := fmt.Errorf("nn: Compile: Outputs names %q, but the model's outputs are %q", n, names)
			if near := config.Nearest(n, names); len(near) > 0 {
				err = fmt.Errorf("%w; did you mean %q?", err, near[0])
			}
			return err
		}
	}
	targets := 0
	outputs := make([]OutputConfig, len(names))
	for i, n := range names {
		o, ok := c.Outputs[n]
		if !ok {
			if c.Loss == nil && len(c.Outputs) == 0 {
				return errors.New("nn: Compile: no loss; try Loss: losses.MeanSquaredError{}")
			}
			o = OutputConfig{Loss: c.Loss, Metrics: c.Metrics, WeightedMetrics: c.WeightedMetrics}
		}
		outputs[i] = o
	}
	keys := metricNames(outputs)
	for i, n := range names {
		p, err := planOutput(n, outputs[i], keys[i], len(names) > 1, m.outputs[i].shape)
		if err != nil {
			return fmt.Errorf("nn: Compile: output %q: %w", n, err)
		}
		if p.loss == nil && len(p.metrics) == 0 {
			p.target = -1
		} else {
			p.target = targets
			targets++
		}
		if err := checkOutput(p, m.outputs[i].shape); err != nil {
			return fmt.Errorf("nn: Compile: output %q: %w", n, err)
		}
		if !c.AnyPair {
			if err := m.checkPairs(i, p); err != nil {
				return fmt.Errorf("nn: Compile: output %q: %w (AnyPair: true compiles it all the same)", n, err)
			}
		}
		comp.outputs = append(comp.outputs, p)
	}
	if targets == 0 {
		return errors.New("nn: Compile: no output has a loss")
	}
	comp.added = m.addedMetrics()
	m.uniqueMetricKeys(comp)
	if c.Seed != 0 {
		m.seed = c.Seed
	}
	m.initialize()
	comp.trainable = m.trainableWeights()
	factors, err := m.rates()
	if err != nil {
		return fmt.Errorf("nn: Compile: %w", err)
	}
	comp.opt.reset(c.Optimizer, comp.trainable, factors)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.compiled = comp
	m.plans.clear()
	m.arena = ops.NewArena()
	return nil
}

// outputChecker is a loss or metric that can tell from the output's shape alone
// that it does not fit.
type outputChecker interface{ CheckOutput(yPred Shape) error }

func checkOutput(p outputPlan, shape Shape) error {
	if c, ok := p.loss.(outputChecker); ok {
		if err := c.CheckOutput(shape); err != nil {
			return err
		}
	}
	for _, mt := range p.metrics {
		if c, ok := mt.metric.(outputChecker); ok {
			if err := c.CheckOutput(shape); err != nil {
				return err
			}
		}
	}
	return nil
}

// complete fills the defaults of a thing in and validates it; a struct becomes
// a pointer to one.
func complete[T any](thing T) (T, error) {
	v, err := config.Complete(thing)
	if err != nil {
		return thing, err
	}
	return v.(T), nil
}

func planOutput(name string, o OutputConfig, keys [2][]string, several bool, shape Shape) (outputPlan, error) {
	p := outputPlan{name: name, loss: o.Loss, weight: 1}
	if o.Weight != nil {
		p.weight = *o.Weight
		if math.IsNaN(p.weight) || math.IsInf(p.weight, 0) {
			return p, fmt.Errorf("its Weight is %g; want a number, which the loss is multiplied by", p.weight)
		}
	}
	if o.Loss != nil {
		var err error
		if p.loss, err = complete(o.Loss); err != nil {
			return p, err
		}
	}
	plain := keys[0]
	add := func(ms []Metric, keys []string, weighted bool) error {
		for i, mt := range ms {
			if mt == nil {
				return fmt.Errorf("metric %d is nil", i)
			}
			mt, err := complete(mt)
			if err != nil {
				return err
			}
			key := keys[i]
			if weighted && slices.Contains(plain, key) {
				key = "weighted_" + key
			}
			if several {
				key = name + "_" + key
			}
			p.metrics = append(p.metrics, metricPlan{key, mt, weighted, resultNames(mt, shape)})
		}
		return nil
	}
	if err := add(o.Metrics, plain, false); err != nil {
		return p, err
	}
	return p, add(o.WeightedMetrics, keys[1], true)
}

// uniqueMetricKeys appends _1, _2, … to metrics of one name, as Keras does.
func (m *Model) uniqueMetricKeys(c *compiled) {
	used := map[string]bool{"loss": true}
	unique := func(k *string) {
		stem := *k
		for n := 1; used[*k]; n++ {
			*k = fmt.Sprintf("%s_%d", stem, n)
		}
		used[*k] = true
	}
	for i := range c.outputs {
		for j := range c.outputs[i].metrics {
			mt := &c.outputs[i].metrics[j]
			unique(&mt.key)
			for k, r := range mt.results {
				mt.results[k] = mt.key + "_" + r
				unique(&mt.results[k])
			}
		}
	}
	for i := range c.added {
		unique(&c.added[i])
	}
}

// MetricsNames returns the names of the logs that training and evaluation
// give, in order.
// Keras: metrics_names.
func (m *Model) MetricsNames() []string {
	if m.compiled == nil {
		return nil
	}
	names := []string{"loss"}
	if len(m.compiled.outputs) > 1 {
		for _, o := range m.compiled.outputs {
			if o.loss != nil {
				names = append(names, o.name+"_loss")
			}
		}
	}
	for _, o := range m.compiled.outputs {
		for _, mt := range o.metrics {
			names = append(names, mt.names()...)
		}
	}
	return append(names, m.compiled.added...)
}

// targets counts the target tensors that a batch must bring.
func (c *compiled) targets() int {
	n := 0
	for _, o := range c.outputs {
		if o.target >= 0 {
			n++
		}
	}
	return n
}
