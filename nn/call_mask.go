package nn

import "github.com/antler-ml/antler/nn/ops"

// SetMask gives output i of the layer its mask; nil is none. It is for layers
// whose masks follow from layers inside, or that have several outputs with
// masks. A layer that calls it is neither [Masker] nor [MaskPasser]: what it sets is all.
func (c *Call) SetMask(i int, mask *ops.Value) {
	if c.outMasks == nil {
		c.outMasks = map[int]*ops.Value{}
	}
	c.outMasks[i] = mask
}

// masksOf are the masks of the outputs of a layer that was called.
func masksOf(c *Call, l Layer, in, out []*ops.Value) ([]*ops.Value, error) {
	masks := make([]*ops.Value, len(out))
	if c.outMasks != nil {
		for i := range masks {
			masks[i] = c.outMasks[i]
		}
		return masks, nil
	}
	var err error
	masks[0], err = outputMask(c, l, in)
	return masks, err
}
