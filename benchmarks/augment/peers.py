"""The peers of `go run ./benchmarks/augment`: reads one JSON object a line,
{"case": …, "seconds": …}, and answers with {"seconds per image": …} or
{"error": …}. Everything runs on one core, or on two where the case says so.
"""

import json
import os
import sys
import time

for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402

cores = sorted(os.sched_getaffinity(0))
rng = np.random.default_rng(0)
photos = (rng.random((64, 224, 224, 3)) * 255).astype(np.uint8)
for axis in (1, 2):  # smooth, as photographs are
    photos = ((photos.astype(np.uint16) + np.roll(photos, 1, axis) + np.roll(photos, 2, axis)) // 3).astype(np.uint8)


def rate(f, images, seconds):
    """Seconds per image: the median of turns of f, which does some images."""
    f()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        f()
        times.append((time.perf_counter() - start) / images)
    return sorted(times)[len(times) // 2]


def opencv(dtype, order, border):
    import cv2

    cv2.setNumThreads(1)
    m = cv2.getRotationMatrix2D((111.5, 111.5), 20, 1.1)
    m[:, 2] += (5, -8)
    x, d = photos[0].astype(dtype), np.empty((224, 224, 3), dtype)
    flags = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR}[order] | cv2.WARP_INVERSE_MAP
    mode = {"nearest": cv2.BORDER_REPLICATE, "constant": cv2.BORDER_CONSTANT}[border]

    def run():
        for _ in range(50):
            cv2.warpAffine(x, m, (224, 224), dst=d, flags=flags, borderMode=mode)

    return run, 50


def keras():
    from tf_keras.preprocessing.image import ImageDataGenerator

    gen = ImageDataGenerator(rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, shear_range=10, zoom_range=0.2,
                             horizontal_flip=True, rescale=1 / 255, dtype="float32")
    it = gen.flow(photos.astype(np.float32), batch_size=32, seed=1)
    return lambda: next(it), 32


def albumentations(workers):
    import albumentations as A
    import cv2

    cv2.setNumThreads(1)
    chain = A.Compose([A.Affine(rotate=(-20, 20), translate_percent=(-0.1, 0.1), scale=(0.8, 1.2), interpolation=cv2.INTER_LINEAR,
                                border_mode=cv2.BORDER_CONSTANT, p=1), A.HorizontalFlip(p=0.5), A.Normalize()])
    if workers == 1:
        def run():
            np.stack([chain(image=x)["image"] for x in photos])
        return run, len(photos)
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(workers)
    return lambda: np.stack(list(pool.map(lambda x: chain(image=x)["image"], photos))), len(photos)


def torchvision(workers, policy=False):
    import torch
    from torchvision.transforms import v2

    torch.set_num_threads(workers)
    x = torch.from_numpy(photos).permute(0, 3, 1, 2).contiguous()
    chain = v2.Compose([
        v2.RandAugment() if policy else
        v2.RandomAffine(20, translate=(0.1, 0.1), scale=(0.8, 1.2), interpolation=v2.InterpolationMode.BILINEAR),
        v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])

    def run():
        with torch.no_grad():
            torch.stack([chain(i) for i in x])

    return run, len(photos)


def dataloader(kind, directory):
    import torch
    from torch.utils.data import DataLoader
    from torchvision import datasets, io
    from torchvision.transforms import v2

    torch.set_num_threads(1)
    bilinear = v2.InterpolationMode.BILINEAR
    chain = [v2.Resize((224, 224), interpolation=bilinear, antialias=True),
             v2.RandomAffine(20, translate=(0.1, 0.1), scale=(0.8, 1.2), interpolation=bilinear), v2.RandomHorizontalFlip()]
    if kind == "io":
        def load(path):
            return io.decode_image(io.read_file(path), mode=io.ImageReadMode.RGB)
    else:
        from PIL import Image

        chain.append(v2.PILToTensor())

        def load(path):
            img = Image.open(path)
            if kind == "draft":
                img.draft("RGB", (224, 224))
            return img.convert("RGB")

    chain += [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
    data = datasets.ImageFolder(directory, v2.Compose(chain), loader=load)
    batches = DataLoader(data, batch_size=32, shuffle=True, num_workers=2, persistent_workers=True, prefetch_factor=4)

    def run():
        n = 0
        for x, y in batches:
            n += len(y)
        assert n == len(data)

    return run, len(data)


def keras_directory(processes, directory):
    from tf_keras.preprocessing.image import ImageDataGenerator
    from tf_keras.utils import OrderedEnqueuer

    gen = ImageDataGenerator(rotation_range=20, width_shift_range=0.1, height_shift_range=0.1, zoom_range=0.2, horizontal_flip=True,
                             fill_mode="constant", rescale=1 / 255, featurewise_std_normalization=True, dtype="float32")
    gen.mean, gen.std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    real, sys.stdout = sys.stdout, sys.stderr  # it speaks
    it = gen.flow_from_directory(directory, target_size=(224, 224), batch_size=32, class_mode="sparse", interpolation="bilinear", seed=1)
    sys.stdout = real
    if processes == 1:
        return lambda: [it[i] for i in (0, 1)], 64, lambda: None
    queue = OrderedEnqueuer(it, use_multiprocessing=True, shuffle=False)
    queue.start(workers=processes, max_queue_size=10)
    batches = queue.get()

    def run():  # whole epochs, since their last batches are smaller
        for _ in range(len(it)):
            next(batches)

    return run, it.n, queue.stop


def zca(formula):
    n, d = 10000, 3072
    x = np.cumsum(rng.standard_normal((n, d), dtype=np.float32) * 0.05, axis=1)
    x -= x.mean()

    def run():
        if formula == "kp":  # keras-preprocessing 1.1.2
            u, s, _ = np.linalg.svd(np.dot(x.T, x) / n)
            return (u * (1 / np.sqrt(s + 1e-6))).dot(u.T)
        u, s, _ = np.linalg.svd(x.T, full_matrices=False)
        return (u * (np.sqrt(n) / (s + 1e-6))).dot(u.T)

    return run


def answer(q):
    name, *args = q["case"].split("/")
    two = args and args[-1] == "2"
    os.sched_setaffinity(0, set(cores if two else cores[:1]))
    if name == "zca":
        run = zca(args[0])
        start = time.perf_counter()
        run()
        return {"seconds": time.perf_counter() - start}
    if name == "opencv":
        run, n = opencv(*args)
    elif name == "keras":
        run, n = keras()
    elif name == "albumentations":
        run, n = albumentations(int(args[0]))
    elif name == "torchvision":
        run, n = torchvision(int(args[0]))
    elif name == "dataloader":
        run, n = dataloader(args[0], q["dir"])
    elif name == "keras-directory":
        run, n, stop = keras_directory(int(args[0]), q["dir"])
        seconds = rate(run, n, q["seconds"])
        stop()
        return {"seconds": seconds}
    elif name == "torchvision-randaugment":
        run, n = torchvision(int(args[0]), True)
    return {"seconds": rate(run, n, q["seconds"])}


def version():
    out = {"numpy": np.__version__}
    for name, module in (("OpenCV", "cv2"), ("albumentations", "albumentations"), ("torchvision", "torchvision"), ("tf_keras", "tf_keras"), ("scipy", "scipy")):
        try:
            out[name] = __import__(module).__version__
        except Exception:
            pass
    return out


for line in sys.stdin:
    q = json.loads(line)
    try:
        r = version() if q["case"] == "version" else answer(q)
    except Exception as e:
        r = {"error": "%s: %s" % (type(e).__name__, e)}
    print(json.dumps(r), flush=True)
