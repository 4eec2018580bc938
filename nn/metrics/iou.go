package metrics

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[IoU]()
	nn.Register[MeanIoU]()
	nn.Register[BinaryIoU]()
	nn.Register[OneHotIoU]()
	nn.Register[OneHotMeanIoU]()
}

// IoU is the mean over TargetClassIDs of intersection over union, TP / (TP + FP +
// FN); classes that never occur are left out. Targets and predictions are class ids,
// or with SparseYTrue and SparseYPred false numbers for each class along Axis.
type IoU struct {
	auto
	NumClasses     int
	TargetClassIDs []int `keras:"target_class_ids"`
	IgnoreClass    *int  // targets of this class do not count
	SparseYTrue    *bool `default:"true"`
	SparseYPred    *bool `default:"true"`
	Axis           *int  `default:"-1"` // of the classes
}

// MeanIoU is [IoU] over all classes.
type MeanIoU struct {
	auto
	NumClasses  int
	IgnoreClass *int  // targets of this class do not count
	SparseYTrue *bool `default:"true"`
	SparseYPred *bool `default:"true"`
	Axis        *int  `default:"-1"` // of the classes
}

// BinaryIoU is [IoU] of two classes for predictions of one number: those of
// Threshold and more mean class 1.
type BinaryIoU struct {
	auto
	TargetClassIDs []int    `keras:"target_class_ids" default:"0,1"`
	Threshold      *float64 `default:"0.5"`
}

// OneHotIoU is [IoU] for one-hot targets.
type OneHotIoU struct {
	auto
	NumClasses     int
	TargetClassIDs []int `keras:"target_class_ids"`
	IgnoreClass    *int  // targets of this class do not count
	SparseYPred    bool  // predictions are class ids
	Axis           *int  `default:"-1"` // of the classes
}

// OneHotMeanIoU is [MeanIoU] for one-hot targets.
type OneHotMeanIoU struct {
	auto
	NumClasses  int
	IgnoreClass *int // targets of this class do not count
	SparseYPred bool // predictions are class ids
	Axis        *int `default:"-1"` // of the classes
}

// Name is "io_u", as Keras derives it from the class.
func (IoU) Name() string { return "io_u" }

// Name is "mean_io_u".
func (MeanIoU) Name() string { return "mean_io_u" }

// Name is "binary_io_u".
func (BinaryIoU) Name() string { return "binary_io_u" }

// Name is "one_hot_io_u".
func (OneHotIoU) Name() string { return "one_hot_io_u" }

// Name is "one_hot_mean_io_u".
func (OneHotMeanIoU) Name() string { return "one_hot_mean_io_u" }

// overlap is what they share.
type overlap struct {
	confusion
	targets      []int // nil: all
	yIDs, pIDs   bool
	axis         int
	needsTargets bool
}

func (m IoU) of() overlap {
	return overlap{confusion{m.Name(), m.NumClasses, m.IgnoreClass}, m.TargetClassIDs, isTrue(m.SparseYTrue), isTrue(m.SparseYPred), axis(m.Axis), true}
}

func (m MeanIoU) of() overlap {
	return overlap{confusion{m.Name(), m.NumClasses, m.IgnoreClass}, nil, isTrue(m.SparseYTrue), isTrue(m.SparseYPred), axis(m.Axis), false}
}

func (m BinaryIoU) of() overlap {
	return overlap{confusion{m.Name(), 2, nil}, m.TargetClassIDs, true, true, -1, true}
}

func (m OneHotIoU) of() overlap {
	return overlap{confusion{m.Name(), m.NumClasses, m.IgnoreClass}, m.TargetClassIDs, false, m.SparseYPred, axis(m.Axis), true}
}

func (m OneHotMeanIoU) of() overlap {
	return overlap{confusion{m.Name(), m.NumClasses, m.IgnoreClass}, nil, false, m.SparseYPred, axis(m.Axis), false}
}

func isTrue(b *bool) bool { return b == nil || *b }

func axis(a *int) int {
	if a == nil {
		return -1
	}
	return *a
}

func (m overlap) update(y, p, w *ops.Value) *ops.Value {
	if !m.yIDs {
		y = ops.ArgMax(y, m.axis)
	}
	if !m.pIDs {
		p = ops.ArgMax(p, m.axis)
	}
	return m.confusion.update(y, p, w)
}

func (m overlap) result(s []float64) float64 {
	sum, classes := 0.0, 0.0
	add := func(c int) {
		row, column := 0.0, 0.0
		for k := range m.classes {
			row += s[c*m.classes+k]
			column += s[k*m.classes+c]
		}
		if union := row + column - s[c*m.classes+c]; union != 0 {
			sum += s[c*m.classes+c] / union
			classes++
		}
	}
	if m.targets == nil {
		for c := range m.classes {
			add(c)
		}
	}
	for _, c := range m.targets {
		add(c)
	}
	return divide(sum, classes)
}

func (m overlap) check(y, p nn.Shape) error {
	for _, c := range []struct {
		what, setting string
		ids           bool
		shape         nn.Shape
	}{{"targets", "SparseYTrue", m.yIDs, y}, {"predictions", "SparseYPred", m.pIDs, p}} {
		a := m.axis
		if a < 0 {
			a += c.shape.Rank()
		}
		if !c.ids && (a < 0 || a >= c.shape.Rank() || c.shape[a] != m.classes) {
			return fmt.Errorf("metric %s: %s of shape %v do not have %d classes along axis %d; class ids need %s: true", m.metric, c.what, c.shape, m.classes, m.axis, c.setting)
		}
	}
	y, p = without(y, m.yIDs, m.axis), without(p, m.pIDs, m.axis)
	if !y.Equal(p) {
		return fmt.Errorf("metric %s: targets give ids of shape %v, predictions of %v; where there is a number for each class set SparseYTrue or SparseYPred: new(false)", m.metric, y, p)
	}
	return nil
}

// without is a shape without the axis of classes and without ends of 1.
func without(s nn.Shape, ids bool, axis int) nn.Shape {
	if !ids {
		if axis < 0 {
			axis += s.Rank()
		}
		s = append(append(nn.Shape{}, s[:axis]...), s[axis+1:]...)
	}
	for s.Rank() > 1 && s.Last() == 1 {
		s = s[:s.Rank()-1]
	}
	return s
}

func (m overlap) validate() error {
	if m.needsTargets && len(m.targets) == 0 {
		return fmt.Errorf("metric %s: target_class_ids are empty; want the classes to look at", m.metric)
	}
	for _, c := range m.targets {
		if c < 0 || c >= m.classes {
			return fmt.Errorf("metric %s: target class %d; want 0 to %d", m.metric, c, m.classes-1)
		}
	}
	return m.confusion.validate()
}

// Update describes the confusion matrix.
func (m IoU) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the mean of the target classes.
func (m IoU) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m IoU) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m IoU) Validate() error { return m.of().validate() }

// Update describes the confusion matrix.
func (m MeanIoU) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the mean of the classes that occur.
func (m MeanIoU) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m MeanIoU) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m MeanIoU) Validate() error { return m.of().validate() }

// Update describes the confusion matrix.
func (m BinaryIoU) Update(y, p, w *ops.Value) *ops.Value {
	threshold := 0.5
	if m.Threshold != nil {
		threshold = *m.Threshold
	}
	return m.of().update(y, ops.GreaterEqual(p, ops.Scalar(float32(threshold))), w)
}

// Result is the mean of the target classes.
func (m BinaryIoU) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m BinaryIoU) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m BinaryIoU) Validate() error { return m.of().validate() }

// Update describes the confusion matrix.
func (m OneHotIoU) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the mean of the target classes.
func (m OneHotIoU) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m OneHotIoU) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m OneHotIoU) Validate() error { return m.of().validate() }

// Update describes the confusion matrix.
func (m OneHotMeanIoU) Update(y, p, w *ops.Value) *ops.Value { return m.of().update(y, p, w) }

// Result is the mean of the classes that occur.
func (m OneHotMeanIoU) Result(s []float64) float64 { return m.of().result(s) }

// CheckTarget refuses targets that do not fit.
func (m OneHotMeanIoU) CheckTarget(y, p nn.Shape) error { return m.of().check(y, p) }

// Validate checks the settings.
func (m OneHotMeanIoU) Validate() error { return m.of().validate() }
