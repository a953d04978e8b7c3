"""The catalog of classic mistakes, cases that distinguish them, and the diagnosis of own layers."""

from __future__ import annotations

from typing import Any, Callable, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ._library import (
    FLOAT32,
    Owner,
    encode,
    ffi,
    lib,
    listed,
    plain,
    raise_error,
    read,
    text,
    view,
)
from ._record import Record


class Mistake(Record):
    """A classic mistake, which Model(mistake=...) and gradcheck(mistake=...) make on purpose.

    family is "silent" (it learns about as well), "slow", "dead", "elsewhere" (not the gradient) or
    "latent". red lists the gradients that a gradient check finds wrong, was and has the line of
    the book and what the mistake has in its place.
    """

    name: str
    family: str
    text: str
    seen: str
    red: str
    needs: str
    was: str
    has: str


def mistakes() -> list[Mistake]:
    """All of the catalog."""
    return listed(lib.cnn_mistake_at, struct=ffi.new("cnn_mistake_info *"), make=_mistake)


def _mistake(info: Any) -> Mistake:
    edits = [info.edits[index] for index in range(info.edit_count)]
    was = "\n".join(text(edit.was) or "" for edit in edits)
    has = "\n".join(text(edit.has) or "" for edit in edits)
    return read(Mistake, info, was=was, has=has)


class Case:
    """A small problem for a backward pass, for diagnose().

    Case("conv2d 3 3x2 pad 1", images=2, shape=(5, 5, 2)) has the arrays x[n][h][w][c], weight,
    bias and dy (None if the layer has none), for softmax labels; dx, dw and db are to be filled
    in: dense views, last index fastest. A gradient that stays NaN is not answered.
    """

    def __init__(
        self, layer: str, *, images: int, shape: tuple[int, int, int], seed: int = 1
    ) -> None:
        kept = ffi.new("char[]", encode(layer))
        wanted = ffi.new("cnn_case_shape *", (kept, images, *shape))
        self.text = layer
        self._owner = Owner(lib.cnn_case_free, lib.cnn_case_create, wanted, seed)
        info = self._info = lib.cnn_case_get_info(self._owner.pointer)
        pair = ffi.typeof("cnn_pair")
        self.layer: str = text(info.layer) or ""
        self.kernel: tuple[int, int] = plain(info.kernel, pair)
        self.stride: tuple[int, int] = plain(info.stride, pair)
        self.pad: tuple[int, int] = plain(info.pad, pair)
        x = (info.images, info.height, info.width, info.channels)
        y = (info.images, info.out_height, info.out_width, info.outputs)
        weight = (*self.kernel, info.channels, info.outputs)
        if not info.kernel.h:
            weight = (info.weight_count // max(info.outputs, 1), info.outputs)
        self.x, self.dx = self._array("x", x), self._array("dx", x)
        self.dy = self._array("dy", y)
        self.weight, self.dw = self._array("weight", weight), self._array("dw", weight)
        bias = (info.outputs,)
        self.bias, self.db = self._array("bias", bias), self._array("db", bias)
        self.labels: Optional[NDArray[np.uint32]] = None
        if info.labels != ffi.NULL:
            self.labels = view(self._owner, info.labels, (info.images,), "=u4")

    def _array(self, name: str, shape: tuple[int, ...]) -> Any:
        data = getattr(self._info, name)
        return None if data == ffi.NULL else view(self._owner, data, shape, FLOAT32, True)

    def __repr__(self) -> str:
        return f"<Case: {self.text}, x {self.x.shape}>"


def cases(kind: str) -> list[Case]:
    """Cases that distinguish the mistakes of a kind of layer: "conv2d", "dense", "softmax", ..."""
    shape = ffi.new("cnn_case_shape *")
    return listed(lib.cnn_case_shape_at, encode(kind), struct=shape, make=_case)


def _case(shape: Any) -> Case:
    size = (shape.height, shape.width, shape.channels)
    return Case(text(shape.layer) or "", images=shape.images, shape=size)


class Diagnosis(Record):
    """What is wrong with the answers to some cases.

    explanations names the mistakes of the catalog that give exactly these numbers; two names are
    two mistakes together. case is the index of the smallest case that differs, gradient and index
    the first number in it, ours the right one; properties are what the wrong gradient has in
    common with the right one, ratio what one is of the other, or NaN.
    """

    right: bool
    explanations: list[tuple[str, ...]]
    case: int
    gradient: str
    index: tuple[int, ...]
    ours: float
    theirs: float
    properties: list[str]
    ratio: float

    def __str__(self) -> str:
        if self.right:
            return "right: all numbers are the book's"
        known = {mistake.name: mistake.text for mistake in mistakes()}
        place = ", ".join(map(str, self.index))
        lines = [f"{self.gradient}[{place}] is {self.theirs:g} and should be {self.ours:g}"]
        for names in self.explanations:
            lines += [f"{name}: {known[name]}" for name in names]
        if not self.explanations and self.properties:
            lines.append("the wrong gradient is " + ", ".join(self.properties))
        return "\n".join(lines)


_PROPERTIES = {
    "ratio": lib.CNN_PROPERTY_RATIO,
    "transposed": lib.CNN_PROPERTY_TRANSPOSED,
    "shifted": lib.CNN_PROPERTY_SHIFTED,
    "zero where it should not be": lib.CNN_PROPERTY_ZERO,
    "not zero where it should be": lib.CNN_PROPERTY_NOT_ZERO,
    "right but for its borders": lib.CNN_PROPERTY_BORDERS,
    "not finite": lib.CNN_PROPERTY_NOT_FINITE,
}


def diagnose(answered: Sequence[Case]) -> Diagnosis:
    """Which mistake explains the dx, dw and db that were filled into these cases?"""
    found, error = ffi.new("cnn_diagnosis *"), ffi.new("cnn_error *")
    pointers = ffi.new("const cnn_case *[]", [case._owner.pointer for case in answered])
    if not lib.cnn_diagnose(pointers, len(answered), found, error):
        raise_error(error)
    pairs = [found.explanations[index] for index in range(found.explanation_count)]
    named = [tuple(ffi.string(n).decode() for n in pair if n != ffi.NULL) for pair in pairs]
    return Diagnosis(
        bool(found.right),
        named,
        found.case_index,
        text(found.gradient) or "",
        tuple(found.index)[: found.rank] if not found.right else (),
        found.ours,
        found.theirs,
        [name for name, bit in _PROPERTIES.items() if found.properties & bit],
        found.ratio,
    )


Backward = Callable[[Case], None]
