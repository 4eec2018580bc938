package dataset

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/pipeline"
)

func table1(t *testing.T, name, content string, change func(*settings.Settings)) (*Set, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	s := settings.Default()
	if change != nil {
		change(s)
	}
	return Open(context.Background(), path, s)
}

// Which column is which is found out, and said.
func TestColumns(t *testing.T) {
	body := func(sep string, flip bool) string {
		var b strings.Builder
		for i := range 10 {
			label, text := []string{"yes", "no"}[i%2], "some words of text number "+strings.Repeat("x", i+1)
			if flip {
				label, text = text, label
			}
			b.WriteString(label + sep + text + "\n")
		}
		return b.String()
	}
	for _, c := range []struct {
		name, content string
		change        func(*settings.Settings)
		words         string
	}{
		{"a.tsv", body("\t", false), nil, "columns: label 1, text 2, no header (between tabs)"},
		{"a.tsv", body("\t", true), nil, "columns: label 2, text 1, no header (between tabs)"},
		{"a.csv", body(",", false), nil, "columns: label 1, text 2, no header (between commas)"},
		{"a.tsv", "label\ttext\n" + body("\t", false), nil, `columns: label 1 ("label"), text 2 ("text"), first line is a header (between tabs)`},
		{"a.tsv", "\ufeffReview\tSentiment\n" + body("\t", true), nil, `columns: label 2 ("Sentiment"), text 1 ("Review"), first line is a header (between tabs)`},
		{"a.tsv", "wer\twas\n" + body("\t", false), nil, `columns: label 1 ("wer"), text 2 ("was"), first line is a header (between tabs)`},
		{"a.tsv", body("\t", false), func(s *settings.Settings) { s.LabelColumn, s.TextColumn = "1", "2" }, "columns: label 1, text 2, no header (between tabs)"},
		{"a.tsv", "wer\twas\n" + body("\t", false), func(s *settings.Settings) { s.LabelColumn = "wer" }, `columns: label 1 ("wer"), text 2 ("was"), first line is a header (between tabs)`},
		{"a.txt", strings.ReplaceAll(body("\t", false), "\n", "\r\n"), nil, "columns: label 1, text 2, no header (between tabs)"},
	} {
		set, err := table1(t, c.name, c.content, c.change)
		if err != nil {
			t.Errorf("%q: %v", c.words, err)
			continue
		}
		if set.Notes[0] != c.words {
			t.Errorf("got %q, want %q", set.Notes[0], c.words)
		}
		if !slices.Equal(set.Classes, []string{"no", "yes"}) || len(set.Train) != 8 || len(set.Valid) != 2 {
			t.Errorf("%s: classes %v, %d and %d samples", c.words, set.Classes, len(set.Train), len(set.Valid))
		}
	}
}

// A row stays on its side when others are added or move.
// TestUnreadableRowsComeFirst: rows that are no UTF-8 may hold the classes that
// seem to be missing.
func TestUnreadableRowsComeFirst(t *testing.T) {
	_, err := table1(t, "f.tsv", "pos\tgood\n\xff\xfe\tbad\nneg\tb\xffad\n", nil)
	if err == nil || !strings.Contains(err.Error(), "2 of 3 texts cannot be read") {
		t.Errorf("got %v", err)
	}
}

func TestSplitIsStable(t *testing.T) {
	var rows []string
	for i := range 40 {
		rows = append(rows, []string{"a", "b"}[i%2]+"\ttext number "+strings.Repeat("i", i+1))
	}
	side := func(rows []string) map[string]bool {
		set, err := table1(t, "t.tsv", strings.Join(rows, "\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		valid := map[string]bool{}
		for _, s := range set.Valid {
			valid[s.Text] = true
		}
		return valid
	}
	before := side(rows)
	slices.Reverse(rows)
	moved := 0
	after := side(rows)
	for k := range before {
		if !after[k] {
			moved++
		}
	}
	if moved != 0 || len(before) != len(after) {
		t.Errorf("%d rows changed sides in another order", moved)
	}
	// Equal texts are all kept.
	set, err := table1(t, "t.tsv", strings.Repeat("a\tsame\nb\tother\n", 10), nil)
	if err != nil || len(set.Train)+len(set.Valid) != 20 {
		t.Errorf("equal texts: %v", err)
	}
}

func TestNotText(t *testing.T) {
	for in, want := range map[string]string{
		"":                   "",
		"plain":              "",
		"größer\n日本":         "",
		"a\nb\xffc":          "invalid UTF-8 at line 2, column 2 (byte 0xff)",
		"a\x00b":             "zero byte at line 1, column 2",
		"\xff\xfea\x00":      "UTF-16",
		"PK\x03\x04":         "zip archive",
		"\x89PNG\r\n\x1a":    "picture",
		"%PDF-1.4":           "PDF",
		"\x1f\x8b\x08":       "gzip",
		"ends with \xe2\x82": "invalid UTF-8",
	} {
		got := NotText([]byte(in))
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// The batches of a flow do not depend on the number of workers.
func TestFlow(t *testing.T) {
	var samples []Sample
	for i := range 10 {
		pix := make([]byte, 64)
		for k := range pix {
			pix[k] = byte(i*20 + k)
		}
		samples = append(samples, Sample{Class: i % 3, Pix: pix})
	}
	s := settings.Default()
	s.TargetSize, s.ColorMode = []int{8, 8}, "grayscale"
	sum := func(workers, epoch int) (xs, ys []float32) {
		p := NewPictures(samples, s, nil)
		if _, err := p.Scan(context.Background(), workers, func(int) {}); err != nil {
			t.Fatal(err)
		}
		f, err := p.Flow(0, 10, &augment.ImageDataGenerator{Rescale: 0.5}, augment.FlowConfig{BatchSize: 4, Workers: workers, Prefetch: workers - 1, Seed: new(3)})
		if err != nil {
			t.Fatal(err)
		}
		if f.Len() != 3 || pipeline.Samples(f) != 10 {
			t.Errorf("%d batches, %d samples", f.Len(), pipeline.Samples(f))
		}
		for b, err := range f.Batches(context.Background(), epoch) {
			if err != nil {
				t.Fatal(err)
			}
			xs, ys = append(xs, b.X[0].Data()...), append(ys, b.Y[0].Data()...)
		}
		return xs, ys
	}
	x1, y1 := sum(1, 0)
	x3, y3 := sum(3, 0)
	if !slices.Equal(x1, x3) || !slices.Equal(y1, y3) {
		t.Error("workers can be seen in the batches")
	}
	if len(x1) != 640 {
		t.Fatalf("%d values", len(x1))
	}
	for i, y := range y1 { // sample k has class k%3 and first pixel 20k
		if k := int(x1[i*64] / 0.5 / 20); float32(k%3) != y {
			t.Errorf("row %d has the picture of sample %d and class %v", i, k, y)
		}
	}
	if _, other := sum(1, 1); slices.Equal(y1, other) {
		t.Error("epoch 1 has the order of epoch 0")
	}
}
