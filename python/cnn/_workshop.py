"""The workshop: exercises to write a layer oneself, and a check that names the mistake."""

from __future__ import annotations

import inspect
import math
import re
import time
from typing import Any, Callable, Optional

import numpy as np
from numpy.typing import NDArray

from ._library import Error, Owner, ffi, lib, listed, read, text
from ._library import call as call_c
from ._record import Record

# The sizes of an array in PyTorch's order: (n, c, h, w), (k, c, r, s), (k, c).
TORCH_ORDER = "NKCHWPQRS"
LAYOUTS = ("nhwc", "nchw")
# Sizes of outputs that a function computes from the rest.
COMPUTED = ("P", "Q")

SIZE, REAL, LABELS, INPUT, OUTPUT, CHANGED = (
    getattr(lib, f"CNN_ARGUMENT_{word}")
    for word in ("SIZE", "REAL", "LABELS", "INPUT", "OUTPUT", "CHANGED")
)


class Function(Record):
    """A function of an exercise as NumPy has it: arrays first, then sizes and rates.

    dimensions has the sizes of each array in the library's layout, takes and returns the names of
    arguments and results.
    """

    name: str
    dimensions: dict[str, list[str]]
    takes: list[str]
    returns: list[str]

    def shown(self, array: str, layout: str) -> str:
        """ "x[n][h][w][c]" """
        sizes = self.dimensions[array]
        order = axes(sizes, layout)
        return array + "".join(f"[{sizes[axis].lower()}]" for axis in order)


class Exercise(Record):
    """An exercise of the workshop: its functions, its text with the formulas, hints from general
    to particular. `python -m cnn.exercise NAME` writes a file to fill in."""

    _long = ("text", "functions", "hints",)
    name: str
    summary: str
    text: str
    functions: list[Function]
    hints: list[str]


def _function(call: Any) -> Function:
    arguments = [call.arguments[index] for index in range(call.argument_count)]
    names = {kind: [text(a.name) or "" for a in arguments if a.kind == kind] for kind in range(6)}
    prototype = text(call.prototype) or ""
    found = re.findall(r"(\w+)((?:\[\w+\])+)", prototype)
    dimensions = {name: re.findall(r"\w+", sizes) for name, sizes in found}
    arrays = [text(a.name) or "" for a in arguments if a.kind in (INPUT, LABELS, CHANGED)]
    seen = {size for name in arrays for size in dimensions[name]}
    sizes = [n for n in names[SIZE] if n != "count" and n not in seen and n not in COMPUTED]
    return Function(
        text(call.function) or "",
        dimensions,
        [*arrays, *sizes, *names[REAL]],
        [text(a.name) or "" for a in arguments if a.kind in (OUTPUT, CHANGED)],
    )


def _exercise(info: Any) -> Exercise:
    call = ffi.new("cnn_call *")
    functions = listed(lib.cnn_exercise_function_at, info.name, struct=call, make=_function)
    hints = [text(lib.cnn_exercise_hint_at(info.name, i)) or "" for i in range(info.hint_count)]
    return read(Exercise, info, functions=functions, hints=hints)


def exercises() -> list[Exercise]:
    """All exercises, in the order of the course."""
    return listed(lib.cnn_exercise_at, struct=ffi.new("cnn_exercise_info *"), make=_exercise)


def axes(sizes: list[str], layout: str) -> list[int]:
    """Which axis of the library's array each axis of an array in this layout is."""
    order = list(range(len(sizes)))
    if layout == "nchw" and len(sizes) > 1:
        order.sort(key=lambda axis: TORCH_ORDER.index(sizes[axis]))
    return order


class Part(Record):
    """One result of an exercise: "right", "wrong", "not written" or "not checked".

    If wrong: the first case that is, the first number there that differs, and the mistakes of the
    catalog that explain every case.
    """

    function: str
    array: str
    answer: str
    right_cases: int
    case_count: int
    title: str
    index: tuple[int, ...]
    ours: float
    theirs: float
    explanations: list[tuple[str, ...]]


class Attempt(Record):
    """What became of a check: print() shows the first case that is wrong and the diagnosis. It
    counts as true if all is right. seconds and book_seconds are NaN if no speed was measured."""

    _long = ("text", "parts",)
    exercise: str
    right: bool
    line: str
    text: str
    message: str
    parts: list[Part]
    seconds: float = math.nan
    book_seconds: float = math.nan

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        lines = [self.text, self.line]
        if self.seconds > 0:
            times = f"{1e3 * self.seconds:.3g} ms, the book {1e3 * self.book_seconds:.3g} ms"
            lines.append(f"on a larger case: {times}")
        return "\n".join(lines).strip()


def _part(struct: Any) -> Part:
    pairs = [struct.explanations[index] for index in range(struct.explanation_count)]
    named = [tuple(text(name) or "" for name in pair if name != ffi.NULL) for pair in pairs]
    return read(
        Part,
        struct,
        answer=text(lib.cnn_answer_name(struct.answer)),
        title=text(struct.title) or "",
        index=tuple(struct.index)[: struct.rank],
        explanations=named,
    )


# --------------------------------------------------------------------------- calling in NumPy


class Runner:
    """Calls functions written in NumPy with what C gives, and hands their results back."""

    def __init__(self, functions: dict[str, Callable[..., Any]], exercise: Exercise, layout: str):
        self.functions = functions
        self.known = {function.name: function for function in exercise.functions}
        self.layout = layout
        self.failure: Optional[BaseException] = None
        self.seconds = 0.0
        self.context = ffi.new_handle(self)

    def __call__(self, call: Any) -> None:
        name = text(call.function) or ""
        if name not in self.functions:
            return
        known, given = self.known[name], {}
        arguments = [call.arguments[index] for index in range(call.argument_count)]
        for argument in arguments:
            given[text(argument.name) or ""] = self.value(known, argument)
        began = time.perf_counter()
        results = self.results(known, given)
        self.seconds += time.perf_counter() - began
        for argument in arguments:
            if argument.kind in (OUTPUT, CHANGED):
                self.write(known, argument, results.get(text(argument.name) or ""))

    def array(self, known: Function, argument: Any) -> NDArray[np.float32]:
        """The memory of an argument, in the layout of the functions."""
        name, shape = text(argument.name) or "", tuple(argument.shape)[: argument.rank]
        memory = np.frombuffer(ffi.buffer(argument.numbers, 4 * argument.count), np.float32)
        return memory.reshape(shape).transpose(axes(known.dimensions[name], self.layout))

    def value(self, known: Function, argument: Any) -> Any:
        if argument.kind == SIZE:
            return int(argument.value)
        if argument.kind == REAL:
            return float(argument.value)
        if argument.kind == LABELS:
            labels = ffi.buffer(argument.labels, 4 * argument.count)
            return np.frombuffer(labels, np.int32).astype(np.int64)
        return np.ascontiguousarray(self.array(known, argument)).copy()

    def results(self, known: Function, given: dict[str, Any]) -> dict[str, Any]:
        """What the function returns, by name; what it changed in place, if it returns nothing."""
        function = self.functions[known.name]
        words = list(inspect.signature(function).parameters)
        if set(words) <= set(known.takes):
            returned = function(**{word: given[word] for word in words})
        else:
            returned = function(*(given[word] for word in known.takes))
        if returned is None:
            return {name: given[name] for name in known.returns if name in known.takes}
        if isinstance(returned, dict):
            return returned
        single = len(known.returns) == 1
        if not isinstance(returned, tuple if single else (tuple, list)):
            returned = (returned,)
        if len(returned) != len(known.returns):
            wanted = f"{', '.join(known.returns)} {'is' if single else 'are'} needed"
            raise Error(f"{known.name} returns {len(returned)} arrays; {wanted}")
        return dict(zip(known.returns, returned))

    def write(self, known: Function, argument: Any, result: Any) -> None:
        if result is None:
            return
        to, array = self.array(known, argument), np.asarray(result)
        name = text(argument.name) or ""
        if array.shape != to.shape:
            raise Error(
                f"{known.name} returns {name} of shape {array.shape};"
                f" {known.shown(name, self.layout)} is {to.shape} here"
            )
        if array.dtype.kind not in "fiub":
            raise Error(f"{known.name} returns {name} of {array.dtype}: numbers are needed")
        with np.errstate(over="ignore"):
            to[...] = array


def _reason(problem: BaseException) -> str:
    """A line that names the exception and its place in the reader's file."""
    if isinstance(problem, Error):
        return str(problem)
    words = " ".join(str(problem).split())
    import traceback

    frames = traceback.extract_tb(problem.__traceback__)
    place = next((f for f in reversed(frames) if "numpy" not in f.filename), None)
    where = f" in line {place.lineno}, {place.name}()" if place else ""
    return f"{type(problem).__name__}{where}: {words}"


def _keep(_kind: Any, value: BaseException, trace: Any) -> None:
    """An interrupt is raised again once C has returned."""
    ffi.from_handle(trace.tb_frame.f_locals["context"]).failure = value


@ffi.def_extern(onerror=_keep)  # type: ignore[untyped-decorator]
def cnn_python_call(call: Any, context: Any, error: Any) -> bool:
    """One call of the reader's function: an exception ends the attempt, with its words."""
    runner = ffi.from_handle(context)
    try:
        runner(call)
        return True
    except Exception as problem:
        message = _reason(problem).encode(errors="replace")[:255]
        error.status = lib.CNN_STATUS_BAD_ARGUMENT
        ffi.memmove(error.message, message + b"\0", len(message) + 1)
        return False


def _exercise_of(functions: dict[str, Any]) -> Exercise:
    for exercise in exercises():
        names = {function.name for function in exercise.functions}
        if functions and set(functions) <= names:
            return exercise
    known = ", ".join(function.name for each in exercises() for function in each.functions)
    named = ", ".join(functions) or "none"
    raise Error(f"{named}: no exercise has these functions; there are {known}")


def _speed(runner: Runner, name: bytes) -> dict[str, float]:
    """What the functions and the book take for a larger case."""
    runner.seconds, book = 0.0, ffi.new("double *")
    call_c(lib.cnn_exercise_speed, name, lib.cnn_python_call, runner.context, book)
    return {"seconds": runner.seconds, "book_seconds": book[0]}


def check(
    *, layout: str = "nhwc", speed: bool = False, **functions: Callable[..., Any]
) -> Attempt:
    """Is a layer written in NumPy right, and which mistake is it if not?

        cnn.check(conv2d_forward=conv2d_forward, conv2d_backward=conv2d_backward)

    Functions have the names of an exercise. They take float32 arrays, then sizes and rates, and
    return an array or several: conv2d_forward(x, weight, bias, stride, pad) returns y,
    conv2d_backward(x, weight, dy, stride, pad) returns dx, dw, db; `python -m cnn.exercise conv2d`
    writes a file with them. Arguments are passed by name if the names are these, else in order.
    layout "nhwc" is x[n][h][w][c], weight[r][s][c][k] and [c][k]; "nchw" is PyTorch's
    x[n][c][h][w], weight[k][c][r][s] and [k][c]. Cases go from the smallest up, in the library's
    layout. With speed, functions that are right are measured on a larger case, beside the book.
    """
    if layout not in LAYOUTS:
        raise Error(f"no such layout: {layout!r}; there are {', '.join(LAYOUTS)}")
    exercise = _exercise_of(functions)
    runner = Runner(functions, exercise, layout)
    owner = Owner(
        lib.cnn_attempt_free,
        lib.cnn_attempt_create,
        exercise.name.encode(),
        lib.cnn_python_call,
        runner.context,
    )
    if runner.failure is not None:
        raise runner.failure
    info = lib.cnn_attempt_get_info(owner.pointer)
    struct = ffi.new("cnn_attempt_part *")
    parts = listed(lib.cnn_attempt_part_at, owner.pointer, struct=struct, make=_part)
    measured = _speed(runner, exercise.name.encode()) if speed and info.right else {}
    if runner.failure is not None:
        raise runner.failure
    return read(Attempt, info, parts=parts, **measured)
