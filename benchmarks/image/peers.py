"""The peers of `go run ./benchmarks/image`: answers each line of JSON on standard input.

    python peers.py pictures DIR     makes the pictures
    python peers.py pillow DIR       pillow, simplejpeg, opencv or torchvision
"""

import importlib.util
import io
import json
import os
import sys
import time
import zlib

what, folder = sys.argv[1:3]
TARGET, SIZE = 224, (1024, 768)


def pictures():
    from PIL import Image

    data = os.path.join(os.path.dirname(importlib.util.find_spec("skimage").origin), "data")
    mosaic = Image.new("RGB", SIZE)
    for i, name in enumerate(("astronaut.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")):
        img = Image.open(os.path.join(data, name)).convert("RGB")
        x, y = (img.width - 512) // 2, (img.height - 384) // 2
        mosaic.paste(img.crop((x, y, x + 512, y + 384)), (i % 2 * 512, i // 2 * 384))

    def save(name, img=mosaic, **kw):
        img.save(os.path.join(folder, name), **kw)

    for n, sub in (("444", 0), ("422", 1), ("420", 2)):
        save(n + ".jpg", quality=90, subsampling=sub)
    save("420q75.jpg", quality=75, subsampling=2)
    save("progressive.jpg", quality=90, subsampling=2, progressive=True)
    save("grey.jpg", mosaic.convert("L"), quality=90)
    save("rgb.png")
    save("rgb.bmp")


class Pillow:
    def __init__(self):
        import PIL
        from PIL import Image, features
        import numpy

        self.Image, self.np = Image, numpy
        self.version = f"Pillow {PIL.__version__} (libjpeg-turbo {features.version('libjpeg_turbo')})"

    def open(self, q, data, whole):
        img = self.Image.open(io.BytesIO(data))
        if q["scale"] > 1:
            img.draft(None, (SIZE[0] // q["scale"], SIZE[1] // q["scale"]))
        if q["draft"]:
            img.draft(None, (TARGET, TARGET))
        if q["op"] == "decode":
            img.load()
            return img
        return img.convert("RGB")

    def filter(self, q):
        return getattr(self.Image.Resampling, q["filter"].upper())

    def work(self, q, data):
        if q["op"] == "resize":
            whole = self.Image.open(io.BytesIO(data)).convert("RGB")
            return lambda: whole.resize((TARGET, TARGET), self.filter(q))
        if q["op"] == "decode":
            return lambda: self.open(q, data, None)
        return lambda: self.np.asarray(self.open(q, data, None).resize((TARGET, TARGET), self.filter(q)), dtype=self.np.float32)

    def bytes(self, x):
        return x.astype("uint8").tobytes() if hasattr(x, "astype") else x.tobytes()


class SimpleJPEG:
    def __init__(self):
        import simplejpeg

        self.m, self.version = simplejpeg, "simplejpeg " + importlib.import_module("importlib.metadata").version("simplejpeg")

    def work(self, q, data):
        if q["op"] != "decode" or not q["file"].endswith(".jpg"):
            return None
        space, s = "GRAY" if q["file"] == "grey.jpg" else "RGB", q["scale"]
        if s == 1:
            return lambda: self.m.decode_jpeg(data, space)
        return lambda: self.m.decode_jpeg(data, space, min_width=SIZE[0] // s, min_height=SIZE[1] // s, min_factor=s)

    def bytes(self, x):
        return x.tobytes()


class OpenCV:
    def __init__(self):
        import cv2
        import numpy

        cv2.setNumThreads(1)
        self.cv, self.np, self.version = cv2, numpy, "OpenCV " + cv2.__version__

    def work(self, q, data):
        cv, raw = self.cv, self.np.frombuffer(data, self.np.uint8)
        filters = {"nearest": cv.INTER_NEAREST, "bilinear": cv.INTER_LINEAR}
        grey = q["file"] == "grey.jpg"
        flag = {1: cv.IMREAD_GRAYSCALE if grey else cv.IMREAD_COLOR, 2: cv.IMREAD_REDUCED_COLOR_2, 4: cv.IMREAD_REDUCED_COLOR_4, 8: cv.IMREAD_REDUCED_COLOR_8}[q["scale"] or 1]
        if q["op"] == "decode":
            return lambda: cv.imdecode(raw, flag)
        if q["filter"] not in filters or q["draft"]:
            return None
        f = filters[q["filter"]]
        if q["op"] == "resize":
            whole = cv.imdecode(raw, flag)
            return lambda: cv.resize(whole, (TARGET, TARGET), interpolation=f)
        return lambda: cv.cvtColor(cv.resize(cv.imdecode(raw, flag), (TARGET, TARGET), interpolation=f), cv.COLOR_BGR2RGB).astype(self.np.float32)

    def bytes(self, x):
        if x.dtype != self.np.uint8:
            return x.astype("uint8").tobytes()
        return (x[:, :, ::-1] if x.ndim == 3 else x).tobytes()


class Torchvision:
    def __init__(self):
        import torch
        import torchvision
        from torchvision.io import ImageReadMode, decode_image
        from torchvision.transforms.v2 import functional

        torch.set_num_threads(1)
        self.torch, self.decode, self.f, self.mode = torch, decode_image, functional, ImageReadMode
        self.version = "torchvision " + torchvision.__version__

    def work(self, q, data):
        raw = self.torch.frombuffer(bytearray(data), dtype=self.torch.uint8)
        if q["scale"] > 1 or q["draft"] or q["file"].endswith(".bmp"):
            return None
        mode = self.mode.GRAY if q["file"] == "grey.jpg" else self.mode.RGB
        if q["op"] == "decode":
            return lambda: self.decode(raw, mode=mode)
        from torchvision.transforms import InterpolationMode

        filters = {"nearest": InterpolationMode.NEAREST_EXACT, "bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
        if q["filter"] not in filters:
            return None
        resize = lambda x: self.f.resize(x, [TARGET, TARGET], interpolation=filters[q["filter"]], antialias=True)  # noqa: E731
        if q["op"] == "resize":
            whole = self.decode(raw, mode=mode)
            return lambda: resize(whole)
        return lambda: resize(self.decode(raw, mode=mode)).float()

    def bytes(self, x):
        return x.permute(1, 2, 0).contiguous().to(self.torch.uint8).numpy().tobytes()


def serve():
    try:
        peer = {"pillow": Pillow, "simplejpeg": SimpleJPEG, "opencv": OpenCV, "torchvision": Torchvision}[what]()
    except Exception as e:  # not installed
        print(json.dumps({"error": str(e)}), flush=True)
        return
    print(json.dumps({"version": peer.version}), flush=True)
    for line in sys.stdin:
        q = json.loads(line)
        with open(os.path.join(folder, q["file"]), "rb") as f:
            data = f.read()
        work = peer.work(q, data)
        if work is None:
            print("{}", flush=True)
            continue
        crc = zlib.crc32(peer.bytes(work()))
        start = time.thread_time() if sys.platform == "linux" else time.perf_counter()
        for _ in range(q["n"]):
            work()
        seconds = (time.thread_time() if sys.platform == "linux" else time.perf_counter()) - start
        print(json.dumps({"seconds": seconds / q["n"], "crc": crc}), flush=True)


if __name__ == "__main__":
    pictures() if what == "pictures" else serve()
