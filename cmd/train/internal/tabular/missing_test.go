package tabular

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

// What stands for missing numbers. Of 1, 2, 4 and 100 the mean is 26.75, the median
// 3, and the deviation √(Σ(x-26.75)²/4) = 42.303. (numpy: mean, median, std.)
func TestMissing(t *testing.T) {
	mean := 26.75
	std := math.Sqrt((25.75*25.75 + 24.75*24.75 + 22.75*22.75 + 73.25*73.25) / 4)
	for _, c := range []struct {
		how  string
		fill float64
	}{{"", mean}, {"mean", mean}, {"median", 3}, {"zero", 0}} {
		d := encoded(t, write(t, "t.csv", "x,y\n1,a\n2,b\n4,a\n100,b\n,a\n,b\n1,a\n1,b\n"), Config{Target: "y", Validation: 0.2, Missing: c.how, Memory: 1 << 20, OneHot: 16})
		col := d.Enc.Columns[0]
		// Whichever rows are held out, a missing one is fill and says so.
		row := make([]float32, d.Enc.Width())
		if bad := d.Enc.encode(row, []string{"NA", "a"}, nil); bad != "" {
			t.Fatal(bad)
		}
		want := col.Mean
		switch c.how {
		case "median":
			want = *col.Fill
		case "zero":
			want = 0
		}
		if got := float64(row[0])*col.Std + col.Mean; math.Abs(got-want) > 1e-4 || row[1] != 1 {
			t.Errorf("%q: a missing cell becomes %v, %v; want %v, 1", c.how, got, row[1], want)
		}
	}
	// The numbers by hand, of a column as it is measured.
	for how, fill := range map[string]float64{"mean": mean, "median": 3, "zero": 0} {
		c := Column{Name: "x", Kind: Number}
		if how == "median" {
			c.middle = newMiddle(0)
		}
		for _, cell := range []string{"4", "1", "", "100", "2", "NA"} {
			c.measure(cell, false)
		}
		c.settle(16, how)
		if c.Missing != 2 || math.Abs(c.Mean-mean) > 1e-12 || math.Abs(c.Std-std) > 1e-12 || math.Abs(c.fill()-fill) > 1e-12 {
			t.Errorf("%s: missing %d, mean %v, deviation %v, fill %v; want 2, %v, %v, %v", how, c.Missing, c.Mean, c.Std, c.fill(), mean, std, fill)
		}
	}
}

// --missing fail names the rows.
func TestMissingFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte("x,y\n1,a\n2,b\n,a\n4,b\n5,a\n6,b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Look(t.Context(), path, &Config{Target: "y", Validation: 0.3, Missing: "fail", Memory: 1 << 20, OneHot: 16})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Encode(t.Context())
	var e *cli.Error
	if !errors.As(err, &e) || !strings.Contains(strings.Join(e.Lines, "\n"), `t.csv:4: column "x" is missing, which --missing fail refuses`) {
		t.Errorf("%v", e)
	}
}

// A sample of many numbers has nearly their median.
func TestMiddleOfMany(t *testing.T) {
	m := newMiddle(3)
	n := maxMiddle + 300_000
	for i := range n {
		m.add(float64(i))
	}
	if got := m.of() / float64(n); math.Abs(got-0.5) > 0.002 {
		t.Errorf("the median is at %v of all", got)
	}
}
