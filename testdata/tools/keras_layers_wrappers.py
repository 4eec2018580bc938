"""Fixtures of kind "layers_wrappers": TimeDistributed and Bidirectional. See README.md for the fields."""

from keras_common import finish, keras, np
from keras_layer_case import call, layer_case, normal
from keras_layers_recurrent import MASK, RIGHT, MinimalRNNCell

L = keras.layers
R = keras.regularizers
KIND = "layers_wrappers"


def case(name, cls, make, calls, **kw):
    keras.backend.clear_session()
    layer_case(name, cls, make(), calls, kind=KIND, **kw)


def time_distributed():
    def one(name, make, shape, mask=None, training=False, **kw):
        c = call("td" + name, *shape, training=training)
        if mask is not None:
            c["mask"] = mask
        case("time_distributed_" + name, L.TimeDistributed, lambda: dict(layer=make()), [c], **kw)

    def model():
        x = keras.Input((4,), name="in")
        y = L.Dense(3, activation="tanh", name="a")(x)
        return keras.Model(x, L.Dense(2, name="b")(y), name="inner")

    def recurrent_model():
        x = keras.Input((5, 2), name="in")
        y = L.LSTM(3, return_sequences=True, name="rnn")(x)
        return keras.Model(x, L.GRU(2, name="last")(y), name="inner")

    def row():
        return keras.Sequential([keras.Input((3, 4, 2)), L.Conv2D(3, 2, activation="relu"), L.MaxPooling2D(2, padding="same"), L.Flatten()], name="cnn")

    one("dense", lambda: L.Dense(3, activation="relu"), (2, 5, 4))
    one("dense_named", lambda: L.Dense(3, name="scores"), (2, 5, 4), batch_shape=(2, 5, 4))
    one("dense_rank4", lambda: L.Dense(3), (2, 3, 2, 4))
    one("dense_mask", lambda: L.Dense(3), (3, 5, 2), mask=MASK)
    one("dense_regularized", lambda: L.Dense(3, kernel_regularizer=R.L2(0.1), activity_regularizer=R.L1(0.2), kernel_constraint="non_neg"), (2, 3, 4))
    one("conv2d", lambda: L.Conv2D(2, 2, padding="same"), (2, 3, 4, 5, 2))
    one("max_pooling", lambda: L.MaxPooling2D(2), (2, 3, 4, 4, 2))
    one("flatten", L.Flatten, (2, 3, 2, 2, 2))
    one("dropout", lambda: L.Dropout(0.5), (2, 3, 4))
    one("activation", lambda: L.Activation("softmax"), (2, 3, 4), mask=RIGHT[:2, :3])
    one("batch_normalization", L.BatchNormalization, (2, 3, 4), training=True)
    one("batch_normalization_mask", L.BatchNormalization, (3, 5, 2), training=True, mask=MASK)
    one("embedding_like_repeat", lambda: L.RepeatVector(2), (2, 3, 4))
    one("lstm", lambda: L.LSTM(3), (2, 3, 4, 2))
    one("lstm_sequences", lambda: L.LSTM(3, return_sequences=True), (2, 3, 4, 2))
    one("lstm_mask", lambda: L.LSTM(3), (2, 2, 3, 2), mask=np.array([[[1, 1, 0], [0, 0, 0]], [[1, 0, 1], [1, 1, 1]]], bool))
    one("lstm_sequences_mask", lambda: L.LSTM(3, return_sequences=True), (2, 2, 3, 2), mask=np.array([[[1, 1, 0], [0, 0, 0]], [[1, 0, 1], [1, 1, 1]]], bool))
    one("masking", lambda: L.Masking(0.0), (2, 3, 4))
    one("model", model, (2, 3, 4))
    one("model_recurrent", recurrent_model, (2, 3, 5, 2))
    one("sequential", row, (2, 3, 3, 4, 2))
    one("nested", lambda: L.TimeDistributed(L.Dense(2)), (2, 3, 4, 2))
    one("bidirectional", lambda: L.Bidirectional(L.GRU(2)), (2, 2, 3, 2))
    one("frozen", lambda: L.Dense(3, trainable=False), (2, 3, 4))


def bidirectional():
    def one(name, make, shape=(3, 5, 2), mask=None, states=(), calls=None, batch_shape=None, **kw):
        c = call("bi" + name, *shape)
        if mask is not None:
            c["mask"] = mask
        if states:
            c["state"] = [normal(f"bi{name}s{k}", shape[0], *(u if isinstance(u, tuple) else (u,))) for k, u in enumerate(states)]
        case("bidirectional_" + name, L.Bidirectional, lambda: dict(layer=make(), **{k: v() if callable(v) else v for k, v in kw.items()}), calls or [c], batch_shape=batch_shape)

    everything = dict(return_sequences=True, return_state=True)
    for mode in ("concat", "sum", "mul", "ave", None):
        tag = str(mode).lower()
        one(f"{tag}_lstm", lambda: L.LSTM(3), merge_mode=mode)
        one(f"{tag}_gru_sequences", lambda: L.GRU(3, return_sequences=True), merge_mode=mode, mask=MASK)
        one(f"{tag}_simple_everything", lambda: L.SimpleRNN(3, **everything), merge_mode=mode)
        one(f"{tag}_lstm_everything_mask", lambda: L.LSTM(2, **everything), merge_mode=mode, mask=RIGHT)
    one("default", lambda: L.LSTM(3))
    one("mask_last", lambda: L.LSTM(3), mask=RIGHT)
    one("initial_state", lambda: L.LSTM(3, **everything), states=(3, 3, 3, 3))
    one("initial_state_mask", lambda: L.GRU(3, return_sequences=True), states=(3, 3), mask=MASK)
    one("backwards_layer_first", lambda: L.LSTM(3, go_backwards=True, return_sequences=True))
    one("backward_layer", lambda: L.LSTM(3, return_sequences=True), backward_layer=lambda: L.GRU(2, go_backwards=True, return_sequences=True))
    one("backward_layer_same", lambda: L.LSTM(3, **everything), backward_layer=lambda: L.LSTM(3, activation="relu", go_backwards=True, **everything), merge_mode="sum")
    one("rnn_cells", lambda: L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_sequences=True), mask=MASK)
    one("rnn_own_cell", lambda: L.RNN(MinimalRNNCell(3, name="minimal"), **everything), mask=RIGHT)
    one("time_major", lambda: L.LSTM(3, return_sequences=True, time_major=True))
    one("unroll", lambda: L.GRU(3, unroll=True), mask=RIGHT)
    one("regularized", lambda: L.LSTM(3, kernel_regularizer=R.L2(0.1), bias_regularizer=R.L1(0.1), recurrent_constraint="non_neg"))
    one("activity", lambda: L.LSTM(3, activity_regularizer=R.L1(0.2)))  # Keras' order of losses goes by layer, ours by sort
    one("dropout", lambda: L.LSTM(3, dropout=0.3, recurrent_dropout=0.2))
    one("conv_lstm", lambda: L.ConvLSTM2D(2, 2, return_sequences=True), shape=(2, 3, 3, 4, 1))
    one("conv_lstm_sum", lambda: L.ConvLSTM2D(2, 2, **everything), shape=(2, 3, 3, 4, 1), merge_mode="sum", mask=np.array([[1, 0, 1], [1, 1, 0]], bool))
    one("frozen", lambda: L.GRU(3), trainable=False)
    seq = [call(f"bist{k}", 2, 4, 2) for k in range(3)]
    seq[2]["reset"] = True
    one("stateful", lambda: L.LSTM(3, stateful=True, return_sequences=True), calls=seq, batch_shape=(2, 4, 2), batch_input_shape=(2, 4, 2))
    one("named", lambda: L.LSTM(3, name="words"))


def main():
    time_distributed()
    bidirectional()
    finish(KIND)


if __name__ == "__main__":
    main()
