"""The peers of command models: TensorFlow builds a model from Keras' JSON,
PyTorch's are written in torch_models.py. Both train it for three steps, whose
losses are compared, and go on from there while they are timed.
"""

import json
import math

import numpy as np

from serve import NoSuchSetting, compiled, serve


def mix(tensor, n):
    """24 bits for each place of a tensor, as ours.go makes them."""
    h = np.arange(n, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(tensor * 0x85EBCA6B & 0xFFFFFFFF)
    h = (h ^ h >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    h = (h ^ h >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return (h ^ h >> np.uint32(16)) >> np.uint32(8)


def unit(number, shape):
    return (mix(number, math.prod(shape)).astype("f") / np.float32(1 << 24) - np.float32(0.5)).reshape(shape)


def data(number, d):
    if d["below"]:
        return (mix(number, math.prod(d["shape"])) % d["below"]).astype("i8").reshape(d["shape"])
    return unit(number, d["shape"])


def first_weights(case):
    """Name to first value, in Keras' order."""
    out = {}
    for i, w in enumerate(case["weights"]):
        shape = w["shape"]
        scale = 2 * math.sqrt(3 / math.prod(shape[:-1])) if len(shape) > 1 else 0
        out[w["name"]] = np.ones(shape, "f") if w["ones"] else unit(i, shape) * np.float32(scale)
    return out


def trained_weights(case):
    """The same for predictions: see infer.go."""
    out = first_weights({"weights": [{**w, "ones": False} for w in case["weights"]]})
    for i, w in enumerate(case["weights"]):
        kind = w["name"].rsplit("/", 1)[-1]
        if kind in ("gamma", "moving_variance"):
            out[w["name"]] = np.float32(1) + unit(i, w["shape"]) * np.float32(0.4)
        elif kind in ("beta", "moving_mean", "bias"):
            out[w["name"]] = unit(i, w["shape"]) * np.float32(0.2)
    return out


def batch(case):
    return [data(1000 + i, d) for i, d in enumerate(case["inputs"])], data(2000, case["target"])


def tf_model(case, weights):
    import tf_keras as keras

    model = keras.models.model_from_json(json.dumps(case["model"]))
    groups = {}
    for name, value in weights.items():
        groups.setdefault(name.split("/")[0], []).append(value)
    for name, values in groups.items():
        model.get_layer(name).set_weights(values)
    return model


def tf_infer(setting, case):
    import tensorflow as tf

    model = tf_model(case, trained_weights(case))
    x = tf.constant(unit(1000, case["input"]["shape"]))
    predict = tf.function(lambda x: model(x, training=False), jit_compile=setting.endswith("xla"))

    def run():
        return predict(x).numpy()

    return run, lambda: run()[-1].tolist()


def tf_case(setting, case):
    if case.get("infer"):
        return tf_infer(setting, case)
    import tensorflow as tf
    import tf_keras as keras

    model = tf_model(case, first_weights(case))
    x, y = batch(case)
    x, y = [tf.constant(v) for v in x], tf.constant(y)
    loss_of = getattr(keras.losses, case["loss"])()
    # The older optimizers are one fused operation a weight.
    optimizer = keras.optimizers.legacy.SGD(0.01, momentum=0.9) if case["sgd"] else keras.optimizers.legacy.Adam()
    weights = model.trainable_variables

    @tf.function(jit_compile=setting.endswith("xla"))
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x if len(x) > 1 else x[0], training=True))
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    optimizer._create_all_weights(weights)  # variables cannot be made under XLA

    def run():
        return float(step(x, y))

    return run, lambda: [run() for _ in range(3)]


def torch_infer(setting, case):
    import torch

    import torch_applications

    torch.set_grad_enabled(False)
    build = next(f for word, f in torch_applications.MODELS.items() if word in case["name"])
    model = build(trained_weights(case)).eval()
    x = torch.from_numpy(unit(1000, case["input"]["shape"])).permute(0, 3, 1, 2).contiguous()
    if setting.endswith("last"):
        model = model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    predict = compiled(setting, model)

    def run():
        with torch.inference_mode():
            return predict(x).numpy()

    return run, lambda: run()[-1].tolist()


def onnx_case(setting, case):
    import onnxruntime

    import serve as s

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = s.THREADS, 1
    session = onnxruntime.InferenceSession(case["onnx"], options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: unit(1000, case["input"]["shape"])}

    def run():
        return session.run(None, feed)[0]

    return run, lambda: run()[-1].tolist()


def torch_case(setting, case):
    if case.get("infer"):
        return torch_infer(setting, case)
    import torch

    import torch_models

    build = next(f for word, f in torch_models.MODELS.items() if word in case["name"])
    last = setting.endswith("channels_last")
    images = len(case["inputs"][0]["shape"]) == 4
    if last and not images:
        raise NoSuchSetting
    model = build(torch_models.Weights(first_weights(case)))
    x, y = batch(case)
    x = [torch.from_numpy(v) for v in x]
    y = torch.from_numpy(y)
    if images:
        x = [v.permute(0, 3, 1, 2).contiguous() for v in x]
    if last:
        model = model.to(memory_format=torch.channels_last)
        x = [v.contiguous(memory_format=torch.channels_last) for v in x]
    if case["loss"] == "BinaryCrossentropy":
        y = y.permute(0, 3, 1, 2).float().contiguous()
        compare = torch.nn.functional.binary_cross_entropy_with_logits
    else:
        y = y.reshape(-1)
        compare = torch.nn.functional.cross_entropy
    model.train()

    def loss_of(*x):
        return compare(model(*x), y)

    loss_of = compiled(setting, loss_of)
    if case["sgd"]:
        optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9, fused=True)
    else:
        optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7, fused=True)

    def run():
        loss = loss_of(*x)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run, lambda: [run() for _ in range(3)]


if __name__ == "__main__":
    serve(torch=torch_case, tf=tf_case, onnx=onnx_case)
