"""Loads .h5 files written in Go with real Keras and compares with what Keras said of the files they were made of.

    go test ./nn/saving -run TestKerasH5 -h5 DIR
    python testdata/tools/saving_h5_check.py DIR tf_keras    # tf_keras 2.21.0
    python testdata/tools/saving_h5_check.py DIR keras       # keras 3.15.1

Prints a line for each file: the largest difference of a prediction, and of the losses of five more steps. Files that do not say how
training went on (see h5_golden_test.go) are compared in their predictions.
"""
import importlib
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

keras = importlib.import_module(sys.argv[2])
cases = pathlib.Path(__file__).parent.parent / "keras" / "saving_h5"
untrainable = {"words", "words_keras3", "opt_legacy_nadam", "nested_keras3"}
train = sys.argv[2] == "tf_keras"  # Keras 3 loads no optimizer of tf-keras, and trains no model of .h5 files, its own included
bad = 0


def array(r):
    return np.array(r["data"], np.float32).reshape(r["shape"])


def many(v):
    return list(v) if isinstance(v, (list, tuple)) else [v]


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.h5")):
    case = json.loads((cases / f"{path.stem}.json").read_text())
    try:
        m = keras.models.load_model(str(path), compile=train)
        x = [array(r) for r in case["x"]]
        x = x[0] if len(x) == 1 else x
        d = max(float(np.max(np.abs(p - array(w)))) for p, w in zip(many(m.predict(x, verbose=0)), case["predict"]))
        text, ok = f"predictions {d:.1e}", d <= 1e-5
        if train and case["losses"] and path.stem not in untrainable:
            y = [array(r) for r in case["y"]]
            y = y[0] if len(y) == 1 else y
            e = max(abs(float(np.ravel(many(m.train_on_batch(x, y))[0])[0]) - w) / max(0.1, abs(w)) for w in case["losses"])
            text, ok = text + f", losses {e:.1e}", ok and e <= 1e-5
    except Exception as e:  # what Keras does not load is a result too
        text, ok = f"{type(e).__name__}: {str(e)[:160]}", False
    bad += not ok
    print("ok  " if ok else "BAD ", path.stem, text, flush=True)
print(bad, "bad")
sys.exit(bad > 0)
