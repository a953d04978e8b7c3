"""A network with its parameters: passes, views of every number, training, prediction."""

from __future__ import annotations

import math
from os import PathLike
from typing import Any, Mapping, Optional, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _checks, _explain, _training
from ._data import Data, Dataset, as_bytes, as_labels
from ._files import read_tensors, write_tensors
from ._library import Error, Owner, encode, ffi, lib, raise_error, read, taken_bytes, text
from ._network import GradientCheck, Network
from ._options import Execution, Optimizer, OptimizerLike, Schedule, ScheduleLike
from ._tensors import Tensors, as_floats
from ._training import Epoch, ProgressCallback, Score, Trainer, image_rows

Path = Union[str, "PathLike[str]"]

# Looked up once: predict() takes only microseconds.
UINT8, FLOAT = np.dtype(np.uint8), np.dtype(np.float32)
BYTES, FLOATS = ffi.typeof("uint8_t[]"), ffi.typeof("float[]")
from_buffer, predict = ffi.from_buffer, lib.cnn_model_predict


class Model(Tensors):
    """A network with parameters, gradients and activations, all of which are NumPy views.

        model = cnn.Model(network, train)          # takes over the normalization and class names
        model.fit(train, test, epochs=5)
        model.predict(images)                      # probabilities [n][classes]
        model["conv1.weight"]                      # a view [r][s][c][k]: writing to it is seen
        model["conv1"], model["conv1.grad"]        # an activation, and the gradient of the loss

    Names: "input", "labels", "losses", "probabilities"; for each layer its output "conv1", the
    gradient "conv1.grad", "pool1.indices", and of its parameters "conv1.weight" and
    "conv1.weight.grad". Views share the model's memory and keep it; what a pass computes can only
    be read, and changes with the next pass: copy what you keep. Layouts are channels last:
    activations [n][h][w][c], weights [r][s][c][k] and [c][k]; state_dict() has PyTorch's.

    batch_size is the most images in one pass; threads 0 is one for each processor, and never
    changes a result; init is "pytorch", "kaiming-normal" or "constant". every_layer keeps also the
    outputs that fused layers skip, input_gradient computes "input.grad". normalization is (mean,
    std) of pixels from 0 to 1. mistake is one of cnn.mistakes() to make on purpose, in the passes,
    the first weights or the normalization.

    One thread at a time uses a model: others wait for it.
    """

    def __init__(
        self,
        network: Union[Network, str],
        data: Optional[Data] = None,
        *,
        batch_size: int = 64,
        seed: int = 1,
        threads: int = 0,
        init: str = "pytorch",
        constant: float = 0.0,
        every_layer: bool = True,
        input_gradient: bool = False,
        normalization: Optional[tuple[float, float]] = None,
        backend: Optional[str] = None,
        mistake: Optional[str] = None,
    ) -> None:
        network = Network(network) if isinstance(network, str) else network
        images = Dataset.of(data) if data is not None else None
        if normalization is None:
            normalization = images.normalization if images is not None else (0.0, 1.0)
        execution = Execution(batch_size, threads, every_layer, input_gradient, backend)
        options, _kept = execution.options(
            seed=seed,
            init=init,
            constant=constant,
            normalization=normalization,
            mistake=mistake,
        )
        self._own(execution, lib.cnn_model_create, network._owner.pointer, options)
        if images is not None:
            self._take_over(images)

    def _own(self, execution: Execution, create: Any, *arguments: Any) -> None:
        self._owner = owner = Owner(lib.cnn_model_free, create, *arguments)
        self._execution = execution
        self._network = Network._copy(lib.cnn_model_network(owner.pointer))
        self._shape = self._network.input_shape
        self._pixels = math.prod(self._shape)
        self._classes = self._network.class_count
        self._find_tensors()
        self._trainer: Optional[Trainer] = None

    def _take_over(self, images: Dataset) -> None:
        """Class names and the form of the images, as `cnn train` keeps them."""
        for index, name in enumerate(images.classes[: self._classes]):
            if name != str(index):
                self._owner.call(lib.cnn_model_set_class, index, encode(name))
        form = lib.cnn_dataset_preprocessing(images._owner.pointer)
        self._owner.call(lib.cnn_model_set_preprocessing, form)

    # ------------------------------------------------------------------------------------ files

    @classmethod
    def load(cls, path: Path, **execution: Any) -> Model:
        """From a file that save() or `cnn train` wrote. Settings are batch_size, threads,
        every_layer, input_gradient and backend, as above."""
        return cls._made(Execution(**execution), lib.cnn_model_load, encode(path))

    @classmethod
    def from_bytes(cls, data: bytes, **execution: Any) -> Model:
        """From the bytes of such a file, with the same settings."""
        return cls._made(Execution(**execution), lib.cnn_model_parse, data, len(data))

    @classmethod
    def _made(cls, execution: Execution, create: Any, *arguments: Any) -> Model:
        options, _kept = execution.options()
        model = cls.__new__(cls)
        model._own(execution, create, *arguments, options)
        return model

    def save(self, path: Path) -> None:
        """Writes a safetensors file with network, parameters, normalization and class names."""
        self._owner.call(lib.cnn_model_save, encode(path))

    def to_bytes(self) -> bytes:
        """The bytes of that file."""
        size, error = ffi.new("size_t *"), ffi.new("cnn_error *")
        with self._owner.lock:
            return taken_bytes(lib.cnn_model_bytes(self._owner.pointer, size, error), size, error)

    def load_weights(self, path: Path) -> None:
        """Takes the parameters of a safetensors file with PyTorch's names."""
        self._owner.moved = True
        self._owner.call(lib.cnn_model_load_weights, encode(path))

    def state_dict(self) -> dict[str, NDArray[np.float32]]:
        """Copies of the parameters under PyTorch's names and in its layouts: torch.from_numpy()."""
        return read_tensors(self.to_bytes())

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Takes parameters in that form, for example those of a torch module (`.numpy()`)."""
        self._owner.moved = True
        data = write_tensors({name: as_floats(numbers) for name, numbers in state.items()})
        self._owner.call(lib.cnn_model_parse_weights, data, len(data))

    # ------------------------------------------------------------------------------------ facts

    @property
    def network(self) -> Network:
        """The network."""
        return self._network

    @property
    def classes(self) -> list[str]:
        """The names of the classes; their numbers if they have none."""
        with self._owner.lock:
            at, model = lib.cnn_model_class_at, self._owner.pointer
            return [text(at(model, index)) or "" for index in range(self._classes)]

    @property
    def normalization(self) -> tuple[float, float]:
        """(mean, std): a pixel x from 0 to 1 is used as (x - mean) / std."""
        found = lib.cnn_model_normalization(self._owner.pointer)
        return found.mean, found.std

    @property
    def batch_size(self) -> int:
        """The most images in one pass."""
        return int(lib.cnn_model_batch_size(self._owner.pointer))

    @property
    def threads(self) -> int:
        """The threads that compute; 1 in a child process, for the models of its parent."""
        return int(lib.cnn_model_threads(self._owner.pointer))

    @property
    def backend(self) -> str:
        """How it computes: "avx2", "ref", ..."""
        return text(lib.cnn_model_backend(self._owner.pointer)) or ""

    @property
    def mistake(self) -> Optional[str]:
        """The deliberate mistake that it was trained with, or None."""
        with self._owner.lock:
            return text(lib.cnn_model_mistake(self._owner.pointer))

    # ----------------------------------------------------------------------------------- passes

    def set_batch(self, images: ArrayLike, labels: Optional[ArrayLike] = None) -> None:
        """Sets the batch for the next passes, 1 to batch_size images.

        Bytes are normalized as those of a data set are, floats used as they are.
        """
        rows, _ = self._rows(images)
        bytes_ = rows.dtype == np.uint8
        wanted = as_labels(np.atleast_1d(labels), len(rows)) if labels is not None else None
        self._owner.call(
            lib.cnn_model_set_images if bytes_ else lib.cnn_model_set_input,
            ffi.from_buffer("uint8_t[]" if bytes_ else "float[]", rows),
            ffi.from_buffer("uint32_t[]", wanted) if wanted is not None else ffi.NULL,
            len(rows),
        )

    def _rows(self, images: ArrayLike) -> tuple[NDArray[Any], bool]:
        array = np.asarray(images)
        array = as_floats(array) if array.dtype.kind == "f" else as_bytes(array)
        try:
            return image_rows(array, self._shape)
        except ValueError as problem:
            raise Error(str(problem)) from None

    def forward(
        self, images: Optional[ArrayLike] = None, labels: Optional[ArrayLike] = None
    ) -> NDArray[np.float32]:
        """Computes the output of every layer for these images, or for the batch that is set.

        Returns a view of the probabilities [n][classes].
        """
        with self._owner.lock:
            if images is not None:
                self.set_batch(images, labels)
            lib.cnn_model_forward(self._owner.pointer)
            self._owner.moved = False
            return self["probabilities"]

    def loss(self) -> float:
        """The mean cross-entropy of the last forward pass; NaN without labels."""
        with self._owner.lock:
            return float(lib.cnn_model_loss(self._owner.pointer))

    def backward(self) -> float:
        """Computes all gradients of the mean loss, which is returned.

        Needs a forward pass of a batch with labels, since the parameters were last changed.
        """
        with self._owner.lock:
            loss = self.loss()
            computed = not math.isnan(loss) or np.isnan(self["probabilities"]).any()
            if self._owner.moved or not computed:
                raise Error("forward(), of images with labels, comes before backward()")
            lib.cnn_model_backward(self._owner.pointer)
            return loss

    def step(self, optimizer: OptimizerLike = "adam", *, lr: Optional[float] = None) -> None:
        """Moves the parameters against the gradients. The optimizer's state stays until another
        optimizer is named; Trainer gives access to it."""
        with self._owner.lock:
            wanted = Optimizer.of(optimizer, lr)
            if self._trainer is None or self._trainer.optimizer != wanted:
                self._trainer = Trainer(self, wanted)
            self._trainer.update()

    # --------------------------------------------------------------------- training and reading

    def fit(
        self,
        train: Data,
        test: Optional[Data] = None,
        *,
        epochs: int = 5,
        optimizer: OptimizerLike = "adam",
        lr: Optional[float] = None,
        schedule: ScheduleLike = "constant",
        seed: int = 1,
        validation: float = 0.0,
        progress: bool = True,
        callback: Optional[ProgressCallback] = None,
    ) -> list[Epoch]:
        """Trains in batches of batch_size and returns a list of epochs.

        Data are Dataset objects or pairs (images, labels). validation is the share of training
        images held out, drawn by `seed`, which also orders the images. progress shows bars of
        tqdm, or lines where it is not installed. callback(Progress) is called after each step and
        epoch; it may predict, evaluate and save, and ends the run by returning False. What it
        raises ends the run too, as an interrupt does: the model is as after the last step.
        """
        settings = {"epochs": epochs, "seed": seed, "validation": validation}
        return _training.fit(
            self,
            Dataset.of(train),
            Dataset.of(test) if test is not None else None,
            settings,
            Optimizer.of(optimizer, lr),
            Schedule.of(schedule),
            progress,
            callback,
        )

    def predict(self, images: ArrayLike) -> NDArray[np.float32]:
        """Probabilities [n][classes] of any number of images, or [classes] of a single one.

        Bytes are normalized, floats used as they are. Afterwards no batch is set.
        """
        # What needs no conversion takes no time for it.
        if type(images) is np.ndarray and images.dtype == UINT8 and images.shape[1:] == self._shape:
            return self._predict_bytes(images)
        rows, single = self._rows(images)
        if rows.dtype != UINT8:
            return self._predict_floats(rows, single)
        found = self._predict_bytes(rows)
        return found[0] if single else found

    def _predict_bytes(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        count, owner = len(rows), self._owner
        found = np.empty((count, self._classes), FLOAT)
        try:
            pixels = from_buffer(BYTES, rows)
        except ValueError:  # not in rows that follow each other
            pixels = from_buffer(BYTES, rows.copy())
        numbers = from_buffer(FLOATS, found)
        with owner.lock:
            if not predict(owner.pointer, pixels, count, numbers, owner.error):
                raise_error(owner.error)
        return found

    def _predict_floats(self, rows: NDArray[Any], single: bool) -> NDArray[np.float32]:
        size = self.batch_size
        with self._owner.lock:
            parts = [self.forward(rows[at : at + size]).copy() for at in range(0, len(rows), size)]
        if not parts:
            return np.empty((0, self._classes), np.float32)
        return parts[0][0] if single else np.concatenate(parts)

    def evaluate(self, data: Data) -> Score:
        """Loss, accuracy and confusion matrix over a data set. Afterwards no batch is set."""
        images = Dataset.of(data)
        score = ffi.new("cnn_score *")
        counts = np.zeros((self._classes, self._classes), np.uintp)
        pointer = ffi.from_buffer("size_t[]", counts)
        self._owner.call(lib.cnn_model_evaluate, images._owner.pointer, score, pointer)
        return read(Score, score, confusion=counts.astype(np.int64))

    def picture(self, path: Path, *, fit: bool = True) -> NDArray[np.uint8]:
        """A PNG as this model needs it, for predict(): stretched to its input or, for a model
        trained on images with MNIST's form, brought into that form (not with fit=False)."""
        channels = self._shape[2]
        with self._owner.lock:
            picture = Owner(lib.cnn_picture_free, lib.cnn_picture_load, encode(path), channels)
            pixels = np.empty(self._shape, np.uint8)
            data = ffi.from_buffer("uint8_t[]", pixels)
            self._owner.call(lib.cnn_model_prepare, picture.pointer, fit, data)
        return pixels

    def pictures(
        self, folder: Path, *, fit: bool = True, limit: Optional[int] = None, skip_bad: bool = False
    ) -> Dataset:
        """A folder of PNGs, a sub-folder for each class of this model, prepared in that way."""
        with self._owner.lock:
            options = ffi.new("cnn_pictures *", lib.cnn_model_pictures(self._owner.pointer, fit))
        named = self.classes != [str(index) for index in range(self._classes)]
        names = self.classes if named else None
        return Dataset._pictures(folder, options, names, limit, skip_bad)

    # ---------------------------------------------------------------------------------- questions

    def explain(self, name: str, index: tuple[int, ...]) -> _explain.Sum:
        """Where one number of the last pass comes from: the terms of its sum, in order.

        model.explain("conv2", (0, 4, 3, 8)) is the number model["conv2"][0, 4, 3, 8].
        """
        return _explain.explain(self, name, index)

    def slope(self, name: str, index: tuple[int, ...], h: float = 1e-3) -> _explain.Slope:
        """What the loss of the batch does when one parameter or pixel moves by h, in double."""
        return _explain.slope(self, name, index, h)

    def gradcheck(self, **options: Any) -> GradientCheck:
        """Network.gradcheck() of this network."""
        return self._network.gradcheck(**options)

    def doctor(
        self, train: Data, *, optimizer: OptimizerLike = "adam", lr: Optional[float] = None
    ) -> _checks.Diagnoses:
        """Examines images, these parameters, a short training and the settings: why does it not
        learn? Takes seconds; the model is not changed."""
        return _checks.doctor(
            self._network, Dataset.of(train), Optimizer.of(optimizer, lr), self, {}
        )

    def __repr__(self) -> str:
        mean, std = self.normalization
        return (
            f"{self._network!r}\nbatches of {self.batch_size}, {self.threads} threads,"
            f" {self.backend}, mean {mean:g}, std {std:g}"
        )

    def __copy__(self) -> Model:
        return self.__reduce__()[0](*self.__reduce__()[1])  # type: ignore[no-any-return]

    def __deepcopy__(self, _memo: Any) -> Model:
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.to_bytes(), vars(self._execution))


def _unpickled(data: bytes, execution: dict[str, Any]) -> Model:
    return Model.from_bytes(data, **execution)
