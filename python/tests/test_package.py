"""The package as it is built and installed: declarations, types, size, help, import."""

import ast
import inspect
import os
import pydoc
import re
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import cnn
import pytest
from cnn._library import lib
from conftest import patience

SITE = Path(cnn.__file__).parent


def run(*words, **options):
    options = {"capture_output": True, "text": True, "timeout": 600 * patience(), **options}
    done = subprocess.run([str(word) for word in words], **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_no_declaration_is_repeated(root):
    """Each function of the headers is callable, and python/ has no prototype of one."""
    headers = "\n".join(path.read_text() for path in sorted((root / "include").glob("*.h")))
    code = re.sub(r"/\*.*?\*/", "", headers, flags=re.S)
    names = set(re.findall(r"\b(cnn_\w+)\(", code)) - {"cnn_model_options_defaults"}
    functions = {name for name in names if callable(getattr(lib, name, None))}
    assert len(functions) > 140 and {"cnn_train", "cnn_attempt_create"} <= functions
    assert not {name for name in names if re.search(rf"[\w*] \*?{name}\(", code)} - functions
    types = r"(?:bool|void|size_t|double|float|int|const char|cnn_\w+) \*?"
    for path in [root / "setup.py", *root.glob("python/*.py"), *root.glob("python/cnn/*.py*")]:
        found = re.findall(rf"{types}(cnn_(?!python_)\w+)\(", path.read_text())
        assert not found, (path, found)


def test_a_changed_header_changes_the_binding(root, tmp_path):
    """In a copy: a new function, a new field and a new number arrive without another line."""
    for folder in ("include", "python"):
        (tmp_path / folder).mkdir()
    for header in (root / "include").glob("*.h"):
        (tmp_path / "include" / header.name).write_text(header.read_text())
    (tmp_path / "python/binding.py").write_text((root / "python/binding.py").read_text())
    network = tmp_path / "include/cnn_network.h"
    text = network.read_text().replace(
        "typedef struct cnn_pair {",
        "#define CNN_NEW_NUMBER 7\nint cnn_new_function(double);\n"
        "typedef struct cnn_pair {\n    int new_field;",
    )
    network.write_text(text)
    program = (
        "import binding\n"
        "print(binding.ffi.typeof('cnn_pair').fields[0][0],"
        "'CNN_NEW_NUMBER' in binding.constants(),"
        "'cnn_new_function' in binding.declarations())"
    )
    said = run(sys.executable, "-c", program, cwd=tmp_path / "python")
    assert said.split() == ["new_field", "True", "True"]


def test_mypy(root):
    pytest.importorskip("mypy")
    assert "no issues found" in run(sys.executable, "-m", "mypy", cwd=root)


def test_an_importing_program_is_typed(tmp_path):
    pytest.importorskip("mypy")
    program = tmp_path / "program.py"
    program.write_text(
        "import cnn\n"
        "model = cnn.Model('input 2x2x1')\n"
        "reveal_type(model['conv1.weight'])\n"
        "reveal_type(model.fit((), epochs=1))\n"
        "model.predict_all()\n"
    )
    words = [sys.executable, "-m", "mypy", "--strict", program]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, cwd=tmp_path)
    said = done.stdout
    assert "ndarray" in said and "list[cnn._training.Epoch]" in said
    assert 'has no attribute "predict_all"' in said and "missing library stubs" not in said


@pytest.fixture(scope="module")
def wheel(root):
    path = os.environ.get("WHEEL")
    if not path:
        pytest.skip("WHEEL names it: scripts/check python")
    return Path(path)


def test_the_wheel(wheel):
    assert wheel.name.endswith("-cp39-abi3-linux_x86_64.whl") or "abi3" in wheel.name
    assert wheel.stat().st_size < 2.5e6
    names = zipfile.ZipFile(wheel).namelist()
    assert {"cnn/py.typed", "cnn/_cnn.abi3.so", "cnn/_cnn.pyi"} <= set(names)
    assert not [name for name in names if "test" in name or name.startswith("build")]
    metadata = zipfile.ZipFile(wheel).read(next(n for n in names if n.endswith("/METADATA")))
    needs = set(re.findall(r"Requires-Dist: (\w+)[^;\n]*\n", metadata.decode()))
    assert needs == {"numpy", "cffi"}


def test_a_fresh_environment(root, tmp_path):
    """`pip install .` in a new environment and a clean checkout, then the README's lines."""
    clone, place = tmp_path / "checkout", tmp_path / "venv"
    run("git", "clone", "-q", "--depth", "1", root.as_uri(), clone)
    run(sys.executable, "-m", "venv", place)
    before = time.monotonic()
    run(place / "bin/pip", "install", "-q", ".", cwd=clone)
    took = time.monotonic() - before
    program = readme_lines(root / "README.md")
    assert program.count("\n") >= 6
    (clone / "data").symlink_to(root / "data")
    assert run(place / "bin/python", "-c", program, cwd=clone).split()[-1] == "7"
    left = run("git", "status", "--short", cwd=clone).splitlines()
    assert not [line for line in left if "data" not in line]
    print(f"pip install . took {took:.0f} s")
    assert took < 60 * patience()


def readme_lines(path):
    """The program in Python that the README shows."""
    return re.search(r"```python\n(import cnn\n.*?)```", path.read_text(), re.S)[1]


def test_the_import_takes_what_numpy_takes():
    """And brings no other library with it."""
    program = "import cnn, sys; print(sorted({name.split('.')[0] for name in sys.modules}))"
    brought = ast.literal_eval(run(sys.executable, "-c", program))
    numpy = ast.literal_eval(run(sys.executable, "-c", program.replace("cnn", "numpy")))
    few = {"__future__", "_cffi_backend", "cnn", "copy", "org", "threading"}
    assert set(brought) - set(numpy) <= few


def test_help():
    text = pydoc.render_doc(cnn, renderer=pydoc.plaintext)
    assert "cnn._" not in text.split("CLASSES")[1].split("DATA")[0]
    assert "Optimizer(kind='adam', lr=None, momentum=0.0" in text
    for word in ("Network", "gradcheck", "A view of the tensor", "Probabilities [n][classes]"):
        assert word in text


def test_everything_public_has_a_docstring():
    for name in cnn.__all__:
        thing = getattr(cnn, name)
        assert inspect.getdoc(thing), name
        for part, value in vars(thing).items() if inspect.isclass(thing) else ():
            of_all = callable(value) or isinstance(value, (property, classmethod))
            if of_all and not part.startswith("_"):
                assert inspect.getdoc(getattr(thing, part)), f"{name}.{part}"


def test_memory_stays(root):
    """100,000 objects and views: memory does not grow."""
    program = """
        import cnn, numpy, resource
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        def work(count):
            for index in range(count):
                model = cnn.Model(network, batch_size=1, threads=1)
                weight = model["fc1.weight"]
                model.predict(image)
                try:
                    model["none"]
                except KeyError:
                    pass
        network = cnn.Network("input 4x4x1\\nflatten\\ndense 2")
        image = numpy.zeros((1, 4, 4, 1), numpy.uint8)
        work(2000)
        first = peak()
        work(23000)
        print(peak() - first)
    """
    assert int(run(sys.executable, "-c", textwrap.dedent(program), cwd=root)) < 3000


def test_one_file_is_not_too_long(root):
    for path in [*root.glob("python/**/*.py"), root / "setup.py"]:
        lines = path.read_text().splitlines()
        assert len(lines) <= 400 and max(map(len, lines), default=0) <= 100, path
        assert not lines or lines[0].startswith(('"""', "#")), path
