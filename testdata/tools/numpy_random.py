"""Writes testdata/numpy_random/legacy.json: what numpy's RandomState draws."""
import json
import os

import numpy as np

SEEDS = [0, 1, 42, 1337, 2**32 - 1]
ARRAYS = [[1, 2, 3], [2**32 - 1], list(range(700))]


def draw(seed):
    r = np.random.RandomState(seed)
    c = {}
    c["uint32"] = [int(x) for x in r.randint(0, 2**32, size=700, dtype=np.uint32)][690:]
    c["float64"] = [float(r.random_sample()) for _ in range(5)]
    c["uniform"] = [float(r.uniform(-0.2, 0.3)) for _ in range(5)]
    c["randint"] = [int(r.randint(lo, hi)) for lo, hi in [(0, 1), (0, 2), (-5, 5), (3, 1000), (0, 2**32), (0, 2**32 + 1), (-2**62, 2**62)]]
    c["permutation"] = [[int(x) for x in r.permutation(n)] for n in [0, 1, 2, 10, 33]]
    a = np.arange(7)
    r.shuffle(a)
    c["shuffle"] = [int(x) for x in a]
    c["normal"] = [float(r.standard_normal()) for _ in range(5)]  # odd: one stays cached
    c["between"] = float(r.random_sample())
    c["normal2"] = [float(x) for x in r.normal(0, 1, size=6)]
    c["choice"] = [int(r.choice(n)) for n in [1, 2, 3, 100]]
    return c


def main():
    out = {"numpy": np.__version__, "cases": []}
    for s in SEEDS:
        out["cases"].append({"seed": [s], "array": False, **draw(s)})
    for a in ARRAYS:
        out["cases"].append({"seed": a, "array": True, **draw(a)})
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "numpy_random", "legacy.json"), "w") as f:
        json.dump(out, f, indent=None, separators=(",", ":"))
        f.write("\n")


main()
