"""How one layer becomes a fixture: built, given random weights, called, differentiated. The families (keras_layers*.py) share it."""

from keras_common import Case, keras, np, rng, short, tf


def random_weight(r, name, shape):
    """Random, never the initial value, and legal: variances are positive."""
    if name in ("moving_variance", "variance"):
        return r.uniform(0.5, 2, shape).astype(np.float32)
    if name == "count":
        return np.int64(7)
    if name == "gamma":
        return (r.uniform(0.5, 1.5, shape) * r.choice([-1, 1, 1], shape)).astype(np.float32)
    return (r.standard_normal(shape) * 0.6).astype(np.float32)


def many(v):
    return list(v) if isinstance(v, (list, tuple)) else [v]


TO_LAST = {3: (0, 2, 1), 4: (0, 2, 3, 1), 5: (0, 2, 3, 4, 1)}
TO_FIRST = {3: (0, 2, 1), 4: (0, 3, 1, 2), 5: (0, 4, 1, 2, 3)}


def layer_case(name, cls, kwargs, calls, batch_shape=None, transposed=None, trainable=True, note=None, tolerance=None, kind="layers"):
    """Runs calls one after another on one layer and stores all of it.

    calls: list of dicts {x: array, training: bool, mask: array, state: [arrays], dtype, reset: bool}.
    transposed: kwargs of the channels_last twin which computes a channels_first case.
    """
    keras.backend.clear_session()
    r = rng(kind + "/" + name)
    layer = cls(**kwargs)
    layer.trainable = trainable
    config = layer.get_config()
    work = layer
    if transposed is not None:
        work = cls(**{**kwargs, **transposed, "name": layer.name})
        work.trainable = trainable
    x0 = calls[0]["x"]
    shape = list(batch_shape or (None,) + x0.shape[1:])
    fields = {"class_name": cls.__name__, "config": config, "input_shape": shape}
    case = Case(kind, name, **fields)
    if note:
        case.json["note"] = note
    if transposed is not None:
        case.json["transposed"] = True
    if tolerance:
        case.json["tolerance"] = tolerance

    def forward(x, mask, state, training):
        if transposed is not None:
            x = tf.transpose(x, TO_LAST[x.shape.rank])
        if mask is not None:
            x._keras_mask = mask
        kw = {}
        if "training" in work._call_spec.full_argspec.args:
            kw["training"] = training
        if state is not None:
            kw["initial_state"] = state
            if mask is not None:
                kw["mask"] = mask
        out = work(x, **kw)
        outs = many(out)
        masks = [getattr(o, "_keras_mask", None) for o in outs]
        if transposed is not None:
            outs = [tf.transpose(o, TO_FIRST[o.shape.rank]) if o.shape.rank == x.shape.rank else o for o in outs]
        return outs, masks

    def tensor(c):
        return tf.constant(c["x"], dtype=c.get("dtype", "float32"))

    # Build, then give every weight a random value.
    c = calls[0]
    forward(tensor(c), None, None, False)
    if getattr(layer, "stateful", False):
        layer.reset_states()
    for w in work.weights:
        w.assign(random_weight(r, short(w.name), w.shape))
    work.finalize_state()  # what preprocessing layers make of their weights
    built = layer.get_config()
    if built != config:
        case.json["config_built"] = built
    case.json["output_shape"] = layer.compute_output_shape(tuple(shape))
    case.json["weights"] = [
        {
            "name": short(w.name),
            "keras_name": w.name,
            "array": case.put(f"weight{i}", w.numpy()),
            "trainable": any(w is v for v in work.trainable_weights),
        }
        for i, w in enumerate(work.weights)
    ]
    constrained = [w.constraint(w) if w.constraint is not None else None for w in work.weights]
    if any(v is not None for v in constrained):
        case.json["constrained"] = [case.put(f"constrained{i}", v) for i, v in enumerate(constrained)]

    case.json["calls"] = []
    for n, c in enumerate(calls):
        p = f"call{n}."
        if c.get("reset"):
            layer.reset_states()
        before = [w.numpy() for w in work.weights]
        x = tensor(c)
        mask = None if c.get("mask") is None else tf.constant(c["mask"], dtype=bool)
        state = None if c.get("state") is None else [tf.constant(s) for s in c["state"]]
        training = bool(c.get("training", False))
        differentiable = x.dtype.is_floating
        with tf.GradientTape(persistent=True) as tape:
            if differentiable:
                tape.watch(x)
            for s in state or []:
                tape.watch(s)
            outs, masks = forward(x, mask, state, training)
            rs = [r.standard_normal(o.shape).astype(np.float32) for o in outs]
            total = tf.add_n([tf.reduce_sum(o * k) for o, k in zip(outs, rs)])
            losses = list(work.losses)
            loss = tf.add_n(losses) if losses else None
        entry = {"training": training, "input": case.put(p + "input", c["x"])}
        entry["input_dtype"] = x.dtype.name
        if mask is not None:
            entry["mask"] = case.put(p + "mask", c["mask"])
        if c.get("reset"):
            entry["reset_states"] = True
        if state is not None:
            entry["initial_state"] = [case.put(f"{p}state{i}", s) for i, s in enumerate(state)]
        entry["outputs"] = [case.put(f"{p}output{i}", o) for i, o in enumerate(outs)]
        if any(m is not None for m in masks):
            entry["output_masks"] = [case.put(f"{p}output_mask{i}", m) for i, m in enumerate(masks)]
        entry["r"] = [case.put(f"{p}r{i}", k) for i, k in enumerate(rs)]

        def grads(of, tag):
            entry[tag + "input_grad"] = case.put(p + tag + "input_grad", tape.gradient(of, x) if differentiable else None)
            if state is not None:
                entry[tag + "state_grads"] = [case.put(f"{p}{tag}state_grad{i}", tape.gradient(of, s)) for i, s in enumerate(state)]
            wg = []
            for i, w in enumerate(work.weights):
                on = any(w is v for v in work.trainable_weights)
                wg.append(case.put(f"{p}{tag}weight_grad{i}", tape.gradient(of, w)) if on else None)
            entry[tag + "weight_grads"] = wg

        grads(total, "")
        if losses:
            entry["losses"] = case.put(p + "losses", np.array([float(v) for v in losses]))
            grads(loss, "losses_")
        after = [w.numpy() for w in work.weights]
        if any((a != b).any() for a, b in zip(before, after)):
            entry["weights_after"] = [case.put(f"{p}weight_after{i}", a) if (a != b).any() else None for i, (b, a) in enumerate(zip(before, after))]
        if getattr(layer, "stateful", False) and getattr(layer, "states", None):
            entry["states_after"] = [case.put(f"{p}state_after{i}", s) for i, s in enumerate(tf.nest.flatten(layer.states))]
        case.json["calls"].append(entry)
    case.write()


def normal(name, *shape):
    return rng("x/" + name).standard_normal(shape).astype(np.float32)


def call(name, *shape, **kw):
    return {"x": normal(name, *shape), **kw}


# ---------------------------------------------------------------- core layers
