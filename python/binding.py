"""Describes the extension module cnn._cnn to cffi. Its declarations are the library's headers, as
the C compiler reads them: none is repeated. setup.py builds the library that it is linked with."""

import os
import re
import subprocess
from pathlib import Path

from cffi import FFI

ROOT = Path(__file__).resolve().parent.parent
BUILD = "build/python"

# Functions in Python that C calls, which cnn/_library.py defines; and what frees a file in memory.
BESIDE = """
extern "Python" bool cnn_python_progress(const cnn_progress *progress, void *context);
extern "Python" bool cnn_python_skip(const cnn_error *error, void *context);
extern "Python" bool cnn_python_call(const cnn_call *call, void *context, cnn_error *error);
extern "Python" void cnn_python_row(const cnn_gradcheck_row *row, void *context);
void free(void *memory);
"""


def preprocess(*flags: str) -> list[str]:
    """The lines of cnn.h after the preprocessor."""
    compiler = os.environ.get("CC", "cc").split()
    command = [*compiler, "-E", "-x", "c", *flags, "include/cnn.h"]
    return subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()


def declarations() -> str:
    """What the headers of include/ declare, without those of the system."""
    kept, ours = [], False
    for line in preprocess():
        place = re.match(r'# \d+ "([^"]*)"', line)
        if place:
            ours = place[1].startswith("include/")
        elif ours and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept)


def constants() -> str:
    """The macros of the headers that are numbers; the compiler knows their values."""
    whole, real = re.compile(r"[\w+() ]+$"), re.compile(r"\d+e-?\d+$")
    kept = []
    for line in preprocess("-dM"):
        name, _, value = line.removeprefix("#define ").partition(" ")
        if name.startswith("CNN_") and real.match(value):
            kept.append(f"static const double {name};")
        elif name.startswith("CNN_") and "(" not in name and whole.match(value):
            kept.append(f"#define {name} ...")
    return "\n".join(kept)


ffi = FFI()
ffi.cdef("\n".join([declarations(), constants(), BESIDE]))
ffi.set_source(
    "cnn._cnn",
    "#include <cnn.h>\n#include <stdlib.h>",
    include_dirs=["include"],
    extra_objects=[f"{BUILD}/libcnn.a"],
    libraries=["jansson", "png", "z", "m"],
    extra_link_args=["-pthread", "-Wl,--strip-debug"],
)
