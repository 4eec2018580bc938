"""Compares text and text/subword with the real things on random texts.

Writes texts and the answers of tf_keras, or of Hugging Face's tokenizers, into
a directory that the Go side reads:

    python text_differential.py keras 100000 /tmp/diff   # Python with tf_keras
    python text_differential.py hf 100000 /tmp/diff      # Python with tokenizers
    ANTLER_DIFFERENTIAL=/tmp/diff go test -tags differential -run Differential ./text/...
"""

import json
import os
import random
import sys

KERAS_PIECES = ["the", "The", "cat", "don't", "ΑΣ", "ΟΔΟΣ", "Σ", "İ", "ß", "Straße", "日本", "мир", "МИР", "😀", "e\u0301", "\u00a0", "\u3000", "\u2003", " ", "  ",
                ".", ",", "!", "\t", "\n", "\r", "'", "-", "_", "x", "X", "1", "23", "\x00", "\x7f", "\u200b", "\u0307", "<>", "aa", "oov", "w%d"]
CONFIGS = [{}, {"oov_token": "oov"}, {"num_words": 30}, {"num_words": 30, "oov_token": "<OOV>"}, {"lower": False}, {"char_level": True}, {"split": "<>"},
           {"filters": "aΣ日."}, {"filters": ""}, {"split": "aa", "filters": "tx."}]


def keras_text(rng):
    def piece():
        p = rng.choice(KERAS_PIECES)
        if p == "w%d":
            p = "w%d" % int(rng.paretovariate(0.5) % 100000)
        if rng.random() < 0.02:
            c = rng.randrange(0x110000)
            p = chr(c) if not 0xD800 <= c < 0xE000 else "?"
        return p
    return "".join(piece() + rng.choice(["", " ", " "]) for _ in range(rng.randrange(25)))


def keras(n, out):
    import hashlib
    import unicodedata

    import tf_keras.src.preprocessing.text as tk
    tk.set = dict.fromkeys  # the order of a set is open; here that of first appearance
    rng = random.Random(11)
    known = lambda s: all(unicodedata.category(c) != "Cn" for c in s)  # Go knows newer characters than Python
    texts = []
    while len(texts) < n:
        s = keras_text(rng)
        if known(s):
            texts.append(s)
    for k, config in enumerate(CONFIGS):
        part = texts[k::len(CONFIGS)]
        t = tk.Tokenizer(**config)
        half = len(part) // 2
        t.fit_on_texts(part[:half])
        first = t.to_json()
        t.fit_on_texts(part[half:half + half // 2])
        words = [tk.text_to_word_sequence(s, **{a: b for a, b in config.items() if a in ("lower", "split", "filters")}) for s in part]
        sequences = t.texts_to_sequences(part)
        with open(os.path.join(out, "keras%d.json" % k), "w") as f:
            json.dump({"config": config, "texts": part, "half": half, "first": first, "json": t.to_json(), "sequences": sequences,
                       "back": t.sequences_to_texts(sequences), "words": words, "md5": [tk.hashing_trick(s, 1000, "md5") for s in part]}, f)
        print("keras", config, len(part))


def hf(n, out):
    from tokenizers import Tokenizer
    import text_hf
    rng = random.Random(12)
    names = sorted(f[:-11] for f in os.listdir(text_hf.OUT) if f.endswith(".cases.json"))
    each = n // len(names) + 1
    for name in names:
        t = Tokenizer.from_file(os.path.join(text_hf.OUT, name + ".json"))
        with open(os.path.join(out, "hf_%s.json" % name), "w") as f:
            json.dump([text_hf.answer(t, text_hf.random_text(rng)) for _ in range(each)], f)
        print("hf", name, each)


if __name__ == "__main__":
    os.makedirs(sys.argv[3], exist_ok=True)
    {"keras": keras, "hf": hf}[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
