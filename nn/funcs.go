package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/antler-ml/antler/nn/ops"
)

// Things of one's own made of a function. Each is saved under its name; for
// files to bring it back, register it under the same name in an init function:
//
//	var snake = nn.RegularizerFunc("snake", …)
//
//	func init() { nn.Alias(snake, "snake") }
//
// See also [LossFunc], [MetricFunc] and activations.Func. With settings of its
// own, a thing is a struct with exported fields instead: see [Register].

// InitializerFunc makes an initializer of a function that fills dst, a new
// weight of shape s, row-major, with numbers that r gives.
func InitializerFunc(name string, f func(dst []float32, s Shape, r *rand.Rand)) Initializer {
	return &initializerFunc{named{name, f == nil}, f}
}

// RegularizerFunc makes a regularizer of a function that gives one number, the
// penalty on a weight or an output.
func RegularizerFunc(name string, f func(w *ops.Value) *ops.Value) Regularizer {
	return &regularizerFunc{named{name, f == nil}, f}
}

// ConstraintFunc makes a constraint of a function that changes a weight of
// shape s, row-major, in place.
func ConstraintFunc(name string, f func(w []float32, s Shape)) Constraint {
	return &constraintFunc{named{name, f == nil}, f}
}

// named is what functions with a name share.
type named struct {
	name    string
	missing bool // the function is nil
}

// ConfigName is the name in files.
func (n named) ConfigName() string { return n.name }

// Validate refuses a missing function.
func (n named) Validate() error {
	if n.missing {
		return fmt.Errorf("%q: the function is nil", n.name)
	}
	return nil
}

type initializerFunc struct {
	named
	f func([]float32, Shape, *rand.Rand)
}

func (i *initializerFunc) Init(dst []float32, s Shape, r *rand.Rand) { i.f(dst, s, r) }

type regularizerFunc struct {
	named
	f func(*ops.Value) *ops.Value
}

func (r *regularizerFunc) Penalty(w *ops.Value) *ops.Value { return r.f(w) }

type constraintFunc struct {
	named
	f func([]float32, Shape)
}

func (c *constraintFunc) Constrain(w []float32, s Shape) { c.f(w, s) }
