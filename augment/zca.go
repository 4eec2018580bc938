package augment

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/antler-ml/antler/internal/kernel"
)

// The whitening matrix is U·diag(f(λ))·Uᵀ, U and λ being the eigenvectors and
// eigenvalues of the covariance Σ = XᵀX/n of n images of d samples. Keras' f is
// √n/(s+ε) with the singular values s = √(nλ) of X, keras-preprocessing's
// 1/√(λ+ε).
type whitening struct {
	n       int
	epsilon float64
	compat  Compat
}

func (w whitening) weight(lambda float64) float64 {
	lambda = max(lambda, 0)
	if w.compat == KerasPreprocessing112 {
		return 1 / math.Sqrt(lambda+w.epsilon)
	}
	n := float64(w.n)
	return math.Sqrt(n) / (math.Sqrt(n*lambda) + w.epsilon)
}

// fastFrom is the number of samples in an image from which on the matrix is
// found without eigenvectors.
const fastFrom = 400

// zca returns the whitening matrix of all images.
func (f *fitting) zca(mean []float32, inner int) ([]float32, error) {
	w := whitening{f.n, f.c.ZCAEpsilon, f.c.Compat}
	if f.n < f.size {
		all := make([]float64, 0, f.n*f.size)
		err := f.each(func(block []float32, _ int) {
			subtract(block, mean, inner)
			for _, v := range block {
				all = append(all, float64(v))
			}
		})
		if err != nil {
			return nil, err
		}
		return w.few(all, f.size)
	}
	cov, err := f.covariance(mean, inner)
	if err != nil {
		return nil, err
	}
	if f.size < fastFrom {
		return w.eigen(cov, f.size)
	}
	return w.fast(cov, f.size)
}

// covariance returns the upper triangle of Σ: products of blocks of images in
// float32, added up in float64.
func (f *fitting) covariance(mean []float32, inner int) ([]float64, error) {
	const strip = 512
	d := f.size
	cov := make([]float64, d*d)
	product := make([]float32, strip*d)
	err := f.each(func(block []float32, rows int) {
		subtract(block, mean, inner)
		const images = 512 // of one sum in float32
		for at := 0; at < rows; at += images {
			k := min(images, rows-at)
			x := block[at*d:]
			for i := 0; i < d; i += strip {
				m, n := min(strip, d-i), d-i
				kernel.Gemm(m, n, k, kernel.Operand{Data: x[i:], Ld: d, Trans: true}, kernel.Operand{Data: x[i:], Ld: d}, product, n, kernel.Epilogue{})
				for r := range m {
					to := cov[(i+r)*d+i+r : (i+r+1)*d]
					for j, v := range product[r*n+r : (r+1)*n] {
						to[j] += float64(v)
					}
				}
			}
		}
	})
	for i := range cov {
		cov[i] /= float64(f.n)
	}
	return cov, err
}

func errNoEigen() error {
	return fmt.Errorf("augment: Fit: the eigenvalues of the samples were not found; are there NaN among the samples?")
}

// eigen goes through the eigenvectors of Σ.
func (w whitening) eigen(cov []float64, d int) ([]float32, error) {
	var eig mat.EigenSym
	if !eig.Factorize(mat.NewSymDense(d, cov), true) {
		return nil, errNoEigen()
	}
	var u mat.Dense
	eig.VectorsTo(&u)
	return compose(&u, eig.Values(nil), w.weight, 0), nil
}

// few is for fewer images than samples in an image: it goes through the
// eigenvectors of XXᵀ. Squaring costs accuracy of singular values below 1e-8 of
// the greatest, which are noise in float32 samples anyway.
func (w whitening) few(all []float64, d int) ([]float32, error) {
	x := mat.NewDense(w.n, d, all)
	gram := mat.NewSymDense(w.n, nil)
	gram.SymOuterK(1/float64(w.n), x)
	var eig mat.EigenSym
	if !eig.Factorize(gram, true) {
		return nil, errNoEigen()
	}
	var u, v mat.Dense
	eig.VectorsTo(&u)
	v.Mul(x.T(), &u) // columns of length s
	values := eig.Values(nil)
	rest := 0.0 // the weight of what lies outside the images' span; Keras' is none
	if w.compat == KerasPreprocessing112 {
		rest = w.weight(0)
	}
	top := max(values[len(values)-1], 0)
	return compose(&v, values, func(lambda float64) float64 {
		if lambda <= 1e-14*top { // no direction can be told from noise
			return 0
		}
		return (w.weight(lambda) - rest) / (lambda * float64(w.n))
	}, rest), nil
}

// compose returns U·diag(f(λ))·Uᵀ + rest·I.
func compose(u *mat.Dense, values []float64, f func(float64) float64, rest float64) []float32 {
	var left, w mat.Dense
	left.Apply(func(_, j int, v float64) float64 { return v * f(values[j]) }, u)
	w.Mul(&left, u.T())
	out := floats(w.RawMatrix().Data)
	d, _ := u.Dims()
	for i := range d {
		out[i*d+i] += float32(rest)
	}
	return out
}
