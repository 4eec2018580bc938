package saving

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/antler-ml/antler/nn"
)

// wireRef is [layer, node, tensor] or [layer, node, tensor, {arguments}].
type wireRef struct {
	layer        string
	node, tensor int
	args         map[string]any // of the call, those that are not null
}

func (r wireRef) String() string { return fmt.Sprintf("{%s %d %d}", r.layer, r.node, r.tensor) }

func (r *wireRef) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("want [layer, node, tensor], got %.40s", b)
	}
	if len(list) < 3 || len(list) > 4 {
		return fmt.Errorf("want [layer, node, tensor], got %d items", len(list))
	}
	if len(list) == 4 {
		if err := json.Unmarshal(list[3], &r.args); err != nil {
			return fmt.Errorf("want an object of call arguments, got %.40s", list[3])
		}
		maps.DeleteFunc(r.args, func(_ string, v any) bool { return v == nil })
	}
	return errors.Join(json.Unmarshal(list[0], &r.layer), json.Unmarshal(list[1], &r.node), json.Unmarshal(list[2], &r.tensor))
}

// firstCalls says at which number the calls of a layer start: 1 for nested
// models, unless the file refers to their call 0.
func firstCalls(ws []wire, layers []nn.Layer, out []wireRef) map[string]int {
	first := map[string]int{}
	for i, w := range ws {
		if _, nested := layers[i].(*nn.Model); nested {
			first[w.Name] = 1
		}
	}
	refs := slices.Clone(out)
	for _, w := range ws {
		for _, call := range w.Inbound {
			refs = append(refs, call...)
		}
	}
	for _, r := range refs {
		if r.node == 0 {
			delete(first, r.layer)
		}
	}
	return first
}

// connect replays the calls of a functional model in an order in which every
// operand exists; what remains when nothing can be called is a cycle.
func connect(ws []wire, layers []nn.Layer, inputs map[int]*nn.Symbol, in, out []wireRef) (*nn.Model, error) {
	type call struct {
		layer, node int
		training    *bool
	}
	made := map[string][][]*nn.Symbol{} // layer name, node -> outputs
	known := map[string]bool{}
	var open []call
	for i, w := range ws {
		if w.Name == "" {
			return nil, fmt.Errorf("layer %d (%s) has no name", i, w.ClassName)
		}
		if known[w.Name] {
			return nil, fmt.Errorf("two layers are named %q", w.Name)
		}
		known[w.Name] = true
		if s := inputs[i]; s != nil {
			made[w.Name] = [][]*nn.Symbol{{s}}
			continue
		}
		for n := range w.Inbound {
			training := trainingOf(w.Inbound[n])
			var err error
			if w.Inbound[n], err = decodeCall(layers[i], w.Inbound[n], n > 0); err != nil {
				return nil, fmt.Errorf("layer %q: %w", w.Name, err)
			}
			open = append(open, call{i, n, training})
		}
	}
	first := firstCalls(ws, layers, out)
	find := func(r wireRef) *nn.Symbol {
		nodes := made[r.layer]
		r.node -= first[r.layer]
		if r.node < 0 || r.node >= len(nodes) || r.tensor < 0 || r.tensor >= len(nodes[r.node]) {
			return nil
		}
		return nodes[r.node][r.tensor]
	}
	for len(open) > 0 {
		var rest []call
		for _, c := range open {
			w := ws[c.layer]
			var args []*nn.Symbol
			for _, r := range w.Inbound[c.node] {
				if s := find(r); s != nil {
					args = append(args, s)
				}
			}
			if len(args) < len(w.Inbound[c.node]) || len(made[w.Name]) != c.node {
				rest = append(rest, c)
				continue
			}
			var outs []*nn.Symbol
			if c.training == nil {
				outs = nn.ApplyMulti(layers[c.layer], args...)
			} else {
				outs = nn.ApplyTraining(*c.training, layers[c.layer], args...)
			}
			if err := outs[0].Err(); err != nil {
				return nil, err
			}
			made[w.Name] = append(made[w.Name], outs)
		}
		if len(rest) == len(open) {
			w := ws[rest[0].layer]
			return nil, fmt.Errorf("layer %q depends on itself or on a layer that is not there: %v", w.Name, w.Inbound[rest[0].node])
		}
		open = rest
	}
	resolve := func(refs []wireRef) ([]*nn.Symbol, error) {
		var ss []*nn.Symbol
		for _, r := range refs {
			s := find(r)
			if s == nil {
				return nil, fmt.Errorf("no output %d of call %d of layer %q", r.tensor, r.node, r.layer)
			}
			ss = append(ss, s)
		}
		return ss, nil
	}
	ins, err := resolve(in)
	if err != nil {
		return nil, err
	}
	outs, err := resolve(out)
	if err != nil {
		return nil, err
	}
	m := nn.NewModel(ins, outs)
	for i, l := range layers { // ends that are no outputs
		for _, call := range made[ws[i].Name] {
			switch l := l.(type) {
			case *nn.AddLoss:
				m.AddLoss(call[0])
			case *nn.AddMetric:
				m.AddMetric(l.MetricName, call[0])
			}
		}
	}
	return m, nil
}
