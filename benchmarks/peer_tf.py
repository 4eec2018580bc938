"""The worker of TensorFlow. Modes: function or xla, and for fit also keras2 or
keras3 (which library's fit), + steps_per_execution."""
import time

import numpy as np
import tensorflow as tf

from peer_common import THREADS, case_weights, serve, timed, timed_each

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def library(mode):
    if "keras3" in mode:
        import keras

        return keras
    import tf_keras

    return tf_keras


class Builder:
    """Builds the layers of a spec; weights come in the order of the spec."""

    def __init__(self, keras, spec, weights, ids):
        self.l, self.weights = keras.layers, iter(weights)
        x = start = keras.Input(spec["input"], dtype="int32" if ids else "float32")
        for p in spec["parts"]:
            x = self.part(x, p)
        self.model = keras.Model(start, x)

    def add(self, layer, x):
        y = layer(x)
        layer.set_weights([next(self.weights) for _ in layer.get_weights()])
        return y

    def part(self, x, p):
        l, kind, units = self.l, p["kind"], p.get("units")
        if kind in ("dense", "output"):
            return self.add(l.Dense(units, activation="relu" if p.get("relu") else None), x)
        if kind == "conv":
            return self.conv(x, p)
        if kind == "maxpool":
            return l.MaxPooling2D()(x)
        if kind == "flatten":
            return l.Flatten()(x)
        if kind == "average":
            return l.GlobalAveragePooling2D()(x)
        if kind == "embedding":
            return self.add(l.Embedding(p["words"], units), x)
        if kind in ("lstm", "gru"):
            return self.add((l.LSTM if kind == "lstm" else l.GRU)(units), x)
        if kind == "batchnorm":
            return self.add(l.BatchNormalization(), x)
        if kind == "relu":
            return l.Activation("relu")(x)
        if kind == "residual":
            return self.residual(x, p)
        raise ValueError(f"unknown part {kind}")

    def conv(self, x, p):
        c = self.l.Conv2D(
            p["units"], p["kernel"], p["stride"], "same" if p.get("same") else "valid",
            activation="relu" if p.get("relu") else None, use_bias=not p.get("no_bias", False))
        return self.add(c, x)

    def residual(self, x, p):
        square = dict(kernel=3, same=True, no_bias=True, units=p["units"])
        y = self.add(self.l.BatchNormalization(), self.conv(x, dict(square, stride=p["stride"])))
        y = self.conv(self.l.Activation("relu")(y), dict(square, stride=1))
        y = self.add(self.l.BatchNormalization(), y)
        if p["stride"] > 1:
            x = self.conv(x, dict(square, kernel=1, stride=p["stride"]))
            x = self.add(self.l.BatchNormalization(), x)
        return self.l.Activation("relu")(self.l.Add()([y, x]))


class Case:
    def load(self, model, file, mode, accuracy=False):
        keras = library(mode)
        data = np.load(file)
        xla, ids = "xla" in mode, model["parts"][0]["kind"] == "embedding"
        self.spec, self.binary = model, model["parts"][-1]["units"] == 1
        self.x = data["x"].astype("int32") if ids else data["x"]
        self.y = data["y"][:, None] if self.binary else data["y"].astype("int32")
        self.model = m = Builder(keras, model, case_weights(data), ids).model
        if self.binary:
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
        else:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        opt = keras.optimizers.Adam(1e-3)
        opt.build(m.trainable_variables)
        self.bx, self.by = tf.constant(self.x[: model["batch"]]), tf.constant(self.y[: model["batch"]])

        @tf.function(jit_compile=xla, reduce_retracing=True)
        def step(x, y):
            with tf.GradientTape() as tape:
                value = loss(y, m(x, training=True))
            grads = tape.gradient(value, m.trainable_variables)
            opt.apply_gradients(zip(grads, m.trainable_variables))
            return value

        @tf.function(jit_compile=xla)
        def answer(x):
            z = m(x, training=False)
            return tf.sigmoid(z) if self.binary else tf.nn.softmax(z)

        self.step, self.answer = step, answer
        each = {"steps_per_execution": 10} if "steps_per_execution" in mode else {}
        m.compile(opt, loss, metrics=["accuracy"] if accuracy else None, jit_compile=xla, **each)
        variables = opt.variables() if callable(opt.variables) else opt.variables
        self.variables = [getattr(v, "value", v) if "keras3" in mode else v for v in list(m.variables) + list(variables)]
        self.first = [v.numpy() for v in self.variables]

    def losses(self, n):
        return {"losses": [float(self.step(self.bx, self.by)) for _ in range(n)]}

    def reset(self):
        for v, f in zip(self.variables, self.first):
            v.assign(f)

    def steps(self, n):
        start = time.perf_counter_ns()
        for _ in range(n):
            value = self.step(self.bx, self.by)
        float(value)
        return {"ns": time.perf_counter_ns() - start}

    def fit(self, n):
        work = lambda: self.model.fit(self.x, self.y, batch_size=self.spec["batch"], epochs=n, verbose=0)
        return {"ns": timed(1, work)}

    def predict(self, batch, n):
        x = tf.constant(self.x[:batch])
        spent = timed_each(n, lambda: self.answer(x).numpy())
        return {"each": spent, "values": self.answer(x).numpy()[0].tolist()}


def versions():
    from importlib.metadata import version

    return {"tensorflow": tf.__version__, "tf-keras": version("tf-keras"), "keras": version("keras")}


case = Case()
serve(versions(), {op: getattr(case, op) for op in ("load", "losses", "reset", "steps", "fit", "predict")})
