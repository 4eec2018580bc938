package command

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
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
	columns *tabular.Encoding         // of the run that the model is from, if that learned from a table
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
	return b, nil
}

// said are the notes about the model.
func (b *brought) said() []string {
	if b == nil {
		return nil
	}
	return b.notes
}

// single refuses models with several inputs or outputs; of a table several inputs
// are fine.
func (b *brought) single(table bool) error {
	if b == nil {
		return nil
	}
	m := b.model
	if !m.Built() || (len(m.Inputs()) == 1 || table) && len(m.Outputs()) == 1 {
		return nil
	}
	feeds := "feeds one and reads one"
	if table {
		feeds = "reads one"
	}
	return cli.Errorf(cli.BadData, "%s has %s and %s: %v → %v; train %s", b.path,
		cli.Plural(len(m.Inputs()), "input"), cli.Plural(len(m.Outputs()), "output"), m.InputShapes(), m.OutputShapes(), feeds).
		Do("train it from a program: nn.Model.Fit")
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
		if columns, err := os.ReadFile(filepath.Join(file, rundir.ColumnsFile)); err == nil {
			if b.columns, err = tabular.FromJSON(columns); err != nil {
				return nil, cli.Errorf(cli.BadData, "%s: %s: %w", b.path, rundir.ColumnsFile, err)
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
	if columns := l.Meta[rundir.ColumnsFile]; columns != nil {
		if b.columns, err = tabular.FromJSON(columns); err != nil {
			return nil, cli.Errorf(cli.BadData, "%s: %s inside: %w", b.path, rundir.ColumnsFile, err)
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
