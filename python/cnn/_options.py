"""Settings: how a model computes, and what an update rule and a schedule of its rate need."""

from __future__ import annotations

from typing import Any, Optional, Union

from ._library import call, encode, ffi, fill, lib
from ._record import Record


class Execution(Record):
    """How a model computes; no file keeps it."""

    batch_size: int = 64
    threads: int = 0
    every_layer: bool = True
    input_gradient: bool = False
    backend: Optional[str] = None

    def options(self, **more: Any) -> tuple[Any, list[Any]]:
        """The options of a model, and the texts that must be kept as long as C reads them."""
        options = ffi.new("cnn_model_options *", lib.cnn_model_options_defaults())
        settings = {**vars(self), **more}
        backend, mistake = settings.pop("backend"), settings.pop("mistake", None)
        words = (backend, mistake)
        kept = [ffi.new("char[]", encode(word)) if word else ffi.NULL for word in words]
        fill(options, **settings, backend=kept[0])
        if mistake:
            call(lib.cnn_mistake_make, kept[1], options, ffi.NULL, ffi.NULL)
        return options, kept


class Optimizer(Record):
    """An update rule and its rates, as PyTorch defines them.

    kind is "adam", "adamw" or "sgd"; lr None means 0.01 for sgd and 0.001 for the others, as
    `cnn train` has it. momentum and nesterov are of sgd, betas and epsilon of the others.
    """

    kind: str = "adam"
    lr: Optional[float] = None
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    @property
    def rate(self) -> float:
        """lr, or the default of the kind."""
        return self.lr if self.lr is not None else 0.01 if self.kind == "sgd" else 0.001

    @classmethod
    def of(cls, optimizer: OptimizerLike, lr: Optional[float] = None) -> Optimizer:
        """An optimizer as it is or by its kind; lr, if given, is its rate."""
        made = optimizer if isinstance(optimizer, cls) else cls(str(optimizer))
        return made if lr is None else cls(**{**vars(made), "lr": lr})

    def _fill(self, struct: Any) -> None:
        fill(struct, **{**vars(self), "lr": self.rate})


class Schedule(Record):
    """How the rate changes from step to step: "constant", "step", "cosine" or "onecycle".

    total_steps and step_size 0 mean, in Model.fit(), the steps of the run and of one epoch.
    """

    kind: str = "constant"
    total_steps: int = 0
    step_size: int = 0
    gamma: float = 0.1
    min_lr: float = 0.0
    warmup: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4
    base_momentum: float = 0.85
    max_momentum: float = 0.95

    @classmethod
    def of(cls, schedule: ScheduleLike) -> Schedule:
        """A schedule as it is, or by its kind."""
        return schedule if isinstance(schedule, cls) else cls(str(schedule))

    def _fill(self, struct: Any) -> None:
        fill(struct, **vars(self))


OptimizerLike = Union[Optimizer, str]
ScheduleLike = Union[Schedule, str]
