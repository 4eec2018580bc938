"""Times fitting and encoding by tf_keras, or encoding by Hugging Face's
tokenizers, on the lines of a file, for comparison with `go run ./benchmarks/text`:

    python peers.py fit corpus.txt
    RAYON_NUM_THREADS=1 python peers.py hf corpus.txt tokenizer.json
"""

import os
import sys
import time

what, name = sys.argv[1:3]
lines = open(name, encoding="utf-8").read().split("\n")[:-1]
size = os.path.getsize(name)


def timed(label, f):
    times = []
    for _ in range(3):
        start = time.time()
        f()
        times.append(time.time() - start)
    t = sorted(times)[1]
    print("%s: %.3f s, %.1f MB/s" % (label, t, size / t / 1e6))


if what == "hf":
    from tokenizers import Tokenizer
    t = Tokenizer.from_file(sys.argv[3])
    timed("hf %s threads" % os.environ.get("RAYON_NUM_THREADS", "all"), lambda: t.encode_batch_fast(lines, add_special_tokens=True))
else:
    from tf_keras.src.preprocessing.text import Tokenizer
    fitted = Tokenizer()
    fitted.fit_on_texts(lines)
    timed("keras fit", lambda: Tokenizer().fit_on_texts(lines))
    timed("keras encode", lambda: fitted.texts_to_sequences(lines))
