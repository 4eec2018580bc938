"""Random whole models, to compare with those of real Keras. See README.md, "random models".

    random_models.py DIR [count [first]]   one case a seed: DIR/models_random/<seed>.json and .npz
    random_models.py                       the committed cases, in testdata/keras/models_random
"""

import json
import os
import sys

import keras_common
from keras_common import Case, keras, np, rng, tf

L = keras.layers
KIND = "models_random"
COMMITTED = [13, 14, 22, 25, 29, 36, 40, 46, 53, 54, 63, 129]
ACTIVATIONS = [None, None, "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "swish", "gelu", "hard_sigmoid", "linear", "softmax"]
BATCH = 4


class Drawer:
    """Draws layers for tensors: a pool of tensors grows, each step takes one or two of them."""

    def __init__(self, r):
        self.r = r
        self.used = []  # layers that were called, for a second call: (layer, shape of the input)
        self.noisy = False  # dropout and noise: the model is not trained, since the draws differ

    # ---- draws
    def one(self, *of):
        return of[self.r.randint(len(of))]

    def chance(self, p):
        return self.r.uniform() < p

    def int(self, low, high):
        return int(self.r.randint(low, high + 1))

    def act(self):
        return self.one(*ACTIVATIONS)

    def pair(self, n, low, high):
        return self.int(low, high) if self.chance(0.5) else tuple(self.int(low, high) for _ in range(n))

    def weights(self, kernel=("kernel",), bias=True, activity=True):
        """Settings that most layers with weights have."""
        kw = {}
        regularizers, constraints = keras.regularizers, keras.constraints
        if activity and self.chance(0.1):
            kw["activity_regularizer"] = self.one(regularizers.L1(0.01), regularizers.L2(0.02))
        for k in kernel:
            if self.chance(0.12):
                kw[k + "_regularizer"] = self.one(regularizers.L1(0.01), regularizers.L2(0.02), regularizers.L1L2(0.01, 0.01))
            if self.chance(0.1):
                kw[k + "_constraint"] = self.one(constraints.MaxNorm(0.7), constraints.NonNeg(), constraints.UnitNorm(), constraints.MinMaxNorm(0.2, 0.8, 0.5))
        if bias and self.chance(0.3):
            kw["use_bias"] = False
        return kw

    # ---- layers for any rank
    def anywhere(self, t):
        rank = len(t.shape)
        axis = -1 if self.chance(0.7) else self.int(1, rank - 1)
        if t.shape[axis] is None:
            axis = -1
        noise = lambda l: setattr(self, "noisy", True) or l
        normal = lambda: L.BatchNormalization(axis=axis, momentum=self.one(0.5, 0.9, 0.99), center=self.chance(0.8), scale=self.chance(0.8))
        makers = [
            normal, normal,
            lambda: L.LayerNormalization(axis=axis, center=self.chance(0.8), scale=self.chance(0.8)),
            lambda: L.UnitNormalization(axis=axis),
            lambda: L.Activation(self.one(*ACTIVATIONS[2:])),
            lambda: self.one(L.LeakyReLU(0.2), L.ELU(0.7), L.ReLU(negative_slope=0.1, max_value=2.0), L.ReLU(), L.ThresholdedReLU(0.3), L.Softmax(axis)),
            lambda: L.PReLU(shared_axes=list(range(1, rank - 1)) if rank > 2 else None),
            lambda: self.one(L.Dropout(0.0), L.ActivityRegularization(0.01, 0.02), L.Rescaling(0.5, 0.1), L.Identity()),
            lambda: L.Dense(self.int(1, 6), activation=self.act(), **self.weights()),
            lambda: L.Dense(self.int(1, 6), activation=self.act(), **self.weights()),
        ]
        if self.chance(0.1):
            makers.append(lambda: noise(self.one(L.Dropout(0.3), L.GaussianNoise(0.4), L.GaussianDropout(0.2), L.AlphaDropout(0.1))))
        if rank > 2:
            makers.append(lambda: L.GroupNormalization(self.one(1, -1)))
            makers.append(lambda: L.TimeDistributed(L.Dense(self.int(1, 5), activation=self.act(), **self.weights(activity=False))))
        return self.one(*makers)()

    # ---- rank 2: rows of features
    def row(self, t):
        n = t.shape[-1]
        makers = [lambda: L.RepeatVector(self.int(2, 4)), lambda: self.nested(t), lambda: self.nested(t)]
        for a in (2, 3):
            if n % a == 0:
                makers.append(lambda a=a: L.Reshape((a, n // a) if self.chance(0.5) else (-1, n // a)))
        if n % 4 == 0:
            makers.append(lambda: L.Reshape((2, 2, n // 4)))
        return self.one(*makers)()

    # ---- rank 3: sequences
    def cell(self):
        kw = self.weights(("kernel", "recurrent"), activity=False)
        return self.one(
            lambda: L.SimpleRNNCell(self.int(1, 4), activation=self.one("tanh", "relu", "sigmoid"), **kw),
            lambda: L.GRUCell(self.int(1, 4), reset_after=self.chance(0.5), **kw),
            lambda: L.LSTMCell(self.int(1, 4), unit_forget_bias=self.chance(0.5), **kw),
        )()

    def recurrent(self, t, sequences=None):
        """Unrolled, tf-keras lays the mask of zero_output_for_mask the wrong way round over steps that go backwards; so none with masks."""
        kw = {"return_sequences": self.chance(0.6) if sequences is None else sequences, "go_backwards": self.chance(0.2), "unroll": t.shape[1] is not None and self.chance(0.15) and not mask_of(t)}
        more = self.weights(("kernel", "recurrent"))
        units = self.int(1, 5)
        return self.one(
            lambda: L.SimpleRNN(units, activation=self.one("tanh", "relu", "softsign"), **kw, **more),
            lambda: L.GRU(units, reset_after=self.chance(0.6), recurrent_activation=self.one("sigmoid", "hard_sigmoid"), **kw, **more),
            lambda: L.LSTM(units, activation=self.one("tanh", "relu", "elu"), recurrent_activation=self.one("sigmoid", "hard_sigmoid"), unit_forget_bias=self.chance(0.5), **kw, **more),
            lambda: L.LSTM(units, zero_output_for_mask=self.chance(0.5), **kw, **more),
            lambda: L.RNN(self.cell(), **kw),
            lambda: L.RNN([self.cell() for _ in range(self.int(2, 3))], **kw),
        )()

    def sequence(self, t):
        steps, n = t.shape[1], t.shape[2]
        masked = mask_of(t)
        both = lambda: L.Bidirectional(self.recurrent(t), merge_mode=self.one("concat", "sum", "ave", "mul"))
        makers = [lambda: self.recurrent(t)] * 4 + [both, both, L.GlobalAveragePooling1D]
        if not masked:
            makers += [lambda: self.convolution(t, 1)] * 4
            makers += [lambda: L.Masking(0.0), L.GlobalMaxPooling1D, lambda: L.GlobalAveragePooling1D(keepdims=True)]
            makers += [lambda: self.timed(t)] * 2
            if steps is not None:
                makers += [L.Flatten, L.Flatten, lambda: L.Permute((2, 1)), lambda: L.Reshape((n, steps)), lambda: L.Reshape((-1,)),
                           lambda: L.LocallyConnected1D(self.int(1, 3), self.int(1, 2), strides=self.int(1, 2), activation=self.act(), **self.weights()),
                           lambda: L.EinsumDense("abc,cd->abd", (None, self.int(1, 4)), bias_axes="d")]
        return self.one(*makers)()

    def timed(self, t):
        """A whole model for each step. tf-keras runs such a model a second time to compute its mask, so
        that moving averages and activity losses count twice; we do not, and models with them do not train."""
        model = self.inner(t.shape[2:])
        self.noisy |= any(isinstance(l, L.BatchNormalization) or getattr(l, "activity_regularizer", None) for l in model.layers)
        return L.TimeDistributed(model)

    # ---- convolutions and pooling in 1, 2 and 3 dimensions
    def convolution(self, t, n):
        form = f"{n}D"
        channels, filters = t.shape[-1], self.int(1, 5)
        padding = self.one("valid", "same", "same")
        kw = {"padding": padding}
        step = self.one("none", "none", "strides", "dilation")
        if step == "strides":
            kw["strides"] = self.int(2, 3)
        elif step == "dilation" and n < 3:
            kw["dilation_rate"] = 2
        if n == 1 and self.chance(0.3):
            kw["padding"] = "causal"
        size = self.pair(n, 1, 3)
        known = None not in t.shape[1:]
        more = lambda *k: {"activation": self.act(), **self.weights(*k)}
        pool = {"pool_size": self.pair(n, 1, 3), "padding": padding, "strides": self.one(None, None, 1, 2)}
        conv = lambda: getattr(L, "Conv" + form)(filters, size, **kw, **more())
        makers = [
            conv, conv, conv,
            lambda: getattr(L, "MaxPooling" + form)(**pool),
            lambda: getattr(L, "AveragePooling" + form)(**pool),
            lambda: getattr(L, "ZeroPadding" + form)(self.int(0, 2)),
            lambda: getattr(L, "UpSampling" + form)(2),
            lambda: getattr(L, "SpatialDropout" + form)(0.0),
        ]
        if known:
            makers.append(lambda: getattr(L, "Cropping" + form)(1))
        if channels % 2 == 0:
            makers.append(lambda: getattr(L, "Conv" + form)(2 * filters, size, groups=2, **kw, **more()))
        transposed = {k: v for k, v in kw.items() if k != "dilation_rate"}
        if transposed["padding"] != "causal":
            makers.append(lambda: getattr(L, f"Conv{form}Transpose")(filters, size, **transposed, **more()))
        if n < 3:
            makers.append(lambda: getattr(L, "SeparableConv" + form)(filters, size, depth_multiplier=self.int(1, 2), **kw, **more(("depthwise", "pointwise"))))
            if kw["padding"] != "causal":
                makers.append(lambda: getattr(L, "DepthwiseConv" + form)(size, depth_multiplier=self.int(1, 2), **kw, **more(("depthwise",))))
        if n == 2:
            makers.append(lambda: L.UpSampling2D((1, 2), interpolation="bilinear"))
            makers.append(lambda: L.LocallyConnected2D(filters, self.pair(2, 1, 2), activation=self.act(), **self.weights()))
        return self.one(*makers)()

    def volume(self, t):
        """Ranks 4 and 5: pictures, films and volumes."""
        n = len(t.shape) - 2
        makers = [lambda: self.convolution(t, n)] * 6
        makers += [L.Flatten, getattr(L, f"GlobalAveragePooling{n}D"), getattr(L, f"GlobalMaxPooling{n}D")]
        makers += [lambda: L.Reshape((-1, t.shape[-1])), lambda: L.TimeDistributed(L.Flatten()), lambda: L.TimeDistributed(self.convolution(t[:, 0], n - 1))]
        kw = {"return_sequences": self.chance(0.5), "padding": self.one("valid", "same"), "activation": self.one("tanh", "relu")}
        makers.append(lambda: getattr(L, f"ConvLSTM{n - 1}D")(self.int(1, 3), self.pair(n - 1, 1, 2), **kw, **self.weights(("kernel", "recurrent"))))
        if n == 2:
            makers.append(lambda: L.TimeDistributed(self.recurrent(t[:, 0])))
            makers.append(lambda: L.Permute((2, 1, 3)))
        return self.one(*makers)()

    # ---- models inside models
    def inner(self, shape):
        x = keras.Input(tuple(shape))
        inside = Drawer(self.r)
        if self.chance(0.5):
            y = L.Dense(self.int(1, 4), activation=self.act())(x)
            if self.chance(0.5):
                y = inside.anywhere(y)(y)
            if len(y.shape) > 2:
                y = L.Flatten()(y) if None not in y.shape[1:] else y
            model = keras.Model(x, y)
        else:
            model = keras.Sequential([x, L.Dense(self.int(1, 4), activation=self.act(), **self.weights())] + ([L.BatchNormalization()] if self.chance(0.3) else []))
        self.noisy |= inside.noisy
        if self.chance(0.15):
            model.trainable = False
        return model

    def nested(self, t):
        if self.chance(0.5):
            return self.inner(t.shape[1:])
        x = keras.Input(tuple(t.shape[1:]))
        h = L.Dense(self.int(2, 4), activation=self.act())(x)
        return keras.Model(x, [L.Dense(2, activation=self.act())(h), L.Dense(3)(x)])

    # ---- several inputs
    def merged(self, pool):
        a = pool[self.r.randint(len(pool))]
        same = [t for t in pool if t is not a and tuple(t.shape) == tuple(a.shape)]
        if same:
            b = [same[self.r.randint(len(same))] for _ in range(self.int(1, min(2, len(same))))]
            layer = self.one(L.Add, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Subtract, L.Concatenate)
            if layer is L.Subtract:
                b = b[:1]
            return layer()([a] + b)
        partners = [t for t in pool if t is not a and len(t.shape) == len(a.shape)]
        if not partners:
            return None
        b = partners[self.r.randint(len(partners))]
        masked = any(mask_of(t) for t in (a, b))
        if len(a.shape) == 2:
            return L.Concatenate()([a, b])
        if len(a.shape) == 3 and a.shape[2] == b.shape[2] and not self.chance(0.2):
            kind = self.int(0, 2)
            if kind == 0:
                return L.Attention(use_scale=self.chance(0.5))([a, b])
            if kind == 1:
                return L.AdditiveAttention(use_scale=self.chance(0.5))([a, b])
            return L.MultiHeadAttention(self.int(1, 2), self.int(1, 3), use_bias=self.chance(0.7))(a, b, use_causal_mask=self.chance(0.3))
        if len(a.shape) == 3 and a.shape[2] == b.shape[2] and not masked and None not in a.shape[1:] + b.shape[1:]:
            return L.Dot(2, normalize=self.chance(0.3))([a, b])
        if tuple(a.shape[1:-1]) == tuple(b.shape[1:-1]):
            return L.Concatenate()([a, b])
        return None

    def states(self, t, other):
        """An encoder's states begin a decoder."""
        units = self.int(1, 3)
        kind = self.one(L.LSTM, L.GRU, L.SimpleRNN)
        out, *states = kind(units, return_state=True, return_sequences=self.chance(0.5))(t)
        return out, kind(units, return_sequences=self.chance(0.5))(other, initial_state=states)

    # ---- one step
    def step(self, pool):
        """New tensors, and which of the pool they use up."""
        if len(pool) > 1 and self.chance(0.25):
            y = self.merged(pool)
            return [] if y is None else [y]
        t = pool[self.r.randint(len(pool))]
        again = [l for l, s in self.used if s == tuple(t.shape[1:]) and (l.supports_masking or not mask_of(t))]
        if again and self.chance(0.2):
            return many(again[self.r.randint(len(again))](t))
        rank = len(t.shape)
        sequences = [s for s in pool if len(s.shape) == 3 and s is not t]
        if rank == 3 and sequences and self.chance(0.08):
            return list(self.states(t, sequences[self.r.randint(len(sequences))]))
        masked = mask_of(t)
        if rank == 3 and masked and self.chance(0.5):
            layer = L.Dropout(0.0) if self.chance(0.1) else self.one(lambda: L.Dense(self.int(1, 6), activation=self.act()), lambda: L.Activation("tanh"), L.LayerNormalization, L.BatchNormalization, lambda: L.TimeDistributed(L.Dense(3)))()
        elif self.chance(0.35) and not masked:
            layer = self.anywhere(t)
        else:
            layer = {2: self.row, 3: self.sequence, 4: self.volume, 5: self.volume}[rank](t)
        if self.chance(0.06):
            layer.trainable = False
        ys = many(layer(t))
        self.used.append((layer, tuple(t.shape[1:])))
        return ys


def mask_of(t):
    return getattr(t, "_keras_mask", None) is not None


def many(v):
    return list(v) if isinstance(v, (list, tuple)) else [v]


def count(shape):
    return int(np.prod([5 if d is None else d for d in shape[1:]]))


def draw(r):
    """A model, its input arrays, and whether it may be trained."""
    d = Drawer(r)
    inputs, arrays, pool = [], [], []
    for _ in range(d.one(1, 1, 1, 2, 2, 3)):
        kind = d.one("row", "sequence", "sequence", "ids", "picture", "volume")
        if kind == "ids":
            steps = d.one(None, d.int(2, 5))
            x = keras.Input((steps,))
            ids = r.randint(1, 7, (BATCH, steps or 4))
            for row in ids[: d.int(0, 3)]:
                row[d.int(1, len(row)) :] = 0
            arrays.append(ids.astype(np.float32))
            pool.append(L.Embedding(7, d.int(1, 4), mask_zero=d.chance(0.6), **d.weights(("embeddings",), bias=False, activity=False))(x))
        else:
            shape = {"row": (d.int(1, 8),), "sequence": (d.one(None, d.int(2, 6)), d.int(1, 4)), "picture": (d.int(3, 7), d.int(3, 7), d.int(1, 4)), "volume": (d.int(2, 4), d.int(3, 5), d.int(3, 5), d.int(1, 2))}[kind]
            x = keras.Input(shape)
            arrays.append(r.standard_normal((BATCH,) + tuple(4 if n is None else n for n in shape)).astype(np.float32))
            pool.append(x)
        inputs.append(x)
    for _ in range(d.int(3, 12)):
        try:
            ys = d.step(pool)
        except Exception:  # the layer does not fit this shape: draw another
            continue
        for y in ys:
            if not any(n == 0 for n in y.shape) and count(y.shape) <= 400:
                pool.append(y)
    # Outputs: what nothing else uses, and sometimes a tensor from the middle.
    fed = {id(t) for t in pool}
    for t in pool:
        for s in many(t._keras_history.layer._inbound_nodes[t._keras_history.node_index].keras_inputs):
            fed.discard(id(s))
    ends = [t for t in pool if id(t) in fed]
    rows = []
    for t in ends:
        if len(t.shape) > 2 and d.chance(0.5):
            if len(t.shape) == 3:
                t = L.GRU(2)(t) if d.chance(0.5) else L.GlobalAveragePooling1D()(t)
            elif None not in t.shape[1:]:
                t = L.Flatten()(t)
        rows.append(t)
    flat = [t for t in rows if len(t.shape) == 2]
    outputs = [t for t in rows if len(t.shape) != 2]
    if len(flat) > 1 and d.chance(0.5):
        flat = [L.Concatenate()(flat)]
    outputs += [L.Dense(d.int(1, 3), activation=d.one(None, "sigmoid", "softmax"))(t) if d.chance(0.6) else t for t in flat]
    if d.chance(0.2):
        extra = pool[r.randint(len(pool))]
        if not any(extra is o for o in outputs) and not any(extra is i for i in inputs):
            outputs.append(extra)
    keep = {id(t) for t in outputs}
    inputs_used = [i for i in inputs if id(i) not in keep]
    outputs = [o for o in outputs if not any(o is i for i in inputs)]
    if len(inputs_used) != len(inputs) or not outputs:
        return None
    return keras.Model(inputs, outputs, name="random"), arrays, not d.noisy


def weight(r, w):
    shape = tuple(w.shape)
    if "moving_variance" in w.name:
        return r.uniform(0.5, 2, shape).astype(np.float32)
    if "gamma" in w.name:
        return r.uniform(0.5, 1.5, shape).astype(np.float32)
    fan = max(1, int(np.prod(shape[:-1])))
    return (r.standard_normal(shape) * min(0.6, 1.2 / np.sqrt(fan))).astype(np.float32)


def frozen(model, path=()):
    """Where the layers are that do not train, models inside included."""
    found = []
    for l in model.layers:
        if not l.trainable:
            found.append(path + (l.name,))
        if isinstance(l, keras.Model):
            found += frozen(l, path + (l.name,))
    return found


def summary(model):
    lines = []
    model.summary(print_fn=lines.append, expand_nested=True, show_trainable=True)
    return "\n".join(lines)


def write(seed, name):
    """One case; false when the draw made no model, or one whose numbers are too large to compare."""
    keras.backend.clear_session()
    r = np.random.RandomState(seed)
    tf.random.set_seed(seed)
    drawn = draw(r)
    if drawn is None:
        return False
    model, xs, trains = drawn
    model.set_weights([weight(r, w) for w in model.weights])
    case = Case(KIND, name, model=json.loads(model.to_json()), summary=summary(model))
    case.json["frozen"] = frozen(model)
    case.json["layers"] = [l.name for l in model.layers]
    case.json["inputs"] = [case.put(f"x{i}", x) for i, x in enumerate(xs)]
    case.json["weights"] = [{"name": w.name, "array": case.put(f"weight{i}", w.numpy()), "trainable": any(w is v for v in model.trainable_weights)} for i, w in enumerate(model.weights)]
    feed = xs if len(xs) > 1 else xs[0]
    try:
        outs = [y.numpy() for y in many(model(feed, training=False))]
    except tf.errors.InvalidArgumentError:  # lengths that were open turn out to differ
        return False
    if not all(np.isfinite(y).all() and np.abs(y).max(initial=0) < 100 for y in outs):
        return False
    case.json["predict"] = [case.put(f"y{i}", y) for i, y in enumerate(outs)]
    if trains and model.trainable_weights:
        targets = [r.standard_normal(y.shape).astype(np.float32) for y in outs]
        model.compile(keras.optimizers.SGD(0.01), loss="mse", run_eagerly=True)
        losses = [many(model.train_on_batch(feed, targets if len(targets) > 1 else targets[0]))[0] for _ in range(3)]
        if not np.isfinite(losses).all() or max(losses) > 1e3:
            return False
        case.json["targets"] = [case.put(f"target{i}", y) for i, y in enumerate(targets)]
        case.json["losses"] = [float(v) for v in losses]
        case.json["final"] = [case.put(f"final{i}", w.numpy()) for i, w in enumerate(model.weights)]
    case.write()
    return True


def main():
    if len(sys.argv) == 1:
        for seed in COMMITTED:
            write(seed, f"seed_{seed}")
        keras_common.finish(KIND)
        return
    keras_common.ROOT = sys.argv[1]
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    made = sum(write(seed, f"seed_{seed}") for seed in range(first, first + n))
    print(f"{made} models of {n} seeds in {os.path.join(keras_common.ROOT, KIND)}")


if __name__ == "__main__":
    main()
