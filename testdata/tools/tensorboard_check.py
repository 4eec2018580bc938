"""Reads event files that our TensorBoard callback wrote with the real library, and asks a real server for them.

    go test ./nn/callbacks -run TensorBoardForReal -tensorboard DIR
    python testdata/tools/tensorboard_check.py DIR

Needs tensorboard==2.21.0 alone. DIR/expected.json says what must be there.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.util import tensor_util

checks = 0


def check(ok, what):
    global checks
    checks += 1
    if not ok:
        sys.exit(f"wrong: {what}")


def close(a, b):
    return a == b or abs(a - b) <= 1e-6 * max(1, abs(b))


def read(logdir, expected):
    """Every value as EventAccumulator has it."""
    for run, tags in expected["runs"].items():
        acc = event_accumulator.EventAccumulator(os.path.join(logdir, run), size_guidance={"tensors": 0})
        acc.Reload()
        check(sorted(acc.Tags()["tensors"]) == sorted(tags), f"{run}: tags {acc.Tags()['tensors']}, want {sorted(tags)}")
        for tag, want in tags.items():
            events = acc.Tensors(tag)
            check(acc.SummaryMetadata(tag).plugin_data.plugin_name == want["plugin"], f"{tag}: plugin")
            check([e.step for e in events] == want["steps"], f"{run} {tag}: steps {[e.step for e in events]}")
            for e, values in zip(events, want.get("values", [])):
                got = tensor_util.make_ndarray(e.tensor_proto).ravel()
                check(len(got) == len(values) and all(close(float(a), b) for a, b in zip(got, values)), f"{run} {tag} step {e.step}: {got}, want {values}")


def serve(logdir, expected):
    """The same through the server's JSON."""
    server = subprocess.Popen([sys.executable, "-m", "tensorboard.main", "--logdir", logdir, "--port", "0", "--host", "127.0.0.1", "--load_fast", sys.argv[2] if len(sys.argv) > 2 else "false"], stderr=subprocess.PIPE, text=True)
    try:
        root = None
        while root is None:
            line = server.stderr.readline()
            if not line:
                sys.exit("the server ended")
            m = re.search(r"http://[^ ]*:\d+/", line)
            root = m and m.group(0)

        def get(path, **query):
            with urllib.request.urlopen(root + "data/" + path + ("?" + urllib.parse.urlencode(query) if query else "")) as r:
                return r.read()

        def ask(path, **query):
            return json.loads(get(path, **query))

        for _ in range(60):
            if len(ask("runs")) == len(expected["runs"]) and len(ask("plugin/scalars/tags")) == len(expected["runs"]):
                break
            time.sleep(0.5)
        check(sorted(ask("runs")) == sorted(expected["runs"]), "runs")
        active = ask("plugins_listing")
        for plugin in ("scalars", "histograms", "images", "graphs", "distributions"):
            check(active[plugin]["enabled"], f"{plugin} is not active")
        for run, tags in expected["runs"].items():
            for tag, want in tags.items():
                if want["plugin"] == "scalars":
                    rows = ask("plugin/scalars/scalars", run=run, tag=tag)
                    check([r[1] for r in rows] == want["steps"] and all(close(r[2], v[0]) for r, v in zip(rows, want["values"])), f"served {run} {tag}: {rows}")
                elif want["plugin"] == "histograms":
                    rows = ask("plugin/histograms/histograms", run=run, tag=tag)
                    check([r[1] for r in rows] == want["steps"], f"served {run} {tag}: steps")
                    for r, v in zip(rows, want["values"]):
                        flat = [x for row in r[2] for x in row]
                        check(all(close(a, b) for a, b in zip(flat, v)) and len(flat) == len(v), f"served {run} {tag}: {flat}")
                elif want["plugin"] == "images":
                    rows = ask("plugin/images/images", run=run, tag=tag, sample=0)
                    check([r["step"] for r in rows] == want["steps"], f"served {run} {tag}: steps")
                    png = get("plugin/images/individualImage?" + rows[0]["query"])
                    check(png.startswith(b"\x89PNG"), f"served {run} {tag}: no PNG")
        info = ask("plugin/graphs/info")
        check(info["train"]["tags"]["keras"]["conceptual_graph"], f"graphs: {info}")
        graph = get("plugin/graphs/graph", run="train", tag="keras", conceptual="true").decode()
        for name in expected["layers"]:
            check(re.search(f'name: "([^"]*/)?{name}"', graph), f"the graph lacks {name}:\n{graph}")
        check(graph.count("input:") == expected["edges"], f"the graph has {graph.count('input:')} edges, want {expected['edges']}:\n{graph}")
        projector = ask("plugin/projector/runs")
        check("." in projector, f"projector: {projector}")
        config = ask("plugin/projector/info", run=".")
        check(config["embeddings"][0]["tensorPath"] == expected["embedding"], f"projector: {config}")
        table = get("plugin/projector/tensor", run=".", name=config["embeddings"][0]["tensorName"])
        check(len(table) == 4 * expected["embedding_size"], f"projector: {len(table)} bytes")
    finally:
        server.terminate()
        server.wait()


def main():
    logdir = sys.argv[1]
    with open(os.path.join(logdir, "expected.json")) as f:
        expected = json.load(f)
    read(logdir, expected)
    serve(logdir, expected)
    print(f"{checks} checks, all right")


if __name__ == "__main__":
    main()
