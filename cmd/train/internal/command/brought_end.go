package command

import (
	"fmt"

	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

// A goal is what a model's output has to be.
type goal struct {
	classes []string        // of samples, or with steps of each word
	steps   bool            // an output for each word
	number  *tabular.Target // in the place of classes
}

func (g goal) units() int {
	if g.number != nil {
		return 1
	}
	return len(g.classes)
}

// shape is that of the output, in words.
func (g goal) shape() string {
	if g.steps {
		return fmt.Sprintf("(batch, words, %d)", g.units())
	}
	return fmt.Sprintf("(batch, %d)", g.units())
}

func (g goal) rank() int {
	if g.steps {
		return 3
	}
	return 2
}

// called is what the classes are called.
func (g goal) called() string {
	if g.steps {
		return "tag"
	}
	return "class"
}

// head is the layer that makes such an output, in words.
func (g goal) head() string {
	if g.number != nil {
		return "a Dense layer of 1 unit"
	}
	return fmt.Sprintf("a Dense layer of %d units with a softmax", g.units())
}

// build tells a model without an input what it gets, and gives it an end that
// fits the goal.
func (b *brought) build(m *nn.Model, in nn.Shape, g goal, replace bool) (*nn.Model, error) {
	if !m.Built() {
		if err := m.Build(in); err != nil {
			return nil, cli.Errorf(cli.BadData, "%s: %w", b.path, err)
		}
	}
	if replace && !b.ours {
		return b.replaceHead(m, g)
	}
	out := m.OutputShapes()[0]
	says := fmt.Sprintf("%s gives %v", b.path, out)
	wrong := func(format string, args ...any) *cli.Error {
		e := cli.Errorf(cli.BadData, says+"; "+format, args...)
		for _, l := range m.Layers() {
			if l == m.Outputs()[0].Layer() {
				e.Why("its last layer is %q (%s)", nn.BaseOf(l).Name(), nn.ClassName(l))
			}
		}
		return e
	}
	head := "--replace-head puts " + g.head() + " in its place"
	activation := m.LastActivation(0)
	switch n := g.units(); {
	case out.Rank() != g.rank() && g.steps:
		return nil, wrong("a tagger gives %s", g.shape()).Do("return_sequences=True in its recurrent layers, and %s", g.head())
	case out.Rank() != g.rank():
		return nil, wrong("the data want %s", g.shape()).Do("add a Flatten or GlobalAveragePooling layer and %s", g.head())
	case g.number != nil && out.Last() != 1:
		return nil, wrong("the target %q is one number", g.number.Name).Do("units 1 in that layer; or %s", head)
	case g.number != nil && (activation == "softmax" || activation == "sigmoid" || activation == "tanh"):
		return nil, wrong("it ends in a %s, which cannot say a number such as %.6g", activation, g.number.Mean).Do("no activation in that layer; or %s", head)
	case g.number != nil && (b.weights || b.ours):
		return m, nil
	case g.number != nil:
		return b.scaled(m.Inputs(), m.Outputs()[0], g)
	case out.Last() == 1 && n == 2 && activation == "sigmoid" && !g.steps: // the probability of the second class
	case out.Last() != n:
		return nil, wrong("the data have %s: %s", cli.Plural(n, g.called()), cli.List(g.classes, 6)).Do("units %d in that layer; or %s", n, head)
	case activation == "linear":
		return nn.NewModel(m.Inputs(), []*nn.Symbol{nn.Apply(&layers.Activation{Activation: activations.Softmax}, m.Outputs()[0])}), nil
	case activation != "softmax" && activation != "":
		return nil, wrong("it ends in a %s, but the classes exclude each other and want probabilities that sum to 1", activation).
			Do("activation softmax in that layer; or %s", head)
	}
	return m, nil
}

// scaled brings a new model's number to the unit of the target.
func (b *brought) scaled(in []*nn.Symbol, out *nn.Symbol, g goal) (*nn.Model, error) {
	b.note("its output is multiplied by %.6g and added to %.6g, the deviation and mean of the target", g.number.Std, g.number.Mean)
	m := nn.NewModel(in, []*nn.Symbol{nn.Apply(nn.Name("prediction", &layers.Rescaling{Scale: []float64{g.number.Std}, Offset: []float64{g.number.Mean}}), out)})
	return m, m.Err()
}

// replaceHead puts a new last layer in the place of the last Dense layer and of
// what follows it.
func (b *brought) replaceHead(m *nn.Model, g goal) (*nn.Model, error) {
	s := m.Outputs()[0]
	name := "head"
	for at, looking := s, true; looking; {
		l := at.Layer()
		switch nn.ClassName(l) {
		case "Dense", "TimeDistributed":
			name = nn.BaseOf(l).Name()
			s, looking = nn.BaseOf(l).InputAt(at.Ref().Node), false
		case "Activation", "Softmax", "Dropout", "Flatten", "Rescaling":
			if len(nn.BaseOf(l).InputsAt(at.Ref().Node)) != 1 {
				looking = false
				break
			}
			at = nn.BaseOf(l).InputAt(at.Ref().Node)
		default:
			looking = false
		}
	}
	if s.Shape().Rank() != g.rank() {
		want := "(batch, numbers)"
		if g.steps {
			want = "(batch, words, numbers)"
		}
		return nil, cli.Errorf(cli.BadData, "--replace-head: before its last layer %s has %v; want %s", b.path, s.Shape(), want).
			Do("add a Flatten or GlobalAveragePooling layer to the model")
	}
	if g.number != nil {
		return b.scaled(m.Inputs(), nn.Apply(nn.Name(name, &layers.Dense{Units: 1}), s), g)
	}
	x := nn.Apply(nn.Name(name, &layers.Dense{Units: g.units(), Activation: activations.Softmax}), s)
	out := nn.NewModel(m.Inputs(), []*nn.Symbol{x})
	return out, out.Err()
}
