package ops_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// training is a step of a model: its graph and something to feed it.
type training struct {
	spec ops.Spec
	in   []*tensor.Tensor
}

func (tr *training) input(shape ...int) *ops.Value {
	v := ops.Input(shape...)
	tr.spec.In, tr.in = append(tr.spec.In, v), append(tr.in, ramp(shape...))
	return v
}

func (tr *training) finish(logits *ops.Value, weights values) *training {
	targets := tr.input(logits.Shape()...)
	clear(tr.in[len(tr.in)-1].Data())
	for i := range logits.Dim(0) {
		tr.in[len(tr.in)-1].Data()[i*logits.Dim(1)+i%logits.Dim(1)] = 1
	}
	loss := ops.Mean(ops.SoftmaxCrossEntropy(logits, targets))
	tr.spec.Out = values{loss}
	tr.spec.Slab = ops.Gradients(loss, weights...)
	return tr
}

func weight(shape ...int) *ops.Value {
	t := ramp(shape...)
	for i := range t.Data() {
		t.Data()[i] /= 64
	}
	return ops.Variable(t)
}

// mlp has the given layer sizes, with ReLU between.
func mlp(batch int, sizes ...int) *training {
	tr := &training{}
	var weights values
	x := tr.input(batch, sizes[0])
	for i := 1; i < len(sizes); i++ {
		w, b := weight(sizes[i-1], sizes[i]), weight(sizes[i])
		weights = append(weights, w, b)
		x = ops.Add(ops.MatMul(x, w), b)
		if i < len(sizes)-1 {
			x = ops.ReLU(x)
		}
	}
	return tr.finish(x, weights)
}

// cnn is three blocks of convolution, batch normalisation, ReLU and pooling.
func cnn(batch int) *training {
	tr := &training{}
	var weights values
	x := tr.input(batch, 32, 32, 3)
	for _, f := range []int{16, 32, 64} {
		w, gamma, beta := weight(3, 3, x.Dim(-1), f), weight(f), weight(f)
		weights = append(weights, w, gamma, beta)
		x = ops.Conv2D(x, w, ops.Conv2DConfig{PadLow: [2]int{1, 1}, PadHigh: [2]int{1, 1}})
		x, _, _ = ops.BatchNorm(x, gamma, beta, 1e-3)
		x = ops.MaxPool2D(ops.ReLU(x), ops.PoolConfig{Size: [2]int{2, 2}, Strides: [2]int{2, 2}})
	}
	w, b := weight(4*4*64, 10), weight(10)
	return tr.finish(ops.Add(ops.MatMul(ops.Flatten2D(x), w), b), append(weights, w, b))
}

// rnn is a simple recurrent layer, unrolled, on the output of an embedding.
func rnn(batch, steps int) *training {
	tr := &training{}
	table, w, u, b, v := weight(100, 32), weight(32, 48), weight(48, 48), weight(48), weight(48, 5)
	ids := tr.input(batch, steps)
	for i := range tr.in[0].Data() {
		tr.in[0].Data()[i] = float32(i % 100)
	}
	x, h := ops.Gather(table, ids), ops.Scalar(0)
	for s := range steps {
		now := ops.Squeeze(ops.Slice(x, 1, s, s+1), 1)
		z := ops.Add(ops.MatMul(now, w), b)
		if s > 0 {
			z = ops.Add(z, ops.MatMul(h, u))
		}
		h = ops.Tanh(z)
	}
	return tr.finish(ops.MatMul(h, v), values{table, w, u, b, v})
}

func trainings() map[string]*training {
	return map[string]*training{
		"MLP": mlp(128, 784, 512, 256, 128, 10), "CNN": cnn(8), "RNN": rnn(16, 30),
	}
}

// Planned memory is a fraction of what results of their own would take, fused
// training steps have the bits of the debug runner, and a step allocates nothing.
func TestTrainingSteps(t *testing.T) {
	for name, limit := range map[string]float64{"MLP": 0.75, "CNN": 0.5, "RNN": 0.5} {
		t.Run(name, func(t *testing.T) {
			tr := trainings()[name]
			tr.spec.Arena = ops.NewArena()
			tr.spec.Arena.Poison(true)
			p := ops.Compile(tr.spec)
			m := p.Memory()
			ratio := float64(m.Planned) / float64(m.Unplanned)
			t.Logf("planned %d floats, unplanned %d: %.2f; %d steps", m.Planned, m.Unplanned, ratio, m.Steps)
			if ratio > limit {
				t.Errorf("planned %d floats of %d, want at most %v", m.Planned, m.Unplanned, limit)
			}
			debug := ops.Debug(tr.spec, nil)
			run(t, debug, tr.in...)
			for range 2 {
				run(t, p, tr.in...)
				wantFloats(t, "loss", p.Out(0).Data(), debug.Out(0).Data()...)
				for i, x := range debug.Slab() {
					if p.Slab()[i] != x {
						t.Fatalf("number %d of the gradients is %v, node by node %v", i, p.Slab()[i], x)
					}
				}
			}
			if n := testing.AllocsPerRun(3, func() { _ = p.Run(ops.State{}, tr.in) }); n != 0 {
				t.Errorf("a step allocates %v times", n)
			}
		})
	}
}

func BenchmarkStep(b *testing.B) {
	for name, tr := range trainings() {
		b.Run(name, func(b *testing.B) {
			p := ops.Compile(tr.spec)
			m := p.Memory()
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(ops.State{}, tr.in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
			b.ReportMetric(float64(m.Planned)/float64(m.Unplanned), "planned/unplanned")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	tr := rnn(4, 300)
	b.ReportAllocs()
	for b.Loop() {
		ops.Compile(tr.spec)
	}
}
