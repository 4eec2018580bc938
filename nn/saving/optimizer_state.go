package saving

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// setOptimizer gives the optimizer of a compiled model the state in a file, which
// lists it in the order of some version of Keras: first a counter of updates (not
// all optimizers of old had one) and perhaps the learning rate, then the slots.
// legacy says that all weights have their first slot before any has its second.
func setOptimizer(m *nn.Model, as []array, legacy bool) error {
	s, err := m.OptimizerState()
	if err != nil {
		return err
	}
	as = slices.DeleteFunc(slices.Clone(as), func(a array) bool { return isMarginal(a.name) })
	if len(as) > 0 && len(as[0].shape) == 0 {
		n, err := as[0].number()
		if err != nil {
			return err
		}
		if !(n >= 0 && n < 1<<53) {
			return fmt.Errorf("%s is %g; want a number of updates", as[0].name, n)
		}
		s.Iterations, s.Batches = uint64(n), uint64(n)
		as = as[1:]
	}
	if len(as) > 0 && len(as[0].shape) == 0 && strings.Contains(as[0].name, "learning_rate") {
		if s.LearningRate, err = as[0].number(); err != nil {
			return err
		}
		as = as[1:]
	}
	order, err := slotOrder(s.Variables, as, legacy && s.Class != "Ftrl", unread(m))
	if err != nil {
		return err
	}
	for i, a := range order {
		if a == nil {
			continue
		}
		v := &s.Variables[i]
		data, err := a.floats()
		if err != nil {
			return err
		}
		v.Value = tensor.From(data, v.Value.Shape()...)
	}
	return m.SetOptimizerState(s)
}

// unread are the slots that Keras 2 keeps and nothing reads; Keras 3 has none.
func unread(m *nn.Model) map[string]bool {
	c, _ := m.CompileConfig()
	names := map[string]bool{}
	if n, ok := c.Optimizer.(nn.SlotNamer); ok {
		for _, s := range slices.Concat(n.SlotNames()...) {
			if s.Slot < 0 {
				names[s.Name] = true
			}
		}
	}
	return names
}

// isMarginal reports whether a variable follows from others, or nothing reads it:
// the running product of Nadam, sums of gradients that are not yet applied.
func isMarginal(name string) bool {
	for _, s := range []string{"momentum_cache", "nadam/variable", "u_product", "gradient_accumulator", "m_schedule"} {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}

// slotOrder finds the array of each variable; nil: the file has none, because
// nothing would read it.
func slotOrder(vs []nn.OptimizerVariable, as []array, legacy bool, unread map[string]bool) ([]*array, error) {
	var order []int
	for i := range vs {
		order = append(order, i)
	}
	if legacy {
		order = grouped(vs, order)
	}
	read := slices.DeleteFunc(slices.Clone(order), func(i int) bool { return unread[vs[i].Slot] })
	if len(as) < len(order) {
		order = read
	}
	return placeSlots(vs, as, order)
}

// grouped sorts variables by their slots, and leaves the order within each.
func grouped(vs []nn.OptimizerVariable, all []int) []int {
	var slots []string
	for _, v := range vs {
		if !slices.Contains(slots, v.Slot) {
			slots = append(slots, v.Slot)
		}
	}
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b int) int {
		return slices.Index(slots, vs[a].Slot) - slices.Index(slots, vs[b].Slot)
	})
	return out
}

// placeSlots gives the arrays to variables in an order.
func placeSlots(vs []nn.OptimizerVariable, as []array, order []int) ([]*array, error) {
	if len(as) < len(order) || len(as) > len(order) && !rest(as[len(order):]) {
		return nil, fmt.Errorf("it has %d slots, the optimizer %d", len(as), len(order))
	}
	out := make([]*array, len(vs))
	for k, i := range order {
		if want := nn.Shape(vs[i].Value.Shape()); !want.Equal(as[k].shape) {
			return nil, fmt.Errorf("%s has shape %v, want %v for %s of %s", as[k].name, nn.Shape(as[k].shape), want, vs[i].Slot, vs[i].Weight)
		}
		out[i] = &as[k]
	}
	return out, nil
}

// rest reports whether what is left over are the single zeros that Adam of Keras 2
// keeps instead of the largest squares when it does not need them.
func rest(as []array) bool {
	return !slices.ContainsFunc(as, func(a array) bool { return len(a.shape) != 1 || a.shape[0] != 1 })
}
