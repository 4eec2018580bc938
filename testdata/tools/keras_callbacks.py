"""Fixtures of kind "callbacks": decisions and printed text on scripted epochs. See README.md for the fields."""

import contextlib
import io
import os
import tempfile
import types

from keras_common import Case, finish, keras, np, tf
from tf_keras.src.utils import generic_utils

K = keras.callbacks
NAN, INF = float("nan"), float("inf")


class Model:
    """As much of a model as these callbacks touch. Its weights are the number of the epoch that made them."""

    def __init__(self, lr):
        self.stop_training = False
        self.weights = None
        self.saved = []
        self.optimizer = keras.optimizers.SGD(lr)
        self.distribute_strategy = tf.distribute.get_strategy()

    def get_weights(self):
        return self.weights

    def set_weights(self, w):
        self.weights = w

    def save(self, path, overwrite=True, options=None):
        self.saved.append({"epoch": self.weights, "path": path, "whole_model": True})

    def save_weights(self, path, overwrite=True, options=None):
        self.saved.append({"epoch": self.weights, "path": path, "whole_model": False})


def play(callback, epochs, batches=0, lr=0.1):
    """Runs the hooks as fit does; epochs is a list of logs. Returns the model and what happened epoch by epoch."""
    model = Model(lr)
    callback.set_model(model)
    callback.set_params({"epochs": len(epochs), "steps": batches or None, "verbose": 1})
    trace = []
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        callback.on_train_begin()
        for e, logs in enumerate(epochs):
            at = out.tell()
            callback.on_epoch_begin(e)
            during = float(model.optimizer.learning_rate.numpy())
            model.weights = e
            for b in range(batches):
                callback.on_train_batch_end(b, {"loss": float(b)})
            callback.on_epoch_end(e, dict(logs))
            step = {"epoch": e, "logs": logs, "lr": during, "lr_after": float(model.optimizer.learning_rate.numpy()), "stop": bool(model.stop_training), "text": out.getvalue()[at:]}
            for k in ("wait", "best", "cooldown_counter", "best_epoch"):
                if hasattr(callback, k):
                    step[k] = getattr(callback, k)
            trace.append(step)
            if model.stop_training:
                break
        at = out.tell()
        callback.on_train_end()
    return model, trace, out.getvalue()[at:]


def monitor_case(name, cls, config, values, key="val_loss", note=None, batches=0, logs=None, lr=0.1):
    epochs = logs if logs is not None else [{key: v} for v in values]
    model, trace, end = play(cls(**config), epochs, batches, lr)
    case = Case("callbacks", name, class_name=cls.__name__, config=config)
    if note:
        case.json["note"] = note
    if batches:
        case.json["batches"] = batches
    case.json["epochs"] = trace
    case.json["planned_epochs"] = len(epochs)
    case.json["end_text"] = end
    case.json["weights_of_epoch"] = model.weights
    if cls is K.ModelCheckpoint:
        case.json["saved"] = model.saved
    case.write()
    return case


def early_stopping():
    down = [1.0, 0.8, 0.9, 0.85, 0.7, 0.75, 0.72, 0.71, 0.705]

    def e(name, values, key="val_loss", note=None, **config):
        monitor_case("early_stopping_" + name, K.EarlyStopping, config, values, key, note)

    e("default", down)
    e("patience_1", down, patience=1)
    e("patience_2", down, patience=2, verbose=1)
    e("patience_3", down, patience=3, verbose=1)
    e("never", [5, 4, 3, 2, 1], patience=1)
    e("equal", [1.0, 1.0, 1.0, 1.0], patience=2)
    e("first_epoch", [1.0, 2.0], patience=0)
    e("min_delta", [1.0, 0.96, 0.92, 0.8, 0.79, 0.78], patience=2, min_delta=0.1)
    e("negative_min_delta", [1.0, 0.96, 0.92, 0.8, 0.79, 0.78], patience=2, min_delta=-0.1, note="The absolute value counts.")
    e("accuracy", [0.5, 0.7, 0.6, 0.65, 0.9], key="val_accuracy", monitor="val_accuracy", patience=2)
    e("mode_max", [0.5, 0.7, 0.6, 0.65, 0.9], key="val_f1", monitor="val_f1", mode="max", patience=2)
    e("mode_min_accuracy", [0.5, 0.7, 0.6, 0.65, 0.9], key="val_accuracy", monitor="val_accuracy", mode="min", patience=2)
    e("auto_of_auc", [0.5, 0.7, 0.6, 0.65], key="val_auc", monitor="val_auc", patience=3, note="auto takes the larger for names that end in acc, accuracy or auc.")
    e("baseline_not_reached", [1.0, 0.9, 0.8, 0.7], baseline=0.5, patience=2)
    e("baseline_reached", [1.0, 0.4, 0.6, 0.6, 0.6], baseline=0.5, patience=2)
    e("restore", down, patience=2, restore_best_weights=True, verbose=1)
    e("restore_not_stopped", [1.0, 0.5, 0.6], patience=5, restore_best_weights=True, note="The best weights come back at the end of training even when it was not stopped.")
    e("restore_baseline", [1.0, 0.9, 0.95, 0.99], baseline=0.1, patience=3, restore_best_weights=True, verbose=1)
    e("start_from_epoch", [1.0, 2.0, 3.0, 2.5, 4.0, 5.0], start_from_epoch=3, patience=1)
    e("nan", [1.0, NAN, NAN, 0.5], patience=2)
    e("nan_first", [NAN, NAN, 1.0, 0.5], patience=3)
    e("missing", [1.0, 2.0], key="loss", patience=0)
    e("infinite", [INF, INF, INF], patience=2)


def model_checkpoint():
    values = [0.9, 0.7, 0.8, 0.7, 0.6]

    def m(name, vals=values, key="val_loss", note=None, batches=0, logs=None, **config):
        monitor_case("model_checkpoint_" + name, K.ModelCheckpoint, config, vals, key, note, batches, logs)

    m("every_epoch", filepath="w{epoch:02d}-{val_loss:.2f}.h5", verbose=1)
    m("best", filepath="best.h5", save_best_only=True, verbose=1)
    m("best_weights", filepath="best.weights.h5", save_best_only=True, save_weights_only=True)
    m("best_max", [0.5, 0.7, 0.6, 0.7, 0.8], key="val_f1", filepath="b{epoch}.h5", monitor="val_f1", mode="max", save_best_only=True)
    m("auto_accuracy", [0.5, 0.7, 0.6, 0.7, 0.8], key="val_accuracy", filepath="b{epoch}.h5", monitor="val_accuracy", save_best_only=True, verbose=1)
    m("auto_auc", [0.5, 0.7, 0.6, 0.4], key="val_auc", filepath="b{epoch}.h5", monitor="val_auc", save_best_only=True, note="Here auto takes the larger for names with acc or at the start fmeasure only.")
    m("missing", key="loss", filepath="b{epoch}.h5", save_best_only=True)
    m("initial_value", filepath="b{epoch}.h5", save_best_only=True, initial_value_threshold=0.75)
    m("period", filepath="p{epoch}.h5", period=2)
    m("save_freq", filepath="f{epoch:02d}-{batch:03d}.h5", save_freq=3, batches=4)
    m("nan", [NAN, 0.5, NAN, 0.4], filepath="n{epoch}.h5", save_best_only=True, verbose=1)
    m("formats", logs=[{"loss": 1.5, "val_acc": 0.123456}, {"loss": 12.25, "val_acc": 1.0}], filepath="{epoch:>4}|{epoch:04d}|{epoch}|{loss:8.3f}|{loss:.1e}|{val_acc:.3%}|{val_acc}.h5")


def reduce_lr():
    flat = [1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8]

    def p(name, values=flat, key="val_loss", note=None, lr=0.1, **config):
        monitor_case("reduce_lr_" + name, K.ReduceLROnPlateau, config, values, key, note, lr=lr)

    p("patience_1", patience=1, verbose=1)
    p("patience_2", patience=2, factor=0.5)
    p("cooldown", patience=1, factor=0.5, cooldown=2)
    p("min_lr", patience=1, factor=0.2, min_lr=0.01, verbose=1)
    p("min_delta", [1.0, 0.95, 0.91, 0.88, 0.7, 0.69], patience=2, min_delta=0.1, factor=0.5)
    p("small_gain", [1.0, 0.99995, 0.9999, 0.9998], patience=2, factor=0.5, note="The default min_delta is 0.0001.")
    p("max", [0.1, 0.2, 0.2, 0.1, 0.3], key="val_f1", monitor="val_f1", mode="max", patience=1, factor=0.5)
    p("accuracy", [0.1, 0.2, 0.2, 0.1, 0.3], key="accuracy", monitor="accuracy", patience=1, factor=0.5)
    p("missing", key="loss", patience=1)
    p("nan", [1.0, NAN, NAN, 0.5], patience=1, factor=0.5)


def schedules():
    model, trace, end = play(K.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch), verbose=1), [{"loss": 1.0}] * 3)
    Case("callbacks", "lr_scheduler_epoch", class_name="LearningRateScheduler", config={"verbose": 1}, schedule="0.1 / (1 + epoch)", epochs=trace, end_text=end).write()
    model, trace, end = play(K.LearningRateScheduler(lambda epoch, lr: lr * 0.5 if epoch % 2 else lr), [{"loss": 1.0}] * 4)
    Case("callbacks", "lr_scheduler_two_arguments", class_name="LearningRateScheduler", config={}, schedule="lr * 0.5 if epoch % 2 else lr", epochs=trace, end_text=end).write()


def terminate_on_nan():
    for name, losses in (("nan", [1.0, NAN, 2.0]), ("inf", [1.0, 3.0, INF]), ("negative_inf", [-INF]), ("fine", [1.0, 1e30])):
        cb, model, out = K.TerminateOnNaN(), Model(0.1), io.StringIO()
        cb.set_model(model)
        stop = None
        with contextlib.redirect_stdout(out):
            for b, v in enumerate(losses):
                cb.on_batch_end(b, {"loss": v})
                if model.stop_training:
                    stop = b
                    break
        Case("callbacks", "terminate_on_nan_" + name, class_name="TerminateOnNaN", losses=losses, stopped_at_batch=stop, text=out.getvalue()).write()


def csv_logger():
    epochs = [{"loss": 1.5, "accuracy": 0.25, "val_loss": 1e-7}, {"loss": 0.10000000149011612, "accuracy": 1.0, "val_loss": NAN}, {"loss": 12345678.0, "accuracy": 0.0, "val_loss": INF}]
    for name, config, logs, before in (
        ("plain", {}, epochs, None),
        ("separator", {"separator": ";"}, epochs, None),
        ("append_new", {"append": True}, epochs, None),
        ("append_old", {"append": True}, epochs, "epoch,accuracy,loss,val_loss\r\n0,0.5,1.0,2.0\r\n"),
        ("overwrite", {"append": False}, epochs[:1], "old text\n"),
        ("lists", {}, [{"loss": 1.0, "counts": [1, 2, 3], "name": "a,b", "quote": 'say "x"', "array": np.array([0.5, 1.5]), "scalar": np.array(0.5)}], None),
        ("missing_later", {}, [{"loss": 1.0, "lr": 0.1}, {"loss": 0.5, "lr": 0.1, "extra": 3}], None),
        ("no_epoch", {}, [], None),
    ):
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, "log.csv")
            if before is not None:
                with open(path, "w", newline="") as f:
                    f.write(before)
            cb = K.CSVLogger(path, **config)
            cb.set_model(Model(0.1))
            cb.on_train_begin()
            for e, l in enumerate(logs):
                cb.on_epoch_end(e, dict(l))
            cb.on_train_end()
            after = None  # no epoch, no file
            if os.path.exists(path):
                with open(path, newline="") as f:
                    after = f.read()
        Case("callbacks", "csv_logger_" + name, class_name="CSVLogger", config=config, epochs=logs, before=before, after=after).write()
    stopped = Model(0.1)
    stopped.stop_training = True
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "log.csv")
        cb = K.CSVLogger(path)
        cb.set_model(stopped)
        cb.on_train_begin()
        logs = [{"loss": 1.0, "val_loss": 2.0}, {"loss": 0.5}]
        for e, l in enumerate(logs):
            cb.on_epoch_end(e, dict(l))
        cb.on_train_end()
        with open(path, newline="") as f:
            after = f.read()
    Case("callbacks", "csv_logger_na", class_name="CSVLogger", config={}, epochs=logs, before=None, after=after, note="model.stop_training was set: what lacks is NA.").write()


# ------------------------------------------------------------ progress bar


@contextlib.contextmanager
def clock(times):
    """Replaces the clock of the progress bar: times() is called for each reading."""
    real = generic_utils.time
    generic_utils.time = types.SimpleNamespace(time=times)
    try:
        yield
    finally:
        generic_utils.time = real


def progbar(name, updates, note=None, **kw):
    """updates: (seconds since the start, current, values, finalize)."""
    now, out = [0.0], io.StringIO()
    trace = []
    with clock(lambda: now[0]), contextlib.redirect_stdout(out):
        bar = generic_utils.Progbar(**kw)
        bar._start, bar._dynamic_display = 0.0, True  # a terminal
        for t, current, values, *finalize in updates:
            now[0], at = t, out.tell()
            bar.update(current, values, *finalize)
            trace.append({"time": t, "current": current, "values": values, "finalize": finalize[0] if finalize else None, "text": out.getvalue()[at:]})
    case = Case("callbacks", "progbar_" + name, class_name="Progbar", config=kw, updates=trace)
    if note:
        case.json["note"] = note
    case.write()


def progress_bars():
    v = lambda x: [["loss", x]]
    steps = [(i / 10, i, [["loss", 1 / i], ["acc", i / 10]]) for i in range(1, 11)]
    progbar("ten", steps, target=10)
    progbar("width", steps, target=10, width=10)
    progbar("quick_updates", [(i / 100, i, v(float(i))) for i in range(1, 11)], target=10, note="Updates within 0.05 s print nothing, but their values count.")
    progbar("interval", [(i / 5, i, v(float(i))) for i in range(1, 11)], target=10, interval=0.5)
    progbar("stateful", [(i / 10, i, [["loss", 1 / i], ["acc", i / 10]]) for i in range(1, 5)], target=4, stateful_metrics=["acc"])
    progbar("verbose_2", steps, target=10, verbose=2)
    progbar("verbose_0", steps, target=10, verbose=0)
    progbar("numbers", [(1.0, 1, [["a", 1234.5678], ["b", 0.001], ["c", 0.00099999], ["d", -0.5], ["e", 1e-12], ["f", 0.0], ["g", -0.0001]]), (2.0, 2, [])], target=2)
    progbar("numbers_verbose_2", [(1.0, 2, [["a", 1234.5678], ["b", 0.001], ["c", 0.00099999], ["d", -0.5], ["e", 1e-12], ["f", 0.0], ["g", -0.0001]])], target=2, verbose=2)
    progbar("large_target", [(0.5, 1, v(1.0)), (1.5, 999, v(0.5)), (2.5, 12345, v(0.25))], target=12345)
    progbar("unknown_target", [(0.1, 1, v(1.0)), (0.3, 2, v(0.5)), (0.5, 3, v(0.25), False), (0.6, 3, v(0.25), True)], target=None)
    progbar("eta_minutes", [(1, 1, v(1.0)), (10, 2, v(1.0)), (600, 10, v(1.0)), (4000, 50, v(1.0)), (9000, 100, v(1.0))], target=100)
    progbar("eta_hours", [(1, 1, v(1.0)), (400, 2, v(1.0)), (90000, 100, v(1.0)), (900000, 1000, v(1.0))], target=1000)
    progbar("slow_steps", [(2.0, 1, v(1.0)), (9.0, 2, v(1.0)), (16.5, 3, v(1.0))], target=3)
    progbar("millisecond_steps", [(0.002, 1, v(1.0)), (0.09, 50, v(1.0)), (0.2, 100, v(1.0))], target=100)
    progbar("microsecond_steps", [(0.00002, 1, v(1.0)), (0.06, 5000, v(1.0)), (0.1, 10000, v(1.0))], target=10000)
    progbar("one_step", [(0.25, 1, v(1.0))], target=1)
    progbar("shrinking_line", [(0.1, 1, [["loss", 1.0], ["longer_name", 2.0]]), (0.2, 2, []), (300.0, 3, []), (301.0, 4, [])], target=4)
    progbar("unit_name", [(1.0, 1, v(1.0)), (2.0, 2, v(1.0))], target=2, unit_name="sample")
    progbar("nan", [(1.0, 1, v(NAN)), (2.0, 2, v(1.0))], target=2)
    progbar("weighted", [(1.0, 4, v(2.0)), (2.0, 10, v(1.0))], target=10, note="Values are averaged with the number of units since the last update.")


def printed(name, **fit):
    """What fit, evaluate and predict print while the clock stands still."""
    keras.backend.clear_session()
    L = keras.layers
    x = np.arange(20, dtype=np.float32).reshape(10, 2) / 10
    y = (x.sum(1, keepdims=True) > 2).astype(np.float32)
    model = keras.Sequential([L.Dense(1, activation="sigmoid", input_shape=(2,), kernel_initializer=keras.initializers.Constant(0.25))])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    case = Case("callbacks", "printed_" + name, fit=fit, note="The clock stands still. Dense(1, sigmoid), kernel 0.25, bias 0, SGD(0.01), binary_crossentropy and accuracy; x and y are stored.")
    case.json["x"], case.json["y"] = case.put("x", x), case.put("y", y)
    texts = {}
    with clock(lambda: 1000.0):
        for what in ("fit", "evaluate", "predict"):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                v = fit.get("verbose", 1)
                if what == "fit":
                    model.fit(x, y, shuffle=False, **fit)
                elif what == "evaluate":
                    model.evaluate(x, y, batch_size=4, verbose=v)
                else:
                    model.predict(x, batch_size=4, verbose=v)
            texts[what] = out.getvalue()
    case.json["text"] = texts
    case.write()


def main():
    early_stopping()
    model_checkpoint()
    reduce_lr()
    schedules()
    terminate_on_nan()
    csv_logger()
    progress_bars()
    printed("verbose_1", epochs=2, batch_size=4, verbose=1)
    printed("verbose_2", epochs=2, batch_size=4, verbose=2)
    printed("verbose_0", epochs=2, batch_size=4, verbose=0)
    printed("verbose_1_validation", epochs=2, batch_size=4, verbose=1, validation_split=0.3)
    printed("verbose_2_validation", epochs=2, batch_size=4, verbose=2, validation_split=0.3)
    printed("verbose_2_initial_epoch", epochs=12, initial_epoch=10, batch_size=4, verbose=2)
    finish("callbacks")


if __name__ == "__main__":
    main()
