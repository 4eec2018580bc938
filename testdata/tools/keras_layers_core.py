"""Fixtures of kind "layers_core": reshaping, masking, noise, activations as layers. The fields are those of kind "layers"."""

from keras_common import finish, keras, np, tf
from keras_layer_case import call, layer_case, normal

L = keras.layers
R = keras.regularizers
C = keras.constraints
INFERENCE = "Inference only: training draws random numbers."
MASK = [[True, False, True], [True, True, False]]


def case(name, cls, kwargs, calls, **kw):
    layer_case(name, cls, kwargs, calls, kind="layers_core", **kw)


def reshaping():
    case("permute_swap", L.Permute, dict(dims=(2, 1)), [call("pm", 2, 3, 4)])
    case("permute_one", L.Permute, dict(dims=(1,)), [call("pm1", 2, 3)])
    case("permute_same", L.Permute, dict(dims=(1, 2)), [call("pms", 2, 3, 2)])
    case("permute_turn", L.Permute, dict(dims=(2, 3, 1)), [call("pmt", 2, 2, 3, 4)])
    case("permute_back", L.Permute, dict(dims=(3, 1, 2)), [call("pmb", 1, 2, 3, 4)])
    case("permute_rank5", L.Permute, dict(dims=(4, 2, 1, 3)), [call("pm5", 1, 2, 3, 2, 3)])

    for n in (1, 2, 5):
        case(f"repeat_vector_{n}", L.RepeatVector, dict(n=n), [call(f"rv{n}", 2, 3)])
    case("repeat_vector_one_feature", L.RepeatVector, dict(n=4), [call("rv1f", 3, 1)])
    case("repeat_vector_batch_1", L.RepeatVector, dict(n=3), [call("rvb", 1, 5)])
    case("repeat_vector_wide", L.RepeatVector, dict(n=2), [call("rvw", 2, 33)])

    case("flatten_scalar", L.Flatten, {}, [call("fls", 3, 1)])
    case("reshape_rank4", L.Reshape, dict(target_shape=(2, 3, 1)), [call("rs6", 2, 6)])
    case("reshape_minus_one_middle", L.Reshape, dict(target_shape=(2, -1, 2)), [call("rs7", 2, 4, 4)])


def masking():
    def m(name, x, **kw):
        case("masking_" + name, L.Masking, kw, [{"x": x}])

    x = normal("mk", 2, 4, 3)
    x[0, 1] = 0
    x[1, 2:] = 0
    x[1, 0, 1] = 0
    m("plain", x)
    y = normal("mkv", 2, 3, 2)
    y[0, 2] = -1
    y[1, 0] = -1
    y[1, 1, 0] = -1
    m("value", y, mask_value=-1.0)
    m("value_int", np.where(y == -1, 2, y).astype(np.float32), mask_value=2)
    m("value_tenth", np.where(y == -1, 0.1, y).astype(np.float32), mask_value=0.1)
    m("none", normal("mkn", 2, 3, 2))
    m("all", np.zeros((2, 3, 2), np.float32))
    m("one_feature", np.array([1, 0, 2, 0, 0, 3], np.float32).reshape(2, 3, 1))
    z = normal("mk4", 2, 3, 2, 2)
    z[0, 1, 0] = 0
    z[1, 2] = 0
    m("rank4", z)
    w = normal("mk2", 4, 3)
    w[2] = 0
    m("rank2", w)
    case("masking_masked", L.Masking, {}, [{"x": np.concatenate([x[:, :3, :2]]), "mask": MASK}], note="The mask of the input is replaced.")


def penalties():
    for name, kw, shape in (
        ("l1", dict(l1=0.1), (3, 4)),
        ("l2", dict(l2=0.2), (2, 5)),
        ("both", dict(l1=0.01, l2=0.03), (2, 3, 4)),
        ("none", {}, (3, 2)),
        ("batch_1", dict(l1=0.5, l2=0.5), (1, 3)),
        ("rank4", dict(l2=0.1), (2, 2, 3, 2)),
    ):
        case("activity_regularization_" + name, L.ActivityRegularization, kw, [call("ar" + name, *shape)])
    case("activity_regularization_mask", L.ActivityRegularization, dict(l1=0.1), [call("arm", 2, 3, 4, mask=MASK, training=True)])


def named(f):
    """A callable that get_config() writes by its name; plain functions it writes as bytecode."""
    made = type(f.__name__, (), {"__call__": f, "__module__": "antler"})()
    made.__name__ = f.__name__
    return made


# The functions of lambda_* have Go twins of the same names.
@named
def halve(self, x):
    return x / 2


@named
def last_step(self, x):
    return x[:, -1]


@named
def scaled_power(self, x, factor, power):
    return factor * tf.pow(x, power)


@named
def train_twice(self, x, training=None):
    return x * 2 if training else x


@named
def masked_sum(self, x, mask=None):
    return tf.reduce_sum(x if mask is None else x * tf.cast(mask, x.dtype)[:, :, None], axis=1)


@named
def keep_mask(self, x, mask=None):
    return mask


def lambdas():
    def l(name, kw, *calls):
        case("lambda_" + name, L.Lambda, kw, list(calls))

    l("plain", dict(function=halve), call("lh", 2, 3))
    l("rank4", dict(function=halve), call("lh4", 1, 2, 3, 2))
    l("shape", dict(function=last_step, output_shape=(4,)), call("ls", 2, 3, 4))
    l("no_shape", dict(function=last_step), call("lsn", 2, 3, 4))
    l("arguments", dict(function=scaled_power, arguments={"factor": 3.0, "power": 2}), call("la", 2, 3))
    l("training", dict(function=train_twice), call("lt", 2, 3), call("lt2", 2, 3, training=True))
    l("takes_mask", dict(function=masked_sum), call("lm", 2, 3, 4, mask=MASK))
    l("hands_mask_on", dict(function=halve, mask=keep_mask), call("lk", 2, 3, 4, mask=MASK))


def noise():
    case("dropout_rank4", L.Dropout, dict(rate=0.4), [call("do4", 2, 2, 3, 2)], note=INFERENCE)
    case("dropout_batch_1", L.Dropout, dict(rate=0.9, seed=2), [call("dob", 1, 5)], note=INFERENCE)
    case("dropout_shared", L.Dropout, dict(rate=0.5, noise_shape=(2, 1, 1)), [call("dos", 2, 3, 4)], batch_shape=(2, 3, 4), note=INFERENCE)
    for cls, tag, arg in ((L.GaussianNoise, "gaussian_noise_", "stddev"), (L.GaussianDropout, "gaussian_dropout_", "rate"), (L.AlphaDropout, "alpha_dropout_", "rate")):
        case(tag + "plain", cls, {arg: 0.3}, [call(tag, 3, 4)], note=INFERENCE)
        case(tag + "rank3_mask", cls, {arg: 0.5}, [call(tag + "m", 2, 3, 4, mask=MASK)], note=INFERENCE)
        case(tag + "rank4", cls, {arg: 0.2}, [call(tag + "4", 2, 2, 3, 2)], note=INFERENCE)
        case(tag + "seed", cls, {arg: 0.25, "seed": 11}, [call(tag + "s", 3, 4)], note=INFERENCE)
        case(tag + "batch_1", cls, {arg: 0.1}, [call(tag + "b", 1, 5)], note=INFERENCE)
        case(tag + "zero", cls, {arg: 0.0, "seed": 1}, [call(tag + "z", 3, 4), call(tag + "zt", 3, 4, training=True)], note="0 is the identity in training too.")


def activations():
    grid = np.array([-8, -6.5, -3, -2, -1.5, -1, -0.5, -1e-3, 0, 1e-3, 0.25, 0.5, 1, 1.5, 2, 3, 6, 6.5, 9, 30], np.float32).reshape(4, 5)

    def a(name, cls, kw, *shape, mask=None):
        c = {"x": grid} if not shape else {"x": normal(name, *shape) * 2}
        if mask is not None:
            c["mask"] = mask
        case(name, cls, kw, [c])

    a("re_lu_plain", L.ReLU, {})
    a("re_lu_max", L.ReLU, dict(max_value=2.0))
    a("re_lu_six", L.ReLU, dict(max_value=6.0))
    a("re_lu_slope", L.ReLU, dict(negative_slope=0.25))
    a("re_lu_threshold", L.ReLU, dict(threshold=1.5))
    a("re_lu_slope_max", L.ReLU, dict(max_value=3.0, negative_slope=0.1))
    a("re_lu_six_slope", L.ReLU, dict(max_value=6.0, negative_slope=0.1))
    a("re_lu_all", L.ReLU, dict(max_value=6.0, negative_slope=0.2, threshold=1.0))
    a("re_lu_mask", L.ReLU, dict(threshold=0.5), 2, 3, 2, mask=MASK)

    a("leaky_re_lu_plain", L.LeakyReLU, {})
    a("leaky_re_lu_tenth", L.LeakyReLU, dict(alpha=0.1))
    a("leaky_re_lu_zero", L.LeakyReLU, dict(alpha=0.0))
    a("leaky_re_lu_one", L.LeakyReLU, dict(alpha=1.0))
    a("leaky_re_lu_steep", L.LeakyReLU, dict(alpha=2.0))
    a("leaky_re_lu_mask", L.LeakyReLU, {}, 2, 3, 4, mask=MASK)

    a("thresholded_re_lu_plain", L.ThresholdedReLU, {})
    a("thresholded_re_lu_zero", L.ThresholdedReLU, dict(theta=0.0))
    a("thresholded_re_lu_half", L.ThresholdedReLU, dict(theta=0.5))
    a("thresholded_re_lu_six", L.ThresholdedReLU, dict(theta=6.0))
    a("thresholded_re_lu_rank4", L.ThresholdedReLU, dict(theta=0.25), 2, 2, 3, 2)
    a("thresholded_re_lu_mask", L.ThresholdedReLU, {}, 2, 3, 4, mask=MASK)

    a("elu_plain", L.ELU, {})
    a("elu_half", L.ELU, dict(alpha=0.5))
    a("elu_two", L.ELU, dict(alpha=2.0))
    a("elu_zero", L.ELU, dict(alpha=0.0))
    a("elu_rank4", L.ELU, dict(alpha=0.3), 2, 2, 3, 2)
    a("elu_mask", L.ELU, {}, 2, 3, 4, mask=MASK)

    a("p_re_lu_plain", L.PReLU, {})
    a("p_re_lu_rank3", L.PReLU, {}, 2, 3, 4)
    a("p_re_lu_shared", L.PReLU, dict(shared_axes=[1, 2]), 2, 3, 2, 4)
    a("p_re_lu_shared_one", L.PReLU, dict(shared_axes=[2]), 2, 3, 4)
    a("p_re_lu_shared_int", L.PReLU, dict(shared_axes=1), 2, 3, 4)
    a("p_re_lu_shared_all", L.PReLU, dict(shared_axes=[1, 2, 3]), 2, 2, 3, 2)
    a("p_re_lu_initializer", L.PReLU, dict(alpha_initializer=keras.initializers.Constant(0.25)), 3, 4)
    a("p_re_lu_regularized", L.PReLU, dict(alpha_regularizer=R.L1L2(0.1, 0.2), alpha_constraint="non_neg"), 3, 4)
    a("p_re_lu_constrained", L.PReLU, dict(alpha_constraint=C.MaxNorm(0.5), shared_axes=[1]), 2, 3, 4)
    a("p_re_lu_mask", L.PReLU, dict(shared_axes=[1]), 2, 3, 4, mask=MASK)

    a("softmax_plain", L.Softmax, {})
    a("softmax_rank3", L.Softmax, {}, 2, 3, 4)
    a("softmax_axis_1", L.Softmax, dict(axis=1), 2, 3, 4)
    a("softmax_axis_list", L.Softmax, dict(axis=[2]), 2, 3, 4)
    a("softmax_axes", L.Softmax, dict(axis=[1, 2]), 2, 3, 4)
    a("softmax_axes_apart", L.Softmax, dict(axis=[1, -1]), 2, 3, 2, 2)
    a("softmax_mask", L.Softmax, {}, 2, 3, mask=MASK)
    a("softmax_mask_robust", L.Softmax, dict(robust_masking=True), 2, 3, mask=MASK)


reshaping()
masking()
penalties()
lambdas()
noise()
activations()
finish("layers_core")
