"""Makes the golden cases that the tests of package tensor read.

    pip install -r requirements.txt
    python make.py            # writes cases.json, cases.npz, print.json, files/ here

cases.npz holds all numbers of all cases one after another; cases.json says
where. The same script always writes the same bytes.

Sums and the like are computed by numpy in float64 and rounded to float32 at
the end: that is the answer that both numpy's float32 loops and package tensor
approximate. Where numpy's own float32 arithmetic is exact (+, max, sort, ...)
it is used as it is.
"""

import itertools
import json
import os
import warnings

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
f4 = np.float32
rng = np.random.default_rng(20260101)
warnings.simplefilter("ignore")

data, where, cases = [], {}, []
total = 0


def put(a):
    """Stores an array once and returns [place, shape]."""
    global total
    a = np.ascontiguousarray(a, dtype=f4).reshape(np.shape(a))
    key = (a.shape, a.tobytes())
    if key not in where:
        where[key] = total
        data.append(a.ravel())
        total += a.size
    return [where[key], list(a.shape)]


def view(a, how):
    """The views that the walker in Go makes too."""
    if how == "T":
        return a.T
    if how == "R":
        return np.flip(a)
    if how == "S":  # every second element of the last axis, without the first
        return a[..., 1::2]
    if how == "C":  # the middle of the first axis
        return a[1:-1]
    return a


class In:
    """An operand: a base array and the view of it that is passed."""

    def __init__(self, base, how=""):
        self.base, self.how = np.asarray(base, dtype=f4), how
        self.a = view(self.base, how)
        self.json = put(self.base) + ([how] if how else [])


def case(f, ins, want, rtol=0.0, atol=0.0, **args):
    """want is a function of no arguments; what it raises is an expected panic."""
    c = {"f": f, "in": [i.json for i in ins]}
    if args:
        c["args"] = args
    if rtol:
        c["rtol"] = rtol
    if atol:
        c["atol"] = atol
    try:
        w = want()
        c["out"] = [put(x) for x in (w if isinstance(w, list) else [w])]
    except (ValueError, IndexError, TypeError):
        c["panics"] = True
    cases.append(c)


def numbers(*shape, kind="normal"):
    n = int(np.prod(shape))
    if kind == "normal":
        x = rng.standard_normal(n) * 3
    elif kind == "ties":
        x = rng.integers(-2, 3, n)
    elif kind == "big":
        x = rng.standard_normal(n) + 1e4
    elif kind == "special":
        x = rng.integers(-2, 3, n).astype(float)
        for v in (np.nan, np.inf, -np.inf, -0.0):
            x[rng.random(n) < 0.08] = v
    return x.astype(f4).reshape(shape)


SHAPES = [(), (1,), (7,), (0,), (3, 4), (1, 5), (0, 3), (3, 0), (2, 3, 4), (3, 1, 2),
          (2, 0, 3), (4, 3, 9), (2, 3, 1, 4), (2, 2, 3, 2, 3)]
LONG = [(2, 1030), (1030, 5), (24, 3, 11)]


def operands():
    for shape in SHAPES:
        for kind in ("normal", "ties", "special"):
            if len(shape) > 3 and kind == "ties":
                continue
            yield In(numbers(*shape, kind=kind))
    for shape in LONG:
        yield In(numbers(*shape))
    for shape in [(4, 5), (3, 4, 6), (3, 10), (2, 3, 2, 4)]:
        for how in "TRSC":
            yield In(numbers(*shape, kind="special" if how == "R" else "normal"), how)
    yield In(numbers(12, 60, kind="big"))


OPERANDS = list(operands())


def sign(axes, rank):
    """Some of the axes counted from the end."""
    return [int(a - rank) if rng.random() < 0.5 else int(a) for a in axes]


def axes_of(rank):
    """None, and sets of axes."""
    sets = [s for n in range(1, rank + 1) for s in itertools.combinations(range(rank), n)]
    if len(sets) > 7:
        sets = [sets[i] for i in sorted(rng.choice(len(sets), 7, replace=False))]
    yield None
    for s in sets:
        yield sign(rng.permutation(s), rank)


def f8(x):
    return x.astype(np.float64)


def reductions():
    exact = {"Max": np.max, "Min": np.min, "Any": np.any, "All": np.all}
    wide = {"Sum": np.sum, "Prod": np.prod, "Mean": np.mean, "Var": np.var, "Std": np.std}
    for x in OPERANDS:
        for axes in axes_of(x.a.ndim):
            ax = None if axes is None else tuple(axes)
            for name, f in (exact | wide).items():
                keep = bool(rng.random() < 0.4)
                a = x.a if name in exact else f8(x.a)
                tol = {} if name in exact else {"rtol": 1e-6, "atol": 1e-6}
                if name == "Prod":
                    tol["atol"] = 1e-30
                case(name + ("Keep" if keep else ""), [x], lambda: f(a, axis=ax, keepdims=keep), axes=axes or [], **tol)
            ord = [1, 2, np.inf, -np.inf, 0, 3, 0.5, -1, 2.5][int(rng.integers(9))]
            keep = bool(rng.random() < 0.4)
            case("Norm" + ("Keep" if keep else ""), [x],
                 lambda: np.linalg.vector_norm(f8(x.a), axis=ax, ord=ord, keepdims=keep),
                 axes=axes or [], ord=str(ord), rtol=1e-6, atol=1e-6)
        r = x.a.ndim
        for bad in ([r], [-r - 1], [0, -r] if r else [0]):
            case("Sum", [x], lambda: np.sum(x.a, axis=tuple(bad)), axes=bad)


def along():
    for x in OPERANDS:
        r = x.a.ndim
        for axis in list(range(-r, r)) + [r, -r - 1]:
            if 0 <= axis < r and rng.random() < 0.5:
                continue
            if not r:  # some numpy functions take a scalar for a vector here; package tensor never does
                for name in ("ArgMax", "ArgMin", "Sort", "ArgSort", "CumSum", "CumProd"):
                    case(name, [x], lambda: np.sort(x.a, axis=axis), axis=axis)
                continue
            for name, f in {"ArgMax": np.argmax, "ArgMin": np.argmin}.items():
                case(name, [x], lambda: f(x.a, axis=axis), axis=axis)
            case("Sort", [x], lambda: np.sort(x.a, axis=axis), axis=axis)
            case("ArgSort", [x], lambda: np.argsort(x.a, axis=axis, kind="stable"), axis=axis)
            case("CumSum", [x], lambda: np.cumsum(f8(x.a), axis=axis), axis=axis, rtol=1e-6, atol=1e-6)
            case("CumProd", [x], lambda: np.cumprod(f8(x.a), axis=axis), axis=axis, rtol=1e-6)
        case("ArgMaxFlat", [x], lambda: np.argmax(x.a))
        case("ArgMinFlat", [x], lambda: np.argmin(x.a))
        case("SortFlat", [x], lambda: np.sort(x.a, axis=None))
        case("ArgSortFlat", [x], lambda: np.argsort(x.a, axis=None, kind="stable"))
        case("CumSumFlat", [x], lambda: np.cumsum(f8(x.a)), rtol=1e-6, atol=1e-6)
        case("CumProdFlat", [x], lambda: np.cumprod(f8(x.a)), rtol=1e-6)


def some(k):
    """A spread of the operands that are not long."""
    short = [x for x in OPERANDS if x.a.size <= 120]
    return [short[i] for i in sorted(rng.choice(len(short), k, replace=False))]


def shapes():
    for x in some(30):
        r, a = x.a.ndim, x.a
        for shape in ([-1], [1, -1], [a.size], [-1, max(a.shape[-1], 1) if r else 1], [a.size, 1, 1], [2, -1], [-1, -1], [a.size + 1]):
            def reshape():
                if shape == [-1, 0]:
                    raise ValueError
                return a.reshape(shape)
            case("Reshape", [x], reshape, shape=shape)
        case("Transpose", [x], lambda: a.T, axes=[])
        if r:
            perm = sign(rng.permutation(r), r)
            case("Transpose", [x], lambda: np.transpose(a, perm), axes=perm)
            i, j = (int(v) for v in rng.integers(-r, r, 2))
            case("SwapAxes", [x], lambda: np.swapaxes(a, i, j), axis=i, to=j)
            case("MoveAxis", [x], lambda: np.moveaxis(a, i, j), axis=i, to=j)
            case("Reverse", [x], lambda: np.flip(a, i), axes=[i])
            n = int(rng.integers(-9, 10))
            case("Roll", [x], lambda: np.roll(a, n, axis=i), axis=i, n=n)
            case("RollFlat", [x], lambda: np.roll(a, n), n=n)
            n = int(rng.integers(0, 4))
            case("Repeat", [x], lambda: np.repeat(a, n, axis=i), axis=i, n=n)
            size = a.shape[i]
            ids = [int(v) for v in rng.integers(-size, size, 5)] if size else []
            case("Take", [x], lambda: np.take(a, ids, axis=i) if ids else np.take(a, np.zeros(0, int), axis=i), axis=i, ids=ids)
            case("Take", [x], lambda: np.take(a, [size], axis=i), axis=i, ids=[size])
            if size:
                g = In(rng.integers(-size, size, (2, 3)))
                case("Gather", [x, g], lambda: np.take(a, g.a.astype(int), axis=i), axis=i)
                t = list(a.shape)
                t[i] = 3
                g = In(rng.integers(-size, size, t))
                case("TakeAlong", [x, g], lambda: np.take_along_axis(a, g.a.astype(int), axis=i), axis=i)
            for n in (1, 2, 3):
                case("Split", [x], lambda: np.split(a, n, axis=i), axis=i, n=n)
            at = [int(v) for v in rng.integers(-4, 6, 3)]
            case("SplitAt", [x], lambda: np.split(a, at, axis=i), axis=i, ids=at)
            pads = [[int(v) for v in rng.integers(0, 3, 2)] for _ in range(r)]
            case("Pad", [x], lambda: np.pad(a, pads, constant_values=7), pads=pads)
        case("Reverse", [x], lambda: np.flip(a), axes=[])
        for axis in range(-r - 2, r + 2):
            case("ExpandDims", [x], lambda: np.expand_dims(a, axis), axis=axis)
        case("Squeeze", [x], lambda: np.squeeze(a), axes=[])
        for axis in range(-r - 1, r + 1 if r else -1):
            case("Squeeze", [x], lambda: np.squeeze(a, axis), axes=[axis])
        for reps in ([2], [2, 1], [1, 3], [2, 1, 2], [0], [1] * (r + 1)):
            case("Tile", [x], lambda: np.tile(a, reps), axes=reps)
        case("BroadcastTo", [x], lambda: np.broadcast_to(a, (2,) + a.shape), shape=[2] + list(a.shape))
        case("BroadcastTo", [x], lambda: np.broadcast_to(a, a.shape[1:]) if r else np.broadcast_to(a, (2, 3)), shape=list(a.shape[1:]) if r else [2, 3])
        case("BroadcastTo", [x], lambda: np.broadcast_to(a, tuple(5 if d == 1 else d for d in a.shape)), shape=[5 if d == 1 else d for d in a.shape])
    for parts, axis in [([(2, 3), (1, 3), (0, 3)], 0), ([(2, 3), (2, 1)], -1), ([(2, 3), (2, 3)], 2), ([(2, 3), (3, 3)], 1),
                        ([(4,), (2,)], 0), ([(), ()], 0), ([(2, 1, 3), (2, 4, 3), (2, 2, 3)], 1), ([(2, 3), (3,)], 0)]:
        xs = [In(numbers(*p)) for p in parts]
        case("Concatenate", xs, lambda: np.concatenate([x.a for x in xs], axis), axis=axis)
    for shape, axis in [((), 0), ((), -1), ((3,), 0), ((3,), 1), ((3,), -1), ((2, 3), -2), ((2, 3), 2), ((2, 3), 3), ((2, 0), 1)]:
        xs = [In(numbers(*shape)) for _ in range(3)]
        case("Stack", xs, lambda: np.stack([x.a for x in xs], axis), axis=axis)
    a, b = In(numbers(3, 4), "T"), In(numbers(4, 3), "R")
    case("Concatenate", [a, b], lambda: np.concatenate([a.a, b.a], 0), axis=0)
    case("Stack", [a, b], lambda: np.stack([a.a, b.a], 1), axis=1)
    case("Stack", [a, In(numbers(3, 4))], lambda: np.stack([a.a, numbers(3, 4)]), axis=0)


def elementwise():
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))
    exact = {"Neg": np.negative, "Abs": np.abs, "Square": np.square, "Sqrt": np.sqrt, "Sign": np.sign, "Floor": np.floor,
             "Ceil": np.ceil, "Round": np.round, "IsNaN": np.isnan, "IsFinite": np.isfinite, "Not": np.logical_not}
    close = {"Exp": np.exp, "Log": np.log, "Tanh": np.tanh, "Sigmoid": sigmoid, "Log1p": np.log1p, "Expm1": np.expm1}
    for x in some(16):
        for name, f in exact.items():
            case(name, [x], lambda: f(x.a))
        for name, f in close.items():
            case(name, [x], lambda: f(f8(x.a)), rtol=3e-7)
        for lo, hi in ((-1, 1), (2, -2)):
            case("Clip", [x], lambda: np.clip(x.a, lo, hi), lo=lo, hi=hi)
    x = In([0.5, 1.5, 2.5, -0.5, -1.5, 1e-8, 3e38, -3e38, 88.7, -104.5, 1e-45])
    for name, f in exact.items():
        case(name, [x], lambda: f(x.a))
    for name, f in close.items():
        case(name, [x], lambda: f(f8(x.a)), rtol=3e-7)

    two = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Maximum": np.maximum, "Minimum": np.minimum,
           "Equal": np.equal, "NotEqual": np.not_equal, "Less": np.less, "LessEqual": np.less_equal, "Greater": np.greater,
           "GreaterEqual": np.greater_equal, "And": np.logical_and, "Or": np.logical_or}
    pairs = [((), ()), ((3,), ()), ((), (2, 3)), ((2, 3), (3,)), ((2, 1), (3,)), ((2, 3), (2, 1)), ((4, 1, 3), (2, 1)),
             ((1, 5), (5, 1)), ((0, 3), (3,)), ((2, 0), (1,)), ((2, 3), (2,)), ((2, 2, 3, 2, 2), (3, 1, 2)), ((3, 400), (400,)),
             ((600, 2), (2,)), ((400, 3), (400, 1)), ((2, 3), (3, 2))]
    for p, q in pairs:
        kind = "special" if np.prod(p) * np.prod(q) < 1000 else "ties"
        a, b = In(numbers(*p, kind=kind)), In(numbers(*q, kind=kind))
        for name, f in two.items():
            if kind == "ties" and name not in ("Add", "Div", "Less"):
                continue
            case(name, [a, b], lambda: f(a.a, b.a))
            case(name, [b, a], lambda: f(b.a, a.a))
        if kind != "ties":
            case("Pow", [a, b], lambda: np.power(f8(a.a), f8(b.a)), rtol=3e-7)
    for how, other in itertools.product("TRSC", ["", "T", "R"]):
        a = In(numbers(6, 6), how)
        b = In(numbers(*(a.a.T.shape if other == "T" else a.a.shape)), other)
        case("Add", [a, b], lambda: a.a + b.a)
        case("Where", [a, b, In(numbers(a.a.shape[1]))], lambda: np.where(a.a != 0, b.a, 0) * 0 + b.a)
    for c, p, q in [((2, 3), (2, 3), (2, 3)), ((3,), (2, 1), ()), ((2, 1), (3,), (2, 3)), ((), (2,), (2,)), ((4,), (3,), ()), ((0,), (1,), ())]:
        cond, a, b = In(numbers(*c, kind="special")), In(numbers(*p)), In(numbers(*q))
        case("Where", [cond, a, b], lambda: np.where(cond.a != 0, a.a, b.a))


def products():
    tol = {"rtol": 1e-5, "atol": 1e-5}
    pairs = [((), ()), ((3,), ()), ((), (2, 3)), ((3,), (3,)), ((3,), (4,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)),
             ((2, 3), (2, 3)), ((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (2, 4, 5)),
             ((2, 1, 3, 4), (5, 4, 2)), ((2, 3, 4), (3, 4, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((1, 1), (1, 1)),
             ((70, 33), (33, 65)), ((2, 2, 3, 4), (2, 2, 4, 3)), ((2, 1, 2, 3), (1, 3, 3, 2)), ((0,), (0,)), ((1, 9), (9, 1))]
    for p, q in pairs:
        a, b = In(numbers(*p)), In(numbers(*q))
        case("MatMul", [a, b], lambda: np.matmul(f8(a.a), f8(b.a)), **tol)
        case("Dot", [a, b], lambda: np.dot(f8(a.a), f8(b.a)), **tol)
    for h, g in itertools.product(["", "T", "R", "S", "C"], repeat=2):
        a, b = In(numbers(6, 6), h), In(numbers(6, 6), g)
        k = min(a.a.shape[1], b.a.shape[0])
        if a.a.shape[1] != b.a.shape[0]:
            continue
        case("MatMul", [a, b], lambda: np.matmul(f8(a.a), f8(b.a)), **tol)
        case("Dot", [a, b], lambda: np.dot(f8(a.a), f8(b.a)), **tol)
    a, b = In(numbers(4, 3, 2), "T"), In(numbers(5, 4, 2), "T")
    case("MatMul", [a, b], lambda: np.matmul(f8(a.a), f8(b.a)), **tol)


def batch_dot(x, y, axes):
    """K.batch_dot in words of einsum; checked against tf_keras 2.21."""
    if x.ndim < 2 or y.ndim < 2 or x.shape[0] != y.shape[0]:
        raise ValueError
    if axes == []:
        axes = [x.ndim - 1, max(y.ndim - 2, 1)]
    if len(axes) == 1:
        axes = axes * 2
    i, j = (a + t.ndim if a < 0 else a for a, t in zip(axes, (x, y)))
    if not (0 < i < x.ndim and 0 < j < y.ndim) or x.shape[i] != y.shape[j]:
        raise ValueError
    p, q = list(range(x.ndim)), [0] + list(range(20, 19 + y.ndim))
    q[j] = p[i]
    out = [v for v in p if v != i] + [v for v in q[1:] if v != i]
    r = np.einsum(x, p, y, q, out)
    return r.reshape(-1, 1) if r.ndim == 1 else r


def keras():
    tol = {"rtol": 1e-5, "atol": 1e-5}
    for p, q, axes in [((3, 4), (3, 4), []), ((3, 4), (3, 4), [1]), ((3, 4), (3, 4), [-1]), ((3, 4, 5), (3, 5, 2), []), ((3, 4, 5), (3, 5), []),
                       ((3, 4), (3, 4, 2), []), ((3, 4), (3, 2, 4), [1, 2]), ((3, 20, 1), (3, 30, 20), [1, 2]), ((3, 4, 5), (3, 4, 5), [1]),
                       ((3, 4, 5), (3, 4, 5), [2]), ((2, 3, 4, 5), (2, 5, 6, 3), [1, -1]), ((2, 3, 4, 5), (2, 4), [2, 1]), ((2, 4), (2, 3, 4, 5), [1, 2]),
                       ((3,), (3, 4), []), ((3, 4), (2, 4), []), ((3, 4), (3, 4), [0]), ((3, 4), (3, 5), []), ((3, 4), (3, 4), [2]), ((0, 4), (0, 4), [])]:
        x, y = In(numbers(*p)), In(numbers(*q))
        case("BatchDot", [x, y], lambda: batch_dot(f8(x.a), f8(y.a), axes), axes=axes, **tol)

    def normalize(x, axis, order):  # keras.utils.normalize
        n = np.atleast_1d(np.linalg.norm(x, order, axis))
        n[n == 0] = 1
        return x / np.expand_dims(n, axis)
    for shape, axis, order in [((5,), -1, 2), ((5,), 0, 2), ((3, 4), -1, 2), ((3, 4), 0, 1), ((3, 4), 1, np.inf), ((2, 3, 4), 1, 3), ((2, 3), 2, 2), ((0, 3), 1, 2)]:
        x = numbers(*shape, kind="ties")
        if x.ndim == 2 and x.size:
            x[0], x[:, 0] = 0, 0
        x = In(x)
        case("Normalize", [x], lambda: normalize(f8(x.a), axis, order), axis=axis, ord=str(float(order)), rtol=1e-6)

    def categorical(y, n):  # keras.utils.to_categorical, but for labels below 0
        y = np.array(y, dtype="int")
        shape = y.shape
        if shape and shape[-1] == 1 and len(shape) > 1:
            shape = shape[:-1]
        y = y.reshape(-1)
        n = n or int(np.max(y)) + 1
        if np.any(y < 0):
            raise IndexError
        out = np.zeros((y.size, n), f4)
        out[np.arange(y.size), y] = 1
        return out.reshape(shape + (n,))
    for y, n in [([0, 2, 1], 0), ([0, 2, 1], 5), ([[0], [3]], 0), ([[0, 1], [2, 0]], 4), (3, 0), ([1.7, 0.2], 0), ([0, 3], 3), ([-1, 0], 2),
                 ([], 0), ([], 3), ([[[1]]], 0), ([-0.5, 0], 0), ([-1], 0), (np.zeros((0, 1)), 2)]:
        y = In(y)
        case("ToCategorical", [y], lambda: categorical(y.a, n), n=n)


def printing():
    out = []

    def text(x, precision=8, width=75):
        a = x.a
        with np.printoptions(precision=precision, linewidth=width):
            s = str(a) if a.ndim else str(a[()])
        c = {"in": x.json, "text": s}
        if precision != 8:
            c["precision"] = precision
        if width != 75:
            c["width"] = width
        out.append(c)

    for x in OPERANDS:
        text(x)
    lists = [[1, 2, 3], [0.1, 0.25, 1.5], [1e-5, 1], [1e-4, 0.1], [9.999e-5], [1e6], [999999], [1e5, 1], [1000, 1], [1001, 1], [1000.1, 1], [1e10, 1e-10],
             [0, 0], [-0.0], [0, -1], [1 / 3, 2 / 3], [1 / 3, 200 / 3], [np.nan], [np.nan, 1], [np.inf], [-np.inf], [np.inf, -1.5], [np.nan, -np.inf, 1e10],
             [-np.inf, 123456], [1e-45], [3.4028235e38], [1.17549435e-38, 1], [16777216, 1], [123456.789], [0.12345678, 0.00012345678], [1e7, np.nan],
             [1e-7, -1], [1.0000001], [0.3, 0.1, 0.7], [5e-5, np.inf], [2 ** 0.5 * 10 ** i for i in range(-3, 4)], [100, 0.1], [100.5, 0.1], [-1e-10],
             [0.0009765625, 0.5], [0.00048828125], [1.5e300], [12345678], [0.1 + 1e-7], [33554432.0, 3.0], [8388609, 0.5], [0.99999994, 1.0000001]]
    for l in lists:
        text(In(l))
        if len(l) == 1:
            text(In(l[0]))
    for v in [1.5, 3, 0.1, 1e-4, 9.9e-5, 1e15, 1e16, -1e16, 1e5, 999999, 1e6, 1234567, 999999.9, 1e7, 1e8, 16777217, np.nan, np.inf, -np.inf, -0.0, 1 / 3, 1e-45, 3.4e38, 123456.79]:
        text(In(v))
    for n in (20, 100, 1000, 1001, 1500):
        text(In(np.arange(n)))
        text(In(np.arange(n) / 7))
    for shape in [(1001, 1), (1, 1001), (6, 200), (7, 200), (11, 11, 11), (2, 2, 300), (2, 3, 2, 2), (1, 1, 1), (3, 40), (2, 2, 1, 2, 2), (1001, 2), (400, 3), (2, 501, 1)]:
        text(In(np.arange(np.prod(shape)).reshape(shape) * 0.5))
    text(In(np.arange(1200).reshape(30, 40), "T"))
    for _ in range(120):
        n = int(rng.integers(1, 12))
        x = rng.standard_normal(n) * 10.0 ** rng.integers(-6, 9) * 10.0 ** (rng.integers(-4, 5, n) * (rng.random() < 0.4))
        x[rng.random(n) < 0.05] = np.nan
        x[rng.random(n) < 0.05] = np.inf
        text(In(x))
    for _ in range(40):
        x = In(rng.standard_normal((3, 5)) * 10.0 ** rng.integers(-5, 8))
        text(x, precision=int(rng.integers(0, 7)), width=int(rng.integers(10, 120)))
    return out


def write_json(name, list_):
    with open(os.path.join(HERE, name), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in list_) + "\n]\n")


def files():
    """Arrays as numpy writes them, one per element type, order and version."""
    where = os.path.join(HERE, "files")
    os.makedirs(where, exist_ok=True)
    base = np.arange(6).reshape(2, 3)
    for dt in ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8",
               "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
        name = dt.replace("<", "le_").replace(">", "be_").replace("?", "bool")
        a = (base % 2 == 1) if dt == "?" else (base - 3 if dt[-2] != "u" else base).astype(dt)
        np.save(os.path.join(where, name + ".npy"), a)
    np.save(os.path.join(where, "fortran.npy"), np.asfortranarray(np.arange(24, dtype=f4).reshape(2, 3, 4)))
    np.save(os.path.join(where, "fortran_i8.npy"), np.asfortranarray(base + 2 ** 60))
    np.save(os.path.join(where, "scalar.npy"), f4(2.5))
    np.save(os.path.join(where, "empty.npy"), np.zeros((0, 3), f4))
    np.save(os.path.join(where, "halves.npy"), np.array([0, -0.0, 1, -2, 65504, 6e-8, 6.1e-5, 0.333, np.inf, -np.inf, np.nan], "f2"))
    np.save(os.path.join(where, "bytes.npy"), np.array([b"ab", b"", b"xyz"]))
    np.save(os.path.join(where, "text.npy"), np.asfortranarray(np.array([["a", "\u00e4\u00f6"], ["", "\U0001F98C!"]])))
    np.save(os.path.join(where, "text_be.npy"), np.array(["ja", "nein"], ">U4"))
    for v in ((2, 0), (3, 0)):
        with open(os.path.join(where, f"version{v[0]}.npy"), "wb") as f:
            np.lib.format.write_array(f, base.astype("<f4"), version=v)
    np.save(os.path.join(where, "bad_complex.npy"), np.zeros(2, "c8"))
    np.save(os.path.join(where, "bad_object.npy"), np.array([1, "a"], dtype=object), allow_pickle=True)
    np.save(os.path.join(where, "bad_record.npy"), np.zeros(2, [("a", "f4"), ("b", "i4")]))
    np.save(os.path.join(where, "bad_date.npy"), np.zeros(2, "M8[s]"))
    both = {"w": base.astype(f4), "layer/kernel:0": np.arange(4.0), "ids": np.array([2 ** 60 + 1]), "names": np.array(["x", "yz"])}
    np.savez(os.path.join(where, "stored.npz"), **both)
    np.savez_compressed(os.path.join(where, "deflated.npz"), **both)


def main():
    reductions()
    along()
    shapes()
    elementwise()
    products()
    keras()
    print_cases = printing()
    write_json("cases.json", cases)
    write_json("print.json", print_cases)
    np.savez_compressed(os.path.join(HERE, "cases.npz"), data=np.concatenate(data))
    files()
    print(len(cases), "cases,", len(print_cases), "printed,", total, "numbers")


if __name__ == "__main__":
    main()
