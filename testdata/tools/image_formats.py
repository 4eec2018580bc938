"""Picture files of further kinds, and what Pillow reads in them: testdata/keras/image/formats.

NAME.rgb.png and NAME.grey.png are the samples in the modes rgb and grayscale of Keras' load_img; grey of more
than 8 bits stays so. NAME.oN.EXT has EXIF orientation N; NAME.oN.png is what ImageOps.exif_transpose makes of it.
NAME.draft-HxW-FILTER.png is a JPEG read in draft mode and resized.

Needs Pillow and numpy only: python image_formats.py
"""

import json
import os

import numpy as np
from PIL import Image, ImageOps, features

from image_jpeg import encode, planes, scene

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keras", "image", "formats")


def at(name):
    return os.path.join(FOLDER, name)


def save(img, name):
    img.save(at(name), optimize=True)


class Cases:
    def __init__(self):
        self.files, self.turned, self.drafts = [], [], []

    def read(self, name):
        img = Image.open(at(name))
        img.load()
        stem = os.path.splitext(name)[0]
        deep = img.mode in ("I", "I;16", "I;16B")
        rgb = Image.fromarray((np.asarray(img) >> 8).astype(np.uint8)) if deep else img
        save(rgb.convert("RGB"), stem + ".rgb.png")
        grey = Image.fromarray(np.asarray(img).astype(np.uint16)) if deep else img.convert("L")
        save(grey, stem + ".grey.png")
        if img.mode == "RGBA":
            save(img, stem + ".rgba.png")
        self.files.append({"file": name, "deep": deep, "alpha": img.mode == "RGBA"})

    def add(self, name, img, **kw):
        img.save(at(name), **kw)
        self.read(name)

    def raw(self, name, data):
        with open(at(name), "wb") as f:
            f.write(data)
        self.read(name)

    def turn(self, stem, ext, img, **kw):
        for o in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = o
            exif[0x010E] = "a description, so that the tag is not alone"
            name = f"{stem}.o{o}.{ext}"
            img.save(at(name), exif=exif, **kw)
            save(ImageOps.exif_transpose(Image.open(at(name))).convert("RGB"), f"{stem}.o{o}.{ext}.png")
            self.turned.append(name)

    def draft(self, name, mode, h, w, filter):
        img = Image.open(at(name))
        img.draft(mode if mode == "L" else None, (w, h))
        size = img.size
        img = img.convert(mode).resize((w, h), getattr(Image.Resampling, filter.upper()))
        out = f"{os.path.splitext(name)[0]}.draft-{mode}-{h}x{w}-{filter}.png"
        save(img, out)
        self.drafts.append({"file": name, "mode": mode, "height": h, "width": w, "filter": filter, "want": out, "decoded": list(size)})


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for f in os.listdir(FOLDER):
        os.remove(at(f))
    c = Cases()
    rgb, grey = Image.fromarray(scene(23, 31, 3, 1)), Image.fromarray(scene(23, 31, 1, 2)[:, :, 0])
    rgba = Image.fromarray(scene(23, 31, 4, 3))
    grey16 = Image.fromarray(scene(23, 31, 1, 4)[:, :, 0].astype(np.uint16) * 251 + 13)
    bilevel = grey.convert("1")

    for name, kw in (("raw", {}), ("lzw", {"compression": "tiff_lzw"}), ("deflate", {"compression": "tiff_adobe_deflate"}), ("packbits", {"compression": "packbits"})):
        c.add(f"tiff_{name}.tif", rgb, **kw)
    c.add("tiff_rgba.tiff", rgba)
    c.add("tiff_grey.tif", grey)
    c.add("tiff_grey16.tif", grey16)
    c.add("tiff_bilevel.tif", bilevel, compression="group4")
    c.add("tiff_palette.tif", rgb.quantize(50))

    c.add("webp_lossless.webp", rgb, lossless=True)
    c.add("webp_lossless_rgba.webp", rgba, lossless=True, exact=True)
    c.add("webp_lossy.webp", Image.fromarray(scene(46, 62, 3, 5)), quality=80)
    c.add("webp_lossy_odd.webp", Image.fromarray(scene(33, 45, 3, 6)), quality=95)

    c.add("webp_lossy_rgba.webp", Image.fromarray(scene(24, 37, 4, 11)), quality=90)
    rgb.save(at("animated.webp"), save_all=True, append_images=[Image.fromarray(scene(23, 31, 3, 12))], duration=100)

    c.add("p4.pbm", bilevel)
    c.add("p5.pgm", grey)
    c.add("p6.ppm", rgb)
    c.add("p5deep.pgm", grey16)
    a, g = scene(5, 7, 3, 7), scene(5, 7, 1, 8)[:, :, 0]
    c.raw("p1.pbm", b"P1 # bits\n7 5\n" + b"\n".join(b"".join(b"%d" % (v > 128) for v in row) for row in g) + b"\n")
    c.raw("p2.pgm", b"P2\n# a comment\n7 5 # another\n200\n" + b" ".join(b"%d" % (v * 200 // 255) for v in g.reshape(-1)) + b"\n")
    c.raw("p2deep.pgm", b"P2 7 5 4095\n" + b" ".join(b"%d" % (int(v) * 16) for v in g.reshape(-1)))
    c.raw("p3.ppm", b"P3\r\n7\t5\r\n31\r\n" + b"\r\n".join(b"%d" % (v >> 3) for v in a.reshape(-1)))
    c.raw("p5scaled.pgm", b"P5 7 5 99\n" + bytes(int(v) * 99 // 255 for v in g.reshape(-1)))
    c.raw("p5over.pgm", b"P5 7 5 99\n" + bytes(int(v) for v in g.reshape(-1)))
    c.raw("p6deep.ppm", b"P6 7 5 65535\n" + (a.astype(">u2") * 251 + 99).tobytes())
    c.raw("p6mid.ppm", b"P6\n7 5\n1000\n" + (a.astype(">u2") * 3).tobytes())

    c.turn("turn", "jpg", rgb, quality=95, subsampling=2)
    c.turn("turn", "png", rgb)
    c.turn("turn", "tif", rgb)
    c.turn("turn", "webp", rgb, lossless=True)

    big = Image.fromarray(scene(203, 310, 3, 9))
    big.save(at("draft.jpg"), quality=85, subsampling=2)
    with open(at("draft440.jpg"), "wb") as f:
        f.write(encode(planes(203, 310, 3, 10), [(1, 2), (1, 1), (1, 1)]))
    for file in ("draft.jpg", "draft440.jpg"):
        for mode in ("RGB", "L"):
            for h, w, f in ((100, 150, "bilinear"), (60, 60, "nearest"), (24, 30, "bicubic"), (110, 160, "box")):
                c.draft(file, mode, h, w, f)
    with open(at("cases.json"), "w") as f:
        json.dump({"source": f"Pillow {Image.__version__}, libwebp {features.version('webp')}", "files": c.files, "turned": c.turned, "drafts": c.drafts}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
