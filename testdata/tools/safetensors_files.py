"""Writes testdata/safetensors/kinds.safetensors with every kind of number, and kinds.npz with the same numbers as float32.

With a path as argument: reads that file, which Antler wrote, and prints its arrays. Needs safetensors 0.8.0 and numpy.
"""
import pathlib
import struct
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

if len(sys.argv) > 1:
    with safe_open(sys.argv[1], "numpy") as f:
        print(f.metadata())
        for k in f.keys():
            print(k, f.get_tensor(k).dtype, f.get_tensor(k).tolist())
    sys.exit()

out = pathlib.Path(__file__).parent.parent / "safetensors"
r = np.random.RandomState(1)
arrays = {}
for t in [np.float64, np.float32, np.float16]:
    arrays[np.dtype(t).name] = np.concatenate([r.randn(6), [0, -0.0, 6e-8, -6.1e-5, 65504, np.inf, -np.inf, np.nan]]).astype(t).reshape(2, 7)
for t in [np.int64, np.int32, np.int16, np.int8, np.uint64, np.uint32, np.uint16, np.uint8]:
    i = np.iinfo(t)
    arrays[np.dtype(t).name] = np.array([i.min, 0, 1, 100, i.max], t)
arrays["bool"] = np.array([[True, False]])
arrays["scalar"] = np.array(2.5, np.float32)
arrays["empty"] = np.zeros((0, 3), np.float32)
save_file(arrays, out / "kinds.safetensors", {"format": "np", "note": "ü"})
with np.errstate(over="ignore"):
    np.savez(out / "kinds.npz", **{k: v.astype(np.float32) for k, v in arrays.items()})
