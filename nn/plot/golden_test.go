package plot

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/saving"
)

// box is a level of Keras' drawing.
type box struct {
	Label    *string
	Nodes    []string
	Clusters []box
}

// TestModelToDotGolden compares boxes, their texts, clusters and arrows with
// those of Keras' model_to_dot.
func TestModelToDotGolden(t *testing.T) {
	golden.Walk(t, "plot", func(t *testing.T, c golden.Case) {
		var f struct {
			Model   json.RawMessage
			Drawing box
			Edges   [][2]string
			Args    struct {
				ShowShapes     bool  `json:"show_shapes"`
				ShowDtype      bool  `json:"show_dtype"`
				ShowLayerNames *bool `json:"show_layer_names"`
				ExpandNested   bool  `json:"expand_nested"`
				Activations    bool  `json:"show_layer_activations"`
				Trainable      bool  `json:"show_trainable"`
			}
		}
		c.Decode(t, &f)
		m, err := saving.FromJSON(f.Model)
		if err != nil {
			t.Fatal(err)
		}
		a := f.Args
		d, err := ModelToDot(m, ModelConfig{ShowShapes: a.ShowShapes, ShowDtype: a.ShowDtype, ShowLayerNames: a.ShowLayerNames,
			ExpandNested: a.ExpandNested, ShowLayerActivations: a.Activations, ShowTrainable: a.Trainable})
		if err != nil {
			t.Fatal(err)
		}
		labels := map[string]string{}
		var edges [][2]string
		compareLevel(t, d, f.Drawing, labels)
		var walk func(d *Dot)
		walk = func(d *Dot) {
			for _, e := range d.Edges {
				edges = append(edges, [2]string{labels[e.From], labels[e.To]})
			}
			for _, c := range d.Clusters {
				walk(c)
			}
		}
		walk(d)
		byText := func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }
		slices.SortFunc(edges, byText)
		slices.SortFunc(f.Edges, byText)
		if !slices.Equal(edges, f.Edges) {
			t.Errorf("arrows\n%q\nwant\n%q", edges, f.Edges)
		}
	})
}

func compareLevel(t *testing.T, d *Dot, want box, labels map[string]string) {
	t.Helper()
	var got []string
	for _, n := range d.Nodes {
		got = append(got, n.Attributes.Get("label"))
		labels[n.ID] = n.Attributes.Get("label")
	}
	if !slices.Equal(got, want.Nodes) {
		t.Errorf("boxes\n%q\nwant\n%q", got, want.Nodes)
	}
	if want.Label != nil && d.Attributes.Get("label") != *want.Label {
		t.Errorf("cluster %q, want %q", d.Attributes.Get("label"), *want.Label)
	}
	if len(d.Clusters) != len(want.Clusters) {
		t.Fatalf("%d clusters, want %d", len(d.Clusters), len(want.Clusters))
	}
	for i, c := range d.Clusters {
		compareLevel(t, c, want.Clusters[i], labels)
	}
}
