package optimizers_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/optimizers"
)

// slabBytes is all the memory of one pass: weights, gradients and slots. It is more than
// any cache holds.
const slabBytes = 128 << 20

// piece is how many weights the trainer hands out at a time.
const piece = 1 << 14

// pieces goes over n numbers as the trainer does.
func pieces(n int, body func(lo, hi int)) func() {
	each := func(lo, hi int) {
		for c := lo; c < hi; c++ {
			body(c*piece, min(n, (c+1)*piece))
		}
	}
	return func() { par.For((n+piece-1)/piece, 1, each) }
}

// BenchmarkPass measures one update of each optimizer by what memory gives: its bytes a
// second by those of a copy, and by those of scaling numbers where they are, each in the
// pieces that the trainer makes, over as much memory. Bytes are those that the program
// reads and writes. A copy makes the processor read besides what it writes over; scaling,
// like a pass, does not, so it is the stricter of the two. Turns are pass, copy, scaling,
// copy, pass; the ratios are medians.
func BenchmarkPass(b *testing.B) {
	for _, c := range []struct {
		name string
		opt  nn.Optimizer
	}{
		{"sgd", &optimizers.SGD{}},
		{"momentum", &optimizers.SGD{Momentum: 0.9}},
		{"nesterov", &optimizers.SGD{Momentum: 0.9, Nesterov: true}},
		{"rmsprop", &optimizers.RMSprop{}},
		{"rmsprop centered", &optimizers.RMSprop{Centered: true, Momentum: 0.9}},
		{"adagrad", &optimizers.Adagrad{}},
		{"adadelta", &optimizers.Adadelta{}},
		{"adam", &optimizers.Adam{}},
		{"amsgrad", &optimizers.Adam{AMSGrad: true}},
		{"adamw", &optimizers.AdamW{}},
		{"adamax", &optimizers.Adamax{}},
		{"nadam", &optimizers.Nadam{}},
		{"ftrl", &optimizers.Ftrl{}},
		{"lion", &optimizers.Lion{}},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/%d", c.name, workers), func(b *testing.B) {
				par.SetWorkers(workers)
				defer par.SetWorkers(0)
				x, err := config.Complete(c.opt)
				if err != nil {
					b.Fatal(err)
				}
				opt := x.(nn.Optimizer)
				arrays := 2 + opt.Slots()
				n := slabBytes / 4 / arrays
				slab := make([]float32, arrays*n)
				for i := range slab { // fresh pages are all one page of zeros
					slab[i] = float32(i%7) + 1
				}
				part := func(k, lo, hi int) []float32 { return slab[k*n+lo : k*n+hi] }
				views := make([][][]float32, (n+piece-1)/piece)
				for i := range views {
					for k := range opt.Slots() {
						views[i] = append(views[i], part(2+k, i*piece, min(n, (i+1)*piece)))
					}
				}
				decay := opt.Settings().WeightDecay
				pass := pieces(n, func(lo, hi int) {
					w := part(0, lo, hi)
					if decay > 0 { // as the trainer does
						kernel.Scale(w, w, float32(1-decay*1e-3))
					}
					opt.Update(nn.Step{N: 3, LR: 1e-3}, w, part(1, lo, hi), views[lo/piece])
				})
				half := len(slab) / 2
				copying := pieces(half, func(lo, hi int) { copy(slab[lo:hi], slab[half+lo:half+hi]) })
				scale := pieces(len(slab), func(lo, hi int) { kernel.Scale(slab[lo:hi], slab[lo:hi], 1) })
				rate := func(f func(), bytes int) float64 {
					start := time.Now()
					f()
					return float64(bytes) / time.Since(start).Seconds() / 1e9
				}
				moved := 4 * n * (2*arrays - 1) // all is read, all but the gradient written
				pass()
				copying()
				scale()
				var own, byCopy, byScaling []float64
				for b.Loop() {
					p := rate(pass, moved)
					q := rate(copying, 8*half)
					r := rate(scale, 8*len(slab))
					q = (q + rate(copying, 8*half)) / 2
					p = (p + rate(pass, moved)) / 2
					own, byCopy, byScaling = append(own, p), append(byCopy, p/q), append(byScaling, p/r)
				}
				for k, x := range [][]float64{own, byCopy, byScaling} {
					slices.Sort(x)
					b.ReportMetric(x[len(x)/2], []string{"GB/s", "by-copy", "by-scaling"}[k])
				}
			})
		}
	}
}
