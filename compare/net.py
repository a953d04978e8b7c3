"""Networks of cnn.c in PyTorch.

build() turns the text of a networks/*.net file into a torch.nn.Module whose layers have the names
that cnn.c gives them (conv1, relu1, pool1, flatten1, fc1, ...), in the same order. Its state_dict
therefore has the names and layouts of the files that cnn.c reads and writes, and load_state_dict
takes them as they are. Defaults are the same: stride 1 for a convolution, the window for a pool, no
padding, a bias.
"""

import re
from pathlib import Path
from typing import Callable, NamedTuple

import torch
from torch import nn


class Network(nn.Sequential):
    """The layers by name, and input_shape: (channels, height, width), or (values,) of a vector."""

    def __init__(self, input_shape: tuple[int, ...]):
        super().__init__()
        self.input_shape = input_shape

    @property
    def classes(self) -> int:
        """Outputs of the last layer."""
        return shape_after(self)[-1]


def load(path) -> Network:
    """The network of a text file, with PyTorch's own first weights."""
    return build(Path(path).read_text(encoding="utf-8"))


def build(text: str) -> Network:
    """The network of a text. ValueError with the line's number if it is not understood."""
    net, shape, counts = None, (), {}
    lines = [line.split("#")[0].split() for line in text.splitlines()]
    for number, words in enumerate(lines, 1):
        line = " ".join(words)
        if not words:
            continue
        if net is not None and words[0] not in LAYERS:
            raise ValueError(f"line {number}: {line}: {without_counterpart([words[0]])}")
        try:
            if net is None:
                net = Network(read_input(words, wants_image(lines[number:])))
                shape = net.input_shape
                continue
            prefix, layer = LAYERS[words[0]].prefix, LAYERS[words[0]].module(words, shape)
            shape = shape_after(layer, shape)
        except (KeyError, IndexError, ValueError, RuntimeError) as reason:
            raise ValueError(f"line {number}: {line}: {reason}") from reason
        counts[prefix] = counts.get(prefix, 0) + 1
        net.add_module(f"{prefix}{counts[prefix]}", layer)
    if not net:
        raise ValueError("no network in this text")
    return net


def wants_image(lines: list[list[str]]) -> bool:
    """Whether the first of these layers that depends on the shape takes an image."""
    words = [line[0] for line in lines if line and line[0] not in ("relu", "leakyrelu")]
    return bool(words) and words[0] in ("conv2d", "maxpool2d", "avgpool2d")


def read_input(words: list[str], image: bool) -> tuple[int, ...]:
    """input HEIGHTxWIDTH[xCHANNELS] as (channels, height, width); 1x1xVALUES is a vector unless a
    layer takes an image."""
    if words[0] != "input" or len(words) != 2:
        raise ValueError("the input must come first")
    sizes = [int(size) for size in words[1].split("x")]
    channels = sizes[2] if len(sizes) > 2 else 1
    return (channels,) if sizes[:2] == [1, 1] and not image else (channels, sizes[0], sizes[1])


def read_options(words: list[str]) -> dict[str, str]:
    """Words in pairs: stride 2 pad 1x0."""
    if len(words) % 2:
        raise ValueError(f"{words[-1]} has no value")
    return dict(zip(words[::2], words[1::2]))


def pair(text: str) -> tuple[int, int]:
    """3x2, or 3 for 3x3."""
    sizes = [int(size) for size in text.split("x")]
    return (sizes[0], sizes[-1])


def shape_after(layer: nn.Module, shape: tuple = ()) -> tuple:
    """The shape of one image after a layer, or after a whole network."""
    image = torch.zeros(1, *(shape or layer.input_shape))
    with torch.no_grad():
        return tuple(layer(image).shape[1:])


def conv2d(words: list[str], shape: tuple) -> nn.Module:
    """Channels and kernel, then options."""
    options = read_options(words[3:])
    return nn.Conv2d(shape[0], int(words[1]), pair(words[2]),
                     stride=pair(options.get("stride", "1")), padding=pair(options.get("pad", "0")),
                     bias=options.get("bias", "on") == "on")


def maxpool2d(words: list[str], _shape: tuple) -> nn.Module:
    """The window, then options."""
    options = read_options(words[2:])
    return nn.MaxPool2d(pair(words[1]), stride=pair(options.get("stride", words[1])))


def avgpool2d(words: list[str], shape: tuple) -> nn.Module:
    """The window or global, then options."""
    window = shape[1:] if words[1] == "global" else pair(words[1])
    stride = read_options(words[2:]).get("stride")
    return nn.AvgPool2d(window, stride=pair(stride) if stride else window)


def leakyrelu(words: list[str], _shape: tuple) -> nn.Module:
    """The slope."""
    return nn.LeakyReLU(float(words[1]) if len(words) > 1 else 0.01)


def dense(words: list[str], shape: tuple) -> nn.Module:
    """Outputs, then options."""
    options = read_options(words[2:])
    return nn.Linear(shape[0], int(words[1]), bias=options.get("bias", "on") == "on")


class Layer(NamedTuple):
    """PyTorch's equivalent of a kind of layer.

    `module` makes it of the words of its line and the shape that reaches it. `drawn`: a line that
    keeps the shape, which random networks then have here and there (parity_random.py)."""

    prefix: str
    module: Callable[[list[str], tuple], nn.Module]
    drawn: str = ""


LAYERS = {
    "conv2d": Layer("conv", conv2d),
    "relu": Layer("relu", lambda words, shape: nn.ReLU()),
    "leakyrelu": Layer("leaky", leakyrelu, drawn="leakyrelu 0.1"),
    "maxpool2d": Layer("pool", maxpool2d),
    "avgpool2d": Layer("avgpool", avgpool2d),
    "flatten": Layer("flatten", lambda words, shape: nn.Flatten()),
    "dense": Layer("fc", dense),
}


def without_counterpart(words: list[str]) -> str:
    """Why these layers cannot be compared."""
    return f"no layer of PyTorch for {', '.join(words)}: LAYERS in compare/net.py needs a row"


def unseen(table: Path) -> list[str]:
    """Words of the library's layer table (src/network/layers.c) that LAYERS has no row for."""
    words = re.findall(r'\.word = "(\w+)"', table.read_text(encoding="utf-8"))
    return [word for word in words if word not in LAYERS]
