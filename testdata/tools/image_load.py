"""Fixtures of load_img, img_to_array and array_to_img: testdata/keras/image/load, arrays and pictures/.

The pictures are drawn here, small and in every kind of file that is read.
"""

import io
import os
import struct
import zlib

from keras_common import ROOT, Case, rng

import numpy as np
from PIL import Image
from tf_keras.preprocessing.image import array_to_img, img_to_array, load_img

FOLDER = os.path.join(ROOT, "image", "pictures")


def scene(h, w, c, seed):
    """Waves with some noise: edges for the filters, values up to both ends."""
    r = np.random.RandomState(seed)
    y, x = np.mgrid[0:h, 0:w]
    planes = [
        127.5 + 140 * np.sin(x / (3.0 + k) + seed) * np.cos(y / (4.0 - 0.5 * k) + k) + r.normal(0, 12, (h, w))
        for k in range(c)
    ]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def png(name, bits, colour, rows):
    """A PNG that Pillow cannot write itself; rows are bytes."""
    h = len(rows)
    samples = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    w = len(rows[0]) * 8 // bits // samples

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    with open(os.path.join(FOLDER, name), "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n")
        f.write(chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, bits, colour, 0, 0, 0)))
        f.write(chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows), 9)))
        f.write(chunk(b"IEND", b""))


def gif_with_offset():
    """A GIF whose first frame covers only a part of its screen."""
    frame = Image.fromarray(scene(9, 11, 3, 21)).quantize(16)
    b = io.BytesIO()
    frame.save(b, "GIF")
    data = bytearray(b.getvalue())
    data[6:10] = struct.pack("<HH", 16, 14)  # the screen
    i = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while data[i] != 0x2C:
        i += 2
        while data[i]:
            i += data[i] + 1
        i += 1
    data[i + 1 : i + 5] = struct.pack("<HH", 3, 2)
    with open(os.path.join(FOLDER, "offset.gif"), "wb") as f:
        f.write(data)


def draw():
    os.makedirs(FOLDER, exist_ok=True)

    def save(name, img, **kw):
        img.save(os.path.join(FOLDER, name), **kw)

    save("grey.png", Image.fromarray(scene(19, 27, 1, 1)[:, :, 0]))
    save("rgb.png", Image.fromarray(scene(23, 31, 3, 2)))
    save("rgba.png", Image.fromarray(scene(21, 26, 4, 3)))
    grey_alpha = scene(12, 15, 2, 4)
    save("grey_alpha.png", Image.merge("LA", [Image.fromarray(grey_alpha[:, :, k]) for k in range(2)]))
    p = Image.fromarray(scene(16, 18, 3, 5)).quantize(32)
    save("palette.png", p)
    save("palette_transparent.png", p, transparency=bytes(range(0, 256, 8)))
    save("bilevel.png", Image.fromarray(scene(10, 21, 1, 6)[:, :, 0]).convert("1"))
    save("grey16.png", Image.fromarray(scene(14, 17, 1, 7)[:, :, 0].astype(np.uint16) * 251 + 13))
    save("rgb.bmp", Image.fromarray(scene(11, 13, 3, 8)))
    save("palette.bmp", Image.fromarray(scene(9, 13, 3, 9)).quantize(64))
    save("grey.gif", Image.fromarray(scene(9, 12, 1, 10)[:, :, 0]))
    save("rgb.gif", Image.fromarray(scene(12, 14, 3, 11)).quantize(128), save_all=True,
         append_images=[Image.fromarray(scene(12, 14, 3, 12)).quantize(128)])
    for name, sub in (("444", 0), ("422", 1), ("420", 2)):
        save(f"rgb{name}.jpg", Image.fromarray(scene(45, 61, 3, 13)), quality=90, subsampling=sub)
    save("tiny420.jpg", Image.fromarray(scene(3, 3, 3, 14)), quality=90, subsampling=2)
    save("progressive.jpg", Image.fromarray(scene(33, 40, 3, 15)), quality=85, progressive=True)
    save("grey.jpg", Image.fromarray(scene(25, 18, 1, 16)[:, :, 0]), quality=90)
    save("cmyk.jpg", Image.fromarray(scene(17, 20, 4, 17), "CMYK"), quality=95)
    rgb16 = scene(8, 9, 3, 18).astype(">u2") * 256 + scene(8, 9, 3, 19)
    png("rgb16.png", 16, 2, [row.astype(">u2").tobytes() for row in rgb16])
    rgba16 = scene(7, 9, 4, 22).astype(">u2") * 256 + scene(7, 9, 4, 23)
    png("rgba16.png", 16, 6, [row.astype(">u2").tobytes() for row in rgba16])
    grey4 = (scene(8, 10, 1, 20)[:, :, 0] >> 4).astype(np.uint8)
    png("grey4.png", 4, 0, [bytes(row[0::2] << 4 | row[1::2]) for row in grey4])
    gif_with_offset()


def load():
    c = Case("image", "load", note="exact")
    loads = c.json["loads"] = []

    def add(file, **kw):
        img = load_img(os.path.join(FOLDER, file), **kw)
        loads.append({"file": file, **kw, "array": c.put(f"a{len(loads)}", img_to_array(img))})

    modes = ("rgb", "rgba", "grayscale")
    for file in sorted(os.listdir(FOLDER)):
        for mode in modes:
            if file == "grey16.png" and mode != "grayscale":
                continue  # Keras clips 16 bits to 255 here; we do not
            add(file, color_mode=mode)
    for interpolation in ("nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"):
        for size in ((9, 12), (40, 37), (23, 12), (10, 31), (1, 1), (9, 28), (13, 40)):
            add("rgb.png", target_size=size, interpolation=interpolation)
        for keep in (False, True):
            add("grey.png", color_mode="grayscale", target_size=(11, 13), interpolation=interpolation, keep_aspect_ratio=keep)
            add("rgba.png", color_mode="rgba", target_size=(15, 9), interpolation=interpolation, keep_aspect_ratio=keep)
            add("grey.png", color_mode="grayscale", target_size=(8, 26), interpolation=interpolation, keep_aspect_ratio=keep)
            add("rgb.png", target_size=(50, 20), interpolation=interpolation, keep_aspect_ratio=keep)
        add("grey16.png", color_mode="grayscale", target_size=(9, 21), interpolation=interpolation)
    c.write()


def arrays():
    c = Case("image", "arrays", note="array_to_img, then img_to_array")
    calls = c.json["calls"] = []

    def add(x, **kw):
        n = len(calls)
        img = array_to_img(x, **kw)
        calls.append({**kw, "input": c.put(f"in{n}", x), "output": c.put(f"out{n}", img_to_array(img)), "mode": img.mode})

    r = rng("arrays")
    for channels in (1, 3, 4):
        x = r.normal(10, 60, (4, 5, channels)).astype(np.float32)
        add(x)
        add(np.transpose(x, (2, 0, 1)), data_format="channels_first")
        add(np.clip(np.abs(x), 0, 255), scale=False)
    add(np.full((2, 3, 3), 7, np.float32))
    add(np.zeros((2, 3, 1), np.float32))
    add(r.uniform(0, 1, (3, 3, 3)).astype(np.float32))
    add(r.uniform(0, 900, (3, 4, 1)).astype(np.float32), scale=False)
    c.write()


if __name__ == "__main__":
    draw()
    load()
    arrays()
