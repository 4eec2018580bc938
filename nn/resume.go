package nn

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A ResumeError says why a training cannot go on from a state.
type ResumeError struct{ Why string }

func (e *ResumeError) Error() string {
	return "nn: Fit: the checkpoint is of another training: " + e.Why
}

func otherTraining(format string, args ...any) error {
	return &ResumeError{fmt.Sprintf(format, args...)}
}

// fits refuses a state of another training before anything changes.
func (f *fitter) fits(ctx context.Context, s *TrainingState) error {
	if len(s.Setup) > 0 {
		if why := firstDifference(s.Setup, f.setup); why != "" {
			return otherTraining("%s; make the model and the settings as they were, or keep the checkpoints of this training elsewhere", why)
		}
	}
	paths, ws := f.m.stateWeights()
	if len(paths) != len(s.Weights) {
		return otherTraining("it has %d weights, the model has %d", len(s.Weights), len(paths))
	}
	for i, w := range s.Weights {
		if w.Name != paths[i] || !ws[i].shape.Equal(w.Value.Shape()) {
			return otherTraining("weight %d is %s %v, the model's is %s %v", i, w.Name, Shape(w.Value.Shape()), paths[i], ws[i].shape)
		}
	}
	if s.Finished {
		return nil
	}
	var was, is []string
	for _, c := range s.Callbacks {
		was = append(was, c.Class)
	}
	for _, c := range f.c.Callbacks {
		if _, ok := c.(StatefulCallback); ok {
			is = append(is, config.ClassName(c))
		}
	}
	if strings.Join(was, " ") != strings.Join(is, " ") {
		return otherTraining("its callbacks with a memory are %q, now they are %q", was, is)
	}
	return f.sameData(ctx, s.Data)
}

// sameData compares the first batch.
func (f *fitter) sameData(ctx context.Context, was DataPrint) error {
	is := f.print
	if is.Batches != was.Batches || is.Samples != was.Samples {
		return otherTraining("its data have %s, these have %s; use the same data and batch size", amount(was), amount(is))
	}
	if was.First == "" {
		return nil
	}
	for b, err := range f.data.Batches(ctx, f.c.InitialEpoch) {
		if err != nil {
			return err
		}
		if is.First = fingerprint(b); is.First != was.First {
			return otherTraining("the first batch of the data is another one (SHA-256 %.12s…, then %.12s…); use the same data, in the same order, with the same augmentation and seed", is.First, was.First)
		}
		break
	}
	f.print = is
	return nil
}

func amount(d DataPrint) string {
	count := func(n int, what string) string {
		if n < 0 {
			return "an unknown number of " + what
		}
		return fmt.Sprintf("%d %s", n, what)
	}
	return count(d.Batches, "batches") + " and " + count(d.Samples, "samples")
}

// fingerprint is the SHA-256 of a batch.
func fingerprint(b pipeline.Batch) string {
	h := sha256.New()
	var buf [4096]byte
	for _, ts := range [][]*tensor.Tensor{b.X, b.Y, b.W} {
		fmt.Fprintf(h, "%d;", len(ts))
		for _, t := range ts {
			fmt.Fprintf(h, "%v;", t.Shape())
			data := t.Data()
			for len(data) > 0 {
				n := min(len(data), len(buf)/4)
				for i, v := range data[:n] {
					binary.LittleEndian.PutUint32(buf[4*i:], math.Float32bits(v))
				}
				h.Write(buf[:4*n])
				data = data[n:]
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// restore sets everything to a state that fits.
func (f *fitter) restore(s *TrainingState) error {
	_, ws := f.m.stateWeights()
	for i, w := range ws {
		if err := w.Set(s.Weights[i].Value); err != nil {
			return err
		}
	}
	if err := f.m.SetOptimizerState(s.Optimizer); err != nil {
		return err
	}
	f.m.seed = s.Seed
	*f.history = *s.History
	if s.Finished {
		return nil
	}
	f.at = place{s.Epoch, s.Batch, s.Begun}
	if s.Batch > 0 {
		f.meter.set(s.Meter)
	}
	k := 0
	for _, cb := range f.cbs {
		if sc, ok := cb.(StatefulCallback); ok && k < len(s.Callbacks) {
			if err := sc.SetState(s.Callbacks[k].State); err != nil {
				return fmt.Errorf("nn: Fit: callback %s: %w", s.Callbacks[k].Class, err)
			}
			k++
		}
	}
	return nil
}

// describeSetup says in lines what is trained and how.
func (f *fitter) describeSetup() []string {
	c := f.m.compiled
	lines := f.m.describeLayers(nil, "")
	lines = append(lines, "optimizer "+thing(c.opt.opt), fmt.Sprintf("seed %d", f.m.seed))
	for _, o := range c.outputs {
		line := fmt.Sprintf("output %s: weight %g", o.name, o.weight)
		if o.loss != nil {
			line += ", loss " + thing(o.loss)
		}
		for _, mt := range o.metrics {
			line += fmt.Sprintf(", metric %s %s", mt.key, thing(mt.metric))
		}
		lines = append(lines, line)
	}
	return append(lines, fmt.Sprintf("fit: initial epoch %d, steps per epoch %d, validation split %g, class weight %v",
		f.c.InitialEpoch, f.c.StepsPerEpoch, f.c.ValidationSplit, f.c.ClassWeight))
}

// describeLayers has a line for each call of each layer.
func (m *Model) describeLayers(lines []string, path string) []string {
	for _, n := range m.order {
		l := n.layer
		var in []string
		for _, s := range n.in {
			in = append(in, s.node.layer.base().name)
		}
		line := fmt.Sprintf("layer %s%s of %s: %s, trainable %t", path, l.base().name, strings.Join(in, ", "), thing(l), l.base().Trainable())
		if r := l.base().rate; r != nil {
			line += fmt.Sprintf(", rate ×%g", *r)
		}
		lines = append(lines, line)
		if sub, ok := l.(*Model); ok {
			lines = sub.describeLayers(lines, path+l.base().name+"/")
		}
	}
	return lines
}

// thing is a class with its settings, as far as they have a saved form.
func thing(v any) string {
	class := config.ClassName(v)
	o, err := config.Encode(v)
	if err != nil {
		return class
	}
	b, err := json.Marshal(o)
	if err != nil {
		return class
	}
	return class + " " + string(b)
}
