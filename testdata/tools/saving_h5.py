"""Models in .h5 files as Keras writes them, with what they predict and how they go on learning.

    python saving_h5.py          with tf_keras: Keras 2, and older files that Keras 2 still reads
    python saving_h5.py keras3   with keras==3.15.1 (another environment; backend tensorflow)

Writes testdata/keras/saving_h5/<case>.h5 and <case>.json: inputs x, targets y, predict (before the five steps that
follow), losses (of train_on_batch on x and y, five times; null if the file is not compiled).
"""
import json
import os
import pathlib
import random
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_DETERMINISTIC_OPS="1", TF_ENABLE_ONEDNN_OPTS="0", KERAS_BACKEND="tensorflow")
import h5py
import numpy as np
import tensorflow as tf

THREE = sys.argv[1:] == ["keras3"]
if THREE:
    import keras
else:
    import tf_keras as keras

L, O = keras.layers, keras.optimizers
OUT = pathlib.Path(__file__).resolve().parents[1] / "keras" / "saving_h5"
OUT.mkdir(parents=True, exist_ok=True)
tf.config.threading.set_intra_op_parallelism_threads(1)


def seed(name):
    keras.backend.clear_session()
    keras.utils.set_random_seed(sum(name.encode()))
    random.seed(1)
    return np.random.default_rng(sum(name.encode()))


def many(v):
    return list(v) if isinstance(v, (list, tuple)) else [v]


def rows(a):
    a = np.asarray(a, np.float32)
    return {"shape": list(a.shape), "data": [float(v) for v in a.ravel()]}


def shake(model, r):
    """Weights that are not the first values: every one random, variances positive."""
    model.set_weights([(np.abs(r.normal(1, 0.3, w.shape)) if "variance" in v.name else r.normal(0, 0.5, w.shape)).astype(w.dtype)
                       for v, w in zip(model.weights, model.get_weights())])


def store(name, model, x, y=None, steps=2, edit=None, weights=False, note=None):
    path = OUT / f"{name}.h5"
    xs, ys = many(x), None if y is None else many(y)
    if y is not None:
        for _ in range(steps):
            model.train_on_batch(x, y)
    if weights:
        model.save_weights(str(path))
    else:
        model.save(str(path), save_format="h5") if not THREE else model.save(str(path))
    predict = many(model.predict(x, verbose=0))
    losses = None
    if y is not None:
        losses = [float(np.ravel(many(model.train_on_batch(x, y))[0])[0]) for _ in range(5)]
    if edit:
        with h5py.File(path, "r+") as f:
            edit(f)
        repack(path)
    meta = {"case": name, "source": f"{'keras' if THREE else 'tf_keras'} {keras.__version__}", "x": [rows(a) for a in xs],
            "y": None if ys is None else [rows(a) for a in ys], "predict": [rows(p) for p in predict], "losses": losses}
    if weights:
        meta["model"] = json.loads(model.to_json())
    if note:
        meta["note"] = note
    (OUT / f"{name}.json").write_text(json.dumps(meta) + "\n")
    print(name, path.stat().st_size, losses)
    return predict


def repack(path):
    """Copies a file, so that what was deleted takes no room."""
    with h5py.File(path) as f, h5py.File(path.with_suffix(".tmp"), "w") as g:
        for k, v in f.attrs.items():
            g.attrs[k] = v
        for k in f:
            f.copy(k, g)
    path.with_suffix(".tmp").replace(path)


def onehot(r, n, classes):
    return np.eye(classes, dtype=np.float32)[r.integers(0, classes, n)]


def cnn():
    return keras.Sequential([
        L.Input((8, 8, 2)), L.Conv2D(3, 3, activation="relu", name="conv"), L.BatchNormalization(name="norm"), L.MaxPooling2D(name="pool"),
        L.DepthwiseConv2D(2, name="depth"), L.SeparableConv2D(4, 2, padding="same", name="separable"), L.Flatten(name="flat"),
        L.Dense(5, activation="tanh", trainable=False, name="frozen"), L.Dense(3, activation="softmax", name="out")])


def two_heads():
    a, b = L.Input((4,), name="left"), L.Input((3,), name="right")
    h = L.Concatenate(name="both")([L.Dense(4, activation="relu", name="d")(a), b])
    return keras.Model([a, b], [L.Dense(2, activation="softmax", name="kind")(h), L.Dense(1, name="size")(h)])


def nested():
    inner = keras.Sequential([L.Input((5, 2)), L.Conv1D(3, 2, name="c"), L.BatchNormalization(name="n"), L.Dense(2, trainable=False, name="d")], name="inner")
    a, b = L.Input((5, 2), name="a"), L.Input((5, 2), name="b")
    h = L.Add(name="add")([inner(a), inner(b)])
    h = L.BatchNormalization(name="norm")(h)
    return keras.Model([a, b], L.Dense(1, name="top")(L.GlobalAveragePooling1D(name="gap")(h)))


def frozen():
    inner = keras.Sequential([L.Input((4,)), L.Dense(3, name="d1"), L.BatchNormalization(name="n1"), L.Dense(2, name="d2"), L.BatchNormalization(name="n2")], name="inner")
    inner.trainable = False
    a = L.Input((4,), name="a")
    return keras.Model(a, L.Dense(2, name="top")(inner(a)))


def words(gru=True):
    layers = [L.Embedding(9, 4, mask_zero=True, name="embed"), L.Bidirectional(L.LSTM(3, return_sequences=True), name="both"),
              L.GRU(3, return_sequences=True, name="gru"), L.TimeDistributed(L.Dense(2, activation="relu"), name="each"),
              L.SimpleRNN(3, name="rnn"), L.Dense(1, activation="sigmoid", name="out")]
    return keras.Sequential([L.Input((6,))] + layers)


def ids(r):
    x = r.integers(1, 9, (4, 6)).astype(np.float32)
    x[1, 4:], x[3, 2:] = 0, 0
    return x


def dense():
    return keras.Sequential([L.Input((3,)), L.Dense(4, activation="tanh", name="one"), L.Dense(2, name="two")])


def common(suffix=""):
    r = seed("cnn")
    m = cnn()
    shake(m, r)
    m.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    x, y = r.normal(0, 1, (4, 8, 8, 2)).astype(np.float32), onehot(r, 4, 3)
    store("cnn" + suffix, m, x, y)

    r = seed("heads")
    m = two_heads()
    shake(m, r)
    m.compile(O.RMSprop(0.01, momentum=0.5, centered=True), ["categorical_crossentropy", "mse"], loss_weights=[1.0, 0.5], metrics=[["accuracy"], ["mae"]])
    store("two_heads" + suffix, m, [r.normal(0, 1, (4, k)).astype(np.float32) for k in (4, 3)],
          [onehot(r, 4, 2), r.normal(0, 1, (4, 1)).astype(np.float32)])

    r = seed("nested")
    m = nested()
    shake(m, r)
    m.compile(O.SGD(0.05, momentum=0.9, nesterov=True), keras.losses.Huber(0.5))
    store("nested" + suffix, m, [r.normal(0, 1, (4, 5, 2)).astype(np.float32) for _ in range(2)], r.normal(0, 1, (4, 1)).astype(np.float32))

    r = seed("words")
    m = words()
    shake(m, r)
    m.compile(O.Nadam(0.01), "binary_crossentropy")
    store("words" + suffix, m, ids(r), r.integers(0, 2, (4, 1)).astype(np.float32))

    r = seed("frozen")
    m = frozen()
    shake(m, r)
    m.compile("sgd", "mse")
    store("frozen" + suffix, m, r.normal(0, 1, (4, 4)).astype(np.float32), r.normal(0, 1, (4, 2)).astype(np.float32))


def optimizers(suffix, table):
    for name, opt in table.items():
        r = seed(name)
        m = dense()
        shake(m, r)
        m.compile(opt, "mse")
        store(f"opt_{name}{suffix}", m, r.normal(0, 1, (4, 3)).astype(np.float32), r.normal(0, 1, (4, 2)).astype(np.float32), steps=3)


def attr(group, name, values):
    del group.attrs[name]
    group.attrs[name] = np.array([v if isinstance(v, bytes) else v.encode() for v in values])


def rewrite(group, layer, arrays):
    """Gives a layer other weights: {name: array}."""
    g = group[layer]
    for k in list(g):
        del g[k]
    for n, a in arrays.items():
        g.create_dataset(n, data=a)
    attr(g, "weight_names", list(arrays))


def weights_of(group, layer):
    g = group[layer]
    return [g[n][()] for n in g.attrs["weight_names"]]


def as_bytes(f):
    """Attributes as Keras before tf-keras had them: bytes."""
    for k in ("model_config", "training_config", "keras_version", "backend"):
        if k in f.attrs:
            v = f.attrs[k]
            del f.attrs[k]
            f.attrs[k] = np.bytes_(v)
    g = f["model_weights"] if "model_weights" in f else f
    attr(g, "layer_names", list(g.attrs["layer_names"]))
    for l in g.attrs["layer_names"]:
        attr(g[l], "weight_names", list(g[l].attrs["weight_names"]))


def old_optimizer(f, cls, cfg, ws):
    c = json.loads(f.attrs["training_config"])
    c["optimizer_config"] = {"class_name": cls, "config": cfg}
    c.update(metrics=["acc"], sample_weight_mode=None)
    del c["weighted_metrics"]
    f.attrs["training_config"] = json.dumps(c)
    g = f["optimizer_weights"]
    for k in list(g):
        del g[k]
    for n, a in ws:
        g.create_dataset(n, data=a)
    attr(g, "weight_names", [n for n, _ in ws])


def keras22():
    """A Sequential model of Keras 2.2.2: the config is a list, Adam keeps means before squares and zeros for no vhat."""
    r = seed("keras22")
    m = dense()
    shake(m, r)
    m.compile(O.legacy.Adam(0.01), "mse", metrics=["acc"])

    def edit(f):
        c = json.loads(f.attrs["model_config"])
        layers = c["config"]["layers"][1:]
        layers[0]["config"]["batch_input_shape"] = [None, 3]
        f.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers})
        g = f["optimizer_weights"]
        old = [g[n][()] for n in g.attrs["weight_names"]]
        ws = [("Adam/iterations:0", old[0])] + [(f"training/Adam/Variable{'_%d' % i if i else ''}:0", a) for i, a in enumerate(old[1:])]
        ws += [(f"training/Adam/Variable_{len(old) - 1 + i}:0", np.zeros(1, np.float32)) for i in range(4)]
        old_optimizer(f, "Adam", {"lr": 0.009999999776482582, "beta_1": 0.9, "beta_2": 0.999, "decay": 0.0, "epsilon": 1e-07, "amsgrad": False}, ws)
        for g in (f, f["model_weights"]):
            g.attrs["keras_version"] = "2.2.2"
        as_bytes(f)

    store("keras22", m, r.normal(0, 1, (4, 3)).astype(np.float32), r.normal(0, 1, (4, 2)).astype(np.float32), edit=edit,
          note="tf-keras' file in the form of Keras 2.2.2")


def gates(w, n):
    return [np.split(a, n, axis=-1) for a in w]


def keras1():
    """Weights as Keras 1.2 kept them; tf-keras reads them too, and must predict the same."""
    r = seed("keras1")
    m = keras.Sequential([L.Input((6, 2)), L.Conv1D(3, 2, name="conv"), L.LSTM(3, return_sequences=True, name="lstm", recurrent_activation="hard_sigmoid"),
                          L.GRU(2, reset_after=False, name="gru", recurrent_activation="hard_sigmoid"), L.Dense(2, name="out")])
    shake(m, r)

    def edit(f):
        g = f["model_weights"]
        k, b = weights_of(g, "conv")
        rewrite(g, "conv", {"conv_W": k[:, None], "conv_b": b})
        (i, fo, c, o) = zip(*gates(weights_of(g, "lstm"), 4))
        rewrite(g, "lstm", {f"lstm_{n}_{x}": a for x, gate in zip("icfo", (i, c, fo, o)) for n, a in zip("WUb", gate)})
        z, rr, h = zip(*gates(weights_of(g, "gru"), 3))
        rewrite(g, "gru", {f"gru_{n}_{x}": a for x, gate in zip("zrh", (z, rr, h)) for n, a in zip("WUb", gate)})
        del g.attrs["keras_version"]
        del g.attrs["backend"]
        as_bytes(f)

    x = r.normal(0, 1, (3, 6, 2)).astype(np.float32)
    p = store("keras1", m, x, edit=edit, note="tf-keras' file with weights in the form of Keras 1.2")
    again = keras.models.load_model(OUT / "keras1.h5", compile=False).predict(x, verbose=0)
    np.testing.assert_allclose(again, p[0], rtol=1e-6)


def keras1_theano():
    """Kernels of Keras 1 with dim_ordering th: (filters, in, rows, columns)."""
    r = seed("theano")
    conv = dict(data_format="channels_first")
    m = keras.Sequential([L.Input((2, 5, 5)), L.Conv2D(3, (3, 2), name="conv", **conv), L.Conv2DTranspose(2, (2, 3), name="up", **conv),
                          L.Flatten(name="flat", **conv), L.Dense(2, name="out")])
    shake(m, r)
    # The processor has no channels_first convolution: a twin in channels_last computes what it predicts.
    # Flatten with channels_first puts the channels last before it flattens.
    n = keras.Sequential([L.Input((2, 5, 5)), L.Permute((2, 3, 1)), L.Conv2D(3, (3, 2)), L.Conv2DTranspose(2, (2, 3)), L.Flatten(), L.Dense(2)])
    n.set_weights(m.get_weights())
    m.predict = n.predict

    def edit(backend):
        def f1(f):
            g = f["model_weights"]
            turn = (lambda k: k[::-1, ::-1]) if backend == "theano" else (lambda k: k)
            k, b = weights_of(g, "conv")
            rewrite(g, "conv", {"conv_W": turn(k).transpose(3, 2, 0, 1), "conv_b": b})
            k, b = weights_of(g, "up")
            rewrite(g, "up", {"up_W": turn(k).transpose(2, 3, 0, 1), "up_b": b})
            del g.attrs["keras_version"]
            g.attrs["backend"] = backend
            as_bytes(f)
        return f1

    x = r.normal(0, 1, (3, 2, 5, 5)).astype(np.float32)
    for b in ("tensorflow", "theano"):
        store(f"keras1_th_{b}", m, x, edit=edit(b), note="tf-keras' file with kernels in the form of Keras 1.2" + (", turned round" if b == "theano" else ""))


def cudnn():
    """CuDNNLSTM and CuDNNGRU of Keras 2.2; checked with tf-keras' own conversion."""
    r = seed("cudnn")
    m = keras.Sequential([L.Input((5, 2)), L.LSTM(3, return_sequences=True, name="lstm"), L.Bidirectional(L.GRU(2, reset_after=True), name="gru"), L.Dense(1, name="out")])
    shake(m, r)

    def kernel(k, n):  # the inverse of reading it in Fortran's order
        return np.hstack([a.ravel(order="F").reshape(a.shape) for a in np.hsplit(k, n)])

    def edit(f):
        c = json.loads(f.attrs["model_config"])
        for l in c["config"]["layers"]:
            inner = l["config"]["layer"] if l["class_name"] == "Bidirectional" else l
            if inner["class_name"] in ("LSTM", "GRU"):
                inner["class_name"] = "CuDNN" + inner["class_name"]
                for k in ("activation", "recurrent_activation", "use_bias", "dropout", "recurrent_dropout", "implementation", "unroll", "reset_after", "zero_output_for_mask", "time_major"):
                    inner["config"].pop(k, None)
        f.attrs["model_config"] = json.dumps(c)
        g = f["model_weights"]
        k, u, b = weights_of(g, "lstm")
        rewrite(g, "lstm", {"lstm/kernel:0": kernel(k, 4), "lstm/recurrent_kernel:0": np.hstack([a.T for a in np.hsplit(u, 4)]), "lstm/bias:0": np.tile(b / 2, 2)})
        ws = weights_of(g, "gru")
        rewrite(g, "gru", {n: a for d, (k, u, b) in (("forward", ws[:3]), ("backward", ws[3:])) for n, a in (
            (f"gru/{d}_gru/kernel:0", kernel(k, 3)), (f"gru/{d}_gru/recurrent_kernel:0", np.hstack([a.T for a in np.hsplit(u, 3)])), (f"gru/{d}_gru/bias:0", b.ravel()))})

    x = r.normal(0, 1, (3, 5, 2)).astype(np.float32)
    p = store("cudnn", m, x, edit=edit, note="tf-keras' file with the recurrent layers in the form of CuDNNLSTM and CuDNNGRU")
    m.load_weights(OUT / "cudnn.h5")
    np.testing.assert_allclose(m.predict(x, verbose=0), p[0], rtol=1e-5, atol=1e-6)


def weights_alone():
    r = seed("weights")
    m = nested()
    shake(m, r)

    def edit(f):  # as Keras does with lists of more than 64,512 bytes
        names = list(f.attrs["layer_names"])
        del f.attrs["layer_names"]
        f.attrs["layer_names0"], f.attrs["layer_names1"] = names[:3], names[3:]

    store("weights_alone", m, [r.normal(0, 1, (4, 5, 2)).astype(np.float32) for _ in range(2)], weights=True, edit=edit)


if THREE:
    common("_keras3")
    optimizers("_keras3", {"sgd": O.SGD(0.1), "adam": O.Adam(0.01, amsgrad=True), "adamax": O.Adamax(0.01), "ftrl": O.Ftrl(0.01), "adamw": O.AdamW(0.01)})
else:
    common()
    optimizers("", {"sgd": O.SGD(0.1), "adam": O.Adam(0.01, amsgrad=True), "adagrad": O.Adagrad(0.1), "adadelta": O.Adadelta(1.0), "adamw": O.AdamW(0.01),
                    "adamax": O.Adamax(0.01), "adafactor": O.Adafactor(0.01), "ftrl": O.Ftrl(0.01), "lion": O.Lion(0.01),
                    "schedule": O.Adam(O.schedules.ExponentialDecay(0.1, 2, 0.5)),
                    "legacy_adam": O.legacy.Adam(0.01, decay=0.1), "legacy_sgd": O.legacy.SGD(0.1, momentum=0.9, decay=0.01), "legacy_ftrl": O.legacy.Ftrl(0.01),
                    "legacy_nadam": O.legacy.Nadam(0.01), "legacy_rmsprop": O.legacy.RMSprop(0.01, momentum=0.5, centered=True)})
    keras22()
    keras1()
    keras1_theano()
    cudnn()
    weights_alone()
