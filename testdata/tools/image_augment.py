"""Fixtures of ImageDataGenerator: testdata/keras/image/{transforms_*,draws_*,functions_*,fit,flow,directory,dataframe}.

Both tf_keras and keras-preprocessing 1.1.2 are run; "compat" says which.
"""

import itertools
import os
import tempfile

from keras_common import ROOT, Case, rng

import keras_preprocessing.image as kp
import numpy as np
import tf_keras
import tf_keras.preprocessing.image as tfk

COMPAT = {"tf_keras": tfk, "keras-preprocessing 1.1.2": kp}
SOURCES = {"tf_keras": "tf_keras " + tf_keras.__version__, "keras-preprocessing 1.1.2": "keras-preprocessing 1.1.2"}


def picture(r, h, w, c, first=False):
    x = (r.uniform(0, 255, (h, w, c))).astype(np.float32)
    return np.ascontiguousarray(np.transpose(x, (2, 0, 1))) if first else x


def with_backend(data_format):
    """apply_brightness_shift of tf_keras asks the backend, not the generator."""
    tf_keras.backend.set_image_data_format(data_format)


def transforms(compat, tag):
    api = COMPAT[compat]
    c = Case("image", "transforms_" + tag, source=SOURCES[compat], compat=compat,
             tolerance={"rtol": 1e-7, "atol": 1e-4}, note="apply_transform; inputs are shared")
    calls = c.json["calls"] = []
    inputs = {}

    def add(params, h=7, w=7, ch=3, first=False, **kw):
        key = f"x{h}x{w}x{ch}" + ("f" if first else "")
        if key not in inputs:
            inputs[key] = c.put(key, picture(rng(key), h, w, ch, first))
        x = c.arrays[key]
        if first and api is kp:
            params = {k: v for k, v in params.items() if k != "brightness"}  # it takes the first axis for rows
        fmt = "channels_first" if first else "channels_last"
        with_backend(fmt)
        gen = api.ImageDataGenerator(data_format=fmt, **kw)
        y = gen.apply_transform(x.copy(), dict(params))
        with_backend("channels_last")
        calls.append({"input": key, "data_format": fmt, **kw, "transform": params, "output": c.put(f"y{len(calls)}", y)})

    chain = {"theta": 25.0, "tx": 1.5, "ty": -0.7, "shear": 12.0, "zx": 0.8, "zy": 1.3}
    single = [
        {"theta": 30.0}, {"theta": -90.0}, {"theta": 180.0}, {"tx": 2}, {"ty": 2}, {"tx": -1.25, "ty": 3.5}, {"shear": 20.0},
        {"zx": 0.5, "zy": 0.5}, {"zx": 1.7, "zy": 0.6}, {"zx": 3.0, "zy": 3.0}, {"theta": 400.0, "tx": 30.0}, chain, {},
    ]
    for mode, order in itertools.product(("nearest", "constant", "reflect", "wrap"), range(6)):
        for p in single if order in (0, 1) else (single[0], single[5], single[8], single[9], single[10], chain):
            if order == 0 and p in single[1:3]:
                continue  # ties of rounding: sine and cosine decide
            add(p, 6, 9, 1, fill_mode=mode, interpolation_order=order, cval=7.5)
        add(chain, 8, 5, 3, fill_mode=mode, interpolation_order=order, cval=-3.0)
        add(chain, 8, 5, 4, True, fill_mode=mode, interpolation_order=order, cval=-3.0)
        add(chain, 5, 8, 4, fill_mode=mode, interpolation_order=order)
        add(chain, 7, 9, 2, fill_mode=mode, interpolation_order=order, cval=5.0)
        add(chain, 9, 7, 2, True, fill_mode=mode, interpolation_order=order, cval=5.0)
        add({**chain, "flip_horizontal": True}, 7, 9, 2, fill_mode=mode, interpolation_order=order, cval=5.0)
        add({**chain, "flip_horizontal": True, "flip_vertical": True}, 9, 11, 3, fill_mode=mode, interpolation_order=order, cval=5.0)
        add({"theta": 75.0, "zx": 2.3, "zy": 1.9, "flip_vertical": True}, 11, 9, 1, fill_mode=mode, interpolation_order=order, cval=5.0)
    for h, w in ((1, 1), (1, 6), (6, 1), (2, 2)):
        for mode in ("nearest", "constant", "reflect", "wrap"):
            add(chain, h, w, 3, fill_mode=mode)
            if h == w == 2:
                add(chain, h, w, 3, fill_mode=mode, interpolation_order=3)
    add(chain, 5, 6, 2)
    add(chain, 5, 6, 5, True)
    for first in (False, True):
        for ch in (1, 3, 4):
            kw = dict(h=4, w=5, ch=ch, first=first)
            add({"channel_shift_intensity": 40.0}, **kw)
            add({"channel_shift_intensity": -300.0}, **kw)
            for b in (0.0, 0.4, 1.0, 1.6):
                add({"brightness": b}, **kw)
            add({"flip_horizontal": True}, **kw)
            add({"flip_vertical": True}, **kw)
            add({**chain, "channel_shift_intensity": 20.0, "flip_horizontal": True, "flip_vertical": True, "brightness": 0.7}, **kw)
            add({"channel_shift_intensity": -60.0, "zx": 1.6, "zy": 0.9, "brightness": 1.3}, fill_mode="constant", cval=-80.0, **kw)
    c.write()


def grid(compat, tag):
    """Every fill mode, order, data format and number of channels once, on a picture of odd sides."""
    api = COMPAT[compat]
    c = Case("image", "transforms_grid_" + tag, source=SOURCES[compat], compat=compat,
             tolerance={"rtol": 1e-7, "atol": 1e-4}, note="apply_transform; inputs are shared")
    calls = c.json["calls"] = []
    for first, ch in itertools.product((False, True), (1, 2, 3, 4)):
        key = c.put(f"x{ch}" + ("f" if first else ""), picture(rng(f"grid{ch}{first}"), 7, 5, ch, first))
        fmt = "channels_first" if first else "channels_last"
        with_backend(fmt)
        for mode, order in itertools.product(("nearest", "constant", "reflect", "wrap"), range(6)):
            n = len(calls)
            params = {"theta": 17.0 + n, "tx": 1.3 - n % 5, "ty": 0.4 + n % 3, "shear": 9.0 - n % 7, "zx": 0.7 + n % 4 * 0.3, "zy": 1.2 - n % 2 * 0.5,
                      "flip_horizontal": n % 2 == 1, "flip_vertical": n % 3 == 1}
            kw = {"fill_mode": mode, "interpolation_order": order, "cval": 11.5}
            y = api.ImageDataGenerator(data_format=fmt, **kw).apply_transform(c.arrays[key].copy(), dict(params))
            calls.append({"input": key, "data_format": fmt, **kw, "transform": params, "output": c.put(f"y{n}", y)})
    with_backend("channels_last")
    c.write()


def draws(compat, tag):
    api = COMPAT[compat]
    c = Case("image", "draws_" + tag, source=SOURCES[compat], compat=compat, note="get_random_transform(img_shape, seed)")
    calls = c.json["calls"] = []
    configs = [
        {},
        {"rotation_range": 20},
        {"width_shift_range": 0.3, "height_shift_range": 0.2},
        {"width_shift_range": 3.0, "height_shift_range": 1.0},
        {"width_shift_range": 5, "height_shift_range": 1},
        {"width_shift_range": [-4.0, 0.0, 2.0, 7.0], "height_shift_range": [0.1, 0.3]},
        {"brightness_range": [0.5, 1.5]},
        {"shear_range": 0.2, "zoom_range": 0.2, "horizontal_flip": True},
        {"zoom_range": [0.7, 2.0], "vertical_flip": True, "horizontal_flip": True},
        {"channel_shift_range": 30.0},
        {"rotation_range": 90, "width_shift_range": 0.1, "height_shift_range": 7, "shear_range": 10, "zoom_range": 0.4,
         "channel_shift_range": 5.0, "brightness_range": [0.1, 3.0], "horizontal_flip": True, "vertical_flip": True},
    ]
    for kw in configs:
        for seed in (0, 1, 2, 12345, 4294967295):
            for fmt in ("channels_last", "channels_first"):
                if fmt == "channels_first" and seed != 1:
                    continue
                shape = (30, 20, 3) if fmt == "channels_last" else (3, 30, 20)
                gen = api.ImageDataGenerator(data_format=fmt, **kw)
                p = gen.get_random_transform(shape, seed)
                calls.append({"config": kw, "data_format": fmt, "shape": shape, "seed": seed, "transform": {k: float(v) for k, v in p.items() if v is not None}})
    c.write()


def functions(compat, tag):
    """The functions on single images. keras-preprocessing's random ones do not
    hand row_axis and col_axis on, so that they work for channels last only."""
    api = COMPAT[compat]
    c = Case("image", "functions_" + tag, source=SOURCES[compat], compat=compat,
             tolerance={"rtol": 1e-7, "atol": 1e-4}, note="numpy is seeded before each call")
    calls = c.json["calls"] = []
    last, first = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}, {"row_axis": 1, "col_axis": 2, "channel_axis": 0}
    for fmt, axes in (("channels_last", last), ("channels_first", first)):
        if fmt == "channels_first" and api is kp:
            continue
        x = picture(rng("functions"), 9, 6, 3, fmt == "channels_first")
        key = c.put("x_" + fmt, x)
        with_backend(fmt)

        def add(name, args, call_args, **kw):
            np.random.seed(11)
            y = getattr(api, name)(x.copy(), *call_args, **kw)
            calls.append({"function": name, "args": args, "input": key, "data_format": fmt, "seed": 11,
                          **{k: v for k, v in kw.items() if not k.endswith("axis")}, "output": c.put(f"y{len(calls)}", y)})

        for more in ({}, {"fill_mode": "reflect", "interpolation_order": 3}, {"fill_mode": "constant", "cval": 4.0, "interpolation_order": 0}):
            add("random_rotation", [40], (40,), **axes, **more)
            add("random_shift", [0.3, 0.2], (0.3, 0.2), **axes, **more)
            add("random_shear", [30], (30,), **axes, **more)
            add("random_zoom", [0.6, 1.5], ((0.6, 1.5),), **axes, **more)
        add("random_channel_shift", [50], (50,), channel_axis=axes["channel_axis"])
        add("apply_channel_shift", [-30.5], (-30.5,), channel_axis=axes["channel_axis"])
        add("flip_axis", [1], (1,)) if hasattr(api, "flip_axis") else None
        if api is tfk:
            for scale in (True, False):
                add("apply_brightness_shift", [1.3], (1.3,), scale=scale)
                add("random_brightness", [0.5, 1.5], ((0.5, 1.5),), scale=scale)
        else:
            add("apply_brightness_shift", [1.3], (1.3,))
            add("random_brightness", [0.5, 1.5], ((0.5, 1.5),))
        with_backend("channels_last")
    c.write()


def fit():
    """Statistics, and what standardize makes of new images."""
    c = Case("image", "fit", tolerance={"rtol": 2e-4, "atol": 2e-4}, note="fit, then standardize of a batch of one image")
    calls = c.json["calls"] = []
    for compat, api in COMPAT.items():
        for fmt in ("channels_last", "channels_first"):
            for n, h, w, ch, kw in (
                (20, 4, 5, 3, {"featurewise_center": True}),
                (20, 4, 5, 3, {"featurewise_std_normalization": True, "rescale": 1 / 255}),
                (20, 4, 5, 1, {"featurewise_std_normalization": True}),
                (20, 4, 5, 3, {"samplewise_center": True}),
                (20, 4, 5, 4, {"samplewise_std_normalization": True, "rescale": 0.5}),
                (20, 4, 5, 3, {"samplewise_std_normalization": True, "featurewise_std_normalization": True}),
                (60, 4, 3, 3, {"zca_whitening": True, "rescale": 1 / 255}),
                (60, 4, 3, 3, {"zca_whitening": True, "zca_epsilon": 0.1, "rescale": 1 / 255}),
                (15, 4, 3, 3, {"zca_whitening": True, "zca_epsilon": 0.1, "rescale": 1 / 255}),
                (15, 4, 5, 3, {"rescale": 1 / 3}),
            ):
                if fmt == "channels_first" and (ch == 4 or n == 15):
                    continue
                i = len(calls)
                r = rng(f"fit{n}x{h}x{w}x{ch}{fmt}")
                x = np.stack([picture(r, h, w, ch, fmt == "channels_first") for _ in range(n)])
                y = picture(r, h, w, ch, fmt == "channels_first")
                key = f"x{n}x{h}x{w}x{ch}{fmt[9]}"
                if key not in c.arrays:
                    c.put(key, x)
                    c.put(key + "y", y)
                gen = api.ImageDataGenerator(data_format=fmt, dtype="float32", **kw)
                gen.fit(x)
                zca = getattr(gen, "zca_whitening_matrix", getattr(gen, "principal_components", None))
                out = gen.standardize(y.copy())
                calls.append({
                    "compat": compat, "data_format": fmt, **kw, "x": key, "y": key + "y",
                    "mean": c.put(f"mean{i}", gen.mean), "std": c.put(f"std{i}", gen.std), "zca": c.put(f"zca{i}", zca),
                    "output": c.put(f"out{i}", out),
                })
    # With augmentation: numpy's generator is seeded once.
    for compat, api in COMPAT.items():
        i = len(calls)
        x = c.arrays["x20x4x5x3l"]
        kw = {"featurewise_std_normalization": True, "rotation_range": 30, "zoom_range": 0.2}
        gen = api.ImageDataGenerator(dtype="float32", **kw)
        gen.fit(x, augment=True, rounds=3, seed=9)
        calls.append({"compat": compat, "data_format": "channels_last", **kw, "x": "x20x4x5x3l", "y": "x20x4x5x3ly", "augment": True,
                      "rounds": 3, "seed": 9, "mean": c.put(f"mean{i}", gen.mean), "std": c.put(f"std{i}", gen.std), "zca": None,
                      "output": c.put(f"out{i}", gen.standardize(c.arrays["x20x4x5x3ly"].copy()))})
    c.write()


def fit_grid():
    """Each way to standardize in both data formats with 1 to 4 channels and odd sides."""
    c = Case("image", "fit_grid", tolerance={"rtol": 2e-4, "atol": 2e-4}, note="fit, then standardize of a batch of one image")
    calls = c.json["calls"] = []
    for fmt, ch in itertools.product(("channels_last", "channels_first"), (1, 2, 3, 4)):
        first = fmt == "channels_first"
        r = rng(f"fit_grid{fmt}{ch}")
        key = f"x{ch}{fmt[9]}"
        x = c.arrays[c.put(key, np.stack([picture(r, 3, 5, ch, first) for _ in range(90)]))]
        y = c.arrays[c.put(key + "y", picture(r, 3, 5, ch, first))]
        for (compat, api), kw in itertools.product(COMPAT.items(), (
            {"featurewise_center": True, "featurewise_std_normalization": True},
            {"samplewise_center": True, "samplewise_std_normalization": True, "rescale": 0.25},
            {"zca_whitening": True, "zca_epsilon": 0.05, "rescale": 1 / 255},
        )):
            i = len(calls)
            gen = api.ImageDataGenerator(data_format=fmt, dtype="float32", **kw)
            gen.fit(x)
            zca = getattr(gen, "zca_whitening_matrix", getattr(gen, "principal_components", None))
            calls.append({
                "compat": compat, "data_format": fmt, **kw, "x": key, "y": key + "y",
                "mean": c.put(f"mean{i}", gen.mean), "std": c.put(f"std{i}", gen.std), "zca": c.put(f"zca{i}", zca),
                "output": c.put(f"out{i}", gen.standardize(y.copy())),
            })
    c.write()


def flow():
    """Two epochs of flow with a seed: order, augmentation and labels."""
    c = Case("image", "flow", tolerance={"rtol": 1e-5, "atol": 1e-3}, note="flow(...), batches of two epochs one after another")
    calls = c.json["calls"] = []
    r = rng("flow")
    x = np.stack([picture(r, 6, 5, 3) for _ in range(11)])
    c.put("x", x)
    y = np.arange(11) % 2
    for api, kw, fl in (
        (tfk, {}, {"shuffle": False}),
        (tfk, {}, {"seed": 3}),
        (tfk, {"rotation_range": 40, "width_shift_range": 2, "horizontal_flip": True, "rescale": 1 / 255}, {"seed": 5}),
        (tfk, {"zoom_range": 0.3, "validation_split": 0.4}, {"seed": 6, "subset": "training"}),
        (tfk, {"zoom_range": 0.3, "validation_split": 0.4}, {"seed": 6, "subset": "validation", "shuffle": False}),
        (kp, {"rotation_range": 40, "height_shift_range": [1.0, 2.0], "vertical_flip": True, "rescale": 1 / 255}, {"seed": 5}),
        (kp, {"shear_range": 20, "validation_split": 0.25, "samplewise_std_normalization": True}, {"seed": 6, "subset": "training"}),
        (kp, {"channel_shift_range": 30.0, "brightness_range": [0.5, 1.5]}, {"seed": 4294967290}),
        (tfk, {"dtype": "uint8", "rotation_range": 40}, {"seed": 5}),
        (tfk, {"dtype": "int32", "rotation_range": 40, "channel_shift_range": 30.0}, {"seed": 5}),
        (tfk, {"dtype": "float64", "rotation_range": 40}, {"seed": 5}),
    ):
        gen = api.ImageDataGenerator(**{"dtype": "float32", **kw})
        it = gen.flow(x, y, batch_size=4, **fl)
        k, batches = len(calls), []
        for i in range(2 * len(it)):
            bx, by = next(it)
            batches.append({"x": c.put(f"c{k}x{i}", bx), "y": c.put(f"c{k}y{i}", by)})
        calls.append({"config": {**kw, "compat": next(k for k, v in COMPAT.items() if v is api)}, "flow": fl, "batches": batches})
    c.write()


def directory(compat="tf_keras", name="directory"):
    """flow_from_directory over pictures/ laid out as classes."""
    c = Case("image", name, source=SOURCES[compat], compat=compat, tolerance={"rtol": 1e-5, "atol": 1e-3}, note="files: where each picture of pictures/ is copied to")
    files = {
        "cats/b.png": "rgb.png", "cats/A.png": "rgba.png", "cats/deep/er/z.PNG": "grey.png", "cats/deep/a.bmp": "rgb.bmp", "cats/notes.txt": "",
        "dogs/1.png": "palette.png", "dogs/10.png": "rgb16.png", "dogs/2.jpeg": "", "dogs/3.gif": "rgb.gif", "dogs/x.tar.png": "grey4.png",
        "Emus/e.png": "rgb.png", "Emus/f.png": "grey_alpha.png", "Emus/g.png": "bilevel.png", "empty/readme.md": "",
    }
    c.json["files"] = files
    calls = c.json["calls"] = []
    with tempfile.TemporaryDirectory() as root:
        for to, name in files.items():
            if to.endswith(".jpeg"):
                continue  # made below: JPEG differs between decoders
            os.makedirs(os.path.dirname(os.path.join(root, to)), exist_ok=True)
            data = open(os.path.join(ROOT, "image", "pictures", name), "rb").read() if name else b"hello"
            with open(os.path.join(root, to), "wb") as f:
                f.write(data)
        for kw, fl in (
            ({}, {"shuffle": False}),
            ({"rescale": 1 / 255}, {"shuffle": False, "class_mode": "binary", "classes": ["dogs", "cats"]}),
            ({}, {"seed": 2, "class_mode": "sparse", "color_mode": "grayscale"}),
            ({"horizontal_flip": True, "rotation_range": 15}, {"seed": 8, "class_mode": "input", "color_mode": "rgba", "interpolation": "bilinear"}),
            ({"data_format": "channels_first"}, {"shuffle": False, "class_mode": None, "interpolation": "lanczos", "keep_aspect_ratio": True}),
            ({"validation_split": 0.4}, {"shuffle": False, "subset": "training"}),
            ({"validation_split": 0.4}, {"shuffle": False, "subset": "validation"}),
        ):
            if compat != "tf_keras":
                fl.pop("keep_aspect_ratio", None)  # it has no such argument
            it = COMPAT[compat].ImageDataGenerator(dtype="float32", **kw).flow_from_directory(root, target_size=(6, 7), batch_size=4, **fl)
            k, batches = len(calls), []
            for i in range(len(it)):
                b = next(it)
                bx, by = b if isinstance(b, tuple) else (b, None)
                batches.append({"x": c.put(f"c{k}x{i}", bx), "y": c.put(f"c{k}y{i}", by)})
            calls.append({
                "config": kw, "flow": fl, "batches": batches, "class_indices": it.class_indices, "classes": it.classes,
                "filenames": it.filenames, "samples": it.samples, "image_shape": it.image_shape,
            })
    del files["dogs/2.jpeg"]
    c.write()


def dataframe():
    """flow_from_dataframe over tables of pictures/."""
    import pandas as pd

    c = Case("image", "dataframe", tolerance={"rtol": 1e-5, "atol": 1e-3}, note="table: rows of columns; files of pictures/")
    calls = c.json["calls"] = []
    root = os.path.join(ROOT, "image", "pictures")
    columns = ["filename", "class", "many", "a", "b", "w"]
    rows = [
        ["rgb.png", "cat", ["cat"], 1.5, -2.0, 0.5], ["grey.png", "dog", ["dog", "cat"], 2.5, 3.0, 1.0], ["none.png", "dog", ["dog"], 9.0, 9.0, 9.0],
        ["rgba.png", "cat", ["emu"], 3.5, 0.0, 2.0], ["rgb.txt", "cat", ["cat"], 9.0, 9.0, 9.0], ["rgb.bmp", "dog", ["cat", "emu", "dog"], 4.5, 1.0, 3.0],
        ["palette.png", "cat", ["dog"], 5.5, 7.0, 4.0], ["grey4.png", "dog", ["emu", "dog"], 6.5, 8.0, 5.0],
    ]
    c.json["columns"], c.json["rows"] = columns, rows
    table = pd.DataFrame(rows, columns=columns)
    for kw, fl in (
        ({}, {"shuffle": False}),
        ({"rescale": 1 / 255}, {"seed": 3, "class_mode": "binary", "weight_col": "w"}),
        ({"rotation_range": 30}, {"seed": 4, "class_mode": "categorical", "y_col": "many"}),
        ({}, {"shuffle": False, "class_mode": "categorical", "y_col": "many", "classes": ["emu", "dog"]}),
        ({}, {"shuffle": False, "class_mode": "sparse", "color_mode": "grayscale", "classes": ["dog"]}),
        ({}, {"shuffle": False, "class_mode": "raw", "y_col": "a"}),
        ({}, {"shuffle": False, "class_mode": "raw", "y_col": ["a", "b"]}),
        ({}, {"shuffle": False, "class_mode": "multi_output", "y_col": ["a", "b"]}),
        ({"horizontal_flip": True}, {"seed": 9, "class_mode": "input"}),
        ({}, {"shuffle": False, "class_mode": None, "interpolation": "bilinear"}),
        ({"validation_split": 0.4}, {"shuffle": False, "subset": "training"}),
        ({"validation_split": 0.4}, {"shuffle": False, "subset": "validation", "class_mode": "sparse"}),
    ):
        it = tfk.ImageDataGenerator(dtype="float32", **kw).flow_from_dataframe(table, root, target_size=(6, 7), batch_size=4, **fl)
        k, batches = len(calls), []
        for i in range(len(it)):
            b = next(it)
            b = b if isinstance(b, tuple) else (b,)
            y = b[1] if len(b) > 1 else []
            y = y if isinstance(y, list) else [y]
            batches.append({"x": c.put(f"c{k}x{i}", b[0]), "ys": [c.put(f"c{k}y{i}_{j}", np.asarray(v, np.float32)) for j, v in enumerate(y)],
                            "w": c.put(f"c{k}w{i}", np.asarray(b[2], np.float32)) if len(b) > 2 else None})
        calls.append({"config": kw, "flow": fl, "batches": batches, "class_indices": getattr(it, "class_indices", {}), "filenames": it.filenames, "samples": it.samples})
    c.write()


if __name__ == "__main__":
    for name, tag in (("tf_keras", "tfk"), ("keras-preprocessing 1.1.2", "kp")):
        transforms(name, tag)
        grid(name, tag)
        draws(name, tag)
        functions(name, tag)
    fit()
    fit_grid()
    flow()
    directory()
    directory("keras-preprocessing 1.1.2", "directory_kp")
    dataframe()
