package saving

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

// origin is what wrote a file.
type origin struct{ version, backend string }

func (o origin) keras1() bool { return o.version == "1" || strings.HasPrefix(o.version, "1.") }

// theano reports whether kernels are turned round: Theano computed a convolution
// where others compute a correlation.
func (o origin) theano() bool { return o.backend == "theano" }

// manyBackends are Keras 2.0 to 2.3.
func (o origin) manyBackends() bool {
	for _, v := range []string{"2.0.", "2.1.", "2.2.", "2.3."} {
		if strings.HasPrefix(o.version, v) {
			return !strings.HasSuffix(o.version, "-tf")
		}
	}
	return false
}

// A conversion makes weights of an old version, or of another layer that does the
// same, those of a layer of today.
type conversion struct {
	what    string
	classes string
	when    func(l nn.Layer, as []array, o origin) bool
	do      func(l nn.Layer, as []array) ([]array, error)
}

// conversions are tried in order; more than one may be needed.
// Source: preprocess_weights_for_loading of Keras 2.3 and tf-keras.
var conversions = []conversion{
	{"Keras 1: kernel (steps, 1, in, filters)", "Conv1D",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && rank(as) == 4 && as[0].shape[1] == 1 },
		first(func(k array) array { return k.reshape(k.shape[0], k.shape[2], k.shape[3]) })},
	{"Keras 1.1: kernel (filters, in, steps, 1)", "Conv1D",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && rank(as) == 4 && as[0].shape[3] == 1 },
		first(func(k array) array {
			return k.reshape(k.shape[0], k.shape[1], k.shape[2]).transpose(2, 1, 0)
		})},
	{"Keras 1, th: kernel (filters, in, rows, columns)", "Conv2D",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && rank(as) == 4 && channelsFirst(l) },
		first(func(k array) array { return k.transpose(2, 3, 1, 0) })},
	{"Keras 1, tf: kernel (rows, columns, in, filters)", "Conv2DTranspose",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && rank(as) == 4 && !channelsFirst(l) },
		first(func(k array) array { return k.transpose(0, 1, 3, 2) })},
	{"Keras 1, th: kernel (filters, in, rows, columns)", "Conv2DTranspose",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && rank(as) == 4 && channelsFirst(l) },
		first(func(k array) array { return k.transpose(2, 3, 0, 1) })},
	{"Keras 1, th: kernel (filters, in, ...)", "Conv3D",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && rank(as) == 5 && channelsFirst(l) },
		first(func(k array) array { return k.transpose(2, 3, 4, 1, 0) })},
	{"Keras 1: weights of each gate", "GRU",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && len(as) == 9 },
		func(l nn.Layer, as []array) ([]array, error) { return joinGates(as, 0, 1, 2) }},
	{"Keras 1: weights of each gate, in the order i c f o", "LSTM ConvLSTM2D",
		func(l nn.Layer, as []array, o origin) bool { return o.keras1() && len(as) == 12 },
		func(l nn.Layer, as []array) ([]array, error) {
			as, err := joinGates(as, 0, 2, 1, 3)
			if err == nil && nn.ClassName(l) == "ConvLSTM2D" && channelsFirst(l) && rank(as) == 4 {
				as[0], as[1] = as[0].transpose(2, 3, 1, 0), as[1].transpose(2, 3, 1, 0)
			}
			return as, err
		}},
	{"Theano: kernels turned round", "Conv1D Conv2D Conv3D Conv2DTranspose ConvLSTM2D",
		func(l nn.Layer, as []array, o origin) bool { return o.theano() && rank(as) > 2 },
		func(l nn.Layer, as []array) ([]array, error) {
			as[0] = as[0].flip()
			if nn.ClassName(l) == "ConvLSTM2D" && len(as) > 1 {
				as[1] = as[1].flip()
			}
			return as, nil
		}},
	{"kernel (filters, in, rows, columns)", "Conv2D Conv2DTranspose ConvLSTM2D",
		func(l nn.Layer, as []array, o origin) bool {
			w := ordered(l)
			return rank(as) == 4 && len(w) > 0 && !w[0].Shape().Equal(as[0].shape)
		},
		func(l nn.Layer, as []array) ([]array, error) {
			as[0] = as[0].transpose(3, 2, 0, 1)
			if nn.ClassName(l) == "ConvLSTM2D" && len(as) > 1 && len(as[1].shape) == 4 {
				as[1] = as[1].transpose(3, 2, 0, 1)
			}
			return as, nil
		}},
	{"CuDNNLSTM: two biases, kernels in another layout", "LSTM",
		func(l nn.Layer, as []array, o origin) bool { return isCuDNN(as, 4) },
		func(l nn.Layer, as []array) ([]array, error) {
			n := as[2].shape[0] / 2
			bias := as[2].map1([]int{n}, func(dst, src []float32) {
				for i := range dst {
					dst[i] = src[i] + src[n+i]
				}
			})
			return []array{fromCuDNN(as[0], 4), turnGates(as[1], 4), bias}, nil
		}},
	{"CuDNNGRU: two biases in a row, kernels in another layout", "GRU",
		func(l nn.Layer, as []array, o origin) bool { return isCuDNN(as, 3) },
		func(l nn.Layer, as []array) ([]array, error) {
			return []array{fromCuDNN(as[0], 3), turnGates(as[1], 3), as[2].reshape(2, as[2].shape[0]/2)}, nil
		}},
	{"one bias of reset_after=False", "GRU",
		func(l nn.Layer, as []array, o origin) bool {
			w := ordered(l)
			return len(as) == 3 && len(w) == 3 && len(w[2].Shape()) != len(as[2].shape)
		},
		func(l nn.Layer, as []array) ([]array, error) {
			return nil, fmt.Errorf("the bias has shape %v in the file, %v in the model: reset_after is not the same; set ResetAfter as it was when the weights were trained", nn.Shape(as[2].shape), ordered(l)[2].Shape())
		}},
}

// convert makes the weights of a layer, and of those inside it, those of today.
func convert(l nn.Layer, as []array, o origin) ([]array, error) {
	var err error
	switch l := l.(type) {
	case *layers.Bidirectional:
		as, err = convertHalves(l, as, o)
	case *layers.TimeDistributed:
		as, err = convert(l.Layer, as, o)
	case *nn.Model:
		as, err = convertModel(l, as, o)
	}
	if err != nil {
		return nil, err
	}
	class := nn.ClassName(l)
	for _, c := range conversions {
		if slices.Contains(strings.Fields(c.classes), class) && c.when(l, as, o) {
			if as, err = c.do(l, as); err != nil {
				return nil, err
			}
		}
	}
	return as, nil
}

func convertHalves(l *layers.Bidirectional, as []array, o origin) ([]array, error) {
	if l.Forward() == nil || l.Backward() == nil {
		return as, nil
	}
	half := len(as) / 2
	there, err := convert(l.Forward(), as[:half:half], o)
	if err != nil {
		return nil, fmt.Errorf("forward layer: %w", err)
	}
	back, err := convert(l.Backward(), as[half:], o)
	if err != nil {
		return nil, fmt.Errorf("backward layer: %w", err)
	}
	return slices.Concat(there, back), nil
}

// convertModel gives each layer of a nested model its share of the weights: first
// come those that training changes.
func convertModel(m *nn.Model, as []array, o origin) ([]array, error) {
	learns := map[*nn.Weight]bool{}
	for _, w := range m.TrainableWeights() {
		learns[w] = true
	}
	n := min(len(learns), len(as))
	learn, rest := as[:n:n], as[n:]
	if o.manyBackends() && n == 0 {
		rest = frozenOrder(m, rest)
	}
	var newLearn, newRest []array
	seen := map[*nn.Weight]bool{}
	for _, l := range m.Layers() {
		var nl, nr int
		for _, w := range ordered(l) {
			if seen[w] {
				continue
			}
			seen[w] = true
			if learns[w] {
				nl++
			} else {
				nr++
			}
		}
		if nl+nr == 0 {
			continue
		}
		if olds := oldCount(l, o); olds > 0 && nl == 3 { // all gates by themselves
			nl = olds
		}
		nl, nr = min(nl, len(learn)), min(nr, len(rest))
		got, err := convert(l, slices.Concat(learn[:nl], rest[:nr]), o)
		if err != nil {
			return nil, fmt.Errorf("layer %q (%s): %w", nn.BaseOf(l).Name(), nn.ClassName(l), err)
		}
		k := min(len(got), nl)
		if len(got) < nl+nr { // gates were joined
			k = len(got) - nr
		}
		newLearn, newRest = append(newLearn, got[:k]...), append(newRest, got[k:]...)
		learn, rest = learn[nl:], rest[nr:]
	}
	return slices.Concat(newLearn, learn, newRest, rest), nil
}

// oldCount is how many weights a recurrent layer had in Keras 1; 0: as many as
// today.
func oldCount(l nn.Layer, o origin) int {
	if !o.keras1() {
		return 0
	}
	return map[string]int{"LSTM": 12, "ConvLSTM2D": 12, "GRU": 9}[nn.ClassName(l)]
}

// frozenOrder undoes the order of a frozen model in Keras 2.0 to 2.3: the weights
// that training would change of all layers, then the others. Today each layer has
// its own together.
func frozenOrder(m *nn.Model, as []array) []array {
	ws := m.NonTrainableWeights()
	if len(ws) != len(as) {
		return as
	}
	var first, then []int
	for i, w := range ws {
		if w.CanTrain() {
			first = append(first, i)
		} else {
			then = append(then, i)
		}
	}
	out := make([]array, len(as))
	for k, i := range slices.Concat(first, then) {
		out[i] = as[k]
	}
	return out
}

func rank(as []array) int {
	if len(as) == 0 {
		return 0
	}
	return len(as[0].shape)
}

// first changes the first weight: the kernel.
func first(f func(array) array) func(nn.Layer, []array) ([]array, error) {
	return func(_ nn.Layer, as []array) ([]array, error) {
		as[0] = f(as[0])
		return as, nil
	}
}

func channelsFirst(l nn.Layer) bool {
	cfg, err := config.Encode(l)
	if err != nil {
		return false
	}
	f, _ := cfg.Get("data_format")
	return f == "channels_first"
}

// joinGates makes kernel, recurrent kernel and bias of those of single gates. The
// file has gate order[i] in the place i.
func joinGates(as []array, order ...int) ([]array, error) {
	var out []array
	for k := range 3 {
		var parts []array
		for _, g := range order {
			parts = append(parts, as[3*g+k])
		}
		joined, err := sideBySide(parts...)
		if err != nil {
			return nil, err
		}
		out = append(out, joined)
	}
	return out, nil
}

// isCuDNN reports whether the weights are those of a CuDNN layer with so many
// gates: it has two biases in a row.
func isCuDNN(as []array, gates int) bool {
	return len(as) == 3 && len(as[0].shape) == 2 && len(as[1].shape) == 2 && len(as[2].shape) == 1 &&
		as[1].shape[1] == gates*as[1].shape[0] && as[0].shape[1] == as[1].shape[1] && as[2].shape[0] == 2*as[1].shape[1]
}

// fromCuDNN changes the layout of each gate's kernel; the shape stays.
func fromCuDNN(k array, gates int) array {
	in, units := k.shape[0], k.shape[1]/gates
	return k.map1(k.shape, func(dst, src []float32) {
		for g := range gates {
			for i := range in {
				for j := range units {
					at := j*in + i // the old kernel row by row fills the new one column by column
					dst[i*gates*units+g*units+j] = src[at/units*gates*units+g*units+at%units]
				}
			}
		}
	})
}

// turnGates transposes the square kernel of each gate.
func turnGates(k array, gates int) array {
	n := k.shape[0]
	return k.map1(k.shape, func(dst, src []float32) {
		for g := range gates {
			for i := range n {
				for j := range n {
					dst[i*gates*n+g*n+j] = src[j*gates*n+g*n+i]
				}
			}
		}
	})
}
