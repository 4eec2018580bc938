package report

import (
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/antler-ml/antler/tensor"
)

// Two of three cats are found; one dog of two is taken for a cat.
func example() (*Confusion, []int, *tensor.Tensor) {
	truth := []int{0, 0, 0, 1, 1}
	probs := tensor.From([]float32{0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.6, 0.4, 0.1, 0.9}, 5, 2)
	return NewConfusion([]string{"cat", "dog"}, truth, probs), truth, probs
}

func TestConfusion(t *testing.T) {
	c, truth, probs := example()
	if c.Accuracy() != 0.6 || c.Majority() != 0.6 || c.Recall(0) != 2./3 || c.Precision(0) != 2./3 || c.Recall(1) != 0.5 || c.F1(1) != 0.5 {
		t.Errorf("accuracy %v, majority %v, recall %v, precision %v, F1 %v", c.Accuracy(), c.Majority(), c.Recall(0), c.Precision(0), c.F1(1))
	}
	want := "true   cat   dog  recall  precision\n" +
		" cat     2     1   0.667      0.667\n" +
		" dog     1     1   0.500      0.500\n"
	if c.String() != want {
		t.Errorf("got\n%swant\n%s", c, want)
	}
	ms := Mistakes(truth, probs)
	if len(ms) != 2 || ms[0].Sample != 2 || ms[0].Predicted != 1 || ms[1].Sample != 3 {
		t.Errorf("mistakes %+v", ms) // 0.7-0.3 before 0.6-0.4
	}
}

// Columns stay aligned with names of any length and script.
func TestAligned(t *testing.T) {
	c := &Confusion{Classes: []string{"日本語のとても長い名前です、本当に長いのです", "b", "größer"}, Count: [][]int{{12345, 0, 1}, {0, 2, 0}, {0, 0, 0}}}
	lines := strings.Split(strings.TrimRight(c.String(), "\n"), "\n")
	for _, l := range lines[1:] {
		if utf8.RuneCountInString(l) != utf8.RuneCountInString(lines[0]) {
			t.Errorf("%q is not as long as %q", l, lines[0])
		}
	}
	many := &Confusion{}
	for i := range 30 {
		many.Classes = append(many.Classes, string(rune('A'+i)))
		many.Count = append(many.Count, make([]int, 30))
	}
	many.Count[3][4] = 7
	if s := many.String(); !strings.Contains(s, "7  D → E") || strings.Count(s, "\n") > 16 {
		t.Errorf("many classes:\n%s", s)
	}
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	h := &History{First: 1}
	for i := range 3 {
		h.Add("loss", 1/float64(i+1))
		h.Add("val_loss", 0.5)
		h.Add("accuracy", float64(i)/3)
	}
	if err := h.Curves(filepath.Join(dir, "curves.png"), "data"); err != nil {
		t.Fatal(err)
	}
	if err := (&History{First: 1}).Curves(filepath.Join(dir, "none.png"), "no epochs"); err != nil {
		t.Fatal(err)
	}
	s := &Sheet{Title: "two", Height: 2, Width: 3, Channels: 3, Columns: 2, Tiles: []Tile{
		{Pix: make([]float32, 18), Caption: []string{"black"}}, {Pix: []float32{1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 2, -1, 0}, Caption: []string{"red", "2nd"}}}}
	if err := s.Write(filepath.Join(dir, "sheet.png")); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "sheet.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, _, _ := m.At(margin+minTile+margin+3, 2*margin+lineHeight+3).RGBA(); r != 0xffff || g != 0 {
		t.Errorf("the second tile is not red: %x %x", r, g)
	}
}

func TestReadHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.csv")
	if err := os.WriteFile(path, []byte("epoch,accuracy,loss\n2,0.5,1.25\n3,NA,1e-05\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	h, err := ReadHistory(path)
	if err != nil || h.First != 3 || len(h.Values["loss"]) != 2 || h.Values["loss"][1] != 1e-5 {
		t.Errorf("%+v, %v", h, err)
	}
	if a := h.Values["accuracy"]; len(a) != 2 || a[0] != 0.5 || !math.IsNaN(a[1]) {
		t.Errorf("accuracy %v", a)
	}
}
