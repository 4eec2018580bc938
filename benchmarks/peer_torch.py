"""The worker of PyTorch. Modes: eager or compile, + channels_last.

Adam is the fused one. Its epsilon is added after the bias correction, Keras'
before: for the comparison of losses it is set step by step so that both are
the same formula.
"""
import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from peer_common import THREADS, case_weights, product_factors, product_values, serve, timed, timed_each

torch.set_num_threads(THREADS)
torch.set_num_interop_threads(1)


class Flatten(nn.Module):
    """Flattens in the order of the memory, so that channels_last copies nothing."""

    def __init__(self, last):
        super().__init__()
        self.last = last

    def forward(self, x):
        return (x.permute(0, 2, 3, 1) if self.last else x).flatten(1)


class Same(nn.Module):
    """Keras' padding of a 3×3 convolution with stride 2 on an even size."""

    def forward(self, x):
        return F.pad(x, (0, 1, 0, 1))


class Recurrent(nn.Module):
    def __init__(self, kind, inputs, units):
        super().__init__()
        self.rnn = (nn.LSTM if kind == "lstm" else nn.GRU)(inputs, units, batch_first=True)

    def forward(self, x):
        return self.rnn(x)[0][:, -1]


class Average(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


class Residual(nn.Module):
    def __init__(self, main, short):
        super().__init__()
        self.main, self.short = main, short

    def forward(self, x):
        return F.relu(self.main(x) + self.short(x))


class Builder:
    """Builds the layers of a spec; weights come in the order of the spec."""

    def __init__(self, spec, weights, last):
        self.last, self.weights = last, iter(weights)
        self.shape = list(spec["input"])  # of one sample, channels last
        self.pixels = None  # shape before flatten, whose order the next weights need
        self.net = nn.Sequential(*[m for p in spec["parts"] for m in self.part(p)])

    def take(self, *params):
        for p in params:
            w = next(self.weights)
            with torch.no_grad():
                p.copy_(torch.from_numpy(np.ascontiguousarray(w)))

    def part(self, p):
        kind, units = p["kind"], p.get("units", 0)
        if kind in ("dense", "output"):
            l = nn.Linear(self.shape[0], units)
            w = next(self.weights)
            if self.pixels and not self.last:  # rows are in the order h, w, c; ours are c, h, w
                w = w.reshape(*self.pixels, -1).transpose(2, 0, 1, 3).reshape(w.shape)
            self.pixels = None
            with torch.no_grad():
                l.weight.copy_(torch.from_numpy(np.ascontiguousarray(w.T)))
            self.take(l.bias)
            self.shape = [units]
            return [l] + [nn.ReLU()] * p.get("relu", False)
        if kind == "conv":
            return self.conv(p) + [nn.ReLU()] * p.get("relu", False)
        if kind == "maxpool":
            self.shape = [self.shape[0] // 2, self.shape[1] // 2, self.shape[2]]
            return [nn.MaxPool2d(2)]
        if kind == "flatten":
            self.pixels, self.shape = self.shape, [math.prod(self.shape)]
            return [Flatten(self.last)]
        if kind == "average":
            self.shape = self.shape[2:]
            return [Average()]
        if kind == "embedding":
            l = nn.Embedding(p["words"], units)
            self.take(l.weight)
            self.shape.append(units)
            return [l]
        if kind in ("lstm", "gru"):
            return [self.recurrent(kind, units)]
        if kind == "batchnorm":
            return [self.norm()]
        if kind == "relu":
            return [nn.ReLU()]
        if kind == "residual":
            return [self.residual(p)]
        raise ValueError(f"unknown part {kind}")

    def conv(self, p):
        k, stride, same = p["kernel"], p["stride"], p.get("same", False)
        pre = [Same()] if same and stride > 1 and k > 1 else []
        pad = k // 2 if same and not pre else 0
        l = nn.Conv2d(self.shape[2], p["units"], k, stride, pad, bias=not p.get("no_bias", False))
        w = next(self.weights)
        with torch.no_grad():
            l.weight.copy_(torch.from_numpy(np.ascontiguousarray(w.transpose(3, 2, 0, 1))))
        if l.bias is not None:
            self.take(l.bias)
        size = [-(-n // stride) if same else (n - k) // stride + 1 for n in self.shape[:2]]
        self.shape = size + [p["units"]]
        return pre + [l]

    def norm(self):
        l = nn.BatchNorm2d(self.shape[2], eps=1e-3, momentum=0.01)
        self.take(l.weight, l.bias, l.running_mean, l.running_var)
        return l

    def residual(self, p):
        start, square = self.shape, dict(kernel=3, same=True, no_bias=True, units=p["units"])
        main = self.conv(dict(square, stride=p["stride"])) + [self.norm(), nn.ReLU()]
        main += self.conv(dict(square, stride=1)) + [self.norm()]
        if p["stride"] == 1:
            return Residual(nn.Sequential(*main), nn.Identity())
        self.shape = start
        short = self.conv(dict(square, kernel=1, stride=p["stride"])) + [self.norm()]
        return Residual(nn.Sequential(*main), nn.Sequential(*short))

    def recurrent(self, kind, units):
        l = Recurrent(kind, self.shape[1], units)
        r, order = l.rnn, [0, 1, 2, 3] if kind == "lstm" else [1, 0, 2]  # Keras: i f c o, z r h

        def gates(w):  # the last axis holds the gates
            w = np.stack(np.split(w, len(order), -1))[order]
            return np.concatenate(list(np.swapaxes(w, 1, -1) if w.ndim == 3 else w))

        kernel, recurrent, bias = (next(self.weights) for _ in range(3))
        with torch.no_grad():
            r.weight_ih_l0.copy_(torch.from_numpy(gates(kernel)))
            r.weight_hh_l0.copy_(torch.from_numpy(gates(recurrent)))
            if kind == "gru":
                r.bias_ih_l0.copy_(torch.from_numpy(gates(bias[0])))
                r.bias_hh_l0.copy_(torch.from_numpy(gates(bias[1])))
            else:  # Keras has one bias, so the second one stays 0
                r.bias_ih_l0.copy_(torch.from_numpy(gates(bias)))
                r.bias_hh_l0.zero_().requires_grad_(False)
        self.shape = [units]
        return l


class Case:
    def load(self, model, file, mode, accuracy=False):
        data = np.load(file)
        last, compiled = "channels_last" in mode, "compile" in mode
        self.spec, self.binary, self.accuracy = model, model["parts"][-1]["units"] == 1, accuracy
        x = torch.from_numpy(data["x"])
        if len(model["input"]) == 3:
            x = x.permute(0, 3, 1, 2)
            x = x.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)
        elif model["parts"][0]["kind"] == "embedding":
            x = x.long()
        y = torch.from_numpy(data["y"])
        self.x, self.y = x, y if self.binary else y.long()
        self.net = Builder(model, case_weights(data), last).net
        if last:
            self.net.to(memory_format=torch.channels_last)
        self.params = [p for p in self.net.parameters() if p.requires_grad]
        self.first = {k: v.clone() for k, v in self.net.state_dict().items()}
        self.opt = torch.optim.Adam(self.params, lr=1e-3, eps=1e-7, fused=True)
        self.compiled, self.infer_batch = compiled, 0
        self.forward = torch.compile(self.loss, dynamic=False) if compiled else self.loss
        self.infer = self.answer
        self.bx, self.by = self.x[: model["batch"]], self.y[: model["batch"]]
        if last:
            self.bx = self.bx.contiguous(memory_format=torch.channels_last)

    def loss(self, x, y):
        z = self.net(x)
        return (F.binary_cross_entropy_with_logits(z[:, 0], y) if self.binary else F.cross_entropy(z, y)), z

    def answer(self, x):
        z = self.net(x)
        return z.sigmoid() if self.binary else z.softmax(-1)

    def step(self, x, y):
        self.opt.zero_grad(set_to_none=True)
        loss, z = self.forward(x, y)
        loss.backward()
        self.opt.step()
        return loss, z

    def losses(self, n):
        out = []
        for t in range(1, n + 1):
            self.opt.param_groups[0]["eps"] = 1e-7 / math.sqrt(1 - 0.999**t)
            out.append(float(self.step(self.bx, self.by)[0]))
        self.opt.param_groups[0]["eps"] = 1e-7
        return {"losses": out}

    def reset(self):
        with torch.no_grad():
            for k, v in self.net.state_dict().items():
                v.copy_(self.first[k])
        self.opt.state.clear()

    def steps(self, n):
        return {"ns": timed(n, lambda: self.step(self.bx, self.by))}

    def fit(self, n):
        """A loop by hand: indexing whole batches is faster than a DataLoader."""
        size, total = self.spec["batch"], len(self.x)
        start = time.perf_counter_ns()
        for _ in range(n):
            order, seen, hits = torch.randperm(total), 0.0, 0
            for i in range(0, total, size):
                rows = order[i : i + size]
                y = self.y[rows]
                loss, z = self.step(self.x[rows], y)
                seen += float(loss.detach()) * len(rows)
                hits += int((z.detach().argmax(1) == y).sum())
        return {"ns": time.perf_counter_ns() - start}

    def predict(self, batch, n):
        self.net.eval()
        if self.compiled and batch != self.infer_batch:  # a program for this batch alone
            import torch._inductor.config as inductor

            inductor.freezing = True  # constant weights are packed once; such programs are not cached
            torch._dynamo.reset()
            self.infer_batch, self.infer = batch, torch.compile(self.answer, dynamic=False)
        x = self.x[:batch]
        if len(self.spec["input"]) == 3 and self.x.is_contiguous(memory_format=torch.channels_last):
            x = x.contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            spent = timed_each(n, lambda: self.infer(x))
            first = self.infer(x)[0].tolist()
        self.net.train()
        return {"each": spent, "values": first}


held = {}


def gemm(gemm, n):
    key = tuple(gemm.values())
    if held.get("key") != key:
        a, b = product_factors(np, gemm)
        held.update(key=key, a=torch.from_numpy(a), b=torch.from_numpy(b), c=torch.empty(gemm["m"], gemm["n"]))
    a, b, c = held["a"], held["b"], held["c"]
    with torch.inference_mode():
        ns = timed(n, lambda: torch.mm(a, b, out=c))
    return {"ns": ns, "values": product_values(np, c.numpy())}


def versions():
    config = torch.__config__.show()
    lines = [l.strip(" -") for l in config.splitlines()]
    v = {"torch": torch.__version__}
    for l in lines:
        if "MKL-DNN" in l:
            v["oneDNN of torch"] = l.split()[2]
        if "Math Kernel Library" in l:
            v["MKL of torch"] = l.split("Version ")[1].split("-")[0]
    return v


case = Case()
serve(versions(), {op: getattr(case, op) for op in ("load", "losses", "reset", "steps", "fit", "predict")} | {"gemm": gemm})
