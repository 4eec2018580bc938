package inspect

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
	"github.com/antler-ml/antler/text"
	"github.com/antler-ml/antler/text/subword"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// strangers are files that were made to do harm: see testdata/tools/strangers.py.
const strangers = "../../../../testdata/strangers"

// most is the memory that refusing a file may take.
const most = 16 << 20

// lawful are good arrays of another shape than the model's: one is 16 MB of zeros
// in 16 KB, as numpy packs them. Who asks for arrays gets them; a model does not
// read what does not fit it.
var lawful = []string{"npz-deflate-bomb.npz", "npz-other-shape.npz"}

// onlyConfig are files with good weights: what is wrong is in the configuration,
// which LoadWeights does not look at.
var onlyConfig = []string{"h5-config-", "h5-lambda-", "h5-module-", "keras-config-", "keras-cycle", "keras-lambda", "keras-module-", "keras-no-config", "keras-unsafe-"}

// small is the model that most of the files claim to be.
func small(t testing.TB) *nn.Model {
	m := nn.NewSequential(nn.Input(2), nn.Name("dense", &layers.Dense{Units: 2}))
	if err := m.Err(); err != nil {
		t.Fatal(err)
	}
	return m
}

// cost runs a reader and says how much memory and time it took.
func cost(do func() error) (err error, bytes uint64, took time.Duration) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	err = do()
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	return err, after.TotalAlloc - before.TotalAlloc, took
}

// readers are what a file may be handed to.
func readers(t testing.TB, path string) map[string]func() error {
	m := small(t)
	rs := map[string]func() error{
		"inspect": func() error { _, err := File(path); return err },
	}
	name := filepath.Base(path)
	switch {
	case strings.HasPrefix(name, "tokenizer-"):
		rs["text.ReadJSON"] = func() error {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = text.ReadJSON(f)
			return err
		}
		return rs
	case strings.HasPrefix(name, "subword-"):
		rs["subword.FromJSON"] = func() error {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			_, err = subword.FromJSON(b)
			return err
		}
		return rs
	}
	rs["Load"] = func() error { _, err := saving.LoadWith(path, saving.LoadConfig{}); return err }
	rs["LoadWeights"] = func() error { _, err := saving.LoadWeights(m, path); return err }
	if strings.HasPrefix(name, "npz-") && !slices.Contains(lawful, name) {
		rs["ReadNPZFile"] = func() error { _, err := tensor.ReadNPZFile(path); return err }
	}
	return rs
}

// TestStrangers: every file is refused by whoever may read it, with little
// memory. Times are not asserted; the longest is logged.
func TestStrangers(t *testing.T) {
	files := corpus(t)
	var slowest, largest struct {
		what  string
		took  time.Duration
		bytes uint64
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			for reader, read := range readers(t, path) {
				err, bytes, took := cost(read)
				if reader == "inspect" { // its report says no
					r, e := File(path)
					if e != nil || !slices.Contains(lawful, name) && (r.Loads || r.Problem == "") {
						t.Errorf("inspect says that it can be used: %+v, %v", r, e)
					}
				} else if harmless := reader == "LoadWeights" && slices.ContainsFunc(onlyConfig, func(p string) bool { return strings.HasPrefix(name, p) }); err == nil && !harmless {
					t.Errorf("%s accepts it", reader)
				} else if testing.Verbose() {
					t.Logf("%s: %v", reader, err)
				}
				if bytes > most {
					t.Errorf("%s: %d bytes of memory for a file of %d", reader, bytes, size(path))
				}
				if took > slowest.took {
					slowest.what, slowest.took = reader+" of "+name, took
				}
				if bytes > largest.bytes {
					largest.what, largest.bytes = reader+" of "+name, bytes
				}
			}
		})
	}
	t.Logf("%d files; the longest took %v (%s), the most memory %d KiB (%s)", len(files), slowest.took, slowest.what, largest.bytes>>10, largest.what)
}

// corpus lists the files.
func corpus(t testing.TB) []string {
	files, err := filepath.Glob(filepath.Join(strangers, "*"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// BenchmarkStrangers: what it takes to refuse a file; ms/worst is the longest of
// all files and readers, each at its best of the rounds.
func BenchmarkStrangers(b *testing.B) {
	best, calls := map[string]time.Duration{}, 0
	for b.Loop() {
		for _, path := range corpus(b) {
			for reader, read := range readers(b, path) {
				_, _, took := cost(read)
				key := reader + " of " + filepath.Base(path)
				if old, ok := best[key]; !ok || took < old {
					best[key] = took
				}
				calls++
			}
		}
	}
	worst := ""
	for key, took := range best {
		if worst == "" || took > best[worst] {
			worst = key
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(calls), "µs/file")
	b.ReportMetric(best[worst].Seconds()*1e3, "ms/worst")
	b.Logf("the longest: %s", worst)
}

func size(path string) int64 {
	st, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return st.Size()
}

// TestCut: of a good file nothing but the whole is accepted.
func TestCut(t *testing.T) {
	dir := t.TempDir()
	m := nn.NewSequential(nn.Input(20), &layers.Dense{Units: 30}, &layers.Dense{Units: 3})
	endings := []string{".npz", ".json", ".safetensors"}
	for _, ending := range []string{".h5", ".keras"} {
		if saving.CheckPath("m"+ending) == nil {
			endings = append(endings, ending)
		}
	}
	for _, ending := range endings {
		whole := filepath.Join(dir, "whole"+ending)
		save := saving.Save
		if ending == ".safetensors" {
			save = saving.SaveWeights
		}
		if err := save(m, whole); err != nil {
			t.Fatal(err)
		}
		if r, err := File(whole); err != nil || !r.Loads {
			t.Fatalf("%s: %+v, %v", ending, r, err)
		}
		data, err := os.ReadFile(whole)
		if err != nil {
			t.Fatal(err)
		}
		lengths := []int{1, 2, 4, 8, 9, 63, len(data) - 2}
		for n := 512; n < len(data)-2; n += 512 {
			lengths = append(lengths, n)
		}
		for _, n := range lengths {
			path := filepath.Join(dir, "cut"+ending)
			if err := os.WriteFile(path, data[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			err, bytes, _ := cost(func() error { _, err := saving.LoadWeights(m, path); return err })
			if err == nil {
				t.Errorf("%s of %d bytes: weights are taken from the first %d", ending, len(data), n)
			}
			if _, err := saving.LoadWith(path, saving.LoadConfig{}); err == nil {
				t.Errorf("%s of %d bytes: the first %d are taken for a model", ending, len(data), n)
			}
			if r, err := File(path); err != nil || r.Loads {
				t.Errorf("%s of %d bytes: inspect takes the first %d: %+v, %v", ending, len(data), n, r, err)
			}
			if bytes > most {
				t.Errorf("%s of %d bytes: %d bytes of memory", ending, n, bytes)
			}
		}
	}
}

// FuzzFile: no file makes inspect panic, wait or take more than 64 MiB.
func FuzzFile(f *testing.F) {
	for _, path := range corpus(f) {
		if size(path) < 16<<10 {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		err, bytes, _ := cost(func() error { _, err := File(path); return err })
		if err != nil {
			t.Fatal(err)
		}
		if bytes > 64<<20 {
			t.Errorf("%d bytes of memory for a file of %d", bytes, len(data))
		}
	})
}

// TestKinds: what the files are told to be.
func TestKinds(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, write func(io.Writer) error) string {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := write(f); err != nil {
			t.Fatal(err)
		}
		return f.Name()
	}
	r, err := File(put("a.npy", func(w io.Writer) error { return tensor.WriteNPYInts(w, []int64{1, 2, 3, 4, 5, 6}, 2, 3) }))
	if err != nil || !r.Loads || r.Format != "numpy array" || !slices.Equal(r.Arrays[0].Shape, []int{2, 3}) || r.Arrays[0].Dtype != "<i8" {
		t.Errorf("got %+v, %v", r, err)
	}
	tok := &text.Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"the cat sat", "the dog"}))
	r, err = File(put("tok.json", func(w io.Writer) error { return tok.WriteJSON(w) }))
	if err != nil || !r.Loads || r.Holds != "a tokenizer of Keras" || r.Attributes[0] != (Attribute{"words", "4"}) {
		t.Errorf("got %+v, %v", r, err)
	}
}
