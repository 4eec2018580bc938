"""The worker of numpy: matrix products on the OpenBLAS it is built with."""
import numpy as np
from threadpoolctl import threadpool_info

from peer_common import product_factors, product_values, serve, timed

held = {}


def gemm(gemm, n):
    key = tuple(gemm.values())
    if held.get("key") != key:
        a, b = product_factors(np, gemm)
        held.update(key=key, a=a, b=b, c=np.empty((gemm["m"], gemm["n"]), "f"))
    a, b, c = held["a"], held["b"], held["c"]
    ns = timed(n, lambda: np.dot(a, b, out=c))
    return {"ns": ns, "values": product_values(np, c)}


def versions():
    v = {"numpy": np.__version__}
    for lib in threadpool_info():
        if lib.get("internal_api") == "openblas":
            v["OpenBLAS"] = f"{lib['version']} ({lib['architecture']} kernels)"
    return v


serve(versions(), {"gemm": gemm})
