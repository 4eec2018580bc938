package callbacks

import (
	"bytes"
	"image"
	"image/png"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// drawWeights adds a histogram, and if asked for a picture, of every weight.
func (c *TensorBoard) drawWeights(m *nn.Model, step int64) {
	for _, l := range m.Layers() {
		owner, ok := l.(interface{ Weights() []*nn.Weight })
		if !ok {
			continue
		}
		for _, w := range owner.Weights() {
			v := w.Value()
			c.train.Histogram(c.tag(w.Name(), "_0/histogram", ""), step, v.Data())
			if !c.WriteImages {
				continue
			}
			if p := pictures(v); p != nil {
				c.train.Image(c.tag(w.Name(), "_0/image", ""), step, p.width, p.height, p.pngs...)
			}
		}
	}
}

// weightPictures are those of one weight.
type weightPictures struct {
	width, height int
	pngs          [][]byte
}

// maxPictures is how many pictures of a weight are written, as in Keras.
const maxPictures = 3

// pictures draws a weight as Keras does: a vector as a column, a matrix lying,
// of three axes each slice of the last alone. Of four axes the last must be
// 1, 3 or 4 channels. Values are grey levels from 0 to 1; nil: cannot be drawn.
func pictures(w *tensor.Tensor) *weightPictures {
	var shape []int
	for _, n := range w.Shape() {
		if n != 1 {
			shape = append(shape, n)
		}
	}
	data := w.Data()
	at := func(k, y, x, ch int) float32 { return data[((k*shape[1]+y)*shape[2]+x)*shape[3]+ch] }
	switch len(shape) {
	case 1:
		shape = []int{1, shape[0], 1, 1}
	case 2:
		if shape[0] > shape[1] {
			cols := shape[1]
			at = func(_, y, x, _ int) float32 { return data[x*cols+y] }
			shape[0], shape[1] = shape[1], shape[0]
		}
		shape = []int{1, shape[0], shape[1], 1}
	case 3:
		h, wd, n := shape[0], shape[1], shape[2]
		at = func(k, y, x, _ int) float32 { return data[(y*wd+x)*n+k] }
		shape = []int{n, h, wd, 1}
	case 4:
	default:
		return nil
	}
	if ch := shape[3]; ch != 1 && ch != 3 && ch != 4 {
		return nil
	}
	p := &weightPictures{width: shape[2], height: shape[1]}
	for k := range min(maxPictures, shape[0]) {
		p.pngs = append(p.pngs, picture(shape, func(y, x, ch int) float32 { return at(k, y, x, ch) }))
	}
	return p
}

// picture encodes one of the given shape: (n, height, width, channels).
func picture(shape []int, at func(y, x, ch int) float32) []byte {
	h, w, channels := shape[1], shape[2], shape[3]
	box := image.Rect(0, 0, w, h)
	var img image.Image
	if channels == 1 {
		g := image.NewGray(box)
		for i := range g.Pix {
			g.Pix[i] = level(at(i/w, i%w, 0))
		}
		img = g
	} else {
		c := image.NewNRGBA(box)
		for i := range h * w {
			c.Pix[4*i+3] = 255
			for ch := range channels {
				c.Pix[4*i+ch] = level(at(i/w, i%w, ch))
			}
		}
		img = c
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a buffer takes all
	return b.Bytes()
}

// level is the grey level of a value from 0 to 1.
func level(v float32) uint8 { return uint8(min(255, max(0, v)*255.5)) }
