"""Small models as users bring them to the train command: architectures alone, and files with weights.

    python train_models.py          with tf_keras
    python train_models.py keras3   with keras==3.15.1 (another environment; backend tensorflow)

Writes testdata/keras/train_models/. The names say what is special; every file is made from the same few layers.
"""
import os
import pathlib
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_DETERMINISTIC_OPS="1", TF_ENABLE_ONEDNN_OPTS="0", KERAS_BACKEND="tensorflow")
import tensorflow as tf

THREE = sys.argv[1:] == ["keras3"]
if THREE:
    import keras
else:
    import tf_keras as keras

L = keras.layers
OUT = pathlib.Path(__file__).resolve().parents[1] / "keras" / "train_models"
OUT.mkdir(parents=True, exist_ok=True)
tf.config.threading.set_intra_op_parallelism_threads(1)


def pictures(head, name, size=(12, 12), channels=1, rescale=False):
    i = keras.Input((*size, channels))
    x = L.Rescaling(1 / 255)(i) if rescale else i
    x = L.Conv2D(8, 3, activation="relu")(x)
    x = L.MaxPooling2D()(x)
    x = L.Conv2D(8, 3, activation="relu")(x)
    x = L.GlobalMaxPooling2D()(x)
    return keras.Model(i, head(x), name=name)


def texts(units, activation, length, name, words=30):
    return keras.Sequential([
        keras.Input((length,)),
        L.Embedding(words, 8, mask_zero=True),
        L.LSTM(8),
        L.Dense(units, activation=activation),
    ], name=name)


def dense(units, activation=None):
    return L.Dense(units, activation=activation, name="head")


keras.utils.set_random_seed(1)
if THREE:
    m = pictures(dense(2, "softmax"), "pictures")
    m.compile(optimizer=keras.optimizers.RMSprop(0.004), loss="categorical_crossentropy")
    m.save(OUT / "pictures_compiled_k3.keras")
    pictures(dense(3, "softmax"), "any_size", size=(None, None)).save(OUT / "any_size_three_k3.keras")
    m = texts(1, "sigmoid", None, "reviews")
    m.compile(optimizer=keras.optimizers.Adam(0.02), loss="binary_crossentropy")
    m.save(OUT / "texts_sigmoid_k3.keras")
    (OUT / "texts_k3.json").write_text(texts(2, "softmax", 9, "reviews").to_json() + "\n")
else:
    m = pictures(dense(2, "softmax"), "pictures")
    m.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    m.save(OUT / "pictures_compiled_tf.h5")
    (OUT / "logits_rescaled_tf.json").write_text(pictures(dense(2), "pictures", rescale=True).to_json() + "\n")
    (OUT / "texts_tf.json").write_text(texts(2, "softmax", None, "reviews").to_json() + "\n")
    (OUT / "texts_relu_tf.json").write_text(texts(2, "relu", 9, "reviews").to_json() + "\n")
    two = keras.Input((4,))
    (OUT / "numbers_tf.json").write_text(keras.Model(two, dense(2, "softmax")(two), name="numbers").to_json() + "\n")
    texts(2, "softmax", 9, "reviews").save(OUT / "texts_tf.h5")
