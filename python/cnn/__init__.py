"""A convolutional neural network written by hand in C, with every number inside at hand.

    import cnn

    train = cnn.Dataset.idx("data/mnist", "train")
    test = cnn.Dataset.idx("data/mnist", "test")
    model = cnn.Model(cnn.Network.load("networks/simple.net"), train)
    model.fit(train, test, epochs=5)
    model.save("simple.safetensors")            # the bytes that `cnn train` writes
    model.predict(test.images[0]).argmax()      # 7

Network   layers from a text, and the gradient check
Dataset   images with labels: arrays, IDX files, folders of PNGs
Model     passes, training, prediction; parameters, gradients and activations as NumPy views
Trainer   single steps, with the optimizer's state
Optimizer, Schedule   settings of training
check, exercises   is a layer that you wrote in NumPy right, and which mistake is it if not?
doctor, mistakes, cases, diagnose   why does it not learn, and which mistake is it?
Classifier   an estimator of scikit-learn, which is imported only for it
Error     what the library refuses, in its words

Numbers are those of the command and of C, bit for bit. docs/python.md has more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._checks import Diagnoses, Finding
from ._data import Data, Dataset
from ._explain import Slope, Sum
from ._library import Error, NoTensor
from ._library import lib as _lib
from ._library import text as _text
from ._mistakes import Case, Diagnosis, Mistake, cases, diagnose, mistakes
from ._model import Model
from ._network import Gradient, GradientCheck, Layer, Network
from ._options import Optimizer, OptimizerLike, Schedule
from ._record import Record
from ._tensors import Tensors
from ._training import Epoch, Progress, Score, Trainer
from ._workshop import Attempt, Exercise, Function, Part, check, exercises

if TYPE_CHECKING:
    from .sklearn import Classifier

__version__ = _text(_lib.cnn_version())


def doctor(
    network: Network,
    train: Data,
    *,
    optimizer: OptimizerLike = "adam",
    lr: Optional[float] = None,
    batch_size: int = 64,
    seed: int = 1,
    init: str = "pytorch",
) -> Diagnoses:
    """Why does a network not learn? Examines images, first weights, a short training and the
    settings, in some seconds; print() shows the findings and the most likely cause."""
    from ._checks import doctor as examine

    settings = {"batch_size": batch_size, "seed": seed, "init": init}
    return examine(network, Dataset.of(train), Optimizer.of(optimizer, lr), None, settings)


__all__ = [
    "Network",
    "Dataset",
    "Model",
    "Trainer",
    "Optimizer",
    "Schedule",
    "Classifier",
    "check",
    "exercises",
    "doctor",
    "mistakes",
    "cases",
    "diagnose",
    "Error",
    "NoTensor",
    "Layer",
    "Epoch",
    "Progress",
    "Score",
    "Gradient",
    "GradientCheck",
    "Sum",
    "Slope",
    "Finding",
    "Diagnoses",
    "Mistake",
    "Case",
    "Diagnosis",
    "Exercise",
    "Function",
    "Attempt",
    "Part",
]

# So that help() and messages have the names under which programs know them.
for _name in (*__all__, "Tensors", "Record"):
    if _name != "Classifier":
        globals()[_name].__module__ = __name__


def __getattr__(name: str) -> Any:
    if name == "Classifier":
        from .sklearn import Classifier

        return Classifier
    raise AttributeError(f"module 'cnn' has no attribute {name!r}")
