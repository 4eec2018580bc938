package nn

import "fmt"

// cut lets a model begin at symbols in the middle of another drawing: each gets
// an input of its own, and the layers behind it are called again, as Keras does.
func (m *Model) cut() {
	fresh := map[*Symbol]*Symbol{}
	for i, s := range m.inputs {
		if s == nil || s.err != nil {
			return // link says so
		}
		if _, input := s.node.layer.(*InputLayer); input {
			continue
		}
		if fresh[s] == nil {
			fresh[s] = NamedInput("", s.shape)
		}
		m.inputs[i] = fresh[s]
	}
	if len(fresh) == 0 {
		return
	}
	var replay func(s *Symbol) *Symbol
	done := map[*node][]*Symbol{}
	replay = func(s *Symbol) *Symbol {
		if s == nil || s.err != nil {
			return s
		}
		if f := fresh[s]; f != nil {
			return f
		}
		n := s.node
		if done[n] == nil {
			args, changed := make([]*Symbol, len(n.in)), false
			for i, x := range n.in {
				args[i] = replay(x)
				changed = changed || args[i] != x
			}
			done[n] = n.out
			if changed {
				done[n] = applyMode(n.mode, n.layer, args)
			}
		}
		if s.index >= len(done[n]) { // a mistake: the only symbol carries it
			return failed(fmt.Errorf("nn: the model cannot begin there: %w", done[n][0].err))
		}
		return done[n][s.index]
	}
	for i, s := range m.outputs {
		m.outputs[i] = replay(s)
	}
}
