"""The gradient check and the doctor."""

from __future__ import annotations

import math
from typing import Any, Optional

from ._data import Dataset
from ._library import Callback, Owner, encode, ffi, fill, lib, listed, raise_error, read, text
from ._network import Gradient, GradientCheck, Network
from ._options import Optimizer
from ._record import Record


def gradcheck(
    network: Network,
    batch_size: int,
    seed: int,
    samples: int,
    layer: Optional[str],
    mistake: Optional[str],
) -> GradientCheck:
    """Network.gradcheck()."""
    options = ffi.new("cnn_gradcheck_options *", lib.cnn_gradcheck_options_defaults())
    kept = [ffi.new("char[]", encode(name)) if name else ffi.NULL for name in (layer, mistake)]
    fill(options, batch_size=batch_size, seed=seed, samples=samples)
    fill(options, debug_break_layer=kept[0], debug_mistake=kept[1])
    rows: list[Gradient] = []
    called = Callback(lambda row: rows.append(read(Gradient, row)))
    worst, error = ffi.new("double *"), ffi.new("cnn_error *")
    done = lib.cnn_gradcheck(
        network._owner.pointer, options, lib.cnn_python_row, called.context, worst, error
    )
    called.check()
    if not done:
        raise_error(error)
    return GradientCheck(rows, worst[0])


class Finding(Record):
    """What one check of the doctor found: "ok", "warn" (may cost accuracy or time) or "fail"."""

    _long = ("numbers",)
    code: str
    layer: str
    verdict: str
    text: str
    advice: str
    setting: str
    suggested: Optional[float]
    numbers: dict[str, float]


class Diagnoses(Record):
    """What the doctor found, in order, and the most likely cause of what is wrong, or None."""

    _long = ("findings",)
    findings: list[Finding]
    cause: Optional[Finding]

    @property
    def healthy(self) -> bool:
        """Whether every check is ok."""
        return self.cause is None

    def __str__(self) -> str:
        words = {"ok": "healthy", "warn": "look", "fail": "ill"}
        lines = [
            f"{words[each.verdict]:8} {each.code:14} {each.text}"
            for each in self.findings
        ]
        if self.cause:
            lines.append(f"\nmost likely cause ({self.cause.code}): {self.cause.advice}")
        return "\n".join(lines)


def _finding(struct: Any) -> Finding:
    """A tab of the library's texts is a space that should not end a line."""
    numbers = {ffi.string(n.name).decode(): n.value for n in struct.numbers if n.name != ffi.NULL}
    return read(
        Finding,
        struct,
        text=(text(struct.text) or "").replace("\t", " "),
        advice=(text(struct.advice) or "").replace("\t", " "),
        suggested=None if math.isnan(struct.suggested) else struct.suggested,
        numbers=numbers,
    )


def doctor(
    network: Network,
    train: Dataset,
    optimizer: Optimizer,
    model: Optional[Any],
    settings: dict[str, Any],
) -> Diagnoses:
    """Examines a network, or a model with its weights."""
    options = ffi.new("cnn_doctor_options *", lib.cnn_doctor_options_defaults())
    optimizer._fill(options.optimizer)
    fill(options.model, **settings)
    if model is not None:
        fill(options.model, batch_size=model.batch_size, threads=model.threads)
    else:
        options.model.normalization = train.normalization
    trained = model._owner.pointer if model is not None else ffi.NULL
    create = (lib.cnn_doctor_create, network._owner.pointer, trained, train._owner.pointer)
    if model is not None:
        with model._owner.lock:
            owner = Owner(lib.cnn_doctor_free, *create, options)
    else:
        owner = Owner(lib.cnn_doctor_free, *create, options)
    owner.call(lib.cnn_doctor_examine)
    finding = ffi.new("cnn_finding *")
    found = listed(lib.cnn_doctor_finding_at, owner.pointer, struct=finding, make=_finding)
    ill = lib.cnn_doctor_cause(owner.pointer, finding)
    return Diagnoses(found, _finding(finding) if ill else None)
