package tabular

import (
	"cmp"
	"math"
	"slices"
)

// hashed is a row of which only this is kept.
type hashed struct {
	label int
	hash  uint64
}

// hash is FNV-1a of a row, then mixed by the finisher of MurmurHash3. Equal
// rows are equal, so that none of them is in training and in validation.
func hash(cells []string) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range cells {
		for i := range len(c) {
			h = (h ^ uint64(c[i])) * 1099511628211
		}
		h = (h ^ 0x1f) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// hold finds, for each class, the hash below which rows are held out. Up to a
// million rows the part is exact, but for equal rows, which stay together; of
// more it is that of the first million.
func (f *Found) hold(sample []hashed, labels map[string]int) {
	t := &f.Enc.Target
	class := make([]int, len(labels)) // of a label; all are one class in regression
	for text, k := range labels {
		class[k] = max(0, slices.Index(t.Classes, text))
	}
	for i := range sample {
		sample[i].label = class[min(sample[i].label, len(class)-1)]
	}
	slices.SortFunc(sample, func(a, b hashed) int {
		return cmp.Or(cmp.Compare(a.label, b.label), cmp.Compare(a.hash, b.hash))
	})
	f.limits = make([]uint64, max(1, len(t.Classes)))
	for lo := 0; lo < len(sample); {
		hi := lo
		for hi < len(sample) && sample[hi].label == sample[lo].label {
			hi++
		}
		part := sample[lo:hi]
		want := int(math.Round(f.c.Validation * float64(len(part))))
		best := 0 // where equal rows end that is nearest to the part wanted
		for i := 1; i < len(part); i++ {
			if part[i].hash != part[i-1].hash && (best == 0 || abs(i-want) < abs(best-want)) {
				best = i
			}
		}
		if best > 0 {
			f.limits[part[0].label] = part[best].hash
		}
		lo = hi
	}
}

// held reports whether a row is for validation.
func (f *Found) held(cells []string, class int) bool { return hash(cells) < f.limits[class] }

func abs(x int) int { return max(x, -x) }
