"""Prints the float32 polynomials of the elementary functions in internal/kernel.

Each is a weighted minimax fit (Lawson's iteration on Chebyshev points), with
the coefficients rounded to float32 one by one and the rest fitted again.
The last column is the largest relative error of the function that is built on
it, before any rounding of the evaluation.

Run: python testdata/tools/math_coefficients.py
"""
import numpy as np
from scipy import special

N = 4000


def fit(g, w, degree, lo, hi, sq=False):
    """Fits g(x) by a polynomial in x (or x*x) of the given degree, minimising max |w (g - p)|."""
    x = (lo + hi) / 2 + (hi - lo) / 2 * np.cos(np.pi * (np.arange(N) + 0.5) / N)
    x = x[np.abs(x) > 1e-4]
    y, wt = g(x), np.abs(w(x))
    b = x * x if sq else x
    cols = np.stack([b**k for k in range(degree + 1)], 1)
    fixed = []
    for k in range(degree + 1):
        rest = y - sum(c * cols[:, i] for i, c in enumerate(fixed))
        a = cols[:, k:]
        lam = np.ones(len(x)) / len(x)
        best = None
        for _ in range(300):
            s = np.sqrt(lam) * wt
            scale = np.abs(a * s[:, None]).max(0)
            c = np.linalg.lstsq(a * s[:, None] / scale, rest * s, rcond=None)[0] / scale
            e = np.abs(wt * (rest - a @ c))
            if best is None or e.max() < best[0]:
                best = (e.max(), c)
            lam = lam * (e / e.max() + 1e-3)
            lam /= lam.sum()
        fixed.append(float(np.float32(best[1][0])))
    e = np.abs(wt * (y - sum(c * cols[:, i] for i, c in enumerate(fixed))))
    return fixed, e.max()


def show(name, r):
    c, e = r
    print(f"// {name}: error {e:.2e} = {e * 2**24:.3f} half-ulps")
    for k, v in enumerate(c):
        print(f"\t{name}{k} = {np.float32(v)!s:>16}  // {float(v).hex()}")


L2 = np.log(2) / 2
show("expC", fit(lambda x: (np.expm1(x) - x) / x**2, lambda x: x**2 / np.expm1(x), 5, -L2 * 1.01, L2 * 1.01))
show("expD", fit(lambda x: (np.expm1(x) - x) / x**2, lambda x: x**2 / np.expm1(x), 4, -L2 * 1.01, L2 * 1.01))
S = np.sqrt(0.5) - 1
show("logC", fit(lambda x: (np.log1p(x) - x + x * x / 2) / x**3, lambda x: x**3 / np.log1p(x), 8, S * 1.001, np.sqrt(2) - 0.999))
show("logD", fit(lambda x: (np.log1p(x) - x + x * x / 2) / x**3, lambda x: x**3 / np.log1p(x), 7, S * 1.001, np.sqrt(2) - 0.999))
show("tanhC", fit(lambda x: (np.tanh(x) - x) / x**3, lambda x: x**3 / np.tanh(x), 4, 0.02, 0.626, True))
P4 = np.pi / 4 * 1.001
show("sinC", fit(lambda x: (np.sin(x) - x) / x**3, lambda x: x**3 / np.sin(x), 2, 0.01, P4, True))
show("sinD", fit(lambda x: (np.sin(x) - x) / x**3, lambda x: x**3 / np.sin(x), 3, 0.01, P4, True))
show("cosC", fit(lambda x: (np.cos(x) - 1 + x * x / 2) / x**4, lambda x: x**4 / np.cos(x), 2, 0.02, P4, True))
show("erfC", fit(lambda x: (special.erf(x) - x) / x, lambda x: x / special.erf(x), 6, 0.01, 0.93, True))
show("erfD", fit(lambda x: (special.erf(x) - x) / x, lambda x: x / special.erf(x), 5, 0.01, 0.93, True))
# erf(t) = 1 - exp(-q(t)); the weight turns an error of q into a relative one of erf.
q = lambda t: -np.log(special.erfc(t))
for d in (5, 6, 7):
    show(f"erfQ{d}_", fit(lambda t: (q(t) - 1.125 * t) / t, lambda t: t * special.erfc(t) / special.erf(t), d, 0.92, 4.05))
