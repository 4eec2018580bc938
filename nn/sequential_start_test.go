package nn_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestEmbeddingStarts: tf-keras' Sequential([Embedding(10, 3), LSTM(2), Dense(1)]) is
// built at once, for ids of any length: input_shape (None, None), input_names
// ["embedding_input"], 81 parameters. With input_length=4 it is (None, 4).
func TestEmbeddingStarts(t *testing.T) {
	m := nn.NewSequential(nil, &layers.Embedding{InputDim: 10, OutputDim: 3, MaskZero: true}, &layers.LSTM{Units: 2}, &layers.Dense{Units: 1})
	must(t, m.Err())
	if s := m.InputShapes(); !m.Built() || !s[0].Equal(nn.Shape{nn.Unknown, nn.Unknown}) || m.InputNames()[0] != "embedding_input" || m.CountParams() != 81 {
		t.Errorf("input %v %q, %d parameters", s, m.InputNames(), m.CountParams())
	}
	var b strings.Builder
	must(t, m.Summary(&b))
	if !strings.Contains(b.String(), "embedding (Embedding)       (None, None, 3)           30") {
		t.Errorf("summary:\n%s", b.String())
	}
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
	for _, length := range []int{3, 5} {
		_, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.Ones(2, length)}, Y: []*tensor.Tensor{tensor.New(2, 1)}})
		must(t, err)
	}
	for _, c := range []struct {
		length []int
		want   nn.Shape
	}{{[]int{4}, nn.Shape{nn.Unknown, 4}}, {[]int{2, 4}, nn.Shape{nn.Unknown, 2, 4}}} {
		m := nn.NewSequential(nil)
		m.Add(&layers.Embedding{InputDim: 10, OutputDim: 3, InputLength: c.length}).Add(&layers.Flatten{}).Add(&layers.Dense{Units: 1})
		must(t, m.Err())
		if s := m.InputShapes()[0]; !s.Equal(c.want) {
			t.Errorf("InputLength %v: input %v, want %v", c.length, s, c.want)
		}
	}
	m = nn.NewSequential(nil, nn.InputShape(&layers.Embedding{InputDim: 10, OutputDim: 3}, 7))
	if s := m.InputShapes()[0]; !s.Equal(nn.Shape{nn.Unknown, 7}) {
		t.Errorf("InputShape 7: input %v", s)
	}
}
