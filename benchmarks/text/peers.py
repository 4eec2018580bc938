"""The peers of `go run ./benchmarks/text`: answers each line of standard input,
the name of an operation, with the seconds it took and a number to compare.

    python peers.py keras DIR     python peers.py hf DIR
"""

import os
import random
import sys
import time

what, folder = sys.argv[1:3]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
lines = open(os.path.join(folder, "corpus.txt"), encoding="utf-8", newline="\n").read().split("\n")[:-1]
made = {}


def once(name, make):
    if name not in made:
        made[name] = make()
    return made[name]


def timed(f):
    start = time.perf_counter()
    result = f()
    return time.perf_counter() - start, result


def numbers_like(n):
    x, ids = 1, []
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2**31
        ids.append(1 + (x >> 8) % 9999)
    return ids


def keras(op):
    from tf_keras.src.preprocessing.sequence import skipgrams
    from tf_keras.utils import pad_sequences
    from tf_keras.src.preprocessing.text import Tokenizer
    if op == "fit":
        t = Tokenizer()
        seconds, _ = timed(lambda: t.fit_on_texts(lines))
        made["tokenizer"] = t
        return seconds, sum(t.word_counts.values())
    if op == "encode":
        if "tokenizer" not in made:
            keras("fit")
        seconds, ids = timed(lambda: made["tokenizer"].texts_to_sequences(lines))
        return seconds, sum(map(sum, ids))
    if op.startswith("skipgrams"):
        ids, size = numbers_like(20000), 20 if "short" in op else 1000
        parts = [ids[i:i + size] for i in range(0, len(ids), size)]

        def draw(i, s):  # the negative words come from the global generator
            random.seed(i)
            return skipgrams(s, 10000, seed=i)
        seconds, grams = timed(lambda: [draw(i, s) for i, s in enumerate(parts)])
        return seconds, sum((i % 7 + 1) * (p[0] + 3 * p[1] + 5 * l) for couples, labels in grams for i, (p, l) in enumerate(zip(couples, labels)))
    if op == "pad":
        r = random.Random(1)
        x = [[r.randrange(20000) for _ in range(r.randrange(1, 161))] for _ in range(4096)]
        return timed(lambda: pad_sequences(x, maxlen=80, dtype="float32"))[0], 0
    raise ValueError(op)


def hf(op):
    from tokenizers import Tokenizer
    t = once(op, lambda: Tokenizer.from_file(os.path.join(folder, op + ".json")))
    seconds, encodings = timed(lambda: t.encode_batch_fast(lines, add_special_tokens=True))
    return seconds, sum(sum(e.ids) for e in encodings)


for line in sys.stdin:
    try:
        print("%r %d" % {"keras": keras, "hf": hf}[what](line.strip()), flush=True)
    except Exception as e:
        print("error %s: %s" % (type(e).__name__, str(e).replace("\n", " ")), flush=True)
