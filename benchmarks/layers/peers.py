"""The peers of command layers: PyTorch (argument torch) or TensorFlow (tf).

A layer comes as Keras' class name and configuration. TensorFlow's side makes it
with Keras; PyTorch's side knows the classes of TORCH.
"""

import numpy as np

import peers_attention
import peers_recurrent
from serve import NoSuchSetting, compiled, serve


def numbers(first, shape):
    n = int(np.prod(shape))
    i = np.arange(first, first + n, dtype=np.int64)
    return ((i * 31 % 101).astype("f") / np.float32(101) - np.float32(0.5)).reshape(shape)


def size(x):
    return float(np.abs(np.asarray(x)).sum(dtype="d"))


# ------------------------------------------------------------------ TensorFlow


def tf_case(setting, name, config, shape, scale, masked):
    import tensorflow as tf
    import tf_keras as keras

    layer = getattr(keras.layers, name).from_config({**config, "name": "layer"})
    ids = name == "Embedding"
    x = tf.constant(np.arange(np.prod(shape)).reshape(shape) * 7919 % config["input_dim"] if ids else numbers(0, shape))

    steps = shape[1]
    mask = tf.constant([[t < steps - 7 * i % (steps // 2) for t in range(steps)] for i in range(shape[0])]) if masked else None

    def call(x):
        if masked:
            return layer(x, mask=mask)
        if name == "MultiHeadAttention":
            return layer(x, x)
        return layer(x, training=True) if name == "BatchNormalization" else layer(x)

    call(x)
    for i, w in enumerate(layer.weights):
        w.assign(numbers(7 + i, w.shape) * np.float32(scale))
    dy = tf.constant(numbers(3, call(x).shape))
    weights = layer.trainable_weights

    @tf.function(jit_compile=setting.endswith("xla"))
    def step(x, dy):
        with tf.GradientTape() as tape:
            if not ids:
                tape.watch(x)
            y = call(x)
        return [y] + tape.gradient(y, weights if ids else [x] + weights, output_gradients=dy)

    def run():
        out = step(x, dy)
        getattr(out[-1], "values", out[-1]).numpy()  # waits; rows of a table
        return out

    return run, lambda: [size(tf.convert_to_tensor(v).numpy()) for v in run()]


# --------------------------------------------------------------------- PyTorch


def spatial(config, n):
    def l(v):
        return [v] * n if isinstance(v, int) else list(v)

    return [l(config[k]) for k in ("kernel_size", "strides", "dilation_rate")]


def torch_conv(torch, name, config, shape):
    """A function of (x, weights) on channels-first data, and how weights are turned into PyTorch's."""
    F = torch.nn.functional
    n = len(shape) - 2
    conv = [F.conv1d, F.conv2d, F.conv3d][n - 1]
    k, s, d = spatial(config, n)
    low, high = [0] * n, [0] * n
    for i in range(n):
        span = (k[i] - 1) * d[i] + 1
        if config["padding"] == "causal":
            low[i] = span - 1
        if config["padding"] == "same":
            total = max((-(-shape[1 + i] // s[i]) - 1) * s[i] + span - shape[1 + i], 0)
            low[i], high[i] = total // 2, total - total // 2
    even = low == high
    padding = low if even else [0] * n
    frame = [p for i in reversed(range(n)) for p in (low[i], high[i])]

    def pad(x):
        return x if even else F.pad(x, frame)

    front = (n + 1, n, *range(n))  # of a kernel (k…, c, f)
    c = shape[-1]
    if name.startswith("Depthwise"):
        m = config["depth_multiplier"]
        return (lambda x, w, b: conv(pad(x), w, b, s, padding, d, groups=c)), [lambda w: w.reshape(*k, 1, c * m).transpose(front)]
    if name.startswith("Separable"):
        m = config["depth_multiplier"]
        return (
            lambda x, w, v, b: conv(conv(pad(x), w, None, s, padding, d, groups=c), v, b),
            [lambda w: w.reshape(*k, 1, c * m).transpose(front), lambda w: w.transpose(front)],
        )
    return (lambda x, w, b: conv(pad(x), w, b, s, padding, d, config["groups"])), [lambda w: w.transpose(front)]


def torch_transpose(torch, name, config, shape):
    F = torch.nn.functional
    n = len(shape) - 2
    conv = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][n - 1]
    k, s, d = spatial({"dilation_rate": 1, **config}, n)
    padding = [0] * n
    if config["padding"] == "same":
        padding = [(a - b) // 2 for a, b in zip(k, s)]
        assert all((a - b) % 2 == 0 for a, b in zip(k, s))
    front = (n + 1, n, *range(n))  # (k…, f, c) to (c, f, k…)
    return (lambda x, w, b: conv(x, w, b, s, padding, 0, 1, d)), [lambda w: w.transpose(front)]


TORCH = {
    **{c: torch_conv for c in ("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")},
    **{c: torch_transpose for c in ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")},
}


def keras_weights(name, config, shape):
    """Shapes of the weights, Keras' order."""
    n, c = len(shape) - 2, shape[-1]
    k = spatial({"dilation_rate": 1, **config}, n)[0]
    f = config.get("filters")
    if name.startswith("Depthwise"):
        m = config["depth_multiplier"]
        return [(*k, c, m), (c * m,)]
    if name.startswith("Separable"):
        m = config["depth_multiplier"]
        return [(*k, c, m), (*[1] * n, c * m, f), (f,)]
    if name.endswith("Transpose"):
        return [(*k, f, c), (f,)]
    return [(*k, c // config["groups"], f), (f,)]


def torch_case(setting, name, config, shape, scale, masked):
    import torch

    if name in peers_recurrent.RECURRENT + peers_recurrent.IMAGES:
        return peers_recurrent.torch_case(torch, numbers, size, setting, name, config, shape, scale, masked)
    if name not in TORCH and name not in peers_attention.KNOWN:
        raise NoSuchSetting
    if name in peers_attention.KNOWN:
        return peers_attention.torch_case(torch, numbers, size, setting, name, config, shape)

    n = len(shape) - 2
    f, turns = TORCH[name](torch, name, config, shape)
    formats = {2: torch.channels_last, 3: torch.channels_last_3d}
    last = setting.endswith("channels_last")
    if last and n not in formats:
        raise NoSuchSetting

    def tensor(a):
        t = torch.from_numpy(np.ascontiguousarray(a))
        return t.contiguous(memory_format=formats[n]) if last and t.dim() == n + 2 else t

    first = lambda a: a.transpose(0, n + 1, *range(1, n + 1))  # noqa: E731
    x = tensor(first(numbers(0, shape))).requires_grad_()
    turns = turns + [lambda w: w]
    weights = [tensor(t(numbers(7 + i, w))).requires_grad_() for i, (w, t) in enumerate(zip(keras_weights(name, config, shape), turns))]
    f = compiled(setting, f)
    with torch.no_grad():
        y = f(x, *weights)
    dy = tensor(first(numbers(3, (y.shape[0], *y.shape[2:], y.shape[1]))))

    def run():
        y = f(x, *weights)
        return [y] + list(torch.autograd.grad(y, [x] + weights, dy))

    return run, lambda: [size(v.detach().numpy()) for v in run()]


def case(make):
    return lambda setting, c: make(setting, c["class_name"], c["config"], c["input"], c["scale"], c["masked"])


serve(torch=case(torch_case), tf=case(tf_case))
