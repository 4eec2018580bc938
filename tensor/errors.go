package tensor

import "fmt"

// An Error says which argument of which function does not fit, and what would.
// Functions of this package panic with an *Error on misuse, as slices do on a
// bad index; use [Try] to get it as an error. Functions that read files or
// data return errors and never panic on what they read.
type Error struct {
	Op     string // the function: "Sum"
	Arg    string // its argument: "axes"; may be empty
	Reason string
}

func (e *Error) Error() string {
	s := "tensor: " + e.Op + ": "
	if e.Arg != "" {
		s += e.Arg + ": "
	}
	return s + e.Reason
}

func fail(op, arg, format string, args ...any) {
	panic(&Error{Op: op, Arg: arg, Reason: fmt.Sprintf(format, args...)})
}

// Try runs f and returns the *Error it panics with, or nil. Other panics pass.
func Try(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			err = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// axisOf turns a possibly negative axis into one of 0 … rank-1.
func axisOf(op, arg string, axis int, shape []int) int {
	return axisIn(op, arg, axis, len(shape), shape)
}

// axisIn is axisOf for a result of another rank than the operand's.
func axisIn(op, arg string, axis, rank int, shape []int) int {
	if axis < -rank || axis >= rank {
		if rank == 0 {
			fail(op, arg, "axis %d is out of range: a tensor of rank 0 has no axes", axis)
		}
		fail(op, arg, "axis %d is out of range for rank %d (shape %v); want %d to %d", axis, rank, shape, -rank, rank-1)
	}
	if axis < 0 {
		axis += rank
	}
	return axis
}

// axesOf returns which axes are named; none means all.
func axesOf(op string, axes, shape []int) []bool {
	on := make([]bool, len(shape))
	for _, a := range axes {
		i := axisOf(op, "axes", a, shape)
		if on[i] {
			fail(op, "axes", "axis %d is named twice in %v", i, axes)
		}
		on[i] = true
	}
	if len(axes) == 0 {
		for i := range on {
			on[i] = true
		}
	}
	return on
}
