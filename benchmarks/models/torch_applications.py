"""PyTorch's side of the models of applications.go: outputs are probabilities."""

from torch import nn
from torch.nn import functional as F

from torch_models import Mean, Weights


def parts(w, name, eps, stride=1, padding=0, act=None, deep=False):
    """A convolution, its normalisation and what follows."""
    conv = w.depthwise if deep else w.conv
    norm = w.norm(name)
    norm.eps = eps
    return [conv(name, stride=stride, padding=padding), norm] + ([act] if act else [])


class Bottleneck(nn.Module):
    def __init__(self, w, name, stride, first):
        super().__init__()
        eps, r = 1.001e-5, nn.ReLU()
        self.main = nn.Sequential(*parts(w, name + "_1", eps, stride, act=r), *parts(w, name + "_2", eps, padding=1, act=r), *parts(w, name + "_3", eps))
        self.short = nn.Sequential(*parts(w, name + "_0", eps, stride)) if first else nn.Identity()

    def forward(self, x):
        return F.relu(self.main(x) + self.short(x))


def resnet50(values):
    w = Weights(values)
    blocks = [Bottleneck(w, f"s{s}b{b}", 2 if s and not b else 1, not b) for s, n in enumerate((3, 4, 6, 3)) for b in range(n)]
    stem = parts(w, "stem", 1.001e-5, 2, 3, nn.ReLU())
    return nn.Sequential(*stem, nn.MaxPool2d(3, 2, 1), *blocks, Mean(), w.dense("out"), nn.Softmax(1))


class Inverted(nn.Module):
    def __init__(self, w, name, stride, add, wide):
        super().__init__()
        self.add = add
        r = nn.ReLU6()
        first = parts(w, name + "_wide", 1e-3, act=r) if wide else []
        self.main = nn.Sequential(*first, *parts(w, name + "_deep", 1e-3, stride, 1, r, deep=True), *parts(w, name + "_thin", 1e-3))

    def forward(self, x):
        return x + self.main(x) if self.add else self.main(x)


def mobilenet_v2(values):
    w, n, blocks = Weights(values), 0, []
    for filters, count, stride in ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)):
        for b in range(count):
            blocks.append(Inverted(w, f"b{n}", 1 if b else stride, b > 0, n > 0))
            n += 1
    stem, last = parts(w, "stem", 1e-3, 2, 1, nn.ReLU6()), parts(w, "last", 1e-3, act=nn.ReLU6())
    return nn.Sequential(*stem, *blocks, *last, Mean(), w.dense("out"), nn.Softmax(1))


MODELS = {"ResNet50": resnet50, "MobileNetV2": mobilenet_v2}
