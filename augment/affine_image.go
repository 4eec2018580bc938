package augment

import (
	"fmt"

	"github.com/antler-ml/antler/image"
)

// ApplyAffineImage is [ApplyAffineTransform], and the flips, for a picture of
// bytes: samples are rounded to the nearest byte. It is the fast way from file
// to file. The result is put into dst, whose memory is used again; dst must not
// be src. Interpolation orders 0 and 1 only.
func ApplyAffineImage(dst, src *image.Image, t Transform, f FunctionConfig) error {
	c, err := f.generator().resolve()
	if err != nil {
		return err
	}
	if c.order > 1 {
		return refuse("ApplyAffineImage", "InterpolationOrder", c.order, "0 or 1; ApplyAffineTransform has the others")
	}
	if src.Pix16 != nil || len(src.Pix) != src.Height*src.Width*src.Channels || len(src.Pix) == 0 {
		return fmt.Errorf("augment: ApplyAffineImage: the picture has no samples of 8 bits; ApplyAffineTransform takes ToArray of pictures of 16 bits")
	}
	if dst == src {
		return fmt.Errorf("augment: ApplyAffineImage: dst is src; give another picture, such as new(image.Image)")
	}
	if err := t.check(1); err != nil {
		return err
	}
	h, w := src.Height, src.Width
	dst.Height, dst.Width, dst.Channels, dst.Pix16 = h, w, src.Channels, nil
	dst.Pix = resized(dst.Pix, len(src.Pix))
	wp := warp[uint8]{sampler: byteSampler, order: c.order, fill: c.FillMode, cval: byteOf(float32(c.CVal)), flipHorizontal: t.FlipHorizontal, flipVertical: t.FlipVertical}
	m, moves := t.matrix(h, w, c.Compat)
	if !moves {
		m, wp.order, wp.fill = identity, 0, FillNearest
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	wp.affine(dst.Pix, src.Pix, h, w, raster{h, w, 1, src.Channels}, m, s)
	return nil
}
