"""Fixtures of kind "merge": layers with several inputs. See README.md for the fields."""

from keras_common import Case, finish, keras, np, rng, tf

L = keras.layers


def merge_case(name, cls, kwargs, *shapes, scale=1.0, zero_rows=(), values=None, masks=None):
    """Runs a layer on normal numbers of the given shapes (the batch first), or on values; masks: one or None for each input."""
    keras.backend.clear_session()
    r = rng("merge/" + name)
    xs = [(r.standard_normal(s) * scale).astype(np.float32) for s in shapes]
    for i, row in zero_rows:
        xs[i][row] = 0
    if values is not None:
        xs = [np.array(v, np.float32) for v in values]
        shapes = [x.shape for x in xs]
    layer = cls(**kwargs)
    config = layer.get_config()
    case = Case("merge", name, class_name=cls.__name__, config=config)
    case.json["output_shape"] = layer.compute_output_shape([(None,) + s[1:] for s in shapes])
    inputs = [tf.constant(x) for x in xs]
    if masks is not None:
        for x, m in zip(inputs, masks):
            if m is not None:
                x._keras_mask = tf.constant(m, dtype=bool)
    with tf.GradientTape() as tape:
        for x in inputs:
            tape.watch(x)
        y = layer(inputs)
        k = r.standard_normal(y.shape).astype(np.float32)
        total = tf.reduce_sum(y * k)
    grads = tape.gradient(total, inputs)
    case.json["inputs"] = [case.put(f"input{i}", x) for i, x in enumerate(xs)]
    case.json["output"] = case.put("output", y)
    case.json["r"] = case.put("r", k)
    case.json["input_grads"] = [case.put(f"input_grad{i}", g) for i, g in enumerate(grads)]
    if masks is not None:
        case.json["masks"] = [case.put(f"mask{i}", m) for i, m in enumerate(masks)]
        case.json["output_mask"] = case.put("output_mask", getattr(y, "_keras_mask", None))
    case.write()


def dot():
    def d(name, a, b, axes, normalize=False, **kw):
        merge_case("dot_" + name, L.Dot, dict(axes=axes, normalize=normalize), a, b, **kw)

    d("rows", (4, 5), (4, 5), 1)
    d("rows_last", (3, 7), (3, 7), -1)
    d("rows_one", (2, 1), (2, 1), 1)
    d("rows_batch_1", (1, 9), (1, 9), (1, 1))
    d("rows_cosine", (4, 6), (4, 6), 1, True)
    d("rows_cosine_zero", (3, 5), (3, 5), 1, True, zero_rows=[(0, 1)])
    d("rows_cosine_tiny", (3, 5), (3, 5), -1, True, scale=1e-7)
    d("words", (4, 1, 8), (4, 1, 8), 2)
    d("words_cosine", (4, 1, 8), (4, 1, 8), -1, True)
    d("words_contexts", (4, 1, 8), (4, 6, 8), 2)
    d("words_outer", (4, 1, 3), (4, 1, 5), 1)
    d("steps", (2, 3, 4), (2, 5, 4), 2)
    d("steps_cosine", (2, 3, 4), (2, 5, 4), 2, True)
    d("steps_first", (2, 4, 3), (2, 4, 5), 1)
    d("steps_first_cosine", (2, 4, 3), (2, 4, 5), 1, True)
    d("crossed", (1, 5, 2), (1, 2, 5), (1, 2))
    d("matrices", (3, 4, 6), (3, 6, 5), (2, 1))
    d("matrices_negative", (3, 4, 6), (3, 6, 5), (-1, -2))
    d("matrices_mixed", (3, 4, 6), (3, 6, 5), (2, -2), True)
    d("row_matrix", (3, 6), (3, 6, 5), (1, 1))
    d("row_matrix_last", (3, 6), (3, 5, 6), -1)
    d("matrix_row", (3, 5, 6), (3, 6), (2, 1))
    d("rank4", (2, 3, 4, 5), (2, 5, 6), (3, 1))
    d("rank4_middle", (2, 3, 4, 5), (2, 3, 4, 2), 2)
    d("rank4_middle_cosine", (2, 3, 4, 5), (2, 3, 4, 2), (2, 2), True)
    d("rank5", (2, 2, 3, 1, 4), (2, 3, 4), (4, -1))
    d("large", (16, 33, 17), (16, 20, 17), 2)



A, B = np.array([[1, 1, 0], [1, 0, 1]], bool), np.array([[1, 0, 1], [0, 0, 1]], bool)  # masks of two samples with three steps


def elementwise():
    for cls in (L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum):
        tag = cls.__name__.lower() + "_"

        def e(name, *shapes, **kw):
            merge_case(tag + name, cls, {}, *shapes, **kw)

        e("vectors", (3, 4), (3, 4))
        e("images", (2, 2, 3, 2), (2, 2, 3, 2))
        e("stretched", (2, 3, 4), (2, 1, 4))
        e("both_stretched", (2, 3, 1, 2), (2, 1, 4, 2))
        e("lower_rank", (2, 3, 4), (2, 4))
        e("lower_rank_first", (3, 2), (3, 2, 3, 2))
        e("masks", (2, 3, 2), (2, 3, 2), masks=[A, B])
        e("one_mask", (2, 3, 2), (2, 3, 2), masks=[None, B])
        if cls is not L.Subtract:
            e("three", (2, 5), (2, 5), (2, 5))
            e("four_ranks", (2, 3, 2), (2, 2), (2, 3, 1), (2, 1))
            e("three_masks", (2, 3, 2), (2, 3, 2), (2, 3, 1), masks=[A, None, B])
        if cls in (L.Maximum, L.Minimum):
            e("ties", values=[[[1, 2, 3, 0]], [[1, 3, 2, 0]], [[1, 3, 3, 0]]])


def concatenate():
    def c(name, *shapes, axis=-1, **kw):
        merge_case("concatenate_" + name, L.Concatenate, dict(axis=axis), *shapes, **kw)

    c("features", (3, 4), (3, 2))
    c("time", (2, 3, 4), (2, 1, 4), axis=1)
    c("channels", (2, 2, 3, 2), (2, 2, 3, 1), (2, 2, 3, 3))
    c("middle", (2, 2, 3, 2), (2, 2, 1, 2), axis=2)
    c("negative", (2, 2, 3, 2), (2, 4, 3, 2), axis=-3)
    c("three", (2, 1), (2, 2), (2, 3), axis=1)
    c("masks", (2, 3, 2), (2, 3, 4), masks=[A, B])
    c("one_mask", (2, 3, 2), (2, 3, 1), masks=[A, None])


dot()
elementwise()
concatenate()
finish("merge")
