"""Fixtures of kind "runs": whole small trainings within 1e-5, with metrics, masks and weights of all sorts. Fields as in kind "training"."""

import keras_training as T
from keras_common import Case, finish, keras
from keras_training import L, O, ids, one_hot, padded, real, train, weights

T.Case = lambda kind, name, **f: Case("runs", name, **f)
TIGHT = {"rtol": 1e-5, "atol": 2e-6}


def run(*args, **kw):
    train(*args, tolerance=TIGHT, **kw)


def main():
    x, labels = real("runs mlp", 30, 5), ids("runs mlp", 3, 30)
    bits = ids("runs bits", 2, 30, 1).astype("float32")

    def mlp(out, units):
        return lambda: keras.Sequential([L.Dense(7, activation="tanh", input_shape=(5,)), L.Dense(units, activation=out)])

    run("mlp_binary", mlp("sigmoid", 1), x, bits, O.SGD(0.2), "binary_crossentropy",
        metrics=["accuracy", "AUC", "Precision", "Recall", "TruePositives", "mse"], weighted_metrics=["AUC", "accuracy"], sample_weight=weights("runs mlp", 30),
        validation=(real("runs vx", 11, 5), ids("runs vy", 2, 11, 1).astype("float32"), weights("runs vw", 11)), fit=dict(epochs=5, validation_freq=2))
    run("mlp_class_and_sample_weight", mlp("softmax", 3), x, labels, O.SGD(0.2), "sparse_categorical_crossentropy", metrics=["accuracy", "sparse_categorical_crossentropy"],
        weighted_metrics=["accuracy"], fit=dict(class_weight={0: 0.5, 1: 2.0, 2: 1.5}, epochs=5), sample_weight=weights("runs csw", 30), class_of_row=labels)
    run("mlp_regression", mlp(None, 2), x, real("runs reg", 30, 2), O.SGD(0.05, momentum=0.9), "mse",
        metrics=["mae", "R2Score", "RootMeanSquaredError", "cosine_similarity", "LogCoshError"], fit=dict(epochs=5, validation_split=0.3))

    def cnn():
        return keras.Sequential([
            L.Conv2D(4, 3, padding="same", activation="tanh", input_shape=(6, 6, 2)), L.MaxPooling2D(), L.Conv2D(3, 2, activation="tanh"), L.Flatten(), L.Dense(3, activation="softmax"),
        ])

    run("cnn", cnn, real("runs cnn", 20, 6, 6, 2), one_hot(ids("runs cnn", 3, 20), 3), O.SGD(0.1), "categorical_crossentropy",
        metrics=["accuracy", "AUC", "Precision", "categorical_crossentropy", "KLDivergence"], weighted_metrics=["accuracy"], fit=dict(batch_size=6, epochs=4, class_weight={0: 1.0, 1: 0.5, 2: 2.0}, validation_split=0.2))

    tokens, tags = padded("runs", 16, 6, 9), ids("runs tags", 3, 16, 6)

    def tagger():
        return keras.Sequential([L.Embedding(9, 4, mask_zero=True, input_length=6), L.LSTM(5, return_sequences=True), L.Dense(3, activation="softmax")])

    run("lstm_tags", tagger, tokens, tags, O.SGD(0.3), "sparse_categorical_crossentropy", metrics=["accuracy", "sparse_categorical_crossentropy"], fit=dict(batch_size=6, epochs=4, validation_split=0.2))
    run("lstm_tags_step_weights", tagger, tokens, tags, O.SGD(0.3), "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy", "sparse_categorical_crossentropy"],
        fit=dict(batch_size=6, epochs=4), sample_weight=weights("runs steps", 16, 6))

    def two():
        words = L.Input((6,), dtype="int32", name="words")
        facts = L.Input((4,), name="facts")
        h = L.LSTM(5, name="read")(L.Embedding(9, 4, mask_zero=True, name="embed")(words))
        both = L.Concatenate(name="joined")([h, L.Dense(3, activation="tanh", name="think")(facts)])
        return keras.Model([words, facts], [L.Dense(3, activation="softmax", name="kind")(both), L.Dense(1, activation="sigmoid", name="good")(h)])

    run("two_outputs", two, [tokens, real("runs facts", 16, 4)], [one_hot(ids("runs kind", 3, 16), 3), ids("runs good", 2, 16, 1).astype("float32")], O.SGD(0.1),
        {"kind": "categorical_crossentropy", "good": "binary_crossentropy"}, metrics={"kind": ["accuracy", "Precision"], "good": ["accuracy", "AUC"]}, weighted_metrics={"kind": ["accuracy"], "good": ["mae"]},
        loss_weights={"kind": 1.0, "good": 0.4}, fit=dict(batch_size=6, epochs=4, validation_split=0.25), sample_weight=[weights("runs w1", 16), weights("runs w2", 16)])
    finish("runs")


if __name__ == "__main__":
    main()
