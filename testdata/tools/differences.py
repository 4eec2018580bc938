"""Compares the fixtures with those that git has: `differences.py [folder of testdata …]`. Fails where a number is beyond the tolerance of its case.

The scripts give the same bytes on the processor that made them. On another one sums of float32 have another order, so the last
bits differ: numbers are compared as the Go tests do it, |new − old| ≤ atol + rtol·|old|, with at least 1e-5 for both; text, shapes,
names and whole numbers must be equal. An array is also allowed 1e-5 of its largest number.
"""

import io
import json
import math
import os
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
TESTDATA = "testdata", ":!testdata/tools"
TABLES = "text/subword/tables.go"  # of text_chars.py


def git(*args):
    return subprocess.run(["git", "-C", ROOT, *args], check=True, stdout=subprocess.PIPE).stdout


def beyond(old, new, tol):
    old, new = np.asarray(old, np.float64), np.asarray(new, np.float64)
    if old.shape != new.shape:
        return f"shape {old.shape} became {new.shape}"
    finite = np.isfinite(old) & np.isfinite(new)
    if not np.array_equal(old[~finite], new[~finite], equal_nan=True):
        return "infinite or NaN elsewhere"
    if not finite.any():
        return None
    a, b = old[finite], new[finite]
    allowed = np.maximum(tol["atol"] + tol["rtol"] * np.abs(a), 1e-5 * np.abs(a).max())
    worst = np.argmax(np.abs(a - b) - allowed)
    if abs(a[worst] - b[worst]) > allowed[worst]:
        return f"{a[worst]!r} became {b[worst]!r}"
    return None


def compare(old, new, tol, path=""):
    """What differs, as lines."""
    if isinstance(old, dict) and isinstance(new, dict):
        lines = [f"{path}/{k}: only in one" for k in sorted(old.keys() ^ new.keys())]
        for k in old.keys() & new.keys():
            lines += compare(old[k], new[k], tol, f"{path}/{k}")
        return lines
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [line for i, (a, b) in enumerate(zip(old, new)) for line in compare(a, b, tol, f"{path}/{i}")]
    if isinstance(old, float) and isinstance(new, float) and math.isfinite(old) and math.isfinite(new):
        bad = beyond(old, new, tol)
        return [f"{path}: {bad}"] if bad else []
    return [] if old == new else [f"{path}: {str(old)[:80]} became {str(new)[:80]}"]


def hdf5(data):
    """What is in an HDF5 file: of each path, type, shape and bytes; attributes too."""
    import h5py

    def plain(x):
        x = np.asarray(x)
        return str(x.dtype), x.shape, x.tolist().__repr__() if x.dtype.hasobject else x.tobytes()

    found = {}

    def see(path, thing):
        found[path] = plain(thing[()]) if isinstance(thing, h5py.Dataset) else type(thing).__name__
        for k, v in thing.attrs.items():
            found[f"{path}@{k}"] = ("empty", str(v.dtype)) if isinstance(v, h5py.Empty) else plain(v)

    with h5py.File(io.BytesIO(data)) as f:
        see("/", f)
        f.visititems(see)
    return found


def safetensors(data):
    n = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + n]), data[8 + n :]


def main():
    folders = ["testdata/" + name for name in sys.argv[1:]] or [*TESTDATA, TABLES]
    changed = git("diff", "--name-only", "HEAD", "--", *folders).decode().split()
    new = git("ls-files", "--others", "--exclude-standard", "--", *folders).decode().split()
    bad = [f"{f}: new" for f in new]
    for f in changed:
        file = os.path.join(ROOT, f)
        if not os.path.exists(file):
            bad.append(f"{f}: gone")
            continue
        was = git("show", "HEAD:" + f)
        with open(file, "rb") as r:
            now = r.read()
        text = os.path.splitext(file)[0] + ".json"
        tol = {"rtol": 1e-5, "atol": 1e-5}
        if os.path.exists(text):
            with open(text) as r:
                case = json.load(r)
            if isinstance(case, dict):
                tol = {k: max(tol[k], case.get("tolerance", tol)[k]) for k in tol}
        if f.endswith(".npz"):
            a, b = np.load(io.BytesIO(was)), np.load(io.BytesIO(now))
            lines = [f"{k}: only in one" for k in sorted(set(a.files) ^ set(b.files))]
            for k in sorted(set(a.files) & set(b.files)):
                if line := beyond(a[k], b[k], tol):
                    lines.append(f"{k}: {line}")
        elif f.endswith(".json"):
            lines = compare(json.loads(was), json.loads(now), tol)
        elif f.endswith(".h5"):  # "latest" files hold the time
            a, b = hdf5(was), hdf5(now)
            lines = [f"{k}: differs" for k in sorted(a.keys() | b.keys()) if a.get(k) != b.get(k)]
        elif f.endswith(".safetensors"):  # the order of a header's entries is another each time
            lines = [] if safetensors(was) == safetensors(now) else ["differs"]
        else:
            lines = ["bytes differ"]
        bad += [f"{f}: {line}" for line in lines]
    for line in bad:
        print(line)
    if bad:
        sys.exit(1)
    print(f"no fixture differs; {len(changed)} files have other last bits" if changed else "no fixture differs, not by a bit")


if __name__ == "__main__":
    main()
