"""Fixtures of kind "training": small models trained from fixed weights. See README.md for the fields."""

import json

from keras_common import Case, finish, keras, np, rng

L, R, C, O = keras.layers, keras.regularizers, keras.constraints, keras.optimizers


class FirstBatch(keras.callbacks.Callback):
    """Keeps the weights after the very first batch, to tell where two trainings part."""

    weights = None

    def on_train_batch_end(self, batch, logs=None):
        if self.weights is None:
            self.weights = [w.numpy().copy() for w in self.model.weights]


def many(v):
    return list(v) if isinstance(v, (list, tuple)) else [v]


def train(name, make, x, y, optimizer, loss, metrics=None, weighted_metrics=None, loss_weights=None, fit=None, sample_weight=None,
          validation=None, callbacks=(), callback_configs=None, note=None, scale=0.5, tolerance=None, reset_states=False, class_of_row=None, eager=None):
    keras.backend.clear_session()
    r = rng("training/" + name)
    model = make()
    case = Case("training", name, tolerance=tolerance or {"rtol": 2e-4, "atol": 2e-5})
    if note:
        case.json["note"] = note
    case.json["model"] = json.loads(model.to_json())
    start = []
    for w in model.weights:
        v = (r.standard_normal(w.shape) * scale).astype(np.float32)
        if "moving_variance" in w.name:
            v = r.uniform(0.5, 1.5, w.shape).astype(np.float32)
        if "gamma" in w.name:
            v = r.uniform(0.7, 1.3, w.shape).astype(np.float32)
        if w.constraint is not None:
            v = np.asarray(w.constraint(v))
        w.assign(v)
        start.append(v)
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics, weighted_metrics=weighted_metrics, loss_weights=loss_weights, run_eagerly=eager)
    case.json["compile"] = {
        "optimizer": {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}, "loss": loss, "metrics": metrics,
        "weighted_metrics": weighted_metrics, "loss_weights": loss_weights,
    }
    case.json["inputs"] = model.input_names
    case.json["outputs"] = model.output_names
    case.json["x"] = [case.put(f"x{i}", v) for i, v in enumerate(many(x))]
    case.json["x_dtypes"] = [str(v.dtype) for v in many(x)]
    case.json["y"] = [case.put(f"y{i}", v) for i, v in enumerate(many(y))]
    if sample_weight is not None:
        case.json["sample_weight"] = [case.put(f"sample_weight{i}", v) for i, v in enumerate(many(sample_weight))]
    if validation is not None:
        vx, vy = many(validation[0]), many(validation[1])
        case.json["validation"] = {"x": [case.put(f"validation.x{i}", v) for i, v in enumerate(vx)], "y": [case.put(f"validation.y{i}", v) for i, v in enumerate(vy)]}
        if len(validation) > 2:
            case.json["validation"]["sample_weight"] = [case.put(f"validation.sample_weight{i}", v) for i, v in enumerate(many(validation[2]))]
    fit = {"epochs": 3, "batch_size": 8, "shuffle": False, **(fit or {})}
    case.json["fit"] = fit
    if callback_configs:
        case.json["callbacks"] = callback_configs
    predict_size = fit["batch_size"]
    case.json["predict_initial"] = [case.put(f"predict_initial{i}", v) for i, v in enumerate(many(model.predict(x, batch_size=predict_size, verbose=0)))]
    if reset_states:
        model.reset_states()
    first = FirstBatch()
    fit_weight, given = sample_weight, dict(fit)
    if class_of_row is not None:  # tf_keras 2.21 fails when it multiplies the two, so it is done here
        table = given.pop("class_weight")
        fit_weight = sample_weight * np.array([table[int(c)] for c in class_of_row], np.float32)
    history = model.fit(x, y, sample_weight=fit_weight, validation_data=validation, verbose=0, callbacks=[first, *callbacks], **given)
    case.json["history_keys"] = list(history.history)
    case.json["history"] = {k: [float(v) for v in vs] for k, vs in history.history.items()}
    case.json["history_epochs"] = history.epoch
    case.json["weights"] = [
        {"name": w.name, "initial": case.put(f"weight{i}.initial", v), "first_batch": case.put(f"weight{i}.first_batch", first.weights[i]), "final": case.put(f"weight{i}.final", w.numpy())}
        for i, (w, v) in enumerate(zip(model.weights, start))
    ]
    case.json["layers"] = [{"name": l.name, "weights": [w.name for w in l.weights]} for l in model.layers]
    if reset_states:
        model.reset_states()
    case.json["metrics_names"] = model.metrics_names
    case.json["evaluate"] = many(model.evaluate(x, y, sample_weight=sample_weight, batch_size=predict_size, verbose=0))
    if reset_states:
        model.reset_states()
    case.json["predict"] = [case.put(f"predict{i}", v) for i, v in enumerate(many(model.predict(x, batch_size=predict_size, verbose=0)))]
    case.write()


def real(name, *shape):
    return rng("training x/" + name).standard_normal(shape).astype(np.float32)


def ids(name, high, *shape):
    return rng("training ids/" + name).randint(0, high, shape).astype(np.int32)


def one_hot(i, n):
    return np.eye(n, dtype=np.float32)[i]


def weights(name, *shape):
    return rng("training w/" + name).uniform(0, 2, shape).astype(np.float32)


def padded(name, n, t, high, side="post"):
    """Token ids 1…high-1 with zeros at the end (or start) of most rows."""
    r = rng("padded/" + name)
    x = np.zeros((n, t), np.int32)
    for row in x:
        k = r.randint(1, t + 1)
        v = r.randint(1, high, k)
        if side == "post":
            row[:k] = v
        else:
            row[t - k:] = v
    return x


def mlps():
    def mlp(out="softmax", units=3, **kw):
        return lambda: keras.Sequential([L.Dense(7, activation="relu", input_shape=(5,)), L.Dense(units, activation=out, **kw)])

    x, labels = real("mlp", 20, 5), ids("mlp", 3, 20)
    y = one_hot(labels, 3)
    cc = dict(loss="categorical_crossentropy", metrics=["accuracy"])
    train("mlp_sgd", mlp(), x, y, O.SGD(0.2), **cc)
    train("mlp_momentum", mlp(), x, y, O.SGD(0.1, momentum=0.9), **cc)
    train("mlp_nesterov", mlp(), x, y, O.SGD(0.1, momentum=0.9, nesterov=True), **cc)
    train("mlp_adam", mlp(), x, y, O.Adam(0.02), **cc)
    train("mlp_rmsprop", mlp(), x, y, O.RMSprop(0.01), **cc)
    for name, opt in (("adagrad", O.Adagrad(0.1)), ("adadelta", O.Adadelta(1.0)), ("adamax", O.Adamax(0.02))):
        train("mlp_" + name, mlp(), x, y, opt, **cc)
    train("mlp_nadam", mlp(), x, y, O.Nadam(0.02), eager=True, note="Run eagerly: in a graph tf-keras multiplies the momentum product once for each weight.", **cc)
    train("mlp_legacy_sgd_decay", mlp(), x, y, O.legacy.SGD(0.2, momentum=0.5, decay=0.1), **cc)
    train("mlp_clipnorm", mlp(), x, y, O.SGD(0.5, clipnorm=0.1), **cc)
    train("mlp_global_clipnorm", mlp(), x, y, O.SGD(0.5, global_clipnorm=0.2), **cc)
    train("mlp_whole_batch", mlp(), x, y, O.SGD(0.2), fit=dict(batch_size=32, epochs=4), **cc)
    train("mlp_batch_1", mlp(), x[:4], y[:4], O.SGD(0.1), fit=dict(batch_size=1, epochs=2), **cc)
    train("mlp_sparse_class_weight", mlp(), x, labels, O.SGD(0.2), "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"], fit=dict(class_weight={0: 0.5, 1: 2.0, 2: 1.5}))
    train("mlp_class_weight_one_hot", mlp(), x, y, O.SGD(0.2), "categorical_crossentropy", metrics=["categorical_accuracy", "mse"], fit=dict(class_weight={0: 0.5, 1: 2.0, 2: 1.5}))
    train("mlp_class_and_sample_weight", mlp(), x, y, O.SGD(0.2), "categorical_crossentropy", weighted_metrics=["accuracy"], fit=dict(class_weight={0: 0.5, 1: 2.0, 2: 1.5}), sample_weight=weights("csw", 20), class_of_row=labels, note="Class and sample weights are multiplied.")
    bits = ids("bits", 2, 20, 1).astype(np.float32)
    train("mlp_binary_sample_weight", mlp("sigmoid", 1), x, bits, O.Adam(0.02), "binary_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy", "mae"], sample_weight=weights("sw", 20))
    train("mlp_binary_auc", mlp("sigmoid", 1), x, bits, O.SGD(0.2), "binary_crossentropy", metrics=["AUC", "Precision", "Recall"])
    train("mlp_hinge", mlp("tanh", 1), x, bits * 2 - 1, O.SGD(0.1), "hinge")
    t = real("reg", 20, 2)
    train("mlp_validation_split", mlp(None, 2), x, t, O.SGD(0.05), "mse", metrics=["mae"], fit=dict(validation_split=0.27), note="int(20 * 0.73) = 14 rows are trained on, the last 6 validate.")
    train("mlp_validation_split_sample_weight", mlp(None, 2), x, t, O.SGD(0.05), "mse", metrics=["mae"], weighted_metrics=["mae"], fit=dict(validation_split=0.25), sample_weight=weights("vsw", 20))
    train("mlp_validation_data", mlp(None, 2), x, t, O.SGD(0.05), "mae", metrics=["mse"], validation=(real("vx", 7, 5), real("vy", 7, 2)), fit=dict(epochs=4, validation_freq=2))
    train("mlp_validation_weights", mlp(None, 2), x, t, O.SGD(0.05), "mse", weighted_metrics=["mae"], validation=(real("vx", 7, 5), real("vy", 7, 2), weights("vw", 7)), fit=dict(validation_batch_size=3))
    train("mlp_initial_epoch", mlp(None, 2), x, t, O.SGD(0.05), "mse", fit=dict(epochs=5, initial_epoch=3))
    train("mlp_steps_per_epoch", mlp(None, 2), x, t, O.SGD(0.05), "mse", fit=dict(epochs=1, steps_per_epoch=2), note="Two batches of 8 of the 20 rows.")

    def regularized():
        return keras.Sequential([
            L.Dense(6, activation="tanh", input_shape=(5,), kernel_regularizer=R.L2(0.02), bias_regularizer=R.L1(0.01), activity_regularizer=R.L1L2(0.01, 0.02), kernel_constraint=C.MaxNorm(1.0)),
            L.Dense(4, activation="relu", kernel_regularizer=R.L1(0.005), kernel_constraint=C.NonNeg(), bias_constraint=C.MaxNorm(0.3)),
            L.Dense(2, kernel_constraint=C.UnitNorm(axis=0)),
        ])

    train("mlp_regularized", regularized, x, t, O.SGD(0.1), "mse", metrics=["mse", "mae"], fit=dict(validation_split=0.25), note="loss holds the penalties, mse does not; activity penalties are divided by the batch size.")

    def frozen():
        m = keras.Sequential([L.Dense(6, activation="tanh", input_shape=(5,), name="a"), L.Dense(4, activation="tanh", name="b", trainable=False), L.Dense(2, name="c")])
        return m

    train("mlp_frozen_layer", frozen, x, t, O.Adam(0.02), "mse")

    ep = dict(epochs=6)
    s = lambda epoch, lr: lr * 0.5 if epoch in (2, 4) else lr
    train("mlp_lr_scheduler", mlp(None, 2), x, t, O.SGD(0.1), "mse", fit=ep, callbacks=[keras.callbacks.LearningRateScheduler(s)],
          callback_configs=[{"class_name": "LearningRateScheduler", "halve_at_epochs": [2, 4]}])
    train("mlp_reduce_lr", mlp(None, 2), x, t, O.SGD(0.5), "mse", fit=dict(epochs=8, validation_split=0.3), callbacks=[keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.3)],
          callback_configs=[{"class_name": "ReduceLROnPlateau", "config": {"patience": 1, "factor": 0.3}}])
    train("mlp_early_stopping", mlp(None, 2), x, t, O.SGD(0.5), "mse", fit=dict(epochs=20, validation_split=0.3), callbacks=[keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)],
          callback_configs=[{"class_name": "EarlyStopping", "config": {"patience": 2, "restore_best_weights": True}}])


def cnns():
    x, y = real("cnn", 12, 6, 6, 2), one_hot(ids("cnn", 3, 12), 3)

    def cnn_bn(bias):
        return lambda: keras.Sequential([
            L.Conv2D(4, 3, padding="same", use_bias=bias, input_shape=(6, 6, 2)), L.BatchNormalization(momentum=0.8), L.Activation("relu"), L.MaxPooling2D(),
            L.Conv2D(3, 2, activation="relu"), L.Flatten(), L.Dense(3, activation="softmax"),
        ])

    kw = dict(loss="categorical_crossentropy", metrics=["accuracy"], fit=dict(batch_size=5, validation_split=0.25))
    train("cnn_bn_sgd", cnn_bn(True), x, y, O.SGD(0.1), **kw)
    train("cnn_bn_adam", cnn_bn(False), x, y, O.Adam(0.01), note="No bias before the normalisation: its gradient is rounding noise, which Adam would magnify.", **kw)

    def pooled():
        return keras.Sequential([L.Conv2D(5, 3, strides=2, activation="tanh", input_shape=(6, 6, 2)), L.AveragePooling2D(2, 1, "same"), L.GlobalAveragePooling2D(), L.BatchNormalization(), L.Dense(3, activation="softmax")])

    train("cnn_pooled_momentum", pooled, x, y, O.SGD(0.05, momentum=0.9), **kw)

    def max_pooled():
        return keras.Sequential([L.Conv2D(5, 3, dilation_rate=2, activation="sigmoid", input_shape=(6, 6, 2)), L.GlobalMaxPooling2D(), L.Reshape((5, 1)), L.Flatten(), L.Dense(3, activation="softmax")])

    train("cnn_global_max_rmsprop", max_pooled, x, y, O.RMSprop(0.01), **kw)

    def bn_frozen():
        m = keras.Sequential([L.Dense(4, input_shape=(5,)), L.BatchNormalization(trainable=False), L.Dense(1)])
        return m

    train("bn_frozen", bn_frozen, real("bnf", 12, 5), real("bnfy", 12, 1), O.SGD(0.05), "mse", fit=dict(batch_size=6))


def rnns():
    x, bits = padded("lstm", 14, 6, 9), ids("lstm", 2, 14, 1).astype(np.float32)

    def embed(layer):
        return lambda: keras.Sequential([L.Embedding(9, 4, mask_zero=True, input_length=6), layer(), L.Dense(1, activation="sigmoid")])

    kw = dict(loss="binary_crossentropy", metrics=["accuracy"], fit=dict(batch_size=6))
    train("lstm_masked_adam", embed(lambda: L.LSTM(5)), x, bits, O.Adam(0.02), **kw)
    train("lstm_masked_sgd", embed(lambda: L.LSTM(5)), x, bits, O.SGD(0.3), **kw)
    train("gru_masked_rmsprop", embed(lambda: L.GRU(5)), x, bits, O.RMSprop(0.01), **kw)
    train("gru_reset_before_sgd", embed(lambda: L.GRU(5, reset_after=False)), padded("pre", 14, 6, 9, "pre"), bits, O.SGD(0.3), **kw)
    train("simple_rnn_backwards", embed(lambda: L.SimpleRNN(5, go_backwards=True)), x, bits, O.Adam(0.02), **kw)
    train("lstm_stacked", lambda: keras.Sequential([L.Embedding(9, 4, input_length=6), L.LSTM(4, return_sequences=True), L.LSTM(3), L.Dense(1, activation="sigmoid")]), x, bits, O.Adam(0.02), **kw)
    train("embedding_flatten_momentum", lambda: keras.Sequential([L.Embedding(9, 3, input_length=6), L.Flatten(), L.Dense(1, activation="sigmoid")]), x, bits, O.SGD(0.2, momentum=0.9), **kw)

    def tagger(layer):
        return lambda: keras.Sequential([L.Embedding(9, 4, mask_zero=True, input_length=6), layer(), L.Dense(3, activation="softmax")])

    tags = ids("tags", 3, 14, 6)
    kw = dict(metrics=["accuracy"], fit=dict(batch_size=6, validation_split=0.2))
    train("temporal_mask_lstm", tagger(lambda: L.LSTM(5, return_sequences=True)), x, one_hot(tags, 3), O.Adam(0.02), "categorical_crossentropy", **kw)
    train("temporal_mask_sparse_gru", tagger(lambda: L.GRU(5, return_sequences=True)), x, tags, O.SGD(0.3), "sparse_categorical_crossentropy", **kw)
    train("temporal_mask_weights", tagger(lambda: L.SimpleRNN(5, return_sequences=True)), x, tags, O.SGD(0.3), "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"], fit=dict(batch_size=6), sample_weight=weights("tmw", 14, 6),
          note="sample_weight has a column for each time step.")
    train("temporal_mask_row_weights", tagger(lambda: L.SimpleRNN(5, return_sequences=True)), x, tags, O.SGD(0.3), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"], fit=dict(batch_size=6), sample_weight=weights("tmr", 14))

    def stateful():
        return keras.Sequential([L.LSTM(3, stateful=True, batch_input_shape=(4, 3, 2)), L.Dense(1)])

    train("lstm_stateful", stateful, real("st", 12, 3, 2), real("sty", 12, 1), O.SGD(0.1), "mse", fit=dict(batch_size=4, epochs=2), reset_states=True,
          note="reset_states is called before fit, evaluate and predict; within fit the states go on from epoch to epoch.")


def functionals():
    a, b = real("fa", 16, 4), real("fb", 16, 4)
    yc, yr = one_hot(ids("fc", 3, 16), 3), real("fr", 16, 2)

    def two(merge):
        def make():
            ia, ib = L.Input((4,), name="left"), L.Input((4,), name="right")
            shared = L.Dense(5, activation="tanh", name="shared")
            ha, hb = shared(ia), shared(ib)
            if merge:
                h = L.Concatenate(name="joined")([ha, hb])
                return keras.Model([ia, ib], [L.Dense(3, activation="softmax", name="kind")(h), L.Dense(2, name="value")(h)])
            return keras.Model([ia, ib], [L.Dense(3, activation="softmax", name="kind")(ha), L.Dense(2, name="value")(hb)])
        return make

    losses = {"kind": "categorical_crossentropy", "value": "mse"}
    train("two_inputs_two_outputs", two(False), [a, b], [yc, yr], O.SGD(0.1), losses, metrics={"kind": ["accuracy"], "value": ["mae", "mse"]}, loss_weights={"kind": 1.0, "value": 0.3}, fit=dict(batch_size=6, validation_split=0.25))
    train("two_inputs_joined", two(True), [a, b], [yc, yr], O.Adam(0.02), losses, metrics={"kind": "accuracy"}, fit=dict(batch_size=6))
    train("two_outputs_sample_weights", two(True), [a, b], [yc, yr], O.SGD(0.1), ["categorical_crossentropy", "mae"], loss_weights=[0.5, 2.0], fit=dict(batch_size=6), sample_weight=[weights("o1", 16), weights("o2", 16)])

    def nested():
        inner = keras.Sequential([L.Dense(4, activation="relu", input_shape=(4,), name="in1"), L.Dense(3, activation="tanh", name="in2")], name="inner")
        i, j = L.Input((4,), name="p"), L.Input((4,), name="q")
        return keras.Model([i, j], L.Dense(2, name="out")(L.Add(name="sum")([inner(i), inner(j)])))

    train("nested_shared_model", nested, [a, b], yr, O.Adam(0.02), "mse", metrics=["mae"], fit=dict(batch_size=6))

    def skip():
        i = L.Input((4,), name="x")
        h = L.Dense(4, activation="relu", name="h1")(i)
        h = L.BatchNormalization(name="bn")(h)
        return keras.Model(i, L.Dense(2, name="y")(L.Add(name="skip")([i, h])))

    train("skip_connection_bn", skip, a, yr, O.SGD(0.05, momentum=0.9), "mse", fit=dict(batch_size=6, validation_split=0.25))

    def branches():
        i = L.Input((4,), name="x")
        h = L.Dense(4, activation="relu", name="trunk", activity_regularizer=R.L2(0.01))(i)
        return keras.Model(i, [L.Dense(3, activation="softmax", name="kind")(h), L.Dense(2, name="value")(h)])

    train("shared_trunk_activity", branches, a, [yc, yr], O.RMSprop(0.01), losses, fit=dict(batch_size=6))


def main():
    mlps()
    cnns()
    rnns()
    functionals()
    finish("training")


if __name__ == "__main__":
    main()
