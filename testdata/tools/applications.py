"""Writes the architectures of keras.applications with weights that make their outputs differ, and loads what was written here.

    python applications.py make DIR MODULE [NAME …]     # MODULE: tf_keras 2.21.0 or keras 3.15.1
    go test ./nn/saving -run Applications -models DIR
    python applications.py check DIR MODULE
    train predict DIR/ResNet50.tf.h5 PHOTO --top 5 --json | python applications.py photo DIR MODULE PHOTO

Weights of BatchNormalization are random, its averages those of a batch of noise and a photo; kernels are He's, and the last layer is
scaled until classes are told apart. Each model says what it predicts of two pictures. VGG16 takes 64x64 to stay small, ResNet50 224x224,
all others 96x96; all have 1000 classes but VGG16, which has 10. "check" prints lines of version, format, name and largest difference, as part of
the range of the outputs. "photo" compares the five likeliest classes of a photo with those that ResNet50 names here. Files are too large to keep: 3 GB.
"""
import importlib
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
from PIL import Image

what, folder, module = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
keras = importlib.import_module(module)
A = importlib.import_module(module + ".applications")
tag = {"tf_keras": "tf", "keras": "k3"}[module]
NAMES = {"ResNet50": "resnet50", "MobileNetV2": "mobilenet_v2", "DenseNet121": "densenet", "EfficientNetB0": "efficientnet", "VGG16": "vgg16", "Xception": "xception",
         "InceptionV3": "inception_v3", "NASNetMobile": "nasnet"}


def make(name):
    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    rng = np.random.default_rng(7)
    size = {"ResNet50": 224, "VGG16": 64}.get(name, 96)
    model = getattr(A, name)(weights=None, input_shape=(size, size, 3), classes=10 if name == "VGG16" else 1000)
    prepare = getattr(A, NAMES[name]).preprocess_input
    photo = Image.open(pathlib.Path(__file__).parent.parent / "keras" / "image" / "photo.jpg").convert("RGB")
    picture = np.asarray(photo.resize((size, size), Image.BILINEAR), np.float32)
    ins = lambda n: prepare(np.stack([picture] + [rng.uniform(0, 255, (size, size, 3)) for _ in range(n - 1)]).astype("float32"))
    x = ins(2)
    norms = []
    for l in model.layers:
        for v in l.weights:
            kind, s = v.name.split("/")[-1].split(":")[0], tuple(v.shape)
            if "kernel" in kind:
                fan = np.prod(s[:-1]) if "depthwise" not in kind else s[0] * s[1]
                v.assign(rng.normal(0, np.sqrt(2 / fan), s).astype("float32"))
            elif kind == "gamma":
                v.assign(rng.uniform(0.5, 1.5, s).astype("float32"))
            elif kind in ("beta", "bias"):
                v.assign(rng.normal(0, 0.1, s).astype("float32"))
        if type(l).__name__ == "BatchNormalization":
            norms.append((l, l.momentum))
            l.momentum = 0.0
    if norms:
        model(ins(8), training=True)  # averages become those of this batch
    for l, momentum in norms:
        l.momentum = momentum
    last = model.layers[-1].kernel
    for _ in range(2):
        p = np.asarray(model(x, training=False), np.float64)
        last.assign(np.asarray(last) * np.float32(2.5 / np.std(np.log(np.maximum(p, 1e-30)))))
    y = model.predict(x, verbose=0)
    assert np.ptp(y) > 0.05 and np.abs(y[0] - y[1]).max() > 0.01, (name, y.min(), y.max())
    model.save(str(folder / f"{name}.{tag}.keras"))
    model.save(str(folder / f"{name}.{tag}.h5"))
    np.savez(folder / f"{name}.{tag}.npz", in0=x, out0=y)
    print(name, "outputs", y.min(), "to", y.max(), "of two pictures differ by", np.abs(y[0] - y[1]).max(), flush=True)


def check():
    bad = 0
    for path in sorted(folder.glob("*.ours.*")):
        stem, form = path.name.split(".ours.")
        name = stem.split(".")[0]
        if form not in ("h5", f"{tag}.keras"):
            continue
        keras.backend.clear_session()
        try:
            arrays = np.load(folder / f"{stem}.npz")
            got = keras.models.load_model(str(path), compile=False).predict(arrays["in0"], verbose=0)
            d = float(np.max(np.abs(got - arrays["out0"])) / np.ptp(arrays["out0"]))
            text, ok = f"{d:.2g}", d <= 1e-5
        except Exception as e:  # what Keras does not load is a result too
            text, ok = f"{type(e).__name__}: {' '.join(str(e).split())[:160]}", False
        bad += not ok
        print(f"{tag}\t{form.split('.')[-1]}\t{name}\t{text}", flush=True)
    return bad


def photo(path):
    model = keras.models.load_model(str(folder / f"ResNet50.{tag}.h5"), compile=False)
    x = keras.utils.img_to_array(keras.utils.load_img(path, target_size=(224, 224), interpolation="bilinear"))[None]
    p = model.predict(A.resnet50.preprocess_input(x), verbose=0)[0]
    want = [(str(i), float(p[i])) for i in np.argsort(-p)[:5]]
    got = [(t["class"], t["probability"]) for t in json.loads(sys.stdin.readline())["top"]]
    worst = max(abs(a[1] - b[1]) for a, b in zip(got, want))
    print("Keras:", want, "\nhere: ", got, f"\nlargest difference {worst:.2g}")
    return [c for c, _ in got] != [c for c, _ in want] or worst > 1e-4


if what == "make":
    for n in sys.argv[4:] or NAMES:
        make(n)
elif what == "photo":
    sys.exit(photo(sys.argv[4]))
else:
    sys.exit(check() > 0)
