package plot

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

func branches() *nn.Model {
	a, b := nn.Input(8), nn.Input(3)
	h := nn.Apply(&layers.Concatenate{}, a, b)
	return nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{nn.Apply(&layers.Dense{Units: 1}, h)})
}

func TestPlotMistakes(t *testing.T) {
	ctx := context.Background()
	d, err := ModelToDot(branches(), ModelConfig{})
	if err != nil {
		t.Fatal(err)
	}
	create := func(prog, format string) error { _, err := d.Create(ctx, prog, format); return err }
	dot := func(m *nn.Model, c ModelConfig) error { _, err := ModelToDot(m, c); return err }
	huge := &Picture{width: 1e6, height: 1e6, dpi: 96}
	for _, c := range []struct {
		err  error
		want string
	}{
		{create("dotty", "svg"), `plot: layout "dotty" is not known; want one of dot, neato, fdp, sfdp, twopi, circo`},
		{create("dot", "gif"), `plot: format "gif" is not known; want one of dot, svg, json, plain, ps, png, jpg, jpeg, svg, pdf`},
		{dot(branches(), ModelConfig{Rankdir: "up"}), `plot: Rankdir is "up"; want TB, LR, BT or RL`},
		{dot(branches(), ModelConfig{DPI: -1}), `plot: DPI is -1; want at least 1`},
		{dot(branches(), ModelConfig{LayerRange: nn.LayerRange{From: "lstm", To: "dense"}}), `nn: LayerRange: no layer's name begins with "lstm"`},
		{dot(nn.NewSequential(nil, &layers.Dense{Units: 2}), ModelConfig{}), "plot: the model is not built yet; call Build with the shape of the input, or fit it first"},
		{dot(nn.NewSequential(nn.Input(2), &layers.Dense{}), ModelConfig{}), "Units is 0; want 1 or more"},
		{huge.Write(io.Discard, "png"), "plot: the picture would have 1777778 million pixels; make it smaller with a lower DPI, or use .svg"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
}

// TestNoLayout: DOT and edits work without a layout; pictures say what to add.
func TestNoLayout(t *testing.T) {
	d, err := ModelToDot(branches(), ModelConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if dot, err := d.Create(context.Background(), "", "dot"); err != nil || !strings.HasPrefix(string(dot), "digraph G {") {
		t.Errorf("got %s, %v", dot, err)
	}
	if _, err := d.Create(context.Background(), "", "png"); !errors.Is(err, ErrNoLayout) {
		t.Errorf("got %v, want ErrNoLayout", err)
	}
}
