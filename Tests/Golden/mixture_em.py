"""Writes mixture_em.json: parameters of scikit-learn's GaussianMixture after k EM steps from a given start.

python3 mixture_em.py    (needs numpy and scikit-learn)
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

NAMES = {"full": "full", "diagonal": "diag", "spherical": "spherical"}


def matrices(family, values, d):
    if family == "full":
        return [m.ravel().tolist() for m in values]
    if family == "diagonal":
        return [np.diag(v).ravel().tolist() for v in values]
    return [(np.eye(d) * v).ravel().tolist() for v in values]


def case(rng, family, d, k, n, steps):
    centres = rng.normal(size=(k, d)) * 3
    points = centres[rng.integers(k, size=n)] + rng.normal(size=(n, d)) * rng.uniform(0.5, 1.5, d)
    weights = rng.dirichlet(np.full(k, 5.0))
    means = centres + rng.normal(size=(k, d))
    if family == "full":
        root = rng.normal(size=(k, d, d))
        covariances = root @ root.transpose(0, 2, 1) + np.eye(d)
        precisions = np.linalg.inv(covariances)
    elif family == "diagonal":
        covariances = rng.uniform(0.5, 2, size=(k, d))
        precisions = 1 / covariances
    else:
        covariances = rng.uniform(0.5, 2, size=k)
        precisions = 1 / covariances
    model = GaussianMixture(
        k, covariance_type=NAMES[family], tol=0.0, reg_covar=1e-6, max_iter=steps,
        weights_init=weights, means_init=means, precisions_init=precisions, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points)
    assert model.n_iter_ == steps
    return {
        "covariance": family, "dimension": d, "steps": steps, "regularisation": 1e-6,
        "points": points.ravel().tolist(),
        "start": {"weights": weights.tolist(), "means": means.tolist(),
                  "covariances": matrices(family, covariances, d)},
        "expected": {"weights": model.weights_.tolist(), "means": model.means_.tolist(),
                     "covariances": matrices(family, model.covariances_, d),
                     "log_likelihood": float(model.lower_bound_)},
    }


rng = np.random.default_rng(2404)
cases = [case(rng, family, d, k, 61, steps)
         for family in NAMES for d, k, steps in [(1, 2, 5), (2, 3, 7), (3, 2, 4), (5, 3, 6)]]
text = json.dumps({
    "made_by": "mixture_em.py", "scikit_learn": sklearn.__version__, "numpy": np.__version__,
    "cases": cases})
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
