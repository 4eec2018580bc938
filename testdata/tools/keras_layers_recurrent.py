"""Fixtures of kind "layers_recurrent": cells, RNN over cells, ConvLSTM1D to 3D. See README.md for the fields."""

from keras_common import finish, keras, np, tf
from keras_layer_case import call, layer_case, many, normal

L = keras.layers
R = keras.regularizers
KIND = "layers_recurrent"
MASK = np.array([[1, 0, 1, 1, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]], bool)
RIGHT = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]], bool)


def case(name, cls, make, calls, **kw):
    """make() gives the arguments: layers among them are made in a fresh session, so that their names are the same always."""
    keras.backend.clear_session()
    layer_case(name, cls, make(), calls, kind=KIND, **kw)


# ---------------------------------------------------------------- cells


def as_layer(cell, constants=0):
    """A cell whose initial_state are its states, then constants, and whose outputs are the output and the next states."""

    class Called(cell):
        def __call__(self, x, initial_state=None, training=None, **kw):
            sizes = tf.nest.flatten(self.state_size)
            states = list(initial_state or [tf.zeros((x.shape[0], n)) for n in sizes + [3] * constants])
            kw = {"training": training} if "training" in self._call_spec.full_argspec.args else {}
            if constants:
                kw["constants"] = states[len(sizes):]
            states = states[: len(sizes)]
            if isinstance(self, L.StackedRNNCells):
                states = tf.nest.pack_sequence_as(self.state_size, states)
            out, states = super().__call__(x, states, **kw)
            return [out] if cell is MinimalRNNCell else [out] + tf.nest.flatten(states)  # its one state is its output

        def compute_output_shape(self, shape):
            sizes = tf.nest.flatten(self.state_size)
            return [(shape[0], n) for n in (sizes if cell is MinimalRNNCell else sizes[-1:] + sizes)]

    Called.__name__ = cell.__name__
    return Called


def cells():
    for cls, tag, n in ((L.SimpleRNNCell, "simple_rnn_cell", 1), (L.GRUCell, "gru_cell", 1), (L.LSTMCell, "lstm_cell", 2)):

        def one(name, b=3, i=2, u=4, training=False, trainable=True, cls=cls, tag=tag, n=n, **kw):
            c = call(tag + name, b, i, training=training, state=[normal(f"{tag}{name}s{k}", b, u) for k in range(n)])
            case(f"{tag}_{name}", as_layer(cls), lambda: dict(units=u, **kw), [c], trainable=trainable)

        one("plain")
        one("training", training=True)
        one("no_bias", use_bias=False)
        one("one_unit", b=1, i=1, u=1)
        one("odd_sizes", b=2, i=9, u=17)
        one("relu", activation="relu")
        one("softsign", activation="softsign")
        one("swish", activation="swish")
        one("dropout", dropout=0.3, recurrent_dropout=0.2)
        one("frozen", trainable=False)
        one("initializers", kernel_initializer="he_normal", recurrent_initializer="glorot_normal", bias_initializer="ones")
        one("regularized", kernel_regularizer=R.L2(0.02), recurrent_regularizer=R.L1(0.01), bias_regularizer=R.L2(0.05),
            kernel_constraint=keras.constraints.MaxNorm(1.0), recurrent_constraint=keras.constraints.UnitNorm(), bias_constraint="non_neg")
        if n == 2:
            one("no_forget_bias", unit_forget_bias=False)
        if cls is not L.SimpleRNNCell:
            one("hard_sigmoid", recurrent_activation="hard_sigmoid")
            one("implementation_1", implementation=1)
        if cls is L.GRUCell:
            one("reset_before", reset_after=False)
            one("reset_before_implementation_1", reset_after=False, implementation=1, use_bias=False)

    def stack(name, make, states, b=3, i=2, training=False):
        c = call("stack" + name, b, i, training=training, state=[normal(f"stack{name}s{k}", b, u) for k, u in enumerate(states)])
        case("stacked_rnn_cells_" + name, as_layer(L.StackedRNNCells), lambda: dict(cells=make()), [c])

    stack("one", lambda: [L.GRUCell(3)], [3])
    stack("two_lstm", lambda: [L.LSTMCell(4), L.LSTMCell(3)], [4, 4, 3, 3])
    stack("mixed", lambda: [L.LSTMCell(4), L.SimpleRNNCell(2), L.GRUCell(3, reset_after=False)], [4, 4, 2, 3])
    stack("named", lambda: [L.GRUCell(2, name="low"), L.GRUCell(2, name="high")], [2, 2])
    stack("regularized", lambda: [L.SimpleRNNCell(2, kernel_regularizer="l2"), L.SimpleRNNCell(3, bias_regularizer="l1", kernel_constraint="non_neg")], [2, 3])
    stack("in_a_stack", lambda: [L.StackedRNNCells([L.SimpleRNNCell(2), L.SimpleRNNCell(3)]), L.SimpleRNNCell(4)], [2, 3, 4])
    stack("training", lambda: [L.LSTMCell(2), L.GRUCell(3)], [2, 2, 3], training=True)
    stack("odd_sizes", lambda: [L.GRUCell(9), L.LSTMCell(1), L.SimpleRNNCell(7)], [9, 1, 1, 7], b=1, i=5)
    stack("no_bias", lambda: [L.LSTMCell(3, use_bias=False), L.GRUCell(2, use_bias=False)], [3, 3, 2])
    stack("activations", lambda: [L.SimpleRNNCell(3, activation="elu"), L.LSTMCell(2, activation="relu", recurrent_activation="hard_sigmoid")], [3, 2, 2])
    stack("dropout", lambda: [L.GRUCell(3, dropout=0.3), L.LSTMCell(2, recurrent_dropout=0.2, implementation=1)], [3, 2, 2])
    stack("frozen_inside", lambda: [L.GRUCell(3, trainable=False), L.SimpleRNNCell(2)], [3, 2])


# ---------------------------------------------------------------- RNN


class MinimalRNNCell(L.Layer):
    """The cell of Keras' documentation."""

    def __init__(self, units, **kw):
        super().__init__(**kw)
        self.units = self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), initializer="uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel")
        super().build(shape)

    def call(self, x, states):
        out = tf.matmul(x, self.kernel) + tf.matmul(states[0], self.recurrent_kernel)
        return out, [out]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class ConstantsCell(L.Layer):
    """Two states of different sizes, an output that is none of them, and a constant."""

    def __init__(self, units, **kw):
        super().__init__(**kw)
        self.units = units
        self.state_size, self.output_size = [units, 2 * units], 2 * units

    def build(self, shape):
        if isinstance(shape, (list, tuple)) and isinstance(shape[0], (list, tuple, tf.TensorShape)):
            shape = shape[0]
        u = self.units
        self.kernel = self.add_weight(shape=(shape[-1], u), initializer="uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(u, u), initializer="uniform", name="recurrent_kernel")
        self.constant_kernel = self.add_weight(shape=(3, u), initializer="uniform", name="constant_kernel")
        super().build(shape)

    def call(self, x, states, constants):
        h, sums = states
        [k] = constants
        h = tf.tanh(tf.matmul(x, self.kernel) + tf.matmul(h, self.recurrent_kernel) + tf.matmul(k, self.constant_kernel))
        both = tf.concat([h, h * h], -1)
        return both * sums, [h, sums + both]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Flat(L.RNN):
    """RNN whose states, those of several cells too, are one list."""

    def __call__(self, x, initial_state=None, **kw):
        if initial_state is not None:
            initial_state = list(tf.nest.pack_sequence_as(self.cell.state_size, list(initial_state))) if len(initial_state) > 1 else initial_state
        out = super().__call__(x, initial_state=initial_state, **kw)
        return tf.nest.flatten(out) if isinstance(out, (list, tuple)) else out


Flat.__name__ = "RNN"


class Constants(L.RNN):
    """RNN whose last initial state is a constant."""

    def __call__(self, x, initial_state=None, **kw):
        initial_state = initial_state or [tf.zeros((x.shape[0], n)) for n in (self.cell.units, 2 * self.cell.units, 3)]
        states, constants = list(initial_state[:-1]), [initial_state[-1]]
        return super().__call__(x, initial_state=states or None, constants=constants, **kw)

    def get_config(self):
        return {**super().get_config(), "num_constants": 1}


Constants.__name__ = "RNN"


def rnn():
    def one(name, make, states=(), b=3, t=5, i=2, mask=None, cls=Flat, training=False, batch_shape=None, calls=None, **kw):
        c = call("rnn" + name, b, t, i, training=training)
        if mask is not None:
            c["mask"] = mask
        if kw.get("time_major"):
            c["x"] = np.ascontiguousarray(c["x"].transpose(1, 0, 2))
            if mask is not None:
                c["mask"] = mask.T
        if states:
            c["state"] = [normal(f"rnn{name}s{k}", b, u) for k, u in enumerate(states)]
        case("rnn_" + name, cls, lambda: dict(cell=make(), **kw), calls or [c], batch_shape=batch_shape)

    lstm, gru, simple = lambda: L.LSTMCell(4), lambda: L.GRUCell(3), lambda: L.SimpleRNNCell(3)
    two = lambda: [L.LSTMCell(4), L.GRUCell(3)]  # noqa: E731
    minimal = lambda: MinimalRNNCell(4, name="minimal")  # noqa: E731
    everything = dict(return_sequences=True, return_state=True)
    for tag, make, sizes in (("lstm", lstm, (4, 4)), ("gru", gru, (3,)), ("simple", simple, (3,)), ("two", two, (4, 4, 3)), ("minimal", minimal, (4,))):
        one(tag + "_plain", make)
        one(tag + "_sequences_state", make, **everything)
        one(tag + "_backwards", make, go_backwards=True, **everything)
        one(tag + "_initial_state", make, sizes, **everything)
        one(tag + "_mask", make, mask=MASK, **everything)
        one(tag + "_mask_last", make, mask=RIGHT)
        one(tag + "_mask_initial_state_backwards", make, sizes, mask=MASK, go_backwards=True, **everything)
        one(tag + "_zero_output", make, mask=MASK, zero_output_for_mask=True, **everything)
        one(tag + "_unroll", make, unroll=True, mask=RIGHT, return_sequences=True)
        one(tag + "_time_major", make, mask=MASK, time_major=True, **everything)
    one("unfused", lambda: L.LSTMCell(3, activation="softsign", recurrent_activation="exponential"), mask=RIGHT, **everything)
    one("unfused_stack", lambda: [L.GRUCell(3, activation="softsign"), L.LSTMCell(2), L.SimpleRNNCell(4, activation="softplus")], mask=MASK, go_backwards=True, **everything)
    one("dropout", lambda: L.LSTMCell(3, dropout=0.4, recurrent_dropout=0.3))
    one("one_step", lstm, t=1)
    one("regularized", lambda: L.GRUCell(3, kernel_regularizer=R.L2(0.1), recurrent_constraint="unit_norm"), return_sequences=True)
    constants = lambda: ConstantsCell(2, name="constants")  # noqa: E731
    case("minimal_rnn_cell", as_layer(MinimalRNNCell), lambda: dict(units=4), [call("minimal", 3, 2, state=[normal("minimals", 3, 4)])])
    case("constants_cell", as_layer(ConstantsCell, 1), lambda: dict(units=2), [call("constants", 3, 2, state=[normal(f"constantss{n}", 3, n) for n in (2, 4, 3)])])
    one("constants", constants, (2, 4, 3), cls=Constants, **everything)
    one("constants_mask", constants, (2, 4, 3), cls=Constants, mask=MASK, **everything)
    one("constants_backwards", constants, (2, 4, 3), cls=Constants, go_backwards=True)
    for tag, make in (("lstm", lstm), ("two", two), ("minimal", minimal)):
        seq = [call(f"rnnst{tag}{k}", 2, 4, 2) for k in range(3)]
        seq[2]["reset"] = True
        one(tag + "_stateful", make, calls=seq, batch_shape=(2, 4, 2), stateful=True, return_sequences=True, batch_input_shape=(2, 4, 2))
    # The states that are given count as long as nothing is remembered.
    seq = [call(f"rnnsi{k}", 2, 4, 2, state=[normal(f"rnnsi{k}s", 2, 3)]) for k in range(3)]
    seq[2]["reset"] = True
    one("stateful_initial_state", gru, calls=seq, batch_shape=(2, 4, 2), stateful=True, return_state=True, batch_input_shape=(2, 4, 2))


def stateful_layers():
    """LSTM, GRU and SimpleRNN that are stateful and are given initial states."""
    for cls, tag, n in ((L.LSTM, "lstm", 2), (L.GRU, "gru", 1), (L.SimpleRNN, "simple_rnn", 1)):
        seq = [call(f"{tag}si{k}", 2, 3, 2, state=[normal(f"{tag}si{k}s{s}", 2, 3) for s in range(n)]) for k in range(3)]
        seq[2]["reset"] = True
        case(tag + "_stateful_initial_state", cls, lambda: dict(units=3, stateful=True, return_sequences=True, batch_input_shape=(2, 3, 2)), seq, batch_shape=(2, 3, 2))


# ---------------------------------------------------------------- ConvLSTM


def channels_first(cls):
    """A channels_first layer, which the CPU kernels refuse, computed by its channels_last twin between transposes."""

    def last(x, lead):
        return tf.transpose(x, [*range(lead), *range(lead + 1, x.shape.rank), lead])

    def first(x, lead):
        return tf.transpose(x, [*range(lead), x.shape.rank - 1, *range(lead, x.shape.rank - 1)])

    class Twin(cls):
        def __init__(self, **kw):
            assert kw.pop("data_format") == "channels_first"
            super().__init__(data_format="channels_last", **kw)

        def get_config(self):
            return {**super().get_config(), "data_format": "channels_first"}

        def compute_output_shape(self, shape):
            shapes = super().compute_output_shape((shape[0], shape[1], *shape[3:], shape[2]))
            turn = lambda s, lead: (*s[:lead], s[-1], *s[lead:-1])  # noqa: E731
            if not self.return_state:
                return turn(shapes, 1 + self.return_sequences)
            return [turn(s, 1 + (self.return_sequences and k == 0)) for k, s in enumerate(shapes)]

        def __call__(self, x, initial_state=None, mask=None, **kw):
            if mask is None:
                mask = getattr(x, "_keras_mask", None)
            if initial_state is not None:
                initial_state = [last(s, 1) for s in initial_state]
            outs = many(super().__call__(last(x, 2), initial_state=initial_state, mask=mask, **kw))
            turned = [first(o, 1 + (self.return_sequences and k == 0)) for k, o in enumerate(outs)]
            for o, t in zip(outs, turned):
                if getattr(o, "_keras_mask", None) is not None:
                    t._keras_mask = o._keras_mask
            return turned

    Twin.__name__ = cls.__name__
    return Twin


def conv_lstm():
    shapes = {1: (3, 5, 6, 2), 2: (2, 3, 4, 5, 2), 3: (2, 3, 3, 4, 3, 1)}
    masks = {1: MASK, 2: np.array([[1, 0, 1], [0, 1, 0]], bool), 3: np.array([[1, 1, 0], [0, 1, 1]], bool)}
    everything = dict(return_sequences=True, return_state=True)
    for rank, cls in ((1, L.ConvLSTM1D), (2, L.ConvLSTM2D), (3, L.ConvLSTM3D)):
        shape, mask, tag = shapes[rank], masks[rank], f"conv_lstm{rank}d"

        def one(name, cls=cls, shape=shape, tag=tag, first=False, mask=None, state=None, filters=2, kernel=2, training=False, **kw):
            c = call(tag + name, *shape, training=training)
            if mask is not None:
                c["mask"] = mask
            if state is not None:
                c["state"] = [normal(f"{tag}{name}s{k}", shape[0], *state, filters) for k in range(2)]
            args = dict(filters=filters, kernel_size=kernel, **kw)
            if first:
                lead = lambda x, n: np.ascontiguousarray(np.moveaxis(x, -1, n))  # noqa: E731
                c["x"] = lead(c["x"], 2)
                c["state"] = [lead(s, 1) for s in c["state"]] if state is not None else None
                args["data_format"] = "channels_first"
            case(f"{tag}_{name}", channels_first(cls) if first else cls, lambda: args, [c])

        valid = tuple(n - 1 for n in shape[2:-1])
        one("plain")
        one("sequences_state", **everything)
        one("same", padding="same", kernel=3, return_sequences=True)
        one("same_strides", padding="same", kernel=3, strides=2, **everything)
        one("strides", strides=2, return_sequences=True)
        one("dilation_same", padding="same", dilation_rate=2, **everything)
        one("backwards", go_backwards=True, **everything)
        one("initial_state", state=valid, **everything)
        one("mask", mask=mask, **everything)
        one("mask_last", mask=mask)
        one("mask_initial_state_backwards", mask=mask, state=valid, go_backwards=True, **everything)
        one("no_bias_sigmoid", use_bias=False, recurrent_activation="sigmoid", activation="relu")
        one("no_forget_bias", unit_forget_bias=False, filters=1, kernel=1)
        one("dropout", dropout=0.2, recurrent_dropout=0.3)
        one("channels_first", first=True, **everything)
        one("channels_first_mask_state", first=True, mask=mask, state=valid, padding="valid", **everything)
        one("channels_first_last", first=True, padding="same", kernel=3, strides=2)
        one("regularized", kernel_regularizer=R.L2(0.02), recurrent_regularizer=R.L1(0.01), bias_regularizer=R.L2(0.05), activity_regularizer=R.L1(0.03),
            kernel_constraint="non_neg", recurrent_constraint=keras.constraints.MaxNorm(1.0), bias_constraint="non_neg")
        fixed = (2, 3) + shape[2:]
        seq = [call(f"{tag}st{k}", *fixed) for k in range(3)]
        seq[2]["reset"] = True
        case(f"{tag}_stateful", cls, lambda: dict(filters=2, kernel_size=2, stateful=True, return_sequences=True, batch_input_shape=fixed), seq, batch_shape=fixed)
    c = call("cl2rect", 1, 2, 5, 6, 2)
    case("conv_lstm2d_rectangle", L.ConvLSTM2D, lambda: dict(filters=3, kernel_size=(2, 3), strides=(1, 2), padding="same", return_sequences=True), [c])


def main():
    cells()
    rnn()
    stateful_layers()
    conv_lstm()
    finish(KIND)


if __name__ == "__main__":
    main()
