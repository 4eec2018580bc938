"""The architectures of keras.applications, from Keras to Go and back, with weights whose outputs are not flat.

    python testdata/tools/applications.py make DIR LIBRARY NAME…   # LIBRARY: tf_keras (2.21.0) or keras (3.15.1)
    go test ./nn/saving -run Applications -applications DIR        # loads them, predicts, writes them again
    python testdata/tools/applications.py check DIR LIBRARY        # loads what Go wrote
    python testdata/tools/applications.py onnx DIR                 # runs what Go exported (onnx 1.23.2, onnxruntime 1.32.0)
    python testdata/tools/applications.py table DIR                # the lines of results.tsv as a table
    train predict DIR/ResNet50.tf_keras.h5 PHOTO --interpolation nearest --top 5 --json | python testdata/tools/applications.py photo DIR PHOTO

    python testdata/tools/applications.py all DIR TF_KERAS_PYTHON KERAS_PYTHON ONNX_PYTHON [NAME,NAME… …]

does all this, a group of architectures after the other, and deletes their models (up to 2.5 GB a group). Untrained models give nearly 1/classes for every class,
so that no comparison of theirs says much. Here every weight is random, gamma and beta too; the statistics of batch normalisation are those
of eight crops of a picture, in a forward pass in training mode with momentum 0; and the last layer is scaled so that its logits have a
standard deviation of 2.5. Each line of results.tsv: architecture, who made it, file, largest difference, largest output.
"""
import importlib
import os
import pathlib
import subprocess
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow")
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = {  # side of the input, classes
    "ResNet50": (224, 1000), "MobileNetV2": (224, 1000), "DenseNet121": (224, 1000), "EfficientNetB0": (224, 1000),
    "VGG16": (96, 10), "Xception": (299, 1000), "InceptionV3": (299, 1000), "NASNetMobile": (224, 1000)}
GROUPS = ["MobileNetV2,EfficientNetB0,DenseNet121,NASNetMobile", "ResNet50", "VGG16", "InceptionV3", "Xception"]
LIMIT = 1e-5


def pictures(side, n, r):
    """Crops of a photo, 0 to 255."""
    import tensorflow as tf
    photo = tf.io.decode_jpeg((ROOT / "testdata" / "keras" / "image" / "photo.jpg").read_bytes(), channels=3)
    h, w = photo.shape[:2]
    crops = []
    for _ in range(n):
        s = int(r.integers(min(h, w) // 3, min(h, w)))
        y, x = int(r.integers(h - s + 1)), int(r.integers(w - s + 1))
        a = np.asarray(tf.image.resize(photo[y:y + s, x:x + s], (side, side)))
        crops.append(a[:, ::-1] if r.integers(2) else a)
    return np.stack(crops)


def spread(keras, model, x, r):
    """Gives the model random weights with which activations keep their spread from layer to layer."""
    norms = [l for l in model.layers if isinstance(l, keras.layers.BatchNormalization)]
    for l in model.layers[:-1]:
        values = []
        for v in l.weights:
            name, w = v.name.split("/")[-1].split(":")[0], np.asarray(v)
            if name == "gamma":
                w = r.uniform(0.7, 1.3, w.shape)
            elif name in ("beta", "bias"):
                w = r.normal(0, 0.2, w.shape)
            elif "kernel" in name:
                # of depthwise kernels one place in the input feeds an output
                fan = np.prod(w.shape[:2]) if "depthwise" in name or type(l).__name__ == "DepthwiseConv2D" else np.prod(w.shape[:-1])
                w = r.normal(0, np.sqrt(2 / fan), w.shape)
            values.append(np.asarray(w, np.float32))
        l.set_weights(values)
    momentum = [l.momentum for l in norms]
    for l in norms:
        l.momentum = 0.0
    model(x, training=True)
    for l, m in zip(norms, momentum):
        l.momentum = m
    last = model.layers[-1]
    features = np.asarray(keras.Model(model.input, last.input)(x, training=False))
    kernel = r.normal(0, 1, last.kernel.shape)
    kernel *= 2.5 / np.std(features @ kernel)
    last.set_weights([kernel.astype(np.float32), r.normal(0, 0.2, last.units).astype(np.float32)])


def make(folder, name, library):
    keras = importlib.import_module(library)
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    side, classes = NAMES[name]
    r = np.random.default_rng(sum(name.encode()))
    model = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3), classes=classes)
    x = pictures(side, 8, r)
    prepare = next(getattr(m, "preprocess_input") for m in vars(keras.applications).values() if hasattr(m, "preprocess_input") and hasattr(m, name))
    x = np.asarray(prepare(x.astype(np.float32)), np.float32)
    spread(keras, model, x, r)
    x = x[:3]
    y = np.asarray(model(x, training=False))
    np.savez(folder / f"{name}.{library}.npz", in0=x, out0=y)
    for form in "h5", "keras":
        model.save(str(folder / f"{name}.{library}.{form}"))
    record(folder, name, library, "itself", 0.0, float(y.max()))


def record(folder, *line):
    text = "\t".join(f"{v:.3g}" if isinstance(v, float) else v for v in line)
    print(text, flush=True)
    with open(folder / "results.tsv", "a") as f:
        f.write(text + "\n")


def compare(folder, path, predict, form):
    """path is NAME.LIBRARY.….form, beside NAME.LIBRARY.npz."""
    name, library = path.name.split(".")[:2]
    arrays = np.load(folder / f"{name}.{library}.npz")
    try:
        got = np.asarray(predict(path, arrays["in0"]))
        record(folder, name, library, form, float(np.abs(got - arrays["out0"]).max()), float(got.max()))
    except Exception as e:  # what Keras does not load is a result too
        record(folder, name, library, form, f"{type(e).__name__}: {' '.join(str(e).split())[:200]}")


def check(folder, library):
    keras = importlib.import_module(library)
    for form in "h5", "keras" if library == "keras" else "tf.keras":
        for path in sorted(folder.glob(f"*.go.{form}")):
            if form == "keras" and path.name.endswith(".tf.keras"):
                continue
            compare(folder, path, lambda p, x: keras.models.load_model(str(p), compile=False)(x, training=False), f"to {library} .{form.split('.')[-1]}")
            keras.backend.clear_session()


def onnx(folder):
    import onnx as format
    import onnxruntime as ort

    def run(path, x):
        format.checker.check_model(str(path), full_check=True)
        s = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        return s.run(None, {s.get_inputs()[0].name: x})[0]

    for path in sorted(folder.glob("*.onnx")):
        compare(folder, path, run, "to onnxruntime .onnx")


def photo(folder, path):
    """Compares the five likeliest classes that standard input names with those of tf-keras, which loads the picture in its own way."""
    import json
    import tf_keras as keras
    model = keras.models.load_model(str(folder / "ResNet50.tf_keras.h5"), compile=False)
    x = keras.utils.img_to_array(keras.utils.load_img(path, target_size=(224, 224)))[None]
    p = model.predict(keras.applications.resnet50.preprocess_input(x), verbose=0)[0]
    top = [(str(i), float(p[i])) for i in np.argsort(-p)[:5]]
    for line in sys.stdin:
        here = [(t["class"], t["probability"]) for t in json.loads(line)["top"]]
        worst = max(abs(a[1] - b[1]) for a, b in zip(here, top))
        print("Keras", " ".join(f"{c} {v:.6f}" for c, v in top), "\nhere ", " ".join(f"{c} {v:.6f}" for c, v in here), f"\nlargest difference {worst:.2g}")
        if [c for c, _ in here] != [c for c, _ in top] or worst > 1e-4:
            sys.exit("not the same")


COLUMNS = ["from .h5", "from .keras", "to tf_keras .h5", "to tf_keras .keras", "to keras .h5", "to keras .keras", "to onnxruntime .onnx"]


def table(folder):
    rows = {}
    for line in (folder / "results.tsv").read_text().splitlines():
        name, library, form, *rest = line.split("\t")
        rows.setdefault((name, library), {})[form.replace(f"from {library}", "from")] = rest
    print("| architecture | made by | largest output | " + " | ".join(COLUMNS) + " |")
    print("|---|---|---|" + "---|" * len(COLUMNS))
    for (name, library), cells in sorted(rows.items()):
        text = ["–" if c not in cells else cells[c][0] if len(cells[c]) > 1 else "refused" for c in COLUMNS]
        print(f"| {name}, {NAMES[name][0]}×{NAMES[name][0]}, {NAMES[name][1]} classes | {library} | {cells['itself'][1]} | " + " | ".join(text) + " |")
    worst = [c[0] for cells in rows.values() for c in cells.values() if len(c) > 1 and float(c[0]) > LIMIT]
    if worst:
        sys.exit(f"above {LIMIT}: {worst}")


def everything(folder, tf_keras, keras, onnx_python, names):
    tool = str(pathlib.Path(__file__).resolve())
    for group in names or GROUPS:
        for python, library in (tf_keras, "tf_keras"), (keras, "keras"):
            subprocess.run([python, tool, "make", folder, library, *group.split(",")], check=True)
        subprocess.run(["go", "test", "./nn/saving", "-count=1", "-run", "Applications", "-applications", folder.resolve()], cwd=ROOT)  # goes on when they differ: the table says it
        subprocess.run([tf_keras, tool, "check", folder, "tf_keras"], check=True)
        subprocess.run([keras, tool, "check", folder, "keras"], check=True)
        subprocess.run([onnx_python, tool, "onnx", folder], check=True)
        for name in group.split(","):
            for path in folder.glob(f"{name}.*"):
                path.unlink()
    table(folder)


if __name__ == "__main__":
    what, folder, rest = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    if what == "make":
        for name in rest[1:]:
            make(folder, name, rest[0])
    elif what == "check":
        check(folder, rest[0])
    elif what == "photo":
        photo(folder, rest[0])
    elif what == "all":
        everything(folder, *rest[:3], rest[3:])
    else:
        {"onnx": onnx, "table": table}[what](folder)
