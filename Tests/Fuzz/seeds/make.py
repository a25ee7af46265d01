#!/usr/bin/env python3
"""Makes the binary files that fuzzing starts from, in folders beside this file.

The first byte of idx, csv and png inputs chooses how the rest is read: see Datasets/DatasetTargets.swift.
"""
import gzip
import pathlib
import struct
import zlib

here = pathlib.Path(__file__).parent


def write(target: str, name: str, content: bytes) -> None:
    folder = here / target
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def idx(dimensions: list[int]) -> bytes:
    size = 1
    for dimension in dimensions:
        size *= dimension
    header = bytes([0, 0, 8, len(dimensions)]) + struct.pack(f">{len(dimensions)}I", *dimensions)
    return header + bytes(index % 251 for index in range(size))


def npy(kind: str, shape: str, data: bytes, version: int = 1) -> bytes:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    padding = " " * (63 - (10 + len(header)) % 64)
    text = (header + padding + "\n").encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, colour: int, interlaced: bool, more: bytes = b"") -> bytes:
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    bits = depth * channels

    def lines(columns: int, rows: int) -> bytes:
        line = bytes([0]) + bytes(column % 4 for column in range((columns * bits + 7) // 8))
        return line * rows if columns else b""

    if interlaced:
        passes = [(0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)]
        data = b"".join(
            lines(len(range(x, width, dx)), len(range(y, height, dy))) for x, dx, y, dy in passes
        )
    else:
        data = lines(width, height)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more
        + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def doubles(values: list[float]) -> bytes:
    return struct.pack("<Q", len(values)) + struct.pack(f"<{len(values)}d", *values)


def message(previews: bool) -> bytes:
    """A message of one block of two generations: see Sources/Results/MessageCodec.swift."""
    block = text("0123456789abcdef") + struct.pack("<qQQ", 3, 1, 2)
    block += struct.pack("<Q", 2) + text("moments.mean_norm") + text("moments.variance_trace")
    block += doubles([1.5, 0.25, -0.0, float("inf")]) + struct.pack("<Q", 1) + text("real:24")
    if previews:
        shape = struct.pack("<QQQ", 2, 2, 2)
        block += struct.pack("<Qq", 1, -1) + shape + text("float32")
        block += doubles([0.0, 0.0]) + struct.pack("<Q", 16) + bytes(16)
    else:
        block += struct.pack("<Q", 0)
    block += text("running") + text("") + doubles([0.0] * 6)
    return struct.pack("<IQ", 0x314D424F, 1) + block


for packed in (0, 2):
    write("idx", f"labels-{packed}", bytes([1 + packed]) + idx([7]))
    write("idx", f"images-{packed}", bytes([packed]) + idx([3, 4, 4]))
write("idx", "gzip", b"\x00" + gzip.compress(idx([3, 4, 4]), mtime=0))
write("npy", "floats", npy("<f4", "(2, 3)", bytes(24)))
write("npy", "doubles", npy("<f8", "(3,)", struct.pack("<3d", 1, float("nan"), 2)))
write("npy", "integers", npy("<i8", "(2, 1)", struct.pack("<2q", -1, 1 << 40), 2))
write("npy", "words", npy("<i4", "()", struct.pack("<i", -7)))
write("npy", "bytes", npy("|u1", "(2, 2, 2)", bytes(range(8))))
write("csv", "digits", bytes([4]) + b"0,1,16,3\n5,6,7,2\n")
write("csv", "reals", bytes([3]) + b"-1.5e-3,2,+0.25\r\n1,2,3\r\n")
write("csv", "packed", bytes([0x82]) + b"1,2\n3,4\n")
palette = chunk(b"PLTE", bytes(range(48)))
for flag in (2, 3):
    write("png", f"grey-{flag}", bytes([flag]) + png(9, 6, 8, 0, False))
    write("png", f"bits-{flag}", bytes([flag]) + png(11, 5, 1, 0, False))
    write("png", f"colour-{flag}", bytes([flag]) + png(5, 7, 8, 2, True))
    write("png", f"palette-{flag}", bytes([flag]) + png(6, 6, 4, 3, False, palette))
    write("png", f"deep-{flag}", bytes([flag]) + png(4, 4, 16, 2, False))
    write("png", f"gamma-{flag}", bytes([flag]) + png(4, 4, 8, 0, False, chunk(b"gAMA", struct.pack(">I", 45455))))
    write("png", f"clear-{flag}", bytes([flag]) + png(4, 4, 8, 6, False))
for name, value in {
    "bias": "loop.bias=0.5",
    "policy": "loop.policy={name: memory, generations: 3}",
    "axis": "matrix.loop.bias=[1, 0.5, 0.25]",
    "zip": "zip={model: [gaussian, kernel-density]}",
    "exclude": "exclude=[{loop.bias: 0.5}]",
    "option": "dataset.dimension=0x10",
    "seeds": "seeds=0...7",
    "preset": "preset=shumailov/gaussian",
    "metrics": "metrics=[moments, {name: tail}]",
    "published": "published=[{metric: moments.mean_norm, generation: 1, value: 2.5, where: {loop.bias: 1}}]",
    "keep": 'keep.samples=["last", 0]',
}.items():
    write("set", name, value.encode())
write("message", "plain", message(False))
write("message", "previews", message(True))
