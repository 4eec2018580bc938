package augment

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
)

// Rows, classes, subsets, targets and weights of a table are Keras'; so are they
// when the table comes from a CSV, TSV or JSON Lines file.
func TestFlowFromDataframeIsKeras(t *testing.T) {
	c := golden.Load(t, "image", "dataframe")
	var f struct {
		Columns []string
		Rows    [][]any
		Calls   []struct {
			Config kerasConfig
			Flow   struct {
				kerasFlow
				YCol      json.RawMessage `json:"y_col"`
				WeightCol string          `json:"weight_col"`
			}
			Batches []struct {
				X  string
				Ys []string
				W  string
			}
			ClassIndices map[string]int `json:"class_indices"`
			Filenames    []string
			Samples      int
		}
	}
	c.Decode(t, &f)
	dir := golden.Path(t, "keras", "image", "pictures")
	tables := map[string]*Table{"rows": {Columns: f.Columns, Rows: f.Rows}}
	for _, name := range []string{"t.csv", "t.tsv", "t.jsonl"} {
		file := filepath.Join(t.TempDir(), name)
		os.WriteFile(file, tableText(name, f.Columns, f.Rows), 0o644)
		table, err := ReadTable(file)
		if err != nil {
			t.Fatal(err)
		}
		tables[name] = table
	}
	for from, table := range tables {
		for i, call := range f.Calls {
			cfg := call.Flow.config()
			cfg.WeightCol = call.Flow.WeightCol
			cfg.LabelSeparator = "|"
			if json.Unmarshal(call.Flow.YCol, &cfg.YCol) != nil {
				cfg.YCol = make([]string, 1)
				if err := json.Unmarshal(call.Flow.YCol, &cfg.YCol[0]); err != nil {
					cfg.YCol = nil
				}
			}
			fl, err := call.Config.generator(t).FlowFromDataframe(table, dir, cfg)
			if err != nil {
				t.Errorf("%s: call %d: %v", from, i, err)
				continue
			}
			if !slices.Equal(fl.Filenames(), call.Filenames) || fl.Samples() != call.Samples {
				t.Errorf("%s: call %d: files %v, want %v", from, i, fl.Filenames(), call.Filenames)
			}
			if !maps.Equal(fl.ClassIndices(), call.ClassIndices) {
				t.Errorf("%s: call %d: classes %v, want %v", from, i, fl.ClassIndices(), call.ClassIndices)
			}
			if len(fl.Bad()) != 2 {
				t.Errorf("%s: call %d: bad files %v, want none.png and rgb.txt", from, i, fl.Bad())
			}
			n := 0
			for b, err := range fl.Batches(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				want := call.Batches[n]
				c.Close(t, want.X, b.X[0].Data())
				if len(want.Ys) != len(b.Y) || (want.W == "") != (len(b.W) == 0) {
					t.Fatalf("%s: call %d: %d targets, %d weights, want %v, %q", from, i, len(b.Y), len(b.W), want.Ys, want.W)
				}
				for k, y := range want.Ys {
					if a := c.Array(t, y); !slices.Equal(a.Shape, b.Y[k].Shape()) {
						t.Errorf("%s: call %d: target %d has shape %v, want %v", from, i, k, b.Y[k].Shape(), a.Shape)
					}
					if !c.Close(t, y, b.Y[k].Data()) {
						t.Errorf("%s: call %d", from, i)
					}
				}
				if want.W != "" {
					c.Close(t, want.W, b.W[0].Data())
				}
				n++
			}
			if n != len(call.Batches) {
				t.Errorf("%s: call %d: %d batches, want %d", from, i, n, len(call.Batches))
			}
		}
	}
}

// tableText writes a table as a file of the kind of its name.
func tableText(name string, columns []string, rows [][]any) []byte {
	var b bytes.Buffer
	if strings.HasSuffix(name, ".jsonl") {
		for _, r := range rows {
			m := map[string]any{}
			for i, c := range columns {
				m[c] = r[i]
			}
			j, _ := json.Marshal(m)
			b.Write(append(j, '\n'))
		}
		return b.Bytes()
	}
	b.WriteString("\ufeff") // as Excel does
	w := csv.NewWriter(&b)
	if strings.HasSuffix(name, ".tsv") {
		w.Comma = '\t'
	}
	w.Write(columns)
	for _, r := range rows {
		rec := make([]string, len(r))
		for i, v := range r {
			if l, ok := v.([]any); ok {
				var s []string
				for _, x := range l {
					s = append(s, x.(string))
				}
				rec[i] = strings.Join(s, "|")
				continue
			}
			rec[i] = fmt.Sprint(v)
		}
		w.Write(rec)
	}
	w.Flush()
	return b.Bytes()
}
