package wire

// A walk adds up the multiplications and additions of products and
// convolutions, by their definition: a kernel that finds a way around some of
// them, as Winograd's does, counts as if it had done them. Everything else of a step is small beside them.
type walk struct {
	shape   []int // of one sample
	forward float64
	back    float64
	started bool // a layer before has weights, so the gradient goes on through this one
}

// FLOP is the arithmetic of one sample: forward, and in a whole training step.
// The gradient with respect to the model's input is not counted.
func (s *Spec) FLOP() (forward, step float64) {
	w := &walk{shape: append([]int(nil), s.Input...)}
	for _, p := range s.Parts {
		w.part(p)
	}
	return w.forward, w.forward + w.back
}

// weights adds a product of n operations: again for the gradient of its
// weights, and again for that of its input.
func (w *walk) weights(n float64) {
	w.forward += n
	w.back += n
	if w.started {
		w.back += n
	}
	w.started = true
}

func (w *walk) part(p Part) {
	switch p.Kind {
	case "dense", "output":
		w.weights(2 * float64(w.shape[0]*p.Units))
		w.shape = []int{p.Units}
	case "conv":
		w.conv(p)
	case "maxpool":
		w.shape = []int{w.shape[0] / 2, w.shape[1] / 2, w.shape[2]}
	case "flatten":
		n := 1
		for _, d := range w.shape {
			n *= d
		}
		w.shape = []int{n}
	case "average":
		w.shape = w.shape[2:]
	case "embedding":
		w.shape, w.started = append(w.shape, p.Units), true
	case "lstm", "gru":
		gates := map[string]int{"lstm": 4, "gru": 3}[p.Kind]
		w.weights(2 * float64(w.shape[0]*gates*p.Units*(w.shape[1]+p.Units)))
		w.shape = []int{p.Units}
	case "residual":
		start := w.shape
		w.conv(Part{Units: p.Units, Kernel: 3, Stride: p.Stride, Same: true})
		w.conv(Part{Units: p.Units, Kernel: 3, Stride: 1, Same: true})
		if p.Stride > 1 {
			w.shape = start
			w.conv(Part{Units: p.Units, Kernel: 1, Stride: p.Stride, Same: true})
		}
	}
}

func (w *walk) conv(p Part) {
	h, v := w.shape[0]-p.Kernel+p.Stride, w.shape[1]-p.Kernel+p.Stride
	if p.Same {
		h, v = w.shape[0]+p.Stride-1, w.shape[1]+p.Stride-1
	}
	h, v = h/p.Stride, v/p.Stride
	w.weights(2 * float64(h*v*p.Kernel*p.Kernel*w.shape[2]*p.Units))
	w.shape = []int{h, v, p.Units}
}
