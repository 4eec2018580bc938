"""Fixtures of the augmentations beyond Keras: testdata/keras/augment/ops.{json,npz}.

Made by torchvision's v2 functions, on float images where they take them, else
on bytes, and by Pillow. Needs torch, torchvision and pillow, nothing of Keras:

    python augment_ops.py
"""

import io
import json
import os

import numpy as np
import PIL.Image
import torch
import torchvision
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as F

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keras", "augment")
torch.set_num_threads(1)

r = np.random.RandomState(5)
arrays, calls = {}, []


def smooth(h, w, c):
    """A photo-like picture of whole numbers: waves and a few edges."""
    y, x = np.mgrid[0:h, 0:w]
    out = np.stack([127 + 90 * np.sin(x / (3 + k) + k) * np.cos(y / (5 - k % 3)) + 30 * (x > w // 2) for k in range(c)], -1)
    return np.clip(out + r.randint(-12, 13, out.shape), 0, 255).astype(np.uint8)


for name, shape in {"rgb": (23, 18, 3), "wide": (16, 37, 3), "grey": (15, 14, 1)}.items():
    arrays[name] = smooth(*shape)


def chw(a):
    return torch.from_numpy(np.ascontiguousarray(a.transpose(2, 0, 1)))


def add(image, op, config, f, tolerance, as_bytes=False, border=0):
    """f is given a tensor of channels first; floats are in 0 … 1."""
    x = chw(arrays[image])
    y = f(x if as_bytes else x.to(torch.float32) / 255)
    y = y.numpy().transpose(1, 2, 0).astype(np.float32)
    if not as_bytes:
        y = y * 255
    key = "y%d" % len(calls)
    arrays[key] = np.ascontiguousarray(y, np.float32)
    calls.append({"image": image, "op": {"class_name": op, "config": config}, "output": key, "tolerance": tolerance, "border": border})


for image in ("rgb", "wide"):
    for f in (0.0, 0.4, 1.0, 1.7):
        add(image, "Brightness", {"factor": f}, lambda x: F.adjust_brightness(x, f), 1e-3)
        # torchvision's weight of red is 0.2989
        add(image, "Contrast", {"factor": f}, lambda x: F.adjust_contrast(x, f), 0.03)
        add(image, "Saturation", {"factor": f}, lambda x: F.adjust_saturation(x, f), 0.03)
        add(image, "Sharpness", {"factor": f}, lambda x: F.adjust_sharpness(x, f), 1.01, as_bytes=True)
    for d in (-0.5, -0.21, 0.08, 0.4):
        add(image, "Hue", {"shift": d}, lambda x: F.adjust_hue(x, d), 0.02)
    for g in (0.5, 1.0, 2.2):
        add(image, "Gamma", {"gamma": g}, lambda x: F.adjust_gamma(x, g), 5e-3)
    add(image, "Grayscale", {}, lambda x: F.rgb_to_grayscale(x, num_output_channels=3), 0.03)
    for b in (1, 3, 8):
        add(image, "Posterize", {"bits": b}, lambda x: F.posterize(x, b), 0, as_bytes=True)
    for t in (0, 100, 255):
        add(image, "Solarize", {"threshold": t}, lambda x: F.solarize(x, t), 0, as_bytes=True)
    add(image, "Invert", {}, F.invert, 0, as_bytes=True)
    add(image, "AutoContrast", {}, F.autocontrast, 1e-3)
    add(image, "Equalize", {}, F.equalize, 0, as_bytes=True)
    for k, s in ((3, 0.8), (7, 1.5)):
        add(image, "Blur", {"sigma": s, "radius": k // 2}, lambda x: F.gaussian_blur(x, [k, k], [s, s]), 2e-3)
    add(image, "Flip", {"horizontal": True}, F.horizontal_flip, 1e-4)
    add(image, "Flip", {"vertical": True}, F.vertical_flip, 1e-4)
    near = {"nearest": True}
    for a in (17.0, -33.3, 150.0):
        add(image, "Rotate", {"angle": a, **near}, lambda x: F.rotate(x, a, InterpolationMode.NEAREST), 1e-4)
        # torchvision blends the edge with what lies outside
        add(image, "Rotate", {"angle": a}, lambda x: F.rotate(x, a, InterpolationMode.BILINEAR), 0.02, border=2)
    for m in (0.3, -0.71):
        deg = float(np.degrees(np.arctan(m)))
        add(image, "Shear", {"x": m, **near}, lambda x: F.affine(x, 0.0, [0, 0], 1.0, [deg, 0.0], InterpolationMode.NEAREST, center=[0, 0]), 1e-4)
        add(image, "Shear", {"y": m, **near}, lambda x: F.affine(x, 0.0, [0, 0], 1.0, [0.0, deg], InterpolationMode.NEAREST, center=[0, 0]), 1e-4)
    for t in (5, -3):
        add(image, "Translate", {"x": t, **near}, lambda x: F.affine(x, 0.0, [t, 0], 1.0, [0.0, 0.0], InterpolationMode.NEAREST), 1e-4)
        add(image, "Translate", {"y": t, **near}, lambda x: F.affine(x, 0.0, [0, t], 1.0, [0.0, 0.0], InterpolationMode.NEAREST), 1e-4)
    h, w = arrays[image].shape[:2]
    add(image, "Crop", {"top": 2, "left": 3, "height": 9, "width": 11}, lambda x: F.crop(x, 2, 3, 9, 11), 1e-4)
    add(image, "Crop", {"top": -2, "left": 4, "height": h, "width": w, "pad": True, "cval": 9.0},
        lambda x: torch.from_numpy(np.pad(x.numpy(), ((0, 0), (2, 0), (0, 4)), constant_values=9)[:, :h, 4:4 + w].copy()), 0, as_bytes=True)
    for oh, ow in ((7, 5), (30, 41), (9, 30)):
        add(image, "ResizedCrop", {"top": 1, "left": 2, "height": 12, "width": 13, "out_height": oh, "out_width": ow},
            lambda x: F.resized_crop(x, 1, 2, 12, 13, [oh, ow], InterpolationMode.BILINEAR, antialias=True), 2e-3)
    add(image, "Erase", {"top": 2, "left": 3, "height": 5, "width": 4, "value": 0.0}, lambda x: F.erase(x, 2, 3, 5, 4, torch.zeros(3, 1, 1)), 1e-4)
    end = [[1, 2], [w - 3, 0], [w - 1, h - 2], [2, h]]
    # torchvision counts corners by pixels: its lower right one is (w-1, h-1); half a pixel is between the two.
    start_t = [[0, 0], [w, 0], [w, h], [0, h]]
    add(image, "Perspective", {"top_left": end[0], "top_right": end[1], "bottom_right": end[2], "bottom_left": end[3]},
        lambda x: F.perspective(x, start_t, end, InterpolationMode.BILINEAR), 0.05, border=2)

# Pillow's JPEG: decoders and tables differ by a few levels.
for q in (95, 60, 20):
    b = io.BytesIO()
    PIL.Image.fromarray(arrays["wide"]).save(b, "JPEG", quality=q, subsampling=2)
    y = np.asarray(PIL.Image.open(b)).astype(np.float32)
    key = "y%d" % len(calls)
    arrays[key] = y
    calls.append({"image": "wide", "op": {"class_name": "JPEG", "config": {"quality": q}}, "output": key, "tolerance": 40, "mean": 2.5, "border": 0})

os.makedirs(ROOT, exist_ok=True)
arrays = {k: v.astype(np.float32) for k, v in arrays.items()}
np.savez_compressed(os.path.join(ROOT, "ops.npz"), **arrays)
with open(os.path.join(ROOT, "ops.json"), "w") as f:
    f.write('{\n "case": "ops",\n "source": "torchvision %s, Pillow %s",\n "calls": [\n  ' % (torchvision.__version__.split("+")[0], PIL.__version__))
    f.write(",\n  ".join(json.dumps(c) for c in calls))
    f.write("\n ]\n}\n")
print(len(calls), "calls")
