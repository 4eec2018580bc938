"""Fixtures of kind "hdf5": files that h5py writes, and what is in them. See README.md."""

import json
import os

import h5py
import numpy as np

OUT = os.path.join(os.path.dirname(__file__), "..", "hdf5")
os.makedirs(OUT, exist_ok=True)
R = np.random.default_rng(7)
FILES = {}


def plain(v):
    """A value as JSON has it: numbers as they are, bytes as text."""
    v = np.asarray(v)
    if v.dtype.kind in "SUO":
        return [x.decode() if isinstance(x, bytes) else str(x) for x in v.ravel()]
    return [float(x) if v.dtype.kind == "f" else int(x) for x in v.ravel()]


def describe(obj):
    attrs = {}
    for k in obj.attrs:
        a = obj.attrs[k]
        if isinstance(a, h5py.Empty):
            attrs[k] = {"shape": None, "values": []}
        else:
            attrs[k] = {"shape": list(np.shape(a)), "values": plain(a)}
    out = {"attrs": attrs}
    if isinstance(obj, h5py.Dataset):
        out["shape"] = None if obj.shape is None else list(obj.shape)
        if obj.dtype.kind != "V":
            out["values"] = [] if obj.shape is None else plain(obj[()])
    return out


def file(name, fill, **kw):
    path = os.path.join(OUT, name + ".h5")
    with h5py.File(path, "w", **kw) as f:
        fill(f)
    found = {}
    with h5py.File(path, "r") as f:
        found["/"] = describe(f)

        def visit(g):
            for k in g:
                link = g.get(k, getlink=True)
                if isinstance(link, h5py.ExternalLink) or isinstance(link, h5py.SoftLink) and k == "dangling":
                    continue
                found[g[k].name if not isinstance(link, h5py.SoftLink) else g.name.rstrip("/") + "/" + k] = describe(g[k])
                if isinstance(g[k], h5py.Group) and not isinstance(link, h5py.SoftLink):
                    visit(g[k])

        visit(f)
    FILES[name] = found


def types(f):
    x = R.standard_normal((3, 4))
    for t in ["f2", "f4", "f8", ">f2", ">f4", ">f8"]:
        f.create_dataset("float_" + t.replace(">", "big_"), data=x.astype(t))
    for t in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i2", ">i4", ">i8", ">u4"]:
        d = np.iinfo(t)
        f.create_dataset("int_" + t.replace(">", "big_"), data=np.array([d.min, 0, 1, d.max // 3], t))
    f.create_dataset("bool", data=np.array([[True, False], [False, True]]))
    f.create_dataset("fixed_strings", data=np.array([b"a", b"", b"three"]))
    f.create_dataset("strings", data=["ä", "", "line\nend"], dtype=h5py.string_dtype())
    f.create_dataset("scalar", data=np.float32(2.5))
    f.create_dataset("empty", data=np.zeros((0, 4), "f4"))
    f.create_dataset("null", dtype="f4")
    f.create_dataset("special", data=np.array([65504, 6e-8, -0.0, 1.5], "f2"))
    f.create_dataset("unwritten", (3,), "f4", fillvalue=7)
    f.create_dataset("compound", data=np.zeros(2, [("a", "f4"), ("b", "i8", (2,))]))
    f["named"] = np.dtype("f4")
    f.create_dataset("of_named", data=np.arange(3, dtype="f4"), dtype=f["named"])
    del f["named"]  # the dataset keeps it
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(f.id, b"compact", h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((4,)), dcpl)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([1, 2, 3, 4], "f4"))
    f["soft"] = h5py.SoftLink("/float_f4")
    f["dangling"] = h5py.SoftLink("/nowhere")
    f["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
    g = f.create_group("deep/er/est")
    g["hard"] = f["float_f8"]


def attributes(f):
    f.attrs["text"] = "über"
    f.attrs["bytes"] = b"latin"
    f.attrs["fixed"] = np.bytes_("fixed")
    f.attrs["names"] = np.array([b"dense", b"dense_1", b"x"])
    f.attrs["unicode"] = np.array(["a", "bc"], dtype=h5py.string_dtype())
    f.attrs["long"] = "0123456789" * 7000
    f.attrs["none"] = np.array([], "S1")
    f.attrs["float"] = np.float32(1.5)
    f.attrs["ints"] = np.array([[1, -2], [3, 4]])
    f.attrs["flag"] = True
    f.attrs["null"] = h5py.Empty("f4")
    g = f.create_group("many")
    for i in range(60):
        g.attrs["attribute_%02d" % i] = np.array([b"w%d" % j for j in range(i)]) if i else np.int8(3)
    d = f.create_dataset("d", data=np.zeros(1, "f4"))
    d.attrs["of_dataset"] = "yes"


def large_attribute(f):
    f.attrs["large"] = np.array([b"%06d" % i for i in range(12000)])
    f.attrs["small"] = 1


def groups(n):
    def fill(f):
        for i in range(n):
            g = f.create_group("layer_%04d" % i)
            if i % 50 == 0:
                g.create_dataset("kernel:0", data=np.full(2, i, "f4"))
    return fill


def chunks(f):
    x = (R.integers(-99, 99, (37, 23)) / 4).astype("f4")
    f.create_dataset("plain", data=x, chunks=(8, 8))
    f.create_dataset("gzip", data=x, chunks=(8, 8), compression="gzip")
    f.create_dataset("shuffle", data=x, chunks=(16, 23), compression="gzip", shuffle=True)
    f.create_dataset("fletcher", data=x, chunks=(16, 8), fletcher32=True)
    f.create_dataset("all", data=x, chunks=(37, 8), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("single", data=x, chunks=(37, 23))
    f.create_dataset("single_gzip", data=x, chunks=(37, 23), compression="gzip")
    f.create_dataset("rows", data=x, chunks=(5, 7), maxshape=(None, 23))
    f.create_dataset("rows_gzip", data=x, chunks=(5, 7), maxshape=(None, 23), compression="gzip")
    f.create_dataset("columns", data=x, chunks=(5, 7), maxshape=(37, None))
    f.create_dataset("free", data=x, chunks=(5, 7), maxshape=(None, None))
    f.create_dataset("free_gzip", data=x, chunks=(5, 7), maxshape=(None, None), compression="gzip")
    f.create_dataset("bounded", data=x, chunks=(5, 7), maxshape=(50, 60))
    f.create_dataset("cube", data=x[:24, :20].reshape(4, 6, 20), chunks=(3, 4, 7), compression="gzip")
    d = f.create_dataset("sparse", (64,), "f4", chunks=(8,), maxshape=(None,), fillvalue=-1)
    d[40:44] = [1, 2, 3, 4]
    d = f.create_dataset("shrunk", data=np.arange(40, dtype="f4"), chunks=(8,), maxshape=(None,))
    d.resize((13,))
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_chunk((5, 7))
    dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    d = h5py.h5d.create(f.id, b"implicit", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(x.shape), dcpl)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, x)


def pages(f):
    f.create_dataset("fixed", data=np.arange(2500, dtype="i2"), chunks=(1,))
    f.create_dataset("extensible", data=np.arange(2500, dtype="i2"), chunks=(1,), maxshape=(None,))
    f.create_dataset("tree", data=np.arange(2500, dtype="i2").reshape(50, 50), chunks=(1, 1), maxshape=(None, None))
    d = f.create_dataset("extensible_holes", (100000,), "i1", chunks=(1,), maxshape=(None,))
    d[0], d[5000], d[99999] = 1, 2, 3


for libver in ["earliest", "latest"]:
    file("types_" + libver, types, libver=libver)
    file("attributes_" + libver, attributes, libver=libver)
    file("groups_" + libver, groups(400), libver=libver)
    file("chunks_" + libver, chunks, libver=libver)
    file("few_" + libver, groups(3), libver=libver, userblock_size=512)
file("large_attribute_latest", large_attribute, libver="latest")
file("pages_latest", pages, libver="latest")
file("v108", chunks, libver=("earliest", "v108"))
with open(os.path.join(OUT, "files.json"), "w") as out:
    for found in FILES.values():
        for obj in found.values():
            if len(obj.get("values", [])) > 10000:
                obj["nonzero"] = {str(i): v for i, v in enumerate(obj.pop("values")) if v}
    json.dump(FILES, out, separators=(",", ":"))
