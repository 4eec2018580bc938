"""Fixtures of kind "layers_norm": LayerNormalization, GroupNormalization, UnitNormalization. See README.md for the fields."""

from keras_common import finish, keras, np
from keras_layer_case import call, layer_case

L, R, C = keras.layers, keras.regularizers, keras.constraints
KIND = "layers_norm"
MASK = np.array([[1, 1, 0, 0], [1, 0, 1, 1], [1, 1, 1, 1]], bool)


def case(cls, tag, name, shape, mask=None, tr=True, shift=0.7, training=False, **kw):
    c = call(tag + name, *shape, training=training)
    c["x"] = c["x"] * 1.5 + np.float32(shift)
    if mask is not None:
        c["mask"] = mask
    layer_case(tag + name, cls, kw, [c], trainable=tr, kind=KIND)


def layer_normalization():
    def n(name, shape, **kw):
        case(L.LayerNormalization, "layer_normalization_", name, shape, **kw)

    n("rank2", (5, 4))
    n("rank3", (2, 3, 5))
    n("rank4", (2, 2, 3, 4), training=True)
    n("rank5", (2, 2, 2, 1, 3))
    n("wide", (3, 70))
    n("axis_1", (3, 4, 5), axis=1)
    n("axis_1_rank4", (2, 3, 2, 4), axis=1)
    n("axes_last", (2, 3, 4, 2), axis=[2, 3])
    n("axes_apart", (2, 3, 4, 2), axis=[1, 3])
    n("axes_all", (3, 2, 3), axis=[1, 2])
    n("axes_backwards", (2, 3, 4, 2), axis=[3, 1])
    n("axes_negative", (2, 3, 4), axis=[-2, -1])
    n("no_center", (5, 4), center=False)
    n("no_scale", (5, 4), scale=False)
    n("no_center_no_scale", (2, 3, 4), center=False, scale=False)
    n("epsilon", (5, 4), epsilon=0.3)
    n("epsilon_small", (5, 4), epsilon=1e-6)
    n("one_feature", (3, 1))
    n("far", (3, 6), shift=100.0)
    n("frozen", (5, 4), tr=False)
    n("mask", (3, 4, 2), mask=MASK)
    n("settings", (5, 3), beta_initializer="ones", gamma_initializer=keras.initializers.Constant(0.5), beta_regularizer=R.L2(0.1), gamma_regularizer=R.L1(0.2),
      beta_constraint="non_neg", gamma_constraint=C.MaxNorm(1.0))


def group_normalization():
    def g(name, shape, **kw):
        case(L.GroupNormalization, "group_normalization_", name, shape, **kw)

    g("rank2", (3, 6), groups=2)
    g("rank3", (2, 3, 4), groups=2)
    g("rank4", (2, 2, 3, 6), groups=3, training=True)
    g("rank5", (2, 2, 1, 3, 4), groups=2)
    g("one_group", (2, 3, 4), groups=1)
    g("instance", (2, 3, 4), groups=-1)
    g("each_channel", (2, 3, 4), groups=4)
    g("default_groups", (2, 2, 32))
    g("axis_1", (2, 4, 3), groups=2, axis=1)
    g("axis_1_rank4", (2, 6, 2, 3), groups=3, axis=1)
    g("axis_2_rank4", (2, 3, 4, 2), groups=2, axis=2)
    g("no_center", (2, 3, 4), groups=2, center=False)
    g("no_scale", (2, 3, 4), groups=2, scale=False)
    g("no_center_no_scale", (2, 3, 4), groups=2, center=False, scale=False)
    g("epsilon", (2, 3, 4), groups=2, epsilon=0.3)
    g("settings", (2, 3, 4), groups=2, beta_regularizer=R.L2(0.1), gamma_regularizer=R.L1(0.2), beta_constraint="non_neg", gamma_constraint=C.MaxNorm(1.0))


def unit_normalization():
    def u(name, shape, **kw):
        case(L.UnitNormalization, "unit_normalization_", name, shape, **kw)

    u("rank2", (4, 5))
    u("rank3", (2, 3, 4))
    u("rank4", (2, 2, 3, 2), training=True)
    u("axis_1", (2, 3, 4), axis=1)
    u("axes", (2, 3, 4), axis=[1, 2])
    u("axes_negative", (2, 3, 2, 2), axis=[-1, -3])
    u("mask", (3, 4, 2), mask=MASK)


layer_normalization()
group_normalization()
unit_normalization()
finish(KIND)
