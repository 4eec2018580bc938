package tfevents

import (
	"encoding/hex"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/antler-ml/antler/internal/golden"
)

// number is a JSON number, or "nan", "inf", "-inf".
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	x, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	*n = number(x)
	return err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bytesOf are the bytes of a fixture's string, one a character.
func bytesOf(s string) []byte {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

// TestRecords compares whole records with those of the reference library, byte
// for byte.
func TestRecords(t *testing.T) {
	var f struct {
		Records []struct {
			Kind, Tag, Plugin, Content, Hex string
			Wall                            float64
			Step                            int64
			Value                           number
			Data                            []float32
			Table                           [][3]float64
			Values                          []string
		}
	}
	golden.Load(t, "tensorboard", "records").Decode(t, &f)
	w, err := Create(t.TempDir())
	must(t, err)
	for _, k := range f.Records {
		w.now = func() time.Time { return time.Unix(int64(k.Wall), int64(math.Mod(k.Wall, 1)*1e9)) }
		switch k.Kind {
		case "version":
			w.version()
		case "scalar":
			w.Scalar(k.Tag, k.Step, float32(k.Value))
		case "histogram":
			w.Histogram(k.Tag, k.Step, k.Data)
		case "strings":
			var values [][]byte
			for _, v := range k.Values {
				values = append(values, bytesOf(v))
			}
			w.Strings(k.Tag, k.Step, k.Plugin, bytesOf(k.Content), values...)
		default:
			t.Fatalf("a record of kind %s", k.Kind)
		}
		if got := hex.EncodeToString(w.record); got != k.Hex {
			t.Errorf("%s %s: record\n%s, want\n%s", k.Kind, k.Tag, got, k.Hex)
		}
	}
	must(t, w.Close())
}

// TestHistogramLeavesOut: what is no number does not count.
func TestHistogramLeavesOut(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	if histogram([]float32{nan, 1, inf, 2, -inf, 5}) != histogram([]float32{1, 2, 5}) {
		t.Error("NaN or infinity changes the histogram")
	}
	if histogram([]float32{nan}) != histogram(nil) {
		t.Error("NaN alone is counted")
	}
}

// TestNames: two writers of one directory have files of their own.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		w, err := Create(dir + "/a/b")
		must(t, err)
		must(t, w.Close())
	}
	if e, err := os.ReadDir(dir + "/a/b"); err != nil || len(e) != 2 {
		t.Errorf("%v, %v", e, err)
	}
}

func TestScalarAllocatesNothing(t *testing.T) {
	w, err := Create(t.TempDir())
	must(t, err)
	for range 100 {
		w.Scalar("epoch_loss", 1, 1)
	}
	must(t, w.Flush())
	if n := testing.AllocsPerRun(90, func() { w.Scalar("epoch_loss", 12345, 0.5) }); n != 0 {
		t.Errorf("%v allocations a scalar", n)
	}
	must(t, w.Close())
}

func BenchmarkScalar(b *testing.B) {
	w, err := Create(b.TempDir())
	must(b, err)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		w.Scalar("epoch_loss", int64(n), 0.5)
		if n++; w.Waiting() > 64<<10 {
			must(b, w.Flush())
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	must(b, w.Close())
}

func BenchmarkHistogram(b *testing.B) {
	w, err := Create(b.TempDir())
	must(b, err)
	data := make([]float32, 1<<20)
	for i := range data {
		data[i] = float32(math.Sin(float64(i)))
	}
	b.SetBytes(int64(4 * len(data)))
	for b.Loop() {
		w.Histogram("w", 1, data)
		must(b, w.Flush())
	}
	must(b, w.Close())
}
