"""Writes testdata/keras/ops/math.json: values and gradients of TensorFlow ops,
at ordinary points and at ties, kinks, infinities and NaN.

A case has the operands ("in"), the settings ("args"), the result ("out") and
the gradient of sum(out * dy) for each operand ("grads", null where none flows).
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

nan, inf = float("nan"), float("inf")
cases = []


def arr(x):
    x = np.asarray(x, np.float32)
    def one(v):
        v = float(v)
        return "NaN" if v != v else "Inf" if v == inf else "-Inf" if v == -inf else v
    return {"shape": list(x.shape), "data": [one(v) for v in x.ravel()]}


def case(op, f, *xs, args=(), skip_grads=()):
    vs = [tf.Variable(np.asarray(x, np.float32)) for x in xs]
    with tf.GradientTape() as t:
        y = f(*vs)
        r = np.random.RandomState(len(cases))
        dy = r.uniform(0.5, 1.5, size=y.shape).astype(np.float32)
        s = tf.reduce_sum(tf.cast(y, tf.float32) * dy) if y.dtype == tf.float32 else None
    gs = t.gradient(s, vs) if s is not None else [None] * len(vs)
    cases.append({
        "op": op, "args": list(args), "in": [arr(v.numpy()) for v in vs], "dy": arr(dy),
        "out": arr(tf.cast(y, tf.float32).numpy()),
        "grads": [None if g is None or i in skip_grads else arr(tf.convert_to_tensor(g).numpy()) for i, g in enumerate(gs)],
    })


m = tf.math
kinks = [0.0, -1.0, 1.0, nan, inf, -inf, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0]
plain = [0.3, -1.2, 2.0, -0.7, 5.0, -8.0, 1e-3, 30.0, -30.0]
pos = [0.3, 1.2, 2.0, 1e-6, 100.0, 1.0]
case("Neg", m.negative, plain)
case("Abs", m.abs, kinks)
case("Square", m.square, plain)
case("Sqrt", m.sqrt, pos + [0.0])
case("Rsqrt", m.rsqrt, pos)
case("Reciprocal", m.reciprocal, plain)
case("Exp", m.exp, plain)
case("Log", m.log, pos)
case("Log1p", m.log1p, pos)
case("Expm1", m.expm1, plain)
case("Tanh", m.tanh, plain + [inf, -inf, 0.0, nan])
case("Sigmoid", m.sigmoid, plain + [0.0, inf, -inf])
case("Softplus", m.softplus, plain + [0.0, inf, nan])
case("ReLU", tf.nn.relu, kinks)
case("Sign", m.sign, kinks)
case("Floor", m.floor, [0.5, -0.5, 2.0, -2.5])
case("Round", m.round, [0.5, 1.5, 2.5, -0.5, -1.5, 0.4])
case("Sin", m.sin, plain + [100.0, 1e5])
case("Cos", m.cos, plain + [100.0, 1e5])
case("Erf", m.erf, plain + [0.0, inf])
case("Clip", lambda x: tf.clip_by_value(x, -1.0, 1.0), kinks, args=[-1, 1])
case("PowScalar", lambda x: tf.pow(x, 2.5), pos, args=[2.5])
case("PowScalar", lambda x: tf.pow(x, 3.0), plain, args=[3])
case("MaximumScalar", lambda x: tf.maximum(x, 1.0), kinks, args=[1])
case("MinimumScalar", lambda x: tf.minimum(x, 1.0), kinks, args=[1])

a, b = [[1.0, 2, nan], [1, 0, -3]], [[1.0, 3, 1], [nan, 0, -4]]
for name, f in [("Maximum", tf.maximum), ("Minimum", tf.minimum), ("Add", tf.add), ("Sub", tf.subtract), ("Mul", tf.multiply), ("Div", tf.divide)]:
    case(name, f, a, b)
    case(name, f, [[1.0, 2, 3], [4, 5, 6]], [1.0, 5, 6])
    case(name, f, [[1.0, 2, 3], [4, 5, 6]], [[2.0], [5]])
    case(name, f, [[[2.0]], [[4.0]]], [[1.0, 4], [2, 3]])
    case(name, f, 2.0, [1.0, 2, 3])
case("Div", tf.divide, [1.0, 0, -1], [0.0, 0, 0])
case("Pow", tf.pow, [0.0, 0, 2, -2, 0, 3], [0.0, 2, 3, 2, -1, 0.5])
for name, f in [("Equal", tf.equal), ("NotEqual", tf.not_equal), ("Less", tf.less), ("LessEqual", tf.less_equal), ("Greater", tf.greater), ("GreaterEqual", tf.greater_equal)]:
    case(name, f, [1.0, 2, nan, 0, inf, -inf], [1.0, 1, nan, -0.0, inf, inf])
case("IsNaN", m.is_nan, kinks)
case("Where", lambda c, x, y: tf.where(c != 0, x, y), [1.0, 0, nan, 2], [1.0, 2, 3, nan], [5.0, 6, nan, 8], skip_grads=(0,))

x3 = np.round(np.random.RandomState(1).normal(size=(2, 3, 4)), 1)
ties = [[1.0, 2, 2], [3, 3, 3], [nan, 1, 2], [-inf, -inf, 0]]
for name, f in [("Sum", tf.reduce_sum), ("Mean", tf.reduce_mean), ("Max", tf.reduce_max), ("Min", tf.reduce_min), ("Prod", tf.reduce_prod)]:
    for axes in [(), (0,), (1,), (-1,), (0, 2), (1, 2), (0, 1)]:
        case(name, lambda x: f(x, list(axes) or None), x3, args=axes)
        case(name + "Keep", lambda x: f(x, list(axes) or None, keepdims=True), x3, args=axes)
for name, f in [("Max", tf.reduce_max), ("Min", tf.reduce_min)]:
    case(name, lambda x: f(x, -1), ties, args=[-1])
    case(name, f, [[1.0, 2], [2, 1]])
case("Prod", lambda x: tf.reduce_prod(x, -1), [[1.0, 2, 3], [0, 2, 3], [0, 0, 3]], args=[-1])
case("ArgMax", lambda x: tf.argmax(x, -1), [[1.0, 3, 3], [nan, 1, 2], [1, nan, 2]], args=[-1])
case("ArgMin", lambda x: tf.argmin(x, -1), [[1.0, 1, 3], [nan, 1, 2], [1, nan, 2]], args=[-1])
case("ArgMax", lambda x: tf.argmax(x, 1), x3, args=[1])
for axis in (0, 1, 2):
    case("CumSum", lambda x: tf.cumsum(x, axis), x3, args=[axis])
    case("Softmax", lambda x: tf.nn.softmax(x, axis), x3, args=[axis])
    case("LogSoftmax", lambda x: tf.nn.log_softmax(x, axis), x3, args=[axis])
    case("LogSumExp", lambda x: tf.reduce_logsumexp(x, axis), x3, args=[axis])
    case("L2Normalize", lambda x: m.l2_normalize(x, axis), x3, args=[axis])
case("Softmax", lambda x: tf.nn.softmax(x, -1), [[-inf, 0.0], [100, -100]], args=[-1])
case("L2Normalize", lambda x: m.l2_normalize(x, -1), [[0.0, 0], [3, 4]], args=[-1])
t = np.abs(np.random.RandomState(2).normal(size=(2, 3, 4)))
t /= t.sum(-1, keepdims=True)
case("SoftmaxCrossEntropy", lambda x, y: tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x), x3 * 3, t)
case("SparseSoftmaxCrossEntropy", lambda x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.cast(y, tf.int32), logits=x), x3 * 3, [[0.0, 1, 3], [2, 2, 0]], skip_grads=(1,))
case("SigmoidCrossEntropy", lambda x, y: tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x), [0.0, 1, -100, 100, 3], [0.5, 0, 0, 1, 0.3])

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keras", "ops", "math.json"), "w") as f:
    f.write('{"tensorflow":"%s","cases":[\n' % tf.__version__)
    f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases))
    f.write("\n]}\n")
