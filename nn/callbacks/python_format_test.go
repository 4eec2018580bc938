package callbacks

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
)

// TestPythonFormat compares with what Python itself gives.
func TestPythonFormat(t *testing.T) {
	text, err := os.ReadFile(golden.Path(t, "python", "format.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Value, Spec string
		Whole       bool
		Text        *string
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		v, err := strconv.ParseFloat(r.Value, 64)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pythonFormat(v, r.Whole, r.Spec)
		switch {
		case r.Text == nil && err == nil:
			t.Errorf("format(%s, %q) = %q, want an error", r.Value, r.Spec, got)
		case r.Text != nil && (err != nil || got != *r.Text):
			t.Errorf("format(%s, %q) = %q, %v, want %q", r.Value, r.Spec, got, err, *r.Text)
		}
	}
}

func TestExpand(t *testing.T) {
	var logs nn.Logs
	logs.Set("loss", 0.25)
	for template, want := range map[string]string{
		"plain.npz": "plain.npz", "{{x}}-{epoch}": "{x}-3", "{batch:03d}": "007", "a{loss:.1f}b": "a0.2b", "": "", "{epoch:5}|": "    3|",
	} {
		if got, err := expand(template, 3, 7, &logs); err != nil || got != want {
			t.Errorf("expand(%q) = %q, %v, want %q", template, got, err, want)
		}
	}
	for _, template := range []string{"{epoch", "epoch}", "{acc}", "{loss:d}", "{loss:zz}", "{epoch:.2d}", "{}", "{", "}"} {
		if got, err := expand(template, 3, 7, &logs); err == nil {
			t.Errorf("expand(%q) = %q, want an error", template, got)
		}
	}
	if _, err := expand("{batch}", 1, 0, &logs); err == nil {
		t.Error("a batch without SaveFreq was accepted")
	}
}
