package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// denseAttention is what Attention and AdditiveAttention share: everything but
// how queries and keys are compared.
type denseAttention struct {
	dropout      float64
	causal       bool
	returnScores bool
}

// build checks [query, value] or [query, value, key].
func (a denseAttention) build(in []nn.Shape) error {
	if len(in) != 2 && len(in) != 3 {
		return fmt.Errorf("want 2 or 3 inputs, namely query and value, or query, value and key; got %d", len(in))
	}
	names := [...]string{"query", "value", "key"}
	for i, s := range in {
		if s.Rank() < 3 {
			return fmt.Errorf("want %s of rank 3 or more (batch, steps, features), got rank %d %v", names[i], s.Rank(), s)
		}
		if s.Rank() != in[0].Rank() {
			return fmt.Errorf("query %v and %s %v differ in rank", in[0], names[i], s)
		}
		for axis := range s.Rank() - 2 {
			if differ(s[axis], in[0][axis]) {
				return fmt.Errorf("query %v and %s %v differ in axis %d: %d and %d; only steps and features may differ", in[0], names[i], s, axis, in[0][axis], s[axis])
			}
		}
	}
	key, keyName := in[len(in)-1], names[len(in)-1]
	if q, k := in[0].Last(), key.Last(); differ(q, k) {
		return fmt.Errorf("query %v and %s %v have %d and %d features; they are compared, so the last axes must agree (a Dense layer can bring one to the other's size)", in[0], keyName, key, q, k)
	}
	steps := in[0].Rank() - 2
	if v, k := in[1][steps], key[steps]; differ(v, k) {
		return fmt.Errorf("value %v and key %v have %d and %d steps; there must be a key for each value", in[1], key, v, k)
	}
	return nil
}

// differ reports whether two sizes are known to differ.
func differ(a, b int) bool { return a != b && a != nn.Unknown && b != nn.Unknown }

// attentionInputs are query, value and key of one shape each: (batch, steps, features).
type attentionInputs struct {
	q, v, k    *ops.Value
	mask       *ops.Value // (batch, steps of value) or nil
	queryMask  *ops.Value
	shape      []int // of the output, before axes were merged into the batch
	stepsShape []int // of the scores
}

func (a denseAttention) inputs(c *nn.Call, in []*ops.Value) attentionInputs {
	x := attentionInputs{q: in[0], v: in[1], k: in[len(in)-1], queryMask: c.Mask(0), mask: c.Mask(1)}
	lead := x.q.Shape()[:x.q.Rank()-2]
	x.shape = append(append([]int{}, lead...), x.q.Dim(-2), x.v.Dim(-1))
	x.stepsShape = append(append([]int{}, lead...), x.q.Dim(-2), x.v.Dim(-2))
	if len(lead) > 1 {
		if x.queryMask != nil || x.mask != nil {
			panic(&ops.ShapeError{Op: "Attention", Shapes: [][]int{in[0].Shape(), in[1].Shape()}, Reason: "masks of (batch, steps) need inputs of rank 3"})
		}
		flat := func(v *ops.Value) *ops.Value { return ops.Reshape(v, -1, v.Dim(-2), v.Dim(-1)) }
		x.q, x.v, x.k = flat(x.q), flat(x.v), flat(x.k)
	}
	return x
}

// output gives the result its shape, with zeros for queries that do not count,
// and adds the scores if they are wanted.
func (a denseAttention) output(x attentionInputs, out, scores *ops.Value) []*ops.Value {
	out = ops.Reshape(out, x.shape...)
	if x.queryMask != nil {
		out = ops.Mul(out, ops.ExpandDims(x.queryMask, -1))
	}
	if !a.returnScores {
		return []*ops.Value{out}
	}
	return []*ops.Value{out, ops.Reshape(scores, x.stepsShape...)}
}

// applyScores is softmax, dropout and product, one after another. scores is
// (batch, steps of query, steps of value).
func (a denseAttention) applyScores(c *nn.Call, x attentionInputs, scores *ops.Value) []*ops.Value {
	var mask *ops.Value
	if x.mask != nil {
		mask = ops.ExpandDims(x.mask, 1)
	}
	if a.causal {
		m := causalMask(scores.Dim(1), scores.Dim(2))
		if mask != nil {
			m = ops.Mul(m, mask)
		}
		mask = m
	}
	if mask != nil {
		scores = ops.Add(scores, penalty(mask))
	}
	weights := ops.Softmax(scores, -1)
	if c.Training && a.dropout > 0 {
		weights = ops.Dropout(weights, c.Stream(), float32(a.dropout), nil)
	}
	return a.output(x, ops.MatMul(weights, x.v), weights)
}

// penalty turns a mask into what is added to scores: 0 where it is 1, -1e9
// where it is 0.
func penalty(mask *ops.Value) *ops.Value { return ops.MulScalar(ops.AddScalar(mask, -1), 1e9) }

// causalMask is (1, queries, keys) with 1 where the key is not after the query.
func causalMask(queries, keys int) *ops.Value {
	m := tensor.New(1, queries, keys)
	for i := range queries {
		for j := range min(keys, i+1) {
			m.Data()[i*keys+j] = 1
		}
	}
	return ops.Constant(m)
}

// attentionCall are the arguments that Keras' attention layers take when they
// are called, as their files have them.
func attentionCall(causal, returnScores bool) map[string]any {
	args := map[string]any{}
	if causal {
		args["use_causal_mask"] = true
	}
	if returnScores {
		args["return_attention_scores"] = true
	}
	return args
}

// setAttentionCall is the inverse of attentionCall.
func setAttentionCall(args map[string]any, causal, returnScores *bool) error {
	for name, v := range args {
		to := map[string]*bool{"use_causal_mask": causal, "return_attention_scores": returnScores}[name]
		b, ok := v.(bool)
		switch {
		case name == "training" || v == nil: // Fit and Predict decide
		case to == nil || !ok:
			return fmt.Errorf("call argument %s=%v is not understood", name, v)
		default:
			*to = b
		}
	}
	return nil
}
