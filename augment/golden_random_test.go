package augment

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/tensor"
)

// Flows of random settings of every parameter, orders 0 to 5 and whole numbers
// among them, are Keras'.
func TestRandomFlowsAreKeras(t *testing.T) {
	golden.Walk(t, "image/flow_random*", func(t *testing.T, c golden.Case) {
		var f struct {
			Calls []struct {
				Config    kerasConfig
				Flow      kerasFlow
				X         string
				Fit, Half bool
				Batches   []kerasBatch
			}
		}
		c.Decode(t, &f)
		for i, call := range f.Calls {
			g := call.Config.generator(t)
			if call.Half {
				g.PreprocessingFunction = func(x *tensor.Tensor) *tensor.Tensor {
					for k, v := range x.Data() {
						x.Data()[k] = v*0.5 + 1
					}
					return x
				}
			}
			x := toTensor(c.Array(t, call.X))
			y := tensor.New(x.Shape()[0])
			for k := range y.Data() {
				y.Data()[k] = float32(k % 2)
			}
			if call.Fit {
				if err := g.Fit(x, FitConfig{}); err != nil {
					t.Errorf("call %d: %v", i, err)
					continue
				}
			}
			fl, err := g.Flow(x, y, call.Flow.config())
			if err != nil {
				t.Errorf("call %d: %v; %+v", i, err, call.Config)
				continue
			}
			k := 0
			for b, err := range fl.Batches(t.Context(), 0) {
				if err != nil {
					t.Errorf("call %d: %v; %+v", i, err, call.Config)
					break
				}
				if k == len(call.Batches) {
					t.Errorf("call %d: more than %d batches", i, k)
					break
				}
				wantX, wantY := c.Array(t, call.Batches[k].X), c.Array(t, *call.Batches[k].Y)
				if !slices.Equal(wantX.Shape, b.X[0].Shape()) || !slices.Equal(wantY.Data, b.Y[0].Data()) {
					t.Errorf("call %d: batch %d of %v with targets %v, want %v with %v; %+v", i, k, b.X[0].Shape(), b.Y[0].Data(), wantX.Shape, wantY.Data, call.Config)
					break
				}
				bad, worst := 0, 0.0
				for j, v := range b.X[0].Data() {
					d := math.Abs(float64(v - wantX.Data[j]))
					if !(d <= c.ATol+c.RTol*math.Abs(float64(wantX.Data[j]))) {
						bad++
						worst = max(worst, d)
					}
				}
				if bad > 0 {
					t.Errorf("call %d, batch %d of %v: %d of %d samples differ, by up to %g; %+v", i, k, wantX.Shape, bad, len(wantX.Data), worst, call.Config)
				}
				k++
			}
			if k != len(call.Batches) {
				t.Errorf("call %d: %d batches, want %d", i, k, len(call.Batches))
			}
		}
		t.Logf("%d calls", len(f.Calls))
	})
}
