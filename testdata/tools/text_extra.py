"""Writes testdata/keras/text/hashing.json (hashing_trick with md5 and with a
function, by tf_keras) and extra.json (what Python's own libraries do where
text goes beyond Keras: normalisation, case folding, character sets)."""

import json
import os
import random
import unicodedata

import tf_keras.src.preprocessing.text as tk

OUT = os.path.join(os.path.dirname(__file__), "..", "keras", "text")
TEXTS = ["The cat sat on the mat.", "", "  ", "Ünïcode ÄÖÜ straße", "日本語 テスト 😀 e\u0301", "a b c d e f g", "İstanbul ΑΣ", "1,000 don't", "same same"]


def function(w):
    return sum(w.encode()) - 700


def hashing():
    cases = []
    for text in TEXTS:
        for n in (2, 3, 7, 1000, 2**31, 2**40 + 7):
            for kw in ({}, {"lower": False, "filters": "a"}, {"split": ","}):
                cases.append({"text": text, "n": n, "kw": kw, "md5": tk.hashing_trick(text, n, "md5", **kw), "function": tk.hashing_trick(text, n, function, **kw)})
    return cases


def extra():
    rng = random.Random(3)
    pool = list("aAbB .,ÀéßẞİıΣςσﬁﬀ½²ⅧÅΩ한글ｱｶﾞｶ\u3099") + ["e\u0301", "a\u0323\u0308", "\u0308\u0323", "\u1e9b\u0323", "ǰ", "ŉ", "ΐ", "\u0345", "Ꭰ", "ꭰ", "日", "😀", "\u1100\u1161\u11a8"]
    cases = []
    for _ in range(400):
        s = "".join(rng.choice(pool) for _ in range(rng.randrange(1, 14)))
        forms = {f: unicodedata.normalize(f, s) for f in ("NFC", "NFD", "NFKC", "NFKD")}
        cases.append({"text": s, "fold": s.casefold(), "forms": forms, "both": unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", s).casefold())})
    folds = [[c, chr(c).casefold()] for c in range(0x110000) if not 0xD800 <= c < 0xE000 and chr(c).casefold() != chr(c)]
    charsets = []
    for name, s in (("latin1", "Größe café\nzwei"), ("windows-1252", "“quotes” – €"), ("shift_jis", "日本語\nテスト"), ("euc-jp", "日本語"), ("gb18030", "中文字符😀"), ("big5", "中文"),
                    ("euc-kr", "한국어"), ("koi8-r", "Привет мир"), ("windows-1251", "Привет"), ("iso-8859-15", "€ œ"), ("utf-16", "BOM 😀\nzwei"), ("utf-16le", "le é"), ("utf-16be", "be é"), ("utf-8", "\ufeffbom é")):
        charsets.append({"name": name, "hex": s.encode(name).hex(), "text": s.lstrip("\ufeff")})
    return {"cases": cases, "folds": folds, "charsets": charsets}


for name, f in (("hashing", hashing), ("extra", extra)):
    with open(os.path.join(OUT, name + ".json"), "w") as out:
        json.dump(f(), out, ensure_ascii=True, separators=(",", ":"))
