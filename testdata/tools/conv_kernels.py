"""Fixtures of the convolution and pooling ops: kind "conv".

Each case is one layer of real Keras, called once in a gradient tape:

op         conv, transpose, depthwise, max or avg
strides, dilation, groups, padding ("valid", "same")
activation "linear", "relu", "tanh" or "sigmoid"
arrays     x, y, dy (of the result), dx; convolutions also w, dw, bias, dbias

w is stored as the op wants it: (kh, kw, c/groups, f). The CPU kernels of
TensorFlow do not convolve with groups, nor with strides and dilation at once:
the first is put together from one layer per group, the second from a dilated
layer whose windows are then picked by the stride.

Where a window reaches over both ends of the image, TensorFlow's gradient of the
average spreads dy over the wrong cells: it contradicts finite differences of
TensorFlow's own forward pass. That case has no dx.
"""

import keras_common as common
from keras_common import keras, np, tf

KIND = "conv"


def case(name, op, x, f=0, k=(3, 3), s=(1, 1), d=(1, 1), pad="valid", groups=1, act="linear", ties=False, grad=True):
    r = common.rng(KIND + name)
    c = common.Case(KIND, name, op=op, size=k, strides=s, dilation=d, padding=pad, groups=groups, activation=act,
                    tolerance={"rtol": 2e-5, "atol": 2e-5})
    x = r.uniform(-1, 1, x).astype(np.float32)
    if ties:
        x = np.round(x * 2)
    x = tf.constant(x)
    shapes = {
        "conv": (k[0], k[1], x.shape[3] // groups, f),
        "transpose": (k[0], k[1], f, x.shape[3]),
        "depthwise": (k[0], k[1], x.shape[3], f),  # f is the multiplier
    }
    w = b = None
    if op in shapes:
        w = tf.Variable(r.uniform(-1, 1, shapes[op]).astype(np.float32))
        b = tf.Variable(r.uniform(-1, 1, f * x.shape[3] if op == "depthwise" else f).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = run(op, x, w, b, k, s, d, pad, groups, act)
        dy = tf.constant(r.uniform(-1, 1, y.shape).astype(np.float32))
        loss = tf.reduce_sum(y * dy)
    dx, *rest = tape.gradient(loss, [x] + ([w, b] if op in shapes else []))
    for n, v in (("x", x), ("y", y), ("dy", dy), ("dx", dx)):
        if n != "dx" or grad:
            c.put(n, v)
    if rest:
        flat = (lambda v: tf.reshape(v, (k[0], k[1], 1, -1))) if op == "depthwise" else (lambda v: v)
        c.put("w", flat(w))
        c.put("dw", flat(tf.convert_to_tensor(rest[0])))
        c.put("bias", b)
        c.put("dbias", rest[1])
    c.write()


def run(op, x, w, b, k, s, d, pad, groups, act):
    fn = keras.activations.get(act)
    if op == "max":
        return keras.layers.MaxPooling2D(k, s, pad)(x)
    if op == "avg":
        return keras.layers.AveragePooling2D(k, s, pad)(x)
    P = pad.upper()
    K = keras.backend
    if op == "transpose":
        n = [t * u + max(v - u, 0) if pad == "valid" else t * u for t, u, v in zip(x.shape[1:3], s, k)]
        y = K.conv2d_transpose(x, w, (x.shape[0], n[0], n[1], w.shape[2]), s, pad)
    elif op == "depthwise":
        y = K.depthwise_conv2d(x, w, s, pad, dilation_rate=d)
    elif groups > 1:
        parts = zip(tf.split(x, groups, 3), tf.split(w, groups, 3))
        y = tf.concat([K.conv2d(a, v, s, pad, dilation_rate=d) for a, v in parts], 3)
    elif max(s) > 1 and max(d) > 1:
        assert P == "VALID"
        y = K.conv2d(x, w, (1, 1), pad, dilation_rate=d)[:, :: s[0], :: s[1]]
    else:
        y = K.conv2d(x, w, s, pad, dilation_rate=d)
    return fn(K.bias_add(y, b))


case("first_valid", "conv", (2, 8, 7, 1), 5)
case("first_same", "conv", (1, 8, 7, 3), 6, pad="same", act="relu")
case("first_stride", "conv", (1, 9, 10, 3), 8, (5, 5), (2, 2), pad="same")
case("rgba", "conv", (2, 6, 5, 4), 3, (2, 2))
case("wide", "conv", (1, 5, 6, 17), 33, pad="same")
case("wide_relu", "conv", (2, 5, 4, 8), 16, act="relu")
case("tanh", "conv", (1, 5, 6, 4), 5, pad="same", act="tanh")
case("sigmoid", "conv", (1, 5, 6, 4), 1, pad="same", act="sigmoid")
case("pointwise", "conv", (2, 4, 5, 24), 20, (1, 1))
case("pointwise_stride", "conv", (1, 7, 6, 6), 10, (1, 1), (2, 2))
case("pointwise_stride_same", "conv", (1, 7, 6, 6), 10, (1, 1), (3, 2), pad="same")
case("even_kernel_same", "conv", (1, 7, 6, 3), 4, (4, 2), pad="same")
case("row_kernel", "conv", (1, 5, 9, 3), 4, (1, 5), pad="same")
case("column_kernel", "conv", (1, 9, 5, 3), 4, (5, 1))
case("stride_2_valid", "conv", (2, 8, 9, 4), 6, (3, 3), (2, 2))
case("stride_2_same", "conv", (2, 8, 9, 4), 6, (3, 3), (2, 2), pad="same")
case("stride_3_2", "conv", (1, 10, 9, 2), 3, (2, 4), (3, 2), pad="same")
case("stride_beyond_kernel", "conv", (1, 9, 10, 2), 3, (2, 1), (3, 4))
case("dilated_valid", "conv", (1, 9, 8, 3), 4, (3, 2), d=(2, 3))
case("dilated_same", "conv", (2, 7, 8, 3), 4, (3, 3), d=(2, 2), pad="same")
case("dilated_stride", "conv", (1, 11, 12, 3), 4, (3, 3), (2, 3), (2, 2))
case("kernel_beyond_input", "conv", (2, 3, 4, 3), 4, (7, 7), pad="same")
case("one_pixel", "conv", (3, 1, 1, 5), 4, (3, 3), pad="same")
case("whole_image", "conv", (3, 4, 5, 3), 7, (4, 5))
case("one_filter", "conv", (2, 6, 6, 16), 1, pad="same")
case("three_filters", "conv", (1, 6, 6, 16), 3, pad="same", act="sigmoid")
case("groups_2", "conv", (1, 6, 5, 8), 6, groups=2, pad="same")
case("groups_3_stride", "conv", (2, 7, 6, 6), 9, (3, 2), (2, 2), groups=3)
case("depthwise_valid", "depthwise", (2, 6, 7, 5), 1)
case("depthwise_same", "depthwise", (1, 6, 7, 20), 1, pad="same", act="relu")
case("depthwise_stride", "depthwise", (1, 8, 7, 6), 1, (3, 3), (2, 2), pad="same")
case("depthwise_multiplier", "depthwise", (1, 6, 5, 7), 3, pad="same")
case("depthwise_dilated", "depthwise", (1, 7, 8, 4), 2, d=(2, 2))
case("transpose_valid", "transpose", (1, 4, 5, 6), 4)
case("transpose_same", "transpose", (2, 4, 5, 3), 4, pad="same", act="relu")
case("transpose_stride_valid", "transpose", (1, 3, 4, 6), 4, (3, 3), (2, 2))
case("transpose_stride_same", "transpose", (2, 3, 4, 3), 5, (3, 3), (2, 2), pad="same")
case("transpose_stride_beyond_kernel", "transpose", (1, 3, 3, 3), 2, (2, 2), (3, 3))
case("transpose_one_filter", "transpose", (1, 4, 4, 16), 1, (3, 3), (2, 2), pad="same", act="sigmoid")
for op in ("max", "avg"):
    case(op + "_2x2", op, (2, 6, 8, 5), k=(2, 2), s=(2, 2), ties=True)
    case(op + "_left_over", op, (1, 7, 5, 18), k=(2, 3), s=(2, 3), ties=True)
    case(op + "_same", op, (1, 7, 5, 3), k=(2, 2), s=(2, 2), pad="same", ties=True)
    case(op + "_overlapping_same", op, (2, 7, 6, 3), k=(3, 3), s=(2, 2), pad="same", ties=True)
    case(op + "_overlapping_valid", op, (1, 6, 6, 4), k=(3, 2), s=(1, 1), ties=True)
    case(op + "_gaps", op, (1, 8, 8, 2), k=(2, 1), s=(3, 2), ties=True)
    case(op + "_window_beyond_input", op, (1, 3, 4, 2), k=(5, 5), s=(1, 1), pad="same", ties=True, grad=op == "max")
common.finish(KIND)
