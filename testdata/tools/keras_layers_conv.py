"""Fixtures of kind "layers_conv": convolutions of sequences and volumes, depthwise, separable, transposed, locally connected.

Fields as in kind "layers", see README.md. The CPU kernels of TensorFlow refuse
channels_first, dilated volumes, dilated transposed sequences and depthwise
windows whose strides differ: the first is computed by the channels_last twin,
the others have no case. Locally connected layers compute channels_first themselves.
"""

from keras_common import finish, keras
from keras_layer_case import call, layer_case

L = keras.layers
R = keras.regularizers
C = keras.constraints
KIND = "layers_conv"


def case(cls, tag, name, shape, tolerance=None, **kw):
    """One case; channels_first ones are computed by their twin, save locally connected ones."""
    twin = None
    if kw.get("data_format") == "channels_first" and "locally" not in tag:
        twin = {"data_format": "channels_last"}
    layer_case(f"{tag}_{name}", cls, kw, [call(f"{tag}_{name}", *shape)], transposed=twin, tolerance=tolerance, kind=KIND)


FIRST = dict(data_format="channels_first")
REGULARIZED = dict(activation="relu", bias_regularizer=R.L1(0.03), activity_regularizer=R.L2(0.05))


def conv1d():
    def c(name, shape, filters, kernel, **kw):
        case(L.Conv1D, "conv1d", name, shape, filters=filters, kernel_size=kernel, **kw)

    c("valid", (2, 7, 3), 4, 3)
    c("same", (2, 7, 3), 4, 3, padding="same")
    c("same_even", (1, 6, 2), 3, 4, padding="same", activation="tanh")
    c("causal", (2, 6, 3), 4, 3, padding="causal")
    c("causal_dilated", (1, 9, 2), 3, 3, padding="causal", dilation_rate=2, activation="relu")
    c("causal_strides", (2, 8, 2), 3, 3, padding="causal", strides=2)
    c("causal_over_input", (2, 3, 2), 3, 5, padding="causal")
    c("kernel_1", (2, 5, 4), 6, 1, activation="sigmoid")
    c("strides_2", (1, 9, 2), 3, 3, strides=2)
    c("strides_2_same", (1, 8, 2), 3, 3, strides=2, padding="same")
    c("strides_3_same_even", (1, 10, 2), 3, 2, strides=3, padding="same")
    c("dilation_3", (1, 10, 2), 3, 3, dilation_rate=3)
    c("dilation_2_same", (2, 7, 2), 3, 3, dilation_rate=2, padding="same")
    c("no_bias", (2, 4, 3), 5, 2, use_bias=False)
    c("groups_2", (2, 6, 4), 6, 3, groups=2)
    c("groups_depthwise_same", (1, 5, 3), 6, 2, groups=3, padding="same", strides=2)
    c("softmax", (2, 5, 2), 3, 2, activation="softmax")
    c("wide", (3, 11, 9), 17, 5, padding="same")
    c("regularized", (2, 6, 2), 3, 2, kernel_regularizer=R.L2(0.02), **REGULARIZED)
    c("constrained", (1, 6, 2), 3, 2, kernel_constraint=C.MaxNorm(1.0, axis=[0, 1]), bias_constraint="non_neg")
    c("channels_first", (2, 3, 7), 4, 3, **FIRST)
    c("channels_first_causal", (1, 2, 6), 3, 3, padding="causal", dilation_rate=2, **FIRST)
    c("channels_first_same_strides_2", (1, 2, 7), 3, 3, padding="same", strides=2, activation="relu", **FIRST)
    c("channels_first_groups", (1, 4, 5), 4, 3, groups=2, **FIRST)


def conv3d():
    def c(name, shape, filters, kernel, **kw):
        case(L.Conv3D, "conv3d", name, shape, filters=filters, kernel_size=kernel, **kw)

    c("valid", (1, 4, 4, 5, 2), 3, 3)
    c("same", (2, 3, 4, 3, 2), 3, 3, padding="same", activation="relu")
    c("same_even", (1, 4, 3, 4, 2), 2, 2, padding="same")
    c("kernel_1", (2, 2, 3, 2, 4), 5, 1, activation="tanh")
    c("kernel_1x2x3", (1, 3, 4, 4, 2), 2, (1, 2, 3))
    c("kernel_3x1x1_same", (1, 4, 3, 2, 2), 3, (3, 1, 1), padding="same")
    c("strides_2", (1, 5, 6, 5, 2), 3, 3, strides=2)
    c("strides_2_same", (1, 5, 4, 5, 2), 2, 3, strides=2, padding="same")
    c("strides_2x1x3_same", (1, 4, 3, 5, 2), 2, 2, strides=(2, 1, 3), padding="same", activation="sigmoid")
    c("strides_over_kernel", (1, 7, 5, 4, 1), 2, (2, 1, 2), strides=(3, 2, 1))
    c("no_bias", (1, 3, 3, 3, 2), 3, 2, use_bias=False)
    c("whole_volume", (2, 3, 2, 3, 2), 3, (3, 2, 3))
    c("one_channel_one_filter", (1, 3, 4, 3, 1), 1, 2)
    c("wide", (1, 3, 3, 3, 9), 17, 3, padding="same")
    c("groups_2", (1, 3, 4, 3, 4), 4, 2, groups=2)
    c("regularized", (2, 3, 3, 2, 2), 2, 2, kernel_regularizer=R.L1(0.02), **REGULARIZED)
    c("constrained", (1, 3, 3, 3, 2), 2, 2, kernel_constraint=C.MaxNorm(1.0, axis=[0, 1, 2, 3]), bias_constraint="non_neg")
    c("channels_first", (1, 2, 3, 4, 4), 3, 3, **FIRST)
    c("channels_first_same_strides_2", (1, 2, 4, 5, 3), 2, 3, padding="same", strides=2, **FIRST)


def depthwise1d():
    def c(name, shape, kernel, **kw):
        case(L.DepthwiseConv1D, "depthwise_conv1d", name, shape, kernel_size=kernel, **kw)

    c("valid", (2, 7, 3), 3)
    c("same", (2, 6, 4), 3, padding="same", activation="relu")
    c("same_even", (1, 6, 2), 2, padding="same")
    c("kernel_1", (1, 4, 3), 1)
    c("multiplier", (2, 6, 3), 3, depth_multiplier=2)
    c("multiplier_same_strides_2", (1, 7, 2), 3, depth_multiplier=3, strides=2, padding="same", activation="tanh")
    c("strides_2", (1, 8, 5), 3, strides=2)
    c("strides_3_same", (1, 8, 3), 2, strides=3, padding="same")
    c("dilation_2", (1, 8, 3), 3, dilation_rate=2)
    c("dilation_3_same", (1, 7, 2), 2, dilation_rate=3, padding="same", depth_multiplier=2)
    c("one_channel", (2, 6, 1), 3, depth_multiplier=4)
    c("no_bias", (2, 5, 3), 3, use_bias=False)
    c("regularized", (2, 5, 3), 2, depthwise_regularizer=R.L2(0.02), **REGULARIZED)
    c("constrained", (1, 5, 3), 2, depth_multiplier=2, depthwise_constraint=C.MaxNorm(0.5, axis=0), bias_constraint="non_neg")
    c("channels_first", (2, 3, 7), 3, depth_multiplier=2, **FIRST)
    c("channels_first_same_strides_2", (1, 2, 7), 3, strides=2, padding="same", **FIRST)


def depthwise2d():
    def c(name, shape, kernel, **kw):
        case(L.DepthwiseConv2D, "depthwise_conv2d", name, shape, kernel_size=kernel, **kw)

    c("valid", (2, 5, 6, 3), 3)
    c("same", (2, 5, 4, 4), 3, padding="same", activation="relu")
    c("same_even", (1, 5, 4, 2), 2, padding="same")
    c("kernel_1", (1, 3, 4, 3), 1)
    c("kernel_2x3", (1, 5, 5, 3), (2, 3))
    c("kernel_1x4_same", (1, 4, 5, 2), (1, 4), padding="same")
    c("multiplier", (1, 5, 5, 3), 3, depth_multiplier=2)
    c("multiplier_same_strides_2", (1, 5, 6, 2), 3, depth_multiplier=3, strides=2, padding="same", activation="tanh")
    c("strides_2", (1, 7, 8, 3), 3, strides=2)
    c("strides_2_same", (2, 6, 7, 3), 3, strides=2, padding="same")
    c("dilation_2", (1, 7, 6, 2), 3, dilation_rate=2)
    c("dilation_2x1_same", (1, 5, 6, 2), 2, dilation_rate=(2, 1), padding="same", depth_multiplier=2)
    c("one_channel", (2, 5, 5, 1), 3, depth_multiplier=4)
    c("wide", (1, 4, 5, 19), 3, padding="same")
    c("no_bias", (2, 4, 4, 3), 3, use_bias=False)
    c("regularized", (1, 4, 4, 3), 2, depthwise_regularizer=R.L2(0.02), **REGULARIZED)
    c("constrained", (1, 4, 4, 3), 2, depth_multiplier=2, depthwise_constraint=C.MaxNorm(0.5, axis=[0, 1]), bias_constraint="non_neg")
    c("initializer", (1, 4, 4, 2), 2, depthwise_initializer="he_normal", bias_initializer="ones")
    c("channels_first", (2, 3, 5, 6), 3, depth_multiplier=2, **FIRST)
    c("channels_first_same_strides_2", (1, 2, 6, 7), 3, strides=2, padding="same", **FIRST)


def separable(cls, tag, shapes, kernel):
    """shapes: of a small input, of a larger one, both with 3 channels."""
    small, large = shapes

    def c(name, shape, filters, **kw):
        kw.setdefault("kernel_size", kernel)
        if kw.get("data_format") == "channels_first":
            shape = (shape[0], shape[-1], *shape[1:-1])
        case(cls, tag, name, shape, filters=filters, **kw)

    c("valid", small, 4)
    c("same", small, 4, padding="same", activation="relu")
    c("same_even", small, 2, kernel_size=2, padding="same")
    c("kernel_1", small, 5, kernel_size=1)
    c("multiplier", small, 4, depth_multiplier=2)
    c("multiplier_same_strides_2", large, 4, depth_multiplier=3, strides=2, padding="same", activation="tanh")
    c("strides_2", large, 3, strides=2)
    c("dilation_2", large, 3, dilation_rate=2)
    c("dilation_2_same", large, 3, dilation_rate=2, padding="same", depth_multiplier=2)
    c("no_bias", small, 4, use_bias=False)
    c("one_filter", small, 1, activation="sigmoid")
    c("regularized", small, 4, depthwise_regularizer=R.L2(0.02), pointwise_regularizer=R.L1(0.01), **REGULARIZED)
    c("constrained", small, 4, depthwise_constraint=C.MaxNorm(0.5, axis=0), pointwise_constraint="unit_norm", bias_constraint="non_neg")
    c("initializers", small, 4, depthwise_initializer="he_normal", pointwise_initializer="lecun_uniform", bias_initializer="ones")
    c("channels_first", small, 4, depth_multiplier=2, **FIRST)
    c("channels_first_same_strides_2", large, 4, strides=2, padding="same", **FIRST)


def separable_causal():
    def c(name, shape, **kw):
        case(L.SeparableConv1D, "separable_conv1d", name, shape, padding="causal", **kw)

    c("causal", (2, 6, 3), filters=4, kernel_size=3)
    c("causal_dilated", (1, 8, 2), filters=3, kernel_size=3, dilation_rate=2, depth_multiplier=2)
    c("causal_strides_2", (1, 7, 2), filters=3, kernel_size=3, strides=2)
    c("channels_first_causal", (1, 2, 7), filters=3, kernel_size=2, **FIRST)


def transposed(cls, tag, shapes, kernel, odd):
    """shapes: of a small input and a smaller one with 2 channels; odd: a window that differs by axis."""
    small, tiny = shapes
    n = len(small) - 2

    def c(name, shape, filters, **kw):
        kw.setdefault("kernel_size", kernel)
        if kw.get("data_format") == "channels_first":
            shape = (shape[0], shape[-1], *shape[1:-1])
        case(cls, tag, name, shape, filters=filters, **kw)

    c("valid", small, 3)
    c("same", small, 3, padding="same", activation="relu")
    c("strides_2", small, 3, strides=2)
    c("strides_2_same", small, 3, strides=2, padding="same", activation="tanh")
    c("strides_3_same", tiny, 2, strides=3, padding="same")
    c("strides_over_kernel", tiny, 2, kernel_size=2, strides=3)
    c("strides_over_kernel_same", tiny, 2, kernel_size=2, strides=3, padding="same")
    c("even_strides_2", tiny, 2, kernel_size=4, strides=2)
    c("even_strides_2_same", tiny, 2, kernel_size=4, strides=2, padding="same")
    c("window_by_axis", tiny, 2, kernel_size=odd, strides=2)
    c("kernel_1", small, 4, kernel_size=1)
    c("output_padding_0", small, 2, strides=2, output_padding=0)
    c("output_padding_1", small, 2, strides=2, output_padding=1)
    c("output_padding_0_same", small, 2, strides=2, output_padding=0, padding="same")
    c("output_padding_1_same", tiny, 2, strides=2, output_padding=1, padding="same")
    c("output_padding_2_even_same", tiny, 2, kernel_size=4, strides=3, output_padding=2, padding="same")
    c("no_bias", tiny, 2, use_bias=False)
    c("one_filter", small, 1, activation="sigmoid", strides=2, padding="same")
    c("regularized", tiny, 2, kernel_regularizer=R.L2(0.02), **REGULARIZED)
    c("constrained", tiny, 2, kernel_constraint=C.MaxNorm(1.0, axis=list(range(n))), bias_constraint="non_neg")
    c("channels_first", tiny, 3, strides=2, **FIRST)
    c("channels_first_same", tiny, 3, strides=2, padding="same", output_padding=1, **FIRST)


def transposed_dilated():
    def c(name, shape, **kw):
        case(L.Conv2DTranspose, "conv2d_transpose", name, shape, **kw)

    c("dilation_2", (1, 4, 3, 2), filters=3, kernel_size=3, dilation_rate=2)
    c("dilation_2_same", (1, 4, 5, 2), filters=3, kernel_size=(3, 2), dilation_rate=2, padding="same")
    c("channels_first_dilation_2", (1, 2, 4, 3), filters=2, kernel_size=(2, 3), dilation_rate=2, **FIRST)


def local1d():
    def c(name, shape, filters, kernel, **kw):
        case(L.LocallyConnected1D, "locally_connected1d", name, shape, filters=filters, kernel_size=kernel, **kw)

    for i in (1, 2, 3):
        c(f"{i}_valid", (2, 6, 3), 2, 3, implementation=i)
        c(f"{i}_strides_2", (2, 7, 2), 3, 3, strides=2, activation="tanh", implementation=i)
        c(f"{i}_channels_first", (2, 3, 5), 2, 2, implementation=i, **FIRST)
    for i in (2, 3):
        c(f"{i}_same", (2, 5, 2), 2, 3, padding="same", implementation=i)
        c(f"{i}_same_even_strides_2", (1, 6, 2), 2, 4, padding="same", strides=2, implementation=i)
        c(f"{i}_channels_first_same", (1, 2, 5), 2, 3, padding="same", strides=2, implementation=i, **FIRST)
    c("no_bias", (2, 4, 3), 2, 2, use_bias=False)
    c("regularized", (2, 5, 2), 2, 2, kernel_regularizer=R.L2(0.02), **REGULARIZED)
    c("constrained", (1, 4, 2), 2, 2, kernel_constraint=C.MaxNorm(0.7, axis=1), bias_constraint="non_neg")
    c("2_regularized", (1, 4, 2), 2, 2, kernel_regularizer=R.L2(0.02), implementation=2)


def local2d():
    def c(name, shape, filters, kernel, **kw):
        case(L.LocallyConnected2D, "locally_connected2d", name, shape, filters=filters, kernel_size=kernel, **kw)

    for i in (1, 2, 3):
        c(f"{i}_valid", (2, 3, 4, 2), 2, 2, implementation=i)
        c(f"{i}_strides_2x1", (1, 5, 3, 2), 2, (3, 2), strides=(2, 1), activation="tanh", implementation=i)
        c(f"{i}_channels_first", (2, 2, 3, 4), 2, 2, implementation=i, **FIRST)
    for i in (2, 3):
        c(f"{i}_same", (1, 3, 3, 2), 2, (3, 2), padding="same", implementation=i)
        c(f"{i}_same_strides_2", (1, 4, 3, 1), 2, 3, padding="same", strides=2, implementation=i)
        c(f"{i}_channels_first_same", (1, 2, 3, 3), 2, (2, 3), padding="same", strides=2, implementation=i, **FIRST)
    c("no_bias", (1, 3, 3, 2), 2, 2, use_bias=False)
    c("regularized", (1, 3, 3, 2), 2, 2, kernel_regularizer=R.L1(0.02), **REGULARIZED)
    c("constrained", (1, 3, 3, 2), 2, 2, kernel_constraint=C.MaxNorm(0.7, axis=1), bias_constraint="non_neg")


conv1d()
conv3d()
depthwise1d()
depthwise2d()
separable(L.SeparableConv1D, "separable_conv1d", ((2, 6, 3), (1, 9, 3)), 3)
separable_causal()
separable(L.SeparableConv2D, "separable_conv2d", ((1, 4, 5, 3), (1, 7, 6, 3)), 3)
transposed(L.Conv1DTranspose, "conv1d_transpose", ((2, 5, 3), (1, 4, 2)), 3, 5)
transposed(L.Conv2DTranspose, "conv2d_transpose", ((1, 3, 4, 3), (1, 3, 2, 2)), 3, (2, 5))
transposed_dilated()
transposed(L.Conv3DTranspose, "conv3d_transpose", ((1, 2, 3, 2, 3), (1, 2, 2, 1, 2)), 3, (2, 3, 1))
local1d()
local2d()
finish(KIND)
