"""Fixtures of kind "layers_einsum": EinsumDense. See README.md for the fields."""

from keras_common import finish, keras
from keras_layer_case import call, layer_case

L, R, C = keras.layers, keras.regularizers, keras.constraints


def e(name, shape, equation, output_shape, **kw):
    layer_case("einsum_dense_" + name, L.EinsumDense, dict(equation=equation, output_shape=output_shape, **kw), [call("einsum" + name, *shape)], kind="layers_einsum")


e("plain", (3, 4), "ab,bc->ac", 5)
e("bias", (3, 4), "ab,bc->ac", 5, bias_axes="c")
e("heads", (2, 3, 4), "abc,cde->abde", (None, 2, 3), bias_axes="de")
e("heads_one_bias", (2, 3, 4), "abc,cde->abde", (None, 2, 3), bias_axes="d")
e("heads_bias_in_front", (2, 3, 4), "abc,cde->abde", (3, 2, 3), bias_axes="be", activation="tanh")
e("two_inner", (2, 3, 2, 4), "abcd,cde->abe", (None, 5), bias_axes="e", activation="relu")
e("steps", (2, 3, 4), "abc,bd->adc", (5, None), bias_axes="d")
e("shared", (2, 3, 4), "abc,bcd->abd", (3, 5), bias_axes="bd")
e("summed", (2, 3, 4), "abc,cd->ad", (5,))
e("left", (2, 3, 4), "...x,xy->...y", 5, bias_axes="y")
e("left_rank4", (2, 3, 2, 4), "...x,xy->...y", 5, bias_axes="y")
e("right", (2, 3, 4), "ab...,bc->ac...", 5, bias_axes="c")
e("right_rank4", (2, 3, 2, 4), "ab...,bc->ac...", (5,), bias_axes="c")
e("regularized", (3, 4), "ab,bc->ac", 5, bias_axes="c", kernel_regularizer=R.L2(0.02), bias_regularizer=R.L1(0.03), activity_regularizer=R.L1(0.05),
  kernel_constraint=C.MaxNorm(1.0), bias_constraint="non_neg", kernel_initializer="he_normal", bias_initializer="ones")
finish("layers_einsum")
