package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn/onnx"
	"github.com/antler-ml/antler/nn/saving"
)

// convertSettings are the flags of train convert.
type convertSettings struct {
	Model       string `flag:"model" short:"m" group:"What is read" help:"FILE: the architecture, for an IN that holds weights only"`
	ByName      bool   `flag:"by-name" group:"What is read" help:": find the layers of weights by their names"`
	TFKeras     bool   `flag:"tf-keras" group:"File" help:": a .keras file for tf-keras (TensorFlow 2.13 to 2.15)"`
	Last        bool   `flag:"last" group:"What is read" help:": of a run, where training stopped, with the optimizer; without it the best epoch"`
	NoOptimizer bool   `flag:"no-optimizer" group:"File" help:": leave out how the model is trained"`
	Length      int    `flag:"length" group:"File" help:"N: of sequences, for .onnx of models that take any"`
	Preprocess  string `flag:"preprocess" group:"Notes in OUT" help:"caffe|tf|torch|unit|none: note in OUT what a plain model takes, for predict"`
	Classes     string `flag:"classes" group:"Notes in OUT" help:"FILE: note in OUT the names of a plain model's classes, for predict"`
	Force       bool   `flag:"force" short:"f" group:"File" help:": replace OUT"`
	Output
}

func convertTool() Tool {
	s := &convertSettings{}
	return Tool{
		Page: Page{
			Name: "convert", Usage: "RUN|IN OUT", About: "writes a model in another format, which the ending of OUT names.",
			Examples: []Example{
				{"train convert runs/1-photos photos.keras", "all that predict needs is inside"},
				{"train convert runs/1-photos photos.h5 --last", "with the optimizer, to train on in Keras"},
				{"train convert model.keras weights.safetensors", ""},
				{"train convert weights.safetensors whole.h5 --model model.keras", "weights and architecture together"},
			},
			Notes: ".h5 .keras  whole models, with optimizer, classes and preprocessing;  .npz  architecture and weights\n" +
				".json .yaml  architecture;  .safetensors .weights.h5  weights;  .onnx  for other runtimes\nWhat IN is, its content says. IN with weights only needs --model.",
			needs: "what to convert and where to", least: 2, most: 2,
		},
		settings: s, output: &s.Output,
		run: func(_ context.Context, e *Env, words []string) error { return e.convert(s, words) },
	}
}

// weightsOnly are the endings of files without architecture.
var weightsOnly = []string{".weights.h5", ".safetensors"}

func (e *Env) convert(s *convertSettings, words []string) error {
	in, out := words[0], words[1]
	if _, err := os.Stat(out); err == nil && !s.Force {
		return cli.Errorf(cli.Usage, "%s exists", out).Do("replace it with --force, or choose another name")
	}
	l, err := e.openAny(in, s)
	if err != nil {
		return err
	}
	for _, w := range l.Warnings {
		e.Console.Warnf("note       %s", w)
	}
	if err := s.note(l); err != nil {
		return err
	}
	lower := strings.ToLower(out)
	switch {
	case strings.HasSuffix(lower, ".onnx"):
		c := onnx.Config{InputShapes: map[string][]int{}, Metadata: map[string]string{}}
		if s.Length > 0 {
			lengths(l.Model, s.Length, c.InputShapes)
		}
		err = onnx.Save(l.Model, out, c)
	case slices.ContainsFunc(weightsOnly, func(ending string) bool { return strings.HasSuffix(lower, ending) }):
		err = saving.SaveWeights(l.Model, out)
	default:
		c := saving.SaveConfig{NoOptimizer: s.NoOptimizer, Meta: l.Meta}
		if s.TFKeras {
			c.Format = saving.Format("tf_keras")
		}
		if ext := filepath.Ext(lower); len(c.Meta) > 0 && ext != ".h5" && ext != ".hdf5" && ext != ".keras" {
			c.Meta = nil
			e.Console.Warnf("note       classes and preprocessing have no place in %s: they stay behind", ext)
		}
		err = saving.SaveWith(l.Model, out, c)
	}
	if err != nil {
		if strings.Contains(err.Error(), "InputShapes") {
			return cli.Errorf(cli.Usage, "%w", err).Do("say how long sequences are: --length 80")
		}
		return cli.Errorf(cli.Failed, "%w", err)
	}
	if s.JSON {
		return json.NewEncoder(e.Out).Encode(config.Object{{Key: "v", Value: 1}, {Key: "in", Value: in}, {Key: "format", Value: string(l.Format)}, {Key: "out", Value: out}})
	}
	fmt.Fprintln(e.Out, out)
	return nil
}

// openAny reads a model of a run or of a file, or weights for the model that
// --model names.
func (e *Env) openAny(in string, s *convertSettings) (*saving.Loaded, error) {
	if s.Model != "" && s.Last {
		return nil, cli.Errorf(cli.Usage, "--last is for a run, --model for weights")
	}
	if s.Model != "" {
		m, err := openModel(s.Model)
		if err != nil {
			return nil, err
		}
		r, err := saving.LoadWeightsWith(m, in, saving.WeightsConfig{ByName: s.ByName})
		if err != nil {
			return nil, cli.Errorf(cli.BadData, "%w", err)
		}
		if len(r.Missing)+len(r.Unexpected) > 0 {
			e.Console.Warnf("note       %s", r)
		}
		return &saving.Loaded{Model: m}, nil
	}
	file, meta := in, map[string][]byte(nil)
	if s.Last {
		return packLast(in)
	}
	if st, err := os.Stat(in); err == nil && st.IsDir() {
		if file, meta, err = pack(in); err != nil {
			return nil, err
		}
	}
	l, err := saving.LoadWith(file, saving.LoadConfig{})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, cli.Errorf(cli.Usage, "there is no run or model %s", in)
	case err != nil && strings.Contains(err.Error(), "weights only"):
		return nil, cli.Errorf(cli.Usage, "%w", err).Do("name a file with its architecture: train convert --model model.json %s OUT", cli.Quote(in))
	case err != nil:
		return nil, cli.Errorf(cli.BadData, "%w", err)
	}
	if l.Meta == nil {
		l.Meta = meta
	}
	return l, nil
}

// packed are the files of a run that travel inside a model's file, under the
// same names.
var packed = []string{rundir.RunFile, rundir.TokenizerFile, rundir.PolicyFile, rundir.ColumnsFile}

// pack finds the model of a run, and what must travel with it.
func pack(dir string) (file string, meta map[string][]byte, err error) {
	if _, err := rundir.Open(dir); err != nil {
		return "", nil, err
	}
	meta, err = packedMeta(dir)
	return filepath.Join(dir, rundir.BestFile), meta, err
}

func packedMeta(dir string) (map[string][]byte, error) {
	meta := map[string][]byte{}
	for _, name := range packed {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		meta[name] = b
	}
	return meta, nil
}
