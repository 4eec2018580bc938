package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[CategoryEncoding]() }

// CategoryEncoding turns ids from 0 to NumTokens-1 into rows of zeros and ones, or
// of counts. An id outside stops the run with an *ops.IDError.
//
// Input: (batch, ids) or, for one_hot, (batch) or (batch, 1); with a second input
// of the same shape OutputCount adds up its numbers instead of ones.
// Output: (batch, NumTokens).
type CategoryEncoding struct {
	nn.Base
	NumTokens  int        // required
	OutputMode OutputMode `default:"multi_hot"` // OutputMultiHot, OutputOneHot or OutputCount
	Sparse     bool       // not known: results are dense
}

// Validate checks the settings.
func (l *CategoryEncoding) Validate() error {
	if l.OutputMode == "binary" { // its old name
		l.OutputMode = OutputMultiHot
	}
	switch {
	case l.NumTokens < 1:
		return positive("NumTokens", l.NumTokens)
	case l.OutputMode != OutputOneHot && l.OutputMode != OutputMultiHot && l.OutputMode != OutputCount:
		return fmt.Errorf("OutputMode is %q; want one_hot, multi_hot or count", string(l.OutputMode))
	case l.Sparse:
		return fmt.Errorf("Sparse is set, but there are no sparse tensors; leave it out")
	}
	return nil
}

// Build checks the inputs.
func (l *CategoryEncoding) Build(_ *nn.Build, in ...nn.Shape) error {
	switch {
	case len(in) == 2 && l.OutputMode != OutputCount:
		return fmt.Errorf("got 2 inputs, but weights are for OutputCount only; OutputMode is %q", string(l.OutputMode))
	case len(in) == 2 && in[0].Rank() != in[1].Rank():
		return fmt.Errorf("the ids have shape %v, their weights %v; want the same", in[0], in[1])
	case len(in) != 2:
		return oneInput(in)
	}
	return nil
}

// OutputShape states the output's shape.
func (l *CategoryEncoding) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.OutputMode.shape(in[0], l.NumTokens)
}

// Call describes the layer.
func (l *CategoryEncoding) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	if _, err := l.OutputMode.shape(in[0].Shape(), l.NumTokens); err != nil {
		panic(&ops.ShapeError{Op: "CategoryEncoding", Shapes: [][]int{in[0].Shape()}, Reason: err.Error()})
	}
	var weights *ops.Value
	if len(in) == 2 {
		weights = in[1]
	}
	return l.OutputMode.encode(knownIDs(in[0], l.NumTokens), weights, l.NumTokens)
}

// knownIDs refuses ids outside [0, n) while the model runs: it looks them up in
// a table of their own values.
func knownIDs(ids *ops.Value, n int) *ops.Value {
	table := make([]float64, n)
	for i := range table {
		table[i] = float64(i)
	}
	return ops.Squeeze(ops.Gather(ops.Reshape(row(table), n, 1), ids), -1)
}
