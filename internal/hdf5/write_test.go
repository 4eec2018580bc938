package hdf5

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sample is a file with all that the writer can write.
func sample() *Node {
	root := NewFile()
	root.Text("model_config", strings.Repeat(`{"class_name": "Dense"}`, 5000))
	root.Text("empty", "")
	root.Names("layer_names", []string{"dense", "dense_1", "x"})
	root.Names("none", nil)
	root.Texts("texts", []string{"ä", "", strings.Repeat("long", 2000), "b"})
	root.Int("int", -7)
	root.Float("float", 0.1)
	for i := range 40 {
		root.Int(fmt.Sprintf("many_%02d", i), int64(i))
	}
	x := make([]float32, 6*5*7)
	for i := range x {
		x[i] = float32(i)/3 - 20
	}
	root.Dataset("a/b/kernel:0", Array{Shape: []int{6, 5, 7}, Floats: x})
	root.Dataset("a/b/bias:0", Array{Shape: []int{4}, Floats: []float32{1, float32(math.Inf(1)), float32(math.NaN()), math.SmallestNonzeroFloat32}})
	root.Dataset("a/scalar", Array{Floats: []float32{2.5}})
	root.Dataset("a/iterations:0", Array{Ints: []int64{1 << 60}})
	root.Dataset("a/empty", Array{Shape: []int{0, 4}, Floats: []float32{}}).Text("attr", "of a dataset")
	root.Dataset("zip/small", Array{Shape: []int{6, 5, 7}, Floats: x, Deflate: 6})
	big := make([]float32, 300*1000)
	for i := range big {
		big[i] = float32(i % 1000)
	}
	root.Dataset("zip/big", Array{Shape: []int{300, 1000}, Floats: big, Deflate: 1})
	for i := range 300 {
		root.Group(fmt.Sprintf("layers/layer_%d", i)).Names("weight_names", nil)
	}
	return root
}

// TestReadsWhatItWrites: h5py's reading of the same file is in
// testdata/tools/hdf5_check.py.
func TestReadsWhatItWrites(t *testing.T) {
	var b, again bytes.Buffer
	if err := sample().Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := sample().Write(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Fatalf("not the same bytes twice: %v", err)
	}
	if path := os.Getenv("HDF5_SAMPLE"); path != "" {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := New(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	var visit func(n *Node, g *Group)
	visit = func(n *Node, g *Group) {
		for _, a := range n.attrs {
			got, err := g.Attribute(a.name)
			if err != nil {
				t.Error(err)
				continue
			}
			if a.long != nil {
				if s, err := got.Strings(); err != nil || !slices.Equal(s, a.long) {
					t.Errorf("%s@%s: %.100q, %v", g.Path(), a.name, s, err)
				}
			} else if !bytes.Equal(got.data[:len(a.raw)], a.raw) {
				t.Errorf("%s@%s: %v, want %v", g.Path(), a.name, got.data, a.raw)
			}
		}
		if len(g.Names()) != len(n.children) {
			t.Errorf("%s: %q", g.Path(), g.Names())
		}
		for _, c := range n.children {
			if c.data == nil {
				sub, err := g.Group(c.name)
				if err != nil {
					t.Error(err)
					continue
				}
				visit(c, sub)
				continue
			}
			d, err := g.Dataset(c.name)
			if err != nil {
				t.Error(err)
				continue
			}
			if !slices.Equal(d.Shape(), c.data.Shape) {
				t.Errorf("%s: shape %v, want %v", d.Path(), d.Shape(), c.data.Shape)
			}
			if c.data.Ints != nil {
				if x, err := d.Ints(); err != nil || !slices.Equal(x, c.data.Ints) {
					t.Errorf("%s: %v, %v", d.Path(), x, err)
				}
				continue
			}
			x, err := d.Floats()
			if err != nil {
				t.Error(err)
			}
			if !slices.EqualFunc(x, c.data.Floats, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
				t.Errorf("%s: other values", d.Path())
			}
		}
	}
	visit(want, root)
}

// TestWriteMistakes: what no file can hold is refused.
func TestWriteMistakes(t *testing.T) {
	for want, make := range map[string]func(*Node){
		"two objects": func(n *Node) {
			n.Dataset("a", Array{Floats: []float32{1}})
			n.Dataset("a", Array{Floats: []float32{1}})
		},
		"shape [2]":       func(n *Node) { n.Dataset("a", Array{Shape: []int{2}, Floats: []float32{1}}) },
		"may have":        func(n *Node) { n.Names("a", []string{strings.Repeat("x", 70000)}) },
		"no object can":   func(n *Node) { n.Dataset("a", Array{Floats: []float32{1}}); n.Group("a/b") },
		"be called \".\"": func(n *Node) { n.Group("a/./b") },
	} {
		root := NewFile()
		make(root)
		if err := root.Write(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// BenchmarkRead reads a file of 64 MB.
func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x.h5")
	x := make([]float32, 16<<20)
	root := NewFile()
	root.Dataset("x", Array{Shape: []int{len(x)}, Floats: x})
	w, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := root.Write(w); err != nil {
		b.Fatal(err)
	}
	w.Close()
	b.SetBytes(int64(4 * len(x)))
	for b.Loop() {
		f, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		root, err := f.Root()
		if err != nil {
			b.Fatal(err)
		}
		d, err := root.Dataset("x")
		if err != nil {
			b.Fatal(err)
		}
		if err := d.ReadFloats(x); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

// BenchmarkWrite writes 64 MB to nowhere.
func BenchmarkWrite(b *testing.B) {
	x := make([]float32, 16<<20)
	b.SetBytes(int64(4 * len(x)))
	for b.Loop() {
		root := NewFile()
		root.Dataset("x", Array{Shape: []int{len(x)}, Floats: x})
		if err := root.Write(discard{}); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
