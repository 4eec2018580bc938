package ops_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestGroupNorm(t *testing.T) {
	for _, c := range []struct {
		shape  []int
		groups int
	}{
		{[]int{2, 4}, 2}, {[]int{2, 3, 6}, 3}, {[]int{2, 3, 6}, 1}, {[]int{2, 3, 6}, 6}, {[]int{3, 2, 3, 4}, 2}, {[]int{1, 70, 3}, 1},
		{[]int{2, 9, 33}, 11}, {[]int{2, 50, 64}, 8}, {[]int{3, 20, 130}, 13}, {[]int{0, 3, 4}, 2}, {[]int{2, 0, 4}, 2},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			n := c.shape[len(c.shape)-1]
			in := []*tensor.Tensor{normals(1, c.shape...), normals(2, n), normals(3, n)}
			for i := range in[0].Data() {
				in[0].Data()[i] += 3
			}
			f := func(v ...*ops.Value) *ops.Value { return ops.GroupNorm(v[0], v[1], v[2], c.groups, 0.01) }
			want := make([]float64, in[0].Len())
			per := n / c.groups
			size := max(1, len(want)/max(1, c.shape[0]))
			for i := range c.shape[0] {
				for g := range c.groups {
					var mean, variance, count float64
					each := func(f func(at, c int)) {
						for at := i * size; at < (i+1)*size && at < len(want); at++ {
							if at%n/per == g {
								f(at, at%n)
							}
						}
					}
					each(func(at, _ int) { mean += float64(in[0].Data()[at]); count++ })
					mean /= count
					each(func(at, _ int) { d := float64(in[0].Data()[at]) - mean; variance += d * d / count })
					each(func(at, c int) {
						want[at] = (float64(in[0].Data()[at])-mean)/math.Sqrt(variance+0.01)*float64(in[1].Data()[c]) + float64(in[2].Data()[c])
					})
				}
			}
			compare(t, runOne(t, f, in...), c.shape, want)
			if len(want) > 0 {
				nntest.Op(t, f, in...)
			}
		})
	}
}

func TestGroupNormParts(t *testing.T) {
	x, v := normals(1, 2, 3, 4), normals(2, 4)
	for name, f := range map[string]func(v ...*ops.Value) *ops.Value{
		"gamma": func(v ...*ops.Value) *ops.Value { return ops.GroupNorm(v[0], v[1], nil, 2, 0.1) },
		"beta":  func(v ...*ops.Value) *ops.Value { return ops.GroupNorm(v[0], nil, v[1], 2, 0.1) },
		"gradient": func(v ...*ops.Value) *ops.Value {
			y := ops.GroupNorm(v[0], v[1], v[1], 2, 0.1)
			g := ops.Gradients(ops.Sum(ops.Mul(ops.Square(y), v[0])), v...)
			return ops.Concat(0, g[0], ops.BroadcastTo(g[1], 1, 3, 4))
		},
	} {
		t.Run(name, func(t *testing.T) { nntest.Op(t, f, x, v) })
	}
	t.Run("plain", func(t *testing.T) {
		nntest.Op(t, func(v ...*ops.Value) *ops.Value { return ops.GroupNorm(v[0], nil, nil, 4, 0.1) }, x)
	})
}
