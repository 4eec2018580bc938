"""Writes testdata/keras/sequence/: what keras_preprocessing.sequence (Keras 2) does.

tf_keras has the same skipgrams, make_sampling_table and TimeseriesGenerator; each case is
run through both, and they must agree.
"""

import itertools
import json
import os
import random

import numpy as np
from keras_preprocessing import sequence as kp
from tf_keras.src.preprocessing import sequence as tfk

OUT = os.path.join(os.path.dirname(__file__), "..", "keras", "sequence")


def write(name, value):
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, name), "w") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")


def both(f):
    a, b = f(kp), f(tfk)
    assert json.dumps(a) == json.dumps(b), (a, b)
    return a


# --- skipgrams
SEQUENCES = {
    "none": [],
    "one": [3],
    "two": [1, 2],
    "padding": [0, 0, 0],
    "padded": [0, 0, 5, 0, 7, 2, 0, 1],
    "repeats": [4, 4, 4, 1, 4],
    "long": [1 + (i * i * 7 + i) % 60 for i in range(90)],
    "beyond": [1, 250, 2, 99, 3],
}
table = kp.make_sampling_table(300, 1e-3).tolist()
cases = []
for (name, seq), window, negatives, shuffle, categorical, sampled, seed in itertools.product(
    SEQUENCES.items(), [1, 4, 100], [0.0, 1.0, 2.5, 0.3], [False, True], [False, True], [False, True], [0, 7, 2**33 + 1]
):
    if name == "long" and (window == 100 or seed != 7) or seed > 7 and negatives != 1.0 or categorical and seed != 7:
        continue

    def run(module):
        random.seed(seed)
        couples, labels = module.skipgrams(
            seq, 100, window_size=window, negative_samples=negatives, shuffle=shuffle, categorical=categorical,
            sampling_table=np.array(table) if sampled else None, seed=seed)
        return {"couples": couples, "labels": labels}

    case = {"sequence": seq, "window": window, "negatives": negatives, "shuffle": shuffle, "categorical": categorical,
            "sampled": sampled, "seed": str(seed)}
    case.update(both(run))
    cases.append(case)
write("skipgrams.json", {"vocabulary": 100, "table": table, "cases": cases})

# --- make_sampling_table
write("sampling.json", [
    {"size": size, "factor": factor, "table": both(lambda m: m.make_sampling_table(size, factor).tolist())}
    for size, factor in [(1, 1e-5), (2, 1e-5), (3, 1.0), (200, 1e-5), (200, 1e-3), (50, 0.5)]
] + [{"size": 20001, "factor": 1e-5, "every": 1000, "table": both(lambda m: m.make_sampling_table(20001).tolist()[::1000])}])

# --- _remove_long_seq
seqs = [[1], [1, 2], [], [1, 2, 3], [1, 2, 3, 4]]
write("remove.json", [
    {"maxlen": n, "sequences": seqs, "labels": [5, 6, 7, 8, 9], "kept": both(lambda m: m._remove_long_seq(n, seqs, [5, 6, 7, 8, 9]))}
    for n in range(6)
])

# --- TimeseriesGenerator
N = 23
data = {
    "vector": (np.arange(N, dtype="float32") / 4).astype("float32"),
    "matrix": (np.arange(2 * N, dtype="float32") / 10 - 1).reshape(N, 2).astype("float32"),
    "images": (np.arange(12 * N, dtype="float32")).reshape(N, 2, 3, 2),
}
target = {
    "vector": np.arange(N, dtype="float32") * 100,
    "matrix": np.arange(3 * N, dtype="float32").reshape(N, 3) / 8,
}
SETTINGS = [
    {"length": 1}, {"length": 5}, {"length": 22}, {"length": 23},
    {"length": 6, "sampling_rate": 2}, {"length": 7, "sampling_rate": 3}, {"length": 4, "sampling_rate": 9},
    {"length": 5, "stride": 3}, {"length": 5, "stride": 40}, {"length": 5, "batch_size": 4}, {"length": 5, "batch_size": 1},
    {"length": 5, "stride": 2, "batch_size": 3}, {"length": 5, "start_index": 4, "end_index": 15, "batch_size": 4},
    {"length": 5, "start_index": 10, "end_index": 15}, {"length": 5, "start_index": 11, "end_index": 15},
    {"length": 5, "reverse": True, "sampling_rate": 2, "batch_size": 4},
    {"length": 5, "shuffle": True, "batch_size": 4}, {"length": 5, "shuffle": True, "stride": 2, "batch_size": 5, "reverse": True},
]
cases = []
for (dn, d), (tn, t), settings in itertools.product(data.items(), target.items(), SETTINGS):
    if dn == "images" and tn == "matrix":
        continue

    def run(module):
        case = {"data": dn, "targets": tn, "settings": settings}
        try:
            g = module.TimeseriesGenerator(d, t, **settings)
        except ValueError as e:
            return dict(case, error=str(e))
        case["json"] = g.to_json()
        case["batches"] = []
        np.random.seed(11)
        for i in range(len(g)):
            x, y = g[i]
            case["batches"].append({"x": x.ravel().tolist(), "x_shape": x.shape, "y": y.ravel().tolist(), "y_shape": y.shape})
        return case

    cases.append(both(run))
write("timeseries.json", {
    "arrays": {k: {"shape": v.shape, "values": v.ravel().tolist()} for k, v in data.items()},
    "targets": {k: {"shape": v.shape, "values": v.ravel().tolist()} for k, v in target.items()},
    "cases": cases,
})
