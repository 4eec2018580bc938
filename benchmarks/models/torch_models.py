"""PyTorch's side of the models of models.go: outputs are logits."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Weights:
    """Keras' weights by name, turned into PyTorch's."""

    def __init__(self, values):
        self.values = values

    def put(self, parameter, name, *axes):
        v = self.values[name]
        v = v.transpose(axes) if axes else v
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(v)).reshape(parameter.shape))

    def dense(self, name):
        i, o = self.values[name + "/kernel"].shape
        l = nn.Linear(i, o)
        self.put(l.weight, name + "/kernel", 1, 0)
        self.put(l.bias, name + "/bias")
        return l

    def conv(self, name, **settings):
        k, _, i, o = self.values[name + "/kernel"].shape
        l = nn.Conv2d(i, o, k, bias=name + "/bias" in self.values, **settings)
        self.put(l.weight, name + "/kernel", 3, 2, 0, 1)
        if l.bias is not None:
            self.put(l.bias, name + "/bias")
        return l

    def depthwise(self, name, **settings):
        k, _, c, _ = self.values[name + "/depthwise_kernel"].shape
        l = nn.Conv2d(c, c, k, bias=False, groups=c, **settings)
        self.put(l.weight, name + "/depthwise_kernel", 2, 3, 0, 1)
        return l

    def up(self, name):
        k, _, o, i = self.values[name + "/kernel"].shape
        l = nn.ConvTranspose2d(i, o, k, k)
        self.put(l.weight, name + "/kernel", 3, 2, 0, 1)
        self.put(l.bias, name + "/bias")
        return l

    def norm(self, name):
        name += "_norm"
        l = nn.BatchNorm2d(len(self.values[name + "/gamma"]), eps=1e-3, momentum=0.01)
        for p, n in ((l.weight, "gamma"), (l.bias, "beta"), (l.running_mean, "moving_mean"), (l.running_var, "moving_variance")):
            self.put(p, f"{name}/{n}")
        return l

    def layer_norm(self, name):
        l = nn.LayerNorm(len(self.values[name + "/gamma"]), eps=1e-5)
        self.put(l.weight, name + "/gamma")
        self.put(l.bias, name + "/beta")
        return l

    def embedding(self, name):
        l = nn.Embedding(*self.values[name + "/embeddings"].shape)
        self.put(l.weight, name + "/embeddings")
        return l


class Same(nn.Module):
    """Keras' padding of a 3×3 kernel with stride 2 on an even size: one row below, one column behind."""

    def forward(self, x):
        return F.pad(x, (0, 1, 0, 1))


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


class Block(nn.Module):
    def __init__(self, w, name, stride):
        super().__init__()
        pre, pad = ([Same()], 0) if stride > 1 else ([], 1)
        self.main = nn.Sequential(
            *pre, w.conv(name + "_1", stride=stride, padding=pad), w.norm(name + "_1"), nn.ReLU(), w.conv(name + "_2", padding=1), w.norm(name + "_2")
        )
        self.short = nn.Sequential(w.conv(name + "_short", stride=stride), w.norm(name + "_short")) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.main(x) + self.short(x))


def resnet20(w):
    blocks = [Block(w, f"s{s}b{b}", 2 if s and not b else 1) for s in range(3) for b in range(3)]
    return nn.Sequential(w.conv("stem", padding=1), w.norm("stem"), nn.ReLU(), *blocks, Mean(), w.dense("out"))


def mobilenet(w):
    parts = [Same(), w.conv("stem", stride=2), w.norm("stem"), nn.ReLU6()]
    for i in range(13):
        two = i in (1, 3, 5, 11)
        parts += [Same()] if two else []
        parts += [w.depthwise(f"dw{i}", stride=2 if two else 1, padding=0 if two else 1), w.norm(f"dw{i}"), nn.ReLU6()]
        parts += [w.conv(f"pw{i}"), w.norm(f"pw{i}"), nn.ReLU6()]
    return nn.Sequential(*parts, Mean(), w.dense("out"))


class Tagger(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.words, self.out = w.embedding("words"), w.dense("out")
        self.rnn = nn.LSTM(100, 128, 2, batch_first=True, bidirectional=True)
        for layer in range(2):
            for ours, direction in (("", "forward"), ("_reverse", "backward")):
                for p, n in (("weight_ih", "kernel"), ("weight_hh", "recurrent_kernel"), ("bias_ih", "bias")):
                    (name,) = [k for k in w.values if k.startswith(f"rnn{layer}/{direction}") and k.endswith("/" + n)]
                    w.put(getattr(self.rnn, f"{p}_l{layer}{ours}"), name, *((1, 0) if n != "bias" else ()))
                with torch.no_grad():
                    getattr(self.rnn, f"bias_hh_l{layer}{ours}").zero_()

    def forward(self, x):
        return self.out(self.rnn(self.words(x))[0]).flatten(0, 1)


class Encoder(nn.Module):
    class Block(nn.Module):
        def __init__(self, w, name):
            super().__init__()
            a = name + "_attention"
            self.inner, self.outer = nn.Linear(128, 384), nn.Linear(128, 128)  # one product for the three projections
            parts = [(k, next(n for n in w.values if n.startswith(a) and f"/{k}/" in n and n.endswith("/kernel"))) for k in ("query", "key", "value")]
            flat = np.concatenate([w.values[n].reshape(128, 128) for _, n in parts], 1)
            last = next(n for n in w.values if n.startswith(a) and "output/" in n and n.endswith("/kernel"))
            with torch.no_grad():
                self.inner.weight.copy_(torch.from_numpy(flat.T.copy()))
                self.inner.bias.zero_(), self.outer.bias.zero_()
                self.outer.weight.copy_(torch.from_numpy(w.values[last].reshape(128, 128).T.copy()))
            # Biases of attention have two axes and are not 0.
            bias = [w.values[n[: -len("kernel")] + "bias"].reshape(-1) for _, n in parts]
            with torch.no_grad():
                self.inner.bias.copy_(torch.from_numpy(np.concatenate(bias)))
            self.norm1, self.norm2 = w.layer_norm(name + "_norm1"), w.layer_norm(name + "_norm2")
            self.wide, self.back = w.dense(name + "_wide"), w.dense(name + "_back")

        def forward(self, x):
            b, t, _ = x.shape
            q, k, v = self.inner(x).view(b, t, 3, 4, 32).permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, 128)
            x = self.norm1(x + self.outer(y))
            return self.norm2(x + self.back(F.relu(self.wide(x))))

    def __init__(self, w):
        super().__init__()
        self.words, self.places = w.embedding("words"), w.embedding("places")
        self.blocks = nn.Sequential(*[self.Block(w, f"block{i}") for i in range(2)])
        self.out = w.dense("out")

    def forward(self, x, places):
        return self.out(self.blocks(self.words(x) + self.places(places)).mean(1))


class UNet(nn.Module):
    def __init__(self, w):
        super().__init__()

        def pair(name):
            return nn.Sequential(w.conv(name + "_1", padding=1), nn.ReLU(), w.conv(name + "_2", padding=1), nn.ReLU())

        self.down = nn.ModuleList([pair(f"down{i}") for i in range(3)])
        self.middle, self.out = pair("middle"), w.conv("out")
        self.up = nn.ModuleList([w.up(f"up{i}") for i in range(3)])
        self.join = nn.ModuleList([pair(f"join{i}") for i in range(3)])

    def forward(self, x):
        skips = []
        for d in self.down:
            x = d(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.middle(x)
        for i in (2, 1, 0):
            x = self.join[i](torch.cat([skips[i], self.up[i](x)], 1))
        return self.out(x)


MODELS = {"ResNet": resnet20, "MobileNet": mobilenet, "LSTM": Tagger, "encoder": Encoder, "U-Net": UNet}
