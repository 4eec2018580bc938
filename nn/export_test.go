package nn

import "github.com/antler-ml/antler/tensor"

// Stepper returns a function that does one training step, for measurements.
func Stepper(m *Model, x, y []*tensor.Tensor) func() error {
	mt := m.newMeter("")
	return func() error { return m.trainStep(x, y, nil, mt) }
}

// PlanMemory returns planned and unplanned floats of a training step, the
// gradients of weights left out.
func PlanMemory(m *Model, x, y []*tensor.Tensor) (planned, unplanned int, err error) {
	p, err := m.plan(training, x, y, nil)
	if err != nil {
		return 0, 0, err
	}
	defer m.release(p)
	mem := p.program.Memory()
	slab := len(p.program.Slab()) // gradients are no activations
	return mem.Planned - slab, mem.Unplanned - slab, nil
}
