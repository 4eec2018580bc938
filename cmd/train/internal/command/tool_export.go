package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/onnx"
)

// exportSettings are the flags of train export.
type exportSettings struct {
	ONNX   bool   `flag:"onnx" group:"File" help:": the format; there is no other yet"`
	Out    string `flag:"out" short:"o" group:"File" auto:"model.onnx beside the model" help:"FILE: where to"`
	Length int    `flag:"length" group:"File" help:"N: of sequences, for models that take any"`
	Force  bool   `flag:"force" short:"f" group:"File" help:": replace the file"`
	Output
}

func exportTool() Tool {
	s := &exportSettings{ONNX: true}
	return Tool{
		Page: Page{
			Name: "export", Usage: "RUN|FILE [--onnx] [-o OUT.onnx]", About: "writes a model for other runtimes.",
			Examples: []Example{
				{"train export runs/1-photos", "runs/1-photos/model.onnx"},
				{"train export model.keras -o small.onnx", ""},
			},
			needs: "one run or model", least: 1, most: 1,
			Notes: "The file takes what the model takes: pictures (n, height, width, channels) and numbers as preprocessing\nleaves them; its metadata say what that is. Classes are in the metadata too.",
		},
		settings: s, output: &s.Output,
		run: func(ctx context.Context, e *Env, words []string) error { return e.export(s, words) },
	}
}

func (e *Env) export(s *exportSettings, words []string) error {
	if !s.ONNX {
		t := exportTool()
		return t.usage("--onnx is the only format")
	}
	path := words[0]
	m, err := openModel(path)
	if err != nil {
		return err
	}
	c := onnx.Config{InputShapes: map[string][]int{}, Metadata: map[string]string{}}
	if s.Length > 0 {
		lengths(m, s.Length, c.InputShapes)
	}
	out := s.Out
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		if err := describeRun(path, m, c); err != nil {
			return err
		}
		if out == "" {
			out = filepath.Join(path, "model.onnx")
		}
	}
	if out == "" {
		out = strings.TrimSuffix(path, filepath.Ext(path)) + ".onnx"
	}
	if _, err := os.Stat(out); err == nil && !s.Force {
		return cli.Errorf(cli.Usage, "%s exists", out).Do("replace it with --force, or choose another --out")
	}
	if err := onnx.Save(m, out, c); err != nil {
		if strings.Contains(err.Error(), "InputShapes") {
			return cli.Errorf(cli.Usage, "%w", err).Do("say how long sequences are: --length 80")
		}
		return err
	}
	if s.JSON {
		return json.NewEncoder(e.Out).Encode(config.Object{{Key: "v", Value: 1}, {Key: "file", Value: out}})
	}
	fmt.Fprintln(e.Out, out)
	for i, n := range m.InputNames() {
		e.Console.Printf("input      %s %v", n, m.InputShapes()[i])
	}
	for i, n := range m.OutputNames() {
		e.Console.Printf("output     %s %v", n, m.OutputShapes()[i])
	}
	return nil
}

// lengths gives open axes a size.
func lengths(m *nn.Model, n int, shapes map[string][]int) {
	for i, s := range m.InputShapes() {
		given := append([]int{}, s[1:]...)
		for a, d := range given {
			if d == nn.Unknown {
				given[a] = n
			}
		}
		shapes[m.InputNames()[i]] = given
	}
}

// describeRun puts what a run knows into the metadata: classes and
// preprocessing; texts have the length that they were padded to.
func describeRun(dir string, m *nn.Model, c onnx.Config) error {
	run, err := rundir.Open(dir)
	if err != nil {
		return err
	}
	if len(run.Classes) > 0 {
		b, err := json.Marshal(run.Classes)
		if err != nil {
			return err
		}
		c.Metadata["classes"] = string(b)
	}
	if p := run.Preprocessing; p != nil {
		b, err := json.Marshal(p)
		if err != nil {
			return err
		}
		c.Metadata["preprocessing"] = string(b)
		if p.MaxLen > 0 && len(c.InputShapes) == 0 {
			lengths(m, p.MaxLen, c.InputShapes)
		}
	}
	return nil
}
