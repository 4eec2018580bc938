package tabular

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/pipeline"
)

// write makes a file of the test's directory.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A row is encoded as computed by hand.
func TestEncodeByHand(t *testing.T) {
	e, err := FromJSON([]byte(`{"v": 1, "target": {"name": "y", "task": "classification", "classes": ["no", "yes"]}, "columns": [
		{"name": "y", "kind": "skip"},
		{"name": "a", "kind": "number", "mean": 10, "std": 4, "missing": 3},
		{"name": "b", "kind": "number", "mean": -1, "std": 0.5},
		{"name": "c", "kind": "category", "categories": ["blue", "red"]},
		{"name": "d", "kind": "category", "categories": ["p", "q", "r"], "embedding": 2}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if e.Features() != 6 || e.Width() != 7 {
		t.Fatalf("%d features of %d numbers, want 6 of 7", e.Features(), e.Width())
	}
	s := e.NewSurprises()
	for _, c := range []struct {
		cells []string
		want  []float32
	}{
		// (a-10)/4, is a missing, (b+1)/0.5, unknown, blue, red; the place of d.
		{[]string{"yes", "12", "-1", "red", "q"}, []float32{0.5, 0, 0, 0, 0, 1, 2}},
		{[]string{"no", "NA", "0", "", "p"}, []float32{0, 1, 2, 1, 0, 0, 1}},
		{[]string{"", "4e0", "", "green", "?"}, []float32{-1.5, 0, 0, 1, 0, 0, 0}},
	} {
		got := make([]float32, 7)
		if bad := e.encode(got, c.cells, s); bad != "" || !slices.Equal(got, c.want) {
			t.Errorf("%q becomes %v, want %v (%s)", c.cells, got, c.want, bad)
		}
	}
	if notes := strings.Join(e.Notes(s), "\n"); !strings.Contains(notes, `column "c": 1 of 3 rows has a category that training did not know: "green"`) ||
		!strings.Contains(notes, `column "b": missing in 1 of 3 rows, never in training; the mean -1`) || strings.Contains(notes, `"a"`) || strings.Contains(notes, `"d"`) {
		t.Errorf("notes: %s", notes)
	}
	for _, cells := range [][]string{{"", "x", "0", "", ""}, {"", "inf", "0", "", ""}, {"", "1e999", "0", "", ""}} {
		if bad := e.encode(make([]float32, 7), cells, s); !strings.HasPrefix(bad, `column "a" is `) {
			t.Errorf("%q: %q", cells, bad)
		}
	}
}

// Means and deviations are those of the training part alone.
func TestTrainingPart(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range 50 {
		fmt.Fprintf(&b, "%d,%d\n", i*i%37, 1000+i)
	}
	d := encoded(t, write(t, "t.csv", b.String()), Config{Target: "y", Validation: 0.3, Memory: 1 << 20})
	y, _, err := d.Train.Targets()
	if err != nil {
		t.Fatal(err)
	}
	if len(y) != 35 || d.Valid.Len() != 15 {
		t.Fatalf("%d rows for training, %d for validation; want 35 and 15", len(y), d.Valid.Len())
	}
	var sum, squares float64
	for _, v := range y {
		i := int(v) - 1000
		sum += float64(i * i % 37)
	}
	mean := sum / 35
	for _, v := range y {
		i := int(v) - 1000
		squares += math.Pow(float64(i*i%37)-mean, 2)
	}
	if c := d.Enc.Columns[0]; !near(c.Mean, mean, 1e-12) || !near(c.Std, math.Sqrt(squares/35), 1e-12) {
		t.Errorf("mean %v, deviation %v; want %v, %v", c.Mean, c.Std, mean, math.Sqrt(squares/35))
	}
}

// Every class is split in the same shares, equal rows stay together, and the
// order of the rows does not matter.
func TestSplit(t *testing.T) {
	var rows []string
	for i := range 300 {
		rows = append(rows, fmt.Sprintf("%d,%s", i%150, map[bool]string{true: "rare", false: "usual"}[i%150 < 20]))
	}
	held := func() []float32 {
		d := encoded(t, write(t, "t.csv", "x,y\n"+strings.Join(rows, "\n")), Config{Target: "y", Validation: 0.25, Memory: 1 << 20})
		x, y, _, err := Arrays(d.Valid)
		if err != nil {
			t.Fatal(err)
		}
		var list []float32
		rare := 0
		for i := range d.Valid.Len() {
			list = append(list, float32(math.Round(float64(x.At(i, 0))*d.Enc.Columns[0].Std+d.Enc.Columns[0].Mean)))
			rare += 1 - int(y.Data()[i])
		}
		slices.Sort(list)
		// 40 rare and 260 usual rows; pairs of equal ones stay together.
		if n := len(list); rare != 10 || n < 74 || n > 76 {
			t.Errorf("%d of %d rows held out are rare; want 10 of 75", rare, n)
		}
		for i := 0; i < len(list); i += 2 {
			if list[i] != list[i+1] {
				t.Errorf("equal rows are apart: %v", list)
				break
			}
		}
		return list
	}
	a := held()
	slices.Reverse(rows)
	if b := held(); !slices.Equal(a, b) {
		t.Errorf("another order holds out other rows: %v and %v", a, b)
	}
}

// Rows in a file give the batches of rows in memory, from any batch on.
func TestRowsInAFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,c,w,y\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%g,c%d,%d,%d\n", float64(i)/7, i%30, i%3, i*i)
	}
	path := write(t, "t.csv", b.String())
	c := Config{Target: "y", Weight: "w", Validation: 0.2, OneHot: 4, Memory: 1 << 20}
	memory := encoded(t, path, c)
	c.Memory = 100
	file := encoded(t, path, c)
	if memory.Train.file != nil || file.Train.file == nil {
		t.Fatal("the memory does not decide where rows are")
	}
	if len(memory.Enc.Embedded()) != 1 || memory.Train.n != 160 {
		t.Fatalf("the table is not as planned: %+v", memory.Enc.Columns)
	}
	sc := SourceConfig{BatchSize: 24, Shuffle: true, Seed: 3}
	show := func(d *Data, epoch, first int) string {
		var s strings.Builder
		src := d.Enc.Source(d.Train, sc)
		if src.Len() != 7 || pipeline.Samples(src) != 160 {
			t.Errorf("%d batches of %d samples", src.Len(), pipeline.Samples(src))
		}
		for b, err := range pipeline.BatchesFrom(t.Context(), src, epoch, first) {
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range append(append(b.X, b.Y...), b.W...) {
				fmt.Fprintln(&s, x.Shape(), x.Data())
			}
		}
		return s.String()
	}
	whole := show(memory, 0, 0)
	if whole != show(file, 0, 0) || show(memory, 1, 2) != show(file, 1, 2) {
		t.Error("a file gives other batches")
	}
	if whole == show(memory, 1, 0) || !strings.HasSuffix(whole, show(file, 0, 5)) {
		t.Error("epochs are alike, or a later start gives other batches")
	}
	y, w, err := file.Train.Targets()
	if err != nil || len(y) != 160 || len(w) != 160 {
		t.Fatalf("%d targets, %d weights, %v", len(y), len(w), err)
	}
	for i := range y {
		if k := int(math.Round(math.Sqrt(float64(y[i])))); w[i] != float32(k%3) {
			t.Errorf("the row of %v has weight %v", y[i], w[i])
		}
	}
}

// What columns hold is found out.
func TestInfer(t *testing.T) {
	var b strings.Builder
	names := []string{"user_id", "n", "Unnamed: 0", "flag", "age", "level", "day", "when", "word", "story", "key", "empty", "one", "gaps", "few", "cost"}
	b.WriteString(strings.Join(names, "\t") + "\ty\n")
	for i := range 60 {
		row := []string{fmt.Sprint((i*37 + 11) % 1000), fmt.Sprint(i + 5), fmt.Sprint(i), fmt.Sprint(i % 2), fmt.Sprint(20 + i*7%40), []string{"low", "mid", "high"}[i%3],
			fmt.Sprintf("2024-03-%02d", 1+i%28), fmt.Sprintf("%d:30", i%24), []string{"a", "b"}[i%2], fmt.Sprintf("once upon a time there was a number %d", i), fmt.Sprintf("k%d", i),
			"", "same", []string{"", "x"}[i%2], fmt.Sprint(1.5 * float64(i%4)), fmt.Sprintf("$%d,200.50", i%20)}
		fmt.Fprintf(&b, "%s\t%g\n", strings.Join(row, "\t"), float64(i)*1.25)
	}
	f, err := Look(t.Context(), write(t, "t.tsv", b.String()), &Config{Target: "y", Validation: 0.2, Columns: map[string]Kind{"few": Category}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"user_id": "skip it numbers the rows", "n": "skip it numbers the rows", "Unnamed: 0": "skip it numbers the rows", "flag": "number", "age": "number", "level": "category",
		"day": "skip it holds dates", "when": "skip it holds dates", "word": "category", "story": "skip it holds texts", "key": "skip nearly every row has another value (60)",
		"empty": "skip it is empty", "one": "skip it is same in every row", "gaps": "category", "few": "category", "cost": "skip it holds numbers with signs, units or separators, such as $0,200.50", "y": "skip the target",
	}
	for _, c := range f.Enc.Columns {
		if got := strings.TrimSpace(string(c.Kind) + " " + c.Why); !strings.HasPrefix(got, want[c.Name]) || want[c.Name] == "" {
			t.Errorf("%s: %s, want %s", c.Name, got, want[c.Name])
		}
	}
	if f.Enc.Target.Task != Regression {
		t.Errorf("the target is for %s", f.Enc.Target.Task)
	}
}

// Tables come in many forms.
func TestForms(t *testing.T) {
	want := [][]string{{"1.5", "a,b"}, {"2", "two\nlines"}, {"", "c"}}
	for name, text := range map[string]string{
		"commas.csv":  "\ufeffx,t\r\n1.5,\"a,b\"\r\n2,\"two\nlines\"\r\n,c\r\n",
		"bars.txt":    "x|t\n1.5|a,b\n2|\"two\nlines\"\n|c\n",
		"semi.csv":    "x;t\n1.5 ;a,b\n2;\"two\nlines\"\n;c",
		"tabs.tsv":    "x\tt\n1.5\ta,b\n2\t\"two\nlines\"\n\tc\n",
		"lines.jsonl": "{\"x\": 1.5, \"t\": \"a,b\"}\n\n{\"t\": \"two\\nlines\", \"x\": 2}\n{\"x\": null, \"t\": \"c\"}",
	} {
		r, err := Open(write(t, name, text), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(r.Names, []string{"x", "t"}) {
			t.Errorf("%s has the columns %q", name, r.Names)
		}
		for i, w := range want {
			_, cells, bad, err := r.Next()
			if err != nil || bad != "" || !slices.Equal(cells, w) {
				t.Errorf("%s, row %d: %q, want %q (%s, %v)", name, i, cells, w, bad, err)
			}
		}
		r.Close()
	}
}

// Tables that cannot be learned from are refused with file, line and column.
func TestBadTables(t *testing.T) {
	good := "a,b,y\n" + strings.Repeat("1,2,3\n2,5,4\n7,1,9\n4,4,1\n", 5)
	lines := strings.Repeat("{\"a\": 1, \"y\": 2}\n{\"a\": 5, \"y\": 1}\n{\"a\": 3, \"y\": 2}\n", 4)
	for _, c := range []struct {
		name, text string
		c          Config
		want       []string
	}{
		{"empty.csv", " \n", Config{}, []string{"is empty"}},
		{"header.csv", "a,y\n", Config{}, []string{"no rows"}},
		{"none.csv", "1,2,3\n4,5,6\n", Config{}, []string{":1: the first line has numbers, not the names of columns", "c1,c2,c3"}},
		{"twice.csv", "a,b,a,y\n1,2,3,4\n", Config{}, []string{`:1: columns 1 and 3 have the same name "a"`}},
		{"single.csv", "y\n1\n2\n", Config{}, []string{"has 1 column"}},
		{"target.csv", good, Config{Target: "z"}, []string{`no column "z", which --target names`, "a, b and y"}},
		{"near.csv", "area,y\n1,2\n", Config{Target: "arae"}, []string{"did you mean area?"}},
		{"column.csv", good, Config{Columns: map[string]Kind{"c": Skip}}, []string{`no column "c", which --columns names`}},
		{"ragged.csv", good + "1,2\n", Config{}, []string{"1 row of", ":22: has 2 cells, want 3 as in the first line", "--on-error=skip"}},
		{"quote.csv", good + "1,\"2\" x,3\n", Config{}, []string{":22: ", `"`}},
		{"gone.csv", good + "1,2,\n", Config{}, []string{`the target "y" is missing in 1 row, the first in line 22`}},
		{"same.csv", "a,y\n1,5\n2,5\n3,5\n", Config{}, []string{`the target "y" is "5" in every row`}},
		{"text.csv", good + "old,2,3\n", Config{}, []string{`:22: column "a" is "old", want a number`, "--columns a=category"}},
		{"infinite.csv", good + "1,inf,3\n", Config{}, []string{`:22: column "b" is inf, want a finite number`}},
		{"huge.csv", good + "1,1e400,3\n", Config{}, []string{`:22: column "b" is 1e400, want a finite number`}},
		{"latin.csv", good + "caf\xe9,2,3\n", Config{}, []string{`:22: column "a": invalid UTF-8 (byte 0xe9)`, "iconv"}},
		{"utf16.csv", "\xff\xfea\x00,\x00", Config{}, []string{"UTF-16"}},
		{"zip.csv", "PK\x03\x04xxxx", Config{}, []string{"zip archive"}},
		{"page.csv", "<html><body>", Config{}, []string{"HTML"}},
		{"list.json", `[{"a": 1}]`, Config{}, []string{"JSON list", "jq"}},
		{"words.csv", "a,y\n1,x\n2,z\n3,x\n", Config{Task: Regression}, []string{`:2: the target "y" is "x"; regression needs numbers`}},
		{"unique.csv", "a,y\n1,p\n2,q\n3,r\n4,s\n5,t\n", Config{}, []string{"5 different values in 5 rows"}},
		{"weight.csv", "a,w,y\n1,1,2\n2,-1,1\n3,1,2\n4,1,1\n5,2,2\n", Config{Weight: "w"}, []string{`:3: column "w" is "-1"; a sample weight is a number, 0 or more`}},
		{"inputs.csv", "a,y\nx,1\nx,2\nx,1\nx,2\n", Config{}, []string{"no column that can be an input", "a: it is x in every row"}},
		{"nested.jsonl", lines + "{\"a\": [1], \"y\": 1}\n", Config{}, []string{`:13: column "a" holds a list or an object`}},
		{"broken.jsonl", lines + "{\"a\": 1, \"y\"\n", Config{}, []string{":13: is no JSON"}},
		{"equal.csv", good, Config{}, []string{"20 rows leave 20 for training and 0 for validation", "equal rows stay together"}},
		{"double.jsonl", lines + "{\"a\": 1, \"a\": 2, \"y\": 1}\n", Config{}, []string{`:13: key "a" is there twice`}},
	} {
		c.c.Validation, c.c.OneHot, c.c.Memory = 0.2, 16, 1<<20
		if c.c.Target == "" {
			c.c.Target = "y"
		}
		path := write(t, c.name, c.text)
		f, err := Look(t.Context(), path, &c.c)
		if err == nil {
			_, err = f.Encode(t.Context())
		}
		var e *cli.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		said := strings.Join(append(append([]string{e.What}, e.Lines...), e.Fix), "\n")
		for _, w := range c.want {
			if !strings.Contains(said, w) {
				t.Errorf("%s: %q is missing in\n%s", c.name, w, said)
			}
		}
		if !strings.Contains(said, c.name) {
			t.Errorf("%s is not named in\n%s", c.name, said)
		}
	}
}

// Rows that cannot be used are left out if that was asked for.
func TestSkipRows(t *testing.T) {
	path := write(t, "t.csv", "a,b,y\n"+strings.Repeat("1,2,3\n2,5,4\n7,1,9\n4,4,1\n", 5)+"1,2\nx,1,3\n1,inf,3\n1,1,\n")
	d := encoded(t, path, Config{Target: "y", Task: Regression, Validation: 0.2, OnError: "skip", Memory: 1 << 20})
	if d.BadRows != 4 || d.Train.Len()+d.Valid.Len() != 20 || d.Bad[0].Line != 22 || d.Bad[3].Line != 25 {
		t.Errorf("%d bad rows, %d good ones: %v", d.BadRows, d.Train.Len()+d.Valid.Len(), d.Bad)
	}
}

// A column that gives the target away is named.
func TestLeak(t *testing.T) {
	f, err := Look(t.Context(), write(t, "t.csv", "a,copy,y\n1,3,3\n2,4,4\n5,3,3\n6,4,4\n"), &Config{Target: "y", Validation: 0.2})
	if err != nil || len(f.Notes) != 1 || !strings.Contains(f.Notes[0], `column "copy" equals the target in every row`) {
		t.Errorf("notes %v, %v", f.Notes, err)
	}
}

// Columns are named in any order; one that lacks is named.
func TestFeed(t *testing.T) {
	d := encoded(t, write(t, "t.csv", "a,b,y\n"+strings.Repeat("1,2,3\n2,5,4\n7,1,9\n4,4,1\n", 5)), Config{Target: "y", Task: Regression, Validation: 0.2, Memory: 1 << 20})
	f, err := d.Enc.Feed("new.csv", strings.NewReader("b,extra,a\n2,x,1\n"), false)
	if err != nil {
		t.Fatal(err)
	}
	line, row, _, bad, err := f.Next()
	want := []float32{float32((1 - d.Enc.Columns[0].Mean) / d.Enc.Columns[0].Std), float32((2 - d.Enc.Columns[1].Mean) / d.Enc.Columns[1].Std)}
	if line != 2 || bad != "" || err != nil || !slices.Equal(row, want) {
		t.Errorf("line %d: %v, want %v (%s, %v)", line, row, want, bad, err)
	}
	one := encoded(t, write(t, "one.csv", "a,y\n"+strings.Repeat("1,3\n2,4\n7,9\n4,1\n", 5)), Config{Target: "y", Task: Regression, Validation: 0.2, Memory: 1 << 20})
	if f, err := one.Enc.Feed("new.csv", strings.NewReader("\ufeffa\n2\n"), false); err != nil {
		t.Errorf("a table of one column: %v", err)
	} else if _, row, _, bad, err := f.Next(); len(row) != 1 || bad != "" || err != nil {
		t.Errorf("a row of one cell: %v (%s, %v)", row, bad, err)
	}
	if _, err := d.Enc.Feed("new.csv", strings.NewReader("A,b\n1,2\n"), true); err == nil || !strings.Contains(err.Error(), "new.csv lacks 2 columns of the run: a and y") {
		t.Errorf("a column that lacks: %v", err)
	}
}

func TestParseColumns(t *testing.T) {
	got, err := ParseColumns(`age=number, "a,b=c"=category,id=skip`)
	if err == nil && (got["age"] != Number || got["id"] != Skip) {
		t.Errorf("got %v", got)
	}
	if got, err = ParseColumns(`"a,b=category",x=skip`); err != nil || got["a,b"] != Category || got["x"] != Skip {
		t.Errorf("got %v, %v", got, err)
	}
	for text, want := range map[string]string{"age": "want a column and its kind", "age=numbr": `there is no kind "numbr"`, "a=skip,a=number": `names "a" twice`} {
		if _, err := ParseColumns(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
