"""What all objects of the C library share here: errors as exceptions, owners of pointers, views of
memory, records from structs, and calls back into Python."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, Callable, Optional, Type, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._cnn import ffi as ffi
from ._cnn import lib as lib
from ._record import Record

Made = TypeVar("Made", bound=Record)


class Error(Exception):
    """What the library refuses, in its own words: str() gives "FILE: byte N: MESSAGE".

    status   "bad_argument", "bad_network", "bad_file", "io", "no_memory", "diverged"
    message  the reason alone
    file     the file at fault, or ""
    offset   the byte of that file, or None
    line, column  in a network text, from 1; else None
    """

    def __init__(
        self,
        text: str,
        status: str = "bad_argument",
        message: Optional[str] = None,
        file: str = "",
        offset: Optional[int] = None,
        line: Optional[int] = None,
        column: Optional[int] = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.message = text if message is None else message
        self.file = file
        self.offset = offset
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return str(self.args[0])


class NoTensor(Error, KeyError):
    """A name that no tensor of the model has."""


# ------------------------------------------------------------------------------------- structs


def enum_words(kind: Any) -> dict[int, str]:
    """The values of a C enumeration and their words: "bad_file" for CNN_STATUS_BAD_FILE."""
    common = os.path.commonprefix(list(kind.relements))
    start = common.rindex("_") + 1
    return {value: name[start:].lower() for value, name in sorted(kind.elements.items())}


_words: dict[str, dict[int, str]] = {}


def words_of(kind: Any) -> dict[int, str]:
    """The same, computed once for each enumeration."""
    if kind.cname not in _words:
        _words[kind.cname] = enum_words(kind)
    return _words[kind.cname]


def plain(value: Any, kind: Any) -> Any:
    """A field of a struct as Python has it: numbers, texts, words, lists, pairs."""
    if kind.kind == "enum":
        return words_of(kind)[value]
    if kind.kind == "pointer":
        return text(value)
    if kind.kind == "array":
        return text(value) if kind.item.cname == "char" else list(value)
    if kind.kind == "struct":
        return tuple(plain(getattr(value, name), field.type) for name, field in kind.fields)
    return value


def text(chars: Any) -> Optional[str]:
    """A text of C; None for NULL. Bytes that are not UTF-8 come as Python's file names do."""
    return None if chars == ffi.NULL else ffi.string(chars).decode("utf-8", "surrogateescape")


def encode(name: Any) -> bytes:
    """A text or a path for C. Refuses one with a NUL, where C would take it to end."""
    encoded = os.fsencode(name)
    if b"\0" in encoded:
        raise Error(f"a NUL in {name!r}")
    return encoded


def field_types(struct: Any) -> dict[str, Any]:
    """The types of the fields of a struct, or of the one that a pointer is of."""
    kind = ffi.typeof(struct)
    fields = kind.item.fields if kind.kind == "pointer" else kind.fields
    return {name: field.type for name, field in fields}


def read(cls: Type[Made], struct: Any, **given: Any) -> Made:
    """A record with the fields that the struct has under the same names, and those given."""
    types = field_types(struct)
    for name in cls._fields:
        if name in types and name not in given:
            given[name] = plain(getattr(struct, name), types[name])
    return cls(**given)


def fill(struct: Any, **settings: Any) -> None:
    """Sets fields of a struct; an enumeration by its word. Refuses what does not fit, by name."""
    types = field_types(struct)
    for name, value in settings.items():
        kind = types[name]
        if kind.kind == "enum":
            value = enumerator(kind, value, name)
        try:
            setattr(struct, name, value)
        except (TypeError, OverflowError) as problem:
            raise Error(f"{name} is {value!r}: {problem}") from None


def enumerator(kind: Any, word: str, name: str) -> int:
    """The value with this word, in which "-" is "_"."""
    for value, known in words_of(kind).items():
        if known == str(word).replace("-", "_"):
            return value
    raise Error(f"no such {name}: {word!r}; there are {', '.join(words_of(kind).values())}")


def listed(at: Callable[..., bool], *pointers: Any, struct: Any, make: Any) -> list[Any]:
    """What a function of C with a name in _at gives, from index 0 to the end."""
    found: list[Any] = []
    while at(*pointers, len(found), struct):
        found.append(make(struct))
    return found


# -------------------------------------------------------------------------------------- errors


def raise_error(error: Any, kind: Type[Error] = Error) -> None:
    """Raises what a cnn_error says."""
    shown = ffi.new("char[1024]")
    lib.cnn_error_text(error, shown, 1024)
    status = words_of(ffi.typeof("cnn_status"))[error.status]
    raise kind(
        text(shown) or "",
        status,
        text(error.message),
        text(error.file) or "",
        None if error.offset == lib.CNN_ERROR_NO_OFFSET else error.offset,
        error.line or None,
        error.column or None,
    )


def call(function: Callable[..., bool], *arguments: Any) -> None:
    """Calls what returns whether it succeeded."""
    error = ffi.new("cnn_error *")
    if not function(*arguments, error):
        raise_error(error)


# --------------------------------------------------------------------------------- owned objects


class Lost:
    """The lock of an object that another thread was using when this process was forked."""

    def __enter__(self) -> None:
        raise Error("another thread was using this object when the process was forked")

    def __exit__(self, *_: Any) -> None:
        pass


class Owner:
    """A C object, freed when neither its Python object nor a view of its memory refers to it. One
    thread at a time may use it, with the lock."""

    __slots__ = ("pointer", "lock", "error", "training", "moved", "__weakref__")
    all: weakref.WeakSet[Owner] = weakref.WeakSet()

    def __init__(self, free: Any, create: Callable[..., Any], *arguments: Any) -> None:
        self.error = ffi.new("cnn_error *")
        pointer = create(*arguments, self.error)
        if not pointer:
            raise_error(self.error)
        self.pointer = ffi.gc(pointer, free)
        self.lock: Any = threading.RLock()
        self.training = False  # a run changes the model's parameters
        self.moved = False  # parameters changed after the last forward pass
        Owner.all.add(self)

    def call(self, function: Callable[..., bool], *arguments: Any) -> None:
        """Calls what takes the object first and returns whether it succeeded."""
        with self.lock:
            if not function(self.pointer, *arguments, self.error):
                raise_error(self.error)


def _after_fork() -> None:
    for owner in list(Owner.all):
        if isinstance(owner.lock, Lost):
            continue
        if owner.lock.acquire(blocking=False):
            owner.lock.release()
        else:
            owner.lock = Lost()


os.register_at_fork(after_in_child=_after_fork)


class Memory:
    """What NumPy needs to know of a part of an object's memory; keeps the object."""

    __slots__ = ("__array_interface__", "owner")


def view(
    owner: Owner, data: Any, shape: tuple[int, ...], kind: str, writable: bool = False
) -> NDArray[Any]:
    """An array that shares the memory at `data` and keeps its owner."""
    memory = Memory()
    memory.owner = owner  # type: ignore[attr-defined]
    memory.__array_interface__ = {  # type: ignore[attr-defined]
        "version": 3,
        "shape": shape,
        "typestr": kind,
        "data": (int(ffi.cast("uintptr_t", data)), not writable),
    }
    return np.asarray(memory)


FLOAT32 = np.dtype(np.float32).str
INT32 = np.dtype(np.int32).str
KINDS = {lib.CNN_TYPE_FLOAT32: FLOAT32, lib.CNN_TYPE_INT32: INT32}


def tensor_view(owner: Owner, tensor: Any, writable: bool) -> NDArray[Any]:
    """The view that a cnn_tensor describes."""
    shape = tuple(tensor.shape)[: tensor.rank]
    return view(owner, tensor.data, shape, KINDS[tensor.type], writable)


def tensor_names(at: Callable[..., bool], pointer: Any) -> list[str]:
    """The names of all tensors that a function of C lists."""
    tensor = ffi.new("cnn_tensor *")
    return listed(at, pointer, struct=tensor, make=lambda found: text(found.name))


def taken_bytes(bytes_: Any, size: Any, error: Any) -> bytes:
    """A file that C made in memory, as bytes; raises the error if there is none."""
    if bytes_ == ffi.NULL:
        raise_error(error)
    try:
        return bytes(ffi.buffer(bytes_, size[0]))
    finally:
        lib.free(bytes_)


# ------------------------------------------------------------------------------------- callbacks


class Callback:
    """A function that C calls. What it raises is kept, C is asked to stop, and check() raises it
    again once C has returned: also a KeyboardInterrupt."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.failure: Optional[BaseException] = None
        self.context = ffi.new_handle(self)

    def __call__(self, argument: Any) -> bool:
        if self.failure is not None:
            return False
        return self.function(argument) is not False

    def check(self) -> None:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure


def _keep(_kind: Any, value: BaseException, trace: Any) -> None:
    callback = ffi.from_handle(trace.tb_frame.f_locals["context"])
    callback.failure = callback.failure or value


def _run(argument: Any, context: Any) -> bool:
    return bool(ffi.from_handle(context)(argument))


for _name in ("cnn_python_progress", "cnn_python_skip"):
    ffi.def_extern(name=_name, onerror=_keep)(_run)


@ffi.def_extern(onerror=_keep)  # type: ignore[untyped-decorator]
def cnn_python_row(row: Any, context: Any) -> None:
    """For each gradient of a gradient check."""
    ffi.from_handle(context)(row)
