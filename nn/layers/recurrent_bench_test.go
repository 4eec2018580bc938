package layers_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// BenchmarkRecurrent is one forward and one backward run of a layer: 32 sequences
// of 80 steps, 128 features and units; half of the steps masked where it says so.
func BenchmarkRecurrent(b *testing.B) {
	const batch, steps, n = 32, 80, 128
	work := func(gates int) float64 { return 3 * 2 * float64(batch*steps*2*n*gates*n) }
	for _, c := range []struct {
		name   string
		layer  nn.Layer
		masked bool
		flop   float64
	}{
		{"LSTM", &layers.LSTM{Units: n, ReturnSequences: true}, false, work(4)},
		{"LSTM/masked", &layers.LSTM{Units: n, ReturnSequences: true}, true, work(4)},
		{"LSTM/bidirectional", &layers.Bidirectional{Layer: &layers.LSTM{Units: n, ReturnSequences: true}}, false, 2 * work(4)},
		{"GRU", &layers.GRU{Units: n, ReturnSequences: true}, false, work(3)},
		{"GRU/masked", &layers.GRU{Units: n, ReturnSequences: true}, true, work(3)},
		{"GRU/bidirectional", &layers.Bidirectional{Layer: &layers.GRU{Units: n, ReturnSequences: true}}, false, 2 * work(3)},
		{"SimpleRNN", &layers.SimpleRNN{Units: n, ReturnSequences: true}, false, work(1)},
		{"SimpleRNN/masked", &layers.SimpleRNN{Units: n, ReturnSequences: true}, true, work(1)},
		{"SimpleRNN/bidirectional", &layers.Bidirectional{Layer: &layers.SimpleRNN{Units: n, ReturnSequences: true}}, false, 2 * work(1)},
		{"OwnCell", &layers.RNN{Cell: &MinimalRNNCell{Units: n}, ReturnSequences: true}, false, work(1)},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkSequence(b, c.layer, c.masked, c.flop, batch, steps, n) })
	}
}

// BenchmarkConvLSTM is the same for 4 films of 10 pictures of 40×40 with one
// channel, 3×3 windows and 16 filters.
func BenchmarkConvLSTM(b *testing.B) {
	const batch, steps, side, filters = 4, 10, 40, 16
	flop := 3 * 2 * float64(batch*steps*side*side*9*(1+filters)*4*filters)
	l := &layers.ConvLSTM2D{Filters: filters, KernelSize: [2]int{3, 3}, Padding: layers.Same, ReturnSequences: true}
	benchmarkSequence(b, l, false, flop, batch, steps, side, side, 1)
}

func benchmarkSequence(b *testing.B, l nn.Layer, masked bool, flop float64, shape ...int) {
	if err := nn.Apply(l, nn.Input(shape[1:]...)).Err(); err != nil {
		b.Fatal(err)
	}
	x := ops.Input(shape...)
	in, feed := []*ops.Value{x}, []*tensor.Tensor{tensor.New(shape...)}
	for i := range feed[0].Data() {
		feed[0].Data()[i] = float32(i%17)/17 - 0.5
	}
	var masks []*ops.Value
	if masked {
		masks = []*ops.Value{ops.Input(shape[:2]...)}
		in, feed = append(in, masks[0]), append(feed, tensor.New(shape[:2]...))
		for i := range feed[1].Data() {
			feed[1].Data()[i] = float32(i / 7 % 2)
		}
	}
	tr, err := nn.Trace(l, true, []*ops.Value{x}, masks)
	if err != nil {
		b.Fatal(err)
	}
	wrt := []*ops.Value{x}
	for _, w := range nn.BaseOf(l).Weights() {
		wrt = append(wrt, tr.Variable(w))
	}
	p := ops.Compile(ops.Spec{In: in, Slab: ops.Gradients(tr.Out[0], wrt...)})
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Run(ops.State{}, feed); err != nil {
			b.Fatal(err)
		}
	}
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(1e9/ns, "steps/s")
	b.ReportMetric(flop/ns, "GFLOP/s")
}
