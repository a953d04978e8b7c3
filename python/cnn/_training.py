"""Training: single steps with a trainer, whole runs with progress and callbacks."""

from __future__ import annotations

import importlib
import math
import warnings
from typing import Any, Callable, Optional

import numpy as np
from numpy.typing import NDArray

from ._data import Dataset
from ._library import (
    Callback,
    Error,
    NoTensor,
    Owner,
    encode,
    ffi,
    lib,
    raise_error,
    read,
    tensor_names,
    tensor_view,
)
from ._options import Optimizer, Schedule
from ._record import Record


class Epoch(Record):
    """One epoch of training. Losses and accuracies without images to measure them are NaN."""

    seconds: float
    train_loss: float
    validation_loss: float
    validation_accuracy: float
    test_loss: float
    test_accuracy: float
    best: bool


class Score(Record):
    """How well a model reads a data set. confusion[true][predicted] counts images."""

    _long = ("confusion",)
    images: int
    correct: int
    loss: float
    accuracy: float
    confusion: NDArray[np.int64]


class Progress(Record):
    """Where a run is: after a step, or with `finished` at the end of an epoch (from 0)."""

    epoch: int
    epochs: int
    images: int
    total: int
    loss: float
    seconds: float
    finished: Optional[Epoch] = None


ProgressCallback = Callable[[Progress], Optional[bool]]


def check_free(model: Owner) -> None:
    """Refuses to change a model's parameters from a callback of its own training."""
    if model.training:
        raise Error("the model is being trained: a callback may only look at it")


class Trainer:
    """The state of an optimizer for one model: trainer.step() is one step of training.

    trainer["conv1.weight.exp_avg"] is a view of what the rule keeps for each parameter.
    """

    def __init__(
        self, model: Any, optimizer: Optimizer = Optimizer(), schedule: Optional[Schedule] = None
    ) -> None:
        self._model: Owner = model._owner
        check_free(self._model)
        self.optimizer = optimizer
        rates = ffi.new("cnn_optimizer *")
        optimizer._fill(rates)
        plan = ffi.NULL
        if schedule is not None:
            plan = ffi.new("cnn_schedule *")
            schedule._fill(plan)
        with self._model.lock:
            self._owner = Owner(
                lib.cnn_trainer_free, lib.cnn_trainer_create, self._model.pointer, rates, plan
            )

    def step(self) -> float:
        """Forward pass, loss, backward pass and update for the model's batch. Returns the loss
        before the update; NaN, and no step, without a batch with labels."""
        with self._model.lock:
            check_free(self._model)
            self._model.moved = True
            return float(lib.cnn_train_step(self._owner.pointer))

    def update(self) -> None:
        """Moves the parameters against the gradients that the model has now."""
        with self._model.lock:
            check_free(self._model)
            self._model.moved = True
            lib.cnn_trainer_update(self._owner.pointer)

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        with self._model.lock:
            return int(lib.cnn_trainer_get_info(self._owner.pointer).step)

    @property
    def lr(self) -> float:
        """The rate of the last step, or of the first before it."""
        with self._model.lock:
            return float(lib.cnn_trainer_get_info(self._owner.pointer).rates.lr)

    def names(self) -> list[str]:
        """The names of what the rule keeps."""
        return tensor_names(lib.cnn_trainer_tensor_at, self._owner.pointer)

    def __getitem__(self, name: str) -> NDArray[Any]:
        tensor, error = ffi.new("cnn_tensor *"), ffi.new("cnn_error *")
        if not lib.cnn_trainer_tensor(self._owner.pointer, encode(name), tensor, error):
            raise_error(error, NoTensor)
        return tensor_view(self._owner, tensor, True)


# ------------------------------------------------------------------------------ showing progress


class EpochLines:
    """A line for each epoch."""

    def __call__(self, progress: Any) -> None:
        if progress.finished != ffi.NULL:
            print(_line(progress), flush=True)

    def close(self) -> None:
        pass


class Bars:
    """A bar of tqdm for each epoch."""

    def __init__(self, tqdm: Any) -> None:
        self.tqdm = tqdm
        self.bar: Any = None

    def __call__(self, progress: Any) -> None:
        if self.bar is None:
            label = f"epoch {progress.epoch + 1}/{progress.epochs}"
            self.bar = self.tqdm(total=progress.total, desc=label, unit=" images")
        self.bar.update(progress.images - self.bar.n)
        if progress.finished != ffi.NULL:
            self.bar.set_postfix_str(_figures(progress))
            self.close()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        self.bar = None


def _figures(progress: Any) -> str:
    epoch = progress.finished
    figures = [f"loss {epoch.train_loss:.4f}"]
    if not math.isnan(epoch.validation_accuracy):
        figures.append(f"validation {100 * epoch.validation_accuracy:.2f} %")
    if not math.isnan(epoch.test_accuracy):
        figures.append(f"test {100 * epoch.test_accuracy:.2f} % right")
    return ", ".join(figures)


def _line(progress: Any) -> str:
    label = f"epoch {progress.epoch + 1}/{progress.epochs}"
    return f"{label}: {progress.finished.seconds:.2f} s, {_figures(progress)}"


def _shown() -> Any:
    """Bars if tqdm is installed, else lines."""
    try:
        with warnings.catch_warnings():
            # Without widgets a notebook gets bars of text, which is fine.
            warnings.simplefilter("ignore")
            return Bars(importlib.import_module("tqdm.auto").tqdm)
    except ImportError:
        return EpochLines()


# ------------------------------------------------------------------------------------ whole runs


class Run:
    """What happens after each step of one call of fit()."""

    def __init__(self, show: bool, callback: Optional[ProgressCallback]) -> None:
        self.shown = _shown() if show else None
        self.callback = callback
        self.finished = 0

    def close(self) -> None:
        if self.shown:
            self.shown.close()

    def __call__(self, progress: Any) -> Optional[bool]:
        epoch = None
        if progress.finished != ffi.NULL:
            self.finished = progress.epoch + 1
            epoch = read(Epoch, progress.finished) if self.callback else None
        if self.shown:
            self.shown(progress)
        return self.callback(read(Progress, progress, finished=epoch)) if self.callback else None


def fit(
    model: Any,
    train: Dataset,
    test: Optional[Dataset],
    settings: dict[str, Any],
    optimizer: Optimizer,
    schedule: Schedule,
    show: bool,
    callback: Optional[ProgressCallback],
) -> list[Epoch]:
    """Trains, and returns the epochs finished; all of them unless the callback stopped it."""
    options = ffi.new("cnn_train_options *", lib.cnn_train_options_defaults())
    for name, value in settings.items():
        setattr(options, name, value)
    optimizer._fill(options.optimizer)
    schedule._fill(options.schedule)
    run = Run(show, callback)
    called = Callback(run)
    options.progress = lib.cnn_python_progress
    options.context = called.context
    history = ffi.new("cnn_epoch[]", settings["epochs"])
    error = ffi.new("cnn_error *")
    owner, tested = model._owner, test._owner.pointer if test is not None else ffi.NULL
    with owner.lock:
        check_free(owner)
        owner.training = True
        try:
            trained = lib.cnn_train(
                owner.pointer, train._owner.pointer, tested, options, history, error
            )
        finally:
            owner.training = False
            run.close()
    called.check()
    if not trained and error.status != lib.CNN_STATUS_STOPPED:
        raise_error(error)
    return [read(Epoch, history[index]) for index in range(run.finished)]


def image_rows(images: NDArray[Any], shape: tuple[int, int, int]) -> tuple[NDArray[Any], bool]:
    """Images as [n][h][w][c], and whether it was a single one without the first index."""
    height, width, channels = shape
    forms = [(height, width, channels), (height * width * channels,)]
    if channels == 1:
        forms.append((height, width))
    for form in forms:
        if images.shape == form:
            return images.reshape(1, *shape), True
        if images.shape[1:] == form:
            return images.reshape(-1, *shape), False
    raise ValueError(
        f"images of shape {images.shape}; [n][{height}][{width}][{channels}] is needed"
        + (": channels come last" if channels in images.shape[-3:-1] else "")
    )
