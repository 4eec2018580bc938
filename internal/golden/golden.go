// Package golden loads expected values from testdata and compares with them.
//
// A case is a pair of files in testdata/keras/<kind>: <case>.json holds names,
// settings and tolerances, <case>.npz the arrays that it names. The fields of
// each kind are described in testdata/tools/README.md, beside the scripts that
// made the files.
//
//	golden.Walk(t, "layers/dense_*", func(t *testing.T, c golden.Case) {
//		var f struct{ Calls []struct{ Input string; Outputs []string } }
//		c.Decode(t, &f)
//		got := run(c.Array(t, f.Calls[0].Input))
//		c.Close(t, f.Calls[0].Outputs[0], got)
//	})
package golden

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/npy"
)

// An Array is a stored array: elements in C order.
type Array struct {
	Shape []int // empty for a scalar
	Data  []float32
}

// Ints returns the elements as whole numbers (token ids, class numbers).
func (a Array) Ints() []int {
	n := make([]int, len(a.Data))
	for i, v := range a.Data {
		n[i] = int(v)
	}
	return n
}

// A Case is one fixture.
type Case struct {
	Kind, Name string
	JSON       []byte
	Arrays     map[string]Array // nil when the case has no .npz
	Tolerance
}

// Tolerance of a case: |got-want| <= ATol + RTol*|want|.
type Tolerance struct {
	RTol float64 `json:"rtol"`
	ATol float64 `json:"atol"`
}

// Walk runs f as a subtest for every case of a kind, in the order of names. A
// pattern in the manner of path.Match may follow a slash and picks cases:
// "layers/lstm_*". No case at all is an error.
func Walk(t *testing.T, kind string, f func(t *testing.T, c Case)) {
	t.Helper()
	kind, pattern, ok := strings.Cut(kind, "/")
	if !ok {
		pattern = "*"
	}
	names := Names(t, kind)
	names = slices.DeleteFunc(names, func(name string) bool {
		match, err := path.Match(pattern, name)
		if err != nil {
			t.Fatalf("golden: pattern %q: %v", pattern, err)
		}
		return !match
	})
	if len(names) == 0 {
		t.Fatalf("golden: no case of kind %q matches %q", kind, pattern)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { f(t, Load(t, kind, name)) })
	}
}

// Names returns the names of the cases of a kind, sorted.
func Names(t testing.TB, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Path(t, "keras", kind), "*.json"))
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	slices.Sort(files)
	return files
}

// Load reads one case.
func Load(t testing.TB, kind, name string) Case {
	t.Helper()
	return load(t, Path(t, "keras", kind), kind, name)
}

// LoadDir reads one case of a directory outside testdata: of a long run, whose
// cases are made anew and not kept.
func LoadDir(t testing.TB, dir, name string) Case {
	t.Helper()
	return load(t, dir, filepath.Base(dir), name)
}

func load(t testing.TB, dir, kind, name string) Case {
	t.Helper()
	file := filepath.Join(dir, name)
	text, err := os.ReadFile(file + ".json")
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	c := Case{Kind: kind, Name: name, JSON: text}
	var f struct{ Tolerance *Tolerance }
	c.Decode(t, &f)
	if f.Tolerance != nil {
		c.Tolerance = *f.Tolerance
	}
	c.Arrays = arrays(t, file+".npz")
	return c
}

// Decode decodes the JSON of the case into v, which may name a part of the
// fields only.
func (c Case) Decode(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(c.JSON, v); err != nil {
		t.Fatalf("golden: %s/%s.json: %v", c.Kind, c.Name, err)
	}
}

// Has reports whether the case has an array of that name.
func (c Case) Has(name string) bool { _, ok := c.Arrays[name]; return ok }

// Array returns the array of that name; it must be there.
func (c Case) Array(t testing.TB, name string) Array {
	t.Helper()
	a, ok := c.Arrays[name]
	if !ok {
		t.Fatalf("golden: %s/%s.npz has no array %q", c.Kind, c.Name, name)
	}
	return a
}

// Close compares got with the stored array of that name, within the tolerance
// of the case.
func (c Case) Close(t testing.TB, name string, got []float32) bool {
	t.Helper()
	return Close(t, name, got, c.Array(t, name).Data, c.RTol, c.ATol)
}

// arrays reads an .npz; there need not be one.
func arrays(t testing.TB, file string) map[string]Array {
	t.Helper()
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	archive, err := npy.OpenArchive(bytes.NewReader(data), int64(len(data)), npy.Limits{})
	if err != nil {
		t.Fatalf("golden: %s: %v", file, err)
	}
	m := map[string]Array{}
	for _, name := range archive.Names() {
		err := archive.Read(name, func(r *npy.Reader) error {
			if r.Fortran {
				return errors.New("elements in Fortran order; fixtures are stored in C order")
			}
			v, err := npy.Read[float32](r)
			m[name] = Array{slices.Clone(r.Shape), v}
			return err
		})
		if err != nil {
			t.Fatalf("golden: %s: %s: %v", file, name, err)
		}
	}
	return m
}

// Path returns the path of a file below the testdata directory of the module,
// which is found by going up from the package under test to go.mod.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(append([]string{dir, "testdata"}, elem...)...)
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("golden: no go.mod above the package under test")
		}
		dir = up
	}
}
