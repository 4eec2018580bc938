package layers

import (
	"errors"
	"fmt"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[SpectralNormalization]() }

// SpectralNormalization divides the kernel of a layer by its largest singular
// value at every step of training, which bounds how much the layer can stretch its
// input. Miyato et al., 2018 (arXiv 1802.05957). The kernel itself is changed, and
// the optimizer moves it from there; a kernel of zeros is left alone.
//
// Input and output: those of Layer, masks included.
// Weights: those of Layer, and vector_u (1, size of the kernel's last axis).
type SpectralNormalization struct {
	nn.Base
	Layer           nn.Layer // with a weight called kernel or embeddings; required
	PowerIterations int      `default:"1"` // of the power method, at each step

	kernel, u *nn.Weight
}

// Validate checks the settings.
func (l *SpectralNormalization) Validate() error {
	if l.Layer == nil {
		return errors.New("no Layer; try &layers.Conv2D{Filters: 32, KernelSize: [2]int{3, 3}}")
	}
	return positive("PowerIterations", l.PowerIterations)
}

// Build builds the layer.
func (l *SpectralNormalization) Build(b *nn.Build, in ...nn.Shape) error {
	if nn.BaseOf(l.Layer).Name() == "" {
		nn.Name(nn.AutoName(nn.ClassName(l.Layer)), l.Layer)
	}
	if err := b.Sub("layer", l.Layer, in...); err != nil {
		return err
	}
	l.kernel = nil
	for _, w := range nn.BaseOf(l.Layer).Weights() {
		switch name := w.Name()[strings.LastIndexByte(w.Name(), '/')+1:]; name {
		case "kernel", "embeddings":
			if l.kernel != nil {
				return fmt.Errorf("%s has several kernels; wrap the layers inside one by one", nn.ClassName(l.Layer))
			}
			l.kernel = w
		case "recurrent_kernel":
			return fmt.Errorf("%s is recurrent, which Keras refuses too; want a layer with one kernel, such as Dense or Conv2D", nn.ClassName(l.Layer))
		}
	}
	if l.kernel == nil {
		return fmt.Errorf("%s has no weight called kernel or embeddings; want a layer such as Dense, Conv2D or Embedding", nn.ClassName(l.Layer))
	}
	l.u = b.Weight(nn.WeightSpec{Name: "vector_u", Shape: nn.Shape{1, l.kernel.Shape().Last()}, NotTrainable: true,
		Initializer: &initializers.TruncatedNormal{Stddev: 0.02}})
	return nil
}

// Call describes the layer.
func (l *SpectralNormalization) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

// CallMulti normalises the kernel, while training, and calls the layer.
func (l *SpectralNormalization) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	if c.Training {
		kernel, u := c.Read(l.kernel), c.Read(l.u)
		some := ops.Max(ops.NotEqual(kernel, ops.Scalar(0)))
		w := ops.Reshape(kernel, -1, kernel.Dim(-1))
		to, v := u, u
		for range l.PowerIterations {
			v = ops.L2Normalize(ops.MatMulT(to, w, false, true), -1)
			to = ops.L2Normalize(ops.MatMul(v, w), -1)
		}
		sigma := ops.Sum(ops.Mul(ops.MatMul(v, w), to))
		c.Replace(l.kernel, ops.Where(some, ops.Div(kernel, sigma), kernel))
		c.Assign(l.u, ops.Where(some, to, u))
	}
	masks := make([]*ops.Value, len(in))
	for i := range in {
		masks[i] = c.Mask(i)
	}
	out, outMasks := c.SubMasked(l.Layer, in, masks)
	for i, m := range outMasks {
		c.SetMask(i, m)
	}
	return out
}

// ResetStates makes a stateful layer inside start from zeros again.
func (l *SpectralNormalization) ResetStates() {
	if r, ok := l.Layer.(nn.Resetter); ok {
		r.ResetStates()
	}
}
