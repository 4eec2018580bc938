"""Writes testdata/keras/text: what tf_keras does with texts.

Run with tf_keras 2.21 and keras-preprocessing 1.1.2 installed; both are asked
and must agree. The one thing Python leaves open, the order of a set, is made
the order of first appearance.
"""

import itertools
import json
import os
import random
import sys
import unicodedata

import keras_preprocessing.text as kp
import tf_keras.src.preprocessing.text as tk

OUT = os.path.join(os.path.dirname(__file__), "..", "keras", "text")
for m in (tk, kp):
    m.set = dict.fromkeys  # shadows the builtin

TEXTS = {
    "plain": ["The cat sat on the mat.", "The dog sat on the log.", "Dogs and cats living together."],
    "ties": ["b a c", "a b d", "e e"],
    "punct": ["Hello, world! (It's-a *test*)", "a\tb\nc\rd\r\ne\x0bf\x0cg", "don't 'quote' \"quote\" back`tick`", "x_y z@w #h $1 %2 ^3 &4 ~5 {6} [7] |8 \\9 /0"],
    "empty": ["", "   ", "one", "...", "", "one two"],
    "dup": ["same same same", "same", "same same", "other same"],
    "unicode": ["Ünïcode ÄÖÜ straße STRASSE ẞ", "İstanbul ISPARTA ıI", "ΣΊΣΥΦΟΣ ΑΣ.Α ΑΣ. Σ ΟΔΟΣ, ΟΔΟΣ’", "日本語 テスト 日本語 ｆｕｌｌ ＦＵＬＬ", "Привет МИР привет", "𐐀𐐁 𝔘𝔫𝔦 😀 😀👍🏽 e\u0301 E\u0301", "a\u00a0b a\u2003b \ufeffbom \u200bzero"],
    "control": ["nul\x00in \x7fdel \x1bkey \x85nel \u2028sep", "quote\" back\\slash /slash"],
    "oovword": ["<oov> the oov thing", "the unk and the <UNK>", "oov oov"],
    "digits": ["1 2 3 10 10 2.5 1,000"],
    "long": ["w%d" % (i * i % 97) for i in range(150)] + [" ".join("w%d" % (i * j % 53) for j in range(40)) for i in range(30)],
}
CONFIGS = {
    "default": {},
    "oov": {"oov_token": "<OOV>"},
    "oov_collides": {"oov_token": "oov"},
    "oov_upper": {"oov_token": "UNK"},
    "oov_unicode": {"oov_token": "\u2047😀"},
    "oov_empty": {"oov_token": ""},
    "num1": {"num_words": 1},
    "num2": {"num_words": 2, "oov_token": "oov"},
    "num4": {"num_words": 4},
    "num5_oov": {"num_words": 5, "oov_token": "oov"},
    "num1_oov": {"num_words": 1, "oov_token": "<OOV>"},
    "num1000": {"num_words": 1000, "oov_token": "<OOV>"},
    "case": {"lower": False},
    "nofilter": {"filters": ""},
    "filter_letters": {"filters": "aeiouAEIOU日\u0301"},
    "filter_split": {"filters": ". ", "split": "-"},
    "split_comma": {"split": ","},
    "split_long": {"split": "<>", "filters": "!.,t"},
    "split_overlap": {"split": "aa", "filters": "tx."},
    "split_unicode": {"split": "\u3000", "filters": "., \t\n"},
    "split_tab_lf": {"filters": "", "split": "\n"},
    "char": {"char_level": True},
    "char_oov": {"char_level": True, "oov_token": "?", "num_words": 9},
    "char_case": {"char_level": True, "lower": False, "filters": ""},
}
UNSEEN = ["the unknown cat Ünïcode", "", "zzz", "same the the w1 w1 w4 1 日本語 oov", "A.B"]
SEQS = [[1, 2, 3], [], [0, 1, 99], [5, 5, 4, 1, 1, 1], [7]]
MODES = ["binary", "count", "freq", "tfidf"]


def hexed(texts):
    return [t.encode("utf-8", "surrogateescape").hex() for t in texts]


def sparse(x):
    return {"shape": x.shape, "cells": [[int(i), int(j), x[i, j]] for i, j in zip(*x.nonzero())]}


def ask(m, config, steps):
    t = m.Tokenizer(**config)
    for op, arg in steps:
        getattr(t, op)(arg)
    r = {"json": t.to_json(), "sequences": t.texts_to_sequences(UNSEEN), "texts": None,
         "refit": None, "matrix": {}, "unseen_matrix": {}}
    if not t.word_index:  # tf_keras answers None for the unfitted token
        r["sequences"] = [[i for i in s if i is not None] for s in r["sequences"]]
    if t.word_index or t.oov_token is None:  # else a KeyError
        r["texts"] = t.sequences_to_texts(SEQS)
    for mode in MODES:
        for key, f, arg in (("matrix", t.sequences_to_matrix, SEQS), ("unseen_matrix", t.texts_to_matrix, UNSEEN)):
            try:
                r[key][mode] = sparse(f(arg, mode))
            except ValueError as e:
                r[key][mode] = None
    back = m.tokenizer_from_json(r["json"])
    assert back.to_json() == r["json"]
    t.fit_on_texts(["cat cat new", "b"])
    r["refit"] = t.to_json()
    return r


def tokenizer_cases():
    cases = []

    def add(name, config, steps):
        a, b = ask(tk, config, steps), ask(kp, config, steps)
        assert a == b, name
        cases.append({"name": name, "config": config, "steps": [[op, arg] for op, arg in steps], **a})

    for (cn, c), (tn, t) in itertools.product(CONFIGS.items(), TEXTS.items()):
        if tn == "long" and cn not in ("default", "num5_oov", "char"):
            continue
        add(cn + "/" + tn, c, [("fit_on_texts", t)])
    for cn in ("default", "oov_collides", "num4", "case", "char", "split_long"):
        add(cn + "/tokens", CONFIGS[cn], [("fit_on_texts", [["The", "cat", "x y", "", "a.b"], [], ["the", "oov", "ΑΣ", "ΑΣ.Α", "İ"]])])
        add(cn + "/twice", CONFIGS[cn], [("fit_on_texts", TEXTS["ties"]), ("fit_on_texts", TEXTS["plain"])])
        add(cn + "/seqs", CONFIGS[cn], [("fit_on_sequences", [[1, 2, 2], [3, 1], [], [200, 1]])])
        add(cn + "/both", CONFIGS[cn], [("fit_on_texts", TEXTS["dup"]), ("fit_on_sequences", [[9, 1], [1]]), ("fit_on_texts", TEXTS["ties"])])
        add(cn + "/none", CONFIGS[cn], [])
        add(cn + "/notexts", CONFIGS[cn], [("fit_on_texts", [])])
    return cases


def word_cases():
    rng = random.Random(1)
    alphabet = list("abAB .,'-\t\n\r_ΣσςİıßẞÄé日😀\u00a0\u3000\u0301x")
    cases = []

    def add(text, **kw):
        a, b = tk.text_to_word_sequence(text, **kw), kp.text_to_word_sequence(text, **kw)
        assert a == b
        cases.append({"text": hexed([text])[0], "kw": kw, "words": hexed(a)})

    for text in itertools.chain(*TEXTS.values(), UNSEEN):
        add(text)
    add("bad \udcff\udc80x \udce9A.B", lower=True)
    add("bad \udcff\udc80x \udce9A.B", filters="\udc80.", split="-")
    for _ in range(300):
        text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(40)))
        kw = {}
        if rng.random() < 0.5:
            kw["filters"] = "".join(rng.sample([a for a in alphabet], rng.randrange(8)))
        if rng.random() < 0.5:
            kw["split"] = rng.choice([" ", "a", "ab", "aa", ".", "日", "aΣ", "\n", " ."])
        if rng.random() < 0.4:
            kw["lower"] = rng.random() < 0.5
        add(text, **kw)
    for c in cases:
        if "filters" in c["kw"]:
            c["kw"]["filters"] = hexed([c["kw"]["filters"]])[0]
        if "split" in c["kw"]:
            c["kw"]["split"] = hexed([c["kw"]["split"]])[0]
    return cases


def ranges(points):
    out = []
    for p in points:
        if out and out[-1][1] == p - 1:
            out[-1][1] = p
        else:
            out.append([p, p])
    return out


def lower_tables():
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    final = lambda s: s.lower()[-1] == "ς"
    cased = [c for c in points if final(chr(c) + "Σ")]
    skipped = [c for c in points if final("Α" + chr(c) + "Σ")]
    cs = set(cased)
    return {
        "python": sys.version.split()[0],
        "unicode": unicodedata.unidata_version,
        "unassigned": ranges([c for c in points if unicodedata.category(chr(c)) == "Cn"]),
        "lower": [[c, chr(c).lower()] for c in points if chr(c).lower() != chr(c) and c != 0x3A3],
        "cased": ranges(cased),
        "ignorable": ranges([c for c in skipped if c not in cs]),
    }


def bytes_case():
    """Bytes that are no UTF-8, read by Python with errors="surrogateescape"."""
    raw = [b"caf\xe9 \xff\xfe ok", b"\xe9\x80A", b"\xed\xa0\x80 \xf0\x9f\x98 x"]
    out = {"texts": [b.hex() for b in raw]}
    for key, kw in (("words", {}), ("chars", {"char_level": True})):
        t = tk.Tokenizer(**kw)
        texts = [b.decode("utf-8", "surrogateescape") for b in raw]
        t.fit_on_texts(texts)
        out[key] = {"json": t.to_json(), "sequences": t.texts_to_sequences(texts)}
    return out


def write(name, value):
    with open(os.path.join(OUT, name), "w") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")


os.makedirs(OUT, exist_ok=True)
write("tokenizer.json", tokenizer_cases())
write("words.json", word_cases())
write("lower.json", lower_tables())
write("bytes.json", bytes_case())
