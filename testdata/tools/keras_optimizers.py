"""Fixtures of kinds "optimizers" and "schedules". See README.md for the fields."""

from keras_common import Case, finish, keras, np, rng, tf

O = keras.optimizers
OLD = keras.optimizers.legacy
S = keras.optimizers.schedules
STEPS = 20


def run(name, cls, sparse=None, constraints=(None, None), scale=1.0, zero=False, note=None, **kw):
    """Twenty steps on a 2-D and a 1-D weight with stored gradients.

    sparse: None, "rows" (each row at most once a step) or "repeats": the gradient of the 2-D weight is tf.IndexedSlices.
    """
    keras.backend.clear_session()
    r = rng("optimizers/data")  # the same weights and gradients for all, so that results can be compared
    old = cls.__module__.find("legacy") >= 0
    optimizer = cls(**kw)
    case = Case("optimizers", name, class_name=cls.__name__, legacy=old, config=optimizer.get_config(), steps=STEPS)
    if note:
        case.json["note"] = note
    rows, cols, n = 6, 3, 5
    start = [r.standard_normal((rows, cols)).astype(np.float32), r.standard_normal(n).astype(np.float32)]
    grads = [(r.standard_normal((STEPS, rows, cols)) * scale).astype(np.float32), (r.standard_normal((STEPS, n)) * scale).astype(np.float32)]
    if sparse == "rows":
        ids = np.array([np.sort(rng(f"ids{s}").permutation(rows - 1)[:2]) for s in range(STEPS)])
    elif sparse == "repeats":
        ids = np.array([rng(f"ids{s}").randint(0, rows - 1, 4) for s in range(STEPS)])
    if zero:
        for g in grads:
            g[3:6] = 0
    weights = [tf.Variable(v, name=f"w{i}", constraint=constraints[i]) for i, v in enumerate(start)]
    case.json["weights"] = [case.put(f"weight{i}", v) for i, v in enumerate(start)]
    if any(constraints):
        case.json["constraints"] = [c and {"class_name": type(c).__name__, "config": c.get_config()} for c in constraints]
    if sparse:
        values = (r.standard_normal((STEPS, ids.shape[1], cols)) * scale).astype(np.float32)
        case.json["sparse"] = {"rows": case.put("sparse.rows", ids), "values": case.put("sparse.values", values)}
        case.json["grads"] = [None, case.put("grad1", grads[1])]
    else:
        case.json["grads"] = [case.put(f"grad{i}", g) for i, g in enumerate(grads)]
    if not old:
        optimizer.build(weights)
    after = [[], []]
    for s in range(STEPS):
        g0 = tf.IndexedSlices(tf.constant(values[s]), tf.constant(ids[s]), tf.constant([rows, cols], tf.int64)) if sparse else tf.constant(grads[0][s])
        optimizer.apply_gradients([(g0, weights[0]), (tf.constant(grads[1][s]), weights[1])])
        for i, w in enumerate(weights):
            after[i].append(w.numpy().copy())
    case.json["after"] = [case.put(f"after{i}", np.stack(a)) for i, a in enumerate(after)]
    variables = optimizer.variables() if callable(optimizer.variables) else optimizer.variables
    case.json["variables"] = [{"name": v.name, "array": case.put(f"variable{i}", v.numpy())} for i, v in enumerate(variables)]
    case.write()


def modern():
    run("sgd", O.SGD)
    run("sgd_lr", O.SGD, learning_rate=0.3)
    run("sgd_momentum", O.SGD, momentum=0.9)
    run("sgd_nesterov", O.SGD, momentum=0.9, nesterov=True)
    run("sgd_nesterov_no_momentum", O.SGD, nesterov=True)
    run("sgd_weight_decay", O.SGD, weight_decay=0.04)
    run("sgd_momentum_weight_decay", O.SGD, momentum=0.8, weight_decay=0.04)
    run("sgd_clipnorm", O.SGD, learning_rate=0.1, clipnorm=2.0)
    run("sgd_clipvalue", O.SGD, learning_rate=0.1, clipvalue=0.5)
    run("sgd_global_clipnorm", O.SGD, learning_rate=0.1, global_clipnorm=3.0)
    run("sgd_clipnorm_not_reached", O.SGD, learning_rate=0.1, clipnorm=1000.0)
    run("sgd_clipnorm_zero_gradient", O.SGD, learning_rate=0.1, clipnorm=1.0, zero=True)
    run("sgd_ema", O.SGD, learning_rate=0.1, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=3)
    run("sgd_schedule", O.SGD, learning_rate=S.InverseTimeDecay(0.1, 1, 0.05), momentum=0.5)
    run("sgd_constraints", O.SGD, learning_rate=0.2, constraints=(keras.constraints.MaxNorm(1.0), keras.constraints.NonNeg()))
    run("rmsprop", O.RMSprop)
    run("rmsprop_rho", O.RMSprop, learning_rate=0.01, rho=0.7)
    run("rmsprop_momentum", O.RMSprop, learning_rate=0.01, momentum=0.9)
    run("rmsprop_centered", O.RMSprop, learning_rate=0.01, centered=True)
    run("rmsprop_centered_momentum", O.RMSprop, learning_rate=0.01, rho=0.8, momentum=0.7, centered=True)
    run("rmsprop_epsilon", O.RMSprop, learning_rate=0.01, epsilon=0.1)
    run("rmsprop_weight_decay", O.RMSprop, weight_decay=0.01)
    run("rmsprop_clipnorm", O.RMSprop, clipnorm=1.0)
    run("rmsprop_small_gradients", O.RMSprop, scale=1e-4, note="Here it shows whether epsilon is inside the root.")
    run("adam", O.Adam)
    run("adam_betas", O.Adam, learning_rate=0.01, beta_1=0.8, beta_2=0.9)
    run("adam_epsilon", O.Adam, learning_rate=0.01, epsilon=0.1)
    run("adam_amsgrad", O.Adam, learning_rate=0.01, amsgrad=True)
    run("adam_weight_decay", O.Adam, learning_rate=0.01, weight_decay=0.01)
    run("adam_clipnorm", O.Adam, learning_rate=0.01, clipnorm=1.0)
    run("adam_clipvalue", O.Adam, learning_rate=0.01, clipvalue=0.2)
    run("adam_global_clipnorm", O.Adam, learning_rate=0.01, global_clipnorm=1.0)
    run("adam_zero_gradients", O.Adam, learning_rate=0.01, zero=True)
    run("adam_small_gradients", O.Adam, scale=1e-7, note="Here it shows where epsilon stands.")
    run("adam_constraints", O.Adam, learning_rate=0.1, constraints=(keras.constraints.UnitNorm(axis=1), None))
    run("adamw", O.AdamW)
    run("adamw_decay", O.AdamW, learning_rate=0.01, weight_decay=0.1, amsgrad=True)
    run("adagrad", O.Adagrad)
    run("adagrad_start", O.Adagrad, learning_rate=0.1, initial_accumulator_value=0.0, epsilon=1e-3)
    run("adagrad_weight_decay", O.Adagrad, learning_rate=0.1, weight_decay=0.02)
    run("adadelta", O.Adadelta)
    run("adadelta_rho", O.Adadelta, learning_rate=1.0, rho=0.8, epsilon=1e-3)
    run("adamax", O.Adamax)
    run("adamax_betas", O.Adamax, learning_rate=0.01, beta_1=0.7, beta_2=0.95, epsilon=1e-2)
    run("nadam", O.Nadam)
    run("nadam_betas", O.Nadam, learning_rate=0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3)
    run("ftrl", O.Ftrl)
    run("ftrl_settings", O.Ftrl, learning_rate=0.1, learning_rate_power=-0.4, initial_accumulator_value=0.2, l1_regularization_strength=0.05, l2_regularization_strength=0.1, l2_shrinkage_regularization_strength=0.02, beta=0.3)
    run("adafactor", O.Adafactor)
    run("adafactor_settings", O.Adafactor, learning_rate=0.05, beta_2_decay=-0.6, clip_threshold=0.5, relative_step=False)
    run("lion", O.Lion)
    run("lion_settings", O.Lion, learning_rate=0.01, beta_1=0.7, beta_2=0.9, weight_decay=0.05)


def sparse():
    note = "Row 5 is never touched."
    for kind in ("rows", "repeats"):
        for name, cls, kw in (
            ("sgd", O.SGD, dict(learning_rate=0.1)), ("sgd_momentum", O.SGD, dict(learning_rate=0.1, momentum=0.9)),
            ("sgd_nesterov", O.SGD, dict(learning_rate=0.1, momentum=0.9, nesterov=True)),
            ("sgd_weight_decay", O.SGD, dict(learning_rate=0.1, weight_decay=0.1)),
            ("sgd_clipnorm", O.SGD, dict(learning_rate=0.1, clipnorm=1.0)),
            ("sgd_global_clipnorm", O.SGD, dict(learning_rate=0.1, global_clipnorm=1.0)),
            ("sgd_clipvalue", O.SGD, dict(learning_rate=0.1, clipvalue=0.3)),
            ("rmsprop", O.RMSprop, dict(learning_rate=0.01)), ("rmsprop_momentum", O.RMSprop, dict(learning_rate=0.01, momentum=0.9)),
            ("rmsprop_centered", O.RMSprop, dict(learning_rate=0.01, centered=True)),
            ("adam", O.Adam, dict(learning_rate=0.01)), ("adam_amsgrad", O.Adam, dict(learning_rate=0.01, amsgrad=True)),
            ("adamw", O.AdamW, dict(learning_rate=0.01, weight_decay=0.1)),
            ("adagrad", O.Adagrad, dict(learning_rate=0.1)), ("adadelta", O.Adadelta, dict(learning_rate=1.0)),
            ("adamax", O.Adamax, dict(learning_rate=0.01)), ("nadam", O.Nadam, dict(learning_rate=0.01)),
            ("lion", O.Lion, dict(learning_rate=0.01)),
        ):
            run(f"sparse_{kind}_{name}", cls, sparse=kind, note=note, **kw)


def legacy():
    for name, cls, kw in (
        ("sgd", OLD.SGD, {}), ("sgd_decay", OLD.SGD, dict(learning_rate=0.1, decay=0.05)),
        ("sgd_momentum_decay", OLD.SGD, dict(learning_rate=0.1, momentum=0.9, decay=0.05)),
        ("sgd_nesterov_decay", OLD.SGD, dict(learning_rate=0.1, momentum=0.9, nesterov=True, decay=0.05)),
        ("sgd_clipnorm", OLD.SGD, dict(learning_rate=0.1, clipnorm=2.0)), ("sgd_clipvalue", OLD.SGD, dict(learning_rate=0.1, clipvalue=0.5)),
        ("sgd_global_clipnorm", OLD.SGD, dict(learning_rate=0.1, global_clipnorm=3.0)),
        ("rmsprop", OLD.RMSprop, {}), ("rmsprop_decay", OLD.RMSprop, dict(learning_rate=0.01, rho=0.8, decay=0.1)),
        ("rmsprop_momentum", OLD.RMSprop, dict(learning_rate=0.01, momentum=0.9)), ("rmsprop_centered", OLD.RMSprop, dict(learning_rate=0.01, centered=True)),
        ("rmsprop_epsilon", OLD.RMSprop, dict(learning_rate=0.01, epsilon=0.1)),
        ("adam", OLD.Adam, {}), ("adam_decay", OLD.Adam, dict(learning_rate=0.01, decay=0.1)), ("adam_amsgrad", OLD.Adam, dict(learning_rate=0.01, amsgrad=True)),
        ("adam_epsilon", OLD.Adam, dict(learning_rate=0.01, epsilon=0.1)),
        ("adagrad", OLD.Adagrad, {}), ("adagrad_decay", OLD.Adagrad, dict(learning_rate=0.1, decay=0.1, initial_accumulator_value=0.0)),
        ("adadelta", OLD.Adadelta, {}), ("adadelta_decay", OLD.Adadelta, dict(learning_rate=1.0, rho=0.9, decay=0.1)),
        ("adamax", OLD.Adamax, {}), ("adamax_decay", OLD.Adamax, dict(learning_rate=0.01, decay=0.1)),
        ("nadam", OLD.Nadam, {}), ("nadam_schedule_decay", OLD.Nadam, dict(learning_rate=0.01, schedule_decay=0.02)),
        ("ftrl", OLD.Ftrl, {}),
    ):
        run("legacy_" + name, cls, **kw)
    for name, cls, kw in (("sgd_momentum", OLD.SGD, dict(learning_rate=0.1, momentum=0.9)), ("rmsprop", OLD.RMSprop, dict(learning_rate=0.01)), ("adam", OLD.Adam, dict(learning_rate=0.01))):
        run("legacy_sparse_rows_" + name, cls, sparse="rows", **kw)


def schedules():
    steps = np.array([0, 1, 2, 5, 9, 10, 11, 19, 20, 25, 30, 39, 40, 50, 100], np.float32)
    for name, s in {
        "exponential_decay": S.ExponentialDecay(0.1, 10, 0.5), "exponential_decay_staircase": S.ExponentialDecay(0.1, 10, 0.5, staircase=True),
        "inverse_time_decay": S.InverseTimeDecay(0.1, 10, 0.5), "inverse_time_decay_staircase": S.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
        "piecewise_constant_decay": S.PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01]),
        "polynomial_decay": S.PolynomialDecay(0.1, 20, 0.01, power=2.0), "polynomial_decay_cycle": S.PolynomialDecay(0.1, 20, 0.01, power=0.5, cycle=True),
        "cosine_decay": S.CosineDecay(0.1, 30, alpha=0.1), "cosine_decay_warmup": S.CosineDecay(0.01, 30, alpha=0.1, warmup_target=0.2, warmup_steps=10),
        "cosine_decay_restarts": S.CosineDecayRestarts(0.1, 10, t_mul=2.0, m_mul=0.8, alpha=0.1),
    }.items():
        case = Case("schedules", name, class_name=type(s).__name__, config=s.get_config())
        case.json["steps"] = case.put("steps", steps)
        case.json["values"] = case.put("values", [s(int(k)).numpy() for k in steps])
        case.write()


def main():
    modern()
    sparse()
    legacy()
    schedules()
    finish("optimizers", "schedules")


if __name__ == "__main__":
    main()
