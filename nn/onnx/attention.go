package onnx

import "github.com/antler-ml/antler/nn/ops"

// attention is softmax(scale·q·kᵀ)·v, with -1e9 where a key must not be seen.
func (b *builder) attention(d *ops.Description) {
	in := b.inputs(d)
	scores := b.node("Einsum", []string{in[0], in[1]}, attr{"equation", "bthd,bshd->bhts"})
	scores = b.node("Mul", []string{scores, b.scalar(d.Scale)})
	if d.Mask {
		hidden := b.node("Sub", []string{b.scalar(1), b.number(b.boolean(in[3]))})
		scores = b.node("Add", []string{scores, b.node("Mul", []string{hidden, b.scalar(-1e9)})})
	}
	if d.Causal {
		t, s := d.In[0].Dim(1), d.In[1].Dim(1)
		later := make([]float32, t*s)
		for i := range t {
			for j := i + 1; j < s; j++ {
				later[i*s+j] = -1e9
			}
		}
		scores = b.node("Add", []string{scores, b.array("later", []int{t, s}, later)})
	}
	weights := b.node("Softmax", []string{scores}, attr{"axis", -1})
	b.names[d.Out[1]] = weights
	b.set(d, b.node("Einsum", []string{weights, in[2]}, attr{"equation", "bhts,bshe->bthe"}))
}
