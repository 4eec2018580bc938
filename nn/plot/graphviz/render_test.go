package graphviz_test

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
	"github.com/antler-ml/antler/nn/plot"
	_ "github.com/antler-ml/antler/nn/plot/graphviz"
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
	c := plot.ModelConfig{ShowShapes: true, ExpandNested: true, ShowLayerActivations: true}
	starts := map[string]string{".png": "\x89PNG", ".jpg": "\xff\xd8\xff", ".svg": "<?xml", ".pdf": "%PDF", ".ps": "%!PS", ".dot": "digraph G {", ".json": "{"}
	for ext, start := range starts {
		path := filepath.Join(dir, "model"+ext)
		if err := plot.Model(branches(), path, c); err != nil {
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
		d, err := plot.ModelToDot(branches(), plot.ModelConfig{DPI: dpi})
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
	d, err := plot.ModelToDot(branches(), plot.ModelConfig{ExpandNested: true})
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
	for _, prog := range []string{"dot", "neato", "fdp", "sfdp", "twopi", "circo"} {
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

// TestBadDot: what is no drawing is an error, and the next drawing is drawn.
func TestBadDot(t *testing.T) {
	ctx := context.Background()
	if _, err := plot.Render(ctx, []byte("digraph { a -> "), "dot", "svg"); err == nil || !strings.Contains(err.Error(), "graphviz: cannot read the drawing") {
		t.Errorf("got %v", err)
	}
	svg, err := plot.Render(ctx, []byte("digraph { a -> b }"), "dot", "svg")
	if err != nil || !strings.Contains(string(svg), ">b</text>") {
		t.Errorf("got %s, %v", svg, err)
	}
}
