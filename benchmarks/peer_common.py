"""What the peers' workers share: lines of JSON in, lines of JSON out.

The requests are those of protocol.go. A peer gives serve() a function for each
op it knows; what a function returns becomes the reply.
"""
import json
import os
import sys
import time

THREADS = int(os.environ.get("BENCH_THREADS", "1"))


def product_factors(np, g):
    """The factors of a product, as views with the shapes of op(A) and op(B)."""

    def factor(rows, cols, first, trans):
        x = (np.arange(first, first + rows * cols) * 31 % 101).astype("f") / np.float32(101) - np.float32(0.5)
        return x.reshape(cols, rows).T if trans else x.reshape(rows, cols)

    m, n, k = g["m"], g["n"], g["k"]
    return factor(m, k, 0, g["trans"][0] == "T"), factor(k, n, 7, g["trans"][1] == "T")


def product_values(np, c):
    return [float(np.abs(c).sum(dtype="d")), float(c.flat[0]), float(c.flat[c.size - 1])]


def timed(n, work):
    start = time.perf_counter_ns()
    for _ in range(n):
        work()
    return time.perf_counter_ns() - start


def timed_each(n, work):
    spent = []
    for _ in range(n):
        start = time.perf_counter_ns()
        work()
        spent.append(time.perf_counter_ns() - start)
    return spent


def case_weights(data):
    return [data[k] for k in sorted(data.files) if k.startswith("w")]


def serve(versions, ops):
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not mix with replies

    def send(reply):
        out.write(json.dumps(reply) + "\n")
        out.flush()

    send({"versions": versions})
    for line in sys.stdin:
        request = json.loads(line)
        op = request.pop("op")
        try:
            send(ops[op](**request) or {})
        except Exception as e:  # the harness prints it in the peer's column
            send({"error": f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else op}"})
