"""Loads files written in Go and compares with what goes with them.

    go test ./nn/saving -run KerasExport -keras DIR
    python testdata/tools/saving_keras_check.py DIR keras       # keras 3.15.1: NAME.k3.keras, NAME.weights.h5
    python testdata/tools/saving_keras_check.py DIR tf_keras    # tf_keras 2.21.0: NAME.tf.keras

Both load NAME.h5 and the weights NAME.plain.h5. NAME.npz holds inputs (in0, …), what Keras predicted (out0, …), perhaps targets
(y0, …) and the losses of five more steps. With --back the models are saved again, for go test ./nn/saving -run KerasBack -keras DIR.
Prints a line for each file: version, format, name, largest difference or what went wrong; the format is back.h5 where Keras cannot
write what it has just loaded. The lines are kept in DIR/VERSION.tsv: a run that was stopped goes on from there, and does not compare again what
is in it. Ends with 1 when a difference is above 1e-5 (1e-4 of large values for single layers, whose cases were made with that tolerance).
"""
import gc
import importlib
import os
import pathlib
import re
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py
import numpy as np

keras = importlib.import_module(sys.argv[2])
tag = {"tf_keras": "tf", "keras": "k3"}[sys.argv[2]]
folder = pathlib.Path(sys.argv[1])
back = "--back" in sys.argv
only = next((a for a in sys.argv[3:] if a != "--back"), "")


def stored(arrays, stem):
    return [arrays[f"{stem}{i}"] for i in range(sum(k.startswith(stem) and k[len(stem):].isdigit() for k in arrays))]


def pack(a):
    """Our models take their inputs in order."""
    return a[0] if len(a) == 1 else a


def reason(e, most=160):
    text = re.sub("\x1b\\[[0-9;]*m", "", str(e)).replace(f"{folder}{os.sep}", "")  # no colours
    return f"{type(e).__name__}: {' '.join(text.split())[:most]}"


def say(form, name, what):
    line = f"{tag}\t{form}\t{name}\t{what}"
    print(line, flush=True)
    with open(kept, "a") as f:
        f.write(line + "\n")


def check(name, form):
    """Loads one file; returns the largest difference of its predictions."""
    arrays = dict(np.load(folder / f"{name}.npz"))
    ins, outs, ys = stored(arrays, "in"), stored(arrays, "out"), stored(arrays, "y")
    whole = folder / (f"{name}.{tag}.keras" if form != "h5" else f"{name}.h5")
    trains = "losses" in arrays and arrays["losses"].size and (form == "keras" or form == "h5" and tag == "tf")  # Keras 3 trains no model of .h5 files
    if form.endswith(".h5") and name in loaded:
        model = loaded[name]
    else:
        model = keras.models.load_model(str(whole), compile=bool(trains))
        model.run_eagerly = True  # compiling takes longer than the few steps of a small model
        if form == "keras":
            loaded.clear()
            if '"stateful": true' not in model.to_json():
                loaded[name] = model
    if form.endswith(".h5"):
        for v in model.weights:
            v.assign(np.zeros(v.shape, str(v.dtype.name if hasattr(v.dtype, "name") else v.dtype)))
        model.load_weights(str(folder / f"{name}.{form}"))
    got = model(pack(ins), training=False)
    got = [np.asarray(g) for g in (got if isinstance(got, (list, tuple)) else [got])]
    assert [g.shape for g in got] == [w.shape for w in outs], f"shapes {[g.shape for g in got]}, want {[w.shape for w in outs]}"
    d = max((float(np.nanmax(np.abs(g - w) / np.maximum(1, np.abs(w)))) for g, w in zip(got, outs) if g.size), default=0.0)
    assert d <= (1e-5 if "losses" in arrays else 1e-4), f"difference {d:.3g}"
    if back and form == "keras":
        for ending, write in ("keras", model.save), ("h5", model.save), ("weights.h5", model.save_weights), ("plain.h5", model.save_weights):
            if ending != "plain.h5" or tag == "tf":  # Keras 3 does not write that form
                path = folder / f"{name}.{tag}.back.{ending}"
                try:
                    write(str(path))
                except Exception as e:
                    path.unlink(missing_ok=True)  # what it left is no whole file
                    say(f"back.{ending}", name, reason(e))
    if trains:
        losses = np.array([step(model, pack(ins), pack(ys)) for _ in range(5)])
        rel = float(np.max(np.abs(losses - arrays["losses"]) / np.maximum(0.1, np.abs(arrays["losses"]))))
        assert rel <= 1e-5, f"losses differ by {rel:.2g} of them: {losses} for {arrays['losses']}"
    return d


def step(model, x, y):
    """The loss of one step, with what fit does after it; fit itself takes a second."""
    model.reset_metrics()
    loss = float(np.ravel(model.train_on_batch(x, y))[0])
    if hasattr(model.optimizer, "finalize_variable_values"):  # averages take the weights' places
        model.optimizer.finalize_variable_values(model.trainable_variables)
    return loss


def weights_in(path):
    """Whether a file of weights has any."""
    with h5py.File(path) as f:
        found = []
        f.visititems(lambda _, o: found.append(o) if isinstance(o, h5py.Dataset) else None)
    return bool(found)


kept = folder / f"{tag}.tsv"
loaded = {}  # the model that weights alone are loaded into, by its name
gc.freeze()  # else every collection looks through all of TensorFlow
done = {}  # (name, form): what was said in a run before
if kept.exists():
    for line in kept.read_text().splitlines():
        _, form, name, what = line.split("\t", 3)
        done[name, form] = what
        print(line, flush=True)


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


for path in sorted(folder.glob((f"*{only}" if only else "") + f"*.{tag}.keras")):
    name = path.name[: -len(f".{tag}.keras")]
    for form in "keras", "weights.h5", "h5", "plain.h5":
        path = folder / f"{name}.{form}"
        if (name, form) in done or tag == "tf" and form == "weights.h5" or form != "keras" and not path.exists():
            continue
        if form.endswith(".h5") and not weights_in(path):
            continue
        try:
            done[name, form] = f"{check(name, form):.2g}"
        except Exception as e:
            done[name, form] = reason(e)
        say(form, name, done[name, form])
        keras.backend.clear_session()
failed = [f"{name}, {form}: {what}" for (name, form), what in done.items() if number(what) is None]
print("\n".join(failed))
good = [number(what) for what in done.values() if number(what) is not None]
print(f"{sys.argv[2]} {keras.__version__}: {len(good)} files agree, {len(failed)} do not; largest difference {max(good, default=0):.2g}")
sys.exit(bool(failed))
