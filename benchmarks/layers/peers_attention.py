"""PyTorch's side of normalisation, attention and embedding: see torch_case in peers.py."""

import numpy as np

from serve import NoSuchSetting, compiled


def torch_case(torch, numbers, size, setting, name, config, shape):
    """Returns the step and what sums it up."""
    F = torch.nn.functional
    last = setting.endswith("channels_last")
    if last and (len(shape) != 4 or name not in ("BatchNormalization", "GroupNormalization")):
        raise NoSuchSetting

    def tensor(a):
        return torch.from_numpy(np.ascontiguousarray(a))

    def image(a):  # channels first, as the functions want them
        a = tensor(a.transpose(0, a.ndim - 1, *range(1, a.ndim - 1)))
        return a.contiguous(memory_format=torch.channels_last) if last else a

    def weights(*shapes):
        return [tensor(numbers(7 + i, s)).requires_grad_() for i, s in enumerate(shapes)]

    if name == "Embedding":
        n, d = config["input_dim"], config["output_dim"]
        ids = torch.arange(int(np.prod(shape))).mul(7919).remainder(n).reshape(shape)
        (w,) = weights((n, d))
        dy = tensor(numbers(3, (*shape, d)))
        look_up = compiled(setting, lambda ids, w: F.embedding(ids, w, sparse=True))

        def run():
            y = look_up(ids, w)
            return [y, torch.autograd.grad(y, [w], dy)[0].coalesce()]

        return run, lambda: [size(v.detach().to_dense().numpy()) for v in run()]

    if name == "MultiHeadAttention":
        h, d, f = config["num_heads"], config["key_dim"], shape[-1]
        q, qb, k, kb, v, vb, o, ob = [w.detach() for w in weights(*[(f, h * d), (h * d,)] * 3, (h * d, f), (f,))]
        # One product for the three projections.
        inner, bias = torch.cat([q, k, v], 1).T.contiguous().requires_grad_(), torch.cat([qb, kb, vb]).requires_grad_()
        outer, last_bias = o.T.contiguous().requires_grad_(), ob.requires_grad_()
        x, dy = tensor(numbers(0, shape)).requires_grad_(), tensor(numbers(3, shape))

        def attend(x, inner, bias, outer, last_bias):
            parts = F.linear(x, inner, bias).view(shape[0], shape[1], 3, h, d).permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(parts[0], parts[1], parts[2])
            return F.linear(y.transpose(1, 2).reshape(shape[0], shape[1], h * d), outer, last_bias)

        attend = compiled(setting, attend)

        def run():
            y = attend(x, inner, bias, outer, last_bias)
            return [y] + list(torch.autograd.grad(y, [x, inner, bias, outer, last_bias], dy))

        def sums():
            y, dx, di, db, do, dl = run()
            mixed = [g for pair in zip(di.chunk(3), db.chunk(3)) for g in pair]
            return [size(g.detach().numpy()) for g in [y, dx, *mixed, do, dl]]

        return run, sums

    front = name == "BatchNormalization" and config["axis"] == [1]
    if front and last:
        raise NoSuchSetting
    c = shape[1] if front else shape[-1]
    gamma, beta = weights((c,), (c,))
    eps = config["epsilon"]
    place = tensor if name == "LayerNormalization" or front else image
    x, dy = place(numbers(0, shape)).requires_grad_(), place(numbers(3, shape))
    mean, variance = torch.zeros(c), torch.ones(c)
    f = {
        "LayerNormalization": lambda x, gamma, beta: F.layer_norm(x, (c,), gamma, beta, eps),
        "BatchNormalization": lambda x, gamma, beta: F.batch_norm(x, mean, variance, gamma, beta, True, 1 - config["momentum"], eps),
        "GroupNormalization": lambda x, gamma, beta: F.group_norm(x, config["groups"], gamma, beta, eps),
    }[name]
    f = compiled(setting, f)

    def run():
        y = f(x, gamma, beta)
        return [y] + list(torch.autograd.grad(y, [x, gamma, beta], dy))

    return run, lambda: [size(v.detach().numpy()) for v in run()]


KNOWN = ("Embedding", "MultiHeadAttention", "LayerNormalization", "BatchNormalization", "GroupNormalization")
