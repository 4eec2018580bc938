"""Fixtures of kinds "activations", "initializers", "regularizers", "constraints". See README.md for the fields."""

from keras_common import Case, finish, keras, np, rng, tf

A, I, R, C = keras.activations, keras.initializers, keras.regularizers, keras.constraints


# ------------------------------------------------------------- activations


def activation(name, function, x, note=None, **kw):
    """Values and the gradient of sum(y * r)."""
    case = Case("activations", name, function=function.__name__, kwargs=kw)
    if note:
        case.json["note"] = note
    x = np.asarray(x, np.float32)
    t = tf.constant(x)
    k = rng("activations/" + name).standard_normal(x.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(t)
        y = function(t, **kw)
        s = tf.reduce_sum(y * k)
    case.json.update(x=case.put("x", x), y=case.put("y", y), r=case.put("r", k), grad=case.put("grad", tape.gradient(s, t)))
    case.write()


def activations():
    # The grid holds the corners of all of them: 0, ±2.5 (hard_sigmoid), ±1, 6 (max_value) and values that overflow a naive formula.
    grid = np.concatenate([np.arange(-6, 6.01, 0.5), [-1e-3, 1e-3, -1e-7, 1e-7, -0.0, -2.4999, 2.4999, -20, 20, -50, 50, -87, 87, -100, 100, -1000, 1000]]).astype(np.float32)
    for name in ("elu", "selu", "softplus", "softsign", "tanh", "sigmoid", "linear", "relu", "hard_sigmoid", "exponential", "gelu", "swish", "mish"):
        activation(name, getattr(A, name), grid)
    activation("gelu_approximate", A.gelu, grid, approximate=True)
    for name, function in (("leaky_relu", tf.nn.leaky_relu), ("relu6", tf.nn.relu6)):  # names that activations.get knows
        activation(name, function, grid)
    activation("elu_alpha_2", A.elu, grid, alpha=2.0)
    activation("elu_alpha_0", A.elu, grid, alpha=0.0)
    activation("elu_alpha", A.elu, grid, alpha=0.3)
    activation("relu_alpha", A.relu, grid, alpha=0.1)
    activation("relu_max_value", A.relu, grid, max_value=6.0, note="At 6 itself the gradient is that of the kernel.")
    activation("relu_threshold", A.relu, grid, threshold=1.0)
    activation("relu_all", A.relu, grid, alpha=0.2, max_value=3.0, threshold=0.5)
    activation("relu_max_value_alpha", A.relu, grid, alpha=0.2, max_value=2.5)
    r = rng("softmax")
    activation("softmax", A.softmax, r.standard_normal((4, 5)) * 3)
    activation("softmax_rank3", A.softmax, r.standard_normal((2, 3, 4)))
    activation("softmax_axis_1", A.softmax, r.standard_normal((2, 3, 4)), axis=1)
    activation("softmax_rank4", A.softmax, r.standard_normal((2, 2, 3, 2)))
    activation("softmax_one", A.softmax, r.standard_normal((3, 1)))
    activation("softmax_large", A.softmax, [[1000, 999, 0], [-1000, -1000, -1000], [0, 100, -100], [3, 3, 3]])
    activation("softmax_axis_0", A.softmax, r.standard_normal((3, 2, 4)), axis=0)
    activation("softmax_axis_negative", A.softmax, r.standard_normal((2, 3, 2, 2)), axis=-3)


# ------------------------------------------------------------ initializers

DRAWS = 100_000
SHAPES = {"rank1": (12,), "rank2": (8, 20), "rank2_tall": (30, 4), "conv1d": (3, 4, 6), "conv2d": (3, 2, 5, 7), "conv3d": (2, 3, 2, 4, 3)}


def initializers():
    """Exact arrays where there is no chance in it; otherwise facts over at least DRAWS numbers."""
    fixed = {
        "zeros": (I.Zeros, {}), "ones": (I.Ones, {}), "constant": (I.Constant, {"value": -1.5}), "constant_default": (I.Constant, {}),
        "identity": (I.Identity, {}), "identity_gain": (I.Identity, {"gain": 0.5}),
    }
    for name, (cls, kw) in fixed.items():
        case = Case("initializers", name, class_name=cls.__name__, config=cls(**kw).get_config(), random=False, tolerance={"rtol": 0, "atol": 0})
        shapes = [(3, 3), (2, 5), (5, 2), (1, 1)] + ([] if "identity" in name else [(4,), (2, 3, 2)])
        case.json["values"] = [{"shape": s, "array": case.put(f"value{i}", cls(**kw)(s))} for i, s in enumerate(shapes)]
        case.write()

    random = {
        "random_normal": (I.RandomNormal, {}), "random_normal_settings": (I.RandomNormal, {"mean": 2.0, "stddev": 0.3}),
        "random_uniform": (I.RandomUniform, {}), "random_uniform_settings": (I.RandomUniform, {"minval": -1.0, "maxval": 3.0}),
        "truncated_normal": (I.TruncatedNormal, {}), "truncated_normal_settings": (I.TruncatedNormal, {"mean": 1.0, "stddev": 2.0}),
        "glorot_uniform": (I.GlorotUniform, {}), "glorot_normal": (I.GlorotNormal, {}), "he_uniform": (I.HeUniform, {}),
        "he_normal": (I.HeNormal, {}), "lecun_uniform": (I.LecunUniform, {}), "lecun_normal": (I.LecunNormal, {}),
        "variance_scaling": (I.VarianceScaling, {}),
    }
    for mode in ("fan_in", "fan_out", "fan_avg"):
        for d in ("truncated_normal", "untruncated_normal", "uniform"):
            random[f"variance_scaling_{mode}_{d}"] = (I.VarianceScaling, {"scale": 1.7, "mode": mode, "distribution": d})
    for name, (cls, kw) in random.items():
        case = Case("initializers", name, class_name=cls.__name__, config=cls(**kw).get_config(), random=True)
        case.json["shapes"] = []
        for tag, shape in SHAPES.items():
            n = int(np.prod(shape))
            init = cls(**kw, seed=1)
            # Growing an outer axis would change the fans, so draw the same shape again with other seeds.
            parts = []
            for seed in range(-(-DRAWS // n) if tag == "rank2" else 40):
                parts.append(cls(**kw, seed=seed + 1)(shape).numpy().ravel())
            v = np.concatenate(parts).astype(np.float64)
            fact = {"shape": shape, "draws": len(v), "min": float(v.min()), "max": float(v.max()), "mean": float(v.mean()), "std": float(v.std())}
            if isinstance(init, I.VarianceScaling):
                fans = keras.src.initializers.initializers._compute_fans(shape)
                fact["fan_in"], fact["fan_out"] = fans
                c = init.get_config()
                scale = init.scale / max(1.0, {"fan_in": fans[0], "fan_out": fans[1], "fan_avg": sum(fans) / 2}[init.mode])
                if init.distribution == "uniform":
                    fact["limit"] = float(np.sqrt(3 * scale))
                elif init.distribution == "truncated_normal":
                    sigma = np.sqrt(scale) / 0.87962566103423978
                    fact["sigma"], fact["limit"] = float(sigma), float(2 * sigma)
                else:
                    fact["sigma"] = float(np.sqrt(scale))
            case.json["shapes"].append(fact)
        case.write()

    # Orthogonal: the rows or columns are orthogonal; signs are random.
    for name, kw in (("orthogonal", {}), ("orthogonal_gain", {"gain": 0.5})):
        case = Case("initializers", name, class_name="Orthogonal", config=I.Orthogonal(**kw).get_config(), random=True)
        case.json["samples"] = []
        for i, shape in enumerate([(4, 4), (6, 3), (3, 6), (2, 3, 4), (1, 5), (5, 1)]):
            w = I.Orthogonal(**kw, seed=i)(shape).numpy()
            m = w.reshape(-1, shape[-1])
            gram = m.T @ m if m.shape[0] >= m.shape[1] else m @ m.T
            case.json["samples"].append({"shape": shape, "array": case.put(f"sample{i}", w), "gram": case.put(f"gram{i}", gram), "of": "columns" if m.shape[0] >= m.shape[1] else "rows"})
        case.write()


# ------------------------------------------- regularizers and constraints

ARRAYS = {"vector": (5,), "matrix": (4, 3), "conv1d": (3, 2, 4), "conv2d": (2, 3, 2, 3)}


def stored(case, shapes=ARRAYS):
    r = rng("small arrays")
    out = []
    for tag, shape in shapes.items():
        w = r.standard_normal(shape).astype(np.float32)
        w.flat[0] = 0
        out.append((tag, case.put("x." + tag, w), w))
    if "matrix" in shapes:
        z = np.array([[0, 3, 1e-9], [0, 4, 0]], np.float32)
        out.append(("zero_column", case.put("x.zero_column", z), z))
    return out


def regularizers():
    for name, cls, kw in (
        ("l1", R.L1, {}), ("l1_small", R.L1, {"l1": 0.003}), ("l2", R.L2, {}), ("l2_large", R.L2, {"l2": 2.0}),
        ("l1_l2", R.L1L2, {"l1": 0.1, "l2": 0.02}), ("l1_l2_default", R.L1L2, {}), ("l1_l2_only_l1", R.L1L2, {"l1": 0.5}),
        ("orthogonal_rows", R.OrthogonalRegularizer, {"factor": 0.1, "mode": "rows"}), ("orthogonal_columns", R.OrthogonalRegularizer, {"factor": 0.1, "mode": "columns"}),
    ):
        reg = cls(**kw)
        case = Case("regularizers", name, class_name=cls.__name__, config=reg.get_config())
        case.json["values"] = []
        for tag, x, w in stored(case, ARRAYS if "ortho" not in name else {"matrix": (4, 3)}):
            t = tf.constant(w)
            with tf.GradientTape() as tape:
                tape.watch(t)
                v = reg(t)
            g = tape.gradient(v, t) if isinstance(v, tf.Tensor) else None
            case.json["values"].append({"x": x, "value": case.put("value." + tag, v), "grad": case.put("grad." + tag, np.zeros_like(w) if g is None else g)})
        case.write()


def constraints():
    for name, cls, kw in (
        ("max_norm", C.MaxNorm, {}), ("max_norm_one", C.MaxNorm, {"max_value": 1.0}), ("max_norm_axis_1", C.MaxNorm, {"max_value": 0.7, "axis": 1}),
        ("max_norm_axes", C.MaxNorm, {"max_value": 1.0, "axis": [0, 1, 2]}), ("max_norm_last_axis", C.MaxNorm, {"max_value": 0.9, "axis": -1}),
        ("non_neg", C.NonNeg, {}), ("unit_norm", C.UnitNorm, {}), ("unit_norm_axis_1", C.UnitNorm, {"axis": 1}), ("unit_norm_axes", C.UnitNorm, {"axis": [0, 1, 2]}),
        ("min_max_norm", C.MinMaxNorm, {}), ("min_max_norm_rate", C.MinMaxNorm, {"min_value": 0.5, "max_value": 1.2, "rate": 0.3}),
        ("min_max_norm_axis_1", C.MinMaxNorm, {"min_value": 2.0, "max_value": 3.0, "axis": 1}), ("min_max_norm_axes", C.MinMaxNorm, {"min_value": 0.1, "max_value": 0.6, "rate": 0.9, "axis": [0, 1, 2]}),
        ("radial", C.RadialConstraint, {}),
    ):
        con = cls(**kw)
        axis = kw.get("axis", 0)
        need = max(axis) + 1 if isinstance(axis, list) else (axis + 1 if axis >= 0 else 1)
        shapes = {k: s for k, s in ARRAYS.items() if len(s) >= need}
        if name == "radial":
            shapes = {"square3": (3, 3, 2, 2), "square4": (4, 4, 1, 2), "square5": (5, 5, 1, 1)}
        case = Case("constraints", name, class_name=cls.__name__, config=con.get_config())
        if name == "radial":
            case.json["note"] = "Kernels must be square (height, width, in, out)."
        case.json["values"] = []
        for tag, x, w in stored(case, shapes):
            case.json["values"].append({"x": x, "y": case.put("y." + tag, con(tf.constant(w)))})
        case.write()


def main():
    activations()
    initializers()
    regularizers()
    constraints()
    finish("activations", "initializers", "regularizers", "constraints")


if __name__ == "__main__":
    main()
