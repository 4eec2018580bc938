package nn

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	Register[AddLoss]()
	Register[AddMetric]()
}

// AddLoss is a layer that adds the mean of its input to the model's loss and
// hands the input on. [Model.AddLoss] makes one, as Keras' model.add_loss does.
type AddLoss struct {
	Base
	Unconditional bool // says nothing here: a loss is part of every run
}

// Call describes the layer.
func (l *AddLoss) Call(c *Call, in ...*ops.Value) *ops.Value {
	c.AddLoss(ops.Mean(in[0]))
	return in[0]
}

// SupportsMasking hands the mask on.
func (l *AddLoss) SupportsMasking() {}

// AddMetric is a layer that adds the mean of its input to the logs, as a metric,
// and hands the input on. [Model.AddMetric] makes one.
type AddMetric struct {
	Base
	Aggregation string `default:"mean"` // how elements and batches become one number; there is only the mean
	MetricName  string // in the logs; required
}

// Validate checks the settings.
func (l *AddMetric) Validate() error {
	if l.Aggregation != "mean" && l.Aggregation != "" {
		return fmt.Errorf("Aggregation is %q; want mean", l.Aggregation)
	}
	if l.MetricName == "" {
		return errors.New("MetricName is empty; want a name for the logs")
	}
	return nil
}

// Call describes the layer.
func (l *AddMetric) Call(c *Call, in ...*ops.Value) *ops.Value {
	c.AddMetric(l.MetricName, in[0])
	return in[0]
}

// SupportsMasking hands the mask on.
func (l *AddMetric) SupportsMasking() {}

// AddLoss adds the mean of a symbol's values to what training minimises; the
// symbol must depend on the model's inputs. Compile the model afterwards. For
// losses in a layer of one's own see [Call.AddLoss]. A mistake is kept: see
// [Model.Err].
// Keras: add_loss.
func (m *Model) AddLoss(s *Symbol) *Model {
	if s != nil && s.err == nil {
		if _, ok := s.node.layer.(*AddLoss); !ok { // files have the layer already
			s = Apply(&AddLoss{}, s)
		}
	}
	return m.addEnd("AddLoss", s)
}

// AddMetric logs the mean of a symbol's values as a metric; the symbol must
// depend on the model's inputs. Compile the model afterwards. For metrics in a
// layer of one's own see [Call.AddMetric].
// Keras: add_metric.
func (m *Model) AddMetric(name string, s *Symbol) *Model {
	if s != nil && s.err == nil {
		if _, ok := s.node.layer.(*AddMetric); !ok {
			s = Apply(&AddMetric{MetricName: name}, s)
		}
	}
	return m.addEnd("AddMetric", s)
}

func (m *Model) addEnd(method string, s *Symbol) *Model {
	switch {
	case m.err != nil:
	case m.class == sequential:
		m.err = fmt.Errorf("nn: %s is for models made by nn.NewModel; in a Sequential model let a layer of your own call it in Call", method)
	case s == nil:
		m.err = fmt.Errorf("nn: %s: the symbol is nil", method)
	default:
		m.extra = append(m.extra, s)
		m.compiled, m.initOnce = nil, false
		m.link()
	}
	return m
}

// addedMetrics are the names of the metrics that layers add, in running order.
func (m *Model) addedMetrics() []string {
	var names []string
	for _, n := range m.order {
		names = append(names, n.metrics...)
	}
	return names
}
