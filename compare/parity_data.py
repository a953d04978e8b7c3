"""Images and their order, worked out here once more and not taken from cnn.c.

Batches gives PyTorch the batches that `cnn trace` takes; Order gives the order in which `cnn train`
goes through the images: PCG32 (XSH-RR 64/32, O'Neill 2014), stream 1 of the seed, shuffled after
Fisher and Yates, each epoch's order made from that of the epoch before.
"""

import gzip
from pathlib import Path

import numpy
import torch

TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def read_idx(path: Path) -> numpy.ndarray:
    """The bytes of an IDX file, plain or .gz, in their shape."""
    packed = path.with_name(path.name + ".gz")
    raw = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    if raw[:3] != b"\0\0\x08":
        raise ValueError(f"{path}: not an IDX file of bytes")
    shape = numpy.frombuffer(raw, ">u4", raw[3], 4).astype(int)
    return numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def write_idx(path: Path, values: numpy.ndarray):
    """An IDX file of bytes."""
    head = b"\0\0\x08" + bytes([values.ndim]) + numpy.array(values.shape, ">u4").tobytes()
    path.write_bytes(head + values.astype(numpy.uint8).tobytes())


def write_set(folder: Path, images: numpy.ndarray, labels: numpy.ndarray):
    """A training set as cnn reads it from a folder."""
    folder.mkdir()
    write_idx(folder / TRAIN[0], images)
    write_idx(folder / TRAIN[1], labels)


class Images:
    """A set of images as PyTorch takes them, float32 [n][1][h][w], and labels."""

    def __init__(self, folder, mean: float, std: float, names=TRAIN, limit=None):
        pixels = read_idx(Path(folder) / names[0])[:limit].astype(numpy.float32)
        pixels = (pixels / numpy.float32(255) - numpy.float32(mean)) / numpy.float32(std)
        self.pixels = torch.from_numpy(pixels).unsqueeze(1)
        labels = read_idx(Path(folder) / names[1])[:limit]
        self.labels = torch.from_numpy(labels.astype(numpy.int64))

    def __len__(self):
        return len(self.labels)

    def batch(self, step: int, size: int):
        """What step number `step` of `cnn trace` takes: whole batches in order, over and over."""
        first = step % (len(self) // size) * size
        return self.pixels[first:first + size], self.labels[first:first + size]


class Random:
    """PCG32 as in src/base/random.c."""

    MASK = (1 << 64) - 1

    def __init__(self, seed: int, stream: int):
        self.state, self.increment = 0, stream << 1 | 1
        self.bits()
        self.state = self.state + seed & self.MASK
        self.bits()

    def bits(self) -> int:
        """32 random bits."""
        old = self.state
        self.state = old * 6364136223846793005 + self.increment & self.MASK
        shifted = (old >> 18 ^ old) >> 27 & 0xFFFFFFFF
        rotation = old >> 59
        return (shifted >> rotation | shifted << (-rotation & 31)) & 0xFFFFFFFF

    def below(self, bound: int) -> int:
        """Any number in [0, bound), all as likely."""
        refused = (1 << 32) % bound
        bits = self.bits()
        while bits < refused:
            bits = self.bits()
        return bits % bound


class Order:
    """The order of the images in `cnn train --seed SEED`, epoch by epoch."""

    STREAM = 1  # RANDOM_ORDER

    def __init__(self, seed: int, images: int):
        self.random = Random(seed, self.STREAM)
        self.order = list(range(images))

    def next_epoch(self) -> torch.Tensor:
        """The order of the next epoch."""
        order = self.order
        for i in range(len(order), 1, -1):
            j = self.random.below(i)
            order[i - 1], order[j] = order[j], order[i - 1]
        return torch.tensor(order)
