package layers

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// locallyConnected is what LocallyConnected1D and LocallyConnected2D share: a
// convolution in which each window has a kernel of its own.
//
// Keras has three ways to compute it, which differ in how the kernel is stored.
// Here the numbers are brought into the first order and the rest is the same:
// one product of matrices for each window.
type locallyConnected struct {
	convolution
	implementation int
}

func (v *locallyConnected) validate() error {
	if v.implementation < 1 || v.implementation > 3 {
		return fmt.Errorf("Implementation is %d; want 1, 2 or 3", v.implementation)
	}
	if err := firstError(v.validateWindow(), positive("Filters", v.filters)); err != nil {
		return err
	}
	if v.padding == Same && v.implementation == 1 {
		return fmt.Errorf("padding same needs Implementation 2 or 3; 1 takes valid only")
	}
	return nil
}

// cellsKnown checks that every window is known, and so its weights.
func (v *locallyConnected) cellsKnown(in nn.Shape) error {
	if slices.Contains(v.cells(in), nn.Unknown) {
		return fmt.Errorf("each window has weights of its own, so the input needs a fixed %s; got %v", spatialNames[len(v.size)], in)
	}
	return nil
}

func (v *locallyConnected) build(b *nn.Build, in []nn.Shape) error {
	c, err := v.inputChannels(in)
	if err != nil {
		return err
	}
	if err := v.cellsKnown(in[0]); err != nil {
		return err
	}
	out, err := v.output(in[0], v.filters)
	if err != nil {
		return err
	}
	cells := v.cells(out)
	w := v.windows(v.cells(in[0]), cells, c, v.filters)
	if n := w.rows(v.implementation); n > maxID {
		return fmt.Errorf("Implementation %d would need %d numbers, more than %d; use 1", v.implementation, n, maxID)
	}
	v.w.kernel = b.Weight(v.kernelAs.spec("kernel", w.kernelShape(v.implementation, v.format)...))
	if v.useBias {
		v.w.bias = b.Weight(v.biasAs.spec("bias", append(slices.Clone(cells), v.filters)...))
	}
	return nil
}

// maxID is the largest whole number up to which float32 leaves none out.
const maxID = 1 << 24

func (v *locallyConnected) call(c *nn.Call, x *ops.Value) *ops.Value {
	var cells []int
	y := lastly(x, v.format, func(x *ops.Value) *ops.Value {
		in := x.Shape()
		batch, channels := in[0], in[len(in)-1]
		out, err := window{size: v.size, strides: v.strides, padding: v.padding}.output(in, v.filters)
		if err != nil {
			panic(&ops.ShapeError{Op: "LocallyConnected", Shapes: [][]int{in}, Reason: err.Error()})
		}
		cells = out[1 : len(out)-1]
		w := v.windows(in[1:len(in)-1], cells, channels, v.filters)
		y := ops.MatMul(w.patches(x, batch), w.kernels(c.Read(v.w.kernel), v.implementation, v.format))
		return ops.Reshape(ops.Transpose(y, 1, 0, 2), out...)
	})
	if v.w.bias != nil {
		b := c.Read(v.w.bias)
		if v.format == ChannelsFirst { // as Keras has it: the numbers keep their order, not their place
			b = ops.Reshape(b, slices.Concat([]int{v.filters}, cells)...)
		}
		y = ops.Add(y, b)
	}
	return activations.Apply(v.act, y)
}

// localWindows is what each window of a locally connected layer reads.
type localWindows struct {
	in, out           nn.Shape // cells of the axes
	channels, filters int
	cells             [][]int // of each window, each tap: a cell of the input, or -1
	taps              int
	outside           bool // some tap is -1
}

func (v *locallyConnected) windows(in, out nn.Shape, channels, filters int) *localWindows {
	w := &localWindows{in: in, out: out, channels: channels, filters: filters, taps: cellCount(v.size)}
	for p := range cellCount(out) {
		at := indices(p, out)
		var cells []int
		for t := range w.taps {
			cell := 0
			for i, k := range indices(t, v.size) {
				n := at[i]*v.strides[i] + k
				if v.padding == Same {
					n -= v.size[i] / 2 // Keras' rule here, another than that of convolutions
				}
				if n < 0 || n >= in[i] {
					cell = -1
					break
				}
				cell = cell*in[i] + n
			}
			w.outside = w.outside || cell < 0
			cells = append(cells, cell)
		}
		w.cells = append(w.cells, cells)
	}
	return w
}

// rows is how many rows are looked up in a kernel.
func (w *localWindows) rows(implementation int) int {
	switch implementation {
	case 2:
		return cellCount(w.in) * w.channels * cellCount(w.out)
	case 3:
		return w.connections() * w.channels * w.filters
	}
	return 0
}

// connections is how many taps lie in the input.
func (w *localWindows) connections() int {
	n := 0
	for p := range w.cells {
		n += w.inside(p)
	}
	return n
}

func (w *localWindows) inside(p int) int {
	n := 0
	for _, cell := range w.cells[p] {
		if cell >= 0 {
			n++
		}
	}
	return n
}

// kernelShape is that of Keras' weight.
func (w *localWindows) kernelShape(implementation int, f DataFormat) nn.Shape {
	switch implementation {
	case 2:
		if f == ChannelsFirst {
			return slices.Concat(nn.Shape{w.channels}, w.in, nn.Shape{w.filters}, w.out)
		}
		return slices.Concat(w.in, nn.Shape{w.channels}, w.out, nn.Shape{w.filters})
	case 3:
		return nn.Shape{w.rows(3)}
	}
	return nn.Shape{cellCount(w.out), w.taps * w.channels, w.filters}
}

// patches are the inputs of each window: (windows, batch, taps·channels).
func (w *localWindows) patches(x *ops.Value, batch int) *ops.Value {
	cells := cellCount(w.in)
	x = ops.Transpose(ops.Reshape(x, batch, cells, w.channels), 1, 0, 2)
	if w.outside {
		x = ops.Pad(x, [][2]int{{0, 1}, {}, {}}, 0)
	}
	ids := tensor.New(len(w.cells), w.taps)
	for p, taps := range w.cells {
		for t, cell := range taps {
			if cell < 0 {
				cell = cells // the row of zeros
			}
			ids.Data()[p*w.taps+t] = float32(cell)
		}
	}
	x = ops.Transpose(ops.Gather(x, ops.Constant(ids)), 0, 2, 1, 3)
	return ops.Reshape(x, len(w.cells), batch, w.taps*w.channels)
}

// kernels brings Keras' weight into the order (windows, taps·channels, filters).
// A tap outside of the input gets any number: it is multiplied by zero.
func (w *localWindows) kernels(k *ops.Value, implementation int, f DataFormat) *ops.Value {
	windows, cells := len(w.cells), cellCount(w.in)
	switch {
	case implementation == 3:
		k = ops.Gather(k, w.sparseIDs(f))
	case implementation == 2 && f == ChannelsFirst:
		k = ops.Transpose(ops.Reshape(k, w.channels, cells, w.filters, windows), 1, 0, 3, 2)
		fallthrough
	case implementation == 2:
		k = ops.Gather(ops.Reshape(k, cells*w.channels*windows, w.filters), w.denseIDs())
	case f == ChannelsFirst:
		k = ops.Transpose(ops.Reshape(k, windows, w.channels, w.taps, w.filters), 0, 2, 1, 3)
	}
	return ops.Reshape(k, windows, w.taps*w.channels, w.filters)
}

// denseIDs are rows of filters in (cells, channels, windows), for each window, tap and channel.
func (w *localWindows) denseIDs() *ops.Value {
	ids := tensor.New(len(w.cells), w.taps, w.channels)
	to := ids.Data()
	for p, taps := range w.cells {
		for _, cell := range taps {
			for c := range w.channels {
				to[c] = float32((max(0, cell)*w.channels+c)*len(w.cells) + p)
			}
			to = to[w.channels:]
		}
	}
	return ops.Constant(ids)
}

// sparseIDs are places in the list of all connections, which is sorted by
// output number and then by input number.
func (w *localWindows) sparseIDs(f DataFormat) *ops.Value {
	ids := tensor.New(len(w.cells), w.taps, w.channels, w.filters)
	to := ids.Data()
	all, before := w.connections()*w.channels, 0
	for p, taps := range w.cells {
		inside, nth := w.inside(p), 0
		for _, cell := range taps {
			for i := range w.channels * w.filters {
				c, o := i/w.filters, i%w.filters
				at := before*w.filters + (o*inside+nth)*w.channels + c
				if f == ChannelsFirst {
					at = o*all + before + c*inside + nth
				}
				if cell >= 0 {
					to[i] = float32(at)
				}
			}
			to = to[w.channels*w.filters:]
			if cell >= 0 {
				nth++
			}
		}
		before += inside * w.channels
	}
	return ops.Constant(ids)
}

// indices are the place along each axis of element i, row-major.
func indices(i int, shape []int) []int {
	at := make([]int, len(shape))
	for a := len(shape) - 1; a >= 0; a-- {
		at[a], i = i%shape[a], i/shape[a]
	}
	return at
}

// cellCount is the number of elements of a shape.
func cellCount(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
