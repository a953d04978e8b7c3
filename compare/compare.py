"""Measures NumPy, PyTorch and cnn.c side by side on the same data.

Each section is kept in OUT/sections as soon as it is finished, so that --resume continues an
interrupted run. From the sections it writes OUT/results.json, and from that alone report.py writes
the page, the plots and the README's table. A quick run does not change docs/: its page is in OUT.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from importlib import metadata, util
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Section, what it is called, and about how many seconds it takes: in full, and quick.
SECTIONS = [("grid", "single convolutions", 240, 25), ("training", "training speed", 780, 110),
            ("prediction", "prediction", 180, 45), ("start", "process start", 25, 15),
            ("memory", "peak memory", 10, 8), ("size", "installed size", 5, 3),
            ("reading", "lines to read", 5, 3), ("numpy", "NumPy", 80, 25),
            ("scratch", "scratch.net", 70, 15), ("simple", "simple.net", 480, 45)]
# PyTorch without what a processor has beyond AVX2.
HELD = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
NO_TORCH = ("compare: PyTorch is not there; scripts/venv gets it "
            "(or: pip install -r compare/requirements.txt)")


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Progress:
    """A line for each part begun, with the time left. Estimates adapt to measured times."""

    def __init__(self, expected):
        self.expected, self.begin = dict(expected), time.monotonic()
        self.spent, self.planned, self.name, self.share, self.since = 0, 0, "", 0, 0

    def section(self, name):
        if self.name:
            self.spent += time.monotonic() - self.since
            self.planned += self.expected.pop(self.name)
        self.name, self.share, self.since = name, 0, time.monotonic()

    def left(self):
        now = time.monotonic() - self.since
        here = self.expected[self.name]
        here = max(here - now, now * (1 / self.share - 1)) if self.share else max(here - now, 0)
        pace = self.spent / self.planned if self.planned > 60 else 1
        later = sum(seconds for name, seconds in self.expected.items() if name != self.name)
        return here + pace * later

    def say(self, text):
        passed = clock(time.monotonic() - self.begin)
        print(f"{passed:>6}  about {clock(self.left()):>5} left  {self.name}: {text}", flush=True)


class Run:
    """What the sections share: settings, contestants, results so far."""

    def __init__(self, flags):
        from systems_cnn import Cnn
        self.quick, self.data = flags.quick, flags.data
        self.out = Path(flags.out) / ("quick" if flags.quick else "")
        (self.out / "sections").mkdir(parents=True, exist_ok=True)
        self.log = self.out / "log.txt"
        self.log.write_text("")
        self.threads = flags.threads or len(os.sched_getaffinity(0))
        self.rounds, self.slice = (3, 0.1) if flags.quick else (5, 0.3)
        self.seeds = [1] if flags.quick else [1, 2, 3]
        self.compile_seconds, self.compile_limit = 0, 30 if flags.quick else 420
        self.cnn = Cnn(flags.build, flags.data, self.out, self.log)
        self.workers, self.progress, self.kept, self.held = {}, None, {}, False

    def new_torch(self, threads):
        from worker import Torch
        return Torch(threads, self.log, HELD if self.held else None)

    def torch(self, threads):
        """The PyTorch process with this many threads, limited to AVX2 or not."""
        key = threads, self.held
        if key not in self.workers:
            self.workers[key] = self.new_torch(threads)
        return self.workers[key]

    def no_compiler(self):
        """Why torch.compile is not tried, or None."""
        if not (shutil.which("g++") or shutil.which("clang++")):
            return "torch.compile needs a C++ compiler (g++), and there is none"
        if self.compile_seconds > self.compile_limit:
            return f"not tried: the {self.compile_limit} s for compiling were used up"
        return None

    def say(self, text):
        self.progress.say(text)

    def done(self, share):
        """The finished share of the section."""
        self.progress.share = share

    def path(self, name):
        return self.out / "sections" / f"{name}.json"

    def section(self, name):
        """The result of a section, of this run or kept from the one before."""
        if name not in self.kept:
            self.kept[name] = json.loads(self.path(name).read_text(encoding="utf-8"))
        return self.kept[name]

    def close(self):
        for worker in self.workers.values():
            worker.close()


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout or done.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return None


def machine():
    """Processor, memory, system: what a reader needs to judge the figures."""
    about = Path("/proc/cpuinfo")
    text = about.read_text(encoding="utf-8") if about.exists() else ""
    model = re.search(r"model name\s*:\s*(.*)", text)
    flags = set(re.search(r"flags\s*:\s*(.*)", text).group(1).split()) if "flags" in text else set()
    known = ["avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16"]
    numbers = [re.search(rf"{key}\s*:\s*(\d+)", text) for key in ("cpu family", "model\t")]
    return {"processor": model.group(1) if model else platform.processor(),
            "family": " model ".join(n.group(1) for n in numbers if n),
            "processors": len(os.sched_getaffinity(0)),
            "instructions": [flag for flag in known if flag in flags],
            "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "system": f"{platform.system()} {platform.release()}"}


def versions(run):
    found = {name: metadata.version(name) for name in ("torch", "numpy")}
    return {**found, "python": platform.python_version(), "cnn": run.cnn.version(),
            "cc": first_line("gcc", "--version"), "c++": first_line("g++", "--version"),
            "commit": first_line("git", "describe", "--always", "--dirty"),
            "torch build": run.torch(run.threads).do("about")}


def run_sections(run, names, resume):
    """Every section, with the load of the machine before it."""
    import costs
    import runs
    import speed
    import worker
    expected = {name: quick if run.quick else full for name, _, full, quick in SECTIONS}
    reused = [name for name in names if resume and run.path(name).exists()]
    run.progress = Progress({name: expected[name] for name in names if name not in reused})
    for name in names:
        if name in reused:
            print(f"{name}: kept from the run before", flush=True)
            continue
        run.progress.section(name)
        run.compile_seconds = 0
        work = next(getattr(part, name) for part in (speed, runs, costs) if hasattr(part, name))
        begin, load = time.monotonic(), os.getloadavg()[0]
        worker.commands.clear()
        result = {**work(run), "load_before": load, "commands": list(worker.commands)}
        result["section_seconds"] = time.monotonic() - begin
        run.path(name).write_text(json.dumps(result), encoding="utf-8")
        run.kept[name] = result


def write_results(run, names, seconds):
    command = "make compare" + (" QUICK=1" if run.quick else "")
    meta = {"date": time.strftime("%Y-%m-%d"), "command": command, "quick": run.quick,
            "seconds": seconds, "rounds": run.rounds, "slice": run.slice, "seeds": run.seeds,
            "threads": run.threads, "machine": machine(), "versions": versions(run)}
    results = {"meta": meta, **{name: run.section(name) for name in names}}
    path = run.out / "results.json"
    path.write_text(json.dumps(results), encoding="utf-8")
    return path


def read_flags():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", help="where cnn and bench/ are built")
    parser.add_argument("--out", default="build/compare", help="where results go")
    parser.add_argument("--data", default="data/mnist")
    parser.add_argument("--threads", type=int, default=0, help="of all rows with all threads")
    parser.add_argument("--quick", action="store_true", help="less of everything")
    parser.add_argument("--resume", action="store_true", help="keep the sections that are there")
    parser.add_argument("--only", help="sections, by commas; the others as kept")
    return parser.parse_args()


def main():
    flags = read_flags()
    if not util.find_spec("torch"):
        sys.exit(NO_TORCH)
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(Path(flags.out, "inductor").resolve()))
    begin, run = time.monotonic(), Run(flags)
    names = [name for name, *_ in SECTIONS]
    chosen = flags.only.split(",") if flags.only else names
    try:
        run_sections(run, chosen, flags.resume)
        names = [name for name in names if run.path(name).exists()]
        results = write_results(run, names, time.monotonic() - begin)
    except KeyboardInterrupt:
        sys.exit("compare: stopped; what is finished is kept, and --resume goes on from there")
    finally:
        run.close()
    page = run.out / "comparison.md" if run.quick else "docs/comparison.md"
    words = [sys.executable, HERE / "report.py", results, "--print", "--page", page]
    sys.exit(subprocess.run(list(map(str, words)), check=False).returncode)


if __name__ == "__main__":
    main()
