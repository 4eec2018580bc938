package hdf5

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const dir = "../../testdata/hdf5"

// thing is what h5py says about an object or an attribute.
type thing struct {
	Attrs   map[string]thing   `json:"attrs"`
	Shape   []int              `json:"shape"`
	Values  []any              `json:"values"`
	Nonzero map[string]float64 `json:"nonzero"`
}

func expected(t testing.TB) map[string]map[string]thing {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "files.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]map[string]thing
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if err := d.Decode(&files); err != nil {
		t.Fatal(err)
	}
	return files
}

// same compares values with those that h5py read.
func same(t *testing.T, what string, got any, want []any) {
	t.Helper()
	g := reflect.ValueOf(got)
	if g.Len() != len(want) {
		t.Errorf("%s: %d values, want %d", what, g.Len(), len(want))
		return
	}
	for i, w := range want {
		x := g.Index(i).Interface()
		ok := false
		switch w := w.(type) {
		case string:
			ok = x == w
		case json.Number:
			switch x := x.(type) {
			case int64:
				n, err := w.Int64()
				ok = err == nil && n == x
			case float64:
				n, err := w.Float64()
				ok = err == nil && n == x && math.Signbit(n) == math.Signbit(x)
			}
		}
		if !ok {
			t.Errorf("%s: value %d is %v, want %v", what, i, x, w)
			return
		}
	}
}

// TestReadsWhatH5pyWrites compares all objects, attributes and elements.
func TestReadsWhatH5pyWrites(t *testing.T) {
	for name, objects := range expected(t) {
		t.Run(name, func(t *testing.T) {
			f, err := Open(filepath.Join(dir, name+".h5"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			root, err := f.Root()
			if err != nil {
				t.Fatal(err)
			}
			children := map[string][]string{}
			for path, want := range objects {
				if path != "/" {
					parent := filepath.Dir(path)
					children[parent] = append(children[parent], filepath.Base(path))
				}
				compare(t, root, path, want)
			}
			for parent, names := range children {
				g, err := root.Group(parent)
				if err != nil {
					if parent != "/soft" {
						t.Error(err)
					}
					continue
				}
				slices.Sort(names)
				got := slices.DeleteFunc(g.Names(), func(n string) bool { return n == "dangling" || n == "elsewhere" })
				if !slices.Equal(got, names) {
					t.Errorf("%s has %q, want %q", parent, got, names)
				}
			}
		})
	}
}

func compare(t *testing.T, root *Group, path string, want thing) {
	t.Helper()
	group, err := root.IsGroup(path)
	if err != nil {
		t.Error(err)
		return
	}
	var o *object
	if group {
		g, err := root.Group(path)
		if err != nil {
			t.Error(err)
			return
		}
		o = &g.object
	} else {
		d, err := root.Dataset(path)
		if err != nil {
			t.Error(err)
			return
		}
		o = &d.object
		if !slices.Equal(d.Shape(), want.Shape) {
			t.Errorf("%s: shape %v, want %v", path, d.Shape(), want.Shape)
		}
		var got any
		switch {
		case d.Type.Class == Compound:
			if _, err := d.Floats(); err == nil {
				t.Errorf("%s: no error for a compound", path)
			}
			got = []int{}
		case d.Type.Class == String || d.Type.Class == Varying:
			got, err = d.Strings()
		case d.Type.Class == Float:
			got, err = d.Doubles()
		default:
			got, err = d.Ints()
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		if want.Nonzero != nil {
			for i, x := range got.([]int64) {
				if w := want.Nonzero[itoa(i)]; float64(x) != w {
					t.Errorf("%s: value %d is %d, want %g", path, i, x, w)
				}
			}
		} else {
			same(t, path, got, want.Values)
		}
	}
	names, err := o.AttributeNames()
	if err != nil {
		t.Error(err)
		return
	}
	if len(names) != len(want.Attrs) {
		t.Errorf("%s: attributes %q, want %d", path, names, len(want.Attrs))
	}
	for n, w := range want.Attrs {
		a, err := o.Attribute(n)
		if err != nil {
			t.Error(err)
			continue
		}
		if !slices.Equal(a.Shape, w.Shape) {
			t.Errorf("%s: attribute %s has shape %v, want %v", path, n, a.Shape, w.Shape)
		}
		var got any
		switch a.Type.Class {
		case String, Varying:
			got, err = a.Strings()
		case Float:
			got, err = a.Floats()
		default:
			got, err = a.Ints()
		}
		if err != nil {
			t.Error(err)
			continue
		}
		same(t, path+"@"+n, got, w.Values)
	}
}

func itoa(i int) string { b, _ := json.Marshal(i); return string(b) }

// TestLinks: those within the file are followed, others are not.
func TestLinks(t *testing.T) {
	for _, name := range []string{"types_earliest", "types_latest"} {
		f, err := Open(filepath.Join(dir, name+".h5"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		root, err := f.Root()
		if err != nil {
			t.Fatal(err)
		}
		soft, err := root.Dataset("soft")
		if err != nil {
			t.Fatal(err)
		}
		straight, err := root.Dataset("deep/../float_f4")
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("..: %v", err)
		}
		straight, err = root.Dataset("/float_f4")
		if err != nil {
			t.Fatal(err)
		}
		a, _ := soft.Floats()
		b, _ := straight.Floats()
		if len(a) != 12 || !slices.Equal(a, b) {
			t.Errorf("soft link: %v, want %v", a, b)
		}
		if _, err := root.Dataset("dangling"); !errors.Is(err, ErrNotFound) {
			t.Errorf("dangling: %v", err)
		}
		if _, err := root.Dataset("elsewhere"); err == nil || !strings.Contains(err.Error(), "other files are not followed") {
			t.Errorf("external: %v", err)
		}
	}
}

// TestChecksums uses the test vector of lookup3.c (driver5) and sums by hand.
func TestChecksums(t *testing.T) {
	if got := lookup3([]byte("Four score and seven years ago")); got != 0x17770551 {
		t.Errorf("lookup3: %08x, want 17770551", got)
	}
	if got := lookup3(nil); got != 0xdeadbeef {
		t.Errorf("lookup3 of nothing: %08x, want deadbeef", got)
	}
	// Words 0x0102, 0x0304, 0x0500: lo = 0x0906, hi = 0x0102 + 0x0406 + 0x0906.
	if got := fletcher32([]byte{1, 2, 3, 4, 5}); got != 0x0e0e0906 {
		t.Errorf("fletcher32: %08x, want 0e0e0906", got)
	}
}

// TestHalf: the numbers are those of IEEE 754-2019, table of binary16.
func TestHalf(t *testing.T) {
	for h, want := range map[uint16]float64{0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0001: 0x1p-24, 0x0400: 0x1p-14, 0x7c00: math.Inf(1), 0xfc00: math.Inf(-1), 0x3555: 0.333251953125} {
		if got := half(h); got != want {
			t.Errorf("%04x: %g, want %g", h, got, want)
		}
	}
	if !math.IsNaN(half(0x7e00)) || !math.Signbit(half(0x8000)) {
		t.Error("NaN or -0 is lost")
	}
}
