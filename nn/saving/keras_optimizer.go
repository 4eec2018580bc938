package saving

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/hdf5"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// slot is one numbered variable of an optimizer in a file of Keras 3.
type slot struct {
	kind  slotKind
	of    int // which of OptimizerState.Variables
	shape []int
}

type slotKind int

const (
	slotIteration slotKind = iota // int64
	slotRate                      // the learning rate
	slotVariable
	slotEmpty   // an int32 in the place of a variable that a weight does not have
	slotProduct // of the momenta of all steps, for Nadam
)

// slots lists the variables in the dialect's order, which is tf-keras' with these
// differences in Keras 3: the learning rate is one of them unless it follows a
// schedule, SGD without momentum has no vectors, Adafactor has numbers in the place
// of what vectors do not need, Nadam has one number more.
func slots(opt nn.Optimizer, s nn.OptimizerState, d dialect) []slot {
	list := []slot{{kind: slotIteration}}
	three := d == dialect3
	if three && !scheduled(opt) {
		list = append(list, slot{kind: slotRate})
	}
	for i, v := range s.Variables {
		if three && s.Class == "SGD" && opt.Slots() == 0 && v.Slot == "m" {
			continue
		}
		if three && s.Class == "Adafactor" && v.Slot == "v" && (i == 0 || s.Variables[i-1].Slot != "c") {
			list = append(list, slot{kind: slotEmpty}, slot{kind: slotEmpty})
		}
		list = append(list, slot{slotVariable, i, v.Value.Shape()})
	}
	if three && s.Class == "Nadam" {
		list = append(list, slot{kind: slotProduct})
	}
	return list
}

// scheduled reports whether the learning rate follows a schedule.
func scheduled(opt nn.Optimizer) bool {
	o, err := config.EncodeThing(opt)
	if err != nil {
		return false
	}
	if thing, ok := o.(config.Object); ok {
		if cfg, ok := thing.Get("config"); ok {
			rate, _ := cfg.(config.Object).Get("learning_rate")
			_, is := rate.(config.Object)
			return is
		}
	}
	return false
}

// momentumProduct is what Nadam of Keras 3 has multiplied up in n steps.
func momentumProduct(opt nn.Optimizer, n uint64) float32 {
	beta := 0.9
	if o, err := config.EncodeThing(opt); err == nil {
		if thing, ok := o.(config.Object); ok {
			cfg, _ := thing.Get("config")
			switch b, _ := cfg.(config.Object).Get("beta_1"); b := b.(type) {
			case config.Float:
				beta = float64(b)
			case float64:
				beta = b
			}
		}
	}
	p := float32(1)
	for t := uint64(1); t <= n && p > 0; t++ {
		p *= float32(beta) * (1 - 0.5*float32(math.Pow(0.96, float64(t))))
	}
	return p
}

// writeOptimizer puts the state of a compiled model's optimizer into a weights file.
func writeOptimizer(root *hdf5.Node, m *nn.Model, d dialect) error {
	c, _ := m.CompileConfig()
	s, err := m.OptimizerState()
	if err != nil {
		return err
	}
	g := root.Group("optimizer/vars")
	if d == dialect3 {
		g.Text("name", strings.ToLower(s.Class))
	}
	for i, x := range slots(c.Optimizer, s, d) {
		a := hdf5.Array{Shape: x.shape}
		switch x.kind {
		case slotIteration:
			a.Ints = []int64{int64(s.Iterations)}
		case slotRate:
			a.Floats = []float32{float32(s.LearningRate)}
		case slotVariable:
			a.Floats = s.Variables[x.of].Value.Data()
		case slotEmpty:
			a.Ints = []int64{0}
		case slotProduct:
			a.Floats = []float32{momentumProduct(c.Optimizer, s.Iterations)}
		}
		g.Dataset(strconv.Itoa(i), a)
	}
	return nil
}

// readOptimizer makes the optimizer of a compiled model go on from the state in a
// weights file. Keras writes the first one or two variables only when the model was
// never trained.
func readOptimizer(root *hdf5.Group, m *nn.Model, d dialect) error {
	g, err := subgroup(root, "optimizer")
	if err == nil {
		g, err = subgroup(g, "vars")
	}
	if err != nil {
		return err
	}
	if g == nil {
		return fmt.Errorf("the file has no state of the optimizer")
	}
	c, _ := m.CompileConfig()
	s, err := m.OptimizerState()
	if err != nil {
		return err
	}
	list, have := slots(c.Optimizer, s, d), g.Names()
	started := slices.IndexFunc(list, func(x slot) bool { return x.kind != slotIteration && x.kind != slotRate })
	if started < 0 {
		started = len(list)
	}
	if len(have) != len(list) {
		if len(have) != started {
			return fmt.Errorf("the file has %d variables of the optimizer, %s has %d here", len(have), s.Class, len(list))
		}
		list = list[:started]
	}
	for i, x := range list {
		v, err := g.Dataset(strconv.Itoa(i))
		if err != nil {
			return err
		}
		if !nn.Shape(v.Shape()).Equal(x.shape) {
			return fmt.Errorf("variable %d of the optimizer has shape %v in the file, but %v here", i, nn.Shape(v.Shape()), nn.Shape(x.shape))
		}
		if err := readSlot(v, x, &s); err != nil {
			return err
		}
	}
	if len(list) == started && s.Iterations > 0 && len(s.Variables) > 0 && len(slots(c.Optimizer, s, d)) > started {
		return fmt.Errorf("the file has the number of steps (%d), but not the rest of the state of %s", s.Iterations, s.Class)
	}
	s.Window = nil
	return m.SetOptimizerState(s)
}

func readSlot(v *hdf5.Dataset, x slot, s *nn.OptimizerState) error {
	switch x.kind {
	case slotIteration:
		n, err := v.Ints()
		if err != nil {
			return err
		}
		if n[0] < 0 {
			return fmt.Errorf("the optimizer has made %d steps", n[0])
		}
		s.Iterations, s.Batches = uint64(n[0]), uint64(n[0])
	case slotRate:
		f, err := v.Doubles()
		if err != nil {
			return err
		}
		s.LearningRate = f[0]
	case slotVariable:
		data, err := v.Floats()
		if err != nil {
			return err
		}
		s.Variables[x.of].Value = tensor.From(data, x.shape...)
	}
	return nil
}
