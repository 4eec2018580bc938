package nn

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/tensor"
)

// InputsByName brings inputs that are known by the names of the model's inputs into
// the order that batches have.
// Keras: fit({"title": x1, "text": x2}, …).
func (m *Model) InputsByName(x map[string]*tensor.Tensor) ([]*tensor.Tensor, error) {
	if m.err != nil {
		return nil, m.err
	}
	return byName("input", m.InputNames(), x, true)
}

// TargetsByName brings targets that are known by the names of the model's outputs
// into the order that batches have: those of the outputs that Compile trains.
// Keras: fit(x, {"main": y1, "aux": y2}).
func (m *Model) TargetsByName(y map[string]*tensor.Tensor) ([]*tensor.Tensor, error) {
	if m.compiled == nil {
		return nil, errors.Join(m.err, ErrNotCompiled)
	}
	return byName("target", m.trainedOutputs(), y, true)
}

// WeightsByName brings sample weights that are known by the names of the model's
// outputs into the order that batches have. Outputs without weights get ones.
// Keras: fit(…, sample_weight={"main": w}).
func (m *Model) WeightsByName(w map[string]*tensor.Tensor) ([]*tensor.Tensor, error) {
	if m.compiled == nil {
		return nil, errors.Join(m.err, ErrNotCompiled)
	}
	if len(w) == 0 {
		return nil, nil
	}
	names := m.trainedOutputs()
	ws, err := byName("sample weight", names, w, false)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, t := range ws {
		if t != nil && t.Rank() > 0 {
			n = t.Shape()[0]
		}
	}
	for i := range ws {
		if ws[i] == nil {
			ws[i] = tensor.Ones(n)
		}
	}
	return ws, nil
}

func byName(kind string, names []string, given map[string]*tensor.Tensor, all bool) ([]*tensor.Tensor, error) {
	for _, n := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(names, n) {
			continue
		}
		err := fmt.Errorf("nn: there is no %s %q; the model has %q", kind, n, names)
		if near := config.Nearest(n, names); len(near) > 0 {
			err = fmt.Errorf("%w; did you mean %q?", err, near[0])
		}
		return nil, err
	}
	ts := make([]*tensor.Tensor, len(names))
	for i, n := range names {
		if ts[i] = given[n]; ts[i] == nil && all {
			return nil, fmt.Errorf("nn: %s %q is missing; given are %q", kind, n, slices.Sorted(maps.Keys(given)))
		}
	}
	return ts, nil
}
