"""Writes testdata/python/random.json: what Python's module random draws."""

import json
import os
import random

OUT = os.path.join(os.path.dirname(__file__), "..", "python", "random.json")
cases = []
for seed in [0, 1, 42, 2**32 - 1, 2**32, 2**40 + 5, 2**64 - 1]:
    random.seed(seed)
    case = {"seed": str(seed), "random": [random.random() for _ in range(3)]}
    case["randint"] = [random.randint(1, n) for n in (1, 2, 3, 1000, 2**32 - 1, 2**32, 2**32 + 1, 2**62)]
    items = list(range(50))
    random.shuffle(items)
    case["shuffle"] = items
    for _ in range(700):
        random.random()
    case["later"] = random.random()
    cases.append(case)
with open(OUT, "w") as f:
    json.dump(cases, f)
    f.write("\n")
