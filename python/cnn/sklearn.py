"""Classifier, an estimator that follows scikit-learn's conventions."""

from __future__ import annotations

import math
from typing import Any, Optional

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ._data import Dataset
from ._model import Model
from ._network import Network


class Classifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A convolutional network as an estimator: fit, predict, predict_proba, score, pickling.

    X is [n][features], or images [n][height][width] or [n][height][width][channels]. Data sets of
    the library hold bytes: the range of the training X is mapped to 0..255 and kept, so that values
    beyond it count as its ends.

    network      a text, or its layers without `input` and the last `dense`, which then follow from
                 the data; None: a small one that fits
    image_shape  (height, width, channels) of a row of X; None: a square of one channel, if the
                 number of features is one, else a vector
    optimizer, lr, schedule, epochs, batch_size, progress  as in Model and Model.fit()
    random_state seeds the first weights and the order; threads never changes a result
    """

    def __init__(
        self,
        network: Optional[str] = None,
        *,
        image_shape: Optional[tuple[int, int, int]] = None,
        epochs: int = 20,
        optimizer: Any = "adam",
        lr: Optional[float] = None,
        schedule: Any = "constant",
        batch_size: int = 32,
        random_state: Any = 1,
        threads: int = 1,
        progress: bool = False,
    ) -> None:
        self.network = network
        self.image_shape = image_shape
        self.epochs = epochs
        self.optimizer = optimizer
        self.lr = lr
        self.schedule = schedule
        self.batch_size = batch_size
        self.random_state = random_state
        self.threads = threads
        self.progress = progress

    def fit(self, X: ArrayLike, y: ArrayLike) -> Classifier:
        """Trains on X and the classes y."""
        rows, targets = validate_data(self, X, y, allow_nd=True, dtype=np.float64)
        check_classification_targets(targets)
        self.classes_, labels = np.unique(targets, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("y has one class: a classifier needs at least 2 classes")
        self.image_shape_ = self._find_shape(rows)
        self.range_ = (float(rows.min()), float(rows.max()))
        data = Dataset(self._pixels(rows), labels, classes=len(self.classes_))
        seed = int(check_random_state(self.random_state).randint(1, 2**31 - 1))
        self.model_ = Model(
            self._find_network(),
            data,
            batch_size=min(self.batch_size, len(data)),
            seed=seed,
            threads=self.threads,
            every_layer=False,
        )
        self.history_ = self.model_.fit(
            data,
            epochs=self.epochs,
            optimizer=self.optimizer,
            lr=self.lr,
            schedule=self.schedule,
            seed=seed,
            progress=self.progress,
        )
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities [n][classes], in the order of classes_."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, allow_nd=True, dtype=np.float64)
        found = self.model_.predict(self._pixels(rows)).astype(np.float64)
        probabilities: NDArray[np.float64] = found / found.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The likeliest class of each row."""
        check_is_fitted(self)
        found: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return found

    def _find_shape(self, X: NDArray[Any]) -> tuple[int, int, int]:
        if X.ndim > 2:
            return X.shape[1], X.shape[2], math.prod(X.shape[3:])
        features = X.shape[1]
        if self.image_shape is not None:
            if math.prod(self.image_shape) != features:
                raise ValueError(f"image_shape {self.image_shape} for {features} features")
            return self.image_shape
        side = math.isqrt(features)
        return (side, side, 1) if side * side == features else (1, 1, features)

    def _find_network(self) -> Network:
        layers = self.network
        if layers is None:
            large = min(self.image_shape_[:2]) >= 8
            convolution = "conv2d 16 3x3 pad 1\nrelu\nmaxpool2d 2\n" if large else ""
            layers = f"{convolution}flatten\ndense 64\nrelu"
        if layers.lstrip().startswith("input"):
            return Network(layers)
        size = "x".join(map(str, self.image_shape_))
        return Network(f"input {size}\n{layers}\ndense {len(self.classes_)}\n")

    def _pixels(self, X: NDArray[Any]) -> NDArray[np.uint8]:
        low, high = self.range_
        scaled = (X - low) * (255 / (high - low) if high > low else 0.0)
        return scaled.clip(0, 255).round().astype(np.uint8).reshape(-1, *self.image_shape_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
