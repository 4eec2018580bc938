"""What the peers of commands layers and models have in common.

Lines of JSON in, lines of JSON out; peer.go has their fields. A script hands
serve one function for torch, one for tf and perhaps one for onnx, each from a setting and a case to
(step, sums): what is timed, and the numbers that are compared.
"""

import json
import os
import statistics
import sys
import time

THREADS = int(os.environ.get("BENCH_THREADS", "2"))


class NoSuchSetting(Exception):
    """The case has no such setting."""

    def __str__(self):
        return "no such setting"


def turn(step, seconds):
    """The median time of a step; the first two do not count."""
    step(), step()
    each, begin = [], time.perf_counter()
    while time.perf_counter() - begin < seconds or len(each) < 3:
        t = time.perf_counter()
        step()
        each.append(time.perf_counter() - t)
    return statistics.median(each)


def threads(peer):
    if peer == "torch":
        import torch

        torch.set_num_threads(THREADS)
        torch.set_num_interop_threads(1)
    elif peer == "tf":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(1)


def compiled(setting, f):
    """f by torch.compile, if the setting asks for it, for the shapes as they are.

    The limit of compilations counts for a piece of code; cases share theirs.
    """
    if "compile" not in setting:
        return f
    import torch

    torch._dynamo.config.recompile_limit = 1000
    torch._dynamo.config.accumulated_recompile_limit = 10000
    return torch.compile(f, dynamic=False)


def serve(torch, tf, onnx=None):
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not mix with replies
    peer = sys.argv[1]
    threads(peer)
    make = {"torch": torch, "tf": tf, "onnx": onnx}[peer]
    ready = {}
    for line in sys.stdin:
        q = json.loads(line)
        key = json.dumps([q["setting"], q["case"]])
        try:
            if key not in ready:
                run, sums = make(q["setting"], q["case"])
                ready[key] = run, sums()
            run, s = ready[key]
            reply = {"sums": s}
            if q["seconds"]:
                reply["seconds"] = turn(run, q["seconds"])
        except NoSuchSetting as e:
            reply = {"error": str(e)}
        except Exception as e:  # printed in the peer's place
            reply = {"error": f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else ''}"}
        out.write(json.dumps(reply) + "\n")
        out.flush()
