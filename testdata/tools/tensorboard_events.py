"""Fixtures of kind "tensorboard": bytes of event files, and what tf-keras' TensorBoard callback writes. See README.md.

Needs tensorboard==2.21.0 besides requirements.txt.
"""

import glob
import io
import os
import tempfile

from keras_common import Case, finish, keras, np, rng
from PIL import Image
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.histogram import summary_v2 as histogram
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import tensor_util


class Sink(io.BytesIO):
    def close(self):
        pass


def record(event):
    sink = Sink()
    w = RecordWriter(sink)
    w.write(event.SerializeToString(deterministic=True))
    return sink.getvalue().hex()


def value_event(step, tag, plugin, tensor, content=b"", wall=1234567890.25):
    metadata = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=content))
    value = summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)
    return event_pb2.Event(wall_time=wall, step=step, summary=summary_pb2.Summary(value=[value]))


def strings(*values):
    t = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=list(values))
    if len(values) != 1:
        t.tensor_shape.dim.add(size=len(values))
    else:
        t.tensor_shape.SetInParent()
    return t


def records():
    cases = []

    def add(kind, event, **fields):
        cases.append({"kind": kind, "wall": event.wall_time, "step": event.step, **fields, "hex": record(event)})

    add("version", event_pb2.Event(wall_time=1234567890.25, file_version="brain.Event:2"))
    for step, tag, v in ((0, "epoch_loss", 0.0), (1, "epoch_loss", 0.25), (300, "a/b", -1e-30), (2**40, "ünicode", float("inf")), (5, "n", float("nan")), (6, "x" * 300, 3.5)):
        t = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=[v])
        t.tensor_shape.SetInParent()
        add("scalar", value_event(step, tag, "scalars", t), tag=tag, value=float(np.float32(v)))
    for name, data in (("many", rng("histogram").normal(size=200).astype(np.float32)), ("one", np.full(5, 0.5, np.float32)), ("two", np.array([-1, 2], np.float32)), ("none", np.zeros(0, np.float32))):
        table = tensor_util.make_ndarray(histogram.histogram_pb("t", data).value[0].tensor)
        t = tensor_pb2.TensorProto(dtype=types_pb2.DT_DOUBLE, tensor_content=np.asarray(table, "<f8").tobytes())
        for n in table.shape:
            t.tensor_shape.dim.add(size=n)
        add("histogram", value_event(3, "w/histogram", "histograms", t), tag="w/histogram", data=data.tolist(), table=table.tolist())
    add("strings", value_event(4, "w/image", "images", strings(b"3", b"2", b"\x89PNG...")), tag="w/image", plugin="images", content="", values=["3", "2", "\u0089PNG..."], note="values are bytes, one a character")
    add("strings", value_event(0, "keras", "graph_keras_model", strings(b'{"a": 1}'), b"1"), tag="keras", plugin="graph_keras_model", content="1", values=['{"a": 1}'])
    Case("tensorboard", "records", records=cases).write()


def describe(event):
    """An event as JSON, without its time."""
    out = []
    for v in event.summary.value:
        d = {"step": event.step, "tag": v.tag, "plugin": v.metadata.plugin_data.plugin_name, "content": v.metadata.plugin_data.content.decode("latin1")}
        a = tensor_util.make_ndarray(v.tensor)
        if a.dtype == object:
            flat = [bytes(x) for x in a.ravel()]
            if d["plugin"] == "images":
                d["size"] = [int(flat[0]), int(flat[1])]
                d["images"] = [np.asarray(Image.open(io.BytesIO(x))).ravel().tolist() for x in flat[2:]]
            else:
                d["strings"] = len(flat)
        else:
            d["dtype"], d["shape"], d["values"] = str(a.dtype), list(a.shape), a.ravel().tolist()
        out.append(d)
    return out


def run(name, **config):
    keras.backend.clear_session()
    L = keras.layers
    r = rng("tensorboard " + name)
    model = keras.Sequential([L.Conv2D(2, 3, input_shape=(5, 5, 1), name="conv"), L.Flatten(), L.Dense(3, activation="softmax", name="out")])
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    case = Case("tensorboard", name, config=config, note="Conv2D(2, 3) 'conv' on 5×5×1, Flatten, Dense(3, softmax) 'out'; SGD(0.1), sparse_categorical_crossentropy, accuracy; batches of 4, 3 epochs; the rate is halved at each epoch.")
    weights = [r.normal(0, 0.4, w.shape).astype(np.float32) for w in model.get_weights()]
    model.set_weights(weights)
    x, y = r.normal(size=(14, 5, 5, 1)).astype(np.float32), r.randint(0, 3, (14, 1)).astype(np.float32)
    vx, vy = r.normal(size=(5, 5, 5, 1)).astype(np.float32), r.randint(0, 3, (5, 1)).astype(np.float32)
    case.json["weights"] = [case.put(f"weight{i}", w) for i, w in enumerate(weights)]
    for k, v in (("x", x), ("y", y), ("val_x", vx), ("val_y", vy)):
        case.json[k] = case.put(k, v)
    with tempfile.TemporaryDirectory() as d:
        tb = keras.callbacks.TensorBoard(d, **config)
        halve = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr if epoch == 0 else lr * 0.5)
        # tf-keras forgets batches unless another callback wants to know of them.
        others = [keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: None)] if "update_freq" in config else []
        model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0, validation_data=(vx, vy), validation_batch_size=4, callbacks=[halve, tb] + others)
        case.json["events"] = {}
        for sub in ("train", "validation"):
            events, versions, graphs = [], [], 0
            for path in sorted(glob.glob(os.path.join(d, sub, "*"))):
                for e in event_file_loader.RawEventFileLoader(path).Load():
                    e = event_pb2.Event.FromString(e)
                    if e.file_version:
                        versions.append(e.file_version)
                    graphs += bool(e.graph_def)
                    events += describe(e)
            case.json["events"][sub] = events
            case.json[sub + "_versions"], case.json[sub + "_graphs"] = versions, graphs
        case.json["files"] = sorted(os.path.relpath(p, d) for p in glob.glob(os.path.join(d, "*")) if os.path.isfile(p))
    case.write()


def main():
    records()
    run("epochs", histogram_freq=0)
    run("batches", update_freq="batch", write_graph=False)
    run("every_second", update_freq=2, histogram_freq=2, write_images=True)
    finish("tensorboard")


if __name__ == "__main__":
    main()
