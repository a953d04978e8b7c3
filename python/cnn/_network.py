"""A network: an input shape and a list of layers, from its text."""

from __future__ import annotations

from os import PathLike
from typing import Any, Union

from ._library import Owner, encode, ffi, lib, listed, read, text
from ._record import Record


class Layer(Record):
    """A layer and the shape of its output, for one image.

    A flat output has height and width 1 and `channels` values. kernel, stride and pad are (height,
    width), 0 for a layer without them.
    """

    name: str
    text: str
    kind: str
    height: int
    width: int
    channels: int
    flat: bool
    parameters: int
    multiply_adds: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]

    @property
    def shape(self) -> tuple[int, ...]:
        """(height, width, channels), or (values,) of a flat output."""
        return (self.channels,) if self.flat else (self.height, self.width, self.channels)


class Gradient(Record):
    """One gradient of one layer beside central differences: a row of a gradient check."""

    layer: str
    gradient: str
    elements: int
    checked: int
    skipped: int
    error: float
    element: int
    analytic: float
    numeric: float


class GradientCheck(Record):
    """The result of a gradient check: its rows, and the largest relative error of all."""

    _long = ("rows",)
    rows: list[Gradient]
    worst: float

    @property
    def right(self) -> bool:
        """Whether every gradient is right: the worst error is at most 1e-6."""
        return bool(self.worst <= lib.CNN_GRADCHECK_LIMIT)

    def __str__(self) -> str:
        lines = [f"{'layer':10} {'':3} {'checked':>9} {'error':>9}"]
        for row in self.rows:
            wrong = "" if row.error <= lib.CNN_GRADCHECK_LIMIT else "  wrong"
            lines.append(
                f"{row.layer:10} {row.gradient:3} {row.checked:9,} {row.error:9.1e}{wrong}"
            )
        return "\n".join(lines)


class Network:
    """A network from its text, one layer a line:

        input 28x28x1                 height x width x channels
        conv2d 16 3x3 pad 1           also: stride 2 or 2x1, pad 1x0, bias off
        relu
        maxpool2d 2
        flatten
        dense 10

    Layers are named after kind and number: conv1 relu1 pool1 conv2 ... flatten1 fc1 fc2. Softmax
    with cross-entropy follows the last layer. Raises Error with line and column.
    """

    def __init__(self, text: str) -> None:
        encoded = text.encode()
        self._owner = Owner(lib.cnn_network_free, lib.cnn_network_parse, encoded, len(encoded))

    @classmethod
    def load(cls, path: Union[str, PathLike[str]]) -> Network:
        """From a file with such a text (networks/simple.net)."""
        return cls._own(Owner(lib.cnn_network_free, lib.cnn_network_load, encode(path)))

    @classmethod
    def _own(cls, owner: Owner) -> Network:
        network = cls.__new__(cls)
        network._owner = owner
        return network

    @classmethod
    def _copy(cls, pointer: Any) -> Network:
        return cls._own(Owner(lib.cnn_network_free, lib.cnn_network_copy, pointer))

    @property
    def text(self) -> str:
        """The text in its canonical form, from which Network() makes the same network."""
        size = lib.cnn_network_text(self._owner.pointer, ffi.NULL, 0) + 1
        written = ffi.new("char[]", size)
        lib.cnn_network_text(self._owner.pointer, written, size)
        return text(written) or ""

    @property
    def layers(self) -> list[Layer]:
        """The input, then the layers in order."""
        return listed(
            lib.cnn_network_layer_at,
            self._owner.pointer,
            struct=ffi.new("cnn_layer_info *"),
            make=lambda info: read(Layer, info),
        )

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of an image."""
        image = self.layers[0]
        return image.height, image.width, image.channels

    @property
    def parameter_count(self) -> int:
        """Numbers that training changes."""
        return int(lib.cnn_network_parameter_count(self._owner.pointer))

    @property
    def class_count(self) -> int:
        """Outputs of the last layer."""
        return int(lib.cnn_network_class_count(self._owner.pointer))

    def gradcheck(
        self,
        *,
        batch_size: int = 2,
        seed: int = 1,
        samples: int = 200,
        layer: str | None = None,
        mistake: str | None = None,
    ) -> GradientCheck:
        """Checks the gradients of every layer against central differences, in double precision.

        At most `samples` elements of each gradient are checked, all with 0. To see it fail, name a
        mistake of cnn.mistakes(), or a layer whose gradients are then off by a thousandth.
        """
        from ._checks import gradcheck

        return gradcheck(self, batch_size, seed, samples, layer, mistake)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        rows = [f"{'layer':10} {'':26} {'output':>12} {'parameters':>11} {'multiply-adds':>14}"]
        for layer in self.layers:
            shape = "x".join(map(str, layer.shape))
            rows.append(
                f"{layer.name:10} {layer.text:26} {shape:>12} {layer.parameters:11,}"
                f" {layer.multiply_adds:14,}"
            )
        return "\n".join([*rows, f"{self.parameter_count:,} parameters"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> tuple[Any, ...]:
        return Network, (self.text,)
