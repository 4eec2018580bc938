package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// writeCase writes what all sides start from into an .npz: inputs x, targets y
// and the first values of the weights w0000, w0001 …, layer by layer in the
// order of the spec.
func writeCase(path string, s *spec, samples int) error {
	m, ls, err := build(s)
	if err != nil {
		return err
	}
	m.Seed(1)
	m.Weights() // gives them values
	x, y := sampleData(s, samples)
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("benchmarks: %w", err)
	}
	defer f.Close()
	w := npy.NewWriter(f, false)
	if err := writeTensor(w, "x", x); err != nil {
		return err
	}
	if err := writeTensor(w, "y", y); err != nil {
		return err
	}
	for i, t := range weightsOf(ls) {
		if err := writeTensor(w, fmt.Sprintf("w%04d", i), t.Value()); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}

func writeTensor(w *npy.Writer, name string, t *tensor.Tensor) error {
	dst, err := w.Create(name)
	if err != nil {
		return err
	}
	rest := t.Data()
	return npy.WriteFloat32(dst, t.Shape(), func(most int) []float32 {
		n := min(most, len(rest))
		block := rest[:n]
		rest = rest[n:]
		return block
	})
}

func weightsOf(ls []nn.Layer) []*nn.Weight {
	var ws []*nn.Weight
	for _, l := range ls {
		ws = append(ws, l.(interface{ Weights() []*nn.Weight }).Weights()...)
	}
	return ws
}

// sampleData is random data that suits a model: ids for embeddings, else
// numbers from 0 to 1, and class ids.
func sampleData(s *spec, n int) (x, y *tensor.Tensor) {
	r := rand.New(rand.NewPCG(3, 4))
	x, y = tensor.New(append([]int{n}, s.Input...)...), tensor.New(n)
	words := s.words()
	for i := range x.Data() {
		x.Data()[i] = r.Float32()
		if words > 0 {
			x.Data()[i] = float32(1 + r.IntN(words-1))
		}
	}
	classes := max(2, s.Parts[len(s.Parts)-1].Units)
	for i := range y.Data() {
		y.Data()[i] = float32(r.IntN(classes))
	}
	return x, y
}

// readCase reads what writeCase wrote.
func readCase(path string) (x, y *tensor.Tensor, w []*tensor.Tensor, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("benchmarks: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("benchmarks: %w", err)
	}
	a, err := npy.OpenArchive(f, info.Size(), npy.Limits{})
	if err != nil {
		return nil, nil, nil, err
	}
	for _, name := range a.Names() {
		err := a.Read(name, func(r *npy.Reader) error {
			data, err := npy.Read[float32](r)
			if err != nil {
				return err
			}
			t := tensor.From(data, r.Shape...)
			switch {
			case name == "x":
				x = t
			case name == "y":
				y = t
			case strings.HasPrefix(name, "w"):
				w = append(w, t)
			}
			return nil
		})
		if err != nil {
			return nil, nil, nil, err
		}
	}
	return x, y, w, nil
}
