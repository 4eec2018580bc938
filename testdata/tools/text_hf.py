"""Writes testdata/hf: small tokenizers of Hugging Face's tokenizers and what
they do with texts. Run with tokenizers 0.23.3 installed. Tokenizers that are
there are not trained again, unless the argument is train: of words that are
equally frequent the trainers take another each time.

Offsets are written in bytes, where Python has characters.
"""

import json
import os
import random
import sys

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Regex

OUT = os.path.join(os.path.dirname(__file__), "..", "hf")

CORPUS = [
    "The quick brown fox jumps over the lazy dog. The dog didn't mind; it's lazy!",
    "She'd said they're going to the café, where crème brûlée costs 12,50 €.",
    "In 2024 we counted 1000000 words, 3.14159 numbers and 42 answers.",
    "Привет, мир! Как дела? Всё хорошо, спасибо. Привет мир мир.",
    "こんにちは世界。東京は日本の首都です。世界 世界",
    "مرحبا بالعالم שלום עולם नमस्ते दुनिया สวัสดีชาวโลก 안녕하세요 세계",
    "😀 😀👍🏽 👨‍👩‍👧‍👦 emoji 🇩🇪 flags",
    "def f(x):\n    return x ** 2  # squares\n\n\tif x:\n\t\tpass\n",
    "naïve Ångström ﬁne ½ ² Ⅷ e\u0301 a\u0308\u0323 ẞ ß İ",
] * 3 + ["the cat sat on the mat", "lower lowest newer newest wider widest"] * 5

TEXTS = [
    "", " ", "  ", "\n", "a", "The quick brown fox", " leading", "trailing ", "two  spaces   three", "it's they'll I'VE don't 's",
    "Hello, world! How are you?", "tabs\tand\nnewlines\r\n\r\nmixed \n ", "12345 1,234.56 x2y", "日本語のテキスト and English",
    "Привет, мир", "café cafe\u0301 CAFÉ", "ÀÉÎÕÜ straße ẞ İstanbul ΑΣ ς", "😀👍🏽 👨‍👩‍👧‍👦!", "a\u00a0b\u2003c\u3000d\u200be\ufefff", "!!! ??? ...",
    "x\u0000y\u0007z\ufffd", "नमस्ते दुनिया สวัสดี", "안녕 하세요 각\u11a8", "e\u0323\u0307 \u0307\u0323 q\u0307\u0323 \u0301start", "ﬁ ½ ² Ⅷ ㍿ ｶﾞ ﷺ",
    "[CLS] hello [SEP]", "hello<|end|>world <|end|> again", "say TOKEN and TOKENs, a TOKEN.", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "supercalifragilisticexpialidocious" * 4, "\u2581under\u2581score \u2581", "__init__(self): #$%^&*", "mixed中文English混合", "\u0305a\u0305\u0305",
    "Ｆｕｌｌ ｗｉｄｔｈ ＡＢＣ", "ⓐⓑⓒ ™ © ®", "\u1e9b\u0323 \u212b \u2126", "don t 'm n't ' s", "  a  ", "\ta\t", "<unk> <s>", "a.b,c;d:e", "ſ'ſ 'Sx 'LL"]


def random_text(rng):
    kinds = [
        lambda: rng.choice(["the", "dog", "lazy", "newest", "it's", "世界", "Привет", "мир", "cafe\u0301", "TOKEN", "<|end|>", "[MASK]"]),
        lambda: rng.choice([" ", " ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u3000"]),
        lambda: rng.choice(".,!?;:'\"()-_#@&*"),
        lambda: chr(rng.randrange(0x20, 0x7F)),
        lambda: chr(rng.randrange(0xA0, 0x600)),
        lambda: chr(rng.choice([rng.randrange(0x300, 0x370), rng.randrange(0x1F300, 0x1FAFF), rng.randrange(0x3040, 0x30FF), rng.randrange(0x4E00, 0x9FFF), rng.randrange(0xAC00, 0xD7A3), rng.randrange(0x1100, 0x1200)])),
        lambda: str(rng.randrange(10 ** rng.randrange(1, 8))),
        lambda: rng.choice(["e\u0301", "a\u0323\u0308", "한", "\u0301", "ﬁ", "½", "İ", "Σ", "ß", "👍🏽", "\u200d", "\u0915\u093c", "ō\u0323"]),
    ]
    if rng.random() < 0.05:
        kinds.append(lambda: chr(rng.choice([c for c in (rng.randrange(0x110000),) if not 0xD800 <= c < 0xE000] or [0x41])))
    return "".join(rng.choice(kinds)() for _ in range(rng.randrange(30)))


def train(model, trainer, pre, norm=None, dec=None, post=None):
    t = Tokenizer(model)
    if norm:
        t.normalizer = norm
    if pre:
        t.pre_tokenizer = pre
    if dec:
        t.decoder = dec
    t.train_from_iterator(CORPUS, trainer)
    if post:
        t.post_processor = post(t)
    return t


def tokenizers():
    bl = pre_tokenizers.ByteLevel
    bpe = lambda **k: trainers.BpeTrainer(**{**dict(vocab_size=500, show_progress=False, initial_alphabet=bl.alphabet(), special_tokens=["<|end|>"], min_frequency=2), **k})
    yield "bpe", train(models.BPE(), bpe(), bl(add_prefix_space=False), dec=decoders.ByteLevel(), post=lambda t: processors.ByteLevel(trim_offsets=True, add_prefix_space=False))
    yield "bpe_prefix", train(models.BPE(), bpe(), bl(add_prefix_space=True), dec=decoders.ByteLevel(), post=lambda t: processors.ByteLevel(trim_offsets=True))
    yield "bpe_notrim", train(models.BPE(), bpe(), bl(add_prefix_space=True), dec=decoders.ByteLevel(), post=lambda t: processors.ByteLevel(trim_offsets=False))
    t = train(models.BPE(), bpe(special_tokens=["<s>", "</s>", "<unk>"]), bl(add_prefix_space=True), norm=normalizers.NFC(), dec=decoders.ByteLevel(),
              post=lambda t: processors.RobertaProcessing(("</s>", 1), ("<s>", 0)))
    t.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    t.add_tokens([AddedToken("TOKEN", single_word=True), AddedToken("newest", rstrip=True, normalized=True), AddedToken("Σ", normalized=False)])
    yield "bpe_roberta", t
    gpt4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    qwen = gpt4.replace("{1,3}", "")
    for name, p in (("bpe_llama3", gpt4), ("bpe_qwen2", qwen)):
        yield name, train(models.BPE(ignore_merges=name == "bpe_llama3"), bpe(special_tokens=["<|begin|>", "<|end|>"]),
                          pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(p), "isolated"), bl(add_prefix_space=False, use_regex=False)]),
                          dec=decoders.ByteLevel(), norm=normalizers.NFC() if "qwen" in name else None,
                          post=lambda t: processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing("<|begin|> $A", "<|begin|> $A <|begin|> $B:1", [("<|begin|>", 0)])]))
    chars = lambda **k: trainers.BpeTrainer(**{**dict(vocab_size=300, show_progress=False, special_tokens=["<unk>"], limit_alphabet=60), **k})
    yield "bpe_chars", train(models.BPE(unk_token="<unk>", fuse_unk=True), chars(), pre_tokenizers.Whitespace(), norm=normalizers.Lowercase())
    yield "bpe_suffix", train(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), chars(end_of_word_suffix="</w>"), pre_tokenizers.BertPreTokenizer(),
                              norm=normalizers.BertNormalizer(strip_accents=False), dec=decoders.BPEDecoder())
    yield "bpe_inner", train(models.BPE(unk_token="<unk>", continuing_subword_prefix="@@"), chars(continuing_subword_prefix="@@"), pre_tokenizers.WhitespaceSplit(),
                             norm=normalizers.NFKC(), dec=decoders.WordPiece("@@", False))
    ms = lambda scheme: pre_tokenizers.Metaspace(prepend_scheme=scheme)
    spm = chars(special_tokens=["<unk>"] + ["<0x%02X>" % b for b in range(256)], vocab_size=700)
    for scheme in ("always", "first", "never"):
        t = train(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True), spm, ms(scheme), norm=normalizers.NFKD(),
                  dec=decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]))
        t.add_special_tokens(["[MASK]"])
        yield "bpe_meta_" + scheme, t
    llama = train(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True), spm, None,
                  norm=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
                  dec=decoders.Metaspace())
    yield "bpe_llama", llama
    wp = lambda **k: trainers.WordPieceTrainer(**{**dict(vocab_size=400, show_progress=False, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]), **k})
    bertpost = lambda t: processors.BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]")))
    tmpl = lambda t: processors.TemplateProcessing("[CLS] $A:1 [SEP]:1", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])
    yield "wordpiece", train(models.WordPiece(unk_token="[UNK]"), wp(), pre_tokenizers.BertPreTokenizer(), normalizers.BertNormalizer(), decoders.WordPiece(), bertpost)
    yield "wordpiece_cased", train(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=12), wp(), pre_tokenizers.BertPreTokenizer(),
                                   normalizers.BertNormalizer(lowercase=False, strip_accents=False), decoders.WordPiece(cleanup=False), tmpl)
    yield "wordpiece_strip", train(models.WordPiece(unk_token="[UNK]"), wp(), pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)]),
                                   normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Strip()]), decoders.WordPiece(), tmpl)
    wl = trainers.WordLevelTrainer(vocab_size=120, show_progress=False, special_tokens=["[UNK]", "[PAD]"], min_frequency=2)
    yield "wordlevel", train(models.WordLevel(unk_token="[UNK]"), wl, pre_tokenizers.Whitespace())
    yield "wordlevel_split", train(models.WordLevel(unk_token="[UNK]"), wl, pre_tokenizers.WhitespaceSplit(), normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()]))
    yield "wordlevel_bytes", train(models.WordLevel(unk_token="[UNK]"), wl, bl(add_prefix_space=True), dec=decoders.ByteLevel())
    for i, b in enumerate(["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]):
        yield "wordlevel_" + b, train(models.WordLevel(unk_token="[UNK]"), wl, pre_tokenizers.Sequence([
            pre_tokenizers.Punctuation(b), pre_tokenizers.Split(" ", b, invert=False), pre_tokenizers.Digits(individual_digits=i % 2 == 0)]),
            normalizers.Sequence([normalizers.Replace("o", "00"), normalizers.Replace(Regex(r"\s+"), " ")]))
    yield "wordlevel_invert", train(models.WordLevel(unk_token="[UNK]"), wl, pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\s+"), "merged_with_previous", invert=True), pre_tokenizers.CharDelimiterSplit("e")]))


def answer(t, text):
    e, plain = t.encode(text), t.encode(text, add_special_tokens=False)
    at = [0]
    for c in text:
        at.append(at[-1] + len(c.encode()))
    return {"text": text, "ids": e.ids, "tokens": e.tokens, "offsets": [[at[a], at[b]] for a, b in e.offsets], "types": e.type_ids,
            "special": e.special_tokens_mask, "plain": plain.ids, "decoded": t.decode(e.ids), "all": t.decode(e.ids, skip_special_tokens=False)}


def main():
    os.makedirs(OUT, exist_ok=True)
    rng = random.Random(5)
    texts = TEXTS + CORPUS[:9] + [random_text(rng) for _ in range(60)]
    for name, t in tokenizers():
        file = os.path.join(OUT, name + ".json")
        if os.path.exists(file) and sys.argv[1:] != ["train"]:
            t = Tokenizer.from_file(file)
        else:
            t.save(file, pretty=False)
        with open(os.path.join(OUT, name + ".cases.json"), "w") as f:
            json.dump([answer(t, s) for s in texts], f, ensure_ascii=True, separators=(",", ":"))
    trained = {"corpus": CORPUS, "bpe": [], "wordlevel": []}
    for size, least in ((257, 0), (300, 0), (500, 2), (1000, 1)):
        t = train(models.BPE(), trainers.BpeTrainer(vocab_size=size, min_frequency=least, show_progress=False, special_tokens=["<|end|>"],
                                                    initial_alphabet=pre_tokenizers.ByteLevel.alphabet()), pre_tokenizers.ByteLevel(add_prefix_space=False))
        m = json.loads(t.to_str())["model"]
        trained["bpe"].append({"size": size, "least": least, "vocab": m["vocab"], "merges": m["merges"]})
    for size, least in ((20, 0), (200, 2)):
        t = train(models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(vocab_size=size, min_frequency=least, show_progress=False, special_tokens=["[UNK]"]), pre_tokenizers.Whitespace())
        trained["wordlevel"].append({"size": size, "least": least, "vocab": json.loads(t.to_str())["model"]["vocab"]})
    with open(os.path.join(OUT, "trained.json"), "w") as f:
        json.dump(trained, f, ensure_ascii=True, separators=(",", ":"))


if __name__ == "__main__":
    main()
