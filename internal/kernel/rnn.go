package kernel

//go:generate go run -C _asm ./math -topic rnn -dir ../

// The cells of recurrent networks with tanh and sigmoid: everything that one step
// does beside its matrix products, in one or two passes over the units. Slices have one
// number per unit. The bits are those of the functions of which they are made
// (Sigmoid, Tanh, Mul, MulAdd …), on every instruction set.

// LSTM is one step of a long short-term memory. The gates i, f, g and o come in
// before their activations and leave after them;
// c = i∘g + f∘before; h = tanh(c)∘o.
func LSTM(h, c, i, f, g, o, before []float32) {
	for _, x := range [...][]float32{c, i, f, g, o, before} {
		like(h, x)
	}
	rnnLSTM(c, i, f, g, o, before)
	rnnOutput(h, c, o)
}

// LSTMBack is the way back through LSTM. dh and dc are the gradients of h and
// c; dc becomes that of before, and dh zeros. The gates, after their activations,
// become their gradients before them. tanh(c) is taken from h, which is its product
// with o: a quotient costs less.
func LSTMBack(dh, dc, i, f, g, o, h, before []float32) {
	for _, x := range [...][]float32{dc, i, f, g, o, h, before} {
		like(dh, x)
	}
	rnnLSTMBack(dh, dc, i, f, g, o, h, before)
}

// GRU is the end of a step of a gated recurrent unit, when the update gate z
// is known: candidate becomes its tanh, h = z∘(before - candidate) + candidate.
func GRU(h, z, candidate, before []float32) {
	like(h, z)
	like(h, candidate)
	like(h, before)
	rnnGRU(h, z, candidate, before)
}

// GRUReset is a whole step when the reset gate r comes after the recurrent
// product inner: z and r become their sigmoids, candidate becomes
// tanh(candidate + r∘inner); h as in GRU.
func GRUReset(h, z, r, candidate, inner, before []float32) {
	for _, x := range [...][]float32{z, r, candidate, inner, before} {
		like(h, x)
	}
	rnnGRUGates(z, r, candidate, inner)
	rnnGRU(h, z, candidate, before)
}

// GRUBack is the way back through GRU: dh becomes the part of the gradient that
// goes straight to before; z and candidate become their gradients before
// their activations.
func GRUBack(dh, z, candidate, before []float32) {
	like(dh, z)
	like(dh, candidate)
	like(dh, before)
	rnnGRUBack(dh, z, candidate, before)
}

// GRUResetBack is GRUBack for GRUReset: r and inner become their gradients too.
func GRUResetBack(dh, z, r, candidate, inner, before []float32) {
	for _, x := range [...][]float32{z, r, candidate, inner, before} {
		like(dh, x)
	}
	rnnGRUResetBack(dh, z, r, candidate, inner, before)
}
