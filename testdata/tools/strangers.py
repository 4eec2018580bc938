"""Writes testdata/strangers: model files that somebody made to do harm.

One for every class of attack on model files that was published (CVE-2021-37678,
CVE-2024-3660, CVE-2025-1550, -8747, -9905, -9906, -12058, -49655, CVE-2026-0897,
-1462, -1669, -12479, -12480, GHSA-hqp4-2352-xf5r, and PoCs without a number), and
what else such a file can be. Every one must be refused at once, with little memory:
go test ./cmd/train/internal/inspect.

python strangers.py DIRECTORY    (h5py and numpy only)
"""
import io, json, os, struct, sys, zipfile, zlib

import h5py
import numpy as np

OUT = sys.argv[1]
WHEN = (2020, 1, 1, 0, 0, 0)


def put(name, data):
    assert len(data) < 100_000, (name, len(data))
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


# --- configurations ---

def layer(cls, name, **config):
    return {"class_name": cls, "config": {"name": name, **config}}


def row(*layers, shape=(2,)):
    first = layer("InputLayer", "in", batch_input_shape=[None, *shape])
    return {"class_name": "Sequential", "config": {"name": "m", "layers": [first, *layers]}}


def dense(units=2, name="dense", **more):
    return layer("Dense", name, units=units, **more)


def graph(*nodes, out="b"):
    first = {"name": "in", "class_name": "InputLayer", "config": {"name": "in", "batch_input_shape": [None, 2]}, "inbound_nodes": []}
    return {"class_name": "Functional", "config": {"name": "m", "layers": [first, *nodes], "input_layers": [["in", 0, 0]], "output_layers": [[out, 0, 0]]}}


def node(name, *inbound, cls="Dense", **config):
    return {"name": name, "class_name": cls, "config": {"name": name, "units": 2, **config} if cls == "Dense" else {"name": name, **config},
            "inbound_nodes": [[[i, 0, 0, {}] for i in inbound]]}


def deep(n):
    m = row(dense())
    for i in range(n):
        m = {"class_name": "Sequential", "config": {"name": f"m{i}", "layers": [layer("InputLayer", f"in{i}", batch_input_shape=[None, 2]), m]}}
    return m


CODE = "4wEAAAAAAAAAAAAAAAEAAAADAAAAQwAAAHMEAAAAZAFTACkC"
run = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
attacks = {
    # code
    "lambda-bytecode-cve-2024-3660": row(layer("Lambda", "evil", function=[CODE, None, None], function_type="lambda")),
    "lambda-keras3-bytecode": row(layer("Lambda", "evil", function={"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}})),
    "lambda-module": row(layer("Lambda", "evil", function="system", function_type="function", module="os")),
    "module-os-cve-2025-1550": row({"module": "os", "class_name": "system", "config": {"command": "id"}, "registered_name": None}),
    "module-of-initializer": row(dense(kernel_initializer=run)),
    "module-of-activation": row(dense(activation=run)),
    "own-functions-cve-2025-8747": row(layer("Lambda", "evil", function={"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}, arguments={"origin": "http://127.0.0.1/x"})),
    "unsafe-first-cve-2025-9906": {"module": "keras.config", "class_name": "enable_unsafe_deserialization", "config": {}, "registered_name": None},
    "torch-pickle-cve-2025-49655": row(layer("TorchModuleWrapper", "evil", module="gASVHAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==")),
    "tfsm-layer-path": row(layer("TFSMLayer", "evil", filepath="/etc")),
    "function-type": row(layer("Dense", "d", units=2, kernel_constraint={"module": "types", "class_name": "FunctionType", "config": {"code": CODE}})),
    "vocabulary-path-cve-2025-12058": row(layer("StringLookup", "evil", vocabulary="/etc/passwd"), shape=(1,)),
    "vocabulary-url": row(layer("TextVectorization", "evil", vocabulary="http://127.0.0.1/words"), shape=(1,)),
    "eval-of-a-word": row(layer("RWKVTokenizer", "evil", vocabulary=["1 __import__('os').system('id') 2"])),
    "code-as-class-cve-2026-1462": row({"class_name": "__import__('os').system('id')", "config": {}}),
    # size
    "units-2-to-40": row(dense(2**40)),
    "units-by-input": row(dense(2**31), shape=(2**31,)),
    "units-1e300": row(dense(1e300)),
    "units-negative": row(dense(-1)),
    "units-text": row(dense("many")),
    "embedding-bomb": row(layer("Embedding", "e", input_dim=2**40, output_dim=2**20), shape=(3,)),
    "build-config-bomb": row({**dense(), "build_config": {"input_shape": [None, 2**40]}}, shape=(2**40,)),
    "kernel-size-bomb": row(layer("Conv2D", "c", filters=2**30, kernel_size=[2**20, 2**20]), shape=(8, 8, 3)),
    "repeat-bomb": row(layer("RepeatVector", "r", n=2**50), layer("Flatten", "f"), dense()),
    "padding-bomb": row(layer("ZeroPadding2D", "z", padding=2**40), layer("Flatten", "f"), dense(), shape=(2, 2, 1)),
    "upsampling-bomb": row(layer("UpSampling2D", "u", size=[2**30, 2**30]), layer("Flatten", "f"), dense(), shape=(2, 2, 1)),
    "shape-negative": row(dense(), shape=(-7,)),
    "shape-1e18": row(dense(), shape=(10**18, 10**18)),
    "input-rank-1000": row(layer("Flatten", "f"), dense(), shape=(1,) * 1000),
    "reshape-rank-1000": row(layer("Reshape", "r", target_shape=[2] + [1] * 999), layer("Flatten", "f"), dense()),
    # graph
    "cycle": graph(node("a", "b"), node("b", "a")),
    "self-loop": graph(node("b", "b")),
    "cycle-of-three": graph(node("a", "c"), node("b", "a"), node("c", "b")),
    "unknown-inbound": graph(node("b", "nowhere")),
    "node-out-of-range": graph({**node("b"), "inbound_nodes": [[["in", 7, 0, {}]]]}),
    "tensor-out-of-range": graph({**node("b"), "inbound_nodes": [[["in", 0, 2**40, {}]]]}),
    "tensor-negative": graph({**node("b"), "inbound_nodes": [[["in", 0, -1, {}]]]}),
    "output-unknown": graph(node("a", "in"), out="nowhere"),
    "two-of-a-name": graph(node("a", "in"), node("a", "in"), out="a"),
    "models-in-models-200": deep(200),
    "name-leads-out-cve-2026-12479": row(layer("Scale", "../../../tmp/evil")),
    # form
    "layers-is-a-number": {"class_name": "Sequential", "config": {"name": "m", "layers": 7}},
    "config-is-null": {"class_name": "Functional", "config": None},
    "class-is-a-list": {"class_name": ["Dense"], "config": {}},
    "no-class": {"config": {}},
    "unknown-setting": row(dense(2, unitz=3)),
}
for name, config in attacks.items():
    put(f"config-{name}.json", json.dumps(config))
good = json.dumps(row(dense()))
put("json-cut.json", good[: len(good) // 2])
put("json-deep.json", '{"class_name":' + "[" * 90_000)
put("json-deep-config.json", '{"class_name": "Sequential", "config": ' + '{"a":' * 15_000)
put("json-two-keys.json", good.replace('"class_name": "Sequential"', '"class_name": "Sequential", "class_name": "Functional"'))
put("json-two-keys-inside.json", good.replace('"units": 2', '"units": 2, "units": 999999999999'))
put("json-1e999.json", good.replace('"units": 2', '"units": 1e999'))
put("json-nan.json", good.replace('"units": 2', '"units": NaN'))
put("json-follows.json", good + "; import os")
put("json-not-utf-8.json", good.replace('"dense"', '"dens@"').encode().replace(b"@", b"\xe9"))
put("json-surrogate.json", good.replace('"dense"', '"dens@"').encode().replace(b"@", b"\xed\xa0\x80"))
put("json-two-keys-escaped.json", good.replace('"units": 2', '"units": 2, "\\u0075nits": 3'))
put("json-two-keys-deep.json", good.replace('"units": 2', '"units": 2, "kernel_initializer": {"class_name": "Zeros", "config": {}, "class_name": "Ones"}'))
put("json-nul.json", good.replace("{", "{\0", 1))
put("json-no-end.json", '{"class_name": "' + "x" * 90_000)

# --- YAML ---
bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
for prev, here in zip("abcdefgh", "bcdefghi"):
    bomb += f"{here}: &{here} [{','.join(['*' + prev] * 9)}]\n"
head = "class_name: Sequential\nbackend: tensorflow\n"
put("yaml-alias-bomb-cve-2019-11253.yaml", head + bomb + "config: *i\n")
put("yaml-alias-308-bytes.yaml", head + "config:\n  layers: &x\n" + "".join(f"  - &l{i} [*l{i-1}, *l{i-1}]\n" if i else "  - &l0 [1]\n" for i in range(28)))
put("yaml-alias-itself.yaml", head + "config: &c\n  layers: [*c, *c]\n")
put("yaml-python-apply-cve-2021-37678.yaml", head + "config: !!python/object/apply:os.system ['id']\n")
put("yaml-python-new.yaml", "class_name: !!python/object/new:type {args: ['z', !!python/tuple [], {'extend': !!python/name:exec }]}\nconfig: {}\n")
put("yaml-tag.yaml", head + "config: !<tag:evil> {layers: []}\n")
put("yaml-deep.yaml", "class_name: " + "[" * 20_000)
put("yaml-deep-maps.yaml", head + "config: " + "{a: " * 5_000)
put("yaml-merge-bomb.yaml", head + "a: &a {x: 1}\n" + "".join(f"{c}: &{c} {{<<: [{','.join(['*' + p] * 20)}]}}\n" for p, c in zip("abcdefg", "bcdefgh")) + "config: *h\n")
put("yaml-two-documents.yaml", head + "config: {}\n---\nclass_name: Model\n")
put("yaml-two-keys.yaml", head + "class_name: Functional\nconfig: {}\n")
put("yaml-list.yaml", "class_name:\n- a\n- b\nconfig: {}\n")


# --- HDF5 ---


def h5(name, fill, config=row(dense()), weights=True, patch=None, **how):
    b = io.BytesIO()
    with h5py.File(b, "w", **how) as f:
        if config is not None:
            f.attrs["model_config"] = json.dumps(config)
        f.attrs["keras_version"], f.attrs["backend"] = "2.15.0", "tensorflow"
        if weights:
            g = f.create_group("model_weights")
            g.attrs["layer_names"] = np.array([b"dense"])
            d = g.create_group("dense")
            d.attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
            w = d.create_group("dense")
            w["bias:0"] = np.zeros(2, "f4")
            fill(w)
        else:
            fill(f)
    data = b.getvalue()
    put(f"h5-{name}.h5", patch(data) if patch else data)


K = "kernel:0"


def set_(value):
    return lambda w: w.__setitem__(K, value)


h5("external-link", set_(h5py.ExternalLink("/etc/passwd", "/x")))
h5("external-link-relative", set_(h5py.ExternalLink("../../secret.h5", "/kernel")))
h5("soft-link-loop", set_(h5py.SoftLink("/model_weights/dense/dense/kernel:0")))
h5("soft-link-nowhere", set_(h5py.SoftLink("/nowhere")))
h5("group-in-itself", lambda w: w.__setitem__(K, w))
h5("external-storage-cve-2026-1669", lambda w: w.create_dataset(K, (2, 2), "f4", external=[("/etc/hostname", 0, 16)]))


def virtual(w):
    layout = h5py.VirtualLayout((2, 2), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (2, 2))
    w.create_virtual_dataset(K, layout)


h5("virtual-cve-2026-12480", virtual, libver="latest")
h5("shape-bomb-cve-2026-0897", lambda w: w.create_dataset(K, (2**25, 2**25), "f8", chunks=(2**10, 2**10)), libver="latest")
h5("shape-bomb-one-axis", lambda w: w.create_dataset(K, (2**55,), "f4", chunks=(2**20,)))
h5("shape-bomb-of-the-model", lambda w: w.create_dataset(K, (2**22, 2**22), "f4", chunks=(2**10, 2**10)), config=row(dense(2**22), shape=(2**22,)))
h5("never-written", lambda w: w.create_dataset(K, (2**20, 2**20), "f4"), config=row(dense(2**20), shape=(2**20,)))
h5("deflate-bomb", lambda w: w.create_dataset(K, data=np.zeros((2048, 2048), "f4"), chunks=(2048, 2048), compression=9))
h5("rank-32", lambda w: w.create_dataset(K, (1,) * 32, "f4"))
h5("empty", lambda w: w.create_dataset(K, data=h5py.Empty("f4")))
h5("lzf", lambda w: w.create_dataset(K, data=np.zeros((2, 2), "f4"), chunks=(2, 2), compression="lzf"))
h5("scale-offset", lambda w: w.create_dataset(K, data=np.zeros((2, 2), "i4"), chunks=(2, 2), scaleoffset=0))
h5("compound", set_(np.zeros((2, 2), [("a", "f4"), ("b", "i8")])))
h5("reference", lambda w: w.create_dataset(K, data=np.array([[w.ref, w.ref]] * 2, dtype=h5py.ref_dtype), dtype=h5py.ref_dtype))
h5("opaque", set_(np.zeros((2, 2), "V4")))
h5("strings", lambda w: w.create_dataset(K, data=np.array([[b"ab", b"cd"], [b"ef", b"gh"]])))
h5("lists", lambda w: w.create_dataset(K, (2, 2), h5py.vlen_dtype(np.dtype("f4"))))
h5("other-shape", set_(np.zeros((3, 2), "f4")))
h5("missing", lambda w: None)
h5("complex", set_(np.zeros((2, 2), "c8")))


def nested(w):
    for _ in range(70):
        w = w.create_group("g")


h5("groups-70-deep", lambda w: (nested(w), w.__setitem__(K, h5py.SoftLink("g" + "/g" * 69))))
h5("no-model", lambda f: f.create_dataset("x", data=np.zeros(3)), config=None, weights=False)
h5("config-is-a-number", lambda w: (set_(np.zeros((2, 2), "f4"))(w), w.file.attrs.__setitem__("model_config", 7)))
h5("config-is-not-text", lambda w: (set_(np.zeros((2, 2), "f4"))(w), w.file.attrs.__setitem__("model_config", np.bytes_(b"\xff\xfe{"))))
h5("names-lead-out", lambda w: (set_(np.zeros((2, 2), "f4"))(w), w.parent.parent.attrs.__setitem__("layer_names", np.array([b"../../dense"]))))
h5("names-are-numbers", lambda w: (set_(np.zeros((2, 2), "f4"))(w), w.parent.parent.attrs.__setitem__("layer_names", np.arange(3))))
h5("weight-names-lead-out", lambda w: (set_(np.zeros((2, 2), "f4"))(w), w.parent.attrs.__setitem__("weight_names", np.array([b"../../../x", b"dense/bias:0"]))))
h5("lambda-cve-2025-9905", set_(np.zeros((2, 2), "f4")), config=attacks["lambda-bytecode-cve-2024-3660"])
h5("module-os", set_(np.zeros((2, 2), "f4")), config=attacks["module-os-cve-2025-1550"])
plain = set_(np.zeros((2, 2), "f4"))
h5("superblock-version", plain, patch=lambda b: b[:8] + b"\x09" + b[9:])
h5("superblock-sizes", plain, patch=lambda b: b[:13] + b"\xff\xff" + b[15:])
h5("superblock-checksum", plain, patch=lambda b: b[:20] + bytes([b[20] ^ 1]) + b[21:], libver="latest")
h5("end-beyond-the-file", plain, patch=lambda b: b[: len(b) - 2000])
h5("root-beyond-the-file", plain, patch=lambda b: b[:64] + struct.pack("<Q", 2**60) + b[72:])
h5("every-address-the-same", plain, patch=lambda b: b[:96] + b"TREE" * ((len(b) - 96) // 4))
put("h5-magic-only.h5", b"\x89HDF\r\n\x1a\n")


# --- zip ---
def archive(*members, flags=None):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w") as z:
        for name, data, *how in members:
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = how[0] if how else zipfile.ZIP_STORED
            if len(how) > 1:
                info.external_attr = how[1] << 16
            z.writestr(info, data)
    return b.getvalue()


def npy(shape, descr="<f4", data=b"", text=None):
    head = text or f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape!r}, }}"
    head += " " * (63 - (len(head) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data


def both(b, at, new, field):  # changes a field of the first member in both of its headers
    c = b.index(b"PK\x01\x02")
    offset = {"flags": (6, 8), "method": (8, 10), "crc": (14, 16), "packed": (18, 20), "size": (22, 24)}[field]
    b = bytearray(b)
    for base, o in ((0, offset[0]), (c, offset[1])):
        b[base + o : base + o + len(new)] = new
    return bytes(b)


z4 = b"\0" * 16
kern = ("dense/kernel.npy", npy((2, 2), data=z4))
D = zipfile.ZIP_DEFLATED
for name, data in {
    "path-leads-out": archive(("../../evil.npy", npy((2,), data=b"\0" * 8))),
    "path-absolute": archive(("/tmp/evil.npy", npy((2,), data=b"\0" * 8))),
    "path-backslash": archive(("..\\evil.npy", npy((2,), data=b"\0" * 8))),
    "two-of-a-name": archive(kern, kern),
    "link": archive((kern[0], "/etc/passwd", zipfile.ZIP_STORED, 0o120777)),
    "encrypted": both(archive(kern), 0, b"\1\0", "flags"),
    "method": both(archive(kern), 0, b"\x63\0", "method"),
    "size-larger": both(archive(kern), 0, struct.pack("<I", 2**31), "size"),
    "packed-larger": both(archive(kern), 0, struct.pack("<I", 2**31), "packed"),
    "checksum": both(archive(kern), 0, b"\1\2\3\4", "crc"),
    "pickle": archive(("dense/kernel.npy", npy((1,), "|O", b"\x80\x04cposix\nsystem\n."))),
    "shape-bomb": archive(("dense/kernel.npy", npy((2**30, 2**30)))),
    "shape-overflow": archive(("dense/kernel.npy", npy((2**62, 4), data=z4))),
    "shape-negative": archive(("dense/kernel.npy", npy((-2, -2), data=z4))),
    "header-code": archive(("dense/kernel.npy", npy(None, text="__import__('os').system('id')"))),
    "header-size": archive(("dense/kernel.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f")),
    "deflate-bomb": archive(("dense/kernel.npy", npy((2048, 2048), data=b"\0" * 2**24), D)),
    "no-array": archive(("readme.txt", "hello")),
    "config-bomb": archive(("model_config.npy", npy((1,), "<U4000000", b"\0" * 16_000_000), D)),
    "config-lambda": archive(("model_config.npy", npy((1,), f"<U{len(json.dumps(attacks['lambda-module']))}", json.dumps(attacks["lambda-module"]).encode("utf-32-le")))),
    "config-two": archive(("model_config.npy", npy((2,), "<U1", b"{\0\0\0}\0\0\0"))),
    "no-directory": archive(kern)[:100],
    "directory-count": archive(kern)[:-14] + struct.pack("<HHIIH", 65535, 65535, 2**32 - 2, 0, 0),
    "other-shape": archive(("dense/kernel.npy", npy((5, 5), data=b"\0" * 100))),
}.items():
    put(f"npz-{name}.npz", data)

meta = ("metadata.json", json.dumps({"keras_version": "3.4.1", "date_saved": "2024-01-01@00:00:00"}))
cfg = ("config.json", good)


def weights3(fill=lambda v: (v.__setitem__("0", np.zeros((2, 2), "f4")), v.__setitem__("1", np.zeros(2, "f4")))):
    b = io.BytesIO()
    with h5py.File(b, "w") as f:
        fill(f.create_group("layers/dense/vars"))
    return ("model.weights.h5", b.getvalue())


def overlap():  # two members over the same bytes
    b = archive(meta, cfg, ("model.weights.h5", b"\0" * 64))
    c = b.index(b"PK\x01\x02")
    entry = b[c : b.index(b"PK\x01\x02", c + 4)]
    end = b.index(b"PK\x05\x06")
    n = 300
    again = b"".join(entry.replace(b"metadata.json", f"m{i:03}tadata.jso".encode()[:13]) for i in range(n))
    return b[:end] + again + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 3 + n, 3 + n, end - c + len(again), c, 0)


for name, data in {
    "path-leads-out-ghsa-hqp4": archive(meta, cfg, weights3(), ("../../evil", "x")),
    "path-absolute": archive(meta, cfg, weights3(), ("/etc/evil", "x")),
    "asset-leads-out": archive(meta, cfg, weights3(), ("assets/../../evil", "x")),
    "path-drive": archive(meta, cfg, weights3(), ("C:evil", "x")),
    "link": archive(meta, cfg, ("model.weights.h5", "/etc/passwd", zipfile.ZIP_STORED, 0o120777)),
    "two-configs": archive(meta, cfg, cfg, weights3()),
    "encrypted": both(archive(cfg, meta, weights3()), 0, b"\1\0", "flags"),
    "config-size": both(archive(cfg, meta, weights3()), 0, struct.pack("<I", 2**31), "size"),
    "config-bomb": archive(meta, ("config.json", b'{"class_name":"' + b" " * 32_000_000, D), weights3()),
    "weights-bomb": archive(meta, cfg, ("model.weights.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 64_000_000, D)),
    "overlap": overlap(),
    "no-config": archive(meta, weights3()),
    "no-weights": archive(meta, cfg),
    "weights-are-html": archive(meta, cfg, ("model.weights.h5", "<!DOCTYPE html>")),
    "weights-external-link": archive(meta, cfg, weights3(lambda v: (v.__setitem__("0", h5py.ExternalLink("/etc/x.h5", "/x")), v.__setitem__("1", np.zeros(2, "f4"))))),
    "weights-external-storage": archive(meta, cfg, weights3(lambda v: (v.create_dataset("0", (2, 2), "f4", external=[("/etc/hostname", 0, 16)]), v.__setitem__("1", np.zeros(2, "f4"))))),
    "weights-shape-bomb": archive(meta, cfg, weights3(lambda v: (v.create_dataset("0", (2**25, 2**25), "f8", chunks=(2**10, 2**10)), v.__setitem__("1", np.zeros(2, "f4"))))),
    "weights-other-shape": archive(meta, cfg, weights3(lambda v: (v.__setitem__("0", np.zeros((7, 7), "f4")), v.__setitem__("1", np.zeros(2, "f4"))))),
    "lambda": archive(meta, ("config.json", json.dumps(attacks["lambda-keras3-bytecode"])), weights3()),
    "module-os": archive(meta, ("config.json", json.dumps(attacks["module-os-cve-2025-1550"])), weights3()),
    "unsafe-first": archive(meta, ("config.json", json.dumps(attacks["unsafe-first-cve-2025-9906"])), weights3()),
    "cycle": archive(meta, ("config.json", json.dumps(attacks["cycle"])), weights3()),
}.items():
    put(f"keras-{name}.keras", data)


# --- safetensors ---
def st(header, data=z4, size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + data


def entry(lo=0, hi=16, shape=(2, 2), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [lo, hi]}


for name, data in {
    "header-2-to-63": st({"a": entry()}, size=2**63),
    "header-of-the-file": st({"a": entry()}, size=2**20),
    "hole": st({"a": entry(0, 4, (1,)), "b": entry(8, 16, (2,))}),
    "overlap": st({"a": entry(0, 12, (3,)), "b": entry(4, 16, (3,))}),
    "two-of-a-name": st(b'{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}'),
    "shape-negative": st({"a": entry(shape=(-2, -2))}),
    "shape-overflow": st({"a": entry(shape=(2**32, 2**32))}),
    "shape-and-bytes": st({"a": entry(shape=(3, 3))}),
    "dtype": st({"a": entry(dtype="PICKLE")}),
    "beyond": st({"a": entry(0, 2**40, (2**38,))}),
    "backwards": st({"a": entry(16, 0)}),
    "rank": st({"a": entry(shape=(1,) * 1000)}),
    "follows": st({"a": entry(0, 8, (2,))}),
    "deep": st(b'{"a":' + b"[" * 20_000),
    "metadata-number": st({"__metadata__": {"a": 7}, "a": entry()}),
    "cut": st({"a": entry()})[:40],
}.items():
    put(f"safetensors-{name}.safetensors", data)


# --- tokenizers ---
def tok(**config):
    return json.dumps({"class_name": "Tokenizer", "config": {"num_words": None, "filters": "", "lower": True, "split": " ", "char_level": False, "oov_token": None,
                      "document_count": 1, "word_counts": "{\"a\": 1}", "word_docs": "{\"a\": 1}", "index_docs": "{\"1\": 1}", "index_word": "{\"1\": \"a\"}", "word_index": "{\"a\": 1}", **config}})


for name, data in {
    "code": tok(word_index="__import__('os').system('id')"),
    "index-2-to-70": tok(word_index='{"a": 1180591620717411303424}'),
    "deep": tok(word_index="[" * 50_000),
    "index-negative": tok(word_index='{"a": -1}'),
    "index-word-negative": tok(index_word='{"-1": "a"}'),
    "number-as-word": tok(word_index='{"a": "b"}'),
    "cut": tok()[:200],
}.items():
    put(f"tokenizer-{name}.json", data)


def sub(**more):
    return json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
                       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}, **more})


for name, data in {
    "regexp": sub(pre_tokenizer={"type": "Split", "pattern": {"Regex": "(a+)+$" + "(" * 5000}, "behavior": "Isolated", "invert": False}),
    "replace-regexp": sub(normalizer={"type": "Replace", "pattern": {"Regex": "(?=a)(a+)+$"}, "content": "b"}),
    "id-2-to-40": sub(model={"type": "BPE", "vocab": {"a": 2**40}, "merges": []}),
    "merge-of-nothing": sub(model={"type": "BPE", "vocab": {"a": 0}, "merges": ["x y"]}),
    "version": sub().replace('"1.0"', '"9.9"'),
    "deep": sub(normalizer="@").replace('"@"', '{"type": "Sequence", "normalizers": [' * 2_000),
    "model": sub(model={"type": "Pickle", "data": "gASV"}),
}.items():
    put(f"subword-{name}.json", data)

# --- other files under a model's name ---
for name, data in {
    "pickle.h5": b"\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "html.keras": b"<!DOCTYPE html><html>404</html>",
    "png.h5": b"\x89PNG\r\n\x1a\n",
    "elf.npz": b"\x7fELF\x02\x01\x01",
    "gzip.json": zlib.compress(b"x") and b"\x1f\x8b\x08\0\0\0\0\0",
    "lfs-pointer.h5": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 123\n",
    "empty.h5": b"",
    "zeros.keras": b"\0" * 4096,
}.items():
    put(f"other-{name}", data)
