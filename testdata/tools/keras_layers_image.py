"""Fixtures of kind "layers_image": layers that resize and move images. See README.md for the fields.

What is random is fixed where Keras lets us: bounds that are equal. Gradients of the layers that move pixels are left out:
TensorFlow's are those of an inverse map, not the derivative.
"""

from keras_common import finish, keras, np
from keras_layer_case import call, layer_case, normal

L = keras.layers
KIND = "layers_image"


def case(name, cls, kwargs, x, **kw):
    layer_case(name, cls, kwargs, [x] if isinstance(x, dict) else x, kind=KIND, **kw)


def pixels(name, *shape, **kw):
    """Whole numbers from 0 to 255, which have no gradient."""
    x = np.clip(np.round(normal(name, *shape) * 60 + 128), 0, 255).astype(np.int32)
    return {"x": x, "dtype": "int32", **kw}


def moved(name, cls, kwargs, h=5, w=6, c=2, b=2, training=True):
    case(name, cls, kwargs, pixels(name, b, h, w, c, training=training))


def resizing():
    R = L.Resizing
    for method in ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"):
        draw = pixels if method == "area" else call  # which has no gradient in TensorFlow
        case(f"resizing_{method}_larger", R, dict(height=7, width=9, interpolation=method), draw("rl" + method, 1, 4, 5, 2))
        case(f"resizing_{method}_smaller", R, dict(height=3, width=4, interpolation=method), draw("rs" + method, 2, 7, 9, 1))
    case("resizing_same", R, dict(height=4, width=3), call("rsame", 2, 4, 3, 2))
    case("resizing_one_pixel", R, dict(height=1, width=1), call("rone", 1, 5, 4, 3))
    case("resizing_of_one_pixel", R, dict(height=3, width=2, interpolation="bicubic"), call("rof", 2, 1, 1, 2))
    case("resizing_open", R, dict(height=4, width=6), call("ropen", 1, 3, 7, 2, training=True), batch_shape=(None, None, None, 2))
    case("resizing_aspect_wide", R, dict(height=3, width=5, crop_to_aspect_ratio=True), call("raw", 2, 8, 6, 1))
    case("resizing_aspect_high", R, dict(height=7, width=4, crop_to_aspect_ratio=True, interpolation="bicubic"), call("rah", 1, 5, 9, 2))


def center_crop():
    C = L.CenterCrop
    case("center_crop_even", C, dict(height=2, width=4), call("cc1", 2, 6, 6, 2))
    case("center_crop_odd", C, dict(height=3, width=2), call("cc2", 1, 6, 7, 1))
    case("center_crop_same", C, dict(height=4, width=5), call("cc3", 2, 4, 5, 2))
    case("center_crop_low", C, dict(height=6, width=3), call("cc4", 1, 4, 8, 2), note="Too low: it is resized.")
    case("center_crop_narrow", C, dict(height=3, width=7), call("cc5", 2, 6, 5, 1))
    case("center_crop_small", C, dict(height=6, width=7), call("cc6", 1, 3, 2, 3, training=True))


def still():
    """In use, random layers change nothing."""
    for name, cls, kw in (
        ("flip", L.RandomFlip, {}), ("rotation", L.RandomRotation, dict(factor=0.2)), ("translation", L.RandomTranslation, dict(height_factor=0.2, width_factor=(-0.1, 0.3))),
        ("zoom", L.RandomZoom, dict(height_factor=0.3)), ("contrast", L.RandomContrast, dict(factor=0.4)), ("brightness", L.RandomBrightness, dict(factor=0.2)),
    ):
        case(f"random_{name}_in_use", cls, kw, call("still" + name, 2, 3, 4, 2))


def flip():
    F = L.RandomFlip
    for mode in ("horizontal", "vertical"):
        case(f"random_flip_{mode}", F, dict(mode=mode, seed=3), call("f" + mode, 1, 3, 4, 1))
    # What is its own mirror image stays in any case; its gradient does not.
    x = pixels("flip", 2, 3, 5, 2)["x"]
    x = x + x[:, :, ::-1]
    both = x + x[:, ::-1]
    for name, mode, v in (("left_right", "horizontal", x), ("up_down", "vertical", x.transpose(0, 2, 1, 3)), ("both", "horizontal_and_vertical", both)):
        case("random_flip_of_" + name, F, dict(mode=mode), dict(x=np.ascontiguousarray(v), dtype="int32", training=True))


FILLS = ("reflect", "wrap", "nearest", "constant")


def rotation():
    R = L.RandomRotation
    for i, fill in enumerate(FILLS):
        moved(f"random_rotation_{fill}", R, dict(factor=(0.11 + i / 20, 0.11 + i / 20), fill_mode=fill, fill_value=9.0))
        moved(f"random_rotation_{fill}_nearest", R, dict(factor=(-0.17, -0.17), fill_mode=fill, interpolation="nearest", fill_value=-3.0), h=7, w=4)
    moved("random_rotation_quarter", R, dict(factor=(0.25, 0.25)), h=4, w=4)
    moved("random_rotation_one_row", R, dict(factor=(0.1, 0.1)), h=1, w=5)


def translation():
    T = L.RandomTranslation
    for fill in FILLS:
        moved(f"random_translation_{fill}", T, dict(height_factor=(0.3, 0.3), width_factor=(-0.45, -0.45), fill_mode=fill, fill_value=7.0))
        moved(f"random_translation_{fill}_nearest", T, dict(height_factor=(-0.9, -0.9), width_factor=(0.7, 0.7), fill_mode=fill, interpolation="nearest", fill_value=7.0))
    moved("random_translation_none", T, dict(height_factor=0.0, width_factor=0.0))


def zoom():
    Z = L.RandomZoom
    for fill in FILLS:
        moved(f"random_zoom_{fill}_smaller", Z, dict(height_factor=(0.4, 0.4), fill_mode=fill, fill_value=5.0))
        moved(f"random_zoom_{fill}_larger", Z, dict(height_factor=(-0.3, -0.3), width_factor=(-0.6, -0.6), fill_mode=fill, interpolation="nearest"))
    moved("random_zoom_both_ways", Z, dict(height_factor=(0.9, 0.9), width_factor=(2.5, 2.5), fill_mode="wrap"), h=3, w=4)


def crop():
    C = L.RandomCrop
    for i, (h, w) in enumerate(((3, 4), (6, 2), (9, 5))):
        case(f"random_crop_in_use_{i}", C, dict(height=h, width=w), call(f"crop{i}", 2, 6, 5, 2, training=False))
    case("random_crop_whole", C, dict(height=4, width=3), call("cropw", 2, 4, 3, 2, training=True))
    case("random_crop_too_low", C, dict(height=6, width=3, seed=2), call("cropl", 1, 4, 8, 1, training=True))
    case("random_crop_too_narrow", C, dict(height=3, width=7), call("cropn", 2, 6, 5, 1, training=True))


def contrast():
    C = L.RandomContrast
    for i, f in enumerate((0.0, 0.3, (0.1, 0.9), (1.0, 3.0))):
        case(f"random_contrast_in_use_{i}", C, dict(factor=f), call(f"con{i}", 1, 2, 3, 2))
    # An image of one colour keeps it, whatever the factor.
    flat = np.broadcast_to(np.array([3, 250], np.int32), (2, 3, 4, 2))
    case("random_contrast_flat", C, dict(factor=0.5), dict(x=flat.copy(), dtype="int32", training=True))
    case("random_contrast_flat_lower", C, dict(factor=(1.0, 0.1)), dict(x=flat[:1].copy(), dtype="int32", training=True))


def brightness():
    B = L.RandomBrightness
    moved("random_brightness_up", B, dict(factor=(0.25, 0.25)))
    moved("random_brightness_down", B, dict(factor=(-0.5, -0.5)))
    moved("random_brightness_none", B, dict(factor=0.0))
    moved("random_brightness_unsorted", B, dict(factor=(0.5, 0.5), value_range=(10, 200)))
    case("random_brightness_range", B, dict(factor=(0.3, 0.3), value_range=(0.0, 1.0)), dict(call("br", 2, 3, 4, 1), training=True))


def main():
    resizing()
    center_crop()
    still()
    flip()
    rotation()
    translation()
    zoom()
    crop()
    contrast()
    brightness()
    finish(KIND)


if __name__ == "__main__":
    main()
