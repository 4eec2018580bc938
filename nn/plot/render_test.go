package plot

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

// branches is a model with a cluster, two inputs and a join.
func branches() *nn.Model {
	inner := nn.Name("encoder", nn.NewSequential(nn.Input(8), &layers.Dense{Units: 16, Activation: activations.ReLU}, &layers.Dense{Units: 4}))
	a, b := nn.Input(8), nn.Input(3)
	h := nn.Apply(&layers.Concatenate{}, nn.Apply(inner, a), b)
	return nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{nn.Apply(&layers.Dense{Units: 1, Activation: activations.Sigmoid}, h)})
}

func TestSaveModel(t *testing.T) {
	dir := t.TempDir()
	if d := os.Getenv("PLOT_DIR"); d != "" { // to look at the pictures
		dir = d
	}
	c := ModelConfig{ShowShapes: true, ExpandNested: true, ShowLayerActivations: true}
	starts := map[string]string{".png": "\x89PNG", ".jpg": "\xff\xd8\xff", ".svg": "<?xml", ".pdf": "%PDF", ".ps": "%!PS", ".dot": "digraph G {", ".json": "{"}
	for ext, start := range starts {
		path := filepath.Join(dir, "model"+ext)
		if err := Model(branches(), path, c); err != nil {
			t.Fatalf("%s: %v", ext, err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(data, []byte(start)) {
			t.Errorf("%s begins with %q", ext, data[:8])
		}
		switch ext {
		case ".png", ".jpg":
			img, _, err := image.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatalf("%s: %v", ext, err)
			}
			dark := 0
			for y := range img.Bounds().Dy() {
				for x := range img.Bounds().Dx() {
					if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
						dark++
					}
				}
			}
			if share := float64(dark) / float64(img.Bounds().Dx()*img.Bounds().Dy()); share < 0.005 || share > 0.2 {
				t.Errorf("%s: %.3f of the picture is dark", ext, share)
			}
		case ".svg":
			d := xml.NewDecoder(bytes.NewReader(data))
			d.Strict = false
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(string(data), "encoder") || !strings.Contains(string(data), "stroke-dasharray") {
				t.Error("the SVG shows no cluster")
			}
		}
	}
}

// TestDPI: twice the dots, twice the size.
func TestDPI(t *testing.T) {
	size := func(dpi int) image.Point {
		d, err := ModelToDot(branches(), ModelConfig{DPI: dpi})
		if err != nil {
			t.Fatal(err)
		}
		data, err := d.Create(context.Background(), "", "png")
		if err != nil {
			t.Fatal(err)
		}
		cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return image.Pt(cfg.Width, cfg.Height)
	}
	a, b := size(100), size(200)
	if d := b.Sub(a.Mul(2)); d.X < -2 || d.X > 2 || d.Y < -2 || d.Y > 2 {
		t.Errorf("100 dots an inch: %v, 200: %v", a, b)
	}
}

func TestEditDot(t *testing.T) {
	d, err := ModelToDot(branches(), ModelConfig{ExpandNested: true})
	if err != nil {
		t.Fatal(err)
	}
	n := d.Node("encoder/dense")
	if n == nil {
		t.Fatalf("no box encoder/dense in\n%s", d)
	}
	n.Attributes.Set("fillcolor", "red")
	n.Attributes.Set("style", "filled")
	n.Attributes.Set("label", "say \"hi\"\\")
	d.AddNode("note", "by hand")
	d.AddEdge("note", "encoder/dense")
	d.AddEdge("note", "encoder/dense")
	for _, prog := range layouts {
		svg, err := d.Create(context.Background(), prog, "svg")
		if err != nil {
			t.Fatalf("%s: %v", prog, err)
		}
		if s := string(svg); !strings.Contains(s, "by hand") || !strings.Contains(s, `say &quot;hi&quot;`) || !strings.Contains(s, `fill="red"`) {
			t.Errorf("%s: the changes are not seen", prog)
		}
	}
	if n := strings.Count(d.String(), `"note" -> "encoder/dense"`); n != 1 {
		t.Errorf("the arrow is there %d times", n)
	}
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
