"""Reads and writes files with the reference library of safetensors.

    python3 safetensors_reference.py read FILE…            one JSON object a line: {name: [dtype, shape, hex of the bytes]}
    python3 safetensors_reference.py write FILE FOLDER     the tensor "samples" of FILE in every type and layout
"""
import json
import pathlib
import sys

import numpy
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

TYPES = ["float64", "float32", "float16", "int64", "int32", "uint8"]


def read(paths: list[str]) -> None:
    for path in paths:
        with safe_open(path, framework="np") as file:
            kinds = {name: file.get_slice(name).get_dtype() for name in file.keys()}
        tensors = load_file(path)
        print(json.dumps({name: [kinds[name], list(value.shape), value.tobytes().hex()] for name, value in tensors.items()}))


def write(path: str, folder: str) -> None:
    samples = load_file(path)["samples"]
    place = pathlib.Path(folder)
    for kind in TYPES:
        save_file({"samples": samples.astype(kind)}, place / f"{kind}.safetensors")
    others = {
        "before": numpy.arange(7, dtype="uint8"), "empty": numpy.zeros((0, 3), dtype="float32"),
        "flag": numpy.array([True, False]), "zwischen äöü 😀": numpy.ones((2, 1, 2), dtype="int16"),
        "number": numpy.array(2.5), 'quote " and \\': numpy.zeros(1, dtype="uint32"),
    }
    save_file({"samples": samples, **others}, place / "others.safetensors")
    save_file({"samples": samples}, place / "metadata.safetensors", metadata={"a": "b", "ä\n\"": "\u2028\\"})
    print(len(TYPES) + 2)


if sys.argv[1:2] == ["read"]:
    read(sys.argv[2:])
elif sys.argv[1:2] == ["write"] and len(sys.argv) == 4:
    write(*sys.argv[2:])
else:
    sys.exit(__doc__)
