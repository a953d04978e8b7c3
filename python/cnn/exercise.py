"""python -m cnn.exercise NAME: writes a file of NumPy functions to fill in for an exercise."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from . import Error
from ._workshop import LAYOUTS, Exercise, Function, exercises

HEAD = '''"""{text}

In NumPy: arrays are float32, with their sizes in their shapes{order};
new arrays are returned. Wrong ones are shown in the layout of this text.
"""

import numpy as np

'''

FUNCTION = '''
def {name}({takes}):
    """Takes {arrays};
    returns {results}."""
    return {nothing}

'''

TAIL = '''
if __name__ == "__main__":
    import cnn

    print(
        cnn.check(
{functions}
        )
    )
'''


def written(exercise: Exercise, layout: str, file: str) -> str:
    """The file."""
    comment = re.sub(r"^ \* ?", "", exercise.text.split("*/")[0].strip().strip("/*"), flags=re.M)
    about = re.sub(r"\n\nThe arrays to set hold leftovers[^\n]*", "", comment.strip())
    about = re.sub(r" [^.]*hold their old numbers when[^.]*\.", "", about)
    about = about.replace(f"cnn check {exercise.name}.c", f"python {file}")
    order = ", in PyTorch's order" if layout == "nchw" else ""
    names = [function.name for function in exercise.functions]
    return "".join(
        [
            HEAD.format(text=about, order=order),
            *(_stub(function, layout) for function in exercise.functions),
            TAIL.format(
                functions="\n".join(
                    [f"            {name}={name}," for name in names]
                    + ['            layout="nchw",'] * (layout == "nchw")
                )
            ),
        ]
    )


def _stub(function: Function, layout: str) -> str:
    arrays = [name for name in function.takes if name in function.dimensions]
    return FUNCTION.format(
        name=function.name,
        takes=", ".join(function.takes),
        arrays=", ".join(function.shown(name, layout) for name in arrays),
        results=", ".join(function.shown(name, layout) for name in function.returns),
        nothing=", ".join(["None"] * len(function.returns)),
    )


def _find(name: str) -> Exercise:
    for exercise in exercises():
        if exercise.name == name:
            return exercise
    known = ", ".join(exercise.name for exercise in exercises())
    raise Error(f"no such exercise: {name}; there are {known}")


def run(arguments: argparse.Namespace) -> None:
    """Lists the exercises, gives hints, or writes a file; never over another."""
    if not arguments.name:
        for each in exercises():
            print(f"{each.name:14} {each.summary}")
        return
    exercise = _find(arguments.name)
    if arguments.hints is not None:
        print("\n".join(exercise.hints[: arguments.hints]))
        return
    path = arguments.out or Path(f"{exercise.name}.py")
    if path.is_dir():
        path = path / f"{exercise.name}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(written(exercise, arguments.layout, path.name))
    except FileExistsError:
        raise Error(f"{path} exists: it is not overwritten") from None
    print(f"{path}: fill it in, then: python {path}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m cnn.exercise", description=__doc__)
    parser.add_argument("name", nargs="?", help="conv2d, relu, ...; without it they are listed")
    parser.add_argument("--layout", choices=LAYOUTS, default=LAYOUTS[0], help="of the arrays")
    parser.add_argument("--out", type=Path, metavar="PATH", help="a file or a folder (here)")
    parser.add_argument("--hints", type=int, metavar="N", help="the first N hints instead")
    try:
        run(parser.parse_args())
    except (Error, OSError) as problem:
        print(f"cnn.exercise: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
