package search

// An Axis is one thing that a grid varies.
type Axis[P any] struct {
	size int
	set  func(p *P, i int)
}

// Vary makes an axis of the values that set puts into the parameters:
//
//	search.Vary(func(p *Params, v int) { p.Units = v }, 64, 128, 256)
func Vary[P, V any](set func(p *P, v V), values ...V) Axis[P] {
	return Axis[P]{len(values), func(p *P, i int) { set(p, values[i]) }}
}

// Product returns every combination of the axes' values, put into copies of
// base. The last axis changes fastest. Without axes it is base alone; an axis
// without values leaves nothing. Pointers and slices in base are shared.
// scikit-learn: ParameterGrid.
func Product[P any](base P, axes ...Axis[P]) []P {
	n := 1
	for _, a := range axes {
		n *= a.size
	}
	ps := make([]P, n)
	for i := range ps {
		ps[i] = base
		rest := i
		for k := len(axes) - 1; k >= 0; k-- {
			axes[k].set(&ps[i], rest%axes[k].size)
			rest /= axes[k].size
		}
	}
	return ps
}
