"""Images with labels: from arrays, IDX files and folders of pictures."""

from __future__ import annotations

import warnings
from os import PathLike
from typing import Any, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._library import Callback, Error, Owner, encode, ffi, fill, lib, text, view

Path = Union[str, "PathLike[str]"]


def as_bytes(images: ArrayLike) -> NDArray[np.uint8]:
    """Images as bytes in rows that follow each other. Refuses what no byte can hold."""
    array = np.asarray(images)
    if array.dtype != np.uint8:
        if array.dtype == bool:
            array = array * np.uint8(255)
        elif array.dtype.kind not in "iu":
            raise Error(f"images of {array.dtype}: bytes from 0 to 255 are needed")
        elif array.size and (array.min() < 0 or array.max() > 255):
            raise Error(f"pixels from {array.min()} to {array.max()}: bytes are needed")
    return np.ascontiguousarray(array, np.uint8)


def as_labels(labels: ArrayLike, images: int) -> NDArray[np.uint32]:
    """Labels as C has them, one for each image."""
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise Error(f"labels of {array.dtype}: whole numbers are needed")
    if array.shape != (images,):
        raise Error(f"labels of shape {array.shape} for {images} images")
    if array.size and (array.min() < 0 or array.max() > 2**32 - 1):
        raise Error(f"labels from {array.min()} to {array.max()}")
    return np.ascontiguousarray(array, np.uint32)


class Dataset:
    """Images of one size as bytes, with a label each.

    Dataset(images, labels) copies arrays: images[n][height][width][channels] or, of gray ones,
    images[n][height][width], and labels[n] from 0. `names` are those of the classes, as many as
    there are; without them `classes` is the largest label plus one.
    data[:1000] is a data set of these images, data[7] a pair (image, label). It never changes.
    """

    def __init__(
        self,
        images: ArrayLike,
        labels: ArrayLike,
        *,
        classes: int = 0,
        names: Optional[Sequence[str]] = None,
    ) -> None:
        pixels = as_bytes(images)
        if pixels.ndim not in (3, 4):
            raise Error(f"images of shape {pixels.shape}: [n][height][width][channels] is needed")
        if not pixels.size:
            raise Error("no images")
        pixels = pixels.reshape(*pixels.shape[:3], -1)
        wanted = as_labels(labels, len(pixels))
        n, height, width, channels = pixels.shape
        count = classes or (len(names) if names is not None else int(wanted.max()) + 1)
        if names is not None and len(names) != count:
            raise Error(f"{len(names)} names for {count} classes")
        info = ffi.new("cnn_dataset_info *", (n, height, width, channels, count))
        owner = Owner(
            lib.cnn_dataset_free,
            lib.cnn_dataset_create,
            info,
            ffi.from_buffer("uint8_t[]", pixels),
            ffi.from_buffer("uint32_t[]", wanted),
        )
        self._own(owner, names)

    def _own(self, owner: Owner, names: Optional[Sequence[str]] = None) -> None:
        self._owner = owner
        self._info = lib.cnn_dataset_get_info(owner.pointer)
        self._names = list(names) if names is not None else None
        self._labels: Optional[NDArray[np.uint32]] = None

    @classmethod
    def _of(cls, owner: Owner, limit: Optional[int] = None) -> Dataset:
        if limit is not None:
            owner.call(lib.cnn_dataset_truncate, limit)
        data = cls.__new__(cls)
        data._own(owner)
        return data

    @classmethod
    def idx(
        cls, folder: Path, split: str = "train", *, classes: int = 0, limit: Optional[int] = None
    ) -> Dataset:
        """From IDX files in a folder, plain or gzip, under MNIST's names or their usual variants.

        split is "train" or "test"; `limit` keeps the first images.
        """
        splits = {"train": lib.CNN_SPLIT_TRAIN, "test": lib.CNN_SPLIT_TEST}
        if split not in splits:
            raise Error(f'no such split: {split!r}; there are "train" and "test"')
        create = lib.cnn_dataset_load
        return cls._of(
            Owner(lib.cnn_dataset_free, create, encode(folder), splits[split], classes), limit
        )

    @classmethod
    def pictures(
        cls,
        folder: Path,
        shape: tuple[int, int, int],
        *,
        names: Optional[Sequence[str]] = None,
        fit: bool = False,
        limit: Optional[int] = None,
        skip_bad: bool = False,
    ) -> Dataset:
        """From a folder that has a sub-folder of PNGs for each class, named after the class.

        They are stretched to `shape` (height, width, channels) or, with `fit`, brought into the
        form of MNIST's digits. A picture that can't be used ends the call; with `skip_bad` it is
        skipped with a warning. Model.pictures() does so as a model needs it.
        """
        options = ffi.new("cnn_pictures *")
        fill(options, height=shape[0], width=shape[1], channels=shape[2])
        if fit:
            fill(options, preprocessing="mnist")
        return cls._pictures(folder, options, names, limit, skip_bad)

    @classmethod
    def _pictures(
        cls,
        folder: Path,
        options: Any,
        names: Optional[Sequence[str]],
        limit: Optional[int],
        skip_bad: bool,
    ) -> Dataset:
        kept = [ffi.new("char[]", encode(name)) for name in names or ()]
        array = ffi.new("const char *[]", kept)
        skip = Callback(_warn_of_skipped)
        if names is not None:
            fill(options, names=array, classes=len(kept))
        if skip_bad:
            fill(options, skip=lib.cnn_python_skip, context=skip.context)
        fill(options, most=limit or 0)
        try:
            owner = Owner(
                lib.cnn_dataset_free, lib.cnn_dataset_load_pictures, encode(folder), options
            )
        finally:
            skip.check()
        return cls._of(owner)

    @classmethod
    def of(cls, data: Data) -> Dataset:
        """A data set as it is, or of a pair (images, labels)."""
        return data if isinstance(data, cls) else cls(*data)  # type: ignore[misc]

    @property
    def images(self) -> NDArray[np.uint8]:
        """images[n][height][width][channels]: the data set's own memory, to read."""
        i = self._info
        pixels = lib.cnn_dataset_image_at(self._owner.pointer, 0)
        return view(self._owner, pixels, (i.images, i.height, i.width, i.channels), "|u1")

    @property
    def labels(self) -> NDArray[np.uint32]:
        """labels[n]."""
        if self._labels is None:
            at, data = lib.cnn_dataset_label_at, self._owner.pointer
            labels = (at(data, index) for index in range(len(self)))
            self._labels = np.fromiter(labels, np.uint32, len(self))
            self._labels.flags.writeable = False
        return self._labels

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of an image."""
        return self._info.height, self._info.width, self._info.channels

    @property
    def classes(self) -> list[str]:
        """The names of the classes; their numbers if they have none."""
        if self._names is not None:
            return list(self._names)
        at, data = lib.cnn_dataset_class_at, self._owner.pointer
        return [text(at(data, index)) or "" for index in range(self._info.classes)]

    @property
    def normalization(self) -> tuple[float, float]:
        """Mean and standard deviation of all pixels from 0 to 1, to four decimals."""
        measured = lib.cnn_dataset_measure(self._owner.pointer)
        return measured.mean, measured.std

    def __len__(self) -> int:
        return int(self._info.images)

    def __getitem__(self, index: Any) -> Any:
        images, labels = self.images[index], self.labels[index]
        if np.ndim(labels) == 0:
            return images, int(labels)
        return Dataset(images, labels, names=self.classes)

    def __repr__(self) -> str:
        size = "x".join(map(str, self.shape))
        return f"<Dataset: {len(self):,} images {size} in {self._info.classes} classes>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (np.array(self.images), np.array(self.labels), self.classes)


Data = Union[Dataset, Tuple[ArrayLike, ArrayLike]]


def _unpickled(images: Any, labels: Any, names: list[str]) -> Dataset:
    return Dataset(images, labels, names=names)


def _warn_of_skipped(error: Any) -> bool:
    shown = ffi.new("char[1024]")
    lib.cnn_error_text(error, shown, 1024)
    warnings.warn(f"skipped: {text(shown)}", stacklevel=2)
    return True
