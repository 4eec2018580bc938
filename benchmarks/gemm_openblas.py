"""Compare kernel.Gemm with the OpenBLAS inside numpy, in one interleaved run.

    python3 -m venv blas && blas/bin/pip install numpy
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE \
        blas/bin/python benchmarks/gemm_openblas.py [--threads 1,2] [--rounds 7] [--shapes layers]

For each thread count the script starts itself as a child with
OPENBLAS_NUM_THREADS set. The child and the Go benchmark take turns, shape by
shape (peer, ours, peer, ours ...); printed are the medians over the rounds. With --quiet (Linux) a
pair is repeated when other programs used more than 3 % of the machine meanwhile,
which two threads on a shared machine of two cores need.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SQUARE = [(n, n, n, "NN", f"BenchmarkGemm/{n}") for n in (256, 512, 1024, 2048)]
LAYERS = [
    (m, n, k, tr, f"BenchmarkGemmLayers/{m}x{n}x{k}/{tr}")
    for m, n, k in [(1, 512, 784), (32, 512, 784), (32, 1024, 1024), (128, 512, 784), (128, 512, 512), (784, 512, 128), (128, 10, 512)]
    for tr in ("NN", "NT", "TN")
]


def numpy_gflops(m, n, k, tr, seconds=0.1):
    import numpy as np

    a = np.random.rand(*((k, m) if tr[0] == "T" else (m, k))).astype("f")
    b = np.random.rand(*((n, k) if tr[1] == "T" else (k, n))).astype("f")
    a = a.T if tr[0] == "T" else a
    b = b.T if tr[1] == "T" else b
    c = np.empty((m, n), "f")
    np.dot(a, b, out=c)
    runs, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        np.dot(a, b, out=c)
        runs += 1
    return 2 * m * n * k * runs / spent / 1e9


def ours_gflops(binary, threads, name):
    exact = "/".join(f"^{part}$" for part in name.split("/"))
    out = subprocess.run(
        [binary, "-test.run=^$", f"-test.bench={exact}", "-test.benchtime=100ms", f"-test.cpu={threads}"],
        capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([\d.]+) GFLOP/s", out).group(1))


def foreign_share(work):
    """Run work; return its result and which share of the machine others used."""

    def busy_total():
        with open("/proc/stat") as f:
            v = [int(x) for x in f.readline().split()[1:9]]
        return (sum(v) - v[3] - v[4]) / os.sysconf("SC_CLK_TCK"), sum(v) / os.sysconf("SC_CLK_TCK")

    def own():
        t = os.times()
        return t.user + t.system + t.children_user + t.children_system

    busy, total, mine = *busy_total(), own()
    result = work()
    busy2, total2 = busy_total()
    return result, (busy2 - busy - (own() - mine)) / (total2 - total)


def child(threads, rounds, shapes, binary, quiet):
    for m, n, k, tr, name in SQUARE if shapes == "square" else LAYERS:
        peer, ours = [], []
        def pair():
            x = numpy_gflops(m, n, k, tr)
            time.sleep(0.1)  # OpenBLAS's idle threads spin for a while
            return x, ours_gflops(binary, threads, name)

        for _ in range(rounds):
            (x, y), others = foreign_share(pair) if quiet else (pair(), 0)
            for _ in range(40):
                if others < 0.03:
                    break
                (x, y), others = foreign_share(pair)
            peer.append(x)
            ours.append(y)
        p, o = statistics.median(peer), statistics.median(ours)
        ratio = statistics.median(y / x for x, y in zip(peer, ours))
        print(f"| {m}×{n}×{k} {tr} | {threads} | {p:.0f} | {o:.0f} | {ratio:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--shapes", choices=["square", "layers"], default="square")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return child(int(args.threads), args.rounds, args.shapes, args.child, args.quiet)
    print("| m×n×k | threads | OpenBLAS | ours | median of the ratios |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as tmp:
        binary = os.path.join(tmp, "kernel.test")
        subprocess.run(["go", "test", "-c", "-o", binary, "./internal/kernel"], cwd=ROOT, check=True)
        for threads in args.threads.split(","):
            subprocess.run(
                [sys.executable, __file__, "--threads", threads, "--rounds", str(args.rounds), "--shapes", args.shapes, "--child", binary] + ["--quiet"] * args.quiet,
                env={**os.environ, "OPENBLAS_NUM_THREADS": threads}, check=True)


main()
