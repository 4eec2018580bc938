"""Fixtures of kind "layers_pool": pooling, cropping, padding, upsampling, spatial dropout. The fields are those of kind "layers"."""

from keras_common import finish, keras, np, rng
from keras_layer_case import call, layer_case

L = keras.layers
LAST = {"data_format": "channels_last"}


def case(name, cls, kwargs, calls, **kw):
    layer_case(name, cls, kwargs, calls, kind="layers_pool", **kw)


def first(shape):
    """A channels_last shape as channels_first."""
    return (shape[0], shape[-1]) + tuple(shape[1:-1])


def pooling():
    one = {
        "default": ((2, 6, 3), {}),
        "default_odd": ((1, 7, 2), {}),
        "same_odd": ((2, 7, 2), dict(padding="same")),
        "size_3": ((1, 8, 2), dict(pool_size=3)),
        "overlap": ((1, 8, 9), dict(pool_size=3, strides=2)),
        "overlap_same": ((2, 8, 2), dict(pool_size=3, strides=1, padding="same")),
        "gaps": ((1, 9, 2), dict(pool_size=2, strides=4)),
        "whole": ((2, 5, 3), dict(pool_size=5)),
        "size_1": ((1, 3, 2), dict(pool_size=1)),
    }
    three = {
        "default": ((2, 4, 2, 6, 3), {}),
        "default_odd": ((1, 3, 5, 4, 2), {}),
        "same_odd": ((1, 3, 5, 4, 2), dict(padding="same")),
        "overlap": ((1, 4, 5, 4, 2), dict(pool_size=3, strides=1)),
        "overlap_same": ((1, 4, 3, 5, 2), dict(pool_size=3, strides=2, padding="same")),
        "non_cubic": ((1, 5, 4, 6, 2), dict(pool_size=(1, 2, 3), strides=(2, 1, 2))),
        "non_cubic_same": ((1, 3, 4, 5, 2), dict(pool_size=(3, 1, 2), strides=(1, 2, 1), padding="same")),
        "gaps": ((1, 5, 4, 4, 2), dict(pool_size=2, strides=3)),
        "whole": ((2, 2, 3, 2, 9), dict(pool_size=(2, 3, 2))),
    }
    for cls, tag, sets in (
        (L.MaxPooling1D, "max_pooling1d_", one),
        (L.AveragePooling1D, "average_pooling1d_", one),
        (L.MaxPooling3D, "max_pooling3d_", three),
        (L.AveragePooling3D, "average_pooling3d_", three),
    ):
        for name, (shape, kw) in sets.items():
            case(tag + name, cls, kw, [call(tag + name, *shape)])
        for name in ("default_odd", "overlap_same", "gaps"):
            shape, kw = sets[name]
            case(tag + "channels_first_" + name, cls, dict(kw, data_format="channels_first"), [call(tag + "cf" + name, *first(shape))], transposed=LAST)
    ties = np.array([1, 1, 0, 2, 2, 2, 0, 0], np.float32).reshape(1, 8, 1)
    case("max_pooling1d_ties", L.MaxPooling1D, dict(pool_size=2), [{"x": ties}], note="Ties: shows which of equal cells gets the gradient.")
    case("max_pooling1d_ties_overlap", L.MaxPooling1D, dict(pool_size=3, strides=1), [{"x": ties}], note="Ties: shows which of equal cells gets the gradient.")
    square = np.array([[1, 1, 0, 2], [1, 0, 2, 2], [3, 3, 3, 3], [0, 3, -1, 3]], np.float32)
    cube = np.stack([square, square.T, square[::-1], square], 0)
    for dims, x in ((2, square.reshape(1, 4, 4, 1)), (3, cube.reshape(1, 4, 4, 4, 1))):
        cls, what = getattr(L, f"MaxPooling{dims}D"), "first of equal cells" if dims == 2 else "each of equal cells, whole,"
        note = f"Ties: the {what} gets the gradient."
        case(f"max_pooling{dims}d_ties", cls, dict(pool_size=2), [{"x": x}], note=note)
        case(f"max_pooling{dims}d_ties_overlap", cls, dict(pool_size=3, strides=1, padding="same"), [{"x": x}], note=note)
        case(f"max_pooling{dims}d_ties_channels_first", cls, dict(pool_size=3, strides=2, data_format="channels_first"), [{"x": np.moveaxis(x, -1, 1)}], transposed=LAST, note=note)


def global_pooling():
    for dims, shape in ((1, (2, 4, 3)), (3, (2, 2, 3, 2, 3))):
        for cls, tag in (
            (getattr(L, f"GlobalMaxPooling{dims}D"), f"global_max_pooling{dims}d_"),
            (getattr(L, f"GlobalAveragePooling{dims}D"), f"global_average_pooling{dims}d_"),
        ):
            case(tag + "plain", cls, {}, [call(tag, *shape)])
            case(tag + "odd", cls, {}, [call(tag + "o", 3, *(5, 1, 2)[:dims], 9)])
            case(tag + "one_cell", cls, {}, [call(tag + "1", 2, *(1,) * dims, 3)])
            case(tag + "keepdims", cls, dict(keepdims=True), [call(tag + "k", *shape)])
            case(tag + "channels_first", cls, dict(data_format="channels_first"), [call(tag + "c", *first(shape))])
            case(tag + "channels_first_keepdims", cls, dict(data_format="channels_first", keepdims=True), [call(tag + "ck", *first(shape))])
    mask = np.array([[1, 0, 1, 1], [0, 0, 0, 1]], bool)
    G = L.GlobalAveragePooling1D
    case("global_average_pooling1d_mask", G, {}, [call("gm", 2, 4, 3, mask=mask)])
    case("global_average_pooling1d_mask_keepdims", G, dict(keepdims=True), [call("gmk", 2, 4, 3, mask=mask)])
    case("global_average_pooling1d_mask_all", G, {}, [call("gma", 2, 4, 2, mask=np.ones((2, 4), bool))])
    case("global_average_pooling1d_mask_channels_first", G, dict(data_format="channels_first"), [call("gmc", 2, 3, 4, mask=mask)])
    tie = np.array([1, 3, 3, 0, 3], np.float32).reshape(1, 5, 1)
    case("global_max_pooling1d_ties", L.GlobalMaxPooling1D, {}, [{"x": tie}], note="Ties: the gradient is shared equally (reduce_max).")


def cropping():
    def c(name, cls, shape, **kw):
        case("cropping" + name, cls, kw, [call("cr" + name, *shape)])

    c("1d_default", L.Cropping1D, (2, 5, 3))
    c("1d_int", L.Cropping1D, (2, 7, 2), cropping=2)
    c("1d_pair", L.Cropping1D, (1, 6, 2), cropping=(1, 3))
    c("1d_left", L.Cropping1D, (2, 4, 2), cropping=(2, 0))
    c("1d_right", L.Cropping1D, (2, 4, 2), cropping=(0, 3))
    c("1d_nothing", L.Cropping1D, (2, 3, 2), cropping=0)
    c("2d_default", L.Cropping2D, (2, 3, 4, 2))
    c("2d_int", L.Cropping2D, (1, 5, 4, 2), cropping=1)
    c("2d_symmetric", L.Cropping2D, (1, 5, 6, 2), cropping=(1, 2))
    c("2d_each", L.Cropping2D, (2, 6, 7, 2), cropping=((1, 2), (3, 0)))
    c("2d_one_side", L.Cropping2D, (1, 4, 4, 2), cropping=((0, 3), (0, 0)))
    c("2d_channels_first", L.Cropping2D, (2, 3, 5, 6), cropping=((1, 0), (2, 1)), data_format="channels_first")
    c("3d_default", L.Cropping3D, (2, 3, 4, 5, 2))
    c("3d_int", L.Cropping3D, (1, 5, 5, 6, 1), cropping=2)
    c("3d_symmetric", L.Cropping3D, (1, 3, 4, 5, 2), cropping=(0, 1, 2))
    c("3d_each", L.Cropping3D, (1, 4, 4, 4, 2), cropping=((1, 0), (0, 2), (1, 1)))
    c("3d_nothing", L.Cropping3D, (1, 2, 2, 3, 2), cropping=0)
    c("3d_channels_first", L.Cropping3D, (2, 3, 4, 3, 5), cropping=((1, 2), (0, 1), (2, 0)), data_format="channels_first")


def padding():
    def p(name, cls, shape, **kw):
        case("zero_padding" + name, cls, kw, [call("zp" + name, *shape)])

    p("1d_default", L.ZeroPadding1D, (2, 3, 2))
    p("1d_int", L.ZeroPadding1D, (1, 2, 3), padding=3)
    p("1d_pair", L.ZeroPadding1D, (2, 3, 2), padding=(1, 2))
    p("1d_left", L.ZeroPadding1D, (1, 3, 2), padding=(2, 0))
    p("1d_right", L.ZeroPadding1D, (1, 3, 2), padding=(0, 2))
    p("1d_nothing", L.ZeroPadding1D, (2, 3, 2), padding=0)
    p("2d_default", L.ZeroPadding2D, (2, 2, 3, 2))
    p("2d_int", L.ZeroPadding2D, (1, 2, 2, 2), padding=2)
    p("2d_symmetric", L.ZeroPadding2D, (1, 2, 3, 2), padding=(1, 2))
    p("2d_each", L.ZeroPadding2D, (2, 2, 2, 2), padding=((1, 0), (2, 3)))
    p("2d_nothing", L.ZeroPadding2D, (1, 2, 3, 2), padding=0)
    p("2d_channels_first", L.ZeroPadding2D, (2, 3, 2, 2), padding=((0, 1), (2, 1)), data_format="channels_first")
    p("3d_default", L.ZeroPadding3D, (1, 2, 1, 3, 2))
    p("3d_int", L.ZeroPadding3D, (1, 1, 2, 1, 1), padding=2)
    p("3d_symmetric", L.ZeroPadding3D, (1, 2, 2, 2, 1), padding=(0, 1, 2))
    p("3d_each", L.ZeroPadding3D, (2, 1, 2, 2, 1), padding=((1, 0), (0, 2), (1, 1)))
    p("3d_nothing", L.ZeroPadding3D, (1, 2, 2, 3, 2), padding=0)
    p("3d_channels_first", L.ZeroPadding3D, (1, 2, 1, 2, 2), padding=((1, 2), (0, 1), (1, 0)), data_format="channels_first")


def upsampling():
    def u(name, cls, shape, **kw):
        c = call("up" + name, *shape)
        if kw.get("interpolation") == "area":  # TensorFlow has no gradient of it for floats
            c["x"], c["dtype"] = np.round(c["x"] * 9).astype(np.int32), "int32"
        case("up_sampling" + name, cls, kw, [c])

    u("1d_default", L.UpSampling1D, (2, 3, 2))
    u("1d_size_1", L.UpSampling1D, (2, 3, 2), size=1)
    u("1d_size_3", L.UpSampling1D, (1, 4, 3), size=3)
    u("1d_size_5_wide", L.UpSampling1D, (1, 2, 9), size=5)
    u("1d_one_step", L.UpSampling1D, (2, 1, 2), size=4)
    u("1d_one_channel", L.UpSampling1D, (2, 3, 1), size=2)
    u("2d_default", L.UpSampling2D, (2, 2, 3, 2))
    u("2d_size_3", L.UpSampling2D, (1, 2, 2, 3), size=3)
    u("2d_size_1x3", L.UpSampling2D, (1, 3, 2, 9), size=(1, 3))
    u("2d_size_4x1", L.UpSampling2D, (1, 2, 3, 1), size=(4, 1))
    u("2d_size_1", L.UpSampling2D, (1, 2, 3, 1), size=1)
    u("2d_channels_first", L.UpSampling2D, (2, 3, 2, 3), size=(2, 3), data_format="channels_first")
    for m in ("bilinear", "bicubic", "lanczos3", "lanczos5", "gaussian", "mitchellcubic", "area"):
        u(f"2d_{m}", L.UpSampling2D, (1, 4, 3, 2), interpolation=m)
        u(f"2d_{m}_3x2", L.UpSampling2D, (2, 3, 4, 1), size=(3, 2), interpolation=m)
        u(f"2d_{m}_small", L.UpSampling2D, (1, 1, 2, 9), size=(3, 5), interpolation=m)
    u("2d_bilinear_channels_first", L.UpSampling2D, (1, 2, 3, 4), interpolation="bilinear", data_format="channels_first")
    u("2d_bilinear_4x1", L.UpSampling2D, (1, 3, 3, 2), size=(4, 1), interpolation="bilinear")
    u("2d_bicubic_large", L.UpSampling2D, (1, 7, 6, 1), size=(2, 4), interpolation="bicubic")
    u("2d_lanczos5_large", L.UpSampling2D, (1, 12, 11, 1), interpolation="lanczos5")
    u("3d_default", L.UpSampling3D, (1, 2, 1, 3, 2))
    u("3d_size_3", L.UpSampling3D, (1, 1, 2, 2, 1), size=3)
    u("3d_size_1x2x3", L.UpSampling3D, (2, 2, 2, 1, 2), size=(1, 2, 3))
    u("3d_size_2x1x1", L.UpSampling3D, (1, 2, 3, 2, 9), size=(2, 1, 1))
    u("3d_size_1", L.UpSampling3D, (1, 2, 1, 2, 2), size=1)
    u("3d_channels_first", L.UpSampling3D, (1, 3, 2, 1, 2), size=(2, 3, 1), data_format="channels_first")


def spatial_dropout():
    note = "Inference only: training draws random numbers."
    for dims, shape in ((1, (2, 3, 4)), (2, (2, 2, 3, 4)), (3, (1, 2, 2, 3, 4))):
        cls, tag = getattr(L, f"SpatialDropout{dims}D"), f"spatial_dropout{dims}d_"
        case(tag + "plain", cls, dict(rate=0.3), [call(tag, *shape)], note=note)
        case(tag + "half", cls, dict(rate=0.5), [call(tag + "h", *shape)], note=note)
        case(tag + "seed", cls, dict(rate=0.25, seed=7), [call(tag + "s", *shape)], note=note)
        case(tag + "zero", cls, dict(rate=0.0), [call(tag + "z", *shape), call(tag + "zt", *shape, training=True)], note="rate 0 is the identity in training too.")
        case(tag + "batch_1", cls, dict(rate=0.9), [call(tag + "b", 1, *shape[1:])], note=note)
        if dims == 1:
            case(tag + "mask", cls, dict(rate=0.4), [call(tag + "m", *shape, mask=[[True, False, True], [True, True, False]])], note=note)
        else:
            case(tag + "channels_first", cls, dict(rate=0.4, data_format="channels_first"), [call(tag + "c", *first(shape))], note=note)


pooling()
global_pooling()
cropping()
padding()
upsampling()
spatial_dropout()
finish("layers_pool")
