"""The peers of savedmodels -speed.

python speed.py make MODULE DIR          writes MODULE.h5 (from ours.h5) and MODULE.keras (MobileNetV2)
python speed.py serve MODULE             lines "load FILE" or "read FILE" in, seconds out
python speed.py predict MODULE FILE PHOTO    prints the class of a picture, as a script of a user does
"""
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
command, module = sys.argv[1:3]
if module == "keras":
    import keras
else:
    import tf_keras as keras


def make(folder):
    keras.utils.set_random_seed(1)
    m = keras.models.load_model(f"{folder}/ours.h5", compile=False)
    m.save(f"{folder}/{module}.h5")
    keras.applications.MobileNetV2(weights=None).save(f"{folder}/{module}.keras")


def load(path):
    return keras.models.load_model(path, compile=False)


def read(path):
    """Every array of a file, by h5py alone."""
    import h5py

    arrays = []
    with h5py.File(path) as f:
        f.visititems(lambda _, x: arrays.append(x[()]) if isinstance(x, h5py.Dataset) else None)
    return arrays


def serve():
    for line in sys.stdin:
        what, path = line.split(maxsplit=1)
        work = {"load": load, "read": read}[what]
        begin = time.perf_counter()
        kept = work(path.strip())
        took = time.perf_counter() - begin
        del kept
        keras.backend.clear_session()
        print("seconds", took, flush=True)


def predict(path, photo):
    model = keras.models.load_model(path, compile=False)
    image = keras.utils.load_img(photo, target_size=(224, 224), interpolation="bilinear")
    x = keras.applications.mobilenet_v2.preprocess_input(keras.utils.img_to_array(image))[None]
    print(model.predict(x, verbose=0)[0].argmax(), flush=True)


{"make": make, "serve": serve, "predict": predict}[command](*sys.argv[3:])
