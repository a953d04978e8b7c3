"""Every number of a model by name, as NumPy views of its own memory."""

from __future__ import annotations

from typing import Any, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._library import (
    NoTensor,
    Owner,
    encode,
    ffi,
    lib,
    listed,
    raise_error,
    tensor_names,
    tensor_view,
    text,
)
from ._network import Network


def as_floats(numbers: ArrayLike) -> NDArray[np.float32]:
    """Floats in rows that follow each other."""
    return np.ascontiguousarray(numbers, np.float32)


class Tensors:
    """What a model has by name: model["conv1.weight"]."""

    _owner: Owner
    _network: Network

    def _find_tensors(self) -> None:
        """Looks up what may be written to: parameters, their gradients, and what else files keep.
        Before the first batch, what a pass computes has no rows, and the rest has all of them."""
        self._tensor = ffi.new("cnn_tensor *")
        self._whole: dict[str, tuple[bytes, NDArray[Any]]] = {}
        rows = listed(
            lib.cnn_model_tensor_at,
            self._owner.pointer,
            struct=self._tensor,
            make=lambda tensor: (text(tensor.name) or "", tensor.shape[0]),
        )
        self._writable = {name for name, count in rows if count}
        self._parameters = [name for name, _ in rows if f"{name}.grad" in self._writable]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A view of the tensor of this name."""
        known, whole = self._whole.get(name) or self._look_up(name)
        if name in self._writable:
            return whole.view()
        owner, tensor = self._owner, self._tensor
        with owner.lock:
            lib.cnn_model_tensor(owner.pointer, known, tensor, ffi.NULL)
            return whole[: tensor.shape[0]]

    def _look_up(self, name: str) -> tuple[bytes, NDArray[Any]]:
        """The view of a tensor's memory, which never moves; for batch_size images, if what it
        holds is of each image of a batch."""
        owner, tensor, known = self._owner, self._tensor, encode(name)
        with owner.lock:
            if not lib.cnn_model_tensor(owner.pointer, known, tensor, owner.error):
                raise_error(owner.error, NoTensor)
            if name not in self._writable:
                tensor.shape[0] = lib.cnn_model_batch_size(owner.pointer)
            whole = tensor_view(owner, tensor, name in self._writable)
        self._whole[name] = known, whole
        return known, whole

    def __setitem__(self, name: str, numbers: ArrayLike) -> None:
        """Copies numbers into a parameter or its gradient."""
        array = as_floats(np.broadcast_to(np.asarray(numbers), self[name].shape))
        data = ffi.from_buffer("float[]", array)
        self._owner.call(lib.cnn_model_set_tensor, encode(name), data, array.size)
        self._owner.moved = self._owner.moved or not name.endswith(".grad")

    def names(self) -> list[str]:
        """The names of all tensors."""
        with self._owner.lock:
            return tensor_names(lib.cnn_model_tensor_at, self._owner.pointer)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    @property
    def parameters(self) -> dict[str, NDArray[np.float32]]:
        """Views of all parameters: {"conv1.weight": ..., "conv1.bias": ..., ...}."""
        return {name: self[name] for name in self._parameters}

    @property
    def gradients(self) -> dict[str, NDArray[np.float32]]:
        """Views of their gradients, under the names of the parameters."""
        return {name: self[f"{name}.grad"] for name in self._parameters}

    @property
    def activations(self) -> dict[str, NDArray[np.float32]]:
        """Views of the input and the outputs of the layers, for the batch that is set."""
        names = self.names()
        layers = (layer.name for layer in self._network.layers)
        return {name: self[name] for name in layers if name in names}
