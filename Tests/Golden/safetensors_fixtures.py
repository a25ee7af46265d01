"""Files of the reference safetensors library, to be read by ours.

    python3 Tests/Golden/safetensors_fixtures.py    # writes engine/fixture_*.safetensors and engine/fixtures.json

fixtures.json lists each file's metadata and tensors: dtype, shape and values (as float64; exact).
The library writes metadata in a random order: fixture_names differs from run to run in that alone.
"""
import json
import pathlib
import platform

import safetensors
import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).resolve().parent / "engine"
TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
         "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8,
         "BOOL": torch.bool}


def values(kind):
    """[2, 3] values that the type holds exactly."""
    rows = torch.tensor([[-2.5, -1.0, 0.0], [0.15625, 3.0, 96.0]], dtype=torch.float64)
    return (rows.abs() if kind in ("U8", "BOOL") else rows).to(TYPES[kind])


def files():
    yield "types", {f"tensor.{name}": values(name) for name in TYPES}, {"format": "pt"}
    yield "shapes", {
        "scalar": torch.tensor(4.25), "empty": torch.zeros(0, 3), "one": torch.ones(1),
        "five": torch.arange(24, dtype=torch.float32).reshape(1, 2, 3, 2, 2)}, None
    yield "names", {
        "fc1.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3), "päramètre ω 🙂": torch.ones(2),
        'a "quoted" \\ name\twith\nescapes': torch.zeros(1), "": torch.full((2,), 0.5)}, {
        "ключ": "värde", "quoted": '{"inner": [1, 2]}', "empty": ""}
    yield "nothing", {}, {"only": "metadata"}
    yield "special", {"values": torch.tensor([
        float("inf"), float("-inf"), float("nan"), -0.0, 1e-45, 3.4028234663852886e38])}, None


def main():
    FOLDER.mkdir(exist_ok=True)
    listing = {"generator": "Tests/Golden/safetensors_fixtures.py", "python": platform.python_version(),
               "safetensors": safetensors.__version__, "torch": torch.__version__, "files": {}}
    for name, tensors, metadata in files():
        path = FOLDER / f"fixture_{name}.safetensors"
        safetensors.torch.save_file(tensors, path, metadata)
        kinds = {dtype: kind for kind, dtype in TYPES.items()}
        listing["files"][path.name] = {"metadata": metadata or {}, "tensors": {
            key: {"dtype": kinds[value.dtype], "shape": list(value.shape),
                  "values": [str(x) if x != x or abs(x) == float("inf") else x
                             for x in value.double().flatten().tolist()]}
            for key, value in tensors.items()}}
        print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
    (FOLDER / "fixtures.json").write_text(json.dumps(listing, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
