"""Fixtures of kind "metrics_more": metrics with several results, settings, ranks 1 to 4, weights. Fields as in kind "metrics"."""

from keras_common import Case, finish, keras, np, rng, tf

M = keras.metrics


def one_hot(r, *shape):
    return np.eye(shape[-1], dtype=np.float32)[r.randint(0, shape[-1], shape[:-1])]


def simplex(r, *shape):
    e = np.exp(r.standard_normal(shape))
    return (e / e.sum(-1, keepdims=True)).astype(np.float32)


def bits(r, *shape):
    return (r.rand(*shape) < 0.45).astype(np.float32)


def chances(r, *shape):
    return r.rand(*shape).astype(np.float32)


def normal(r, *shape):
    return r.standard_normal(shape).astype(np.float32)


def case(name, cls, batches, weights=None, note=None, **kw):
    keras.backend.clear_session()
    metric = cls(**kw)
    c = Case("metrics_more", name, class_name=cls.__name__, config=metric.get_config())
    if note:
        c.json["note"] = note
    c.json["batches"] = []
    for n, b in enumerate(batches):
        p, entry, args = f"batch{n}.", {}, []
        for key, v in zip(("y_true", "y_pred") if len(b) == 2 else ("values",), b):
            entry[key] = c.put(p + key, v)
            args.append(tf.constant(v))
        w = None if weights is None else weights[n]
        entry["sample_weight"] = c.put(p + "sample_weight", w)
        metric.update_state(*args, sample_weight=w)
        entry["result"] = c.put(p + "result", np.reshape(metric.result(), [-1]))
        c.json["batches"].append(entry)
    c.write()


def both(name, cls, batches, shape=lambda n: (n,), **kw):
    case(name, cls, batches, **kw)
    r = rng("metrics_more weights/" + name)
    w = [r.uniform(0, 2, shape(len(b[0]))).astype(np.float32) for b in batches]
    w[1].flat[0] = 0
    case(name + "_weighted", cls, batches, weights=w, **kw)


def several(name, make, sizes=(5, 4, 7)):
    r = rng("metrics_more data/" + name)
    return [make(r, n) for n in sizes]


def main():
    labels = several("labels", lambda r, n: (bits(r, n, 4), chances(r, n, 4)))
    flat = several("flat", lambda r, n: (bits(r, n), chances(r, n)))
    column = several("column", lambda r, n: (bits(r, n, 1), chances(r, n, 1)))
    cats = several("cats", lambda r, n: (one_hot(r, n, 4), simplex(r, n, 4)))
    steps = several("steps", lambda r, n: (bits(r, n, 3, 2), chances(r, n, 3, 2)))
    maps = several("maps", lambda r, n: (bits(r, n, 3, 2, 2), chances(r, n, 3, 2, 2)))
    wide = several("wide", lambda r, n: (one_hot(r, n, 9), simplex(r, n, 9)))

    for cls, name in ((M.F1Score, "f1"), (M.FBetaScore, "fbeta")):
        beta = {} if cls is M.F1Score else {"beta": 2.0}
        for average in (None, "micro", "macro", "weighted"):
            both(f"{name}_{average}", cls, cats, average=average, **beta)
            both(f"{name}_{average}_threshold", cls, labels, average=average, threshold=0.4, **beta)
    both("f1_one_column", M.F1Score, column, threshold=0.5)
    case("f1_ties_and_zeros", M.F1Score, [(np.float32([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), np.float32([[0.4, 0.4, 0.2], [0, 0, 0], [0.1, 0.1, 0.8]]))])

    for cls, name in ((M.Precision, "precision"), (M.Recall, "recall"), (M.TruePositives, "tp"), (M.FalseNegatives, "fn"), (M.TrueNegatives, "tn"), (M.FalsePositives, "fp")):
        both(f"{name}_rank_1", cls, flat)
        both(f"{name}_rank_3", cls, steps, shape=lambda n: (n, 3))
        both(f"{name}_rank_4", cls, maps, shape=lambda n: (n, 3, 2), thresholds=[0.7, 0.1])
        case(f"{name}_even_thresholds", cls, labels, thresholds=[0.0, 0.25, 0.5, 0.75, 1.0])
        case(f"{name}_at_the_threshold", cls, [(np.float32([[1, 0, 1, 0]]), np.float32([[0.5, 0.5, 0.75, 0]]))], thresholds=[0.0, 0.5, 0.75])
    both("precision_top_3_rank_3", M.Precision, several("wide steps", lambda r, n: (one_hot(r, n, 3, 6), simplex(r, n, 3, 6))), shape=lambda n: (n, 3), top_k=3)
    case("recall_top_ties", M.Recall, [(np.float32([[0, 1, 0, 1], [1, 0, 0, 0]]), np.float32([[0.2, 0.2, 0.2, 0.4], [0.1, 0.3, 0.3, 0.3]]))], top_k=2)
    both("recall_top_2_thresholds", M.Recall, wide, top_k=2, thresholds=[0.1, 0.3])
    case("precision_top_k_all", M.Precision, cats, top_k=4)

    for curve in ("ROC", "PR", "PRGAIN"):
        for method in ("interpolation", "minoring", "majoring"):
            case(f"auc_{curve.lower()}_{method}_rank_3", M.AUC, steps, curve=curve, summation_method=method)
            both(f"auc_{curve.lower()}_{method}_multi_label", M.AUC, labels, curve=curve, summation_method=method, multi_label=True, num_thresholds=30)
    both("auc_rank_1", M.AUC, flat)
    both("auc_rank_4", M.AUC, maps, shape=lambda n: (n, 3, 2))
    both("auc_label_weights", M.AUC, labels, label_weights=[0.5, 2.0, 1.0, 0.0])
    both("auc_label_weights_thresholds", M.AUC, labels, label_weights=[0.5, 2.0, 1.0, 0.0], thresholds=[0.7, 0.2, 0.45])
    both("auc_multi_label_weights", M.AUC, labels, multi_label=True, num_labels=4, label_weights=[0.5, 2.0, 1.0, 0.0], curve="PR")
    case("auc_multi_label_thresholds", M.AUC, labels, multi_label=True, thresholds=[0.3, 0.6])
    case("auc_even_thresholds", M.AUC, labels, thresholds=[0.25, 0.5, 0.75])
    case("auc_edges", M.AUC, [(np.float32([0, 0, 1, 1, 1]), np.float32([0, 0.5, 0.5, 1, 0]))], num_thresholds=5)
    both("auc_multi_label_logits", M.AUC, [(y, (p * 6 - 3).astype(np.float32)) for y, p in labels], multi_label=True, from_logits=True)
    case("auc_only_positive", M.AUC, [(np.ones((3, 1), np.float32), chances(rng("only"), 3, 1))])

    for cls, name, kw in (
        (M.SensitivityAtSpecificity, "sensitivity_at_specificity", "specificity"), (M.SpecificityAtSensitivity, "specificity_at_sensitivity", "sensitivity"),
        (M.PrecisionAtRecall, "precision_at_recall", "recall"), (M.RecallAtPrecision, "recall_at_precision", "precision"),
    ):
        both(f"{name}_class_id", cls, cats, class_id=2, **{kw: 0.4})
        both(f"{name}_rank_3", cls, steps, shape=lambda n: (n, 3), **{kw: 0.5})
        case(f"{name}_one_threshold", cls, labels, num_thresholds=1, **{kw: 0.3})
        case(f"{name}_impossible", cls, labels, **{kw: 1.0})

    ids = several("ids", lambda r, n: (r.randint(0, 3, (n,)).astype(np.float32), r.randint(0, 3, (n,)).astype(np.float32)))
    pixels = several("pixels", lambda r, n: (r.randint(0, 3, (n, 2, 3)).astype(np.float32), r.randint(0, 3, (n, 2, 3)).astype(np.float32)))
    scores = several("scores", lambda r, n: (r.randint(0, 3, (n, 2, 2)).astype(np.float32), simplex(r, n, 2, 2, 3)))
    hot = several("hot", lambda r, n: (one_hot(r, n, 2, 2, 3), simplex(r, n, 2, 2, 3)))
    first = several("first", lambda r, n: (np.moveaxis(one_hot(r, n, 2, 2, 3), -1, 1), np.moveaxis(simplex(r, n, 2, 2, 3), -1, 1)))
    both("iou", M.IoU, ids, num_classes=3, target_class_ids=[0, 2])
    both("iou_pixels", M.IoU, pixels, shape=lambda n: (n, 2, 3), num_classes=3, target_class_ids=[1])
    both("iou_scores", M.IoU, scores, shape=lambda n: (n, 2, 2), num_classes=3, target_class_ids=[0, 1], sparse_y_pred=False)
    both("iou_ignore", M.IoU, ids, num_classes=3, target_class_ids=[0, 1], ignore_class=2)
    both("mean_iou_pixels", M.MeanIoU, pixels, shape=lambda n: (n, 2, 3), num_classes=4)
    both("mean_iou_scores_ignore", M.MeanIoU, scores, shape=lambda n: (n, 2, 2), num_classes=3, sparse_y_pred=False, ignore_class=1)
    case("mean_iou_channels_first", M.MeanIoU, first, num_classes=3, sparse_y_true=False, sparse_y_pred=False, axis=1)
    both("binary_iou", M.BinaryIoU, flat)
    both("binary_iou_class_1", M.BinaryIoU, steps, shape=lambda n: (n, 3, 2), target_class_ids=[1], threshold=0.3)
    both("one_hot_iou", M.OneHotIoU, hot, shape=lambda n: (n, 2, 2), num_classes=3, target_class_ids=[0, 2])
    both("one_hot_iou_ignore", M.OneHotIoU, cats, num_classes=4, target_class_ids=[0, 3], ignore_class=1)
    both("one_hot_mean_iou", M.OneHotMeanIoU, hot, shape=lambda n: (n, 2, 2), num_classes=3)
    case("one_hot_mean_iou_sparse_pred", M.OneHotMeanIoU, several("sparse pred", lambda r, n: (one_hot(r, n, 3), r.randint(0, 3, (n,)).astype(np.float32))), num_classes=3, sparse_y_pred=True)

    real = several("real", lambda r, n: (normal(r, n, 3), normal(r, n, 3)))
    for agg in (None, "uniform_average", "variance_weighted_average"):
        both(f"r2_{agg}", M.R2Score, real, class_aggregation=agg)
        both(f"r2_{agg}_adjusted", M.R2Score, real, class_aggregation=agg, num_regressors=2)
    case("r2_constant_target", M.R2Score, [(np.float32([[1, 1], [1, 2]]), np.float32([[0, 1], [1, 3]]))])

    both("relative_error_one", M.MeanRelativeError, real, normalizer=[1.0, 0.0, 4.0])
    both("mean_rank_3", M.Mean, several("mean", lambda r, n: (normal(r, n, 2, 3),)), shape=lambda n: (n, 2, 3))
    both("sum_rank_2", M.Sum, several("sum", lambda r, n: (normal(r, n, 3),)), shape=lambda n: (n, 3))
    both("mean_tensor", M.MeanTensor, several("tensor", lambda r, n: (normal(r, 3, 2),), (3, 3, 3)), shape=lambda n: (3, 2))
    both("equality_rank_3", M.Accuracy, pixels, shape=lambda n: (n, 2, 3))
    both("binary_accuracy_rank_4", M.BinaryAccuracy, maps, shape=lambda n: (n, 3, 2))
    both("binary_accuracy_logits", M.BinaryAccuracy, [(y, p - np.float32(0.5)) for y, p in labels], threshold=0.0)
    both("categorical_accuracy_rank_4", M.CategoricalAccuracy, hot, shape=lambda n: (n, 2, 2))
    both("sparse_categorical_accuracy_rank_4", M.SparseCategoricalAccuracy, scores, shape=lambda n: (n, 2, 2))
    both("top_k_rank_3", M.TopKCategoricalAccuracy, several("top", lambda r, n: (one_hot(r, n, 3, 6), simplex(r, n, 3, 6))), shape=lambda n: (n, 3), k=2)
    both("cosine_similarity_axis_1", M.CosineSimilarity, steps, shape=lambda n: (n, 2), axis=1)
    both("categorical_crossentropy_axis_1", M.CategoricalCrossentropy, [(np.moveaxis(y, -1, 1), np.moveaxis(p, -1, 1)) for y, p in hot], shape=lambda n: (n, 2, 2), axis=1)
    finish("metrics_more")


if __name__ == "__main__":
    main()
