package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/plot"
)

// plotSettings are the flags of train plot.
type plotSettings struct {
	Out         string `flag:"out" short:"o" group:"Drawing" auto:"beside the model" help:"FILE: the drawing; its ending is the format: png, svg, pdf, jpg, dot"`
	Shapes      bool   `flag:"show-shapes" group:"Layers" help:": shapes that go in and come out"`
	Names       bool   `flag:"show-layer-names" group:"Layers" help:": names of layers"`
	Activations bool   `flag:"show-layer-activations" group:"Layers" help:": activations of layers"`
	Dtype       bool   `flag:"show-dtype" group:"Layers" help:": kinds of numbers"`
	Trainable   bool   `flag:"show-trainable" group:"Layers" help:": T or NT"`
	Expand      bool   `flag:"expand-nested" group:"Layers" help:": models inside, as clusters"`
	Rankdir     string `flag:"rankdir" group:"Layers" help:"TB|LR|BT|RL: downwards, to the right, …"`
	DPI         int    `flag:"dpi" group:"Drawing" help:"N: dots an inch"`
	Layer       string `flag:"weights" group:"Drawing" help:"LAYER: draw this layer's weights instead"`
	Output
}

func plotTool() Tool {
	s := &plotSettings{Shapes: true, Names: true, Rankdir: "TB", DPI: 96}
	return Tool{
		Page: Page{
			Name: "plot", Usage: "RUN|FILE [-o OUT]", About: "draws a model, and the curves of a run.",
			Examples: []Example{
				{"train plot runs/1-photos", "model.svg and curves.png into the run"},
				{"train plot model.keras -o model.dot", "the layers of a model"},
				{"train plot runs/1-photos --weights conv2d -o filters.png", "its filters"},
			},
			Notes: "The layers are drawn by train-plot, a program of its own: go install " + plotPackage + "@latest",
			needs: "one run or model", least: 1, most: 1,
		},
		settings: s, output: &s.Output,
		run: func(ctx context.Context, e *Env, words []string) error { return e.plot(ctx, s, words) },
	}
}

func (e *Env) plot(ctx context.Context, s *plotSettings, words []string) error {
	path := words[0]
	m, err := openModel(path)
	if err != nil {
		return err
	}
	var files []string
	out := s.Out
	st, err := os.Stat(path)
	run := err == nil && st.IsDir()
	if out == "" {
		out = strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"
		if run {
			out = filepath.Join(path, "model.svg")
		}
	}
	if err := plot.CheckRender("", plot.FormatOf(out)); err != nil {
		return cli.Errorf(cli.Usage, "%w", err)
	}
	if s.Layer != "" {
		files, err = e.plotWeights(m, s, strings.TrimSuffix(out, filepath.Ext(out)))
		if err != nil {
			return err
		}
		return e.drawn(s, files)
	}
	c := plot.ModelConfig{ShowShapes: s.Shapes, ShowDtype: s.Dtype, ShowLayerNames: &s.Names, ShowLayerActivations: s.Activations,
		ShowTrainable: s.Trainable, ExpandNested: s.Expand, Rankdir: s.Rankdir, DPI: s.DPI}
	d, err := plot.ModelToDot(m, c)
	if err != nil {
		return err
	}
	plot.SetLayout(place)
	if s.Out == "" && placer() == nil { // nobody asked for this format
		out = strings.TrimSuffix(out, ".svg") + ".dot"
		e.Console.Warnf("note       there is no %s to draw %s; for a picture: go install %s@latest", plotProgram, filepath.Base(out), plotPackage)
	}
	if err := d.Save(ctx, out); err != nil {
		return err
	}
	files = append(files, out)
	if run && s.Out == "" {
		h, err := report.ReadHistory(filepath.Join(path, rundir.HistoryFile))
		if err != nil {
			return cli.Errorf(cli.BadData, "%w", err)
		}
		stored, err := rundir.Open(path)
		if err != nil {
			return err
		}
		p, err := plot.Curves(stored.Data, plot.Series(*h))
		if err != nil {
			return err
		}
		curves := filepath.Join(path, rundir.CurvesFile)
		if err := p.Save(curves); err != nil {
			return err
		}
		files = append(files, curves)
	}
	return e.drawn(s, files)
}

// plotWeights draws every weight of a layer.
func (e *Env) plotWeights(m *nn.Model, s *plotSettings, stem string) ([]string, error) {
	l, err := m.Layer(s.Layer)
	if err != nil {
		return nil, cli.Errorf(cli.Usage, "%w", err)
	}
	ws := nn.BaseOf(l).Weights()
	if len(ws) == 0 {
		return nil, cli.Errorf(cli.Usage, "layer %q (%s) has no weights", s.Layer, nn.ClassName(l))
	}
	ext := filepath.Ext(s.Out)
	if ext == "" {
		ext = ".png"
	}
	var files []string
	for _, w := range ws {
		p, err := plot.Weights(w.Value())
		if err != nil {
			return nil, err
		}
		file := stem + "-" + strings.ReplaceAll(strings.TrimSuffix(w.Name(), ":0"), "/", "-") + ext
		if err := p.Save(file); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

func (e *Env) drawn(s *plotSettings, files []string) error {
	if s.JSON {
		return json.NewEncoder(e.Out).Encode(config.Object{{Key: "v", Value: 1}, {Key: "files", Value: files}})
	}
	for _, f := range files {
		fmt.Fprintln(e.Out, f)
	}
	return nil
}
