package onnx

import "github.com/antler-ml/antler/nn/ops"

// body writes one step of a recurrent layer.
type body struct {
	b        *builder
	d        *ops.Description
	g        *graph
	units    int
	u, inner string // from outside
}

// node adds an op to the body. Names are unique over the whole file.
func (s *body) node(op string, in []string, attrs ...attr) string {
	return s.nodes(op, in, 1, attrs...)[0]
}

func (s *body) nodes(op string, in []string, results int, attrs ...attr) []string {
	outer := s.b.g
	s.b.g = s.g
	defer func() { s.b.g = outer }()
	return s.b.nodes(op, in, results, attrs...)
}

func (s *body) port(list *[]port, name string, cols int) string {
	name = s.b.fresh(name)
	*list = append(*list, port{name, []dim{batch, {offset: cols}}})
	return name
}

// result makes a value an output of the body.
func (s *body) result(x string) {
	s.g.outputs = append(s.g.outputs, port{s.node("Identity", []string{x}), []dim{batch, {offset: s.units}}})
}

func (s *body) write(states, cols int) {
	r, lstm := s.d.RNN, s.d.Op == "LSTM"
	label := s.b.label
	h := s.port(&s.g.inputs, label+"/h", s.units)
	c, last, mask := "", "", ""
	if lstm {
		c = s.port(&s.g.inputs, label+"/c", s.units)
	}
	if r.Mask != nil {
		last = s.port(&s.g.inputs, label+"/last", s.units)
	}
	z := s.port(&s.g.inputs, label+"/z", cols)
	if r.Mask != nil {
		mask = s.port(&s.g.inputs, label+"/mask", 1)
	}
	var h2, c2 string
	switch s.d.Op {
	case "LSTM":
		h2, c2 = s.lstm(z, h, c)
	case "GRU":
		h2 = s.gru(z, h)
	default:
		h2 = s.activate(s.sum(z, s.product(h, s.u)), r.Activation)
	}
	y := h2
	if r.Mask != nil {
		seen := s.node("Cast", []string{mask}, attr{"to", 9})
		pick := func(now, before string) string { return s.node("Where", []string{seen, now, before}) }
		y = pick(h2, last)
		if r.ZeroOutputs {
			y = pick(h2, s.b.scalar(0))
		}
		h2 = pick(h2, h)
		if lstm {
			c2 = pick(c2, c)
		}
	}
	s.result(h2)
	if lstm {
		s.result(c2)
	}
	if r.Mask != nil {
		s.result(y)
	}
	s.result(y)
}

func (s *body) product(x, w string) string { return s.node("MatMul", []string{x, w}) }
func (s *body) sum(a, b string) string     { return s.node("Add", []string{a, b}) }
func (s *body) times(a, b string) string   { return s.node("Mul", []string{a, b}) }

func (s *body) split(x string, n int) []string {
	return s.nodes("Split", []string{x}, n, attr{"axis", 1})
}

func (s *body) lstm(z, h, c string) (h2, c2 string) {
	r := s.d.RNN
	g := s.split(s.sum(z, s.product(h, s.u)), 4) // i, f, c, o
	i, f, o := s.activate(g[0], r.RecurrentActivation), s.activate(g[1], r.RecurrentActivation), s.activate(g[3], r.RecurrentActivation)
	c2 = s.sum(s.times(f, c), s.times(i, s.activate(g[2], r.Activation)))
	return s.times(o, s.activate(c2, r.Activation)), c2
}

func (s *body) gru(z, h string) string {
	r := s.d.RNN
	x := s.split(z, 3) // z, r, h
	u := s.parts(s.u)
	bias := []string{"", "", ""}
	if s.inner != "" {
		bias = s.parts(s.inner)
	}
	gate := func(k int, h string) string {
		p := s.product(h, u[k])
		if bias[k] != "" {
			p = s.sum(p, bias[k])
		}
		return p
	}
	update := s.activate(s.sum(x[0], gate(0, h)), r.RecurrentActivation)
	reset := s.activate(s.sum(x[1], gate(1, h)), r.RecurrentActivation)
	var candidate string
	if r.ResetAfter {
		candidate = s.sum(x[2], s.times(reset, gate(2, h)))
	} else {
		candidate = s.sum(x[2], gate(2, s.times(reset, h)))
	}
	candidate = s.activate(candidate, r.Activation)
	// z·h + (1-z)·candidate
	return s.sum(candidate, s.times(update, s.node("Sub", []string{h, candidate})))
}

// parts cuts an array from outside into its gates, outside.
func (s *body) parts(x string) []string { return s.b.nodes("Split", []string{x}, 3, attr{"axis", -1}) }

func (s *body) activate(x string, a ops.RNNActivation) string {
	switch a {
	case ops.RNNSigmoid:
		return s.node("Sigmoid", []string{x})
	case ops.RNNHardSigmoid:
		return s.node("HardSigmoid", []string{x}, attr{"alpha", float32(0.2)}, attr{"beta", float32(0.5)})
	case ops.RNNReLU:
		return s.node("Relu", []string{x})
	case ops.RNNLinear:
		return x
	}
	return s.node("Tanh", []string{x})
}
