"""JPEG files of every kind that is decoded, and what Pillow (libjpeg-turbo) makes of them:
testdata/keras/image/jpeg.

NAME.jpg is the file, NAME.1.png its samples, NAME.2.png, .4. and .8. those of Pillow's draft mode,
NAME.cut.png what LOAD_TRUNCATED_IMAGES makes of NAME.cut.jpg. CMYK samples are stored as RGBA.

Pillow writes the common kinds. The rest, such as odd subsampling and several scans, is written by the
small encoder below, which is nothing but the standard's text in numpy.

Needs Pillow and numpy only: python image_jpeg.py
"""

import io
import json
import os
import struct

import numpy as np
from PIL import Image, ImageFile, features

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keras", "image", "jpeg")

ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i % 8 if (i // 8 + i % 8) % 2 == 0 else i // 8)))


def scene(h, w, c, seed):
    """Waves with noise and a few sharp edges, values up to both ends."""
    r = np.random.RandomState(seed)
    y, x = np.mgrid[0:h, 0:w]
    planes = []
    for k in range(c):
        p = 127.5 + 120 * np.sin(x / (5.0 + k) + seed) * np.cos(y / (7.0 - k) + k) + r.normal(0, 9, (h, w))
        p[(x // 9 + y // 11 + k) % 7 == 0] = 255 * (k % 2)
        planes.append(p)
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


# ---- a small encoder -------------------------------------------------------------------------------------

DCT = np.array([[np.sqrt((1 if u == 0 else 2) / 8) * np.cos((2 * x + 1) * u * np.pi / 16) for x in range(8)] for u in range(8)])


def segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


class Bits:
    def __init__(self):
        self.acc, self.n, self.out = 0, 0, bytearray()

    def put(self, value, n):
        self.acc = self.acc << n | value
        self.n += n
        while self.n >= 8:
            b = self.acc >> (self.n - 8) & 255
            self.out.append(b)
            if b == 255:
                self.out.append(0)
            self.n -= 8
        self.acc &= (1 << self.n) - 1

    def flush(self):
        if self.n:
            self.put((1 << (8 - self.n)) - 1, 8 - self.n)
        out, self.out = bytes(self.out), bytearray()
        return out


class Huffman:
    """A code with the given lengths for its symbols, not optimal on purpose: all lengths up to 16 occur."""

    def __init__(self, symbols, short):
        # `short` symbols get 2..9 bits, the rest fill 10 to 16 bits.
        lengths = [2, 3, 4, 5, 6, 7, 8, 9][:short]
        rest = len(symbols) - len(lengths)
        n, left, add = 10, 1 << (10 - lengths[-1]), []
        while rest:
            take = min(rest, max(0, left - max(1, (rest - left + (1 << (16 - n)) - 1) >> (16 - n)) - 1)) if n < 16 else rest
            add += [n] * take
            rest, left, n = rest - take, (left - take) * 2, n + 1
        self.lengths = lengths + add
        self.symbols = symbols
        self.codes, code, last = {}, 0, self.lengths[0]
        for s, l in zip(symbols, self.lengths):
            code <<= l - last
            self.codes[s] = (code, l)
            assert code < (1 << l) - 1, "the code of ones only is not allowed"
            code, last = code + 1, l

    def segment(self, class_id):
        counts = bytes(self.lengths.count(l) for l in range(1, 17))
        return segment(0xC4, bytes([class_id]) + counts + bytes(self.symbols))


DC = Huffman([3, 2, 4, 5, 1, 0, 6, 7, 8, 9, 10, 11], 8)
AC = Huffman([0x01, 0x00, 0x02, 0x03, 0x11, 0x04, 0x21, 0xF0] + [r << 4 | s for r in range(16) for s in range(1, 11) if (r, s) not in
             ((0, 1), (0, 2), (0, 3), (1, 1), (0, 4), (2, 1))], 8)


def size_bits(v):
    n = int(abs(v)).bit_length()
    return n, v if v >= 0 else v + (1 << n) - 1


def encode(planes, sampling, quality=8, scans=None, restart=0, sof=0xC0, wide=False, markers=b"", names=(1, 2, 3, 4), before=b""):
    """Sequential JPEG of full-size planes (h, w); sampling [(h, v)…]; scans: lists of components; restart: MCUs."""
    h, w = planes[0].shape
    mh, mv = max(s[0] for s in sampling), max(s[1] for s in sampling)
    mx, my = -(-w // (8 * mh)), -(-h // (8 * mv))
    q = np.array([quality + (i // 8 + i % 8) * quality // 3 for i in range(64)]).reshape(8, 8)
    if wide:
        q[7, 7] = 300
    blocks, sizes = [], []
    for p, (sh, sv) in zip(planes, sampling):
        fx, fy = mh / sh, mv / sv
        bw, bh = mx * sh * 8, my * sv * 8
        ys = np.minimum((np.arange(bh) * fy).astype(int), h - 1)
        xs = np.minimum((np.arange(bw) * fx).astype(int), w - 1)
        a = p[ys][:, xs].astype(float) - 128
        t = a.reshape(bh // 8, 8, bw // 8, 8).transpose(0, 2, 1, 3)  # block row, block, y, x
        c = np.rint((DCT @ t @ DCT.T) / q).astype(int)
        blocks.append(c)
        sizes.append((-(-(-(-w * sh // mh)) // 8), -(-(-(-h * sv // mv)) // 8)))
    out = b"\xff\xd8" + markers
    order = q.reshape(64)[ZIGZAG]
    out += segment(0xDB, (b"\x10" + b"".join(struct.pack(">H", v) for v in order)) if wide else b"\0" + bytes(int(v) for v in order))
    out += segment(sof, struct.pack(">BHHB", 8, h, w, len(planes)) + b"".join(bytes([names[i], s[0] << 4 | s[1], 0]) for i, s in enumerate(sampling)))
    out += DC.segment(0) + AC.segment(0x10)
    if restart:
        out += segment(0xDD, struct.pack(">H", restart))
    for comps in scans or [list(range(len(planes)))]:
        out += before
        out += segment(0xDA, bytes([len(comps)]) + b"".join(bytes([names[i], 0]) for i in comps) + b"\0\x3f\0")
        if len(comps) == 1:
            bw, bh = sizes[comps[0]]
            mcus = [[(comps[0], y, x)] for y in range(bh) for x in range(bw)]
        else:
            mcus = [[(i, y * sampling[i][1] + v, x * sampling[i][0] + u) for i in comps for v in range(sampling[i][1]) for u in range(sampling[i][0])]
                    for y in range(my) for x in range(mx)]
        bits, pred, n = Bits(), [0] * 4, 0
        for m, mcu in enumerate(mcus):
            if restart and m and m % restart == 0:
                out += bits.flush() + bytes([0xFF, 0xD0 + n % 8])
                n, pred = n + 1, [0] * 4
            for i, y, x in mcu:
                z = blocks[i][y, x].reshape(64)[ZIGZAG]
                s, v = size_bits(int(z[0]) - pred[i])
                pred[i] = int(z[0])
                bits.put(*DC.codes[s])
                bits.put(v, s)
                run = 0
                last = max([k for k in range(1, 64) if z[k]], default=0)
                for k in range(1, last + 1):
                    if z[k] == 0:
                        run += 1
                        continue
                    while run > 15:
                        bits.put(*AC.codes[0xF0])
                        run -= 16
                    s, v = size_bits(int(z[k]))
                    bits.put(*AC.codes[run << 4 | s])
                    bits.put(v, s)
                    run = 0
                if last < 63:
                    bits.put(*AC.codes[0])
        out += bits.flush()
    return out + b"\xff\xd9"


# ---- the files -------------------------------------------------------------------------------------------

cases = []


def png(name, img):
    if img.mode == "CMYK":
        img = Image.frombytes("RGBA", img.size, img.tobytes())
    assert img.mode in ("L", "RGB", "RGBA"), img.mode
    img.save(os.path.join(FOLDER, name + ".png"), optimize=True)


def add(name, data, cut=(), scales=(2, 4, 8)):
    with open(os.path.join(FOLDER, name + ".jpg"), "wb") as f:
        f.write(data)
    img = Image.open(io.BytesIO(data))
    img.load()
    png(name + ".1", img)
    case = {"name": name, "mode": img.mode, "size": list(img.size), "scales": [1]}
    for s in scales:
        img = Image.open(io.BytesIO(data))
        w, h = img.size
        got = img.draft(None, (max(w // s, 1), max(h // s, 1)))
        if not got or img.size != (-(-w // s), -(-h // s)):
            continue
        img.load()
        png(f"{name}.{s}", img)
        case["scales"].append(s)
    case["cuts"] = []
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    for share in cut:
        n = int(len(data) * share)
        img = Image.open(io.BytesIO(data[:n]))
        img.load()
        if not img.getbbox():  # cut within a marker: Pillow gives up, and the picture is black
            continue
        png(f"{name}.cut{n}", img)
        case["cuts"].append(n)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    cases.append(case)


def pillow(name, img, cut=(), scales=(2, 4, 8), **kw):
    b = io.BytesIO()
    img.save(b, "JPEG", **kw)
    add(name, b.getvalue(), cut, scales)


def planes(h, w, n, seed):
    s = scene(h, w, n, seed)
    return [s[:, :, k] for k in range(n)]


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for f in os.listdir(FOLDER):
        os.remove(os.path.join(FOLDER, f))
    rgb = lambda h, w, seed: Image.fromarray(scene(h, w, 3, seed))  # noqa: E731
    for name, sub in (("444", 0), ("422", 1), ("420", 2)):
        pillow(f"p{name}", rgb(67, 93, 1), quality=85, subsampling=sub, cut=(0.7,))
        pillow(f"q{name}", rgb(37, 70, 2), quality=97, subsampling=sub)
        pillow(f"prog{name}", rgb(61, 83, 3), quality=80, subsampling=sub, progressive=True, cut=(0.3, 0.45, 0.6, 0.8, 0.95))
    pillow("low", rgb(66, 130, 4), quality=10, subsampling=2)
    pillow("best", rgb(40, 48, 5), quality=100, subsampling=0)
    for h, w in ((1, 1), (2, 3), (3, 2), (5, 4), (8, 8), (9, 17), (16, 16), (17, 33), (1, 40), (40, 1), (7, 300)):
        pillow(f"size{h}x{w}", rgb(h, w, h * w), quality=90, subsampling=2)
    pillow("size5x6_422", rgb(5, 6, 6), quality=90, subsampling=1)
    grey = lambda h, w, seed: Image.fromarray(scene(h, w, 1, seed)[:, :, 0])  # noqa: E731
    pillow("grey", grey(45, 51, 7), quality=88, cut=(0.5,))
    pillow("greyprog", grey(45, 51, 8), quality=88, progressive=True)
    pillow("flat", Image.new("RGB", (50, 34), (200, 30, 90)), quality=75, subsampling=2)
    cmyk = lambda h, w, seed: Image.fromarray(scene(h, w, 4, seed), "CMYK")  # noqa: E731
    pillow("cmyk", cmyk(34, 41, 9), quality=92)
    pillow("cmyk420", cmyk(34, 41, 10), quality=92, subsampling=2)
    pillow("cmykprog", cmyk(34, 41, 11), quality=90, progressive=True)
    for name in ("cmyk", "cmyk420"):  # the Adobe marker says YCCK, and there is none
        with open(os.path.join(FOLDER, name + ".jpg"), "rb") as f:
            data = bytearray(f.read())
        at = data.index(b"Adobe")
        data[at + 11] = 2
        add(name.replace("cmyk", "ycck"), bytes(data))
        data[at : at + 5] = b"Other"
        add(name + "plain", bytes(data))
    pillow("rgb", rgb(33, 47, 12), quality=90, keep_rgb=True)
    pillow("restart", rgb(70, 90, 13), quality=85, subsampling=2, restart_marker_blocks=3, cut=(0.6,))
    pillow("restartrows", rgb(70, 90, 14), quality=85, subsampling=1, restart_marker_rows=1)
    pillow("restartprog", rgb(70, 90, 15), quality=85, subsampling=2, restart_marker_blocks=2, progressive=True, cut=(0.5,))
    pillow("optimized", rgb(52, 77, 16), quality=90, optimize=True)

    for name, sampling in {
        "440": [(1, 2), (1, 1), (1, 1)], "411": [(4, 1), (1, 1), (1, 1)], "410": [(4, 2), (1, 1), (1, 1)],
        "444x2": [(2, 1), (2, 1), (2, 1)], "311": [(3, 1), (1, 1), (1, 1)], "141": [(1, 4), (1, 1), (1, 1)],
        "133": [(1, 3), (1, 1), (1, 1)], "cr": [(2, 2), (2, 1), (1, 2)], "luma": [(1, 1), (2, 2), (2, 1)],
    }.items():
        add(f"s{name}", encode(planes(53, 75, 3, 20), sampling))
    add("scans3", encode(planes(53, 75, 3, 21), [(2, 2), (1, 1), (1, 1)], scans=[[0], [1], [2]]), cut=(0.5, 0.8))
    add("scans2", encode(planes(53, 75, 3, 22), [(2, 1), (1, 1), (1, 1)], scans=[[0], [1, 2]], restart=4))
    add("extended", encode(planes(40, 41, 3, 23), [(2, 1), (1, 1), (1, 1)], sof=0xC1, wide=True))
    add("greyh2v2", encode(planes(43, 61, 1, 24), [(2, 2)], restart=5))
    add("names", encode(planes(30, 31, 3, 25), [(1, 1)] * 3, names=(82, 71, 66)))
    add("othernames", encode(planes(30, 31, 3, 26), [(1, 1)] * 3, names=(7, 0, 255)))
    add("fill", encode(planes(30, 31, 3, 27), [(1, 1)] * 3, before=b"\xff\xff\xff", markers=segment(0xFE, b"a comment") + b"\xff\xff"))
    add("restart1", encode(planes(50, 50, 3, 28), [(2, 2), (1, 1), (1, 1)], restart=1))
    add("fine", encode(planes(50, 50, 3, 29), [(2, 2), (1, 1), (1, 1)], quality=1))

    # A progressive file that ends properly, but before its AC scans are complete.
    with open(os.path.join(FOLDER, "prog420.jpg"), "rb") as f:
        data = f.read()
    at = [i for i in range(len(data) - 1) if data[i] == 0xFF and data[i + 1] == 0xDA]
    for n in (1, 2, 4, 7):
        # Tables of the next scan may stand before its marker; they do no harm.
        add(f"coarse{n}", data[: at[n]] + b"\xff\xd9", scales=())
    with open(os.path.join(FOLDER, "cases.json"), "w") as f:
        json.dump({"source": f"Pillow {Image.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}", "cases": cases}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
