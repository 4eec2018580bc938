"""Loads files written in Go and compares with what goes with them.

    go test ./nn/saving -run KerasExport -keras DIR
    python testdata/tools/saving_keras_check.py DIR keras       # keras 3.15.1: NAME.k3.keras, NAME.weights.h5
    python testdata/tools/saving_keras_check.py DIR tf_keras    # tf_keras 2.21.0: NAME.tf.keras

Both load NAME.h5 and the weights NAME.plain.h5. NAME.npz holds inputs (in0, …), what Keras predicted (out0, …), perhaps targets
(y0, …) and the losses of five more steps. With --back the models are saved again, for go test ./nn/saving -run KerasBack -keras DIR.
Prints a line for each file: version, format, name, largest difference or what went wrong. Ends with 1 when a difference is above 1e-5
(1e-4 of large values for single layers, whose cases were made with that tolerance).
"""
import importlib
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
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


def check(name, form):
    """Loads one file; returns the model and the largest difference of its predictions."""
    arrays = dict(np.load(folder / f"{name}.npz"))
    ins, outs, ys = stored(arrays, "in"), stored(arrays, "out"), stored(arrays, "y")
    whole = folder / (f"{name}.{tag}.keras" if form != "h5" else f"{name}.h5")
    trains = "losses" in arrays and arrays["losses"].size and (form == "keras" or form == "h5" and tag == "tf")  # Keras 3 trains no model of .h5 files
    model = keras.models.load_model(str(whole), compile=bool(trains))
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
                write(str(folder / f"{name}.{tag}.back.{ending}"))
    if trains:
        losses = np.array([model.fit(pack(ins), pack(ys), epochs=1, batch_size=len(ins[0]), shuffle=False, verbose=0).history["loss"][0] for _ in range(5)])
        rel = float(np.max(np.abs(losses - arrays["losses"]) / np.maximum(0.1, np.abs(arrays["losses"]))))
        assert rel <= 1e-5, f"losses differ by {rel:.2g} of them: {losses} for {arrays['losses']}"
    return model, d


worst, failed, n = 0.0, [], 0
for path in sorted(folder.glob((f"*{only}" if only else "") + f"*.{tag}.keras")):
    name = path.name[: -len(f".{tag}.keras")]
    weights = True
    for form in "keras", "weights.h5", "h5", "plain.h5":
        if form != "keras" and not (folder / f"{name}.{form}").exists() or form.endswith(".h5") and (not weights or tag == "tf" and form == "weights.h5"):
            continue
        try:
            model, d = check(name, form)
            weights = bool(model.weights)
            worst, n = max(worst, d), n + 1
            print(f"{tag}\t{form}\t{name}\t{d:.2g}", flush=True)
        except Exception as e:
            print(f"{tag}\t{form}\t{name}\t{type(e).__name__}: {' '.join(str(e).split())[:160]}", flush=True)
            failed.append(f"{name}, {form}: {type(e).__name__}: {' '.join(str(e).split())[:400]}")
        keras.backend.clear_session()
print("\n".join(failed))
print(f"{sys.argv[2]} {keras.__version__}: {n} files agree, {len(failed)} do not; largest difference {worst:.2g}")
sys.exit(bool(failed))
