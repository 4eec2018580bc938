"""Fixtures of kinds "losses" and "metrics". See README.md for the fields."""

from keras_common import Case, finish, keras, np, rng, tf

F = keras.losses
M = keras.metrics


def one_hot(r, *shape):
    return np.eye(shape[-1], dtype=np.float32)[r.randint(0, shape[-1], shape[:-1])]


def simplex(r, *shape):
    e = np.exp(r.standard_normal(shape))
    return (e / e.sum(-1, keepdims=True)).astype(np.float32)


def normal(r, *shape):
    return r.standard_normal(shape).astype(np.float32)


def loss_case(name, cls, y_true, y_pred, note=None, **kw):
    """The function, the class under every reduction, with weights and masks."""
    r = rng("losses/" + name)
    loss = cls(**kw)
    function = loss.fn
    case = Case("losses", name, class_name=cls.__name__, config=loss.get_config(), function=function.__name__, function_kwargs=kw)
    if note:
        case.json["note"] = note
    y_true = np.asarray(y_true)
    case.json["y_true"] = case.put("y_true", y_true)
    case.json["y_true_dtype"] = str(y_true.dtype)
    case.json["y_pred"] = case.put("y_pred", y_pred)
    t = tf.constant(y_true)
    x = tf.constant(np.asarray(y_pred, np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = function(t, x, **kw)
        k = normal(r, *values.shape)
        s = tf.reduce_sum(values * k)
    case.json["values"] = case.put("values", values)
    case.json["r"] = case.put("r", k)
    case.json["grad"] = case.put("grad", tape.gradient(s, x))

    shape = tuple(values.shape)
    weights = [("none", None)]
    if shape:
        w = r.uniform(0, 2, shape).astype(np.float32)
        w.flat[0] = 0
        weights.append(("each", w))
    if len(shape) == 2:
        weights.append(("sample", r.uniform(0, 2, shape[:1]).astype(np.float32)))
        weights.append(("column", r.uniform(0, 2, shape[:1] + (1,)).astype(np.float32)))
    mask = None
    if shape and np.prod(shape) > 1:
        mask = r.rand(*shape) < 0.6
        mask.flat[0], mask.flat[-1] = True, False
    runs = [(red, wn, w, None) for wn, w in weights for red in ("sum_over_batch_size", "sum", "none")]
    if mask is not None:
        runs += [(red, wn, w, mask) for wn, w in weights for red in ("sum_over_batch_size", "sum")]
        runs += [("none", "none", None, mask), ("sum_over_batch_size", "none", None, np.zeros(shape, bool))]
    arrays = {}
    case.json["reductions"] = []
    for n, (red, wn, w, m) in enumerate(runs):
        p = f"run{n}."
        x = tf.constant(np.asarray(y_pred, np.float32))
        if m is not None:
            x._keras_mask = tf.constant(m)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = cls(reduction=red, **kw)(t, x, sample_weight=w)
            s = tf.reduce_sum(value)
        if w is not None and wn not in arrays:
            arrays[wn] = case.put("weight." + wn, w)
        key = None
        if m is not None:
            key = "mask" if m.any() else "mask.nothing"
            if key not in arrays:
                arrays[key] = case.put(key, m)
        case.json["reductions"].append({
            "reduction": red, "sample_weight": arrays.get(wn), "mask": key,
            "value": case.put(p + "value", value), "grad": case.put(p + "grad", tape.gradient(s, x)),
        })
    case.write()


def losses():
    r = rng("loss data")
    a, b = normal(r, 5, 4), normal(r, 5, 4)
    a3, b3 = normal(r, 2, 3, 4), normal(r, 2, 3, 4)
    pos, pos2 = np.abs(a) + 0.1, np.abs(b) + 0.1
    sign = np.sign(normal(r, 5, 4)).astype(np.float32)
    bits = (r.rand(5, 4) < 0.5).astype(np.float32)
    bits3 = (r.rand(2, 3, 4) < 0.5).astype(np.float32)
    prob = r.uniform(0.02, 0.98, (5, 4)).astype(np.float32)
    prob3 = r.uniform(0.02, 0.98, (2, 3, 4)).astype(np.float32)
    cats, cats3 = one_hot(r, 5, 4), one_hot(r, 2, 3, 4)
    dist, dist3, dist2 = simplex(r, 5, 4), simplex(r, 2, 3, 4), simplex(r, 5, 4)
    ids, ids3 = np.array([2, 0, 3, 1, 2], np.int32), r.randint(0, 4, (2, 3)).astype(np.int32)
    one, one_pred = normal(r, 6, 1), normal(r, 6, 1)

    for cls, tag in ((F.MeanSquaredError, "mean_squared_error"), (F.MeanAbsoluteError, "mean_absolute_error"),
                     (F.MeanAbsolutePercentageError, "mean_absolute_percentage_error"), (F.LogCosh, "log_cosh"), (F.Huber, "huber")):
        loss_case(tag, cls, a, b)
        loss_case(tag + "_rank3", cls, a3, b3)
        loss_case(tag + "_one_column", cls, one, one_pred)
        loss_case(tag + "_equal", cls, a[:2], a[:2], note="No error at all: gradients at the kink.")
    loss_case("mean_absolute_percentage_error_zero_target", F.MeanAbsolutePercentageError, np.array([[0, 1, -2]], np.float32), np.array([[0.5, 1.5, 1]], np.float32))
    loss_case("log_cosh_large", F.LogCosh, np.zeros((2, 2), np.float32), np.array([[100, -100], [30, 1e-4]], np.float32))
    loss_case("huber_delta_half", F.Huber, a, b, delta=0.5)
    loss_case("huber_delta_two", F.Huber, a3, b3, delta=2.0)
    loss_case("mean_squared_logarithmic_error", F.MeanSquaredLogarithmicError, pos, pos2)
    loss_case("mean_squared_logarithmic_error_negative", F.MeanSquaredLogarithmicError, a, b, note="Negative values are clipped to epsilon: no gradient there.")
    loss_case("mean_squared_logarithmic_error_rank3", F.MeanSquaredLogarithmicError, np.abs(a3), np.abs(b3))

    for cls, tag in ((F.Hinge, "hinge"), (F.SquaredHinge, "squared_hinge")):
        loss_case(tag, cls, sign, b)
        loss_case(tag + "_zero_one", cls, bits, b, note="All labels are 0 or 1: they become -1 and 1.")
        loss_case(tag + "_other_labels", cls, a, b)
        loss_case(tag + "_rank3", cls, np.sign(a3), b3)
    loss_case("categorical_hinge", F.CategoricalHinge, cats, b)
    loss_case("categorical_hinge_rank3", F.CategoricalHinge, cats3, b3)

    loss_case("categorical_crossentropy", F.CategoricalCrossentropy, cats, dist)
    loss_case("categorical_crossentropy_soft_targets", F.CategoricalCrossentropy, dist2, dist)
    loss_case("categorical_crossentropy_rank3", F.CategoricalCrossentropy, cats3, dist3)
    loss_case("categorical_crossentropy_unnormalized", F.CategoricalCrossentropy, cats, pos)
    loss_case("categorical_crossentropy_smoothing", F.CategoricalCrossentropy, cats, dist, label_smoothing=0.1)
    loss_case("categorical_crossentropy_logits", F.CategoricalCrossentropy, cats, b * 3, from_logits=True)
    loss_case("categorical_crossentropy_logits_rank3_smoothing", F.CategoricalCrossentropy, cats3, b3 * 3, from_logits=True, label_smoothing=0.2)
    loss_case("categorical_crossentropy_axis_1", F.CategoricalCrossentropy, np.moveaxis(cats3, -1, 1), np.moveaxis(dist3, -1, 1), axis=1)
    loss_case("categorical_crossentropy_edges", F.CategoricalCrossentropy, np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32), np.array([[1, 0, 0], [1, 0, 0], [0, 1e-9, 1]], np.float32), note="Probabilities of 0 and 1.")
    loss_case("categorical_crossentropy_logits_large", F.CategoricalCrossentropy, np.array([[1, 0, 0], [0, 1, 0]], np.float32), np.array([[100, -100, 0], [1000, 999, 0]], np.float32), from_logits=True)

    loss_case("sparse_categorical_crossentropy", F.SparseCategoricalCrossentropy, ids, dist)
    loss_case("sparse_categorical_crossentropy_column", F.SparseCategoricalCrossentropy, ids[:, None], dist, note="y_true of shape (n, 1).")
    loss_case("sparse_categorical_crossentropy_rank3", F.SparseCategoricalCrossentropy, ids3, dist3)
    loss_case("sparse_categorical_crossentropy_rank3_column", F.SparseCategoricalCrossentropy, ids3[..., None], dist3)
    loss_case("sparse_categorical_crossentropy_float_ids", F.SparseCategoricalCrossentropy, ids.astype(np.float32), dist)
    loss_case("sparse_categorical_crossentropy_logits", F.SparseCategoricalCrossentropy, ids, b * 3, from_logits=True)
    loss_case("sparse_categorical_crossentropy_logits_rank3", F.SparseCategoricalCrossentropy, ids3, b3 * 3, from_logits=True)
    loss_case("sparse_categorical_crossentropy_unnormalized", F.SparseCategoricalCrossentropy, ids, pos, note="The clipped probabilities are normalised by the softmax of their logarithms.")
    loss_case("sparse_categorical_crossentropy_ignore_class", F.SparseCategoricalCrossentropy, ids, dist, ignore_class=2)
    loss_case("sparse_categorical_crossentropy_edges", F.SparseCategoricalCrossentropy, np.array([0, 1, 2], np.int32), np.array([[1, 0, 0], [1, 0, 0], [0, 1e-9, 1]], np.float32), note="Probabilities of 0 and 1.")

    loss_case("binary_crossentropy", F.BinaryCrossentropy, bits, prob)
    loss_case("binary_crossentropy_soft_targets", F.BinaryCrossentropy, r.rand(5, 4).astype(np.float32), prob)
    loss_case("binary_crossentropy_rank3", F.BinaryCrossentropy, bits3, prob3)
    loss_case("binary_crossentropy_one_column", F.BinaryCrossentropy, bits[:, :1], prob[:, :1])
    loss_case("binary_crossentropy_smoothing", F.BinaryCrossentropy, bits, prob, label_smoothing=0.1)
    loss_case("binary_crossentropy_logits", F.BinaryCrossentropy, bits, b * 3, from_logits=True)
    loss_case("binary_crossentropy_logits_smoothing", F.BinaryCrossentropy, bits3, b3 * 3, from_logits=True, label_smoothing=0.3)
    loss_case("binary_crossentropy_logits_large", F.BinaryCrossentropy, np.array([[0, 1, 0, 1, 1]], np.float32), np.array([[100, 100, -100, -100, 0]], np.float32), from_logits=True)
    loss_case("binary_crossentropy_axis_1", F.BinaryCrossentropy, bits3, prob3, axis=1)
    loss_case("binary_crossentropy_edges", F.BinaryCrossentropy, np.array([[0, 1, 0, 1]], np.float32).T, np.array([[0, 1, 1, 0]], np.float32).T, note="Probabilities of 0 and 1; at 1 the float32 rounding of 1 - epsilon decides.", )
    loss_case("binary_focal_crossentropy", F.BinaryFocalCrossentropy, bits, prob)
    loss_case("categorical_focal_crossentropy", F.CategoricalFocalCrossentropy, cats, dist)
    loss_case("categorical_focal_crossentropy_settings", F.CategoricalFocalCrossentropy, cats3, dist3, alpha=0.4, gamma=1.5, label_smoothing=0.1)
    loss_case("categorical_focal_crossentropy_logits", F.CategoricalFocalCrossentropy, cats, b * 3, from_logits=True)
    loss_case("categorical_focal_crossentropy_axis_1", F.CategoricalFocalCrossentropy, np.moveaxis(cats3, -1, 1), np.moveaxis(dist3, -1, 1), axis=1)
    loss_case("binary_focal_crossentropy_balanced", F.BinaryFocalCrossentropy, bits, prob, apply_class_balancing=True, alpha=0.3, gamma=1.5)

    loss_case("kl_divergence", F.KLDivergence, dist2, dist)
    loss_case("kl_divergence_rank3", F.KLDivergence, cats3, dist3)
    loss_case("kl_divergence_edges", F.KLDivergence, np.array([[0, 1], [0.5, 0.5]], np.float32), np.array([[0, 1], [1, 0]], np.float32))
    loss_case("poisson", F.Poisson, np.floor(pos * 3), pos2)
    loss_case("poisson_rank3", F.Poisson, np.floor(np.abs(a3) * 3), np.abs(b3))
    loss_case("poisson_zero", F.Poisson, np.array([[0, 2]], np.float32), np.array([[0, 0]], np.float32))
    loss_case("cosine_similarity", F.CosineSimilarity, a, b)
    loss_case("cosine_similarity_rank3", F.CosineSimilarity, a3, b3)
    loss_case("cosine_similarity_axis_1", F.CosineSimilarity, a3, b3, axis=1)
    loss_case("cosine_similarity_zero_vector", F.CosineSimilarity, np.array([[0, 0], [3, 4]], np.float32), np.array([[1, 2], [0, 0]], np.float32))


def ranks():
    """Ranks 1 and 4 of every loss; the other cases have 2 and 3."""
    r = rng("loss ranks")
    shape = (2, 2, 2, 3)
    a, b = normal(r, *shape), normal(r, *shape)
    bits, prob = (r.rand(*shape) < 0.5).astype(np.float32), r.uniform(0.02, 0.98, shape).astype(np.float32)
    cats, dist, ids = one_hot(r, *shape), simplex(r, *shape), r.randint(0, 3, shape[:-1]).astype(np.int32)
    for cls in (F.MeanSquaredError, F.MeanAbsoluteError, F.MeanAbsolutePercentageError, F.LogCosh, F.Huber, F.CosineSimilarity):
        loss_case(cls.__name__.lower() + "_rank4", cls, a, b)
    loss_case("msle_rank4", F.MeanSquaredLogarithmicError, np.abs(a), np.abs(b))
    loss_case("poisson_rank4", F.Poisson, np.floor(np.abs(a) * 3), np.abs(b) + np.float32(0.1))
    for cls in (F.Hinge, F.SquaredHinge):
        loss_case(cls.__name__.lower() + "_rank4", cls, np.sign(a), b)
    for cls in (F.BinaryCrossentropy, F.BinaryFocalCrossentropy):
        loss_case(cls.__name__.lower() + "_rank4", cls, bits, prob, label_smoothing=0.1)
    for cls in (F.CategoricalHinge, F.KLDivergence, F.CategoricalCrossentropy, F.CategoricalFocalCrossentropy):
        loss_case(cls.__name__.lower() + "_rank4", cls, cats, dist)
    loss_case("sparse_categorical_crossentropy_rank4", F.SparseCategoricalCrossentropy, ids, dist)
    for cls in (F.MeanSquaredError, F.MeanAbsoluteError, F.Huber):
        loss_case(cls.__name__.lower() + "_rank1", cls, a[0, 0, 0], b[0, 0, 0])


def metric_case(name, cls, batches, weights=None, masks=None, note=None, **kw):
    """Three updates; the result after each; then a reset and the first batch again."""
    keras.backend.clear_session()
    metric = cls(**kw)
    case = Case("metrics", name, class_name=cls.__name__, config=metric.get_config())
    if note:
        case.json["note"] = note
    case.json["batches"] = []
    for n, b in enumerate(batches):
        p = f"batch{n}."
        entry = {}
        args = []
        for key, v in zip(("y_true", "y_pred") if len(b) == 2 else ("values",), b):
            entry[key] = case.put(p + key, v)
            args.append(tf.constant(v))
        if masks is not None:
            args[-1]._keras_mask = tf.constant(masks[n])
            entry["mask"] = case.put(p + "mask", masks[n])
        w = None if weights is None else weights[n]
        entry["sample_weight"] = case.put(p + "sample_weight", w)
        metric.update_state(*args, sample_weight=w)
        entry["result"] = case.put(p + "result", metric.result())
        case.json["batches"].append(entry)
        if n == 0:
            first = metric.result().numpy()
    metric.reset_state()
    case.json["result_after_reset"] = case.put("result_after_reset", metric.result())
    metric.update_state(*[tf.constant(v) for v in batches[0]], sample_weight=None if weights is None else weights[0])
    if masks is None:
        assert np.array_equal(metric.result().numpy(), first, equal_nan=True), name
    case.write()


def function_case(name, function, y_true, y_pred, note=None, **kw):
    case = Case("metrics", "function_" + name, function=function.__name__, function_kwargs=kw)
    if note:
        case.json["note"] = note
    case.json["y_true"] = case.put("y_true", y_true)
    case.json["y_pred"] = case.put("y_pred", y_pred)
    case.json["values"] = case.put("values", function(tf.constant(y_true), tf.constant(y_pred), **kw))
    case.write()


def three(make):
    """Batches of 5, 4 and 3 samples."""
    return [make(n) for n in (5, 4, 3)]


def metrics():
    r = rng("metric data")
    kinds = {
        "real": lambda n: (normal(r, n, 4), normal(r, n, 4)),
        "positive": lambda n: (np.abs(normal(r, n, 4)), np.abs(normal(r, n, 4)) + np.float32(0.1)),
        "sign": lambda n: (np.sign(normal(r, n, 4)), normal(r, n, 4)),
        "bits": lambda n: ((r.rand(n, 4) < 0.5).astype(np.float32), r.rand(n, 4).astype(np.float32)),
        "logits": lambda n: ((r.rand(n, 4) < 0.5).astype(np.float32), normal(r, n, 4) * 2),
        "one": lambda n: ((r.rand(n, 1) < 0.5).astype(np.float32), r.rand(n, 1).astype(np.float32)),
        "cats": lambda n: (one_hot(r, n, 4), simplex(r, n, 4)),
        "wide": lambda n: (one_hot(r, n, 9), simplex(r, n, 9)),
        "ids": lambda n: (r.randint(0, 4, (n, 1)).astype(np.float32), simplex(r, n, 4)),
        "wide_ids": lambda n: (r.randint(0, 9, (n,)).astype(np.float32), simplex(r, n, 9)),
        "labels": lambda n: (r.randint(0, 3, (n, 1)).astype(np.float32), r.randint(0, 3, (n, 1)).astype(np.float32)),
    }
    data = {k: three(f) for k, f in kinds.items()}
    weights = [r.uniform(0, 2, n).astype(np.float32) for n in (5, 4, 3)]
    weights[1][0] = 0

    def both(name, cls, kind, **kw):
        metric_case(name, cls, data[kind], **kw)
        metric_case(name + "_weighted", cls, data[kind], weights=weights, **kw)

    both("accuracy", M.Accuracy, "labels")
    both("binary_accuracy", M.BinaryAccuracy, "bits")
    both("binary_accuracy_one_column", M.BinaryAccuracy, "one")
    both("binary_accuracy_threshold", M.BinaryAccuracy, "bits", threshold=0.3)
    both("categorical_accuracy", M.CategoricalAccuracy, "cats")
    both("sparse_categorical_accuracy", M.SparseCategoricalAccuracy, "ids")
    both("top_k_categorical_accuracy", M.TopKCategoricalAccuracy, "wide")
    both("top_k_categorical_accuracy_2", M.TopKCategoricalAccuracy, "wide", k=2)
    both("sparse_top_k_categorical_accuracy", M.SparseTopKCategoricalAccuracy, "wide_ids")
    both("sparse_top_k_categorical_accuracy_3", M.SparseTopKCategoricalAccuracy, "wide_ids", k=3)
    for name, cls, kind in (
        ("mean_squared_error", M.MeanSquaredError, "real"), ("mean_absolute_error", M.MeanAbsoluteError, "real"),
        ("mean_absolute_percentage_error", M.MeanAbsolutePercentageError, "real"), ("mean_squared_logarithmic_error", M.MeanSquaredLogarithmicError, "positive"),
        ("root_mean_squared_error", M.RootMeanSquaredError, "real"), ("log_cosh_error", M.LogCoshError, "real"),
        ("hinge", M.Hinge, "sign"), ("squared_hinge", M.SquaredHinge, "sign"), ("categorical_hinge", M.CategoricalHinge, "cats"),
        ("poisson", M.Poisson, "positive"), ("kl_divergence", M.KLDivergence, "cats"), ("cosine_similarity", M.CosineSimilarity, "real"),
        ("binary_crossentropy", M.BinaryCrossentropy, "bits"), ("categorical_crossentropy", M.CategoricalCrossentropy, "cats"),
        ("sparse_categorical_crossentropy", M.SparseCategoricalCrossentropy, "ids"),
    ):
        both(name, cls, kind)
    both("binary_crossentropy_logits", M.BinaryCrossentropy, "logits", from_logits=True)
    both("binary_crossentropy_smoothing", M.BinaryCrossentropy, "bits", label_smoothing=0.2)
    both("categorical_crossentropy_logits", M.CategoricalCrossentropy, "cats", from_logits=True, label_smoothing=0.1)
    both("sparse_categorical_crossentropy_logits", M.SparseCategoricalCrossentropy, "ids", from_logits=True)
    both("mean_relative_error", M.MeanRelativeError, "positive", normalizer=[1.0, 2.0, 0.5, 4.0])

    for name, cls in (("true_positives", M.TruePositives), ("true_negatives", M.TrueNegatives), ("false_positives", M.FalsePositives), ("false_negatives", M.FalseNegatives)):
        both(name, cls, "bits")
        both(name + "_thresholds", cls, "bits", thresholds=[0.2, 0.5, 0.9])
    for name, cls in (("precision", M.Precision), ("recall", M.Recall)):
        both(name, cls, "bits")
        both(name + "_thresholds", cls, "bits", thresholds=[0.2, 0.5, 0.999])
        both(name + "_class_id", cls, "cats", class_id=1, thresholds=0.3)
        both(name + "_top_k", cls, "cats", top_k=2)
        both(name + "_top_k_class_id", cls, "cats", top_k=2, class_id=3)
    for curve in ("ROC", "PR"):
        for method in ("interpolation", "minoring", "majoring"):
            both(f"auc_{curve.lower()}_{method}", M.AUC, "one", curve=curve, summation_method=method, num_thresholds=20)
    both("auc", M.AUC, "bits")
    both("auc_thresholds", M.AUC, "bits", thresholds=[0.1, 0.35, 0.6, 0.61])
    both("auc_two_thresholds", M.AUC, "bits", num_thresholds=2)
    both("auc_multi_label", M.AUC, "bits", multi_label=True, num_thresholds=11)
    both("auc_logits", M.AUC, "logits", from_logits=True, num_thresholds=15)
    for name, cls, kw in (
        ("sensitivity_at_specificity", M.SensitivityAtSpecificity, dict(specificity=0.6)), ("specificity_at_sensitivity", M.SpecificityAtSensitivity, dict(sensitivity=0.6)),
        ("precision_at_recall", M.PrecisionAtRecall, dict(recall=0.6)), ("recall_at_precision", M.RecallAtPrecision, dict(precision=0.6)),
    ):
        both(name, cls, "bits", **kw)
        both(name + "_few", cls, "bits", num_thresholds=5, **kw)
    both("mean_iou", M.MeanIoU, "labels", num_classes=3)
    both("mean_iou_absent_class", M.MeanIoU, "labels", num_classes=5)

    values = [(normal(r, n),) for n in (5, 4, 3)]
    for name, cls in (("mean", M.Mean), ("sum", M.Sum)):
        metric_case(name, cls, values)
        metric_case(name + "_weighted", cls, values, weights=weights)
        metric_case(name + "_scalars", cls, [(np.float32(v),) for v in (2, -1.5, 4)])
    metric_case("mean_tensor", M.MeanTensor, [(normal(r, 2, 3),) for _ in range(3)])

    # Time series: y (n, 3, 4), one mask and one weight a step.
    steps = [(one_hot(r, n, 3, 4), simplex(r, n, 3, 4)) for n in (3, 2, 4)]
    masks = [r.rand(n, 3) < 0.6 for n in (3, 2, 4)]
    tw = [r.uniform(0, 2, (n, 3)).astype(np.float32) for n in (3, 2, 4)]
    sw = [r.uniform(0, 2, (n,)).astype(np.float32) for n in (3, 2, 4)]
    for name, cls in (("categorical_accuracy", M.CategoricalAccuracy), ("categorical_crossentropy", M.CategoricalCrossentropy), ("mean_squared_error", M.MeanSquaredError), ("binary_accuracy", M.BinaryAccuracy)):
        metric_case(name + "_steps", cls, steps)
        metric_case(name + "_steps_mask", cls, steps, masks=masks)
        metric_case(name + "_steps_weight", cls, steps, weights=tw)
        metric_case(name + "_steps_sample_weight", cls, steps, weights=sw)
        metric_case(name + "_steps_mask_weight", cls, steps, masks=masks, weights=tw)
    ids = [(r.randint(0, 4, (n, 3)).astype(np.float32), simplex(r, n, 3, 4)) for n in (3, 2, 4)]
    metric_case("sparse_categorical_accuracy_steps_mask", M.SparseCategoricalAccuracy, ids, masks=masks)

    f = np.float32
    half = f([[0.5, 0.4999, 0.5001, 1, 0]])
    function_case("binary_accuracy_half", M.binary_accuracy, f([[0, 0, 1, 1, 0]]), half, note="0.5 is not above the threshold.")
    function_case("categorical_accuracy_ties", M.categorical_accuracy, f([[0, 1, 0], [1, 0, 0], [0.4, 0.4, 0.2]]), f([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [1, 0, 0]]), note="The first of equal maxima wins.")
    function_case("sparse_categorical_accuracy_column", M.sparse_categorical_accuracy, f([[2], [0]]), f([[0, 0, 1], [0, 1, 0]]))
    function_case("sparse_categorical_accuracy_flat", M.sparse_categorical_accuracy, f([2, 0]), f([[0, 0, 1], [0, 1, 0]]))
    function_case("top_k_ties", M.top_k_categorical_accuracy, f([[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0]]), f([[0.3, 0.3, 0.1, 0.3], [0.1, 0.3, 0.3, 0.3], [0.25, 0.25, 0.25, 0.25]]), k=2, note="A tie at the boundary counts as a hit.")
    function_case("sparse_top_k_nan", M.sparse_top_k_categorical_accuracy, f([0, 1]), f([[np.nan, 0.1, 0.2], [0.1, 0.5, np.inf]]), k=2)
    function_case("sparse_top_k_large_k", M.sparse_top_k_categorical_accuracy, f([0, 1]), f([[0.1, 0.2], [0.3, 0.1]]), k=5)


def main():
    losses()
    ranks()
    metrics()
    finish("losses", "metrics")


if __name__ == "__main__":
    main()
