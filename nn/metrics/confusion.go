package metrics

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func init() { nn.Register[ConfusionMatrix]() }

// confusion counts (target, prediction) pairs of class ids.
type confusion struct {
	metric  string
	classes int
	ignore  *int // targets of this class do not count
}

// update takes ids of any shape; those of y and p go together in order.
func (m confusion) update(y, p, w *ops.Value) *ops.Value {
	y, p = ops.Reshape(y, y.Size()), ops.Reshape(p, p.Size())
	if w != nil {
		if w.Size() != p.Size() && p.Size()%w.Size() == 0 { // one weight for each sample
			w = ops.Repeat(ops.Reshape(w, w.Size()), p.Size()/w.Size(), 0)
		}
		w = ops.Reshape(w, w.Size())
	}
	op := &sums{name: m.metric, size: m.classes * m.classes, bind: m.bind}
	return op.apply(operands(y, p, w)...)
}

func (m confusion) bind(b *ops.Binding) func() {
	y, p, out, w := b.In[0], b.In[1], b.Out[0], weights(b)
	n := m.classes
	return func() {
		clear(out)
		for i, t := range y {
			if m.ignore != nil && t == float32(*m.ignore) {
				continue
			}
			row, ok := m.id(b, "target", t)
			column, too := m.id(b, "prediction", p[i])
			if ok && too {
				out[row*n+column] += w.at(i)
			}
		}
	}
}

func (m confusion) id(b *ops.Binding, what string, x float32) (int, bool) {
	id := int(x)
	if x >= 0 && id < m.classes && float32(id) == x {
		return id, true
	}
	b.Fail(fmt.Errorf("metric %s: %s %g is no class id from 0 to %d", m.metric, what, x, m.classes-1))
	return 0, false
}

func (m confusion) validate() error {
	if m.classes < 1 {
		return fmt.Errorf("metric %s: num_classes is %d; want 1 or more", m.metric, m.classes)
	}
	return nil
}

// ConfusionMatrix counts how often a class is taken for another: each pair has a
// log, confusion_matrix_0_1 for class 0 taken for 1. Targets are class ids or
// one-hot; predictions have one number for each class, or one for two classes.
// [ConfusionMatrix.Matrix] and [Confusion] give it whole.
type ConfusionMatrix struct {
	NumClasses  int
	Threshold   float64 `default:"0.5"` // above it, predictions of one number mean class 1
	IgnoreClass *int    // targets of this class do not count
}

// Name is "confusion_matrix".
func (ConfusionMatrix) Name() string { return "confusion_matrix" }

func (m ConfusionMatrix) of() confusion { return confusion{m.Name(), m.NumClasses, m.IgnoreClass} }

// Update describes the matrix, row by row; rows are targets.
func (m ConfusionMatrix) Update(y, p, w *ops.Value) *ops.Value {
	if y.Rank() == p.Rank() && y.Dim(-1) == p.Dim(-1) && p.Dim(-1) > 1 {
		y = ops.ArgMax(y, -1)
	}
	if p.Rank() < 2 || p.Dim(-1) == 1 {
		p = ops.Greater(p, ops.Scalar(float32(m.Threshold)))
	} else {
		p = ops.ArgMax(p, -1)
	}
	return m.of().update(y, p, w)
}

// Result is the share on the diagonal.
func (m ConfusionMatrix) Result(s []float64) float64 {
	right, all := 0.0, 0.0
	for i, x := range s {
		all += x
		if i/m.NumClasses == i%m.NumClasses {
			right += x
		}
	}
	return divide(right, all)
}

// ResultNames names the cells.
func (m ConfusionMatrix) ResultNames(nn.Shape) []string {
	var s []string
	for i := range m.NumClasses {
		for j := range m.NumClasses {
			s = append(s, fmt.Sprintf("%d_%d", i, j))
		}
	}
	return s
}

// Results fills in the cells.
func (m ConfusionMatrix) Results(s, results []float64) { copy(results, s) }

// Matrix makes rows of the results: rows are targets, columns predictions.
func (m ConfusionMatrix) Matrix(results []float64) [][]float64 {
	rows := make([][]float64, m.NumClasses)
	for i := range rows {
		rows[i] = results[i*m.NumClasses : (i+1)*m.NumClasses]
	}
	return rows
}

// CheckTarget refuses targets that do not fit.
func (m ConfusionMatrix) CheckTarget(y, p nn.Shape) error {
	classes := 2
	if p.Rank() > 1 && p.Last() > 1 {
		classes = p.Last()
	}
	if classes != m.NumClasses {
		return fmt.Errorf("metric confusion_matrix: num_classes is %d, but predictions of shape %v tell %d apart", m.NumClasses, p, classes)
	}
	return sameOrIDs(m.Name(), y, p)
}

// Validate checks the settings.
func (m ConfusionMatrix) Validate() error {
	if m.NumClasses < 2 {
		return fmt.Errorf("metric confusion_matrix: num_classes is %d; want 2 or more", m.NumClasses)
	}
	return nil
}

// Confusion returns the confusion matrix of targets and predictions, as
// [ConfusionMatrix] takes them: rows are targets, columns predictions. weights may
// be nil. See nn/plot for a picture.
func Confusion(yTrue, yPred, weights *tensor.Tensor) ([][]float64, error) {
	if yTrue == nil || yPred == nil || yPred.Rank() == 0 {
		return nil, errors.New("metrics: Confusion: want targets and predictions")
	}
	m := &ConfusionMatrix{NumClasses: 2}
	if n := yPred.Shape()[yPred.Rank()-1]; yPred.Rank() > 1 && n > 1 {
		m.NumClasses = n
	}
	s, err := NewState(m)
	if err != nil {
		return nil, err
	}
	if err := s.Update(yTrue, yPred, weights); err != nil {
		return nil, err
	}
	return m.Matrix(s.Results()), nil
}
