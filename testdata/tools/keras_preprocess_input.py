"""What keras.applications.imagenet_utils.preprocess_input makes of pixels, in its three modes.

    python testdata/tools/keras_preprocess_input.py     # tf_keras 2.21.0

Writes testdata/keras/preprocess_input.json: pixels (RGB, one after the other) and the same number of values for each mode.
"""
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
from tf_keras.applications import imagenet_utils

r = np.random.default_rng(5)
pixels = np.concatenate([[0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255], r.integers(0, 256, 33)]).astype(np.float32)
modes = {m: imagenet_utils.preprocess_input(pixels.copy().reshape(1, 4, 4, 3), data_format="channels_last", mode=m).ravel().tolist() for m in ("caffe", "tf", "torch")}
path = pathlib.Path(__file__).resolve().parents[1] / "keras" / "preprocess_input.json"
path.write_text(json.dumps({"pixels": pixels.tolist(), "modes": modes}) + "\n")
