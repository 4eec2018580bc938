"""Writes testdata/keras/rnn: recurrent cells with dropout.

The layers' fixtures cannot show dropout while training, since its masks are
random. Here the cells of tf_keras run step by step; the masks they drew are
stored beside what came out.

Fields: `op`, `reset_after`, `per_gate` (implementation 1); arrays `x`, `h0`, (`c0`),
`w`, `u`, `b`, `drop_x` [batch, gates·features] or [batch, features], (`drop_h`) likewise,
`sequence`, `r`; the gradients of sum(sequence·r): `dx`, `dh0`, (`dc0`), `dw`, `du`, `db`.
"""

from keras_common import Case, finish, keras, rng, tf

L = keras.layers
B, T, N, U = 3, 4, 5, 4


def case(name, cls, gates, states, implementation, **kw):
    r = rng("rnn" + name)
    new = lambda *s: tf.constant(r.normal(0, 0.6, s).astype("float32"))
    if cls is not L.SimpleRNNCell:
        kw["implementation"] = implementation
    tf.random.set_seed(7)
    # With implementation 2 there is no recurrent dropout: tf_keras falls back to 1 for it.
    recurrent = 0.0 if implementation == 2 and cls is not L.SimpleRNNCell else 0.3
    cell = cls(U, dropout=0.4, recurrent_dropout=recurrent, bias_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=3), **kw)
    x, r0 = new(B, T, N), new(B, T, U)
    h = [new(B, U) for _ in range(states)]
    cell.build((B, N))
    cell.set_weights([new(*w.shape).numpy() for w in cell.weights])
    count = gates if implementation == 1 else 1
    assert getattr(cell, "implementation", 2) == implementation
    draw = (lambda f, v: f(v, training=True, count=gates)) if cls is not L.SimpleRNNCell else (lambda f, v: f(v, training=True))
    cell.reset_dropout_mask()
    cell.reset_recurrent_dropout_mask()
    with tf.GradientTape() as tape:
        tape.watch([x] + h)
        state, out = list(h), []
        for t in range(T):
            y, state = cell(x[:, t], state, training=True)
            out.append(y)
        sequence = tf.stack(out, 1)
        loss = tf.reduce_sum(sequence * r0)
    d = tape.gradient(loss, [x] + h + list(cell.trainable_weights))
    masks = []
    for f, v in ((cell.get_dropout_mask_for_cell, x[:, 0]), (cell.get_recurrent_dropout_mask_for_cell, h[0])):
        m = draw(f, v)  # what the cell drew: it is cached
        if m is None:
            continue
        m = list(m) if isinstance(m, (list, tuple)) else [m]
        masks.append(tf.concat(m[:count], 1))
    c = Case("rnn", name, op=cls.__name__[:-4], reset_after=bool(kw.get("reset_after")), per_gate=count > 1)
    names = ["x", "h0", "c0"][: 1 + states]
    for n, v in zip(names, [x] + h):
        c.put(n, v.numpy())
    for n, v in zip(["w", "u", "b"], cell.weights):
        c.put(n, v.numpy())
    c.put("drop_x", masks[0].numpy())
    if len(masks) > 1:
        c.put("drop_h", masks[1].numpy())
    c.put("sequence", sequence.numpy())
    c.put("r", r0.numpy())
    for n, v in zip(["d" + n for n in names] + ["dw", "du", "db"], d):
        c.put(n, v.numpy())
    c.write()


case("simple_rnn_dropout", L.SimpleRNNCell, 1, 1, 2)
case("lstm_dropout_1", L.LSTMCell, 4, 2, 1)
case("lstm_dropout_2", L.LSTMCell, 4, 2, 2)
case("gru_dropout_before_1", L.GRUCell, 3, 1, 1, reset_after=False)
case("gru_dropout_after_1", L.GRUCell, 3, 1, 1, reset_after=True)
finish("rnn")
