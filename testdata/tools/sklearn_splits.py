"""Folds of scikit-learn's splitters, for nn/search. Writes testdata/sklearn/splits.json.

Needs scikit-learn 1.9.1 and numpy; see README.md.
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.model_selection import KFold, RepeatedKFold, RepeatedStratifiedKFold, StratifiedKFold

OUT = pathlib.Path(__file__).parent.parent / "sklearn" / "splits.json"


def case(kind, n, labels, splits, shuffle=False, seed=None, repeats=None):
    y = None if labels is None else np.array(labels, np.float32)
    if kind == "KFold":
        s = KFold(splits, shuffle=shuffle, random_state=seed if shuffle else None)
    elif kind == "StratifiedKFold":
        s = StratifiedKFold(splits, shuffle=shuffle, random_state=seed if shuffle else None)
    elif kind == "RepeatedKFold":
        s = RepeatedKFold(n_splits=splits, n_repeats=repeats, random_state=seed)
    else:
        s = RepeatedStratifiedKFold(n_splits=splits, n_repeats=repeats, random_state=seed)
    tests = [test.tolist() for _, test in s.split(np.zeros((n, 1)), y)]
    return {"kind": kind, "n": n, "y": labels, "splits": splits, "shuffle": shuffle, "seed": seed or 0,
            "repeats": repeats or 0, "tests": tests}


r = np.random.RandomState(0)
cases = []
for n, k in [(10, 5), (11, 3), (7, 7), (23, 4)]:
    cases.append(case("KFold", n, None, k))
    cases.append(case("KFold", n, None, k, True, n))
    cases.append(case("RepeatedKFold", n, None, k, seed=3 * n, repeats=2))
for n, k, classes in [(12, 3, 2), (25, 5, 3), (31, 4, 5)]:
    y = (r.randint(0, classes, n) * 2 - 1).tolist()  # labels need not be 0, 1, 2
    for kind in ["StratifiedKFold"]:
        cases.append(case(kind, n, y, k))
        cases.append(case(kind, n, y, k, True, n))
    cases.append(case("RepeatedStratifiedKFold", n, y, k, seed=n, repeats=3))
OUT.write_text(json.dumps({"source": "scikit-learn " + sklearn.__version__, "cases": cases}) + "\n")
