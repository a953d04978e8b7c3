"""Where a number of a model comes from, and what the loss does when it moves."""

from __future__ import annotations

import functools
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ._library import Error, encode, ffi, lib, read, words_of
from ._record import Record


@functools.lru_cache(None)
def term_type() -> np.dtype[Any]:
    """The struct cnn_term as a NumPy type, at the offsets that the compiler chose."""
    kind = ffi.typeof("cnn_term")
    offsets = {name: entry.offset for name, entry in kind.fields}
    types = {name: "f8" if entry.type.cname == "double" else "u8" for name, entry in kind.fields}
    types["note"] = "u4"
    size = ffi.sizeof("size_t")
    types = {name: f"u{size}" if kind_ == "u8" else kind_ for name, kind_ in types.items()}
    return np.dtype(
        {
            "names": list(offsets),
            "formats": list(types.values()),
            "offsets": list(offsets.values()),
            "itemsize": ffi.sizeof("cnn_term"),
        }
    )


class Sum(Record):
    """The sum that makes one number of a model.

    kind says how: "products" adds x y of each term, "maximum" takes the first largest x, ... x is
    of the tensor a, y of b, at the flat indices of the terms. terms is a structured array with the
    fields a, b, x, y, part_sum, sum, part and note (see notes()). value is computed from the
    terms, stored is in the tensor: the same bits. formula is line `line` of the book's `page`.
    """

    _long = ("terms",)
    name: str
    index: tuple[int, ...]
    kind: str
    a: str
    b: str
    start: str
    start_value: float
    count: int
    left_out: int
    zeros: int
    parts: int
    divisor: float
    value: float
    stored: float
    page: str
    line: int
    formula: str
    terms: NDArray[Any]

    def notes(self) -> list[str]:
        """What became of each term: "counts", "zero", "padding", "passed_over", ..."""
        words = words_of(ffi.typeof("cnn_term_note"))
        return [words[int(note)] for note in self.terms["note"]]

    def __str__(self) -> str:
        place = ", ".join(map(str, self.index))
        lines = [f"{self.name}[{place}] = {self.stored:.9g}"]
        if self.formula:
            lines += [f"    {self.formula}    ({self.page}:{self.line})"]
        if self.count:
            lines.append(f"    {self.a:>14} {self.b:>14} {'sum':>14}")
        if self.start:
            lines.append(f"    {self.start:>14} {'':14} {self.start_value:14.7g}")
        rows = [_row(term, note) for term, note in zip(self.terms, self.notes())]
        if len(rows) > 40:
            rows[15:-5] = [f"    ... {len(rows) - 20} more: see terms"]
        return "\n".join(lines + rows)


def _row(term: Any, note: str) -> str:
    shown = "" if note == "counts" else "  " + note.replace("_", " ")
    return f"    {term['x']:14.7g} {term['y']:14.7g} {term['sum']:14.7g}{shown}"


class Slope(Record):
    """The loss beside one number moved by h, and the gradient by backpropagation, in double.

    Above 0 kinks, the quotient mixes two slopes: neither it nor the gradient is wrong then.
    """

    value: float
    h: float
    loss: float
    high: float
    low: float
    quotient: float
    gradient: float
    error: float
    kinks: int
    kink_layer: str


def _flat(model: Any, name: str, index: tuple[int, ...]) -> int:
    shape = model[name].shape
    try:
        return int(np.ravel_multi_index(index, shape))
    except (ValueError, TypeError):
        raise Error(f"no number {index} in {name}, whose shape is {shape}") from None


def explain(model: Any, name: str, index: tuple[int, ...]) -> Sum:
    """Model.explain()."""
    sum_ = ffi.new("cnn_sum *")
    with model._owner.lock:
        flat = _flat(model, name, index)
        model._owner.call(lib.cnn_model_sum, encode(name), flat, sum_, ffi.NULL, 0)
        terms = np.zeros(sum_.count, term_type())
        array = ffi.cast("cnn_term *", ffi.from_buffer(terms)) if len(terms) else ffi.NULL
        model._owner.call(lib.cnn_model_sum, encode(name), flat, sum_, array, len(terms))
    return read(Sum, sum_, name=name, index=tuple(index), terms=terms)


def slope(model: Any, name: str, index: tuple[int, ...], h: float) -> Slope:
    """Model.slope()."""
    found = ffi.new("cnn_slope *")
    with model._owner.lock:
        flat: Optional[int] = _flat(model, name, index)
        model._owner.call(lib.cnn_model_slope, encode(name), flat, h, found)
    return read(Slope, found)
