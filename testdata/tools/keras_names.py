"""Writes testdata/keras/names.json: the public names of tf_keras by module,
classes with their own methods and properties.

    python keras_names.py
"""

import inspect
import json
import os

import tf_keras
from tf_keras.preprocessing import image, sequence, text

OUT = os.path.join(os.path.dirname(__file__), "..", "keras", "names.json")
# Classes whose members are names that people look for.
WHOLE = {"Tokenizer", "TimeseriesGenerator", "ImageDataGenerator", "Model", "Sequential", "Layer", "Callback"}
# What belongs to TensorFlow rather than to Keras.
NOT = {"from_tensor", "experimental", "DenseFeatures", "with_name_scope", "submodules"}


def members(cls):
    own = [c for c in cls.__mro__ if c.__module__.startswith(("tf_keras", "keras_preprocessing"))]
    return sorted({n for c in own for n in vars(c) if not n.startswith("_") and n not in NOT})


def public(module, whole=WHOLE):
    names = []
    for n in dir(module):
        x = getattr(module, n)
        if n.startswith("_") or inspect.ismodule(x):
            continue
        names.append(n)
        if inspect.isclass(x) and n in whole:
            names += ["%s.%s" % (n, m) for m in members(x)]
    return sorted(names, key=lambda n: (n.lower(), n))


# (timeseries_generator_from_json and _remove_long_seq are of keras_preprocessing.)
# Attributes that a Tokenizer has once it is made.
tokenizer = ["Tokenizer." + n for n in vars(text.Tokenizer()) if not n.startswith("_")]
names = {
    "preprocessing.text": sorted(set(public(text) + tokenizer), key=str.lower),
    "preprocessing.sequence": sorted([n for n in public(sequence) if not n.endswith(".on_epoch_end")] + ["TimeseriesGenerator.__getitem__", "timeseries_generator_from_json", "_remove_long_seq"], key=str.lower),
    "preprocessing.image": public(image),
    "models": public(tf_keras.models),
    "layers": public(tf_keras.layers),
    "optimizers.schedules": public(tf_keras.optimizers.schedules),
}
for module in ("activations", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers", "callbacks", "utils", "backend"):
    names[module] = public(getattr(tf_keras, module))
for module, own in names.items():  # serialize, deserialize, get: the registry
    names[module] = [n for n in own if n not in ("deserialize", "serialize", "get")]
with open(OUT, "w") as f:
    json.dump(names, f, indent=1, sort_keys=True)
    f.write("\n")
print({m: len(n) for m, n in names.items()})
