package layers

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[EinsumDense]() }

// EinsumDense is activation(einsum(Equation, x, kernel) + bias): Dense on any
// axes. In "abc,cde->abde" each letter is an axis of the input, the kernel or the
// output; what the output has not is summed over. "..." stands for further axes
// of the input that the output keeps, at the beginning or at the end.
//
// Input: the axes before the comma. Output: the axes after the arrow.
// Weights: kernel, with the axes between; bias, with the sizes of BiasAxes, and 1
// for other axes of the output after the first of them.
type EinsumDense struct {
	nn.Base
	OutputShape         []int  `null:"-1" single:"true"` // sizes of the output after the batch, nn.Unknown for those of the input; required
	Equation            string // required
	Activation          ActivationFunc
	BiasAxes            string         // axes of the output that have a bias of their own, such as "de"; "": no bias
	KernelInitializer   nn.Initializer `default:"glorot_uniform"`
	BiasInitializer     nn.Initializer `default:"zeros"`
	KernelRegularizer   nn.Regularizer
	BiasRegularizer     nn.Regularizer
	ActivityRegularizer nn.Regularizer
	KernelConstraint    nn.Constraint
	BiasConstraint      nn.Constraint

	kernel, bias *nn.Weight
	terms        einsumTerms // with letters in the place of "..."
}

// einsumTerms are the letters of an equation.
type einsumTerms struct{ input, kernel, output string }

var equationForm = regexp.MustCompile(`^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$`)

// Validate checks the settings.
func (l *EinsumDense) Validate() error {
	m := equationForm.FindStringSubmatch(strings.ReplaceAll(l.Equation, " ", ""))
	if m == nil || m[1] != m[5] || m[3] != m[7] || m[1] != "" && m[3] != "" {
		return fmt.Errorf("Equation is %q; want the form x,kernel->y, ...x,kernel->...y or x...,kernel->y..., such as ab,bc->ac", l.Equation)
	}
	if len(l.OutputShape) == 0 {
		return fmt.Errorf("OutputShape is empty; want the sizes of the output after the batch")
	}
	input, kernel, output := m[2], m[4], m[6]
	for _, t := range []string{input, kernel, output} {
		for i, a := range t {
			if strings.ContainsRune(t[:i], a) {
				return fmt.Errorf("Equation %q names axis %c twice in %q", l.Equation, a, t)
			}
		}
	}
	for _, a := range output {
		if !strings.ContainsRune(input+kernel, a) {
			return fmt.Errorf("Equation %q: axis %c of the output is neither one of the input nor of the kernel", l.Equation, a)
		}
	}
	for _, a := range kernel {
		if !strings.ContainsRune(input+output, a) {
			return fmt.Errorf("Equation %q: axis %c of the kernel is neither one of the input nor of the output, so its size is unknown", l.Equation, a)
		}
	}
	for _, a := range l.BiasAxes {
		if !strings.ContainsRune(output, a) {
			return fmt.Errorf("BiasAxes %q: axis %c is no axis of the output in %q", l.BiasAxes, a, l.Equation)
		}
	}
	return nil
}

// expand returns the terms for an input of a rank, with capital or small letters
// that the equation does not use for the axes of "...".
func (l *EinsumDense) expand(rank int) (einsumTerms, error) {
	m := equationForm.FindStringSubmatch(strings.ReplaceAll(l.Equation, " ", ""))
	t := einsumTerms{m[2], m[4], m[6]}
	more := rank - len(t.input)
	elided := m[1] != "" || m[3] != ""
	if more < 0 || more > 0 && !elided {
		return t, fmt.Errorf("Equation %q is for an input of %d axes, got %d", l.Equation, len(t.input), rank)
	}
	var rest string
	for a := 'a'; len(rest) < more && a <= 'z'; a++ {
		for _, c := range []rune{a, a - 'a' + 'A'} {
			if len(rest) < more && !strings.ContainsRune(t.input+t.kernel+t.output, c) {
				rest += string(c)
			}
		}
	}
	if m[1] != "" {
		t.input, t.output = rest+t.input, rest+t.output
	} else {
		t.input, t.output = t.input+rest, t.output+rest
	}
	return t, nil
}

// Build creates the weights.
func (l *EinsumDense) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	t, err := l.expand(in[0].Rank())
	if err != nil {
		return err
	}
	l.terms = t
	// The batch, then OutputShape; further axes stand in the input alone.
	sizes := map[rune]int{}
	given := nn.Shape{nn.Unknown}
	for _, d := range l.OutputShape {
		if d == 0 { // null in files
			d = nn.Unknown
		}
		given = append(given, d)
	}
	named := t.output
	if len(given) < len(t.output) && strings.Contains(l.Equation, "...") {
		more := len(t.output) - len(given)
		if strings.HasPrefix(l.Equation, "...") {
			named = t.output[:1] + t.output[1+more:]
		} else {
			named = t.output[:len(t.output)-more]
		}
	}
	if len(given) != len(named) {
		return fmt.Errorf("OutputShape %v has %d sizes, but the output of Equation %q has %d axes after the batch", nn.Shape(l.OutputShape), len(l.OutputShape), l.Equation, len(t.output)-1)
	}
	for i, a := range named {
		sizes[a] = given[i]
	}
	for i, a := range t.input {
		size := in[0][i]
		if s, ok := sizes[a]; ok && i > 0 && differ(s, size) && strings.ContainsRune(t.output, a) {
			return fmt.Errorf("axis %c of Equation %q has size %d in the input %v and %d in OutputShape", a, l.Equation, size, in[0], s)
		}
		if s, ok := sizes[a]; !ok || s == nn.Unknown {
			sizes[a] = size
		}
	}
	kernel := make(nn.Shape, len(t.kernel))
	for i, a := range t.kernel {
		if kernel[i] = sizes[a]; kernel[i] == nn.Unknown {
			return fmt.Errorf("axis %c of the kernel in Equation %q has no known size; give it in OutputShape or in the input %v", a, l.Equation, in[0])
		}
	}
	l.kernel = b.Weight(nn.WeightSpec{Name: "kernel", Shape: kernel, Initializer: l.KernelInitializer, Regularizer: l.KernelRegularizer, Constraint: l.KernelConstraint})
	if l.BiasAxes == "" {
		return nil
	}
	var bias nn.Shape
	for i, a := range t.output[strings.IndexAny(t.output, l.BiasAxes):] {
		bias = append(bias, 1)
		if strings.ContainsRune(l.BiasAxes, a) {
			if bias[i] = sizes[a]; bias[i] == nn.Unknown {
				return fmt.Errorf("axis %c of BiasAxes %q has no known size", a, l.BiasAxes)
			}
		}
	}
	l.bias = b.Weight(nn.WeightSpec{Name: "bias", Shape: bias, Initializer: l.BiasInitializer, Regularizer: l.BiasRegularizer, Constraint: l.BiasConstraint})
	return nil
}

// Call describes the layer.
func (l *EinsumDense) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	y := l.terms.apply(in[0], c.Read(l.kernel))
	if l.bias != nil {
		y = ops.Add(y, c.Read(l.bias))
	}
	return activations.Apply(l.Activation, y)
}

// apply is einsum as one product of matrices: the axes in all three terms are a
// batch, the others rows, columns and the inner axis.
func (t einsumTerms) apply(x, w *ops.Value) *ops.Value {
	has := strings.ContainsRune
	var batch, rows, inner, columns, alone string
	for _, a := range t.input {
		switch s := string(a); {
		case has(t.kernel, a) && has(t.output, a):
			batch += s
		case has(t.kernel, a):
			inner += s
		case has(t.output, a):
			rows += s
		default:
			alone += s
		}
	}
	for _, a := range t.kernel {
		if !has(t.input, a) {
			columns += string(a)
		}
	}
	if len(t.input) != x.Rank() {
		panic(&ops.ShapeError{Op: "EinsumDense", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("want %d axes", len(t.input))})
	}
	sizes := map[rune]int{}
	for i, a := range t.input {
		sizes[a] = x.Dim(i)
	}
	for i, a := range t.kernel {
		if s, ok := sizes[a]; ok && s != w.Dim(i) {
			panic(&ops.ShapeError{Op: "EinsumDense", Shapes: [][]int{x.Shape(), w.Shape()}, Reason: fmt.Sprintf("axis %c has size %d in the input and %d in the kernel", a, s, w.Dim(i))})
		}
		sizes[a] = w.Dim(i)
	}
	shape := func(axes string) (s []int) {
		for _, a := range axes {
			s = append(s, sizes[a])
		}
		return s
	}
	size := func(axes string) int { return elements(shape(axes)) }
	order := func(from, to string) (p []int) {
		for _, a := range to {
			p = append(p, strings.IndexRune(from, a))
		}
		return p
	}
	left := batch + rows + inner
	x = ops.Transpose(x, order(t.input, left+alone)...)
	if alone != "" {
		x = ops.Sum(ops.Reshape(x, append(shape(left), size(alone))...), -1)
	}
	w = ops.Transpose(w, order(t.kernel, batch+inner+columns)...)
	y := ops.MatMulT(ops.Reshape(x, size(batch), size(rows), size(inner)), ops.Reshape(w, size(batch), size(inner), size(columns)), false, false)
	made := batch + rows + columns
	return ops.Transpose(ops.Reshape(y, shape(made)...), order(made, t.output)...)
}

// ActivityPenalty is the regularizer of the output.
func (l *EinsumDense) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
