package nn_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// TestSummaryGolden compares with what Keras prints, character by character.
func TestSummaryGolden(t *testing.T) {
	golden.Walk(t, "summary", func(t *testing.T, c golden.Case) {
		var f struct {
			Model json.RawMessage
			Args  struct {
				LineLength    int       `json:"line_length"`
				Positions     []float64 `json:"positions"`
				ExpandNested  bool      `json:"expand_nested"`
				ShowTrainable bool      `json:"show_trainable"`
				LayerRange    []string  `json:"layer_range"`
			}
			Text string
		}
		c.Decode(t, &f)
		m, err := saving.FromJSON(f.Model)
		must(t, err)
		cfg := nn.SummaryConfig{LineLength: f.Args.LineLength, Positions: f.Args.Positions, ExpandNested: f.Args.ExpandNested, ShowTrainable: f.Args.ShowTrainable}
		if r := f.Args.LayerRange; r != nil {
			cfg.LayerRange = nn.LayerRange{From: r[0], To: r[1]}
		}
		var b bytes.Buffer
		must(t, m.SummaryWith(&b, cfg))
		if b.String() != f.Text {
			t.Errorf("got\n%s\nwant\n%s", b.String(), f.Text)
		}
	})
}

// full is a writer without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestSummaryErrors(t *testing.T) {
	m := nn.NewSequential(nn.Input(3), &layers.Dense{Units: 2})
	for want, err := range map[string]error{
		"no room":                    m.Summary(full{}),
		"2 Positions for 3 columns":  m.SummaryWith(&bytes.Buffer{}, nn.SummaryConfig{Positions: []float64{0.5, 1}}),
		"leaves no room":             m.SummaryWith(&bytes.Buffer{}, nn.SummaryConfig{LineLength: 8}),
		"no layer's name begins":     m.SummaryWith(&bytes.Buffer{}, nn.SummaryConfig{LayerRange: nn.LayerRange{From: "lstm", To: "dense"}}),
		"error parsing regexp":       m.SummaryWith(&bytes.Buffer{}, nn.SummaryConfig{LayerRange: nn.LayerRange{From: "(", To: "dense"}}),
		"Units is 0; want 1 or more": nn.NewSequential(nn.Input(3), &layers.Dense{}).Summary(&bytes.Buffer{}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
