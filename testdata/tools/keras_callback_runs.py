"""Fixtures of kind "callback_runs": hooks and logs of whole runs, and decisions on many random curves. See README.md."""

import http.server
import threading

from keras_common import Case, finish, keras, np, rng
from keras_callbacks import Model as Puppet

K = keras.callbacks


# ------------------------------------------------------------ order and logs of hooks


class Recorder(K.Callback):
    """Notes every hook with its index and logs; stop is (hook, index) after which training is to stop."""

    def __init__(self, stop=None):
        super().__init__()
        self.calls, self.stop = [], stop

    def note(self, hook, index, logs):
        logs = {k: float(v) for k, v in (logs or {}).items() if np.ndim(v) == 0 and not isinstance(v, (list, tuple))}
        self.calls.append([hook, index, logs])
        if self.stop and (hook, index) == tuple(self.stop):
            self.model.stop_training = True


def hook(name, indexed):
    if indexed:
        return lambda self, index, logs=None: self.note(name, index, logs)
    return lambda self, logs=None: self.note(name, None, logs)


for kind in ("train", "test", "predict"):
    for at in ("begin", "end"):
        setattr(Recorder, f"on_{kind}_{at}", hook(f"on_{kind}_{at}", False))
        setattr(Recorder, f"on_{kind}_batch_{at}", hook(f"on_{kind}_batch_{at}", True))
for at in ("begin", "end"):
    setattr(Recorder, f"on_epoch_{at}", hook(f"on_epoch_{at}", True))


def model():
    keras.backend.clear_session()
    m = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", input_shape=(2,), kernel_initializer=keras.initializers.Constant(0.25))])
    m.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return m


X = np.arange(20, dtype=np.float32).reshape(10, 2) / 10
Y = (X.sum(1, keepdims=True) > 2).astype(np.float32)


def hooks(name, what="fit", stop=None, **args):
    recorder = Recorder(stop)
    m = model()
    if what == "fit":
        m.fit(X, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[recorder], **args)
    elif what == "evaluate":
        m.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[recorder])
    else:
        m.predict(X, batch_size=4, verbose=0, callbacks=[recorder])
    case = Case("callback_runs", "hooks_" + name, what=what, args=args, stop=stop, calls=recorder.calls, note="Dense(1, sigmoid), kernel 0.25, bias 0, SGD(0.01), binary_crossentropy and accuracy; batches of 4.")
    case.json["x"], case.json["y"] = case.put("x", X), case.put("y", Y)
    case.write()


# ------------------------------------------------------------ decisions on random curves


def curve(r, n, rising):
    """A noisy learning curve with ties, plateaus and, sometimes, NaN."""
    x = np.exp(-np.arange(n) * r.uniform(0, 0.6)) * r.uniform(0.5, 2) + r.normal(0, r.choice([0, 0.02, 0.2]), n)
    x = np.round(x, int(r.choice([1, 2, 4])))
    if rising:
        x = 1 - x
    if r.rand() < 0.15:
        x[r.randint(n)] = np.nan
    return [float(v) for v in x]


def settings(r, **choices):
    """Some of the settings, each with a random choice."""
    return {k: v[r.randint(len(v))] for k, v in choices.items() if r.rand() < 0.6}


def early_stopping():
    cases = []
    for i in range(200):
        r = rng(f"early_stopping {i}")
        key = ["val_loss", "val_accuracy", "val_auc", "f1"][r.randint(4)]
        values = curve(r, int(r.randint(3, 16)), key != "val_loss")
        config = {"monitor": key, **settings(r, min_delta=[0, 0.01, 0.1, -0.05], patience=[0, 1, 2, 3], mode=["auto", "min", "max"], baseline=[None, 0.2, 0.5, 0.8], restore_best_weights=[False, True, True], start_from_epoch=[0, 1, 4])}
        cb, m = K.EarlyStopping(**config), Puppet(0.1)
        cb.set_model(m)
        cb.on_train_begin()
        trace = []
        for e, v in enumerate(values):
            cb.on_epoch_begin(e)
            m.weights = e
            cb.on_epoch_end(e, {key: v})
            trace.append([cb.wait, cb.best, cb.best_epoch])
            if m.stop_training:
                break
        cb.on_train_end()
        cases.append({"config": config, "values": values, "trace": trace, "stopped": bool(m.stop_training), "stopped_epoch": cb.stopped_epoch, "weights_of_epoch": m.weights})
    Case("callback_runs", "decisions_early_stopping", cases=cases, note="trace: wait, best and best_epoch after each epoch.").write()


def reduce_lr():
    cases = []
    for i in range(200):
        r = rng(f"reduce_lr {i}")
        key = ["val_loss", "val_accuracy", "loss", "f1"][r.randint(4)]
        values = curve(r, int(r.randint(4, 20)), "loss" not in key)
        config = {"monitor": key, "patience": int(r.randint(0, 4)), **settings(r, factor=[0.1, 0.2, 0.5, 0.9], mode=["auto", "min", "max"], min_delta=[0, 1e-4, 0.05], cooldown=[0, 1, 3], min_lr=[0, 1e-3, 1e-2])}
        lr = float(r.choice([0.1, 0.01, 0.3]))
        cb, m = K.ReduceLROnPlateau(**config), Puppet(lr)
        cb.set_model(m)
        cb.on_train_begin()
        trace = []
        for e, v in enumerate(values):
            logs = {key: v}
            cb.on_epoch_end(e, logs)
            trace.append([float(str(logs["lr"])), float(str(m.optimizer.learning_rate.numpy())), cb.wait, cb.best, cb.cooldown_counter])
        cases.append({"config": config, "values": values, "lr": lr, "trace": trace})
    Case("callback_runs", "decisions_reduce_lr", cases=cases, note="trace: logs['lr'], the rate after the epoch (both as float32 prints), wait, best and cooldown_counter.").write()


def model_checkpoint():
    cases = []
    for i in range(100):
        r = rng(f"model_checkpoint {i}")
        key = ["val_loss", "val_accuracy", "fmeasure", "val_auc"][r.randint(4)]
        values = curve(r, int(r.randint(3, 12)), key != "val_loss")
        config = {"filepath": "w{epoch:02d}.h5", "monitor": key, **settings(r, save_best_only=[True, True, False], mode=["auto", "min", "max"], initial_value_threshold=[0.3, 0.6], period=[1, 2, 3])}
        cb, m = K.ModelCheckpoint(**config), Puppet(0.1)
        cb.set_model(m)
        cb.set_params({"epochs": len(values)})
        cb.on_train_begin()
        best = []
        for e, v in enumerate(values):
            cb.on_epoch_begin(e)
            m.weights = e
            cb.on_epoch_end(e, {key: v})
            best.append(cb.best)
        cb.on_train_end()
        cases.append({"config": config, "values": values, "best": best, "saved": [s["path"] for s in m.saved]})
    Case("callback_runs", "decisions_model_checkpoint", cases=cases).write()


# ------------------------------------------------------------ the rest


def base_logger():
    r = rng("base_logger")
    cb = K.BaseLogger(stateful_metrics=["accuracy"])
    cb.set_params({"metrics": ["loss", "accuracy", "mae", "absent"]})
    epochs = []
    for e in range(2):
        cb.on_epoch_begin(e)
        batches = []
        for b in range(5):
            logs = {"size": int(r.randint(1, 9)), "loss": float(r.rand()), "accuracy": float(r.rand()), "mae": float(r.rand())}
            batches.append(logs)
            cb.on_batch_end(b, dict(logs))
        logs = {}
        cb.on_epoch_end(e, logs)
        epochs.append({"batches": batches, "logs": logs})
    Case("callback_runs", "base_logger", stateful_metrics=["accuracy"], epochs=epochs).write()


def remote_monitor():
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append({"path": self.path, "content_type": self.headers["Content-Type"], "x_run": self.headers["X-Run"], "body": body.decode()})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}"
    logs = [{"loss": 0.5, "val_loss": 1e-7}, {"loss": 12345678.0, "accuracy": 1.0}, {"loss": 1e22, "x&y=z": 0.1}]
    for name, config in (("form", {}), ("json", {"send_as_json": True}), ("field", {"field": "ünit", "path": "/p?a=b", "headers": {"X-Run": "7"}}), ("json_headers", {"send_as_json": True, "headers": {"X-Run": "8"}})):
        got.clear()
        cb = K.RemoteMonitor(root=root, **config)
        for e, l in enumerate(logs):
            cb.on_epoch_end(e, dict(l))
        Case("callback_runs", "remote_monitor_" + name, config=config, epochs=[list(l.items()) for l in logs], requests=list(got)).write()
    server.shutdown()


def main():
    hooks("plain", epochs=2)
    hooks("validation", epochs=2, validation_split=0.3)
    hooks("validation_freq", epochs=4, initial_epoch=1, validation_split=0.3, validation_freq=2)
    hooks("stop_in_batch", epochs=3, validation_split=0.3, stop=("on_train_batch_end", 0))
    hooks("stop_in_last_batch", epochs=3, validation_split=0.2, stop=("on_train_batch_end", 1))
    hooks("stop_at_epoch_end", epochs=3, validation_split=0.3, stop=("on_epoch_end", 1))
    hooks("evaluate", what="evaluate")
    hooks("predict", what="predict")
    early_stopping()
    reduce_lr()
    model_checkpoint()
    base_logger()
    remote_monitor()
    finish("callback_runs")


if __name__ == "__main__":
    main()
