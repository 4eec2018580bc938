package saving

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// Keras keeps with each call of a layer what the call was given besides a list
// of inputs. With us such arguments are settings of the layer.
type (
	// A caller is a layer whose call takes arguments in Keras.
	caller interface {
		CallArguments() map[string]any
		SetCallArguments(args map[string]any) error
	}
	// An inputNamer is a caller that takes its inputs one by one, not as a list.
	// InputNames are the names of n inputs.
	inputNamer interface{ InputNames(n int) []string }
)

// encodeCall is a list of [layer, node, tensor, arguments], one for each input.
// Inputs with names stand among the arguments of the first.
func encodeCall(m *nn.Model, l nn.Layer, refs []nn.Ref, training *bool) []any {
	args := map[string]any{}
	if c, ok := l.(caller); ok {
		args = maps.Clone(c.CallArguments())
	}
	if training != nil {
		args["training"] = *training
	}
	wire := func(r nn.Ref) []any {
		return []any{nn.BaseOf(r.Layer).Name(), nodeIndex(m, r.Layer, r.Node), r.Tensor}
	}
	if n, ok := l.(inputNamer); ok {
		for i, name := range n.InputNames(len(refs)) {
			if i > 0 {
				args[name] = wire(refs[i])
			}
		}
		refs = refs[:1]
	}
	call := []any{}
	for _, r := range refs {
		call = append(call, append(wire(r), sorted(args)))
	}
	return call
}

// sorted is a map with its keys in order.
func sorted(m map[string]any) config.Object {
	o := config.Object{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		o = append(o, config.Member{Key: k, Value: m[k]})
	}
	return o
}

// trainingOf takes the argument training out of a call.
func trainingOf(call []wireRef) (training *bool) {
	for _, r := range call {
		if t, ok := r.args["training"].(bool); ok {
			training = &t
			delete(r.args, "training")
		}
	}
	return training
}

// decodeCall hands the arguments of a call to the layer and returns all inputs,
// those with names among them. again says that the layer was called before.
func decodeCall(l nn.Layer, call []wireRef, again bool) ([]wireRef, error) {
	args := map[string]any{}
	for _, r := range call {
		maps.Copy(args, r.args)
	}
	c, ok := l.(caller)
	if !ok {
		for k, v := range args {
			return nil, fmt.Errorf("call argument %s=%v is not understood; only inputs are", k, v)
		}
		return call, nil
	}
	before := c.CallArguments()
	if err := c.SetCallArguments(args); err != nil {
		return nil, err
	}
	if after := c.CallArguments(); again && !reflect.DeepEqual(before, after) {
		return nil, fmt.Errorf("it is called with %v and with %v; a layer has the same arguments in all calls", before, after)
	}
	n, ok := l.(inputNamer)
	if !ok || len(call) != 1 {
		return call, nil
	}
	named := map[string]wireRef{}
	for k, v := range args {
		if list, ok := v.([]any); ok {
			var r wireRef
			text, err := json.Marshal(list)
			if err == nil {
				err = r.UnmarshalJSON(text)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			named[k] = r
		}
	}
	all := slices.Clone(call)
	for _, name := range n.InputNames(len(named) + 1)[1:] {
		r, ok := named[name]
		if !ok {
			return nil, fmt.Errorf("its call has no input %q", name)
		}
		all = append(all, r)
	}
	return all, nil
}
