package pipeline

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// Split cuts arrays in two along their first axis by Keras' rule for fit's
// validation_split: the last fraction of the samples, taken before any
// shuffling, is for validation. The parts are views without copying.
// Nil arrays stay nil.
func Split(fraction float64, arrays ...*tensor.Tensor) (train, validation []*tensor.Tensor, err error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("pipeline: Split: fraction is %v, want a number between 0 and 1, exclusive", fraction)
	}
	n := -1
	for i, t := range arrays {
		if t == nil {
			continue
		}
		if len(t.Shape()) == 0 {
			return nil, nil, fmt.Errorf("pipeline: Split: array %d is a scalar; its first axis must be the sample", i)
		}
		if n >= 0 && n != t.Shape()[0] {
			return nil, nil, fmt.Errorf("pipeline: Split: array %d has %d samples (shape %v), the ones before it %d", i, t.Shape()[0], t.Shape(), n)
		}
		n = t.Shape()[0]
	}
	if n < 0 {
		return nil, nil, fmt.Errorf("pipeline: Split: no arrays given")
	}
	at := int(math.Floor(float64(n) * (1 - fraction)))
	if at == 0 || at == n {
		return nil, nil, fmt.Errorf("pipeline: Split: %v of %d samples leaves %d for training and %d for validation; both need at least one", fraction, n, at, n-at)
	}
	for _, t := range arrays {
		if t == nil {
			train, validation = append(train, nil), append(validation, nil)
			continue
		}
		shape, data := t.Shape(), t.Data()
		row := len(data) / n
		train = append(train, tensor.From(data[:at*row], append([]int{at}, shape[1:]...)...))
		validation = append(validation, tensor.From(data[at*row:], append([]int{n - at}, shape[1:]...)...))
	}
	return train, validation, nil
}

// SplitByName chooses the given fraction of the samples of every class for
// validation, by a hash of their names: the choice looks random but does not
// depend on the order of the samples, and when samples are added at most one
// old sample of each class changes sides. Of each class with at least two
// samples, each side gets at least one. names must be unique within a class;
// labels (nil: all of one class) has one class for each name. The results are
// indices into names, ascending.
func SplitByName(names []string, labels []int, fraction float64, seed uint64) (train, validation []int, err error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("pipeline: SplitByName: fraction is %v, want a number between 0 and 1, exclusive", fraction)
	}
	if labels != nil && len(labels) != len(names) {
		return nil, nil, fmt.Errorf("pipeline: SplitByName: %d names but %d labels", len(names), len(labels))
	}
	type sample struct {
		class int
		hash  uint64
		i     int
	}
	all := make([]sample, len(names))
	for i, name := range names {
		all[i] = sample{hash: hash(seed, name), i: i}
		if labels != nil {
			all[i].class = labels[i]
		}
	}
	slices.SortFunc(all, func(a, b sample) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.hash, b.hash), cmp.Compare(names[a.i], names[b.i]))
	})
	for lo := 0; lo < len(all); {
		hi := lo
		for hi < len(all) && all[hi].class == all[lo].class {
			if hi > lo && names[all[hi].i] == names[all[hi-1].i] {
				return nil, nil, fmt.Errorf("pipeline: SplitByName: %q occurs twice in class %d", names[all[hi].i], all[hi].class)
			}
			hi++
		}
		n := hi - lo
		k := int(math.Round(fraction * float64(n)))
		if n > 1 {
			k = min(max(k, 1), n-1)
		} else {
			k = 0
		}
		for j, s := range all[lo:hi] {
			if j < k {
				validation = append(validation, s.i)
			} else {
				train = append(train, s.i)
			}
		}
		lo = hi
	}
	slices.Sort(train)
	slices.Sort(validation)
	return train, validation, nil
}

// hash is FNV-1a of seed and name, then mixed: FNV alone leaves the high bits
// of similar names similar.
func hash(seed uint64, name string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for i := range b {
		b[i] = byte(seed >> (8 * i))
	}
	h.Write(b[:])
	h.Write([]byte(name))
	x := h.Sum64()
	x ^= x >> 33 // the finisher of MurmurHash3
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return x
}
