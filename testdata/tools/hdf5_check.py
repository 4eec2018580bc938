"""Reads with h5py the file that HDF5_SAMPLE=FILE go test ./internal/hdf5 -run TestReadsWhatItWrites writes."""

import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1], "r+") as f:
    x = (np.arange(210, dtype="f4") / np.float32(3) - np.float32(20)).reshape(6, 5, 7)
    assert f.attrs["model_config"] == '{"class_name": "Dense"}' * 5000
    assert f.attrs["empty"] == "" and list(f.attrs["layer_names"]) == [b"dense", b"dense_1", b"x"]
    assert list(f.attrs["none"]) == [] and list(f.attrs["texts"]) == ["ä", "", "long" * 2000, "b"]
    assert f.attrs["int"] == -7 and f.attrs["float"] == 0.1 and len(f.attrs) == 47
    np.testing.assert_array_equal(f["a/b/kernel:0"][()], x)
    np.testing.assert_array_equal(f["zip/small"][()], x)
    np.testing.assert_array_equal(f["a/b/bias:0"][()], np.array([1, np.inf, np.nan, 1e-45], "f4"))
    assert f["a/scalar"][()] == 2.5 and f["a/iterations:0"][()] == 1 << 60
    assert f["a/empty"].shape == (0, 4) and f["a/empty"].attrs["attr"] == "of a dataset"
    np.testing.assert_array_equal(f["zip/big"][()], np.tile(np.arange(1000, dtype="f4"), (300, 1)))
    assert sorted(f["layers"]) == sorted("layer_%d" % i for i in range(300))
    f["a/scalar"][()] = 3.5  # and it can be changed
    f["new/group"] = np.arange(3)
    f.attrs["more"] = "yes"
with h5py.File(sys.argv[1], "r") as f:
    assert f["a/scalar"][()] == 3.5 and list(f["new/group"]) == [0, 1, 2] and f.attrs["more"] == "yes"
print("ok")
