"""Golden safetensors files that come out the same, byte for byte, each time they are made."""
import json
import platform

import numpy
import safetensors
import safetensors.torch
import torch

VERSIONS = {"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__,
            "safetensors": safetensors.__version__}


def write(path, tensors, generator, metadata):
    """Floats as float32, integers as they are; metadata that are no text as JSON."""
    stored = {key: (value.float() if value.is_floating_point() else value).contiguous()
              for key, value in tensors.items()}
    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in metadata.items()}
    path.parent.mkdir(exist_ok=True)
    safetensors.torch.save_file(stored, path, {"generator": generator} | VERSIONS | text)
    # The library writes the metadata in a random order: here the same header, sorted.
    content = path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    ordered = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    ordered += b" " * (-len(ordered) % 8)
    path.write_bytes(len(ordered).to_bytes(8, "little") + ordered + content[end:])
    with safetensors.safe_open(path, framework="pt") as file:
        assert set(file.keys()) == set(tensors)
