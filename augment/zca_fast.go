package augment

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/antler-ml/antler/internal/kernel"
)

// Eigenvectors of a large matrix take most of the time of whitening, and only
// f(Σ) is wanted. So Σ is brought to tridiagonal form, Σ = Q·T·Qᵀ, f(T) is
// summed up from inverses of shifted T, which cost next to nothing, and
// f(Σ) = Q·f(T)·Qᵀ is made by products in float32.

// panel is the number of reflections that are gathered before they are applied.
const panel = 64

// fast returns f(Σ); of cov the upper triangle is read, and overwritten.
func (w whitening) fast(cov []float64, d int) ([]float32, error) {
	for i := range d {
		if v := cov[i*d+i]; !(v <= math.MaxFloat64) {
			return nil, errNoEigen()
		}
	}
	diag, off, tau := tridiagonalize(cov, d)
	f, err := w.ofTridiagonal(diag, off)
	if err != nil {
		return nil, err
	}
	rotateBack(f, cov, tau, d)
	return f, nil
}

// tridiagonalize reduces the symmetric matrix in the upper triangle of a by
// Householder reflections I - tau·v·vᵀ. v of reflection j stays in row j of a,
// right of the diagonal, its first element being 1. Reflections are gathered in
// panels (Dongarra, Hammarling and Sorensen, 1989): the rest of the matrix is
// read once for each of them, and changed once for each panel.
func tridiagonalize(a []float64, n int) (diag, off, tau []float64) {
	diag, off, tau = make([]float64, n), make([]float64, max(n-1, 0)), make([]float64, max(n-1, 0))
	// Rows of vw are v and w of each reflection, those of wv are w and v.
	vw, wv := make([]float64, n*2*panel), make([]float64, n*2*panel)
	w, part := make([]float64, n), make([]float64, 4*panel)
	impl := blas64.Implementation()
	for k := 0; k < n; k += panel {
		m := min(panel, n-k)
		clear(vw)
		clear(wv)
		for p := range m {
			j := k + p
			row := a[j*n+j : (j+1)*n]
			for i := range row { // what the reflections of this panel changed
				row[i] -= dot(vw[(j+i)*2*panel:][:p], wv[j*2*panel:][:p]) + dot(wv[(j+i)*2*panel:][:p], vw[j*2*panel:][:p])
			}
			diag[j] = row[0]
			if j == n-1 {
				break
			}
			v := row[1:]
			off[j], tau[j] = reflection(v)
			t := w[j+1:]
			clear(t)
			symmetricTimes(t, a, n, j+1, v)
			// t -= V·(Wᵀv) + W·(Vᵀv), with what was gathered so far.
			sum := part[:2*p]
			clear(sum)
			for i, x := range v {
				from := (j + 1 + i) * 2 * panel
				axpy(sum[:p], x, wv[from:])
				axpy(sum[p:], x, vw[from:])
			}
			vv := 0.0
			for i := range t {
				from := (j + 1 + i) * 2 * panel
				t[i] = tau[j] * (t[i] - dot(vw[from:][:p], sum[:p]) - dot(wv[from:][:p], sum[p:]))
				vv += t[i] * v[i]
			}
			for i := range t {
				t[i] -= tau[j] / 2 * vv * v[i]
				at := (j+1+i)*2*panel + p
				vw[at], wv[at] = v[i], t[i]
				vw[at+panel], wv[at+panel] = t[i], v[i]
			}
		}
		const strip = 128
		for i := k + m; i < n; i += strip { // A -= V·Wᵀ + W·Vᵀ
			impl.Dgemm(blas.NoTrans, blas.Trans, min(strip, n-i), n-i, 2*panel, -1, vw[i*2*panel:], 2*panel, wv[i*2*panel:], 2*panel, 1, a[i*n+i:], n)
		}
	}
	return diag, off, tau
}

// reflection turns x into the vector v, v[0] = 1, of the reflection that maps x
// to (beta, 0 …).
func reflection(x []float64) (beta, tau float64) {
	norm := 0.0
	for _, v := range x[1:] {
		norm += v * v
	}
	alpha := x[0]
	x[0] = 1
	if norm == 0 {
		return alpha, 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+norm), alpha)
	f := 1 / (alpha - beta)
	for i := range x[1:] {
		x[1+i] *= f
	}
	return beta, (beta - alpha) / beta
}

// symmetricTimes adds A·v to y for the part of A from row and column k on. Of
// every strip of rows what lies right of the diagonal is used twice while it is
// in the cache.
func symmetricTimes(y, a []float64, n, k int, v []float64) {
	const strip = 16
	impl := blas64.Implementation()
	for i := k; i < n; i += strip {
		m := min(strip, n-i)
		for r := range m {
			row := a[(i+r)*n+i : (i+r)*n+i+m]
			y[i+r-k] += row[r] * v[i+r-k]
			for c := r + 1; c < m; c++ {
				y[i+r-k] += row[c] * v[i+c-k]
				y[i+c-k] += row[c] * v[i+r-k]
			}
		}
		if right := i + m; right < n {
			block := a[i*n+right:]
			impl.Dgemv(blas.NoTrans, m, n-right, 1, block, n, v[right-k:], 1, 1, y[i-k:], 1)
			impl.Dgemv(blas.Trans, m, n-right, 1, block, n, v[i-k:], 1, 1, y[right-k:], 1)
		}
	}
}

func dot(a, b []float64) (s float64) {
	b = b[:len(a)]
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func axpy(y []float64, f float64, x []float64) {
	x = x[:len(y)]
	for i := range y {
		y[i] += f * x[i]
	}
}

// A node is one term of a sum: weight·(T + shift·I)⁻¹.
type node struct{ weight, shift float64 }

// nodes replaces f on [low, high] by a sum of simple fractions. Both f are
// integrals,
//
//	1/√z      = 2/π ∫ dt/(t²+z),                   t from 0 to ∞, z = λ+ε
//	1/(√λ+δ)  = 2/π ∫ t²/((t²+δ²)(t²+λ)) dt,        δ = ε/√n
//
// which the trapezoid rule in log t gives with an error of 2·exp(-π²/step), here
// 3e-8 (Hale, Higham and Trefethen, "Computing A^α, log(A) and related matrix
// functions by contour integrals", 2008, have the idea).
func (w whitening) nodes(low, high float64) []node {
	const step, tail = 0.55, 17.5 // exp(-17.5) = 2.5e-8
	old := w.compat == KerasPreprocessing112
	delta := w.epsilon / math.Sqrt(float64(w.n))
	if old {
		low, high = low+w.epsilon, high+w.epsilon
	}
	var list []node
	for u := math.Log(low)/2 - tail; u < math.Log(high)/2+tail; u += step {
		t := math.Exp(u)
		if old {
			list = append(list, node{2 / math.Pi * step * t, t*t + w.epsilon})
		} else {
			list = append(list, node{2 / math.Pi * step * t / (1 + delta*delta/(t*t)), t * t})
		}
	}
	return list
}

// ofTridiagonal returns f(T), row-major.
func (w whitening) ofTridiagonal(diag, off []float64) ([]float32, error) {
	n := len(diag)
	top := 0.0 // no eigenvalue is greater (Gershgorin)
	for i, v := range diag {
		r := math.Abs(v)
		if i > 0 {
			r += math.Abs(off[i-1])
		}
		if i < n-1 {
			r += math.Abs(off[i])
		}
		top = max(top, r)
	}
	// Rounding may have made the least eigenvalues negative; they are noise.
	floor := 8 * float64(n) * 0x1p-52 * top
	if top == 0 { // all images are the mean
		f := make([]float32, n*n)
		for i := range n {
			f[i*n+i] = float32(w.weight(0))
		}
		return f, nil
	}
	list := w.nodes(floor, top+floor)
	first := make([]float64, len(list)*n) // for every node and row: the diagonal of the inverse, weighted
	ratio := make([]float64, len(list)*n) // and the quotient of two elements that follow each other in a row, right of the diagonal
	down := make([]float64, n)
	for k, nd := range list {
		up := 0.0
		shift := nd.shift + floor
		for i := range n { // pivots from above
			down[i] = diag[i] + shift
			if i > 0 {
				down[i] -= off[i-1] * off[i-1] / down[i-1]
			}
			if !(down[i] > 0) {
				return nil, fmt.Errorf("augment: Fit: the covariance of the samples is not positive; are there infinite numbers among the samples?")
			}
		}
		for i := n - 1; i >= 0; i-- { // and from below
			below := up
			up = diag[i] + shift
			if i < n-1 {
				up -= off[i] * off[i] / below
				ratio[i*len(list)+k] = -off[i] / below
			}
			if !(up > 0) {
				return nil, fmt.Errorf("augment: Fit: the covariance of the samples is not positive; are there infinite numbers among the samples?")
			}
			first[i*len(list)+k] = nd.weight / (up + down[i] - diag[i] - shift)
		}
	}
	f := make([]float32, n*n)
	g := make([]float64, len(list))
	for i := range n {
		copy(g, first[i*len(list):])
		live := len(list) // of nodes with great shifts nothing is left soon
		for j := i; j < n; j++ {
			sum := 0.0
			r := ratio[j*len(list):][:live]
			for k, v := range g[:live] {
				sum += v
				g[k] = v * r[k]
			}
			f[i*n+j], f[j*n+i] = float32(sum), float32(sum)
			for live > 0 && math.Abs(g[live-1]) < 1e-14*w.weight(top) {
				live--
			}
		}
	}
	return f, nil
}

// rotateBack sets f to Q·f·Qᵀ: for each panel of reflections, from the last on,
// H = I - V·S·Vᵀ and H·f·Hᵀ = f - V·Zᵀ - Z·Vᵀ with Y = f·V and
// Z = Y·Sᵀ - ½·V·(S·(VᵀY)·Sᵀ).
func rotateBack(f []float32, a, tau []float64, n int) {
	v, y, z := make([]float32, n*panel), make([]float32, n*panel), make([]float32, n*panel)
	left, right := make([]float32, n*2*panel), make([]float32, n*2*panel)
	m := make([]float32, panel*panel)
	for k := (n - 2) / panel * panel; k >= 0; k -= panel {
		b := min(panel, n-1-k)
		clear(v)
		for p := range b {
			for i := k + p + 1; i < n; i++ {
				v[i*panel+p] = float32(a[(k+p)*n+i])
			}
		}
		s := product(a, tau, n, k, b)
		// v has zeros above row k+1, so f is needed from that column on only.
		at := k + 1
		kernel.Gemm(n, panel, n-at, kernel.Operand{Data: f[at:], Ld: n}, kernel.Operand{Data: v[at*panel:], Ld: panel}, y, panel, kernel.Epilogue{})
		kernel.Gemm(panel, panel, n-at, kernel.Operand{Data: v[at*panel:], Ld: panel, Trans: true}, kernel.Operand{Data: y[at*panel:], Ld: panel}, m, panel, kernel.Epilogue{})
		half := make([]float32, panel*panel) // -½·S·M·Sᵀ
		for i := range b {
			for j := range b {
				sum := 0.0
				for p := i; p < b; p++ {
					for q := j; q < b; q++ {
						sum += s[i*panel+p] * float64(m[p*panel+q]) * s[j*panel+q]
					}
				}
				half[i*panel+j] = float32(-sum / 2)
			}
		}
		st := make([]float32, panel*panel)
		for i := range b {
			for j := range b {
				st[j*panel+i] = float32(s[i*panel+j])
			}
		}
		kernel.Gemm(n, panel, panel, kernel.Operand{Data: y, Ld: panel}, kernel.Operand{Data: st, Ld: panel}, z, panel, kernel.Epilogue{})
		kernel.Gemm(n, panel, panel, kernel.Operand{Data: v, Ld: panel}, kernel.Operand{Data: half, Ld: panel}, z, panel, kernel.Epilogue{Accumulate: true})
		for i := range n {
			for p := range panel {
				left[i*2*panel+p], left[i*2*panel+panel+p] = -v[i*panel+p], -z[i*panel+p]
				right[i*2*panel+p], right[i*2*panel+panel+p] = z[i*panel+p], v[i*panel+p]
			}
		}
		kernel.Gemm(n, n, 2*panel, kernel.Operand{Data: left, Ld: 2 * panel}, kernel.Operand{Data: right, Ld: 2 * panel, Trans: true}, f, n, kernel.Epilogue{Accumulate: true})
	}
}

// product returns the triangle S of b reflections from number k on:
// H_k · H_k+1 … = I - V·S·Vᵀ.
func product(a, tau []float64, n, k, b int) []float64 {
	s := make([]float64, panel*panel)
	for p := range b {
		t := tau[k+p]
		s[p*panel+p] = t
		vp := a[(k+p)*n+k+p+1 : (k+p+1)*n] // from row k+p+1 on
		for i := range p {                 // -t · S · Vᵀ v_p
			vi := a[(k+i)*n+k+p+1 : (k+i+1)*n]
			d := dot(vi, vp)
			for q := range i + 1 {
				s[q*panel+p] -= t * s[q*panel+i] * d
			}
		}
	}
	return s
}
