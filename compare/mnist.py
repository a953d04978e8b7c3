"""The data set as bytes, without any package: what NumPy's and PyTorch's sides are made from."""

import gzip
from pathlib import Path

NAMES = {"train": "train", "test": "t10k"}


def read_file(folder, name):
    """The bytes of an IDX file, plain or gzip."""
    plain = Path(folder, name)
    if plain.exists():
        return plain.read_bytes()
    return gzip.decompress(Path(folder, name + ".gz").read_bytes())


def read_images(folder, split):
    """Pixels [n][28][28] and labels [n] of "train" or "test", as bytearrays."""
    images = read_file(folder, f"{NAMES[split]}-images-idx3-ubyte")
    labels = read_file(folder, f"{NAMES[split]}-labels-idx1-ubyte")
    return bytearray(memoryview(images)[16:]), bytearray(memoryview(labels)[8:])
