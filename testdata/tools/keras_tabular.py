"""Fixtures of train on tables: testdata/keras/tabular/{table.csv,expected.json}.

A small table with gaps goes through the preprocessing layers of tf-keras:
Normalization adapted to the training rows, StringLookup one-hot; then through
the dense model that train makes, with weights that both sides compute, and its
loss and metrics in the unit of the target. Which rows are for training is
computed here by the rule of the split: FNV-1a of the cells, mixed as
MurmurHash3 ends; the tenth of the smallest hashes is held out.
"""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tf_keras as keras

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keras", "tabular")
os.makedirs(ROOT, exist_ok=True)
HELD = 0.25
M = (1 << 64) - 1


def row_hash(cells):
    h = 14695981039346656037
    for c in cells:
        for b in c.encode():
            h = ((h ^ b) * 1099511628211) & M
        h = ((h ^ 0x1F) * 1099511628211) & M
    h ^= h >> 33
    h = (h * 0xFF51AFD7ED558CCD) & M
    h ^= h >> 33
    h = (h * 0xC4CEB9FE1A85EC53) & M
    return h ^ (h >> 33)


r = np.random.RandomState(11)
names = ["area", "age", "city", "price"]
cities = ["Oslo", "Rome", "Lima"]
rows = []
for i in range(40):
    area, age, city = f"{r.uniform(30, 200):.2f}", str(r.randint(0, 90)), cities[r.randint(3)]
    if i % 8 == 3:
        area = ""
    if i % 10 == 6:
        city = ""
    rows.append([area, age, city, f"{r.uniform(1e5, 9e5):.1f}"])
with open(os.path.join(ROOT, "table.csv"), "w") as f:
    f.write("\n".join(",".join(row) for row in [names] + rows) + "\n")

order = sorted(range(len(rows)), key=lambda i: row_hash(rows[i]))
held = set(order[: round(HELD * len(rows))])
train = [i for i in range(len(rows)) if i not in held]


def column(k, which):
    """A column of numbers, nan where there is none."""
    return np.array([float(rows[i][k] or "nan") for i in which])


encoded = []
every = range(len(rows))
for k in (0, 1):
    known = column(k, train)
    known = known[~np.isnan(known)].astype("float32")
    layer = keras.layers.Normalization(axis=None)
    layer.adapt(known)
    x = column(k, every)
    filled = np.where(np.isnan(x), known.mean(), x)
    encoded.append(np.where(np.isnan(x), 0, layer(filled[:, None].astype("float32")).numpy()[:, 0]))
    if np.isnan(column(k, train)).any():
        encoded.append(np.isnan(x).astype("float32"))
lookup = keras.layers.StringLookup(vocabulary=sorted(cities), num_oov_indices=1, mask_token=None, output_mode="one_hot")
one_hot = lookup(np.array([[rows[i][2] or "?"] for i in every])).numpy()
X = np.concatenate([np.stack(encoded, 1), one_hot], 1).astype("float32")
y = column(3, every)
mean, std = y[train].mean(), y[train].std()

inputs = keras.Input((X.shape[1],))
h = keras.layers.Dense(64, "relu")(inputs)
h = keras.layers.Dense(32, "relu")(h)
out = keras.layers.Rescaling(std, mean, name="prediction")(keras.layers.Dense(1)(h))
model = keras.Model(inputs, out)
model.set_weights([0.2 * np.sin(1.7 * np.arange(w.size) + i).reshape(w.shape) for i, w in enumerate(model.get_weights())])
model.compile("sgd", "mse", loss_weights=[1 / std**2], metrics=["mae", keras.metrics.R2Score()])
scores = model.evaluate(X[train], y[train, None], batch_size=len(train), verbose=0, return_dict=True)
with open(os.path.join(ROOT, "expected.json"), "w") as f:
    json.dump({
        "held": HELD, "train": [i + 2 for i in train], "mean": mean, "std": std, "rows": [[float(f"{v:.7g}") for v in x] for x in X],
        "predicted": [float(v) for v in model.predict(X, verbose=0)[:, 0]],
        "loss": scores["loss"], "mean_absolute_error": scores["mae"], "r2_score": scores["r2_score"],
    }, f)
    f.write("\n")
