"""What parity found: lines while it runs, one line per requirement at the end, and a JSON file."""

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path


class Report:
    """Collects requirements, each with its figure and limit, and whatever else is worth keeping."""

    def __init__(self):
        self.start = time.monotonic()
        self.rows, self.details = [], {}

    def say(self, text: str):
        """A line of progress."""
        print(f"{time.monotonic() - self.start:6.1f} s  {text}", flush=True)

    def require(self, name: str, figure: float, limit: float, detail: str = ""):
        """Holds if the figure is at most the limit."""
        self.add(name, f"{figure:.3g}", f"<= {limit:.3g}", figure <= limit, detail)

    def require_all(self, name: str, count: int, of: int, detail: str = ""):
        """Holds if all of at least one did."""
        self.add(name, f"{count} of {of}", "all", 0 < of == count, detail)

    def add(self, name: str, figure: str, limit: str, passed: bool, detail: str = ""):
        """A requirement judged already."""
        row = {"requirement": name, "figure": figure, "limit": limit, "passed": bool(passed),
               "detail": detail}
        self.rows.append(row)
        self.say(f"{'' if passed else 'FAILED '}{name}: {figure} ({limit}) {detail}".rstrip())

    def keep(self, name: str, value):
        """Something for the JSON file alone."""
        self.details[name] = value

    @property
    def failed(self) -> int:
        """Requirements that do not hold."""
        return sum(not row["passed"] for row in self.rows)

    def print_table(self):
        """One line per requirement, then the count."""
        width = max((len(row["requirement"]) for row in self.rows), default=0)
        print(f"\n{'requirement':{width}}  {'figure':>10}  {'limit':<9}       detail")
        for row in self.rows:
            print(f"{row['requirement']:{width}}  {row['figure']:>10}  {row['limit']:<9}  "
                  f"{'ok  ' if row['passed'] else 'FAIL'} {row['detail']}".rstrip())
        print(f"parity: {len(self.rows) - self.failed} passed, {self.failed} failed")

    def write(self, path: Path, about: dict):
        """All of it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        result = {**about, "seconds": time.monotonic() - self.start, "requirements": self.rows,
                  "details": self.details}
        path.write_text(json.dumps(without_infinities(result), indent=1) + "\n", encoding="utf-8")


@dataclass
class Setting:
    """What every part of parity is given."""

    cnn: Path
    data: Path
    networks: Path
    out: Path
    temp: Path  # a folder that is deleted at the end
    quick: bool
    report: Report

    def text(self, network: str) -> str:
        """The text of one of the networks that come with cnn.c."""
        return self.network(network).read_text(encoding="utf-8")

    def network(self, name: str) -> Path:
        """Its file."""
        return self.networks / f"{name}.net"


def without_infinities(value):
    """JSON has no number for infinity or none at all: they become texts."""
    if isinstance(value, dict):
        return {key: without_infinities(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_infinities(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
