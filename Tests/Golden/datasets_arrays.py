"""Writes datasets_arrays.json: small .npy and safetensors files as NumPy and the reference
implementation of safetensors write them, in hexadecimal, with their contents.

Run: python3 datasets_arrays.py   (needs numpy and safetensors)
"""
import io
import json
import os

import numpy
import safetensors
from safetensors.numpy import save

here = os.path.dirname(os.path.abspath(__file__))


def npy(array, version):
    buffer = io.BytesIO()
    numpy.lib.format.write_array(buffer, array, version=version)
    return {
        "version": list(version),
        "type": array.dtype.str,
        "shape": list(array.shape),
        "values": array.astype(numpy.float64).ravel().tolist(),
        "hex": buffer.getvalue().hex(),
    }


numbers = numpy.array([[0.5, -1.25, 3.0], [1e-3, 7.0, -2.0**20]])
arrays = [
    npy(numbers.astype("<f4"), (1, 0)),
    npy(numbers, (1, 0)),
    npy(numbers, (2, 0)),
    npy(numpy.array([-3, 0, 2**31 - 1, -(2**31)], dtype="<i4"), (1, 0)),
    npy(numpy.array([[-(2**53)], [2**53]], dtype="<i8"), (2, 0)),
    npy(numpy.arange(24, dtype="u1").reshape(2, 3, 4), (1, 0)),
]

tensors = {
    "weights": numpy.array([[1.5, -2.0], [0.25, 8.0]], dtype=numpy.float32),
    "bias": numpy.array([3.5], dtype=numpy.float32),
    "precise": numpy.array([1 / 3, -1e300]),
    "steps": numpy.array([2**40, -1], dtype=numpy.int64),
    "labels": numpy.array([7, -7, 0], dtype=numpy.int32),
    "bytes": numpy.array([0, 127, 255], dtype=numpy.uint8),
    "naïve \"name\"": numpy.zeros((0, 4), dtype=numpy.float32),
}
metadata = {"format": "np"}
golden = {
    "generator": f"datasets_arrays.py, numpy {numpy.__version__}, safetensors {safetensors.__version__}",
    "npy": arrays,
    "safetensors": {
        "metadata": metadata,
        "hex": save(tensors, metadata=metadata).hex(),
        "tensors": [
            {
                "name": name,
                "type": {"f4": "F32", "f8": "F64", "i8": "I64", "i4": "I32", "u1": "U8"}[
                    array.dtype.str[1:]
                ],
                "shape": list(array.shape),
                "values": array.astype(numpy.float64).ravel().tolist(),
            }
            for name, array in tensors.items()
        ],
    },
}
with open(os.path.join(here, "datasets_arrays.json"), "w") as file:
    json.dump(golden, file, indent=1, ensure_ascii=False)
    file.write("\n")
