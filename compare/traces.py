"""Trace files of cnn.c: every number of some training steps, as `cnn trace` wrote them.

record() runs `cnn trace` and opens what it wrote; Trace gives single tensors out of it, in
PyTorch's shapes, reading only what is asked for. Names: "conv1" is a layer's output, "conv1.grad"
the gradient of the loss by it, "conv1.weight.grad" that of a parameter, "pool1.indices" the position
of each maximum.
"""

import subprocess
from pathlib import Path

from safetensors import safe_open


class CommandFailed(RuntimeError):
    """A program failed; the text is its output."""


class Trace:
    """One trace file. May be used as a context manager, which deletes the file at the end."""

    def __init__(self, path):
        self.path = Path(path)
        self.file = safe_open(self.path, "pt")
        self.keys = set(self.file.keys())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        del self.file
        self.path.unlink()

    def initial(self) -> dict:
        """The parameters before the first step, as a state_dict."""
        return self.group("initial/")

    def after(self, step: int) -> dict:
        """The parameters after a step, as a state_dict."""
        return self.group(f"step{step}/after/")

    def group(self, prefix: str) -> dict:
        """All tensors whose names begin so, by the rest of their names."""
        return {key[len(prefix):]: self.file.get_tensor(key)
                for key in self.keys if key.startswith(prefix)}

    def get(self, step: int, name: str):
        """One tensor of a step."""
        return self.file.get_tensor(f"step{step}/{name}")

    def has(self, step: int, name: str) -> bool:
        """Whether the step has such a tensor."""
        return f"step{step}/{name}" in self.keys


def run(command: list) -> str:
    """Runs a program; gives what it printed. CommandFailed with its last words if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CommandFailed(f"{' '.join(str(word) for word in command)}: {words[-1]}")
    return done.stdout


def flag_words(flags: dict) -> list:
    """{"batch_size": 8, "nesterov": True} as --batch-size 8 --nesterov."""
    words = []
    for name, value in flags.items():
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            words.append(value)
    return words


def record(cnn, network, out, **flags) -> Trace:
    """Runs `cnn trace NETWORK --out OUT` with the flags and opens the file."""
    run([cnn, "trace", network, "--out", out, *flag_words(flags)])
    return Trace(out)
