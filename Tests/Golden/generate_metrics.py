"""Writes metrics.json: golden values of the metrics from independent implementations.

    python3 -m venv venv && venv/bin/pip install scipy scikit-learn pot mpmath
    venv/bin/python Tests/Golden/generate_metrics.py
"""

import json
import pathlib
import platform

import mpmath
import numpy as np
import ot
import scipy
import sklearn
from scipy import linalg, optimize, special, stats
from scipy.spatial import distance
from sklearn.metrics import pairwise
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

rng = np.random.default_rng(20240717)


def flat(array):
    return [float(value) for value in np.asarray(array).ravel()]


def covariance(dimension, scale=1.0):
    root = rng.normal(size=(dimension, dimension + 2))
    return scale * root @ root.T / dimension


def one_dimensional():
    cases = []
    for n, m in [(1, 1), (7, 7), (50, 50), (13, 40), (100, 37), (64, 96)]:
        a = rng.normal(size=n)
        b = 0.5 + 2 * rng.standard_t(3, size=m)
        if n == 64:  # ties within and across
            a, b = np.round(a, 1), np.round(b, 1)
        cases.append({
            "a": flat(a), "b": flat(b),
            "w1": float(stats.wasserstein_distance(a, b)),
            "w2_squared": float(ot.wasserstein_1d(a, b, p=2)),
            "w3_cubed": float(ot.wasserstein_1d(a, b, p=3)),
            "energy_distance": float(stats.energy_distance(a, b) ),
        })
    return cases


def index_line():
    cases = []
    for k in [2, 10, 40]:
        p, q = rng.dirichlet(np.ones(k)), rng.dirichlet(0.3 * np.ones(k))
        places = np.arange(k, dtype=float)
        cases.append({
            "p": flat(p), "q": flat(q),
            "w1": float(stats.wasserstein_distance(places, places, p, q)),
            "w2_squared": float(ot.emd2_1d(places, places, p, q, metric="sqeuclidean")),
        })
    return cases


def bures():
    cases = []
    for d in [1, 2, 5, 20]:
        ma, mb = rng.normal(size=d), rng.normal(size=d)
        sa, sb = covariance(d), covariance(d, 0.3)
        root = linalg.sqrtm(sa)
        cross = linalg.sqrtm(root @ sb @ root).real
        cases.append({
            "dimension": d, "mean_a": flat(ma), "mean_b": flat(mb),
            "covariance_a": flat(sa), "covariance_b": flat(sb),
            "w2_squared": float(np.sum((ma - mb) ** 2) + np.trace(sa + sb - 2 * cross)),
            "pot_w2": float(ot.gaussian.bures_wasserstein_distance(ma, mb, sa, sb)),
            "kl": float(0.5 * (np.trace(linalg.solve(sb, sa))
                               + (mb - ma) @ linalg.solve(sb, mb - ma) - d
                               + np.linalg.slogdet(sb)[1] - np.linalg.slogdet(sa)[1])),
        })
    return cases


def assignment():
    cases = []
    for rows, columns, kind in [(1, 1, "real"), (6, 6, "real"), (40, 40, "real"), (30, 55, "real"),
                                (30, 30, "whole"), (12, 12, "negative")]:
        costs = rng.random((rows, columns)) * 10
        if kind == "whole":
            costs = np.floor(costs)
        if kind == "negative":
            costs -= 8
        i, j = optimize.linear_sum_assignment(costs)
        cases.append({"rows": rows, "columns": columns, "costs": flat(costs),
                      "cost": float(costs[i, j].sum()), "columns_of_rows": [int(x) for x in j],
                      "unique": kind != "whole"})
    return cases


def transport():
    cases = []
    for n, m, kind in [(5, 5, "random"), (20, 33, "random"), (40, 25, "sparse"), (30, 30, "whole"),
                       (60, 17, "uniform")]:
        costs = rng.random((n, m)) * 5
        a, b = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
        if kind == "sparse":
            a[::3] = 0
            b[::4] = 0
            a, b = a / a.sum(), b / b.sum()
        if kind == "whole":
            costs = np.floor(costs)
        if kind == "uniform":
            a, b = np.full(n, 1 / n), np.full(m, 1 / m)
        cases.append({"n": n, "m": m, "costs": flat(costs), "supply": flat(a), "demand": flat(b),
                      "cost": float(ot.emd2(a, b, costs, numItermax=1_000_000))})
    return cases


def points():
    cases = []
    for n, m, d in [(40, 40, 2), (30, 45, 3), (60, 60, 8)]:
        x, y = rng.normal(size=(n, d)), 0.4 + 1.5 * rng.normal(size=(m, d))
        a, b = np.full(n, 1 / n), np.full(m, 1 / m)
        directions = rng.normal(size=(d, 50))
        directions /= np.linalg.norm(directions, axis=0)
        width = 1.3
        gamma = 1 / (2 * width ** 2)
        xx, yy, xy = (pairwise.rbf_kernel(u, v, gamma=gamma) for u, v in [(x, x), (y, y), (x, y)])
        mmd = ((xx.sum() - n) / (n * (n - 1)) + (yy.sum() - m) / (m * (m - 1)) - 2 * xy.mean())
        dx, dy, dxy = distance.pdist(x), distance.pdist(y), distance.cdist(x, y)
        cases.append({
            "dimension": d, "x": flat(x), "y": flat(y),
            "w1": float(ot.emd2(a, b, ot.dist(x, y, metric="euclidean"))),
            "w2_squared": float(ot.emd2(a, b, ot.dist(x, y))),
            "directions": flat(directions.T),
            "sliced_w2_squared": float(
                ot.sliced_wasserstein_distance(x, y, projections=directions, p=2) ** 2),
            "sliced_w1": float(ot.sliced_wasserstein_distance(x, y, projections=directions, p=1)),
            "bandwidth": width, "mmd_squared": float(mmd),
            "energy_mmd_squared": float(2 * dxy.mean() - dx.mean() - dy.mean()),
            "energy_distance": float(np.sqrt(
                2 * dxy.mean() - 2 * dx.sum() / n ** 2 - 2 * dy.sum() / m ** 2)),
            "median_distance": float(np.median(dx)),
            "mean": flat(x.mean(axis=0)), "covariance": flat(np.cov(x.T, ddof=1)),
        })
    return cases


def categorical():
    cases = []
    for k in [2, 10, 100]:
        p, q = rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k))
        cases.append({"p": flat(p), "q": flat(q), "entropy": float(stats.entropy(p)),
                      "kl": float(stats.entropy(p, q)),
                      "l1": float(distance.cityblock(p, q)),
                      "l2_squared": float(distance.sqeuclidean(p, q))})
    return cases


def kernel_density():
    cases = []
    for n, d, h in [(30, 1, 0.2), (50, 3, 0.7), (20, 12, 0.05)]:
        x, y = rng.normal(size=(n, d)), rng.normal(size=(15, d))
        model = KernelDensity(bandwidth=h, kernel="gaussian", rtol=0, atol=0).fit(x)
        cases.append({"dimension": d, "bandwidth": h, "points": flat(x), "queries": flat(y),
                      "log_density": flat(model.score_samples(y)),
                      "covariance": flat(np.cov(x.T, ddof=0) + h ** 2 * np.eye(d))})
    return cases


def mixture():
    d = 2

    def draw(k):
        return (rng.dirichlet(np.ones(k)), rng.normal(size=(k, d)) * 2,
                np.stack([covariance(d, 0.4) for _ in range(k)]))

    def product(f, g):
        return sum(wa * wb * stats.multivariate_normal(mb, sa + sb).pdf(ma)
                   for wa, ma, sa in zip(*f) for wb, mb, sb in zip(*g))

    f, g = draw(3), draw(2)
    model = GaussianMixture(n_components=3, covariance_type="full")
    model.weights_, model.means_, model.covariances_ = f
    model.precisions_cholesky_ = np.stack(
        [np.linalg.cholesky(np.linalg.inv(s)) for s in f[2]])
    queries = rng.normal(size=(10, d)) * 2
    axis = np.linspace(-14, 14, 1401)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    density = [sum(w * stats.multivariate_normal(m, s).pdf(grid) for w, m, s in zip(*law))
               for law in (f, g)]
    return {
        "f": {"weights": flat(f[0]), "means": flat(f[1]), "covariances": flat(f[2])},
        "g": {"weights": flat(g[0]), "means": flat(g[1]), "covariances": flat(g[2])},
        "l2_squared": float(product(f, f) + product(g, g) - 2 * product(f, g)),
        "l2_squared_on_grid": float(
            ((density[0] - density[1]) ** 2).sum() * (axis[1] - axis[0]) ** 2),
        "queries": flat(queries), "log_density": flat(model.score_samples(queries)),
    }


def distributions():
    z = [-37.0, -8.0, -1.5, 0.0, 0.3, 5.0]
    chi = [(x, k) for k in (1, 2, 3, 10, 100) for x in (0.01, 1.0, 9.0, 100.0, 180.0)]
    sizes = [1.5, 2.0, 3.0, 10.0, 50.0, 51.0, 52.0, 1000.0, 1e9]
    # The logarithms of the gamma functions cancel: 40 digits.
    mpmath.mp.dps = 40
    deficit = [float(1 - mpmath.sqrt(mpmath.mpf(2) / (n - 1)) * mpmath.gammaprod(
        [mpmath.mpf(n) / 2], [(mpmath.mpf(n) - 1) / 2])) for n in sizes]
    return {
        "z": z, "normal_cumulative": flat(special.ndtr(z)),
        "chi_x": [x for x, _ in chi], "chi_freedom": [k for _, k in chi],
        "chi_cumulative": [float(stats.chi2(k).cdf(x)) for x, k in chi],
        "sizes": sizes, "deficit": deficit,
    }


golden = {
    "generator": "Tests/Golden/generate_metrics.py",
    "versions": {"python": platform.python_version(), "numpy": np.__version__,
                 "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                 "pot": ot.__version__, "mpmath": mpmath.__version__},
    "one_dimensional": one_dimensional(), "index_line": index_line(), "bures": bures(),
    "assignment": assignment(), "transport": transport(), "points": points(),
    "categorical": categorical(), "kernel_density": kernel_density(), "mixture": mixture(),
    "distributions": distributions(),
}
path = pathlib.Path(__file__).with_name("metrics.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(f"{path}: {path.stat().st_size} bytes, {golden['versions']}")
