"""Runs exported models with onnxruntime and compares with what Keras gave.

    go test ./nn/onnx -run Export -onnx DIR
    python testdata/tools/onnx_check.py DIR

Needs onnx 1.23.2 and onnxruntime 1.32.0. Each model is checked by onnx.checker (full), run on the batch of its case and
on that batch twice over.
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort

ort.set_default_logger_severity(4)
folder = pathlib.Path(sys.argv[1])
worst, failed, n = {}, [], 0
for path in sorted(folder.glob("*.onnx")):
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
        arrays = np.load(path.with_suffix(".npz"))
        ins = [arrays[f"in{i}"] for i in range(len([k for k in arrays if k.startswith("in")]))]
        outs = [arrays[f"out{i}"] for i in range(len([k for k in arrays if k.startswith("out")]))]
        s = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        free = any(not isinstance(i.shape[0], int) for i in s.get_inputs() if i.shape)
        for twice in [False, True] if free else [False]:
            feed = {}
            for i, x in zip(s.get_inputs(), ins):
                feed[i.name] = np.concatenate([x, x]) if twice and not isinstance(i.shape[0], int) else x
            for i in s.get_inputs()[len(ins):]:  # states of stateful layers begin at zero
                feed[i.name] = np.zeros(i.shape, np.float32)
            got = s.run(None, feed)
            for g, w in zip(got, outs):
                if twice:
                    w = np.concatenate([w, w])
                d = np.abs(g - w) / (1e-5 + 1e-4 * np.abs(w))
                d = float(np.nanmax(d)) if d.size else 0.0
                if g.shape != w.shape or not d <= 1 or (np.isnan(g) != np.isnan(w)).any():
                    raise AssertionError(f"twice={twice}: shape {g.shape} for {w.shape}, difference {float(np.nanmax(np.abs(g - w))) if g.shape == w.shape else '?'}")
                kind = path.stem.split("_")[0]
                worst[kind] = max(worst.get(kind, 0), float(np.nanmax(np.abs(g - w))) if g.size else 0)
        n += 1
    except Exception as e:
        failed.append(f"{path.stem}: {type(e).__name__}: {str(e).splitlines()[0][:300]}")
print("\n".join(failed))
print(f"{n} models agree, {len(failed)} do not; largest difference {max(worst.values(), default=0):.2g}")
sys.exit(bool(failed))
