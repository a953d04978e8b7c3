#!/usr/bin/env python3
"""compare/parity.py - does cnn.c compute what PyTorch computes? `make parity` runs it.

Parts, each with its promise at the head of its file:
  first      the first step, number by number, and damaged gradients found   parity_first.py
  networks   random small networks                                           parity_networks.py
  schedules  200 steps of each                                               parity_schedules.py
  hundred    the drift over 100 steps                                        parity_hundred.py
  runs       whole trainings on MNIST, with a picture                        parity_runs.py

Prints progress, then one line per requirement, then `parity: N passed, N failed`; parity.json has
the same and every distance. Exit 1 if a requirement does not hold.
"""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

try:
    import parity_threads
    import torch

    import net
    import parity_first
    import parity_hundred
    import parity_networks
    import parity_runs
    import parity_schedules
    from parity_report import Report, Setting
    from traces import CommandFailed
except ModuleNotFoundError as missing:
    sys.exit(f"parity: {missing.name} is not here; `make parity` gets it (scripts/venv)")

TOP = Path(__file__).resolve().parent.parent
PARTS = ("first", "networks", "schedules", "hundred", "runs")


def arguments():
    """The command line."""
    build = Path(os.environ.get("BUILD", "build"))
    parser = argparse.ArgumentParser(prog="compare/parity.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="within five minutes on two cores")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part, not all")
    parser.add_argument("--networks", type=int, help="how many (300 quick, 1000 full)")
    parser.add_argument("--seed", type=int, default=1, help="of the first random network (1)")
    parser.add_argument("--network-seed", type=int, metavar="N",
                        help="show one random network and the first layer that differs")
    parser.add_argument("--mutate", metavar="LAYER",
                        help="damage a gradient of simple.net by 0.1 %% and see parity fail")
    parser.add_argument("--cnn", type=Path, default=TOP / build / "cnn", help="the command")
    parser.add_argument("--data", type=Path, default=TOP / "data" / "mnist", help="MNIST")
    parser.add_argument("--out", type=Path, default=TOP / build / "compare", help="for results")
    return parser.parse_args()


def what_is_missing(chosen) -> str:
    """One line that names a missing requirement, or nothing."""
    if not os.access(chosen.cnn, os.X_OK):
        return f"{chosen.cnn} is not here; `make` builds it"
    if chosen.network_seed is None and not any(chosen.data.glob("train-images-idx3-ubyte*")):
        return f"{chosen.data} has no MNIST; `scripts/fetch-data mnist` gets it"
    unseen = net.unseen(TOP / "src" / "network" / "layers.c")
    if unseen:
        return net.without_counterpart(unseen)
    return ""


def run_part(part: str, setting: Setting, chosen):
    """One part; if it cannot continue, that is a failed requirement."""
    try:
        if part == "first":
            parity_first.check(setting)
            parity_first.check_mutations(setting)
        elif part == "networks":
            count = chosen.networks or (300 if chosen.quick else 1000)
            parity_networks.check(setting, chosen.seed, count)
        else:
            {"schedules": parity_schedules, "hundred": parity_hundred,
             "runs": parity_runs}[part].check(setting)
    except (CommandFailed, OSError, RuntimeError, ValueError) as reason:
        setting.report.add(part, "stopped", "", False, str(reason))


def mutate(setting: Setting, layer: str):
    """A damaged gradient must show as a requirement that fails."""
    found = parity_first.find_damage(setting, layer)
    setting.report.add(f"first step, gradient of {layer} damaged", found or "no difference",
                       "none", not found, f"the first beyond {parity_first.LIMIT}" * bool(found))


def about(chosen) -> dict:
    """The facts that the figures depend on."""
    return {"command": sys.argv, "quick": chosen.quick, "machine": platform.machine(),
            "processors": os.cpu_count(), "torch_kernels": torch.backends.cpu.get_cpu_capability(),
            "threads": parity_threads.THREADS, "python": platform.python_version(),
            "torch": torch.__version__}


def run(chosen, temp: Path) -> int:
    """All requested parts; the exit code."""
    report = Report()
    setting = Setting(chosen.cnn, chosen.data, TOP / "networks", chosen.out, temp, chosen.quick,
                      report)
    if chosen.network_seed is not None:
        return 0 if parity_networks.show(setting, chosen.network_seed) else 1
    if chosen.mutate:
        mutate(setting, chosen.mutate)
    else:
        for part in chosen.only or PARTS:
            run_part(part, setting, chosen)
        report.write(chosen.out / "parity.json", about(chosen))
    report.print_table()
    return 1 if report.failed else 0


def main() -> int:
    """The command."""
    chosen = arguments()
    missing = what_is_missing(chosen)
    if missing:
        print(f"parity: {missing}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="cnn-parity-") as temp:
        try:
            return run(chosen, Path(temp))
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())
