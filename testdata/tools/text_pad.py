"""Writes testdata/keras/text/pad.json: what tf_keras.utils.pad_sequences does."""

import itertools
import json
import os

import numpy as np
from tf_keras.utils import pad_sequences

OUT = os.path.join(os.path.dirname(__file__), "..", "keras", "text", "pad.json")
INPUTS = {
    "ragged": [[1], [2, 3], [4, 5, 6], [], [7, 8, 9, 10, 11]],
    "equal": [[1, 2], [3, 4]],
    "one": [[5]],
    "empties": [[], []],
    "none": [],
    "floats": [[0.5, -1.75], [2.25], [1e-3, 3, 4, 5]],
    "rows": [[[1, 2], [3, 4]], [], [[5, 6]], [[7, 8], [9, 10], [11, 12]]],
    "matrices": [[[[1, 2, 3], [4, 5, 6]]], [[[7, 8, 9], [1, 1, 1]], [[2, 2, 2], [3, 3, 3]]]],
    "mismatch": [[[1, 2]], [[1, 2, 3]]],
}
cases = []
for (name, seqs), maxlen, padding, truncating, value in itertools.product(
    INPUTS.items(), [None, 1, 2, 3, 6], ["pre", "post", "middle"], ["pre", "post", "middle"], [0.0, -1.5]
):
    case = {"name": name, "sequences": seqs, "maxlen": maxlen, "padding": padding, "truncating": truncating, "value": value}
    try:
        x = pad_sequences(seqs, maxlen, "float32", padding, truncating, value)
        case["shape"], case["data"] = list(x.shape), x.ravel().tolist()
    except ValueError as e:
        case["error"] = str(e)
    cases.append(case)
with open(OUT, "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
