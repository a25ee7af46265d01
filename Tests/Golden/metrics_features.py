"""Writes metrics_features.json: golden values of the metrics on features, from independent
implementations (SciPy's matrix square root, 40-digit eigenvalues, scikit-learn, prdc).

    python3 -m venv venv && venv/bin/pip install scipy scikit-learn mpmath prdc==0.2
    venv/bin/python Tests/Golden/metrics_features.py
"""

import importlib.metadata
import json
import pathlib
import platform

import mpmath
import numpy as np
import scipy
import sklearn
from prdc import compute_prdc
from scipy import linalg, stats
from sklearn.metrics import pairwise
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(20260711)


def flat(array):
    return [float(value) for value in np.asarray(array).ravel()]


def exact_moments(features):
    """Mean and unbiased covariance with 40 digits."""
    n, d = features.shape
    rows = [[mpmath.mpf(float(value)) for value in row] for row in features]
    mean = [mpmath.fsum(row[a] for row in rows) / n for a in range(d)]
    return mean, mpmath.matrix([[mpmath.fsum(
        (row[a] - mean[a]) * (row[b] - mean[b]) for row in rows) / (n - 1)
        for b in range(d)] for a in range(d)])


def frechet(x, y):
    """The two terms: the last trace from the eigenvalues of the covariances' product, 40 digits."""
    mpmath.mp.dps = 40
    mean_x, s_x = exact_moments(x)
    mean_y, s_y = exact_moments(y)
    shift = mpmath.fsum((a - b) ** 2 for a, b in zip(mean_x, mean_y))
    values = mpmath.eig(s_x * s_y, left=False, right=False)
    root = mpmath.fsum(mpmath.sqrt(max(mpmath.re(value), 0)) for value in values)
    d = len(mean_x)
    return float(shift), float(sum(s_x[a, a] + s_y[a, a] for a in range(d)) - 2 * root)


def scipy_frechet(x, y):
    """As in the usual implementations."""
    s_x, s_y = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = linalg.sqrtm(s_x @ s_y)
    gap = x.mean(0) - y.mean(0)
    return float(gap @ gap + np.trace(s_x + s_y) - 2 * np.trace(root).real)


def kernel_distances(x, y, subsets):
    n, m = len(x) // subsets, len(y) // subsets
    result = []
    for subset in range(subsets):
        a, b = x[subset * n:(subset + 1) * n], y[subset * m:(subset + 1) * m]
        xx, yy, xy = (pairwise.polynomial_kernel(p, q, degree=3, gamma=None, coef0=1)
                      for p, q in ((a, a), (b, b), (a, b)))
        result.append((xx.sum() - np.trace(xx)) / (n * (n - 1))
                      + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.mean())
    return result


def case(name, x, y, k, subsets, regular):
    n, m, d = len(x), len(y), x.shape[1]
    measures = compute_prdc(real_features=x, fake_features=y, nearest_k=k)
    # The counts behind the shares.
    counts = {"samples_in_real": measures["precision"] * m, "real_in_samples": measures["recall"] * n,
              "pairs": measures["density"] * k * m, "real_reached": measures["coverage"] * n}
    for count in counts.values():
        assert abs(count - round(count)) < 1e-6
    shift, covariance = frechet(x, y)
    if regular:
        assert abs(scipy_frechet(x, y) / (shift + covariance) - 1) < 1e-8
    radii = NearestNeighbors(n_neighbors=k + 1).fit(x).kneighbors(x)[0][:, k]
    nearest = NearestNeighbors(n_neighbors=1).fit(x).kneighbors(y)[0][:, 0]
    estimates = kernel_distances(x, y, subsets)
    return {
        "name": name, "dimension": d, "x": flat(x), "y": flat(y), "neighbours": k,
        "subsets": subsets, "frechet_mean": shift, "frechet_covariance": covariance,
        "kernel_distances": flat(estimates), "kernel_mean": float(np.mean(estimates)),
        "kernel_error": float(stats.sem(estimates)), "radii": flat(radii),
        "nearest": flat(nearest), "nearest_p5": float(np.quantile(nearest, 0.05)),
        **{key: round(value) for key, value in counts.items()},
    }


def normal(n, d, shift=0.0, scale=1.0):
    return shift + scale * rng.normal(size=(n, d)) @ (np.eye(d) + 0.3 * rng.normal(size=(d, d)))


def rectified(n, d):
    """As the features of a network: many zeros, some columns nothing but zeros."""
    features = np.maximum(normal(n, d, shift=-0.3, scale=2), 0)
    features[:, ::4] = 0
    return features


# A subspace of 4 dimensions in 9, away from the origin.
embedding = np.linalg.qr(rng.normal(size=(9, 9)))[0][:4]
offset = rng.normal(size=9)
clustered = np.concatenate([normal(30, 5, shift=6), normal(30, 5, shift=-6)])
cases = [
    case("regular", normal(80, 6), normal(70, 6, shift=0.4, scale=1.3), 5, 4, True),
    case("one mode of two", clustered, normal(50, 5, shift=6), 3, 5, True),
    case("subspace", normal(60, 4) @ embedding + offset,
         normal(55, 4, scale=0.8) @ embedding + offset, 5, 5, False),
    case("fewer than the width", normal(7, 10), normal(40, 10, shift=0.5), 2, 2, False),
    case("rectified", rectified(64, 12), rectified(90, 12), 5, 3, False),
    case("far from the origin", normal(50, 4, shift=1000), normal(50, 4, shift=1000.5), 4, 5, True),
]

features = normal(40, 3)
predictions = rng.choice(5, size=40, p=[0.5, 0.3, 0.15, 0.05, 0.0])
predictions[predictions == 3] = 2
predictions[7] = 3  # a class of one sample
shares = np.bincount(predictions, minlength=5) / 40
other = np.array([0.2, 0.2, 0.2, 0.2, 0.2])
classes = {
    "width": 3, "features": flat(features), "predictions": [int(p) for p in predictions],
    "classes": 5, "shares": flat(shares), "entropy": float(stats.entropy(shares)),
    "total_variation": float(np.abs(shares - other).sum() / 2), "present": int((shares > 0).sum()),
    "mean_variance": float(np.mean([
        np.trace(np.cov(features[predictions == c], rowvar=False))
        for c in range(5) if (predictions == c).sum() > 1])),
}

golden = {
    "generator": "Tests/Golden/metrics_features.py",
    "versions": {"python": platform.python_version(), "numpy": np.__version__,
                 "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                 "mpmath": mpmath.__version__, "prdc": importlib.metadata.version("prdc")},
    "cases": cases, "classes": classes,
}
path = pathlib.Path(__file__).with_name("metrics_features.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(f"{path}: {path.stat().st_size} bytes, {golden['versions']}")
