package augment

//go:generate go run ./internal/gallery -out ../docs/images/augment

import (
	"encoding/json"
	"fmt"

	"github.com/antler-ml/antler/internal/config"
)

// A Policy is a list of augmentations that a sample passes through one after
// another. It is not changed by its use: several goroutines may share it.
//
//	policy, err := augment.NewPolicy(
//		&augment.RandomResizedCrop{Height: 224, Width: 224},
//		&augment.Sometimes{Probability: 0.5, Do: &augment.HorizontalFlip{}},
//		&augment.RandAugment{})
//	ops := policy.Draw(augment.NewRand(seed, epoch, index), height, width)
//	log, err := augment.MarshalOp(ops) // UnmarshalOp(log).Apply does the same again
//	err = ops.Apply(sample)
type Policy struct{ list []Augmentation }

// NewPolicy completes the augmentations with their defaults and checks them.
func NewPolicy(list ...Augmentation) (*Policy, error) {
	p := &Policy{}
	for i, a := range list {
		c, err := completed(a)
		if err != nil {
			return nil, fmt.Errorf("augment: policy[%d]: %w", i, err)
		}
		p.list = append(p.list, c)
	}
	return p, nil
}

// A nester holds other augmentations.
type nester interface{ nested() []*Augmentation }

func completed(a Augmentation) (Augmentation, error) {
	if a == nil {
		return nil, fmt.Errorf("an augmentation is nil")
	}
	v, err := config.Complete(a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", config.ClassName(a), err)
	}
	a = v.(Augmentation)
	if n, ok := a.(nester); ok {
		for _, inner := range n.nested() {
			if *inner, err = completed(*inner); err != nil {
				return nil, fmt.Errorf("%s: %w", config.ClassName(a), err)
			}
		}
	}
	return a, nil
}

// Draw draws what is done to a picture of h × w pixels.
func (p *Policy) Draw(r *Rand, h, w int) Ops { return *drawAll(r, p.list, h, w) }

// drawAll draws one after another, each for the size that the one before leaves.
func drawAll(r *Rand, list []Augmentation, h, w int) *Ops {
	ops := takeOps(r)
	for _, a := range list {
		op := a.Draw(r, h, w)
		if op == nil {
			continue
		}
		h, w = op.Size(h, w)
		if more, ok := op.(*Ops); ok {
			*ops = append(*ops, *more...)
			continue
		}
		*ops = append(*ops, op)
	}
	return ops
}

// takeOps returns an empty list whose memory Reset takes back.
func takeOps(r *Rand) *Ops {
	o := reuse[Ops](r)
	*o = (*o)[:0]
	return o
}

// Apply draws and applies, and returns what it did.
func (p *Policy) Apply(s *Sample, r *Rand) (Ops, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	h, w, _ := s.size()
	ops := p.Draw(r, h, w)
	return ops, ops.Apply(s)
}

// MarshalJSON writes the augmentations and their limits.
func (p *Policy) MarshalJSON() ([]byte, error) {
	list := make([]any, len(p.list))
	for i, a := range p.list {
		v, err := config.EncodeThing(a)
		if err != nil {
			return nil, fmt.Errorf("augment: policy[%d]: %w", i, err)
		}
		list[i] = v
	}
	return json.Marshal(list)
}

// ParsePolicy reads what MarshalJSON writes: a list of augmentations, each by
// its bare name or as {"class_name": …, "config": …}. One alone needs no list.
func ParsePolicy(data []byte) (*Policy, error) {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("augment: policy: %w", err)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	as := make([]Augmentation, len(list))
	for i, x := range list {
		t, err := config.DecodeThing(x, augmentationType)
		if err != nil {
			return nil, fmt.Errorf("augment: policy[%d]: %w", i, err)
		}
		if as[i], ok = t.(Augmentation); !ok {
			return nil, fmt.Errorf("augment: policy[%d] is null, want the name of an augmentation or {\"class_name\", \"config\"}", i)
		}
	}
	return NewPolicy(as...)
}

// Augmentations returns the names of all augmentations that a policy may name.
func Augmentations() []string { return config.Classes(augmentationType) }
