"""Writes datasets_principal_components.json: the principal components of a small matrix of whole
numbers by NumPy's singular value decomposition, which shares no step with an eigendecomposition of
the covariance.

Run: python3 datasets_principal_components.py   (needs numpy)
"""
import json
import os

import numpy

here = os.path.dirname(os.path.abspath(__file__))
rows, dimension, count = 40, 9, 4
generator = numpy.random.default_rng(20240)
latent = generator.normal(size=(rows, dimension)) * numpy.array([6, 4, 2.5, 1.5, 1, 0.7, 0.5, 0.3, 0.2])
mixing = numpy.linalg.qr(generator.normal(size=(dimension, dimension)))[0]
x = numpy.clip(numpy.round(8 + latent @ mixing), 0, 16)
mean = x.mean(axis=0)
_, singular, vectors = numpy.linalg.svd(x - mean, full_matrices=False)
components = vectors[:count]
largest = numpy.argmax(numpy.abs(components), axis=1)
components = components * numpy.sign(components[numpy.arange(count), largest])[:, None]
projected = (x - mean) @ components.T
golden = {
    "generator": f"datasets_principal_components.py, numpy {numpy.__version__}",
    "rows": rows,
    "dimension": dimension,
    "count": count,
    "x": x.ravel().tolist(),
    "mean": mean.tolist(),
    "components": components.ravel().tolist(),
    "variances": (singular[:count] ** 2 / (rows - 1)).tolist(),
    "projected": projected.ravel().tolist(),
    "reconstructed": (mean + projected @ components).ravel().tolist(),
}
with open(os.path.join(here, "datasets_principal_components.json"), "w") as file:
    json.dump(golden, file)
    file.write("\n")
