package command

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn/saving"
)

// inputFile is the name of inputNotes inside a model's file.
const inputFile = "input.json"

// inputNotes are what train convert writes into a file of Keras that came without
// a run: what predict needs and the file does not say.
type inputNotes struct {
	V          int      `json:"v"`
	Preprocess string   `json:"preprocess,omitempty"` // one of settings.Preprocessings
	Classes    []string `json:"classes,omitempty"`
}

// note puts --preprocess and --classes into the entries that travel with a model.
func (s *convertSettings) note(l *saving.Loaded) error {
	if s.Preprocess == "" && s.Classes == "" {
		return nil
	}
	if l.Meta[rundir.RunFile] != nil {
		return cli.Errorf(cli.Usage, "--preprocess and --classes are for plain model files; what comes from a run says both by itself")
	}
	if s.Preprocess != "" && !slices.Contains(settings.Preprocessings, s.Preprocess) {
		return cli.Errorf(cli.Usage, "--preprocess is %s; want one of %s", s.Preprocess, strings.Join(settings.Preprocessings, ", "))
	}
	n, err := readNotes(l.Meta)
	if err != nil {
		return err
	}
	n.V = 1
	if s.Preprocess != "" {
		n.Preprocess = s.Preprocess
	}
	if s.Classes != "" {
		m := l.Model
		if !m.Built() || len(m.Outputs()) != 1 {
			return cli.Errorf(cli.Usage, "--classes needs a model with one output")
		}
		count := m.OutputShapes()[0][len(m.OutputShapes()[0])-1]
		if n.Classes, err = readClasses(s.Classes, max(count, 2)); err != nil {
			return err
		}
	}
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if l.Meta == nil {
		l.Meta = map[string][]byte{}
	}
	l.Meta[inputFile] = b
	return nil
}

// readNotes reads them again; without any it gives empty ones.
func readNotes(meta map[string][]byte) (n inputNotes, err error) {
	b, ok := meta[inputFile]
	if !ok {
		return n, nil
	}
	if err := json.Unmarshal(b, &n); err != nil {
		return n, cli.Errorf(cli.BadData, "%s inside: %w", inputFile, err)
	}
	if n.V != 1 || n.Preprocess != "" && !slices.Contains(settings.Preprocessings, n.Preprocess) {
		return n, cli.Errorf(cli.BadData, "%s inside has version %d and preprocess %.40q; want 1 and one of %s", inputFile, n.V, n.Preprocess, strings.Join(settings.Preprocessings, ", "))
	}
	return n, nil
}
