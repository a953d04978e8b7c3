"""cnn.check(): exercises solved in NumPy, mistakes made by hand, functions that do not work."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import cnn
import numpy as np
import pytest
import solutions

EXERCISES = {exercise.name: exercise for exercise in cnn.exercises()}


def functions_of(exercise):
    return {f.name: getattr(solutions, f.name) for f in EXERCISES[exercise].functions}


def exercise_of(function):
    name = function.__name__
    return next(e for e in EXERCISES if name in [f.name for f in EXERCISES[e].functions])


def check_with(function, replaced, layout="nchw"):
    functions = functions_of(exercise_of(function))
    functions[function.__name__] = replaced
    with np.errstate(all="ignore"):
        return cnn.check(layout=layout, **functions)


def names_in(attempt):
    return {name for part in attempt.parts for names in part.explanations for name in names}


# The axes of the library's layout, and back.
TO_TORCH = {4: (0, 3, 1, 2), 2: (1, 0)}
FROM_TORCH = {4: (0, 2, 3, 1), 2: (1, 0)}


def ours(function):
    """A solution for arrays with channels last: weight[r][s][c][k], dense [c][k]."""

    def turned(array, name, to_torch):
        if not isinstance(array, np.ndarray) or array.ndim not in (2, 4):
            return array
        if name in ("weight", "dw") and array.ndim == 4:
            return array.transpose(3, 2, 0, 1) if to_torch else array.transpose(2, 3, 1, 0)
        if array.ndim == 2 and name not in ("weight", "dw"):
            return array
        return array.transpose((TO_TORCH if to_torch else FROM_TORCH)[array.ndim])

    def run(*values):
        known = next(f for e in cnn.exercises() for f in e.functions if f.name == function.__name__)
        values = [turned(v, name, True) for v, name in zip(values, known.takes)]
        results = function(*values)
        results = results if isinstance(results, tuple) else (results,)
        return tuple(turned(r, name, False) for r, name in zip(results, known.returns))

    return run


def test_there_are_enough():
    needed = {"conv2d", "relu", "maxpool2d", "dense", "softmax_xent", "sgd", "adam", "avgpool2d"}
    assert needed <= set(EXERCISES)
    for exercise in EXERCISES.values():
        assert len(exercise.hints) >= 2 and exercise.text and exercise.functions


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_a_solution_is_right(exercise, layout):
    functions = functions_of(exercise)
    if layout == "nhwc":
        functions = {name: ours(function) for name, function in functions.items()}
    attempt = cnn.check(layout=layout, **functions)
    assert attempt.right and attempt, attempt
    assert attempt.line.startswith("right in all") and not attempt.text
    assert {part.answer for part in attempt.parts} == {"right"}


def test_the_wrong_layout_is_wrong():
    assert not cnn.check(layout="nhwc", **functions_of("conv2d"))


def test_mistakes_made_by_hand_are_named():
    """At least nine in ten by their name, and none by another."""
    named = []
    for function, slip in solutions.SLIPS:
        attempt = check_with(function, lambda *a, f=function, s=slip: f(*a, slip=s))
        assert not attempt.right, slip
        found = names_in(attempt)
        assert found <= {slip}, (slip, found)
        named.append(bool(found))
    assert len(named) >= 48 and sum(named) >= 0.9 * len(named)


def test_the_original_s_slip_in_a_second():
    began = time.monotonic()
    slip = "dense-dw-over-n-twice"
    attempt = check_with(
        solutions.dense_backward, lambda *given: solutions.dense_backward(*given, slip=slip)
    )
    assert time.monotonic() - began < 1
    assert names_in(attempt) == {slip}
    assert "batch" in str(attempt) and "wrong" in attempt.line
    wrong = [part for part in attempt.parts if part.answer == "wrong"]
    assert [(part.function, part.array) for part in wrong] == [("dense_backward", "dw")]
    assert wrong[0].theirs == wrong[0].ours / 2 != 0


def test_arguments_by_name_in_any_order():
    def conv2d_forward(pad, stride, bias, weight, x):
        return solutions.conv2d_forward(x, weight, bias, stride, pad)

    assert check_with(solutions.conv2d_forward, conv2d_forward)
    assert check_with(solutions.conv2d_forward, lambda a, b, c, d, e: conv2d_forward(e, d, c, b, a))


def test_results_in_other_forms():
    def in_place(dw, w, velocity, lr, momentum, weight_decay):
        velocity *= momentum
        velocity += dw + weight_decay * w
        w -= lr * velocity

    assert cnn.check(sgd_update=in_place)
    named = dict(zip(("dx", "dw", "db"), (None, None, None)))

    def by_name(*arguments):
        results = solutions.dense_backward(*arguments)
        return {**named, **dict(zip(("dx", "dw", "db"), results))}

    assert check_with(solutions.dense_backward, by_name)
    double = check_with(solutions.relu_forward, lambda x: np.maximum(x.astype(np.float64), 0))
    assert double.right


def test_the_speed_beside_the_book():
    attempt = cnn.check(layout="nchw", speed=True, **functions_of("dense"))
    assert attempt.seconds > 0 and attempt.book_seconds > 0 and "the book" in str(attempt)
    wrong = cnn.check(speed=True, relu_forward=lambda x: -x)
    assert np.isnan(wrong.seconds) and "the book" not in str(wrong)


def test_inputs_belong_to_the_function():
    """It may change and keep them."""
    kept = []

    def greedy(x, weight, bias):
        y = solutions.dense_forward(x, weight, bias)
        x[...] = 7
        kept.extend([x, weight])
        return y

    assert check_with(solutions.dense_forward, greedy)
    assert all(array.flags.owndata and array.flags.c_contiguous for array in kept)


def test_parts_that_are_missing():
    attempt = cnn.check(layout="nchw", conv2d_forward=solutions.conv2d_forward)
    answers = {part.array: part.answer for part in attempt.parts}
    assert answers == {"y": "right", "dx": "not written", "dw": "not written", "db": "not written"}
    assert not attempt.right and "not written" in attempt.line


def exits(x):
    raise SystemExit(3)


BROKEN = [
    (lambda x: x[0, 0, 0], "IndexError"),
    (lambda x: x.reshape(-1, 2), "returns y of shape|ValueError"),
    (lambda x: (x, x), "returns 2 arrays; y is needed"),
    (lambda x: "abc", "returns y of"),
    (lambda x, y: x, "missing 1 required positional argument"),
    (lambda x: 1 / 0, "ZeroDivisionError in line .*division by zero"),
    (lambda x: eval("x +"), "SyntaxError"),
    (lambda x: x + unknown, "NameError.*unknown"),  # noqa: F821
    (lambda x: [[1, 2], [3]], "ValueError"),
]


@pytest.mark.parametrize("index", range(len(BROKEN)))
def test_a_function_that_does_not_work(index):
    function, words = BROKEN[index]
    attempt = check_with(solutions.relu_forward, function)
    assert not attempt.right
    assert re.search(words, attempt.message), attempt.message
    assert "\n" not in attempt.message and "relu_forward" in str(attempt)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_answers_that_are_not_finite(value):
    attempt = check_with(solutions.relu_forward, lambda x: np.full_like(x, value))
    assert not attempt.right and "y wrong" in attempt.line


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_comes_out(kind):
    def interrupted(x):
        raise kind

    with pytest.raises(kind):
        check_with(solutions.relu_forward, interrupted)


def test_refusals():
    with pytest.raises(cnn.Error, match="no exercise has these functions; there are relu_forward"):
        cnn.check(conv_forward=lambda x: x)
    with pytest.raises(cnn.Error, match="no exercise"):
        cnn.check(relu_forward=np.abs, dense_forward=np.abs)
    with pytest.raises(cnn.Error, match="none: no exercise"):
        cnn.check()
    with pytest.raises(cnn.Error, match="no such layout"):
        cnn.check(layout="chwn", relu_forward=np.abs)


# ------------------------------------------------------------------------- python -m cnn.exercise


def exercise(*words, cwd, code=0):
    command = [sys.executable, "-m", "cnn.exercise", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("name", EXERCISES)
def test_a_file_to_fill_in(name, layout, tmp_path):
    assert f"{name}.py" in exercise(name, "--layout", layout, cwd=tmp_path)
    text = (tmp_path / f"{name}.py").read_text()
    assert max(map(len, text.splitlines())) <= 100 and "cnn check" not in text
    empty = subprocess.run(
        [sys.executable, f"{name}.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert empty.stdout.rstrip().endswith("not written"), empty
    # Filled in, with the functions as the file has them.
    for function in EXERCISES[name].functions:
        place = text.index("    return None", text.index(f"def {function.name}("))
        solved = f"solutions.{function.name}"
        called = f"{solved if layout == 'nchw' else f'test_workshop.ours({solved})'}"
        line = f"    return {called}({', '.join(function.takes)})"
        text = text[:place] + line + text[text.index("\n", place) :]
    text = text.replace("\nimport numpy", "\nimport solutions, test_workshop\nimport numpy")
    (tmp_path / f"{name}.py").write_text(text)
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        [sys.executable, f"{name}.py"], cwd=tmp_path, env=here, capture_output=True, text=True
    )
    assert done.stdout.startswith("right in all"), done.stdout + done.stderr


def test_the_command(tmp_path):
    assert exercise(cwd=tmp_path).splitlines()[0].startswith("relu ")
    exercise("relu", "--out", tmp_path / "mine.py", cwd=tmp_path)
    (tmp_path / "mine.py").write_text("mine")
    said = exercise("relu", "--out", tmp_path / "mine.py", cwd=tmp_path, code=1)
    assert "mine.py exists" in said and said.count("\n") == 1
    assert (tmp_path / "mine.py").read_text() == "mine"
    assert "no such exercise: rely" in exercise("rely", cwd=tmp_path, code=1)
    assert "nowhere" in exercise("relu", "--out", "/nowhere/x.py", cwd=tmp_path, code=1)
    first = exercise("conv2d", "--hints", 1, cwd=tmp_path)
    assert first.count("\n") == 1
    assert exercise("conv2d", "--hints", 2, cwd=tmp_path).startswith(first)
