package augment

import "fmt"

func init() {
	Register[Sequence]()
	Register[Sometimes]()
	Register[OneOf]()
	Register[SomeOf]()
}

// Sequence does all, in order.
type Sequence struct{ All []Augmentation }

// Draw draws one after another.
func (a *Sequence) Draw(r *Rand, h, w int) Op { return drawAll(r, a.All, h, w) }

func (a *Sequence) nested() []*Augmentation { return pointers(a.All) }

// Sometimes does something with a probability.
type Sometimes struct {
	Probability float64 `default:"0.5"` // from 0 to 1; 0 stands for the default
	Do          Augmentation
}

// Validate checks the probability.
func (a *Sometimes) Validate() error {
	if a.Do == nil {
		return fmt.Errorf("Do is nil, want an augmentation")
	}
	return between("Probability", a.Probability, 0, 1)
}

// Draw draws whether, then what.
func (a *Sometimes) Draw(r *Rand, h, w int) Op {
	if r.Float64() >= a.Probability {
		return nil
	}
	return a.Do.Draw(r, h, w)
}

func (a *Sometimes) nested() []*Augmentation { return []*Augmentation{&a.Do} }

// OneOf does one of several.
type OneOf struct {
	Of      []Augmentation
	Weights []float64 // how often each is taken, in proportion; nil: equally often
}

// Validate checks the weights.
func (a *OneOf) Validate() error {
	if len(a.Of) == 0 {
		return fmt.Errorf("Of is empty, want at least one augmentation")
	}
	if a.Weights == nil {
		return nil
	}
	if len(a.Weights) != len(a.Of) {
		return fmt.Errorf("Weights has %d numbers, want one for each of the %d augmentations", len(a.Weights), len(a.Of))
	}
	sum := 0.0
	for i, w := range a.Weights {
		if err := between(fmt.Sprintf("Weights[%d]", i), w, 0, huge); err != nil {
			return err
		}
		sum += w
	}
	if sum == 0 {
		return fmt.Errorf("Weights are all 0; give one of them a number above 0")
	}
	return nil
}

// Draw draws which, then its parameters.
func (a *OneOf) Draw(r *Rand, h, w int) Op {
	if a.Weights == nil {
		return a.Of[r.IntN(len(a.Of))].Draw(r, h, w)
	}
	sum := 0.0
	for _, v := range a.Weights {
		sum += v
	}
	at := r.Float64() * sum
	last := 0
	for i, v := range a.Weights {
		if v == 0 {
			continue
		}
		last = i
		if at -= v; at < 0 {
			break
		}
	}
	return a.Of[last].Draw(r, h, w)
}

func (a *OneOf) nested() []*Augmentation { return pointers(a.Of) }

// SomeOf does N different ones of several, in random order.
type SomeOf struct {
	N  int `default:"1"`
	Of []Augmentation
}

// Validate checks the number.
func (a *SomeOf) Validate() error {
	if a.N < 1 || a.N > len(a.Of) {
		return fmt.Errorf("N is %d, want 1 to the %d augmentations in Of", a.N, len(a.Of))
	}
	return nil
}

// Draw draws which, in which order, then their parameters.
func (a *SomeOf) Draw(r *Rand, h, w int) Op {
	order := *takeList(r, len(a.Of))
	for i := range order {
		order[i] = i
	}
	ops := takeOps(r)
	for i := range a.N {
		j := i + r.IntN(len(order)-i)
		order[i], order[j] = order[j], order[i]
		op := a.Of[order[i]].Draw(r, h, w)
		if op == nil {
			continue
		}
		h, w = op.Size(h, w)
		if more, ok := op.(*Ops); ok {
			*ops = append(*ops, *more...)
		} else {
			*ops = append(*ops, op)
		}
	}
	return ops
}

func (a *SomeOf) nested() []*Augmentation { return pointers(a.Of) }

func pointers(list []Augmentation) []*Augmentation {
	p := make([]*Augmentation, len(list))
	for i := range list {
		p[i] = &list[i]
	}
	return p
}

type intList []int

// takeList returns n numbers whose memory Reset takes back.
func takeList(r *Rand, n int) *intList {
	l := reuse[intList](r)
	*l = resized(*l, n)
	return l
}

func between(name string, v, lo, hi float64) error {
	if !(v >= lo && v <= hi) {
		return fmt.Errorf("%s is %v, want a number from %v to %v", name, v, lo, hi)
	}
	return nil
}

// interval checks a pair of limits.
func interval(name string, v [2]float64, lo, hi float64) error {
	if !(v[0] >= lo && v[0] <= v[1] && v[1] <= hi) {
		return fmt.Errorf("%s is %v, want two numbers from %v to %v, the smaller one first", name, v, lo, hi)
	}
	return nil
}
