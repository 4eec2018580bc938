package main

import (
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// writeCase writes what all sides start from, for wire.ReadCase.
func writeCase(path string, s *wire.Spec, samples int) error {
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
func sampleData(s *wire.Spec, n int) (x, y *tensor.Tensor) {
	r := rand.New(rand.NewPCG(3, 4))
	x, y = tensor.New(append([]int{n}, s.Input...)...), tensor.New(n)
	words := s.Vocabulary()
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
