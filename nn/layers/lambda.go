package layers

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Lambda]()
	config.RegisterKind[LambdaFunction](config.Kind{Encode: encodeLambda, Decode: decodeLambda})
	config.RegisterKind[LambdaArguments](config.Kind{Encode: encodeArguments, Decode: decodeArguments})
}

// Lambda applies a function of ops. What it computes is differentiated and
// shaped like any other layer; only weights need a layer type of one's own.
//
// Inputs: what Function takes. Output: what it returns, the batch first. The
// output has a mask only if Mask makes one.
type Lambda struct {
	nn.Base
	Function    LambdaFunction  // made by [LambdaFunc]; required
	OutputShape []int           // of a sample, to be checked, without the batch; -1 is any size; nil: not checked
	Mask        LambdaFunction  // returns the output's mask, or nil
	Arguments   LambdaArguments // settings of Function that are saved: Arguments{"factor": 2.0}

	// What Keras' files say besides. It has no effect here.
	FunctionType      string `default:"function"`
	Module            string
	OutputShapeType   string `default:"raw"`
	OutputShapeModule string
	MaskType          string `default:"raw"`
	MaskModule        string
}

// A LambdaFunction is a named function on values; see [LambdaFunc].
type LambdaFunction interface {
	ConfigName() string
	call(c *LambdaCall, in ...*ops.Value) *ops.Value
}

// A LambdaCall is what the function of a [Lambda] sees: whether the model is
// training, the masks, random numbers, and the layer's arguments.
type LambdaCall struct {
	*nn.Call
	Arguments Arguments
}

// LambdaArguments is what holds the arguments of a Lambda: [Arguments].
type LambdaArguments interface{ arguments() Arguments }

// Arguments are settings by name. The values must be such as JSON can hold; read
// from a file, numbers are float64.
type Arguments map[string]any

func (a Arguments) arguments() Arguments { return a }

// Number returns a number. Asking for one that is not there is a mistake that
// nn.Apply reports.
func (a Arguments) Number(name string) float64 {
	v := reflect.ValueOf(a[name])
	switch {
	case !v.IsValid():
	case v.CanFloat():
		return v.Float()
	case v.CanInt():
		return float64(v.Int())
	default:
		panic(&ops.ShapeError{Op: "Lambda", Reason: fmt.Sprintf("argument %q is %v (%T), want a number", name, a[name], a[name])})
	}
	panic(&ops.ShapeError{Op: "Lambda", Reason: fmt.Sprintf("there is no argument %q; there are %q", name, slices.Sorted(maps.Keys(a)))})
}

// LambdaFunc gives a function the name that files hold it under. To load such
// files, register it from init: nn.Alias(f, name).
func LambdaFunc(name string, f func(c *LambdaCall, in ...*ops.Value) *ops.Value) LambdaFunction {
	return &lambdaFunc{name, f}
}

type lambdaFunc struct {
	name string
	f    func(c *LambdaCall, in ...*ops.Value) *ops.Value
}

func (f *lambdaFunc) ConfigName() string                              { return f.name }
func (f *lambdaFunc) call(c *LambdaCall, in ...*ops.Value) *ops.Value { return f.f(c, in...) }

// Validate checks the settings.
func (l *Lambda) Validate() error {
	if l.Function == nil {
		return errors.New("no Function; want what layers.LambdaFunc returns")
	}
	for _, f := range []LambdaFunction{l.Function, l.Mask} {
		if f, ok := f.(*lambdaFunc); ok && f.f == nil {
			return fmt.Errorf("the function of LambdaFunc %q is nil", f.name)
		}
	}
	if l.Arguments == nil {
		l.Arguments = Arguments{}
	}
	if _, err := json.Marshal(l.Arguments); err != nil {
		return fmt.Errorf("Arguments could not be saved: %w", err)
	}
	if l.Mask != nil {
		l.MaskType = "function"
	}
	return nil
}

func (l *Lambda) run(f LambdaFunction, c *nn.Call, in []*ops.Value) *ops.Value {
	return f.call(&LambdaCall{c, l.Arguments.arguments()}, in...)
}

// Call describes the layer.
func (l *Lambda) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	y := l.run(l.Function, c, in)
	if l.OutputShape == nil || y == nil {
		return y
	}
	got := nn.Shape(y.Shape())
	ok := len(got) == len(l.OutputShape)+1
	for i, d := range l.OutputShape {
		ok = ok && (d <= 0 || d == got[1+i]) // Keras writes any size as null
	}
	if !ok {
		panic(&ops.ShapeError{Op: "Lambda", Shapes: shapesOf(in), Reason: fmt.Sprintf("OutputShape is %v (without the batch), but Function %q makes %v", nn.Shape(l.OutputShape), l.Function.ConfigName(), got)})
	}
	return y
}

func shapesOf(vs []*ops.Value) [][]int {
	s := make([][]int, len(vs))
	for i, v := range vs {
		s[i] = v.Shape()
	}
	return s
}

// EndsMask says that without Mask a mask is dropped, as in Keras.
func (l *Lambda) EndsMask() {}

// ComputeMask is what Mask returns, if there is one.
func (l *Lambda) ComputeMask(c *nn.Call, in ...*ops.Value) *ops.Value {
	if l.Mask == nil {
		return nil
	}
	return l.run(l.Mask, c, in)
}

func encodeLambda(v any) (any, error) {
	name := v.(LambdaFunction).ConfigName()
	if _, err := config.Lookup(name, reflect.TypeFor[LambdaFunction]()); err != nil {
		return nil, fmt.Errorf("function %q is not registered, so no file could bring it back; add nn.Alias(f, %q) to an init function", name, name)
	}
	return name, nil
}

func decodeLambda(x any) (any, error) {
	switch x := x.(type) {
	case string:
		return config.Lookup(x, reflect.TypeFor[LambdaFunction]())
	case map[string]any: // newer files: {"class_name": "function", "config": name}
		if name, ok := x["config"].(string); ok {
			return decodeLambda(name)
		}
	}
	return nil, errors.New("the file holds a Python lambda as bytecode, which only Python can run; write it as a Go function, register it with nn.Alias(layers.LambdaFunc(name, f), name), and save the model from Python with a named function of that name")
}

func encodeArguments(v any) (any, error) {
	return map[string]any(v.(LambdaArguments).arguments()), nil
}

func decodeArguments(x any) (any, error) {
	m, ok := x.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want an object of arguments by name, got %v (%T)", x, x)
	}
	return Arguments(m), nil
}
