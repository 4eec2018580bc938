"""PyTorch's side of recurrent layers, pooling and upsampling: see torch_case in peers.py."""

import numpy as np

from serve import NoSuchSetting, compiled

# Keras' order of gates to PyTorch's: LSTM i f c o; GRU z r h to r z n.
GATES = {"LSTM": [0, 1, 2, 3], "GRU": [1, 0, 2], "SimpleRNN": [0]}


def recurrent(torch, numbers, size, name, config, shape, scale):
    """One or two directions, the steps first, which is what PyTorch likes best."""
    both = name == "Bidirectional"
    if both:
        name, config = config["layer"]["class_name"], config["layer"]["config"]
    u, f, order = config["units"], shape[-1], GATES[name]
    rnn = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "SimpleRNN": torch.nn.RNN}[name](f, u, bidirectional=both)

    def gates(w):
        return np.concatenate([np.split(w, len(order), -1)[g] for g in order], -1)

    g = len(order) * u
    shapes = [(f, g), (u, g), (2, g) if name == "GRU" else (g,)]
    wanted = []  # lists: the parameters whose gradients make one of Keras' weights
    for i in range(6 if both else 3):
        v = gates(numbers(7 + i, shapes[i % 3]) * np.float32(scale))
        end = "_l0" + ("_reverse" if i > 2 else "")
        if i % 3 < 2:
            parts = [(["weight_ih", "weight_hh"][i % 3], v.T)]
        elif name == "GRU":
            parts = [("bias_ih", v[0]), ("bias_hh", v[1])]
        else:
            parts = [("bias_ih", v)]
            with torch.no_grad():
                getattr(rnn, "bias_hh" + end).zero_()
        for n, value in parts:
            with torch.no_grad():
                getattr(rnn, n + end).copy_(torch.from_numpy(np.ascontiguousarray(value)))
        wanted.append([getattr(rnn, n + end) for n, _ in parts])
    x = torch.from_numpy(np.ascontiguousarray(numbers(0, shape).transpose(1, 0, 2))).requires_grad_()
    outer = (*shape[:2], 2 * u if both else u)
    dy = torch.from_numpy(np.ascontiguousarray(numbers(3, outer).transpose(1, 0, 2)))
    flat = [p for ps in wanted for p in ps]

    def run():
        y = rnn(x)[0]
        return [y] + list(torch.autograd.grad(y, [x] + flat, dy))

    def sums():
        y, dx, *grads = [size(v.detach().numpy()) for v in run()]
        grads = iter(grads)
        return [y, dx] + [sum(next(grads) for _ in ps) for ps in wanted]

    return run, sums


def images(torch, numbers, size, setting, name, config, shape):
    F = torch.nn.functional
    n = len(shape) - 2
    if name == "UpSampling2D":
        mode = config["interpolation"]
        f = lambda x: F.interpolate(x, scale_factor=2, mode=mode, **({"align_corners": False} if mode == "bilinear" else {}))  # noqa: E731
    else:
        f = {"MaxPooling2D": F.max_pool2d, "AveragePooling2D": F.avg_pool2d, "MaxPooling3D": F.max_pool3d, "AveragePooling3D": F.avg_pool3d}[name]
        f = (lambda g: lambda x: g(x, 2))(f)
    f = compiled(setting, f)
    formats = {2: torch.channels_last, 3: torch.channels_last_3d}
    first = lambda a: a.transpose(0, n + 1, *range(1, n + 1))  # noqa: E731

    def tensor(a):
        t = torch.from_numpy(np.ascontiguousarray(first(a)))
        return t.contiguous(memory_format=formats[n]) if setting.endswith("channels_last") else t

    x = tensor(numbers(0, shape)).requires_grad_()
    with torch.no_grad():
        y = f(x)
    dy = tensor(numbers(3, (y.shape[0], *y.shape[2:], y.shape[1])))

    def run():
        y = f(x)
        return [y, torch.autograd.grad(y, [x], dy)[0]]

    return run, lambda: [size(v.detach().numpy()) for v in run()]


RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")
IMAGES = ("MaxPooling2D", "AveragePooling2D", "MaxPooling3D", "AveragePooling3D", "UpSampling2D")


def torch_case(torch, numbers, size, setting, name, config, shape, scale, masked):
    if name in IMAGES:
        return images(torch, numbers, size, setting, name, config, shape)
    if masked or setting.endswith("channels_last"):
        raise NoSuchSetting  # PyTorch's packed sequences are something else
    if "compile" in setting:
        raise NoSuchSetting  # torch.compile runs these modules as they are
    return recurrent(torch, numbers, size, name, config, shape, scale)
