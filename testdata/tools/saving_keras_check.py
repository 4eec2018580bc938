"""Loads .keras files written in Go and compares with what goes with them.

    go test ./nn/saving -run KerasExport -keras DIR
    python testdata/tools/saving_keras_check.py DIR keras       # keras 3.15.1: NAME.k3.keras
    python testdata/tools/saving_keras_check.py DIR tf_keras    # tf_keras 2.21.0: NAME.tf.keras

NAME.npz holds inputs (in0, …), what Keras predicted (out0, …), perhaps targets (y0, …) and the losses of five more steps.
Prints a line for each file: version, format, name, largest difference; and what failed. Ends with 1 when a difference is above 1e-5
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
back = "--back" in sys.argv  # save each again, for go test ./nn/saving -run KerasBack -keras DIR
only = next((a for a in sys.argv[3:] if a != "--back"), "")
worst, failed, n = 0.0, [], 0


def stored(arrays, stem):
    return [arrays[f"{stem}{i}"] for i in range(sum(k.startswith(stem) and k[len(stem):].isdigit() for k in arrays))]


def names(model, ins):
    """Our models take their inputs in order."""
    return ins[0] if len(ins) == 1 else ins


for path in sorted(folder.glob((f"*{only}" if only else "") + f"*.{tag}.keras")):
    name = path.name[: -len(f".{tag}.keras")]
    try:
        arrays = dict(np.load(folder / f"{name}.npz"))
        ins, outs, ys = stored(arrays, "in"), stored(arrays, "out"), stored(arrays, "y")
        model = keras.models.load_model(path)
        forms = {"keras": model}
        alone = folder / f"{name}.weights.h5"
        if alone.exists() and tag == "k3" and model.weights:
            empty = keras.models.load_model(path, compile=False)
            for v in empty.weights:
                v.assign(np.zeros(v.shape, str(v.dtype)))
            empty.load_weights(alone)
            forms["weights.h5"] = empty
        limit, d = 1e-5 if "losses" in arrays else 1e-4, 0.0
        for form, m in forms.items():
            got = m(names(m, ins), training=False)
            got = [np.asarray(g) for g in (got if isinstance(got, (list, tuple)) else [got])]
            assert [g.shape for g in got] == [w.shape for w in outs], f"shapes {[g.shape for g in got]}, want {[w.shape for w in outs]}"
            one = max((float(np.nanmax(np.abs(g - w) / np.maximum(1, np.abs(w)))) for g, w in zip(got, outs) if g.size), default=0.0)
            assert one <= limit, f"{form}: difference {one:.3g}"
            print(f"{tag}\t{form}\t{name}\t{one:.2g}", flush=True)
            d = max(d, one)
        if back:
            for form, write in ("keras", model.save), ("h5", model.save), ("weights.h5", model.save_weights):
                write(str(folder / f"{name}.{tag}.back.{form}"))
        if "losses" in arrays and arrays["losses"].size:
            fit = lambda: model.fit(names(model, ins), names(model, ys), epochs=1, batch_size=len(ins[0]), shuffle=False, verbose=0).history["loss"][0]
            losses = np.array([fit() for _ in range(5)])
            rel = float(np.max(np.abs(losses - arrays["losses"]) / np.maximum(0.1, np.abs(arrays["losses"]))))
            assert rel <= 1e-5, f"losses differ by {rel:.2g} of them: {losses} for {arrays['losses']}"
        worst, n = max(worst, d), n + 1
    except Exception as e:
        print(f"{tag}\tkeras\t{name}\t{type(e).__name__}: {' '.join(str(e).split())[:160]}", flush=True)
        failed.append(f"{name}: {type(e).__name__}: {' '.join(str(e).split())[:400]}")
    keras.backend.clear_session()
print("\n".join(failed))
print(f"{sys.argv[2]} {keras.__version__}: {n} files agree, {len(failed)} do not; largest difference {worst:.2g}")
sys.exit(bool(failed))
