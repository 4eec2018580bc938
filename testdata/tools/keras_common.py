"""Shared helpers of the fixture scripts (keras_*.py).

Import this module before tensorflow: it sets the environment that makes the
numbers the same on every run (one thread, deterministic kernels, no oneDNN).
"""

import json
import os
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_DETERMINISTIC_OPS"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras as keras  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.experimental.enable_op_determinism()

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keras")
SOURCE = "tf_keras " + keras.__version__
TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}


def rng(name):
    """A generator that depends on the case's name only, so cases can be added freely."""
    return np.random.RandomState(zlib.crc32(name.encode()))


def plain(v):
    """Python values as JSON can hold them: tuples become lists, numpy scalars numbers."""
    if isinstance(v, dict):
        return {str(k): plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    if isinstance(v, np.ndarray):
        return plain(v.tolist())
    if isinstance(v, np.bool_):
        return bool(v)
    if isinstance(v, np.integer):
        return int(v)
    if isinstance(v, np.floating):
        return float(v)
    if isinstance(v, float) and (v != v or v in (float("inf"), float("-inf"))):
        return str(v)  # "nan", "inf", "-inf": JSON has no such numbers
    if isinstance(v, tf.TensorShape):
        return plain(v.as_list())
    if v is None or isinstance(v, (bool, int, float, str)):
        return v
    return str(v)


def text(obj):
    """JSON with one top-level key a line: readable and small."""
    obj = plain(obj)
    lines = []
    for k, v in obj.items():
        s = json.dumps(v, ensure_ascii=False)
        if isinstance(v, list) and len(s) > 200:
            s = "[\n  " + ",\n  ".join(json.dumps(x, ensure_ascii=False) for x in v) + "\n ]"
        lines.append(f" {json.dumps(k)}: {s}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


class Case:
    """One fixture: kind/name.json and, when there are arrays, kind/name.npz."""

    made = {}

    def __init__(self, kind, name, **fields):
        self.kind, self.name = kind, name
        self.json = {"case": name, "source": SOURCE, **fields}
        self.arrays = {}
        names = Case.made.setdefault(kind, [])
        assert name not in names, name
        names.append(name)

    def put(self, name, value):
        """Stores value as float32 under name and returns name; None stays None."""
        if value is None:
            return None
        if isinstance(value, tf.IndexedSlices):
            value = tf.convert_to_tensor(value)
        a = np.asarray(value).astype(np.float32)
        if a.ndim:
            a = np.ascontiguousarray(a)
        assert name not in self.arrays, name
        self.arrays[name] = a
        return name

    def write(self):
        folder = os.path.join(ROOT, self.kind)
        os.makedirs(folder, exist_ok=True)
        self.json.setdefault("tolerance", TOLERANCE)
        with open(os.path.join(folder, self.name + ".json"), "w", newline="\n") as f:
            f.write(text(self.json))
        if self.arrays:
            np.savez_compressed(os.path.join(folder, self.name + ".npz"), **self.arrays)


def finish(*kinds):
    """Deletes the files of cases that are no longer made, and reports."""
    for kind in kinds:
        folder = os.path.join(ROOT, kind)
        names = set(Case.made.get(kind, []))
        for f in sorted(os.listdir(folder)):
            stem, ext = os.path.splitext(f)
            if ext in (".json", ".npz") and stem not in names:
                os.remove(os.path.join(folder, f))
        size = sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
        print(f"{kind}: {len(names)} cases, {size / 1024:.0f} KiB", file=sys.stderr)


def short(name):
    """'lstm/lstm_cell/kernel:0' -> 'kernel'."""
    return name.split("/")[-1].split(":")[0]
