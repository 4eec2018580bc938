package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/text"
)

// A brought model is that of --model, in the place of one of ours.
type brought struct {
	path    string // as messages name it
	model   *nn.Model
	weights bool // training goes on from its weights
	ours    bool // it is the beginning of the run that is resumed: nothing of it changes
	tok     *text.Tokenizer
	compile *nn.CompileConfig         // of the file, nil for none
	read    func() (*nn.Model, error) // the model once more
	notes   []string
}

// bring reads the model of --model; nil without one.
func (e *Env) bring() (*brought, error) {
	s := e.Settings
	if s.Model == "" {
		// The value, not whether it was given: a configuration may name all.
		for f, on := range map[string]bool{"reset-weights": s.ResetWeights, "replace-head": s.ReplaceHead && !s.ResetWeights} {
			if on {
				return nil, cli.Errorf(cli.Usage, "--%s is for a model of yours", f).Do("name it too: --model FILE")
			}
		}
		return nil, nil
	}
	for _, f := range []string{"model-size", "dropout"} {
		if e.Flags.Changed(f) && s.Resume == "" {
			return nil, cli.Errorf(cli.Usage, "--%s is for our models; that of %s has its own layers", f, s.Model).Do("leave one of the two out")
		}
	}
	b := &brought{path: s.Model, ours: s.Resume != "" && filepath.Base(s.Model) == rundir.StartFile}
	l, err := e.readBrought(b)
	if err != nil {
		return nil, err
	}
	if c, ok := l.Model.CompileConfig(); ok {
		b.compile = &c
	}
	for _, w := range l.Warnings {
		b.notes = append(b.notes, b.path+": "+w)
	}
	plain := l.Format == saving.JSON || l.Format == saving.YAML
	b.weights = !plain && !s.ResetWeights
	b.read = func() (*nn.Model, error) {
		again, err := e.readBrought(b)
		if err != nil {
			return nil, err
		}
		return b.fresh(again.Model)
	}
	if b.model, err = b.fresh(l.Model); err != nil {
		return nil, err
	}
	if m := b.model; m.Built() && (len(m.Inputs()) != 1 || len(m.Outputs()) != 1) {
		return nil, cli.Errorf(cli.BadData, "%s has %s and %s: %v → %v; train feeds one and reads one", b.path,
			cli.Plural(len(m.Inputs()), "input"), cli.Plural(len(m.Outputs()), "output"), m.InputShapes(), m.OutputShapes()).
			Do("train it from a program: nn.Model.Fit")
	}
	return b, nil
}

// readBrought reads the file, or the model of a run.
func (e *Env) readBrought(b *brought) (*saving.Loaded, error) {
	file := b.path
	st, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, dataset.Missing(file, err, "name a model: .json, .yaml, .h5, .keras, .npz or a run")
	case st.IsDir():
		if _, err := rundir.Open(file); err != nil {
			return nil, err
		}
		if _, err := os.Stat(filepath.Join(file, rundir.TokenizerFile)); err == nil && b.tok == nil {
			if b.tok, err = tokenizer(file); err != nil {
				return nil, err
			}
		}
		file = filepath.Join(file, rundir.BestFile)
	}
	l, err := saving.LoadWith(file, saving.LoadConfig{})
	if err != nil {
		out := cli.Errorf(cli.BadData, "--model %s: %w", b.path, err)
		if strings.Contains(err.Error(), "weights only") {
			return nil, out.Do("join it with its architecture: train convert --model model.json %s whole.h5", cli.Quote(b.path))
		}
		return nil, out.Do("train inspect %s says more", cli.Quote(b.path))
	}
	if tok := l.Meta[rundir.TokenizerFile]; tok != nil && b.tok == nil {
		if b.tok, err = text.FromJSON(tok); err != nil {
			return nil, cli.Errorf(cli.BadData, "%s: %s inside: %w", b.path, rundir.TokenizerFile, err)
		}
	}
	return l, nil
}

// fresh is the model with new weights, where they are not to be kept.
func (b *brought) fresh(m *nn.Model) (*nn.Model, error) {
	if b.weights || b.ours {
		return m, nil
	}
	plan, err := saving.ToJSON(m)
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %w", b.path, err)
	}
	if m, err = saving.FromJSON(plan); err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %w", b.path, err)
	}
	return m, nil
}

// build tells a model without an input what it gets, and gives it an end that
// fits the classes.
func (b *brought) build(m *nn.Model, in nn.Shape, classes []string, replace bool) (*nn.Model, error) {
	if !m.Built() {
		if err := m.Build(in); err != nil {
			return nil, cli.Errorf(cli.BadData, "%s: %w", b.path, err)
		}
	}
	if replace && !b.ours {
		return b.replaceHead(m, len(classes))
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
	const head = "--replace-head puts a Dense layer of %d units with a softmax in its place"
	activation := m.LastActivation(0)
	switch n := len(classes); {
	case out.Rank() != 2:
		return nil, wrong("a classifier gives (batch, %d)", n).Do("add a Flatten or GlobalAveragePooling layer and a Dense layer of %d units with a softmax", n)
	case out.Last() == 1 && n == 2 && activation == "sigmoid": // the probability of the second class
	case out.Last() != n:
		return nil, wrong("the data have %s: %s", cli.Plural(n, "class"), cli.List(classes, 6)).Do("units %d in that layer; or "+head, n, n)
	case activation == "linear":
		return nn.NewModel(m.Inputs(), []*nn.Symbol{nn.Apply(&layers.Activation{Activation: activations.Softmax}, m.Outputs()[0])}), nil
	case activation != "softmax" && activation != "":
		return nil, wrong("it ends in a %s, but the classes exclude each other and want probabilities that sum to 1", activation).
			Do("activation softmax in that layer; or "+head, n)
	}
	return m, nil
}

// replaceHead puts a new last layer in the place of the last Dense layer and of
// what follows it.
func (b *brought) replaceHead(m *nn.Model, classes int) (*nn.Model, error) {
	s := m.Outputs()[0]
	name := "head"
	for at, looking := s, true; looking; {
		l := at.Layer()
		switch nn.ClassName(l) {
		case "Dense":
			name = nn.BaseOf(l).Name()
			s, looking = nn.BaseOf(l).InputAt(at.Ref().Node), false
		case "Activation", "Softmax", "Dropout", "Flatten":
			at = nn.BaseOf(l).InputAt(at.Ref().Node)
		default:
			looking = false
		}
	}
	if s.Shape().Rank() != 2 {
		return nil, cli.Errorf(cli.BadData, "--replace-head: before its last layer %s has %v; want (batch, numbers)", b.path, s.Shape()).
			Do("add a Flatten or GlobalAveragePooling layer to the model")
	}
	x := nn.Apply(nn.Name(name, &layers.Dense{Units: classes, Activation: activations.Softmax}), s)
	out := nn.NewModel(m.Inputs(), []*nn.Symbol{x})
	return out, out.Err()
}
