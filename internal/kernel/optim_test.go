package kernel

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// optimizers run one step t = 1, 2, … with the settings of testdata/tools/ops_optim.py;
// s is their state.
var optimizers = []struct {
	name  string
	slots int
	start float32 // of the state
	step  func(t int, w, g []float32, s [][]float32)
}{
	{"SGD", 0, 0, func(_ int, w, g []float32, s [][]float32) { SGD(w, g, 0.1) }},
	{"Momentum", 1, 0, func(_ int, w, g []float32, s [][]float32) { Momentum(w, g, s[0], 0.1, 0.8) }},
	{"Nesterov", 1, 0, func(_ int, w, g []float32, s [][]float32) { Nesterov(w, g, s[0], 0.1, 0.8) }},
	{"RMSprop", 1, 0, func(_ int, w, g []float32, s [][]float32) { RMSprop(w, g, s[0], 0.01, 0.8, 1e-5) }},
	{"RMSpropMomentum", 2, 0, func(_ int, w, g []float32, s [][]float32) { RMSpropMomentum(w, g, s[0], s[1], 0.01, 0.8, 1e-5, 0.7) }},
	{"RMSpropCentered", 2, 0, func(_ int, w, g []float32, s [][]float32) { RMSpropCentered(w, g, s[0], s[1], 0.01, 0.8, 1e-5) }},
	{"RMSpropCenteredMomentum", 3, 0, func(_ int, w, g []float32, s [][]float32) {
		RMSpropCenteredMomentum(w, g, s[0], s[1], s[2], 0.01, 0.8, 1e-5, 0.7)
	}},
	{"Adam", 2, 0, func(t int, w, g []float32, s [][]float32) { Adam(w, g, s[0], s[1], adamRate(t), 0.8, 0.95, 1e-5) }},
	{"AMSGrad", 3, 0, func(t int, w, g []float32, s [][]float32) {
		AMSGrad(w, g, s[0], s[1], s[2], adamRate(t), 0.8, 0.95, 1e-5)
	}},
	{"Adagrad", 1, 0.1, func(_ int, w, g []float32, s [][]float32) { Adagrad(w, g, s[0], 0.05, 1e-5) }},
	{"Adadelta", 2, 0, func(_ int, w, g []float32, s [][]float32) { Adadelta(w, g, s[0], s[1], 0.5, 0.9, 1e-5) }},
	{"Adamax", 2, 0, func(t int, w, g []float32, s [][]float32) {
		Adamax(w, g, s[0], s[1], 0.01, 0.8, 0.95, 1e-5, float32(1-math.Pow(0.8, float64(t))))
	}},
	{"Nadam", 2, 0, func(t int, w, g []float32, s [][]float32) {
		mu := func(t int) float64 { return 0.8 * (1 - 0.5*math.Pow(0.96, float64(t))) }
		m := 1.
		for i := 1; i <= t; i++ {
			m *= mu(i)
		}
		Nadam(w, g, s[0], s[1], 0.01, 0.8, 0.95, 1e-5, float32(mu(t+1)/(1-m*mu(t+1))), float32((1-mu(t))/(1-m)),
			float32(1/(1-math.Pow(0.95, float64(t)))))
	}},
	{"Lion", 1, 0, func(_ int, w, g []float32, s [][]float32) { Lion(w, g, s[0], 0.01, 0.8, 0.95) }},
	{"FTRL", 2, 0, func(t int, w, g []float32, s [][]float32) {
		if t == 1 { // the sums of squares start at 0.1, those of gradients at 0
			for i := range s[0] {
				s[0][i] = 0.1
			}
		}
		FTRL(w, g, s[0], s[1], 0.05, 2*0.03, 0.02, 2*(0.1+0.2/(2*0.05)))
	}},
}

func adamRate(t int) float32 {
	return float32(0.01 * math.Sqrt(1-math.Pow(0.95, float64(t))) / (1 - math.Pow(0.8, float64(t))))
}

func TestOptimizersAreTFKeras(t *testing.T) {
	var file struct {
		W     []float32
		Grads [][]float32
		Steps map[string][][]float32
	}
	b, err := os.ReadFile("../../testdata/keras/ops/optim.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	impltest.All(t, "optim", func(t *testing.T) {
		for _, o := range optimizers {
			w := append([]float32(nil), file.W...)
			s := states(o.slots, len(w), o.start)
			for i, g := range file.Grads {
				o.step(i+1, w, g, s)
				for j, want := range file.Steps[o.name][i] {
					// Relative to the size of a step, about 0.01 to 0.1.
					if math.Abs(float64(w[j]-want)) > 1e-6 {
						t.Fatalf("%s step %d element %d: got %v, want %v", o.name, i+1, j, w[j], want)
					}
				}
			}
		}
	})
}

func states(slots, n int, start float32) [][]float32 {
	s := make([][]float32, slots)
	for i := range s {
		s[i] = make([]float32, n)
		vecFillGo(s[i], start)
	}
	return s
}

// Every instruction set gives the bits of plain Go, for weights and states.
func TestOptimizersArePlainGo(t *testing.T) {
	run := func(n int, o int) [][]float32 {
		r := rand.New(rand.NewPCG(13, uint64(n)))
		w, g := make([]float32, n), make([]float32, n)
		s := states(optimizers[o].slots, n, optimizers[o].start)
		for i := range w {
			w[i] = float32(r.NormFloat64())
		}
		for step := range 3 {
			for i := range g {
				g[i] = float32(r.NormFloat64())
			}
			optimizers[o].step(step+1, w, g, s)
		}
		return append(s, w)
	}
	var want [][][]float32
	defer func() {
		if len(want) == 0 {
			t.Error("plain Go did not run")
		}
	}()
	plain := func() {
		for o := range optimizers {
			for _, n := range edgeLengths {
				want = append(want, run(n, o))
			}
		}
	}
	withoutAssembly("optim", plain)
	impltest.All(t, "optim", func(t *testing.T) {
		k := 0
		for o := range optimizers {
			for _, n := range edgeLengths {
				for i, got := range run(n, o) {
					compare(t, optimizers[o].name, got, want[k][i], nil)
				}
				k++
			}
		}
	})
}
