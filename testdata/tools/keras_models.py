"""Fixtures of kind "models": how models are put together. See README.md for the fields."""

import json

from keras_common import Case, finish, keras, np, rng, tf

L = keras.layers



def many(v):
    return list(v) if isinstance(v, (list, tuple)) else [v]


def nodes(layer):
    """What get_input_shape_at and its kin say, for each call of the layer."""
    out = []
    i = 0
    while True:
        try:
            shape = layer.get_output_shape_at(i)
        except (ValueError, AttributeError):
            return out
        one = {"output_shape": shape}
        try:
            one["input_shape"] = layer.get_input_shape_at(i)
        except AttributeError:
            pass
        try:
            mask = layer.get_output_mask_at(i)
            one["output_mask"] = any(m is not None for m in many(mask))
        except AttributeError:
            pass
        out.append(one)
        i += 1


def describe(name, model, x, note=None):
    """Everything that a model says about itself, and what it predicts with weights set in order."""
    r = rng("models/" + name)
    case = Case("models", name)
    if note:
        case.json["note"] = note
    case.json["model"] = json.loads(model.to_json())
    case.json["layers"] = [
        {"name": l.name, "class_name": type(l).__name__, "trainable": l.trainable, "weights": [w.name for w in l.weights],
         "trainable_weights": len(l.trainable_weights), "params": l.count_params(), "nodes": nodes(l)}
        for l in model.layers
    ]
    case.json["input_names"], case.json["output_names"] = model.input_names, model.output_names
    case.json["input_shapes"] = [t.shape for t in model.inputs]
    case.json["output_shapes"] = [t.shape for t in model.outputs]
    case.json["count_params"] = model.count_params()
    case.json["trainable_weights"] = [w.name for w in model.trainable_weights]
    case.json["non_trainable_weights"] = [w.name for w in model.non_trainable_weights]
    case.json["losses"] = len(model.losses)
    values = []
    for w in model.weights:
        v = (r.standard_normal(w.shape) * 0.5).astype(np.float32)
        if "moving_variance" in w.name:
            v = np.abs(v) + 0.5
        values.append(v)
    model.set_weights(values)
    case.json["weights"] = [{"name": w.name, "shape": w.shape, "array": case.put(f"weight{i}", v)} for i, (w, v) in enumerate(zip(model.weights, values))]
    case.json["x"] = [case.put(f"x{i}", v) for i, v in enumerate(many(x))]
    case.json["predict"] = [case.put(f"predict{i}", v) for i, v in enumerate(many(model.predict(x, verbose=0)))]
    case.write()
    return case


def trained(name, model, twin, x, y, compile, note=None):
    """Like describe; then the twin, which computes the same, is compiled, evaluated and trained for two epochs."""
    case = describe(name, model, x, note)
    twin.set_weights(model.get_weights())
    model = twin
    model.compile(optimizer=keras.optimizers.SGD(0.1), **compile)
    case.json["compile"] = compile
    case.json["y"] = [case.put(f"y{i}", v) for i, v in enumerate(many(y))] if y is not None else []
    before = model.evaluate(x, y, batch_size=4, verbose=0)
    history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    case.json["metrics_names"] = model.metrics_names
    case.json["evaluate_before"] = [float(v) for v in many(before)]
    case.json["history"] = {k: [float(v) for v in vs] for k, vs in history.history.items()}
    case.json["final"] = [case.put(f"final{i}", v) for i, v in enumerate(model.get_weights())]
    case.write()


def real(name, *shape):
    return rng("models x/" + name).standard_normal(shape).astype(np.float32)


def shared_three_times():
    a, b, c = (keras.Input((k, 3), name=n) for k, n in ((4, "a"), (5, "b"), (None, "c")))
    d = L.Dense(2, name="shared")
    return keras.Model([a, b, c], [d(a), d(b), d(c)], name="thrice")


def nested_twice():
    x = keras.Input((4,))
    inner = keras.Model(x, [L.Dense(3, name="p")(x), L.Dense(2, name="q")(x)], name="inner")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    p1, q1 = inner(a)
    p2, q2 = inner(b)
    return keras.Model([a, b], [L.Add(name="sum")([p1, p2]), L.Concatenate(name="both")([q1, q2])], name="outer")


def branches():
    a = keras.Input((6,), name="a")
    h = L.Dense(5, name="h")(a)
    left = L.Dense(4, name="left2")(L.Dense(4, name="left1")(h))
    right = L.Dense(4, name="right")(h)
    skip = L.Dense(4, name="skip")(a)
    y = L.Add(name="add")([left, right, skip])
    return keras.Model(a, [L.Dense(1, name="out")(y), right], name="branches")


def frozen_outside():
    inner = keras.Sequential([L.Dense(3, input_shape=(4,), name="one"), L.BatchNormalization(name="norm"), L.Dense(2, name="two")], name="inner")
    inner.trainable = False
    inner.layers[0].trainable = True
    m = keras.Sequential([L.Dense(4, input_shape=(5,), name="first"), inner, L.Dense(1, name="last")], name="outer")
    return m


def frozen_inside():
    m = frozen_outside()
    m.layers[1].trainable = True
    m.layers[1].get_layer("norm").trainable = False
    return m


def cut_in_the_middle():
    a = keras.Input((6,), name="a")
    h = L.Dense(5, name="h")(a)
    g = L.Dense(5, name="g")(h)
    y = L.Add(name="add")([L.Dense(5, name="k")(g), g])
    whole = keras.Model(a, L.Dense(1, name="out")(y), name="whole")
    return keras.Model(whole.get_layer("g").output, whole.output, name="tail")


def cut_at_the_end():
    m = branches()
    return keras.Model(m.input, [m.get_layer("left1").output, m.get_layer("skip").output], name="features")


def masked_states():
    ids = keras.Input((None,), name="ids")
    e = L.Embedding(7, 3, mask_zero=True, name="e")(ids)
    y, h, c = L.LSTM(4, return_sequences=True, return_state=True, name="encoder")(e)
    z = L.LSTM(4, name="decoder")(y, initial_state=[h, c])
    return keras.Model(ids, [L.Dense(1, name="out")(z), h], name="states")


def with_losses(mean=lambda t: t):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    d = L.Dense(3, name="d", activity_regularizer=keras.regularizers.L2(0.1))
    x, y = d(a), d(b)
    far = L.Subtract(name="far")([x, y])
    m = keras.Model([a, b], L.Dense(1, name="out")(L.Add(name="sum")([x, y])), name="pair")
    square = L.Multiply(name="square")([far, far])
    m.add_loss(mean(square))
    m.add_metric(L.Dot(-1, name="dot")([x, y]), name="closeness")
    return m


def transfer():
    """A base whose batch normalisation and dropout stay as in use, and dropout that never stops."""
    base = keras.Sequential([L.Dense(6, activation="tanh", input_shape=(4,), name="one"), L.BatchNormalization(name="norm", momentum=0.5), L.Dropout(0.5, name="drop")], name="base")
    a = keras.Input((4,), name="a")
    x = base(a, training=False)
    y = L.BatchNormalization(name="own", momentum=0.5)(x)
    return keras.Model(a, L.Dense(1, name="out")(L.Dropout(0.0, name="always")(y, training=True)), name="transfer")


def late():
    return keras.Sequential([L.Dense(3, activation="relu"), L.Dense(2)], name="late")


def main():
    def fresh(make):
        keras.backend.clear_session()
        return make()

    describe("shared_three_times", fresh(shared_three_times), [real("a", 2, 4, 3), real("b", 2, 5, 3), real("c", 2, 3, 3)])
    describe("nested_twice", fresh(nested_twice), [real("a2", 3, 4), real("b2", 3, 4)])
    describe("branches", fresh(branches), real("branches", 3, 6))
    describe("frozen_outside", fresh(frozen_outside), real("frozen", 3, 5))
    describe("frozen_inside", fresh(frozen_inside), real("frozen", 3, 5))
    describe("cut_in_the_middle", fresh(cut_in_the_middle), real("cut", 3, 5), note="begins at the output of layer g of a model called whole")
    describe("cut_at_the_end", fresh(cut_at_the_end), real("branches", 3, 6))
    describe("masked_states", fresh(masked_states), rng("models ids").randint(0, 7, (4, 5)).astype(np.float32))
    keras.backend.clear_session()
    describe("cloned", keras.models.clone_model(nested_twice()), [real("a2", 3, 4), real("b2", 3, 4)], note="clone_model of nested_twice")

    # Sequential models that learn their input late.
    m = fresh(late)
    unbuilt = Case("models", "late_unbuilt", model=json.loads(m.to_json()))
    unbuilt.write()
    m.build((None, 4))
    describe("late_built", m, real("late", 3, 4))
    m = fresh(late)
    m.predict(real("late", 3, 4), verbose=0)
    describe("late_by_data", m, real("late", 3, 4))
    keras.backend.clear_session()
    m = keras.Sequential([L.Dense(3, input_shape=(4,)), L.Dense(2)])
    m.add(L.Dense(1))
    m.pop()
    m.add(L.Dense(5, name="new"))
    describe("add_and_pop", m, real("late", 3, 4))

    trained("transfer", fresh(transfer), fresh(transfer), real("transfer x", 8, 4), real("transfer y", 8, 1), {"loss": "mse", "metrics": ["mae"]})

    # Keras wants the loss to be one number, which needs an op that is no layer; the JSON is that of the model without it.
    x = [real("loss a", 8, 4), real("loss b", 8, 4)]
    model = fresh(with_losses)
    trained("added_losses", model, fresh(lambda: with_losses(tf.reduce_mean)), x, real("loss y", 8, 1), {"loss": "mse", "metrics": ["mae"]})
    finish("models")



if __name__ == "__main__":
    main()
