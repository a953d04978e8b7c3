"""Processes that return timings, and the order in which they run.

A contestant has a name and run(count), which returns seconds; no other contestant runs meanwhile.
alternate() runs them alternately, so that a slow minute of the machine affects all.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


commands = []  # every command that was started, once, as in the results


def remember(words):
    """Keeps a command without the places of this machine."""
    text = " ".join(short(str(word)) for word in words)
    if text not in commands:
        commands.append(text)


def short(word):
    """A path from here, or, if it lies elsewhere, its last part."""
    if word == sys.executable:
        return "python3"
    path = os.path.relpath(word) if os.path.isabs(word) else word
    return os.path.basename(path) if path.startswith("..") else path


class Refused(Exception):
    """A worker could not do what it was asked; the text says why."""


class Process:
    """A child that answers a line with a line. close() leaves its peak memory in .peak, bytes."""

    def __init__(self, command, log, env=None):
        self.command, self.log, self.peak = [str(word) for word in command], log, None
        remember(command)
        with open(log, "a", encoding="utf-8") as errors:
            self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, text=True,
                                          stdout=subprocess.PIPE, stderr=errors,
                                          env={**os.environ, **(env or {})})

    def ask(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        return self.read()

    def read(self):
        reply = self.child.stdout.readline()
        if not reply:
            raise Refused(f"{' '.join(self.command)} ended; see {self.log}")
        return reply

    def close(self):
        if self.peak is None:
            with contextlib.suppress(BrokenPipeError):
                self.child.stdin.close()
            _, status, usage = os.wait4(self.child.pid, 0)
            self.child.returncode = os.waitstatus_to_exitcode(status)
            self.child.stdout.close()
            self.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Torch(Process):
    """torch_worker.py with a number of threads."""

    def __init__(self, threads, log, env=None):
        super().__init__([sys.executable, HERE / "torch_worker.py", "--threads", threads], log, env)
        self.threads = threads

    def do(self, what, **request):
        """The answer's value. Refused if PyTorch would not."""
        reply = json.loads(self.ask(json.dumps({"do": what, **request})))
        if "error" in reply:
            raise Refused(reply["error"])
        return reply["value"]


class Bench(Process):
    """A program of bench/: ready when it is made. `each`: it answers with a list of calls."""

    def __init__(self, program, arguments, log, each=False):
        super().__init__([program, *arguments], log)
        self.each = each
        self.read()

    def run(self, count):
        """Seconds of so many units of work, or microseconds of each call."""
        numbers = [float(word) for word in self.ask(str(count)).split()]
        return numbers if self.each else numbers[0]


class TorchContestant:
    """Something prepared inside a torch worker."""

    serial = 0

    def __init__(self, worker, kind, **spec):
        TorchContestant.serial += 1
        self.worker, self.name = worker, f"{kind}{TorchContestant.serial}"
        worker.do(kind, name=self.name, **spec)

    def run(self, count):
        return self.worker.do("run", name=self.name, count=count)


def total(answer):
    """Seconds of an answer; if it lists microseconds of calls, or sums them up, of all of them."""
    if isinstance(answer, dict):
        return answer["total"]
    return sum(answer) / 1e6 if isinstance(answer, list) else answer


def count_for(contestant, seconds):
    """Units of work that take about so many seconds, by trying; warms up meanwhile."""
    count = 1
    while True:
        took = total(contestant.run(count))
        if took >= seconds / 8 or took * 2 > seconds:
            return max(1, round(count * seconds / took))
        count = max(2 * count, int(count * seconds / 4 / max(took, 1e-7)))


def counts_for(contestants, seconds, refused):
    """{name: count_for()}, without those that refuse: refused(name, reason) is called."""
    counts = {}
    for name, contestant in contestants.items():
        try:
            counts[name] = count_for(contestant, seconds)
        except Refused as reason:
            refused(name, reason)
    return counts


def alternate(contestants, counts, rounds, refused):
    """{name: [answer of each round]} of those that have a count. The order turns round from one
    round to the next. A contestant that refuses is dropped, and refused(name, reason) is called."""
    answers = {name: [] for name in counts}
    for number in range(rounds):
        for name in list(answers)[::-1 if number % 2 else 1]:
            time.sleep(0.02)  # threads of the one before spin for a moment before they sleep
            try:
                answers[name].append(contestants[name].run(counts[name]))
            except Refused as reason:
                del answers[name]
                refused(name, reason)
    return answers
