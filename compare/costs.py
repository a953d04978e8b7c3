"""Costs of each system: start, memory, size, and lines to read."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from importlib import metadata
from pathlib import Path

from speed import NETWORK, PLAIN
from worker import HERE, TorchContestant, remember

BATCH, STEPS = 64, 50


def run_once(command, log):
    """Seconds from start to end of a process, and its peak memory in bytes."""
    remember(command)
    begin = time.perf_counter()
    with open(log, "a", encoding="utf-8") as stream:
        child = subprocess.Popen(list(map(str, command)), stdout=stream, stderr=stream)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command[0]} failed; see {log}")
    return time.perf_counter() - begin, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def start(run):
    """Process start to first answer: both load a saved network and answer one image."""
    model, state = run.out / "start.safetensors", run.out / "start.pt"
    run.say("saving the networks")
    run.cnn.run_json("train", NETWORK, "--data", run.data, "--epochs", 1, "--limit", 64,
                     "--test-limit", 1, "--out", model)
    run.torch(run.threads).do("save", network=NETWORK, state=str(state))
    commands = {"cnn": [run.cnn.command, "eval", model, "--data", run.data, "--limit", 1],
                "torch": [sys.executable, HERE / "first_answer_torch.py", NETWORK, state, run.data]}
    samples = {name: [] for name in commands}
    for command in commands.values():
        run_once(command, run.log)  # so that the files are in memory
    for number in range(run.rounds):
        run.say(f"round {number + 1}")
        for name, command in commands.items():
            samples[name].append(run_once(command, run.log))
    return {"seconds": {name: [s for s, _ in kept] for name, kept in samples.items()},
            "peak": {name: max(peak for _, peak in kept) for name, kept in samples.items()}}


def memory(run):
    """Peak memory of a process that trains simple.net for some steps."""
    run.say("PyTorch")
    worker = run.new_torch(run.threads)
    TorchContestant(worker, "training", network=NETWORK, data=run.data, batch=BATCH,
                    setting=PLAIN).run(STEPS)
    run.say("cnn.c")
    ours = run.cnn.training(NETWORK, BATCH, run.threads)
    ours.run(STEPS)
    for process in (worker, ours):
        process.close()
    return {"peak": {"torch": worker.peak, "cnn": ours.peak}, "batch": BATCH, "steps": STEPS}


def tree_bytes(folder):
    return sum(path.lstat().st_size for path in Path(folder).rglob("*") if path.is_file())


def shared_libraries(program):
    """Bytes of the libraries it needs beyond the C library's own."""
    listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    found = re.findall(r"=> (/\S+)", listing)
    others = [path for path in found
              if not re.search(r"/(libc|libm|libpthread|ld-linux\S*)\.so", path)]
    return {Path(path).name: os.path.getsize(os.path.realpath(path)) for path in others}


def requirements(name, seen):
    """The distribution and all it needs here, added to `seen`."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    seen[found.metadata["Name"]] = found
    for need in found.requires or []:
        word = re.match(r"[A-Za-z0-9_.-]+", need).group()
        if "extra ==" not in need and not any(word.lower() == had.lower() for had in seen):
            requirements(word, seen)


def distribution_bytes(found):
    files = (found.locate_file(file) for file in found.files or [])
    return sum(os.path.getsize(path) for path in files if os.path.isfile(path))


def size(run):
    """Bytes on the disk: what `make install` puts there, and what pip does."""
    run.say("installing")
    folder = run.out / "installed"
    shutil.rmtree(folder, ignore_errors=True)
    remember(["make", "PREFIX=/usr", "install"])
    quiet = {key: value for key, value in os.environ.items()
             if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    with open(run.log, "a", encoding="utf-8") as log:
        subprocess.run(["make", f"BUILD={run.cnn.build}", f"DESTDIR={folder.resolve()}",
                        "PREFIX=/usr", "install"], stdout=log, stderr=log, env=quiet, check=True)
    packages = {}
    requirements("torch", packages)
    return {"cnn": {"files": tree_bytes(folder),
                    "command": (folder / "usr/bin/cnn").stat().st_size,
                    "libraries": shared_libraries(folder / "usr/bin/cnn")},
            "torch": {name: distribution_bytes(found) for name, found in packages.items()}}


def lines_of(folder, *endings):
    """Lines of all files below that end so."""
    total = 0
    for path in Path(folder).rglob("*"):
        if path.name.endswith(endings) and path.is_file():
            total += path.read_bytes().count(b"\n")
    return total


def reading(run):
    """Lines to read to follow a training step down to its arithmetic, where that is possible."""
    run.say("counting")
    package = Path(sysconfig.get_paths()["platlib"], "torch")
    user = sum(len((HERE / name).read_text(encoding="utf-8").splitlines())
               for name in ("first_answer_torch.py",))
    return {"cnn": {"operations": lines_of("src/ops", ".c", ".h"),
                    "library": lines_of("src", ".c", ".h") + lines_of("include", ".h")},
            "numpy": len((HERE / "systems_numpy.py").read_text(encoding="utf-8").splitlines()),
            "torch": {"script": user,
                      "python": sum(lines_of(package / part, ".py")
                                    for part in ("nn", "optim", "autograd")),
                      "all_python": lines_of(package, ".py"),
                      "headers": lines_of(package / "include", ".h", ".hpp", ".cuh")}}
