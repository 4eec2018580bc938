"""Fixtures of kinds "layers_preprocessing" and "layers_adapt": layers for tables, Identity and SpectralNormalization. See README.md for the fields."""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # SpectralNormalization of tf_keras takes its InputSpec from tf.keras

from keras_common import Case, finish, keras, np, rng
from keras_layer_case import call, layer_case

L = keras.layers
R = keras.regularizers
KIND = "layers_preprocessing"


def case(name, cls, kwargs, calls, **kw):
    layer_case(name, cls, kwargs, calls, kind=KIND, **kw)


def ids(name, limit, *shape, **kw):
    return {"x": rng("ids/" + name).randint(0, limit, shape).astype(np.int32), "dtype": "int32", **kw}


def identity():
    for i, shape in enumerate([(2, 3), (1, 1), (2, 3, 2), (3, 2, 2, 1), (1, 2, 1, 2, 2)]):
        case(f"identity_{i}", L.Identity, {}, [call(f"identity{i}", *shape)])
    case("identity_training", L.Identity, {}, [call("identityt", 2, 4, training=True)])


def rescaling():
    case("rescaling_default", L.Rescaling, dict(scale=1 / 255), [call("r1", 2, 3)])
    case("rescaling_offset", L.Rescaling, dict(scale=1 / 127.5, offset=-1.0), [call("r2", 1, 2, 3, 2)])
    case("rescaling_whole", L.Rescaling, dict(scale=2, offset=3), [call("r3", 2, 3, 2)])
    case("rescaling_channels", L.Rescaling, dict(scale=[1.0, 2.0, -0.5]), [call("r4", 2, 2, 2, 3)])
    case("rescaling_channels_offset", L.Rescaling, dict(scale=[1.0, 2.0], offset=[0.5, -3.0]), [call("r5", 3, 2)])
    case("rescaling_zero", L.Rescaling, dict(scale=0.0, offset=1.5), [call("r6", 2, 5, training=True)])


def normalization():
    N = L.Normalization
    case("normalization_default", N, {}, [call("n1", 4, 3)])
    case("normalization_given", N, dict(mean=1.5, variance=4.0), [call("n2", 2, 3)])
    case("normalization_each", N, dict(mean=[1.0, -2.0, 0.5], variance=[1.0, 4.0, 0.25]), [call("n3", 2, 3)])
    case("normalization_invert", N, dict(mean=[3.0, 2.0], variance=[2.0, 0.0], invert=True), [call("n4", 2, 4, 2)])
    case("normalization_variance_0", N, dict(mean=0.25, variance=0.0), [call("n5", 2, 2)], note="The deviation is 1e-7 at least.")
    case("normalization_all", N, dict(axis=None), [call("n6", 2, 3, 2)])
    case("normalization_axis_1", N, dict(axis=1), [call("n7", 2, 3, 2)])
    case("normalization_two_axes", N, dict(axis=(1, -1)), [call("n8", 2, 3, 2, 4)])
    case("normalization_two_axes_given", N, dict(axis=(-1, 1), mean=[1.0, 2.0], variance=[4.0, 9.0]), [call("n9", 2, 3, 2)])
    case("normalization_axis_1_given", N, dict(axis=1, mean=[1.0, 2.0, 3.0], variance=2.0), [call("n10", 2, 3, 2)])
    case("normalization_invert_weights", N, dict(invert=True), [call("n11", 3, 2, training=True)])


def discretization():
    D = L.Discretization
    edges = np.array([[-5, 0, 0.5, 1], [1.5, 2, 2.5, 100], [-0.001, 0.999, 1, np.nan]], np.float32)
    bounds = [0.0, 1.0, 2.0]
    case("discretization_int", D, dict(bin_boundaries=bounds), [{"x": edges}])
    case("discretization_one_bound", D, dict(bin_boundaries=[0.3]), [call("d2", 3, 2, 2)])
    case("discretization_one_hot", D, dict(bin_boundaries=bounds, output_mode="one_hot"), [{"x": edges[:, 1:2]}])
    case("discretization_multi_hot", D, dict(bin_boundaries=bounds, output_mode="multi_hot"), [{"x": edges}])
    case("discretization_count", D, dict(bin_boundaries=bounds, output_mode="count"), [{"x": edges}])
    case("discretization_equal_bounds", D, dict(bin_boundaries=[-1.0, 0.0, 0.0, 1.0]), [{"x": edges}])


def category_encoding():
    C = L.CategoryEncoding
    case("category_encoding_default", C, dict(num_tokens=5), [ids("c1", 5, 3, 4)])
    case("category_encoding_one_hot", C, dict(num_tokens=4, output_mode="one_hot"), [ids("c2", 4, 5, 1)])
    case("category_encoding_count", C, dict(num_tokens=3, output_mode="count"), [ids("c3", 3, 4, 6)])
    case("category_encoding_multi_hot_1", C, dict(num_tokens=3, output_mode="multi_hot"), [ids("c4", 3, 4, 1)])
    case("category_encoding_count_1", C, dict(num_tokens=6, output_mode="count"), [ids("c5", 6, 2, 1)])
    case("category_encoding_one_token", C, dict(num_tokens=1), [ids("c6", 1, 2, 3)])


def spectral_normalization():
    def one(name, make, *calls, iterations=1, **kw):
        keras.backend.clear_session()
        case("spectral_normalization_" + name, L.SpectralNormalization, dict(layer=make(), power_iterations=iterations), list(calls), **kw)

    def train(name, *shape):
        return [call(f"sn{name}{i}", *shape, training=True) for i in range(2)] + [call(f"sn{name}2", *shape)]

    one("dense", lambda: L.Dense(3), *train("dense", 2, 4))
    one("dense_3_iterations", lambda: L.Dense(3, activation="tanh"), *train("dense3", 2, 4), iterations=3)
    one("conv2d", lambda: L.Conv2D(2, 2, padding="same"), *train("conv2d", 1, 3, 4, 2))
    one("conv1d_regularized", lambda: L.Conv1D(3, 2, kernel_regularizer=R.L2(0.1), activity_regularizer=R.L1(0.2)), *train("conv1d", 2, 4, 2))
    one("conv2d_transpose", lambda: L.Conv2DTranspose(2, 2), *train("conv2dt", 1, 2, 2, 3))
    one("embedding", lambda: L.Embedding(5, 3), ids("sne", 5, 2, 3, training=True), ids("sne2", 5, 2, 3))
    one("inference", lambda: L.Dense(2), call("sni", 3, 2))
    one("no_bias", lambda: L.Dense(2, use_bias=False, kernel_constraint="non_neg"), *train("nobias", 2, 3))


def adapt():
    def one(name, layer, x):
        config = layer.get_config()
        layer.adapt(x)
        c = Case("layers_adapt", name, class_name=type(layer).__name__, config=config)
        c.json["x"] = c.put("x", x)
        if isinstance(layer, L.Discretization):
            c.json["boundaries"] = c.put("boundaries", np.array(layer.bin_boundaries, np.float32))
        else:
            c.json["weights"] = [c.put(f"weight{i}", w.numpy()) for i, w in enumerate(layer.weights)]
        c.json["output"] = c.put("output", layer(x))
        c.write()

    def data(name, *shape):
        return (rng("adapt/" + name).standard_normal(shape) * 3 + 2).astype(np.float32)

    one("normalization_table", L.Normalization(), data("t", 40, 3))
    one("normalization_constant", L.Normalization(), np.repeat([[1.0, 2.0]], 5, 0).astype(np.float32))
    one("normalization_all", L.Normalization(axis=None), data("a", 7, 4))
    one("normalization_axis_1", L.Normalization(axis=1), data("1", 50, 3, 2))
    one("normalization_two_axes", L.Normalization(axis=(1, 2)), data("2", 33, 2, 3))
    one("normalization_image_invert", L.Normalization(invert=True), data("i", 4, 3, 3, 2))
    one("discretization_4", L.Discretization(num_bins=4), data("d4", 100, 1))
    one("discretization_many_batches", L.Discretization(num_bins=5), data("dm", 90, 3))
    one("discretization_coarse", L.Discretization(num_bins=3, epsilon=0.1), data("dc", 200, 1))
    one("discretization_few", L.Discretization(num_bins=4), data("df", 3, 1))
    one("discretization_equal", L.Discretization(num_bins=3), np.round(data("de", 64, 1)))
    one("discretization_one_hot", L.Discretization(num_bins=6, output_mode="one_hot"), data("do", 48, 1))


identity()
rescaling()
normalization()
discretization()
category_encoding()
spectral_normalization()
adapt()
finish(KIND, "layers_adapt")
