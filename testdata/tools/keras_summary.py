"""Fixtures of kind "summary": what model.summary() prints. See README.md for the fields."""

import json

from keras_common import Case, finish, keras

L = keras.layers


def summary(name, model, **args):
    lines = []
    model.summary(print_fn=lines.append, **args)
    case = Case("summary", name, args=args, model=json.loads(model.to_json()), text="\n".join(lines) + "\n")
    case.write()


def mlp(**kw):
    return keras.Sequential([L.Dense(512, activation="relu", input_shape=(784,)), L.Dropout(0.2), L.Dense(10, activation="softmax")], **kw)


def cnn():
    return keras.Sequential([
        L.Conv2D(32, 3, input_shape=(28, 28, 1)), L.BatchNormalization(), L.Activation("relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(1024), L.Dense(10),
    ])


def two_and_two():
    a, b = keras.Input((4,), name="left"), keras.Input((3, 2), name="right")
    h = L.Concatenate(name="join")([L.Dense(8, name="hidden")(a), L.Flatten()(b)])
    return keras.Model([a, b], [L.Dense(1, name="first")(h), L.Dense(2, name="second_output_with_a_long_name_indeed")(h)])


def shared():
    a, b = keras.Input((4,)), keras.Input((4,))
    d = L.Dense(3, name="shared")
    return keras.Model([a, b], L.Add()([d(a), d(b)]))


def shared_shapes():
    a, b = keras.Input((4,)), keras.Input((2, 3))
    act = L.Activation("relu", name="act")
    return keras.Model([a, b], [act(a), act(b)])


def nested():
    inner = keras.Sequential([L.Dense(5, input_shape=(4,)), L.Dense(3)], name="inner")
    x = keras.Input((4,))
    core = keras.Model(x, L.Dense(2)(L.Dense(6)(x)), name="core")
    a = keras.Input((4,))
    return keras.Model(a, L.Add()([L.Dense(2)(inner(a)), core(a)]), name="outer")


def nested_chain():
    inner = keras.Sequential([L.Dense(5, input_shape=(4,)), keras.Sequential([L.Dense(2, input_shape=(5,)), L.Activation("relu")], name="innermost"), L.Dense(3)], name="inner")
    return keras.Sequential([L.Dense(4, input_shape=(7,)), inner, L.Dense(1)], name="outer")


def chain():
    a = keras.Input((None,), name="ids")
    return keras.Model(a, L.Dense(1)(L.LSTM(4)(L.Embedding(50, 8)(a))), name="chain")


def states():
    a = keras.Input((5, 2), batch_size=3)
    y, h, c = L.LSTM(4, return_sequences=True, return_state=True)(a)
    z = L.LSTM(4)(y, initial_state=[h, c])
    return keras.Model(a, L.Dense(1)(z))


def frozen():
    m = cnn()
    m.layers[0].trainable = False
    return m


def skip():
    a = keras.Input((4,))
    h = L.Dense(4)(a)
    for _ in range(3):
        h = L.Add()([h, L.Dense(4)(h)])
    return keras.Model(a, h)


def inside():
    a = keras.Input((4,))
    h = L.Dense(4, name="hidden")(a)
    return keras.Model(a, [h, L.Dense(2)(h)])


def nested_shared():
    """An encoder that two inputs share, with a frozen layer inside."""
    x = keras.Input((4, 2))
    encoder = keras.Model(x, L.Dense(3, name="last")(L.LSTM(5, name="memory")(x)), name="encoder")
    encoder.get_layer("memory").trainable = False
    a, b = keras.Input((4, 2), name="left"), keras.Input((4, 2), name="right")
    return keras.Model([a, b], L.Dense(1)(L.Subtract()([encoder(a), encoder(b)])), name="siamese")


def deep():
    inner = keras.Sequential([L.Conv2D(3, 3, padding="same", input_shape=(6, 6, 2)), L.BatchNormalization()], name="block")
    x = keras.Input((6, 6, 2))
    y = L.Add()([inner(x), L.Conv2D(3, 1)(x)])
    middle = keras.Model(x, [y, L.GlobalAveragePooling2D()(y)], name="middle")
    a = keras.Input((6, 6, 2), name="image")
    image, vector = middle(a)
    return keras.Model(a, [L.Flatten()(image), L.Dense(2)(vector)], name="deep")


def with_losses():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    d = L.Dense(3, name="d")
    x, y = d(a), d(b)
    far = L.Subtract(name="far")([x, y])
    m = keras.Model([a, b], L.Dense(1, name="out")(L.Add(name="sum")([x, y])), name="pair")
    m.add_loss(L.Multiply(name="square")([far, far]))
    m.add_metric(L.Dot(-1, name="dot")([x, y]), name="closeness")
    return m


def late():
    m = keras.Sequential([L.Dense(3), L.Dense(2)], name="late")
    m.build((None, 4))
    return m


def main():
    for name, make in dict(mlp=mlp, cnn=cnn, two_inputs_two_outputs=two_and_two, shared=shared, shared_shapes=shared_shapes, nested=nested, nested_chain=nested_chain,
                           chain=chain, states=states, frozen=frozen, skip=skip, output_inside=inside, nested_shared=nested_shared, deep=deep, with_losses=with_losses,
                           late=late).items():
        keras.backend.clear_session()
        summary(name, make())
    for name, make, args in (
        ("line_length", mlp, {"line_length": 100}),
        ("narrow", two_and_two, {"line_length": 60}),
        ("positions", mlp, {"positions": [30, 50, 65]}),
        ("positions_parts", two_and_two, {"line_length": 120, "positions": [0.25, 0.5, 0.6, 1.0]}),
        ("expand_nested", nested, {"expand_nested": True}),
        ("expand_nested_chain", nested_chain, {"expand_nested": True}),
        ("show_trainable", frozen, {"show_trainable": True}),
        ("show_trainable_connected", nested, {"show_trainable": True, "expand_nested": True}),
        ("expand_nested_shared", nested_shared, {"expand_nested": True, "show_trainable": True}),
        ("expand_nested_deep", deep, {"expand_nested": True, "line_length": 110, "positions": [0.35, 0.6, 0.7, 1.0]}),
        ("narrow_nested", nested_shared, {"expand_nested": True, "line_length": 70}),
        ("layer_range", cnn, {"layer_range": ["batch", "flatten"]}),
        ("layer_range_backwards", cnn, {"layer_range": ["flatten", "activation"]}),
    ):
        keras.backend.clear_session()
        summary(name, make(), **args)
    keras.backend.clear_session()
    big = keras.Sequential([L.Dense(20000, input_shape=(3000,)), L.Dense(20000)], name="a_model_with_a_name")
    summary("megabytes", big)
    finish("summary")


if __name__ == "__main__":
    main()
