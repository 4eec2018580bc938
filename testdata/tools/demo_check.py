"""Opens the model that "train demo" trained, and goes on training it; then the other way round.

    go test ./cmd/train -run DemoInKeras -demo DIR -timeout 30m
    python testdata/tools/demo_check.py DIR tf_keras    # tf_keras 2.21.0
    python testdata/tools/demo_check.py DIR keras       # keras 3.15.1
    go test ./cmd/train -run DemoInKeras -demo DIR

Compares predictions for 64 pictures of clothes and the losses of five more steps with ours; saves the model then, with the
next five losses, for the second Go test. Prints the largest differences (those of losses as part of the loss). Dropout is 0, because no two
programs draw the same random numbers.
"""
import importlib
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

folder, keras = pathlib.Path(sys.argv[1]), importlib.import_module(sys.argv[2])
tag = {"tf_keras": "tf", "keras": "k3"}[sys.argv[2]]
a = np.load(folder / "demo.npz")
x, y = a["in0"], a["y0"]
bad = False


def five(model):
    return np.array([model.fit(x, y, epochs=1, batch_size=len(x), shuffle=False, verbose=0).history["loss"][0] for _ in range(5)], "float32")


def apart(got, want):
    return float(np.max(np.abs(got - want) / np.maximum(np.abs(want), 0.1)))


for path in sorted(folder.glob(f"demo.{tag}.*")):
    model = keras.models.load_model(str(path))
    p = apart(model.predict(x, verbose=0), a["out0"])
    steps = int(model.optimizer.iterations.numpy())
    l = apart(five(model), a["losses"])
    print(f"{path.name}: after {steps} steps predictions {p:.2g}, losses of 5 steps {l:.2g}", flush=True)
    bad |= p > 1e-5 or l > 1e-5
    back = folder / path.name.replace("demo.", "demo.back.")
    model.save(str(back))
    np.savez(f"{back}.npz", in0=x, y0=y, out0=model.predict(x, verbose=0), losses=five(model))
sys.exit(bad)
