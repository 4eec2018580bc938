"""Fixtures of kind "models_recurrent": the JSON of models with cells, wrappers and models inside layers, and what they predict."""

from keras_common import Case, finish, keras, np, rng
from keras_layer_case import random_weight

L = keras.layers
KIND = "models_recurrent"


def model(name, make, *shapes, ids=None):
    keras.backend.clear_session()
    m = make()
    r = rng(KIND + "/" + name)
    weights = [random_weight(r, "", w.shape) for w in m.weights]
    m.set_weights(weights)
    case = Case(KIND, name, model=__import__("json").loads(m.to_json()))
    x = [r.randint(0, ids, s).astype(np.float32) if ids else r.standard_normal(s).astype(np.float32) for s in shapes]
    case.json["inputs"] = [case.put(f"x{i}", v) for i, v in enumerate(x)]
    case.json["weights"] = [{"name": w.name, "array": case.put(f"weight{i}", v)} for i, (w, v) in enumerate(zip(m.weights, weights))]
    y = m.predict(x if len(x) > 1 else x[0], verbose=0)
    case.json["outputs"] = [case.put(f"y{i}", v) for i, v in enumerate(y if isinstance(y, list) else [y])]
    case.write()


def tagger():
    return keras.Sequential([keras.Input((None,)), L.Embedding(9, 4, mask_zero=True), L.Bidirectional(L.LSTM(3, return_sequences=True)),
                             L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="sum"), L.TimeDistributed(L.Dense(5, activation="softmax"))])


def cells():
    x = keras.Input((4, 3))
    y = L.RNN([L.LSTMCell(3), L.GRUCell(2, reset_after=False), L.SimpleRNNCell(4)], return_sequences=True)(x)
    y = L.RNN(L.LSTMCell(2, name="last"), go_backwards=True, name="over_cells")(y)
    return keras.Model(x, L.Dense(1)(y))


def films():
    picture = keras.Sequential([keras.Input((6, 5, 1)), L.Conv2D(2, 3), L.Flatten(), L.Dense(3, activation="tanh")], name="picture")
    x = keras.Input((4, 6, 5, 1))
    return keras.Model(x, L.Concatenate()([L.GRU(2)(L.TimeDistributed(picture)(x)), L.Flatten()(L.ConvLSTM2D(1, (2, 3), padding="same")(x))]))


def documents():
    x = keras.Input((3, 4))
    words = L.TimeDistributed(L.Bidirectional(L.LSTM(2)), name="sentences")(L.Embedding(9, 3, mask_zero=True)(x))
    return keras.Model(x, L.Bidirectional(L.SimpleRNN(3, return_state=True), merge_mode=None, name="document")(words))


def both_ways():
    x = keras.Input((4, 2))
    y = L.Bidirectional(L.LSTM(3, return_sequences=True), backward_layer=L.GRU(2, go_backwards=True, return_sequences=True, name="back"))(x)
    return keras.Model(x, L.Bidirectional(L.RNN(L.GRUCell(2)), merge_mode="mul")(y))


def states():
    x, y = keras.Input((4, 2)), keras.Input((3, 2))
    _, h, c = L.LSTM(3, return_state=True, name="encoder")(x)
    out = L.LSTM(3, return_sequences=True, name="decoder")(y, initial_state=[h, c])
    return keras.Model([x, y], L.TimeDistributed(L.Dense(2))(out))


def main():
    model("tagger", tagger, (2, 5), ids=9)
    model("cells", cells, (2, 4, 3))
    model("films", films, (2, 4, 6, 5, 1))
    model("documents", documents, (2, 3, 4), ids=9)
    model("both_ways", both_ways, (2, 4, 2))
    model("states", states, (2, 4, 2), (2, 3, 2))
    finish(KIND)


if __name__ == "__main__":
    main()
