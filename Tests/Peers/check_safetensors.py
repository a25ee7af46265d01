"""Loads a safetensors file with the reference library and prints one JSON object of what it found.

    python3 Tests/Peers/check_safetensors.py FILE

    {"metadata": {...}, "tensors": {NAME: {"dtype": "F32", "shape": [2, 3], "sum": ..., "sum_of_squares": ...}}}

Sums are in float64, in the order of memory. Ends with 1 and the library's message where it refuses the file, with
2 where the library is missing.
"""
import json
import sys

try:
    import safetensors
    import torch
except ImportError as error:
    print(f"missing: {error}", file=sys.stderr)
    sys.exit(2)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        with safetensors.safe_open(sys.argv[1], framework="pt") as file:
            tensors = {}
            for name in file.keys():
                value = file.get_tensor(name).to(torch.float64)
                tensors[name] = {
                    "dtype": file.get_slice(name).get_dtype(), "shape": list(value.shape),
                    "sum": value.sum().item(), "sum_of_squares": value.square().sum().item()}
            print(json.dumps({"metadata": file.metadata() or {}, "tensors": tensors}, ensure_ascii=False))
    except (OSError, safetensors.SafetensorError) as error:
        print(f"{sys.argv[1]}: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
