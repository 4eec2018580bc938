package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/text"
)

// resumed is a run that goes on.
type resumed struct {
	dir    string
	stored *rundir.Stored
	tok    *text.Tokenizer
	exact  bool // there are checkpoints
}

// resume reads the run of --resume and takes its settings over, except those
// that were given again.
func (e *Env) resume(data string) (*resumed, error) {
	s := e.Settings
	dir := s.Resume
	if s.Out != "" {
		return nil, cli.Errorf(cli.Usage, "--resume goes on in %s; --out cannot be given too", dir)
	}
	stored, err := rundir.Open(dir)
	if err != nil {
		return nil, err
	}
	rundir.Clean(dir)
	if data != "" && filepath.Clean(data) != filepath.Clean(stored.Data) {
		return nil, cli.Errorf(cli.Usage, "%s was trained on %s, not on %s", dir, stored.Data, data).Do("leave the data out: train --resume %s", cli.Quote(dir))
	}
	for name, v := range stored.Settings {
		flag := strings.ReplaceAll(name, "_", "-")
		if e.Flags.Changed(flag) || v == nil || v == "" {
			continue
		}
		if err := e.Flags.Set(flag, plain(v)); err != nil {
			return nil, cli.Errorf(cli.BadData, "%s: setting %q: %v", filepath.Join(dir, rundir.RunFile), name, err)
		}
	}
	if path := filepath.Join(dir, rundir.PolicyFile); s.Policy != "" && !e.Flags.Changed("policy") {
		if _, err := os.Stat(path); err == nil {
			s.Policy = path
		}
	}
	if path := filepath.Join(dir, rundir.StartFile); s.Model != "" {
		if e.Flags.Changed("model") && fmt.Sprint(stored.Settings["model"]) != s.Model {
			return nil, cli.Errorf(cli.Usage, "%s trains another model than %s", dir, s.Model).Do("leave --model out: train --resume %s", cli.Quote(dir))
		}
		if _, err := os.Stat(path); err == nil {
			s.Model = path // as it was, whatever became of the file
		}
	}
	r := &resumed{dir: dir, stored: stored, exact: rundir.HasCheckpoints(dir)}
	if r.finished(s.Epochs) {
		return nil, cli.Errorf(cli.Usage, "%s has finished its %s", dir, cli.Plural(r.epochs(), "epoch")).
			Do("train on with more: train --resume %s --epochs %d", cli.Quote(dir), 2*r.epochs())
	}
	if _, err := os.Stat(filepath.Join(dir, rundir.LastFile)); err != nil && !r.exact {
		return nil, cli.Errorf(cli.BadData, "%s has no %s to go on from", dir, rundir.LastFile).Do("start anew: train %s --out %s --force", stored.Data, cli.Quote(dir))
	}
	if stored.Task == string(dataset.Texts) || stored.Task == rundir.Words || stored.Task == rundir.Tagging {
		if r.tok, err = tokenizer(dir); err != nil {
			return nil, err
		}
		r.tok.Workers = s.Workers
	}
	return r, nil
}

func (r *resumed) tokenizer() *text.Tokenizer {
	if r == nil {
		return nil
	}
	return r.tok
}

// finished reports whether nothing is left to do.
func (r *resumed) finished(epochs int) bool {
	if r.exact && (r.stored.Result == nil || !r.stored.Result.Finished) {
		return false // what follows training may be left
	}
	return r.epochs() >= epochs
}

// load sets the model to the weights of a run that has no checkpoints, and
// returns the epoch to begin with.
func (r *resumed) load(m *nn.Model) (int, error) {
	if r == nil || r.exact {
		return 0, nil
	}
	_, err := saving.LoadWeights(m, filepath.Join(r.dir, rundir.LastFile))
	return r.epochs(), err
}

// from says where training goes on, and how well.
func (r *resumed) from() string {
	if r.exact {
		return fmt.Sprintf("going on after epoch %d from the last checkpoint in %s, to the same bytes as without a stop", r.epochs(), filepath.Join(r.dir, rundir.CheckpointsDir))
	}
	return fmt.Sprintf("going on after epoch %d from %s; the optimizer's moments start anew", r.epochs(), filepath.Join(r.dir, rundir.LastFile))
}

// epochs is how many were finished.
func (r *resumed) epochs() int {
	if r.stored.Result == nil {
		return 0
	}
	return r.stored.Result.Epochs
}

// fits refuses data whose classes, or tags, have changed.
func (r *resumed) fits(classes []string, called string) error {
	if r == nil || slices.Equal(r.stored.Classes, classes) {
		return nil
	}
	return cli.Errorf(cli.BadData, "%s now has other %s than when %s was trained", r.stored.Data, called, r.dir).
		Why("then: %s", cli.List(r.stored.Classes, 10)).Why("now:  %s", cli.List(classes, 10)).
		Do("start a new run: train %s", cli.Quote(r.stored.Data))
}

// plain is a value of run.json as a flag has it.
func plain(v any) string {
	if list, ok := v.([]any); ok {
		var parts []string
		for _, x := range list {
			parts = append(parts, fmt.Sprint(x))
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v)
}

// tokenizer reads the tokenizer of a run.
func tokenizer(dir string) (*text.Tokenizer, error) { return (&opened{path: dir}).tokenizer() }

// quarantine writes the list of what was skipped, if anything was.
func quarantine(dir string, bad []dataset.Bad) error {
	if len(bad) == 0 {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, x := range bad {
		if err := enc.Encode(x); err != nil {
			return err
		}
	}
	return atomicfile.WriteBytes(filepath.Join(dir, rundir.BadFile), b.Bytes())
}
