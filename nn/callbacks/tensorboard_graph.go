package callbacks

import (
	"encoding/json"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// conceptualGraph is the model's architecture as TensorBoard's graph plugin
// reads it. The calls of layers are rewritten in the form of Keras 3, since
// the plugin draws no edges for those of Keras 2.
func conceptualGraph(m *nn.Model) ([]byte, error) {
	b, err := saving.ToJSON(m)
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	rewriteCalls(v)
	return json.Marshal(v)
}

// rewriteCalls replaces each [[name, node, tensor, {}], …] of an inbound_nodes
// by {"args": [{"config": {"keras_history": [name, node, tensor]}}, …]}.
func rewriteCalls(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			rewriteCalls(x)
		}
	case map[string]any:
		for k, x := range v {
			calls, ok := x.([]any)
			if k != "inbound_nodes" || !ok {
				rewriteCalls(x)
				continue
			}
			for i, call := range calls {
				calls[i] = rewriteCall(call)
			}
		}
	}
}

func rewriteCall(call any) any {
	args := []any{}
	inputs, ok := call.([]any)
	if !ok {
		return call
	}
	for _, in := range inputs {
		if from, ok := in.([]any); ok && len(from) >= 3 {
			args = append(args, map[string]any{"config": map[string]any{"keras_history": from[:3]}})
		}
	}
	return map[string]any{"args": args, "kwargs": map[string]any{}}
}
