"""Writes .keras files of small trained models, what they predict and how they go on training, to ../keras/saving_keras.

    python saving_keras.py tf_keras      # with tf_keras 2.21.0 installed
    python saving_keras.py keras         # with keras 3.15.1 and TensorFlow installed

NAME.keras is saved after three steps on one batch. NAME.npz holds that batch (in0, …, y0, …), predictions (out0, …) and
the losses of the next five steps (losses). NAME.json is model.to_json().
"""
import importlib
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

keras = importlib.import_module(sys.argv[1])
tag = {"tf_keras": "tf", "keras": "k3"}[sys.argv[1]]
L, K = keras.layers, keras
out = pathlib.Path(__file__).parent.parent / "keras" / "saving_keras"
out.mkdir(parents=True, exist_ok=True)


def save(name, model, ins, ys, optimizer, loss="mse", json=True, **compile):
    rng = np.random.default_rng(3)
    for v in model.weights:  # biases and moving averages too
        if "count" in v.name or "seed" in v.name:
            continue
        w = rng.normal(size=tuple(v.shape)) * 0.3
        v.assign((np.abs(w) + 0.5 if "variance" in v.name else w).astype("float32"))
    model.compile(optimizer, loss, **compile)
    pack = lambda a: a[0] if len(a) == 1 else a
    step = lambda: model.fit(pack(ins), pack(ys), epochs=1, batch_size=len(ins[0]), shuffle=False, verbose=0).history["loss"][0]
    for _ in range(3):
        step()
    path = out / f"{name}_{tag}.keras"
    model.save(path)
    if json:
        path.with_suffix(".json").write_text(model.to_json())
    outs = model.predict(pack(ins), verbose=0)
    arrays = {f"in{i}": x for i, x in enumerate(ins)} | {f"y{i}": y for i, y in enumerate(ys)}
    arrays |= {f"out{i}": o for i, o in enumerate(outs if isinstance(outs, list) else [outs])}
    model = keras.models.load_model(path)  # what the file says goes on, not what Keras remembers
    forgets = tag == "tf" and isinstance(model.optimizer, K.optimizers.Nadam)  # the product of its momenta
    np.savez(path.with_suffix(".npz"), losses=np.array([] if forgets else [step() for _ in range(5)], "float64"), **arrays)


rng = np.random.default_rng(1)
normal = lambda *s: rng.normal(size=s).astype("float32")
ids = lambda n, *s: rng.integers(0, n, size=s).astype("float32")

# layers with weights in a row and in branches
i = K.Input((5,))
a = L.Dense(4, activation="relu", kernel_regularizer="l2", kernel_constraint=K.constraints.MaxNorm(2.0))(i)
b = L.BatchNormalization()(L.Dense(4, use_bias=False)(i))
x = L.Add()([a, L.PReLU()(b)])
x = L.Concatenate()([x, L.LeakyReLU()(a)])
x = L.Dense(3, activation="softmax", bias_initializer=K.initializers.Constant(0.1))(L.Dropout(0.0)(x))
save("branches", K.Model(i, x), [normal(6, 5)], [np.eye(3, dtype="float32")[rng.integers(0, 3, 6)]], K.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy", "mae"])

# pictures
m = K.Sequential([K.Input((8, 8, 3)), L.Rescaling(0.5), L.ZeroPadding2D(1), L.Conv2D(4, 3, strides=2, padding="same"), L.BatchNormalization(scale=False),
    L.ReLU(6.0), L.DepthwiseConv2D(3, padding="same"), L.SeparableConv2D(4, 3, padding="same"), L.Conv2DTranspose(3, 2, strides=2), L.UpSampling2D(),
    L.MaxPooling2D(), L.Cropping2D(1), L.SpatialDropout2D(0.0), L.GlobalAveragePooling2D(), L.Dense(2)])
save("pictures", m, [normal(3, 8, 8, 3)], [normal(3, 2)], K.optimizers.SGD(0.05, momentum=0.9, nesterov=True))

# sequences
m = K.Sequential([K.Input((6,)), L.Embedding(9, 4, mask_zero=True), L.Bidirectional(L.LSTM(3, return_sequences=True)), L.GRU(3, return_sequences=True),
    L.TimeDistributed(L.Dense(3, activation="tanh")), L.RNN([L.GRUCell(2), L.LSTMCell(3), L.GRUCell(3)], return_sequences=True), L.SimpleRNN(3), L.Dense(1)])
save("sequences", m, [ids(9, 4, 6)], [normal(4, 1)], K.optimizers.RMSprop(0.01, momentum=0.5, centered=True), "mae")

# states, several inputs and outputs, a layer that is called twice, models in models
p, q = K.Input((4, 3), name="p"), K.Input((4, 3), name="q")
shared = L.Dense(3, name="shared")
inner = lambda name: K.Sequential([K.Input((4, 3)), L.Dense(3), L.Dense(3)], name=name)
j = K.Input((4, 3))
deep = K.Model(j, L.Add()([inner("inside")(j), L.Dense(3)(j)]), name="deep")
s, h, c = L.LSTM(3, return_sequences=True, return_state=True)(shared(p))
t = L.LSTM(3)(shared(q), initial_state=[h, c])
u = L.Dense(2, name="u")(L.Flatten()(deep(s)))
v = L.Dense(1, name="v")(L.Multiply()([t, L.GlobalMaxPooling1D()(inner("inner")(q))]))
save("nested", K.Model([p, q], [u, v]), [normal(3, 4, 3), normal(3, 4, 3)], [normal(3, 2), normal(3, 1)], K.optimizers.Adam(0.01, amsgrad=True), ["mse", "mae"], loss_weights=[1.0, 0.5])

# attention
p, q = K.Input((4, 6)), K.Input((5, 6))
x = L.MultiHeadAttention(2, 3)(p, q)
x = L.MultiHeadAttention(2, 3, value_dim=2, use_bias=False)(x, q, key=L.Dense(6)(q))
x = L.LayerNormalization()(L.Add()([x, p]))
y = L.Attention(use_scale=True)([x, L.EinsumDense("abc,cd->abd", output_shape=(None, 6), bias_axes="d")(q)])
y = L.GroupNormalization(2)(L.AdditiveAttention()([y, q]))
m = K.Model([p, q], L.Dense(1)(L.GlobalAveragePooling1D()(y)))
save("attention", m, [normal(3, 4, 6), normal(3, 5, 6)], [normal(3, 1)], K.optimizers.AdamW(0.01, weight_decay=0.1), "huber")

# ConvLSTM, wrappers, one-dimensional convolutions
m = K.Sequential([K.Input((3, 5, 5, 2)), L.ConvLSTM2D(2, 2, return_sequences=True), L.TimeDistributed(L.Conv2D(2, 2)), L.Reshape((3, 18)), L.Permute((2, 1)),
    L.Conv1D(3, 2, padding="causal"), L.AveragePooling1D(2), L.Conv1DTranspose(2, 2), L.Flatten(), L.Activation("elu"), L.Dense(2)])
save("video", m, [normal(2, 3, 5, 5, 2)], [normal(2, 2)], K.optimizers.Nadam(0.01))

# every optimizer
O = K.optimizers
for o in [O.SGD(0.1), O.Adam(0.01, use_ema=True), O.Adamax(0.01), O.Nadam(0.01), O.RMSprop(0.01), O.Adagrad(0.1), O.Adadelta(1.0), O.Ftrl(0.1), O.Lion(0.01),
          O.Adafactor(0.01), O.Adam(O.schedules.ExponentialDecay(0.1, 2, 0.5), clipnorm=1.0)]:
    m = K.Sequential([K.Input((3,)), L.Dense(4, activation="tanh"), L.Dense(2)])
    name = type(o).__name__.lower() + ("_schedule" if not isinstance(o.get_config()["learning_rate"], float) and "class_name" in str(o.get_config()["learning_rate"]) else "")
    save("optimizer_" + name, m, [normal(4, 3)], [normal(4, 2)], o, json=False)
