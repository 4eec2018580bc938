package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// softmaxRun computes everything of softmax.go for rows of n.
func softmaxRun(rows, n int, x, t, dy, g, ids []float32) [][]float32 {
	matrix := func() []float32 { return make([]float32, rows*n) }
	column := func() []float32 { return make([]float32, rows) }
	y, ly, dx, ldx := matrix(), matrix(), matrix(), matrix()
	Softmax(y, x, n)
	LogSoftmax(ly, x, n)
	SoftmaxGrad(dx, dy, y, n)
	LogSoftmaxGrad(ldx, dy, ly, n)
	lse := column()
	LogSumExp(lse, x, n)
	loss, top, log, dl := column(), column(), column(), matrix()
	SoftmaxCrossEntropy(loss, top, log, x, t, n)
	SoftmaxCrossEntropyGrad(dl, g, x, t, top, log, n)
	sloss, stop, slog, sdl := column(), column(), column(), matrix()
	SparseSoftmaxCrossEntropy(sloss, stop, slog, x, ids, n)
	SparseSoftmaxCrossEntropyGrad(sdl, g, x, ids, stop, slog, n)
	return [][]float32{y, ly, dx, ldx, lse, loss, dl, sloss, sdl}
}

// softmaxExact is softmaxRun in float64.
func softmaxExact(rows, n int, x, t, dy, g, ids []float32) [][]float64 {
	out := make([][]float64, 9)
	for i := range rows {
		top := math.Inf(-1)
		for _, v := range x[i*n : (i+1)*n] {
			top = math.Max(top, float64(v))
		}
		var sum, st, sdy, dot, loss float64
		for j := i * n; j < (i+1)*n; j++ {
			sum += math.Exp(float64(x[j]) - top)
			st += float64(t[j])
			sdy += float64(dy[j])
		}
		lse := top + math.Log(sum)
		for j := i * n; j < (i+1)*n; j++ {
			dot += float64(dy[j]) * math.Exp(float64(x[j])-lse)
			loss += float64(t[j]) * (lse - float64(x[j]))
		}
		for j := i * n; j < (i+1)*n; j++ {
			l := float64(x[j]) - lse
			p := math.Exp(l)
			out[0] = append(out[0], p)
			out[1] = append(out[1], l)
			out[2] = append(out[2], p*(float64(dy[j])-dot))
			out[3] = append(out[3], float64(dy[j])-p*sdy)
			out[6] = append(out[6], float64(g[i])*(st*p-float64(t[j])))
			hot := 0.
			if j-i*n == int(ids[i]) {
				hot = 1
			}
			out[8] = append(out[8], float64(g[i])*(p-hot))
		}
		out[4] = append(out[4], lse)
		out[5] = append(out[5], loss)
		out[7] = append(out[7], lse-float64(x[i*n+int(ids[i])]))
	}
	return out
}

var softmaxNames = []string{"Softmax", "LogSoftmax", "SoftmaxGrad", "LogSoftmaxGrad", "LogSumExp",
	"SoftmaxCrossEntropy", "SoftmaxCrossEntropyGrad", "SparseSoftmaxCrossEntropy", "SparseSoftmaxCrossEntropyGrad"}

func TestSoftmax(t *testing.T) {
	impltest.All(t, "softmax", func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		for _, n := range edgeLengths[1:] {
			const rows = 3
			x, tg, dy, g, ids := make([]float32, rows*n), make([]float32, rows*n), make([]float32, rows*n), make([]float32, rows), make([]float32, rows)
			for i := range x {
				x[i], tg[i], dy[i] = float32(r.NormFloat64()*5), r.Float32(), float32(r.NormFloat64())
			}
			for i := range g {
				g[i], ids[i] = float32(r.NormFloat64()), float32(r.IntN(n))
			}
			got := softmaxRun(rows, n, x, tg, dy, g, ids)
			want := softmaxExact(rows, n, x, tg, dy, g, ids)
			var bits [][]float32
			withoutAssembly("softmax", func() { bits = softmaxRun(rows, n, x, tg, dy, g, ids) })
			for k, name := range softmaxNames {
				size := 0.
				for _, v := range want[k] {
					size = math.Max(size, math.Abs(v))
				}
				for i, v := range got[k] {
					if math.Abs(float64(v)-want[k][i]) > 2e-6*math.Max(size, 1) {
						t.Fatalf("%s n=%d element %d: got %v, want %v", name, n, i, v, want[k][i])
					}
				}
				compare(t, name, got[k], bits[k], nil)
			}
		}
	})
}

func TestSoftmaxOfSpecialNumbers(t *testing.T) {
	impltest.All(t, "softmax", func(t *testing.T) {
		y := make([]float32, 2)
		Softmax(y, []float32{-inf32, 0}, 2)
		if y[0] != 0 || y[1] != 1 {
			t.Errorf("softmax(-Inf, 0) = %v", y)
		}
		Softmax(y, []float32{1e30, -1e30}, 2)
		if y[0] != 1 || y[1] != 0 {
			t.Errorf("softmax(1e30, -1e30) = %v", y)
		}
		LogSoftmax(y, []float32{-inf32, 0}, 2)
		if y[0] != -inf32 || y[1] != 0 {
			t.Errorf("logsoftmax(-Inf, 0) = %v", y)
		}
		if Softmax(y, []float32{-inf32, -inf32}, 2); y[0] == y[0] {
			t.Errorf("softmax(-Inf, -Inf) = %v, want NaN", y)
		}
		for _, c := range []struct{ x, want [2]float32 }{
			{[2]float32{-inf32, -inf32}, [2]float32{-inf32}}, {[2]float32{1, inf32}, [2]float32{inf32}},
			{[2]float32{nan32, 1}, [2]float32{nan32}}, {[2]float32{-inf32, 3}, [2]float32{3}},
		} {
			var s [1]float32
			if LogSumExp(s[:], c.x[:], 2); !sameBits(s[0], c.want[0]) {
				t.Errorf("logsumexp%v = %v, want %v", c.x, s[0], c.want[0])
			}
		}
		// A target of 0 at a logit of -Inf costs nothing.
		var loss, top, log [2]float32
		SoftmaxCrossEntropy(loss[:1], top[:1], log[:1], []float32{-inf32, 2}, []float32{0, 1}, 2)
		if loss[0] != 0 {
			t.Errorf("masked logit: loss %v, want 0", loss[0])
		}
		for _, id := range []float32{-1, 2, nan32} {
			bad := SparseSoftmaxCrossEntropy(loss[:], top[:], log[:], []float32{1, 2, 1, 2}, []float32{1, id}, 2)
			if bad != 1 || loss[1] == loss[1] || loss[0] != loss[0] {
				t.Errorf("id %v: bad row %d, losses %v", id, bad, loss)
			}
		}
	})
}
