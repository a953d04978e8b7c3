"""Random small networks, each made by one number: text, images, batch, update rule, weights.

Kernels 1 to 7, strides 1 to 3 and paddings 0 to 3 are drawn for height and width apart; pools
overlap, tile or leave gaps; layers have 1 to 33 channels, images 1 to 21 pixels a side, batches 1
to 17 images. What the format of the images (IDX) cannot give is an input of several channels: those
begin with the second convolution.
"""

import random
from typing import NamedTuple

import numpy

from net import LAYERS
from parity_recipes import ALL_RECIPES, Recipe

DRAWN = [layer.drawn for layer in LAYERS.values() if layer.drawn]
MOST_PRODUCTS = 2_000_000  # multiply-adds of one image, so that each network takes milliseconds


class Sample(NamedTuple):
    """One network and all that its step needs."""

    seed: int
    text: str
    images: numpy.ndarray  # [n][h][w] bytes
    labels: numpy.ndarray
    mean: float
    std: float
    recipe: Recipe
    theirs: bool  # whether the first weights are PyTorch's


def sizes(pair: tuple) -> str:
    """3x2."""
    return f"{pair[0]}x{pair[1]}"


class Text:
    """A network text that grows while its layers fit."""

    def __init__(self, draw: random.Random):
        self.draw = draw
        self.shape = (draw.randint(1, 21), draw.randint(1, 21), 1)
        self.lines = [f"input {sizes(self.shape)}x1"]
        self.products = 0

    def pair(self, low: int, high: int) -> tuple:
        """Two sizes, equal half of the time."""
        first = self.draw.randint(low, high)
        return (first, first if self.draw.random() < 0.5 else self.draw.randint(low, high))

    def places(self, window: tuple, stride: tuple, pad: tuple) -> tuple:
        """Height and width of a window's output."""
        return tuple((self.shape[i] + 2 * pad[i] - window[i]) // stride[i] + 1
                     if self.shape[i] + 2 * pad[i] >= window[i] else 0 for i in (0, 1))

    def conv(self):
        """A convolution, if the one drawn fits."""
        kernel, stride, pad = self.pair(1, 7), self.pair(1, 3), self.pair(0, 3)
        channels = self.draw.randint(1, 33)
        height, width = self.places(kernel, stride, pad)
        products = height * width * channels * self.shape[2] * kernel[0] * kernel[1]
        if not height or not width or self.products + products > MOST_PRODUCTS:
            return
        bias = " bias off" if self.draw.random() < 0.15 else ""
        self.lines.append(f"conv2d {channels} {sizes(kernel)} stride {sizes(stride)} "
                          f"pad {sizes(pad)}{bias}")
        self.shape, self.products = (height, width, channels), self.products + products

    def pool(self):
        """A pool, if the one drawn fits; half of them with windows side by side."""
        window = self.pair(1, 4)
        tiled = self.draw.random() < 0.5
        stride = window if tiled else self.pair(1, 3)
        height, width = self.places(window, stride, (0, 0))
        if height and width:
            word = "maxpool2d" if self.draw.random() < 0.7 else "avgpool2d"
            self.lines.append(f"{word} {sizes(window)}"
                              + ("" if tiled else f" stride {sizes(stride)}"))
            self.shape = (height, width, self.shape[2])

    def maybe(self, line: str, chance: float):
        """A line that changes no shape."""
        if self.draw.random() < chance:
            self.lines.append(line)

    def spatial(self):
        """Up to four convolutions with what goes between. Without, an input of 1x1 is a vector."""
        for _ in range(self.draw.randint(0, 4)):
            if self.draw.random() < 0.2:
                self.pool()
            self.conv()
            self.maybe("relu", 0.8)
            if self.draw.random() < 0.5:
                self.pool()
            self.maybe("relu", 0.1)
            for line in DRAWN:
                self.maybe(line, 0.3)

    def flat(self) -> int:
        """Flatten and up to three dense layers; gives the number of classes."""
        self.lines.append("flatten")
        values = self.shape[0] * self.shape[1] * self.shape[2]
        for _ in range(self.draw.randint(0, 2)):
            values = self.draw.randint(1, 33)
            self.dense(values)
            self.maybe("relu", 0.8)
        weights = any(line.startswith(("conv2d", "dense")) for line in self.lines)
        dense = self.lines[-1] != "flatten" or self.shape[:2] == (1, 1)
        if values > 33 or not weights or not dense or self.draw.random() < 0.9:
            values = self.draw.randint(2, 33)
            self.dense(values)
        return values

    def dense(self, outputs: int):
        """A dense layer."""
        bias = " bias off" if self.draw.random() < 0.15 else ""
        self.lines.append(f"dense {outputs}{bias}")


def draw_images(draw: random.Random, shape: tuple) -> numpy.ndarray:
    """Noise, or noise on a uniform ground, which gives pools ties and makes paddings show."""
    numbers = numpy.random.default_rng(draw.getrandbits(32))
    images = numbers.integers(0, 256, shape, numpy.uint8)
    if draw.random() < 0.5:
        ground = draw.choice((0, 0, 255, 128))
        images[numbers.random(shape) < draw.random()] = ground
    return images


def draw_network(seed: int) -> Sample:
    """The network of this number."""
    draw = random.Random(seed)
    text = Text(draw)
    height, width, _ = text.shape
    text.spatial()
    classes = text.flat()
    batch = draw.randint(1, 17)
    labels = numpy.array([draw.randrange(classes) for _ in range(batch)], numpy.uint8)
    return Sample(seed, "\n".join(text.lines) + "\n", draw_images(draw, (batch, height, width)),
                  labels, round(draw.uniform(0, 0.6), 4), round(draw.uniform(0.1, 1), 4),
                  draw.choice(ALL_RECIPES), draw.random() < 0.5)
