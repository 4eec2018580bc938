package augment

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/rng"
)

// An Op is a change of a sample with all its parameters fixed: what an
// [Augmentation] drew. Its exported fields are the parameters, so that it can
// be written to a log and done again, see [MarshalOp].
type Op interface {
	// Apply changes the sample. Its image, masks, boxes and points stay together.
	Apply(s *Sample) error
	// Size returns the size that a picture of h × w pixels has afterwards.
	Size(h, w int) (int, int)
}

// An Augmentation is a change whose parameters are left to chance. Its fields
// say within which limits. Put it into a [Policy], which fills in the defaults
// and checks the limits.
type Augmentation interface {
	// Draw draws the parameters for a picture of h × w pixels. nil leaves the
	// sample as it is.
	Draw(r *Rand, h, w int) Op
}

// keeps is embedded by changes that keep the picture's size.
type keeps struct{}

// Size returns h, w.
func (keeps) Size(h, w int) (int, int) { return h, w }

// Ops are changes one after another.
type Ops []Op

// Apply applies all changes in order.
func (o Ops) Apply(s *Sample) error {
	for _, op := range o {
		if op == nil {
			continue
		}
		if err := op.Apply(s); err != nil {
			return err
		}
	}
	return nil
}

// Size returns the size that a picture has after all changes.
func (o Ops) Size(h, w int) (int, int) {
	for _, op := range o {
		if op != nil {
			h, w = op.Size(h, w)
		}
	}
	return h, w
}

// Rand are the random numbers of one sample. They depend on what NewRand or
// Reset was given only, so nothing that happens to other samples can change
// them. It also keeps the memory of the ops that were drawn, until Reset.
type Rand struct {
	*rand.Rand
	source rng.Source
	slabs  map[any]any
}

// NewRand returns the random numbers that belong to a seed and some numbers,
// such as the epoch and the index of the sample.
func NewRand(seed uint64, ids ...uint64) *Rand {
	r := &Rand{slabs: map[any]any{}}
	r.Rand = rand.New(&r.source)
	r.Reset(seed, ids...)
	return r
}

// Reset goes to the numbers of another seed. Ops that were drawn before must not
// be used afterwards.
func (r *Rand) Reset(seed uint64, ids ...uint64) {
	r.source.Reset(seed, ids...)
	for _, s := range r.slabs {
		s.(interface{ rewind() }).rewind()
	}
}

// Uniform returns a number in [lo, hi).
func (r *Rand) Uniform(lo, hi float64) float64 { return uniform(r, lo, hi) }

// seed returns the seed of an op that makes many random numbers; a float64
// holds it, and so does JSON.
func (r *Rand) seed() int { return int(r.Uint64() >> 11) }

type slab[T any] struct {
	items []*T
	used  int
}

func (s *slab[T]) rewind() { s.used = 0 }

// take returns a copy of v whose memory Reset takes back.
func take[T any](r *Rand, v T) *T {
	p := reuse[T](r)
	*p = v
	return p
}

// reuse returns what was given out under this type before the last Reset.
func reuse[T any](r *Rand) *T {
	key := any((*T)(nil))
	s, ok := r.slabs[key].(*slab[T])
	if !ok {
		s = new(slab[T])
		r.slabs[key] = s
	}
	if s.used == len(s.items) {
		s.items = append(s.items, new(T))
	}
	p := s.items[s.used]
	s.used++
	return p
}

// Register makes an augmentation or an op of the caller's known under its type's
// name, so that policies and logs may contain it.
func Register[T any]() { config.Register[T]() }

var (
	opType           = reflect.TypeFor[Op]()
	augmentationType = reflect.TypeFor[Augmentation]()
)

// MarshalOp writes an op, or Ops, as JSON: {"class_name": …, "config": …}, or a
// list of those.
func MarshalOp(op Op) ([]byte, error) {
	v, err := encodeOp(op)
	if err != nil {
		return nil, fmt.Errorf("augment: %w", err)
	}
	return json.Marshal(v)
}

func encodeOp(op Op) (any, error) {
	switch op := op.(type) {
	case nil:
		return []any{}, nil
	case *Ops:
		return encodeOp(*op)
	case Ops:
		list := make([]any, 0, len(op))
		for _, o := range op {
			if o == nil {
				continue
			}
			v, err := encodeOp(o)
			if err != nil {
				return nil, err
			}
			if more, ok := v.([]any); ok {
				list = append(list, more...)
			} else {
				list = append(list, v)
			}
		}
		return list, nil
	}
	return config.EncodeThing(op)
}

// UnmarshalOp is the inverse of [MarshalOp].
func UnmarshalOp(data []byte) (Ops, error) {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("augment: parameters: %w", err)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	ops := make(Ops, 0, len(list))
	for i, x := range list {
		t, err := config.DecodeThing(x, opType)
		if err != nil {
			return nil, fmt.Errorf("augment: parameters [%d]: %w", i, err)
		}
		op, ok := t.(Op)
		if !ok {
			return nil, fmt.Errorf("augment: parameters [%d] is null, want {\"class_name\", \"config\"}", i)
		}
		ops = append(ops, op)
	}
	return ops, nil
}
