"""Fixtures of kinds "layers_attention", "attention" and "attention_model". See README.md for the fields."""

import json

from keras_common import Case, finish, keras, np, rng, short, tf
from keras_layer_case import many, random_weight

L, R, C = keras.layers, keras.regularizers, keras.constraints


def masked(name, *shape):
    """A mask with at least one entry of each row that counts, and one row full."""
    m = rng("mask/" + name).rand(*shape) < 0.6
    m[..., 0] = True
    m[0] = True
    return m


def attention_case(name, cls, kwargs, shapes, masks=None, attention_mask=None, training=False, **arguments):
    """One call with inputs of the given shapes: query, value, perhaps key. Cases with masks or
    arguments of the call are of kind "attention", the others of kind "layers_attention"."""
    keras.backend.clear_session()
    kind = "attention" if masks or attention_mask is not None or arguments else "layers_attention"
    r = rng(kind + "/" + name)
    layer = cls(**kwargs)
    config = layer.get_config()
    xs = [tf.constant(r.standard_normal(s).astype(np.float32)) for s in shapes]
    heads = cls is L.MultiHeadAttention
    case = Case(kind, name, class_name=cls.__name__, config=config, input_shape=[None, *shapes[0][1:]])
    masks = [None if m is None else tf.constant(m) for m in masks or []]

    def run(masks, training, **kw):
        if not heads:
            if masks:
                kw["mask"] = masks
            return layer(list(xs), training=training, **kw)
        # Copies, so that the masks stay with this call.
        ins = [tf.identity(x) for x in xs]
        for x, m in zip(ins, masks):
            if m is not None:
                x._keras_mask = m
        if attention_mask is not None:
            kw["attention_mask"] = tf.constant(attention_mask)
        return layer(ins[0], ins[1], training=training, **dict(kw, **({"key": ins[2]} if len(ins) > 2 else {})))

    run([], False)
    for w in layer.weights:
        w.assign(random_weight(r, short(w.name), w.shape))
    built = layer.get_config()
    if str(built) != str(config):
        case.json["config_built"] = built
    case.json["arguments"] = arguments
    case.json["weights"] = [
        {"name": short(w.name), "keras_name": w.name, "array": case.put(f"weight{i}", w.numpy()), "trainable": True} for i, w in enumerate(layer.weights)
    ]
    constrained = [w.constraint(w) if w.constraint is not None else None for w in layer.weights]
    if any(v is not None for v in constrained):
        case.json["constrained"] = [case.put(f"constrained{i}", v) for i, v in enumerate(constrained)]
    with tf.GradientTape(persistent=True) as tape:
        for x in xs:
            tape.watch(x)
        outs = many(run(masks, training, **arguments))
        rs = [r.standard_normal(o.shape).astype(np.float32) for o in outs]
        total = tf.add_n([tf.reduce_sum(o * k) for o, k in zip(outs, rs)])
        losses = list(layer.losses)
        loss = tf.add_n(losses) if losses else None
    p = "call0."
    entry = {"training": training, "input": case.put(p + "input", xs[0]), "input_dtype": "float32"}
    entry["initial_state"] = [case.put(f"{p}input{i + 1}", x) for i, x in enumerate(xs[1:])]
    entry["masks"] = [case.put(f"{p}mask{i}", m) for i, m in enumerate(masks)]
    if attention_mask is not None:
        entry["attention_mask"] = case.put(p + "attention_mask", attention_mask)
    entry["outputs"] = [case.put(f"{p}output{i}", o) for i, o in enumerate(outs)]
    mask = masks[0] if masks else None
    if mask is not None:
        entry["output_masks"] = [case.put(p + "output_mask0", mask)]
    entry["r"] = [case.put(f"{p}r{i}", k) for i, k in enumerate(rs)]
    entry["input_grad"] = case.put(p + "input_grad", tape.gradient(total, xs[0]))
    entry["state_grads"] = [case.put(f"{p}input_grad{i + 1}", tape.gradient(total, x)) for i, x in enumerate(xs[1:])]
    entry["weight_grads"] = [case.put(f"{p}weight_grad{i}", tape.gradient(total, w)) for i, w in enumerate(layer.weights)]
    if losses:
        entry["loss"] = case.put(p + "loss", loss)
        entry["loss_input_grads"] = [case.put(f"{p}loss_input_grad{i}", tape.gradient(loss, x)) for i, x in enumerate(xs)]
        entry["loss_weight_grads"] = [case.put(f"{p}loss_weight_grad{i}", tape.gradient(loss, w)) for i, w in enumerate(layer.weights)]
    case.json["calls"] = [entry]
    case.write()


def attention():
    def a(name, *shapes, cls=L.Attention, tag="attention_", **kw):
        call = {k: kw.pop(k) for k in ("masks", "return_attention_scores", "use_causal_mask", "training") if k in kw}
        attention_case(tag + name, cls, kw, shapes, **call)

    q, v, k = (2, 3, 4), (2, 5, 4), (2, 5, 4)
    both = [masked("q", 2, 3), masked("v", 2, 5)]
    for tag, cls in (("attention_", L.Attention), ("additive_attention_", L.AdditiveAttention)):
        one = dict(tag=tag, cls=cls)
        a("plain", q, v, **one)
        a("key", q, v, k, **one)
        a("self", q, q, **one)
        a("one_step", (2, 1, 4), (2, 1, 4), **one)
        a("one_feature", (2, 3, 1), (2, 4, 1), **one)
        a("rank4", (2, 2, 3, 4), (2, 2, 5, 4), **one)
        a("dropout", q, v, dropout=0.5, **one)
        a("scores", q, v, return_attention_scores=True, **one)
        a("causal", q, q, use_causal_mask=True, **one)
        a("causal_long_query", (2, 5, 3), (2, 3, 3), use_causal_mask=True, return_attention_scores=True, **one)
        a("causal_long_value", q, v, use_causal_mask=True, **one)
        a("masks", q, v, masks=both, **one)
        a("masks_key_scores", q, v, k, masks=both, return_attention_scores=True, **one)
        a("query_mask", q, v, masks=[both[0], None], **one)
        a("value_mask_causal", q, v, masks=[None, both[1]], use_causal_mask=True, return_attention_scores=True, **one)
        a("value_mask_nothing", q, v, masks=[None, np.zeros((2, 5), bool)], **one)
    a("use_scale", q, v, use_scale=True)
    a("use_scale_key", q, (2, 5, 3), k, use_scale=True)
    a("use_scale_masks", q, v, use_scale=True, masks=both, return_attention_scores=True)
    a("concat", q, v, score_mode="concat")
    a("concat_key", q, (2, 5, 3), k, score_mode="concat")
    a("concat_use_scale", q, v, score_mode="concat", use_scale=True)
    a("concat_use_scale_masks", q, v, score_mode="concat", use_scale=True, masks=both, use_causal_mask=True, return_attention_scores=True)
    a("no_scale", q, v, cls=L.AdditiveAttention, tag="additive_attention_", use_scale=False)
    a("no_scale_masks", q, v, cls=L.AdditiveAttention, tag="additive_attention_", use_scale=False, masks=both)


def multi_head():
    def m(name, *shapes, num_heads=2, key_dim=3, **kw):
        call = {k: kw.pop(k) for k in ("masks", "attention_mask", "return_attention_scores", "use_causal_mask", "training") if k in kw}
        attention_case("multi_head_attention_" + name, L.MultiHeadAttention, dict(num_heads=num_heads, key_dim=key_dim, **kw), shapes, **call)

    q, v, k = (2, 3, 4), (2, 5, 6), (2, 5, 3)
    both = [masked("mhq", 2, 3), masked("mhv", 2, 5)]
    m("plain", q, v)
    m("key", q, v, k)
    m("self", q, q)
    m("one_head", q, v, num_heads=1)
    m("one_by_one", (1, 1, 1), (1, 1, 1), num_heads=1, key_dim=1)
    m("odd", (3, 7, 5), (3, 9, 5), num_heads=3, key_dim=5)
    m("value_dim", q, v, k, value_dim=5)
    m("no_bias", q, v, use_bias=False)
    m("output_shape", q, v, output_shape=7)
    m("output_shape_axes", q, v, output_shape=[2, 3])
    m("dropout", q, v, dropout=0.4)
    m("rank4", (2, 2, 3, 4), (2, 2, 3, 4))
    m("rank4_other_steps", (2, 2, 3, 4), (2, 4, 2, 5))
    m("axis_1_rank4", (2, 3, 2, 4), (2, 5, 2, 4), attention_axes=[1])
    m("axis_2_rank4", (2, 2, 3, 4), (2, 2, 5, 4), attention_axes=2)
    m("axes_rank5", (2, 3, 2, 2, 4), (2, 3, 3, 1, 4), attention_axes=[2, 3])
    m("axes_rank5_apart", (2, 2, 3, 2, 4), (2, 4, 3, 1, 4), attention_axes=[1, 3])
    m("regularized", q, v, kernel_regularizer=R.L2(0.02), bias_regularizer=R.L1(0.03), activity_regularizer=R.L2(0.05))
    m("constrained", q, v, kernel_constraint=C.MaxNorm(1.0, axis=[0, 1]), bias_constraint="non_neg")
    m("initializers", q, v, kernel_initializer="he_normal", bias_initializer=keras.initializers.Constant(0.1))
    m("scores", q, v, return_attention_scores=True)
    m("scores_rank4", (2, 2, 3, 4), (2, 4, 2, 4), return_attention_scores=True)
    m("scores_axis_2", (2, 2, 3, 4), (2, 2, 5, 4), attention_axes=[2], return_attention_scores=True)
    m("scores_activity", q, v, activity_regularizer=R.L1(0.1), return_attention_scores=True)
    m("causal", q, q, use_causal_mask=True)
    m("causal_long_query", (2, 5, 4), (2, 3, 4), use_causal_mask=True, return_attention_scores=True)
    m("causal_long_value", q, v, use_causal_mask=True)
    m("masks", q, v, masks=both)
    m("masks_scores", q, v, masks=both, return_attention_scores=True)
    m("query_mask", q, v, masks=[both[0]])
    m("value_mask", q, v, masks=[None, both[1]])
    m("key_mask", q, v, k, masks=[None, None, both[1]])
    m("masks_causal", q, v, masks=both, use_causal_mask=True, return_attention_scores=True)
    m("attention_mask", q, v, attention_mask=masked("am", 2, 3, 5))
    m("attention_mask_key", q, v, k, attention_mask=masked("am2", 2, 3, 5))
    m("attention_mask_batch", q, v, attention_mask=masked("am3", 1, 3, 5))
    m("attention_mask_keys", q, v, attention_mask=masked("am4", 2, 1, 5))
    m("attention_mask_heads", q, v, attention_mask=masked("am5", 2, 2, 3, 5))
    m("attention_mask_rank4", (2, 2, 3, 4), (2, 2, 3, 4), attention_mask=masked("am6", 2, 2, 3, 2, 3))
    m("attention_mask_axis_2", (2, 2, 3, 4), (2, 2, 5, 4), attention_axes=[2], attention_mask=masked("am7", 2, 2, 3, 5))
    m("attention_mask_all", q, v, masks=both, attention_mask=masked("am8", 2, 3, 5), use_causal_mask=True, return_attention_scores=True)
    m("attention_mask_nothing", q, v, attention_mask=np.zeros((2, 3, 5), bool))
    m("robust", q, v, softmax_robust_masking=True, attention_mask=masked("am9", 2, 3, 5), return_attention_scores=True)
    m("robust_nothing", q, v, softmax_robust_masking=True, attention_mask=np.zeros((2, 3, 5), bool), return_attention_scores=True)
    m("robust_causal", q, q, softmax_robust_masking=True, use_causal_mask=True)


def model():
    """A functional model whose calls have named inputs and arguments."""
    keras.backend.clear_session()
    q, v, m = L.Input((3, 4), name="q"), L.Input((5, 4), name="v"), L.Input((3, 5), name="m")
    y = L.MultiHeadAttention(2, 3, name="mha")(q, v, attention_mask=m, use_causal_mask=True)
    y, s = L.Attention(name="att")([y, v], return_attention_scores=True)
    y = L.AdditiveAttention(name="add")([y, q, q], use_causal_mask=True)
    y = L.MultiHeadAttention(1, 2, name="self")(y, y, y)
    whole = keras.Model([q, v, m], [y, s], name="attend")
    case = Case("attention_model", "attend", model=json.loads(whole.to_json()))
    r = rng("attention_model")
    for w in whole.weights:
        w.assign(random_weight(r, short(w.name), w.shape))
    xs = [r.standard_normal((2, 3, 4)), r.standard_normal((2, 5, 4)), masked("model", 2, 3, 5)]
    case.json["weights"] = [{"name": w.name, "array": case.put(f"weight{i}", w)} for i, w in enumerate(whole.weights)]
    case.json["x"] = [case.put(f"x{i}", x) for i, x in enumerate(xs)]
    case.json["predict"] = [case.put(f"predict{i}", y) for i, y in enumerate(whole([tf.constant(x.astype(np.float32)) for x in xs]))]
    case.write()


attention()
multi_head()
model()
finish("layers_attention", "attention", "attention_model")
