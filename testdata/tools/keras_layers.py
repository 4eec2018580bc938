"""Fixtures of kind "layers": every layer, many configurations. See README.md for the fields."""

from keras_common import Case, finish, keras, np, rng, tf
from keras_layer_case import call, layer_case, many, normal

L = keras.layers
R = keras.regularizers


def input_layers():
    for name, kw in {
        "input_shape": dict(input_shape=(4,)),
        "input_batch": dict(input_shape=(3, 2), batch_size=5),
        "input_batch_shape": dict(batch_input_shape=(7, None, 3)),
        "input_int": dict(input_shape=(None,), dtype="int32", name="ids"),
        "input_scalar": dict(input_shape=()),
    }.items():
        keras.backend.clear_session()
        layer = L.InputLayer(**kw)
        Case("layers", name, class_name="InputLayer", config=layer.get_config(), input_shape=list(layer.input_shape[0]) if isinstance(layer.input_shape, list) else list(layer.input_shape),
             output_shape=list(layer.output.shape), weights=[], calls=[]).write()


def dense():
    def d(name, shape, units, masked=False, tr=True, **kw):
        c = call(name, *shape)
        if masked:
            c["mask"] = rng("m/" + name).rand(*shape[:-1]) < 0.6
        layer_case("dense_" + name, L.Dense, dict(units=units, **kw), [c], trainable=tr)

    d("plain", (4, 5), 3)
    d("no_bias", (4, 5), 3, use_bias=False)
    d("one_unit", (6, 7), 1, activation="sigmoid")
    d("one_by_one", (1, 1), 1)
    d("batch_1", (1, 9), 4, activation="relu")
    d("batch_0", (0, 3), 2)
    d("odd_sizes", (13, 17), 33, activation="relu")
    d("rank3", (2, 3, 5), 4)
    d("rank3_relu_no_bias", (3, 2, 6), 5, activation="relu", use_bias=False)
    d("rank4", (2, 3, 2, 4), 3, activation="tanh")
    d("rank4_softmax", (2, 2, 3, 4), 5, activation="softmax")
    d("mask", (3, 4, 5), 2, masked=True, activation="relu")
    d("frozen", (4, 5), 3, tr=False)
    for a in ["relu", "softmax", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "hard_sigmoid", "exponential", "linear"]:
        d("act_" + a, (5, 6), 4, activation=a)
    d("reg_l2", (4, 5), 3, kernel_regularizer=R.L2(0.03))
    d("reg_l1_bias", (4, 5), 3, kernel_regularizer=R.L1(0.02), bias_regularizer=R.L2(0.05))
    d("reg_l1l2_activity", (4, 5), 3, activation="tanh", kernel_regularizer=R.L1L2(0.01, 0.02), bias_regularizer=R.L1(0.03), activity_regularizer=R.L2(0.04))
    d("reg_activity_l1_rank3", (3, 4, 5), 3, activation="relu", activity_regularizer=R.L1(0.1))
    d("reg_strings", (4, 5), 3, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer="l1_l2")
    d("con_max_norm", (4, 5), 3, kernel_constraint=keras.constraints.MaxNorm(1.0), bias_constraint="non_neg")
    d("con_unit_norm", (4, 5), 3, kernel_constraint=keras.constraints.UnitNorm(axis=1), bias_constraint=keras.constraints.MaxNorm(0.5))
    d("con_min_max", (4, 5), 3, kernel_constraint=keras.constraints.MinMaxNorm(0.5, 0.8, rate=0.7, axis=0), bias_constraint=keras.constraints.NonNeg())
    d("init_he", (4, 5), 3, kernel_initializer="he_normal", bias_initializer=keras.initializers.Constant(0.25))
    d("init_orthogonal", (4, 5), 3, kernel_initializer=keras.initializers.Orthogonal(gain=0.5, seed=3), bias_initializer="ones")
    d("init_scaling", (4, 5), 3, kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "uniform"), bias_initializer=keras.initializers.RandomUniform(-0.1, 0.1, seed=7))
    layer_case("dense_named_input", L.Dense, dict(units=3, name="fc", input_shape=(5,)), [call("named_input", 4, 5)])


def core():
    names = ["softmax", "elu", "selu", "softplus", "softsign", "tanh", "sigmoid", "linear", "relu", "hard_sigmoid", "exponential", "gelu", "swish", "mish", "leaky_relu", "relu6"]
    for a in names:
        try:
            keras.activations.get(a)
        except ValueError:
            continue
        layer_case("activation_" + a, L.Activation, dict(activation=a), [{"x": normal("act_" + a, 3, 7) * 3}])
    layer_case("activation_softmax_rank3_mask", L.Activation, dict(activation="softmax"), [call("act3", 2, 3, 4, mask=[[True, False, True], [True, True, False]])])
    layer_case("activation_activity", L.Activation, dict(activation="relu", activity_regularizer=R.L1L2(0.01, 0.1)), [call("acta", 4, 3)])

    note = "Inference only: training draws random numbers."
    layer_case("dropout_plain", L.Dropout, dict(rate=0.3), [call("dr", 3, 4)], note=note)
    layer_case("dropout_noise_shape", L.Dropout, dict(rate=0.5, noise_shape=(None, 1, 4), seed=11), [call("dr3", 2, 3, 4, mask=[[True, False, True], [True, True, False]])], note=note)
    layer_case("dropout_zero", L.Dropout, dict(rate=0.0), [call("dr0", 3, 4), call("dr1", 3, 4, training=True)], note="rate 0 is the identity in training too.")

    layer_case("flatten_rank1", L.Flatten, {}, [call("fl1", 4)])
    layer_case("flatten_rank2", L.Flatten, {}, [call("fl2", 4, 3)])
    layer_case("flatten_rank3", L.Flatten, {}, [call("fl3", 2, 3, 4)])
    layer_case("flatten_rank4", L.Flatten, {}, [call("fl4", 2, 3, 4, 2)])
    layer_case("flatten_rank5", L.Flatten, {}, [call("fl5", 2, 2, 1, 3, 2)])
    layer_case("flatten_channels_first_rank3", L.Flatten, dict(data_format="channels_first"), [call("flc3", 2, 3, 4)])
    layer_case("flatten_channels_first_rank4", L.Flatten, dict(data_format="channels_first"), [call("flc4", 2, 3, 4, 2)])
    layer_case("flatten_channels_first_rank5", L.Flatten, dict(data_format="channels_first"), [call("flc5", 2, 3, 2, 2, 2)])

    layer_case("reshape_plain", L.Reshape, dict(target_shape=(3, 4)), [call("rs", 2, 12)])
    layer_case("reshape_minus_one", L.Reshape, dict(target_shape=(-1, 2)), [call("rs1", 2, 3, 4)])
    layer_case("reshape_minus_one_last", L.Reshape, dict(target_shape=(2, 2, -1)), [call("rs2", 3, 3, 4)])
    layer_case("reshape_to_vector", L.Reshape, dict(target_shape=(12,)), [call("rs3", 2, 3, 2, 2)])
    layer_case("reshape_flat", L.Reshape, dict(target_shape=(-1,)), [call("rs4", 3, 2, 5)])
    layer_case("reshape_scalar", L.Reshape, dict(target_shape=()), [call("rs5", 3, 1)])


# ---------------------------------------------------------- convolution, pooling


def conv():
    FIRST = {"data_format": "channels_last"}

    def c(name, shape, filters, kernel, **kw):
        layer_case("conv2d_" + name, L.Conv2D, dict(filters=filters, kernel_size=kernel, **kw), [call("cv" + name, *shape)])

    def cf(name, shape, filters, kernel, **kw):
        layer_case("conv2d_channels_first_" + name, L.Conv2D, dict(filters=filters, kernel_size=kernel, data_format="channels_first", **kw), [call("cf" + name, *shape)], transposed=FIRST)

    c("valid", (2, 5, 6, 3), 4, 3)
    c("same", (2, 5, 6, 3), 4, 3, padding="same")
    c("kernel_1", (2, 4, 3, 5), 6, 1, activation="relu")
    c("kernel_1_strides_2", (1, 5, 4, 3), 2, 1, strides=2)
    c("kernel_2_same", (1, 5, 4, 2), 3, 2, padding="same")
    c("kernel_2_same_strides_2", (2, 5, 6, 2), 3, 2, padding="same", strides=2)
    c("kernel_3_strides_2", (1, 7, 8, 2), 3, 3, strides=(2, 2))
    c("kernel_3_same_strides_2", (1, 7, 8, 2), 3, 3, strides=(2, 2), padding="same", activation="relu")
    c("kernel_4_same", (1, 6, 5, 2), 2, 4, padding="same")
    c("kernel_5_same", (1, 7, 6, 1), 3, 5, padding="same")
    c("kernel_5_strides_3_same", (1, 9, 8, 2), 2, 5, padding="same", strides=3)
    c("kernel_1x4", (1, 5, 6, 2), 3, (1, 4))
    c("kernel_3x1_same_strides_1x2", (2, 5, 6, 2), 3, (3, 1), strides=(1, 2), padding="same")
    c("kernel_3x2_strides_2x3", (1, 8, 9, 2), 3, (3, 2), strides=(2, 3))
    c("dilation_2", (1, 7, 7, 2), 3, 3, dilation_rate=2)
    c("dilation_2_same", (1, 6, 7, 2), 3, 3, dilation_rate=2, padding="same", activation="tanh")
    c("dilation_2x3_same", (1, 6, 8, 2), 2, (2, 3), dilation_rate=(2, 3), padding="same")
    c("dilation_3x1", (1, 8, 4, 1), 2, (3, 2), dilation_rate=(3, 1))
    c("no_bias", (2, 4, 4, 3), 5, 3, use_bias=False, padding="same")
    c("whole_image", (2, 4, 5, 3), 2, (4, 5))
    c("one_channel_one_filter", (1, 4, 4, 1), 1, 2)
    c("strides_over_kernel", (1, 7, 7, 2), 2, 2, strides=3)
    c("strides_over_kernel_same", (1, 7, 8, 2), 2, 2, strides=3, padding="same")
    c("kernel_over_image_same", (1, 2, 2, 2), 3, 5, padding="same")
    c("batch_5_channels_9", (5, 3, 3, 9), 17, 2, activation="relu")
    c("sigmoid", (1, 4, 4, 2), 2, 3, activation="sigmoid")
    c("softmax", (1, 4, 4, 2), 3, 3, activation="softmax")
    c("groups_2", (2, 5, 5, 4), 6, 3, groups=2)
    c("groups_2_same_strides_2", (1, 5, 6, 4), 4, 3, groups=2, padding="same", strides=2, activation="relu")
    c("groups_depthwise", (1, 4, 5, 3), 6, 2, groups=3)
    c("regularized", (2, 4, 4, 2), 3, 2, activation="relu", kernel_regularizer=R.L2(0.02), bias_regularizer=R.L1(0.03), activity_regularizer=R.L1(0.05))
    c("constrained", (1, 4, 4, 2), 3, 2, kernel_constraint=keras.constraints.MaxNorm(1.0, axis=[0, 1, 2]), bias_constraint="non_neg")
    cf("valid", (2, 3, 5, 6), 4, 3)
    cf("same_strides_2", (1, 2, 7, 8), 3, 3, strides=2, padding="same", activation="relu")
    cf("dilation", (1, 2, 7, 6), 3, (3, 2), dilation_rate=(2, 1))
    cf("groups", (1, 4, 5, 5), 4, 3, groups=2, padding="same")
    cf("softmax", (1, 2, 4, 4), 3, 1)


def pool():
    FIRST = {"data_format": "channels_last"}
    sets = {
        "default": ((2, 4, 6, 3), {}),
        "default_odd": ((1, 5, 7, 2), {}),
        "same_odd": ((1, 5, 7, 2), dict(padding="same")),
        "size_3": ((1, 7, 6, 2), dict(pool_size=3)),
        "size_3_same": ((1, 7, 8, 2), dict(pool_size=3, padding="same")),
        "overlap": ((1, 6, 7, 2), dict(pool_size=3, strides=2)),
        "overlap_same": ((2, 6, 7, 2), dict(pool_size=3, strides=2, padding="same")),
        "strides_1_same": ((1, 4, 5, 2), dict(pool_size=3, strides=1, padding="same")),
        "size_2_strides_1_same": ((1, 4, 5, 2), dict(pool_size=2, strides=1, padding="same")),
        "gaps": ((1, 8, 7, 2), dict(pool_size=2, strides=3)),
        "non_square": ((1, 6, 9, 2), dict(pool_size=(2, 3), strides=(1, 2))),
        "non_square_same": ((1, 5, 8, 2), dict(pool_size=(3, 2), strides=(2, 1), padding="same")),
        "size_1": ((1, 3, 3, 2), dict(pool_size=1)),
        "whole": ((2, 3, 4, 5), dict(pool_size=(3, 4))),
    }
    for cls, tag in ((L.MaxPooling2D, "max_pooling2d_"), (L.AveragePooling2D, "average_pooling2d_")):
        for name, (shape, kw) in sets.items():
            layer_case(tag + name, cls, kw, [call(tag + name, *shape)])
        for name in ("default_odd", "overlap_same", "non_square"):
            (b, h, w, ch), kw = sets[name]
            layer_case(tag + "channels_first_" + name, cls, dict(kw, data_format="channels_first"), [call(tag + "cf" + name, b, ch, h, w)], transposed=FIRST)
    ties = np.array([[1, 1, 0, 0], [1, 1, 0, 2], [3, 0, 2, 2], [0, 3, 2, 2]], np.float32).reshape(1, 4, 4, 1)
    layer_case("max_pooling2d_ties", L.MaxPooling2D, dict(pool_size=2), [{"x": ties}], note="Ties: shows which of equal cells gets the gradient.")
    layer_case("max_pooling2d_ties_overlap", L.MaxPooling2D, dict(pool_size=3, strides=1), [{"x": ties}], note="Ties: shows which of equal cells gets the gradient.")
    for cls, tag in ((L.GlobalMaxPooling2D, "global_max_pooling2d_"), (L.GlobalAveragePooling2D, "global_average_pooling2d_")):
        layer_case(tag + "plain", cls, {}, [call(tag, 2, 3, 4, 5)])
        layer_case(tag + "odd", cls, {}, [call(tag + "o", 3, 5, 1, 2)])
        layer_case(tag + "one_cell", cls, {}, [call(tag + "1", 2, 1, 1, 3)])
        layer_case(tag + "keepdims", cls, dict(keepdims=True), [call(tag + "k", 2, 3, 4, 2)])
        layer_case(tag + "channels_first", cls, dict(data_format="channels_first"), [call(tag + "c", 2, 3, 4, 5)])
        layer_case(tag + "channels_first_keepdims", cls, dict(data_format="channels_first", keepdims=True), [call(tag + "ck", 2, 3, 2, 5)])
    tie = np.array([1, 3, 3, 0, 3, 2], np.float32).reshape(1, 2, 3, 1)
    layer_case("global_max_pooling2d_ties", L.GlobalMaxPooling2D, {}, [{"x": tie}], note="Ties: the gradient is shared equally (reduce_max).")


def batch_norm():
    def b(name, shape, tr=True, mask=None, **kw):
        c = [call(f"bn{name}{i}", *shape, training=t) for i, t in enumerate((False, True, True, False))]
        for i, k in enumerate(c):
            k["x"] = k["x"] * 1.5 + 0.7
            if mask is not None:
                k["mask"] = mask
        layer_case("batch_normalization_" + name, L.BatchNormalization, kw, c, trainable=tr)

    b("rank2", (6, 4))
    b("rank3", (3, 4, 5))
    b("rank4", (2, 3, 4, 3))
    b("rank5", (2, 2, 3, 2, 3))
    b("no_center", (6, 4), center=False)
    b("no_scale", (6, 4), scale=False)
    b("no_center_no_scale", (6, 4), center=False, scale=False)
    b("rank4_no_center", (2, 3, 4, 3), center=False)
    b("rank4_no_scale", (2, 3, 4, 3), scale=False)
    b("rank4_no_center_no_scale", (2, 3, 3, 2), center=False, scale=False)
    b("momentum", (6, 4), momentum=0.6)
    b("momentum_0", (6, 4), momentum=0.0)
    b("epsilon", (6, 4), epsilon=0.1, momentum=0.9)
    b("rank4_epsilon", (2, 3, 4, 3), epsilon=0.1, momentum=0.9)
    b("axis_1_rank2", (6, 4), axis=1)
    b("axis_1_rank3", (3, 4, 5), axis=1)
    b("axis_1_rank4", (2, 3, 4, 3), axis=1)
    b("axis_2_rank4", (2, 3, 4, 3), axis=2)
    b("axis_multi_rank3", (5, 3, 2), axis=[1, 2])
    b("axis_multi_rank4", (3, 3, 4, 2), axis=[1, 3])
    b("frozen", (6, 4), tr=False)
    b("rank4_frozen", (2, 3, 4, 3), tr=False)
    b("batch_1", (1, 4))
    b("rank4_one_cell", (1, 1, 1, 3))
    b("mask", (3, 4, 2), mask=np.array([[1, 1, 0, 0], [1, 0, 1, 1], [0, 0, 0, 1]], bool))
    b("regularized", (5, 3), beta_regularizer=R.L2(0.1), gamma_regularizer=R.L1(0.2), beta_constraint="non_neg", gamma_constraint=keras.constraints.MaxNorm(1.0))
    b("fused_false", (2, 3, 4, 3), fused=False)


def embedding():
    def e(name, ids, kw, **more):
        layer_case("embedding_" + name, L.Embedding, kw, [{"x": np.array(ids, np.float32), "dtype": more.pop("dtype", "int32"), **more}])

    ids = [[1, 2, 0], [4, 4, 2]]
    e("plain", ids, dict(input_dim=6, output_dim=4))
    e("mask_zero", [[1, 2, 0, 0], [4, 4, 2, 0], [0, 0, 0, 0]], dict(input_dim=5, output_dim=3, mask_zero=True))
    e("input_length", ids, dict(input_dim=6, output_dim=2, input_length=3))
    e("rank1", [3, 1, 1, 0], dict(input_dim=4, output_dim=3))
    e("rank3", [[[1, 2], [0, 3], [3, 3]], [[0, 0], [2, 1], [1, 1]]], dict(input_dim=4, output_dim=2))
    e("rank3_mask_zero", [[[1, 2], [0, 3]], [[0, 0], [2, 1]]], dict(input_dim=4, output_dim=2, mask_zero=True))
    e("rank3_input_length", [[[1, 2], [0, 3]], [[0, 0], [2, 1]]], dict(input_dim=4, output_dim=2, input_length=(2, 2)))
    e("float_ids", ids, dict(input_dim=6, output_dim=3), dtype="float32")
    e("one_row", [[0, 0]], dict(input_dim=1, output_dim=1))
    e("repeated", [[2, 2, 2, 2, 2], [2, 2, 2, 2, 2]], dict(input_dim=3, output_dim=5))
    e("regularized", ids, dict(input_dim=6, output_dim=3, embeddings_regularizer=R.L2(0.05), activity_regularizer=R.L1(0.02), embeddings_constraint=keras.constraints.UnitNorm(axis=1)))
    e("initializer", ids, dict(input_dim=6, output_dim=3, embeddings_initializer=keras.initializers.TruncatedNormal(0, 0.1, seed=5)))
    e("frozen_wide", [[0, 9, 5], [3, 3, 8]], dict(input_dim=10, output_dim=9))


# ---------------------------------------------------------------- recurrent

MASKS = {
    "right": [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]],
    "left": [[0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]],
    "holes": [[1, 0, 1, 1, 0], [0, 1, 0, 1, 1], [1, 1, 0, 0, 1]],
    "all": [[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [1, 1, 0, 1, 0]],
}


def recurrent(cls, tag, states):
    def m(name):
        return np.array(MASKS[name], bool)

    def one(name, b=3, t=5, n=2, units=4, mask=None, state=False, **kw):
        c = call(tag + name, b, t, n)
        if kw.get("time_major"):
            c["x"] = np.ascontiguousarray(c["x"].transpose(1, 0, 2))
        if mask is not None:
            c["mask"] = m(mask)
            if kw.get("time_major"):
                c["mask"] = c["mask"].T
        if state:
            c["state"] = [normal(f"{tag}{name}s{i}", b, units) for i in range(states)]
        layer_case(tag + "_" + name, cls, dict(units=units, **kw), [c])

    one("plain")
    one("sequences", return_sequences=True)
    one("state", return_state=True)
    one("sequences_state", return_sequences=True, return_state=True)
    one("backwards", go_backwards=True)
    one("backwards_sequences_state", go_backwards=True, return_sequences=True, return_state=True)
    one("initial_state", state=True)
    one("initial_state_sequences_state", state=True, return_sequences=True, return_state=True)
    one("initial_state_mask", state=True, mask="holes", return_sequences=True, return_state=True)
    one("initial_state_mask_all", state=True, mask="all", return_sequences=True, return_state=True)
    for k in MASKS:
        one("mask_" + k, mask=k)
        one("mask_" + k + "_sequences_state", mask=k, return_sequences=True, return_state=True)
    one("mask_right_backwards", mask="right", go_backwards=True, return_sequences=True, return_state=True)
    one("mask_holes_backwards", mask="holes", go_backwards=True, return_sequences=True)
    one("mask_holes_zero_output", mask="holes", return_sequences=True, return_state=True, zero_output_for_mask=True)
    one("mask_holes_zero_output_last", mask="right", zero_output_for_mask=True)
    one("unroll", unroll=True, return_sequences=True)
    one("unroll_mask", unroll=True, mask="holes", return_sequences=True, return_state=True)
    one("unroll_backwards", unroll=True, go_backwards=True)
    one("no_bias", use_bias=False, return_sequences=True)
    one("one_step", t=1)
    one("one_unit", units=1, n=1, b=1, return_sequences=True)
    one("odd_sizes", units=17, n=9, b=2, t=3)
    one("time_major", time_major=True, return_sequences=True)
    one("time_major_mask", time_major=True, mask="holes", return_state=True)
    for a in ("relu", "sigmoid", "hard_sigmoid", "linear"):
        one("act_" + a, activation=a, return_sequences=True)
    if states == 1 and cls is L.SimpleRNN:
        pass
    else:
        for a in ("hard_sigmoid", "tanh", "relu"):
            one("recurrent_act_" + a, recurrent_activation=a, return_sequences=True)
        one("act_relu_hard_sigmoid_mask", activation="relu", recurrent_activation="hard_sigmoid", mask="holes", return_sequences=True)
        one("implementation_1", implementation=1)
    one("dropout", dropout=0.3, recurrent_dropout=0.2)
    one("regularized", kernel_regularizer=R.L2(0.02), recurrent_regularizer=R.L1(0.01), bias_regularizer=R.L2(0.05), activity_regularizer=R.L1(0.03),
        kernel_constraint=keras.constraints.MaxNorm(1.0), recurrent_constraint=keras.constraints.UnitNorm(), bias_constraint="non_neg")
    if cls is L.LSTM:
        one("no_forget_bias", unit_forget_bias=False)
    if cls is L.GRU:
        for after in (False, True):
            k = "after" if after else "before"
            one(f"reset_{k}", reset_after=after, return_sequences=True, return_state=True)
            one(f"reset_{k}_mask", reset_after=after, mask="holes", return_sequences=True)
            one(f"reset_{k}_no_bias", reset_after=after, use_bias=False)
            one(f"reset_{k}_hard_sigmoid_relu", reset_after=after, activation="relu", recurrent_activation="hard_sigmoid", return_sequences=True)
        one("reset_before_implementation_1", reset_after=False, implementation=1)
        one("reset_before_backwards", reset_after=False, go_backwards=True, return_sequences=True)
        one("reset_before_initial_state", reset_after=False, state=True)

    kw = dict(units=3, stateful=True, return_sequences=True, batch_input_shape=(2, 4, 2))
    seq = [call(f"{tag}st{i}", 2, 4, 2) for i in range(3)]
    seq[2]["reset"] = True
    layer_case(tag + "_stateful", cls, kw, seq, batch_shape=(2, 4, 2), note="The second call goes on from the states of the first; the third comes after reset_states.")
    masked = [call(f"{tag}sm{i}", 2, 4, 2, mask=np.array([[1, 1, 0, 0], [0, 1, 1, 1]], bool)) for i in range(2)]
    layer_case(tag + "_stateful_mask", cls, dict(kw, return_sequences=False, return_state=True), masked, batch_shape=(2, 4, 2))


def main():
    input_layers()
    dense()
    core()
    conv()
    pool()
    batch_norm()
    embedding()
    recurrent(L.SimpleRNN, "simple_rnn", 1)
    recurrent(L.GRU, "gru", 1)
    recurrent(L.LSTM, "lstm", 2)
    finish("layers")


if __name__ == "__main__":
    main()
