"""Whole runs: both train simple.net on MNIST from the same weights over the same order of images.

Three seeds each, Adam at 0.001, batches of 64; five epochs of all images, in the quick form one
epoch of 10,000. Both see the same bytes in the same order: the order is worked out once more in
parity_data.py. Float32 lets two such runs drift apart, so at the end the mean test accuracies must
differ by less than they do between seeds. That weights and order were the same to the end shows in
the loss curves: the first hundred steps must agree to one part in a thousand, and the whole curves
differ by less than half of what they do between seeds. They are drawn over each other.
"""

import itertools
import json
import math
import time
from dataclasses import dataclass

import torch
from torch import nn

import net
import traces
from parity_data import TEST, Images, Order
from parity_first import DEVIATION, MEAN
from parity_report import Setting

SEEDS = (1, 2, 3)
BATCH = 64
WINDOW = 100  # steps between two points of a curve, as cnn logs them
FIRST_LIMIT = 1e-3
PICTURE = "parity-loss.png"


@dataclass
class Run:
    """What one training gave. curve: (step, mean loss since the point before)."""

    curve: list
    accuracy: float
    seconds: float


def windows(marks: list) -> list:
    """Curve of (step, images of the epoch so far, their mean loss)."""
    curve, seen, total = [], 0, 0.0
    for step, images, loss in marks:
        if images < seen:
            seen, total = 0, 0.0
        if images > seen:
            curve.append((step, (loss * images - total) / (images - seen)))
        seen, total = images, loss * images
    return curve


def ours(setting: Setting, seed: int, epochs: int, images: int) -> Run:
    """cnn train."""
    log = setting.temp / "train.jsonl"
    start = time.monotonic()
    printed = traces.run([
        setting.cnn, "train", setting.network("simple"), "--data", setting.data, "--seed", seed,
        "--epochs", epochs, "--limit", images, "--batch-size", BATCH, "--lr", 0.001, "--log", log,
        "--threads", torch.get_num_threads(), "--out", setting.temp / "train.safetensors",
        "--json"])
    marks = []
    for line in log.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        marks.append((event["step"], event.get("images", images),
                      event["loss"] if event["event"] == "step" else event["train_loss"]))
    return Run(windows(marks), json.loads(printed)["test"]["accuracy"], time.monotonic() - start)


def first_weights(setting: Setting, seed: int) -> dict:
    """Those that cnn train begins with."""
    with traces.record(setting.cnn, setting.network("simple"), setting.temp / "first.safetensors",
                       data=setting.data, batch_size=1, seed=seed) as trace:
        return trace.initial()


def theirs(setting: Setting, seed: int, epochs: int, train: Images, test: Images) -> Run:
    """The same in PyTorch."""
    start = time.monotonic()
    network = net.load(setting.network("simple"))
    network.load_state_dict(first_weights(setting, seed))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001)
    order, marks, step = Order(seed, len(train)), [], 0
    for _ in range(epochs):
        done, total = 0, 0.0
        for picked in order.next_epoch().split(BATCH):
            total += train_step(network, optimizer, train, picked) * len(picked)
            done, step = done + len(picked), step + 1
            if step % WINDOW == 0 or done == len(train):
                marks.append((step, done, total / done))
    return Run(windows(marks), accuracy(network, test), time.monotonic() - start)


def train_step(network, optimizer, train: Images, picked) -> float:
    """One step; the loss before it."""
    loss = nn.functional.cross_entropy(network(train.pixels[picked]), train.labels[picked])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def accuracy(network, test: Images) -> float:
    """Share of the test images that are right."""
    with torch.no_grad():
        right = sum((network(pixels).argmax(1) == labels).sum().item()
                    for pixels, labels in zip(test.pixels.split(1000), test.labels.split(1000)))
    return right / len(test)


def draw(path, pairs: dict):
    """The curves of all seeds: PyTorch's as a wide line, ours as a thin one over it."""
    import matplotlib  # pylint: disable=import-outside-toplevel

    matplotlib.use("Agg")
    from matplotlib import pyplot  # pylint: disable=import-outside-toplevel

    figure, axes = pyplot.subplots(figsize=(9, 5))
    for number, (seed, (own, other)) in enumerate(pairs.items()):
        axes.plot(*zip(*other.curve), color=f"C{number}", linewidth=5, alpha=0.35,
                  label=f"PyTorch, seed {seed}: {other.accuracy:.2%}")
        axes.plot(*zip(*own.curve), color=f"C{number}", linewidth=1,
                  label=f"cnn.c, seed {seed}: {own.accuracy:.2%}")
    axes.set(yscale="log", xlabel="step", ylabel=f"mean loss of {WINDOW} steps",
             title="simple.net: the same weights, the same order of images")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def apart(a: list, b: list) -> float:
    """How far two curves lie apart: the root mean square of the logarithms of their ratios."""
    logs = [math.log(x / y) for (_, x), (_, y) in zip(a, b, strict=True)]
    return math.sqrt(sum(log * log for log in logs) / len(logs))


def mean_apart(curves) -> float:
    """Of pairs of curves."""
    distances = [apart(a, b) for a, b in curves]
    return sum(distances) / len(distances)


def judge_curves(setting: Setting, pairs: dict):
    """The requirements on losses."""
    first = max(abs(a.curve[0][1] - b.curve[0][1]) / b.curve[0][1] for a, b in pairs.values())
    setting.report.require("whole runs: loss of the first 100 steps", first, FIRST_LIMIT,
                           f"the worst of {len(pairs)} seeds")
    seeds = mean_apart(itertools.combinations([b.curve for _, b in pairs.values()], 2))
    setting.report.require("whole runs: loss curves apart",
                           mean_apart((a.curve, b.curve) for a, b in pairs.values()), seeds / 2,
                           f"limit: half of {seeds:.2g} between PyTorch's seeds")


def judge(setting: Setting, pairs: dict):
    """The requirements on accuracy, and what is kept."""
    own = [pair[0].accuracy for pair in pairs.values()]
    other = [pair[1].accuracy for pair in pairs.values()]
    spread = max(max(values) - min(values) for values in (own, other))
    setting.report.require(
        "whole runs: test accuracy, ours - PyTorch's", abs(sum(own) - sum(other)) / len(own),
        spread, f"{percents(own)} and {percents(other)}; limit: between seeds")
    setting.report.keep("whole_runs", {
        seed: {"cnn.c": vars(a), "PyTorch": vars(b)} for seed, (a, b) in pairs.items()})


def percents(values) -> str:
    """98.91 98.80 98.85 %"""
    return " ".join(f"{100 * value:.2f}" for value in values) + " %"


def check(setting: Setting):
    """All seeds, the picture, the requirements."""
    epochs, images = (1, 10000) if setting.quick else (5, 60000)
    train = Images(setting.data, MEAN, DEVIATION, limit=images)
    test = Images(setting.data, MEAN, DEVIATION, TEST)
    pairs = {}
    for seed in SEEDS:
        pairs[seed] = (ours(setting, seed, epochs, len(train)),
                       theirs(setting, seed, epochs, train, test))
        own, other = pairs[seed]
        setting.report.say(f"whole runs: seed {seed}: cnn.c {own.accuracy:.2%} in "
                           f"{own.seconds:.0f} s, PyTorch {other.accuracy:.2%} in "
                           f"{other.seconds:.0f} s")
    setting.out.mkdir(parents=True, exist_ok=True)
    draw(setting.out / PICTURE, pairs)
    judge_curves(setting, pairs)
    judge(setting, pairs)
