"""Fixture testdata/keras/image/flow_random: ImageDataGenerator.flow with random settings of every parameter.

python3 image_flow_random.py [CALLS [SEED [NAME]]] makes more of them, to look for disagreements that nobody thought of.
"""

import sys
import warnings

from keras_common import Case

import keras_preprocessing.image as kp
import numpy as np
import tf_keras
import tf_keras.preprocessing.image as tfk

warnings.simplefilter("ignore")
COMPAT = {"tf_keras": tfk, "keras-preprocessing 1.1.2": kp}


def maybe(r, p, value):
    return value if r.random() < p else None


def number(r, size):
    """A shift in one of its forms."""
    return [lambda: float(r.uniform(0, 0.9)), lambda: float(r.uniform(1, size + 1)), lambda: int(r.integers(1, max(size, 2))),
            lambda: [float(round(v, 3)) for v in r.uniform(-size, size, 3)], lambda: [float(round(v, 3)) for v in r.uniform(-0.9, 0.9, 2)]][r.integers(5)]()


def config(r, compat, h, w, ch, fmt):
    kw = {
        "rotation_range": maybe(r, 0.5, float(r.choice([5, 30, 90, 180, 360]))),
        "width_shift_range": maybe(r, 0.4, number(r, w)),
        "height_shift_range": maybe(r, 0.4, number(r, h)),
        "shear_range": maybe(r, 0.4, float(r.choice([0.3, 10, 45, 80]))),
        "zoom_range": maybe(r, 0.4, float(r.uniform(0.05, 0.9)) if r.random() < 0.5 else sorted(float(round(v, 3)) for v in r.uniform(0.3, 2.5, 2))),
        "channel_shift_range": maybe(r, 0.25, float(r.uniform(1, 200))),
        "fill_mode": maybe(r, 0.8, str(r.choice(["nearest", "constant", "reflect", "wrap"]))),
        "cval": maybe(r, 0.5, float(round(r.uniform(-50, 300), 2))),
        "horizontal_flip": maybe(r, 0.4, True),
        "vertical_flip": maybe(r, 0.4, True),
        "rescale": maybe(r, 0.3, float(r.choice([1 / 255, 0.5, 2.0]))),
        "samplewise_center": maybe(r, 0.2, True),
        "samplewise_std_normalization": maybe(r, 0.2, True),
        "interpolation_order": maybe(r, 0.8, int(r.integers(6))),
        "dtype": "float32",
    }
    if ch != 2 and not (compat != "tf_keras" and fmt == "channels_first"):  # it takes the first axis for rows
        kw["brightness_range"] = maybe(r, 0.2, sorted(float(round(v, 3)) for v in r.uniform(0.1, 2.5, 2)))
    if r.random() < 0.2:
        kw["featurewise_center"] = True
        kw["featurewise_std_normalization"] = maybe(r, 0.5, True)
    if r.random() < 0.15:
        kw["validation_split"] = float(r.choice([0.2, 0.5, 0.35]))
    if r.random() < 0.1:
        kw["dtype"] = str(r.choice(["uint8", "int32", "float64", "int16"]))
    return {k: v for k, v in kw.items() if v is not None}


def fit_wanted(kw):
    return "featurewise_center" in kw


def watch(gen):
    """Collects the images of one colour that are standardized."""
    flat, real = [], gen.standardize

    def standardize(x):
        if np.std(x.astype(np.float64)) < 1e-2:
            flat.append(x)
        return real(x)

    gen.standardize = standardize
    return flat


def main(calls=60, seed=1, name="flow_random"):
    r = np.random.default_rng(seed)
    c = Case("image", name, tolerance={"rtol": 1e-5, "atol": 1e-3}, note="flow(...) of random settings, one epoch; fit first where statistics are needed")
    out = c.json["calls"] = []
    for i in range(calls):
        compat = str(r.choice(list(COMPAT)))
        api = COMPAT[compat]
        fmt = str(r.choice(["channels_last", "channels_first"]))
        h, w, ch, n = int(r.integers(1, 10)), int(r.integers(1, 10)), int(r.integers(1, 5)), int(r.integers(2, 8))
        kw = config(r, compat, h, w, ch, fmt)
        key = f"x{h}x{w}x{ch}x{n}{fmt[9]}"
        if key not in c.arrays:
            shape = (n, h, w, ch) if fmt == "channels_last" else (n, ch, h, w)
            c.put(key, r.uniform(0, 255, shape).astype(np.float32))
        x = c.arrays[key]
        y = np.arange(n) % 2
        fl = {"seed": int(r.integers(0, 2**32))}
        if r.random() < 0.3:
            fl["shuffle"] = False
        if "validation_split" in kw:
            fl["subset"] = str(r.choice(["training", "validation"]))
        half = r.random() < 0.15
        if kw["dtype"] not in ("float32", "float64") and ({"samplewise_center", "samplewise_std_normalization"} & set(kw) or fit_wanted(kw) or kw.get("rescale") == 2):
            continue  # what numbers beyond a type's range become is the compiler's affair
        if compat != "tf_keras" and 3 in (h, w) and kw.get("fill_mode") in ("wrap", "constant"):
            continue  # its centre lies on the edge exactly: the last bit of a cosine decides
        tf_keras.backend.set_image_data_format(fmt)  # apply_brightness_shift asks the backend, not the generator
        gen = api.ImageDataGenerator(data_format=fmt, preprocessing_function=(lambda v: v * 0.5 + 1) if half else None, **kw)
        fit = fit_wanted(kw)
        flat = watch(gen)
        try:
            if fit:
                gen.fit(x)
            it = gen.flow(x, y, batch_size=4, **fl)
            batches = [next(it) for _ in range(len(it))]
        except (ValueError, TypeError) as e:  # too few images for the split; whole numbers that cannot be normalized
            print(i, kw, fl, str(e)[:90])
            continue
        finally:
            tf_keras.backend.set_image_data_format("channels_last")
        if flat and "samplewise_std_normalization" in kw:
            continue  # noise is divided by noise
        k = len(out)
        out.append({"config": {**kw, "data_format": fmt, "compat": compat}, "flow": fl, "x": key, "fit": fit, "half": half,
                    "batches": [{"x": c.put(f"c{k}x{j}", bx.astype(np.float32)), "y": c.put(f"c{k}y{j}", by)} for j, (bx, by) in enumerate(batches)]})
    c.write()


if __name__ == "__main__":
    a = sys.argv[1:]
    main(*[int(v) for v in a[:2]], *a[2:])
