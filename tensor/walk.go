package tensor

// blockLen is how many elements kernels see at a time when an operand has to
// be gathered: small enough to stay in the first-level cache.
const blockLen = 1024

// A walker yields the elements of a tensor, broadcast to a shape, in row-major
// order and in contiguous blocks. Kernels need therefore know only contiguous
// memory; contiguous tensors are yielded in place, others are gathered.
type walker struct {
	data           []float32
	shape, strides []int // with axes merged where memory allows
	index          []int // of the current lane; its last entry is not used
	start          int   // position of the first element
	lane           int   // position of the current lane
	inner          int   // elements of the lane already yielded
	buf            []float32
	constant       bool // buf holds the only value
}

// newWalker returns a walker over t broadcast to shape, which must be possible.
func newWalker(t *Tensor, shape []int) *walker {
	lead := len(shape) - len(t.shape)
	strides := make([]int, len(shape))
	for i, d := range t.shape {
		if d != 1 {
			strides[lead+i] = t.strides[i]
		}
	}
	return walkStrides(t.data, t.offset, shape, strides)
}

func walkStrides(data []float32, offset int, shape, strides []int) *walker {
	w := &walker{data: data, start: offset, lane: offset}
	w.shape, w.strides = merge(shape, strides)
	w.index = make([]int, len(w.shape))
	return w
}

// merge drops axes of size 1 and joins neighbours that memory joins. What is
// left has at least one axis.
func merge(shape, strides []int) (s, st []int) {
	for i, d := range shape {
		if d == 1 {
			continue
		}
		if k := len(s) - 1; k >= 0 && st[k] == strides[i]*d {
			s[k] *= d
			st[k] = strides[i]
			continue
		}
		s, st = append(s, d), append(st, strides[i])
	}
	if len(s) == 0 {
		return []int{1}, []int{1}
	}
	return s, st
}

// flat reports whether the elements follow one another in memory.
func (w *walker) flat() bool { return len(w.shape) == 1 && w.strides[0] == 1 }

// reset goes back to the beginning, which is moved to position start.
func (w *walker) reset(start int) {
	w.start, w.lane, w.inner = start, start, 0
	clear(w.index)
	w.constant = false
}

// next returns the following n elements, at most blockLen unless flat. They are
// valid until the next call and must not be changed.
func (w *walker) next(n int) []float32 {
	if w.flat() {
		p := w.start + w.inner
		w.inner += n
		return w.data[p : p+n : p+n]
	}
	if w.buf == nil {
		w.buf = make([]float32, blockLen)
	}
	if len(w.shape) == 1 && w.strides[0] == 0 {
		if !w.constant {
			fill(w.buf, w.data[w.start])
			w.constant = true
		}
		return w.buf[:n]
	}
	w.read(w.buf[:n])
	return w.buf[:n]
}

// read copies the following len(dst) elements to dst.
func (w *walker) read(dst []float32) {
	last := len(w.shape) - 1
	length, stride := w.shape[last], w.strides[last]
	for len(dst) > 0 {
		m := min(len(dst), length-w.inner)
		p := w.lane + w.inner*stride
		gather(dst[:m], w.data, p, stride)
		dst = dst[m:]
		if w.inner += m; w.inner == length {
			w.inner = 0
			w.lane += step(w.index[:last], w.shape, w.strides)
		}
	}
}

func gather(dst, data []float32, p, stride int) {
	switch stride {
	case 1:
		copy(dst, data[p:])
	case 0:
		fill(dst, data[p])
	default:
		for i := range dst {
			dst[i] = data[p]
			p += stride
		}
	}
}

func fill(dst []float32, x float32) {
	for i := range dst {
		dst[i] = x
	}
}

// step moves an index on by one, in row-major order, and returns by how much
// the position changes. After the last index comes the first again.
func step(index, shape, strides []int) int {
	move := 0
	for i := len(index) - 1; i >= 0; i-- {
		index[i]++
		move += strides[i]
		if index[i] < shape[i] {
			break
		}
		move -= index[i] * strides[i]
		index[i] = 0
	}
	return move
}

// copyOut copies the elements of t to dst in row-major order.
func copyOut(dst []float32, t *Tensor) {
	if len(dst) == 0 {
		return
	}
	w := newWalker(t, t.shape)
	if w.flat() {
		copy(dst, w.next(len(dst)))
		return
	}
	last := len(w.shape) - 1
	near := nearest(w.strides)
	if near == last || w.strides[last] == 0 {
		w.read(dst)
		return
	}
	w.transpose(dst, near)
}

// nearest returns the axis with the smallest stride other than 0, preferring
// the last.
func nearest(strides []int) int {
	best := len(strides) - 1
	for i, s := range strides {
		if s != 0 && abs(s) < abs(strides[best]) {
			best = i
		}
	}
	return best
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}

// transpose copies all elements to dst tile by tile, so that neither the axis
// that is near in memory nor the last axis, along which dst is written, walks
// through memory in large steps for long.
func (w *walker) transpose(dst []float32, near int) {
	const tile = 32
	last := len(w.shape) - 1
	out := rowMajor(w.shape)
	// The other axes, whose index is stepped as usual.
	var shape, from, to []int
	for i := range w.shape {
		if i != near && i != last {
			shape, from, to = append(shape, w.shape[i]), append(from, w.strides[i]), append(to, out[i])
		}
	}
	outer := 1
	for _, d := range shape {
		outer *= d
	}
	index, again := make([]int, len(shape)), make([]int, len(shape))
	rows, cols := w.shape[near], w.shape[last]
	rs, cs, os := w.strides[near], w.strides[last], out[near]
	p, q := w.start, 0
	for range outer {
		for r := 0; r < rows; r += tile {
			for c := 0; c < cols; c += tile {
				for i := r; i < min(r+tile, rows); i++ {
					gather(dst[q+i*os+c:q+i*os+min(c+tile, cols)], w.data, p+i*rs+c*cs, cs)
				}
			}
		}
		p += step(index, shape, from)
		q += step(again, shape, to)
	}
}

// copyIn writes what w yields to the elements of dst in row-major order.
func copyIn(dst *Tensor, w *walker) {
	shape, strides := merge(dst.shape, dst.strides)
	last := len(shape) - 1
	length, stride := shape[last], strides[last]
	index := make([]int, last)
	p := dst.offset
	for n := dst.Len(); n > 0; n -= length {
		for i := 0; i < length; i += blockLen {
			x := w.next(min(blockLen, length-i))
			if stride == 1 {
				copy(dst.data[p+i:], x)
				continue
			}
			for k, v := range x {
				dst.data[p+(i+k)*stride] = v
			}
		}
		p += step(index, shape, strides)
	}
}
