"""A hundred steps: at most twice as far from PyTorch as PyTorch is from itself.

Float32 training drifts. The yardstick is the distance between PyTorch's own contiguous and
channels_last runs, tensor by tensor at the hundredth step: outputs, gradients and parameters. How
the noise is treated: one run is one draw, and often all its tensors drift together; so ratios of
ours to the yardstick are averaged as a geometric mean, for each tensor over all runs (update rules
and starts), and for each rule over its starts and tensors; both must be 2 at most. No yardstick is
counts as less than half a unit in float32's last place, 2^-24. All runs follow the trace where ReLU
and pooling have a tie (parity_pass.py), because one flipped tie moves a run by a thousand times the
effect of rounding and says nothing about either program.

From PyTorch in double, ours must be no further than PyTorch's float32: the geometric mean of the
ratios over tensors and runs is 1 at most, but for twice its standard error, or 1.2.
"""

import math

import traces
from parity_data import Images
from parity_first import DEVIATION, MEAN, SMALL, distances, three_twins
from parity_pass import Branch
from parity_recipes import CYCLES, RECIPES
from parity_report import Setting

STEPS = 100
BATCH = 8
FLOOR = 2.0 ** -24
TIMES = 2
MOST_NOISE = 1.2  # however uncertain the mean is, it is allowed no more than this
NEAR_TIE = 1e-4  # weights have drifted by up to 1e-5 by then, so values have too


class HundredSteps:
    """Runs of one network and what they gave."""

    def __init__(self, setting: Setting, network: str, starts: int):
        self.setting, self.network, self.starts = setting, network, starts
        self.text = setting.text(network)
        self.images = Images(setting.data, MEAN, DEVIATION, limit=STEPS * BATCH)
        self.flips, self.gap = 0, 0.0
        self.runs = {}  # of each rule, its starts: tensor to distances

    def run(self, recipe, seed: int) -> dict:
        """One start: the four distances of every tensor of the last step."""
        with traces.record(self.setting.cnn, self.setting.network(self.network),
                           self.setting.temp / "hundred.safetensors", data=self.setting.data,
                           batch_size=BATCH, steps=STEPS, seed=seed, **recipe.flags) as trace:
            results = []
            for twin in three_twins(self.text, trace.initial(), recipe, STEPS):
                results.append(self.train(twin, trace))
            names = [name for name in results[0] if name != "input"]
            last = STEPS - 1
            return {name: distances(trace.get(last, name), *(r[name] for r in results))
                    for name in names}

    def train(self, twin, trace) -> dict:
        """All steps; the numbers of the last."""
        numbers = {}
        for step in range(STEPS):
            branch = Branch(trace, step)
            numbers = twin.step(*self.images.batch(step, BATCH), branch)
            self.flips, self.gap = self.flips + branch.flips, max(self.gap, branch.gap)
        return numbers

    def recipe(self, recipe):
        """All starts of one rule, and the requirement on it."""
        runs = [self.run(recipe, seed) for seed in range(1, self.starts + 1)]
        self.runs[recipe.name] = runs
        logs = [yardsticks(row) for run in runs for row in run.values()]
        single, tensor = max((yardsticks(row), name) for run in runs for name, row in run.items())
        self.setting.report.require(
            f"100 steps, {self.network}, {recipe.name}: ours / yardstick", math.exp(mean(logs)),
            TIMES, f"{self.starts} starts; most in one of them: {tensor} {math.exp(single):.2g}")

    def judge(self):
        """What holds over all rules."""
        report, runs = self.setting.report, sum(self.runs.values(), [])
        tensors = {name: mean([yardsticks(run[name]) for run in runs]) for name in runs[0]}
        worst = max(tensors, key=tensors.get)
        report.require(f"100 steps, {self.network}: each tensor: ours / yardstick",
                       math.exp(tensors[worst]), TIMES, f"{worst}; {len(runs)} runs")
        logs = [mean([from_double(row) for row in run.values()]) for run in runs]
        error = math.sqrt(sum((log - mean(logs)) ** 2 for log in logs) / (len(logs) - 1)
                          / len(logs))
        report.require(f"100 steps, {self.network}: from double, ours / PyTorch's",
                       math.exp(mean(logs)), min(math.exp(2 * error), MOST_NOISE),
                       "limit: two standard errors")
        report.require(f"100 steps, {self.network}: ties", self.gap, NEAR_TIE,
                       f"{self.flips} of PyTorch's choices differed and were made ours")
        report.keep(f"hundred_steps_{self.network}", {
            "columns": ["ours", "layouts", "ours_double", "float_double"], "runs": self.runs})


def yardsticks(row) -> float:
    """Our distance by PyTorch's from itself, as a logarithm."""
    return math.log(max(row[0], SMALL) / max(row[1], FLOOR))


def from_double(row) -> float:
    """Our distance from double by that of PyTorch's float32, as a logarithm."""
    return math.log((row[2] + SMALL) / (row[3] + SMALL))


def mean(values) -> float:
    """Of at least one."""
    return sum(values) / len(values)


def check(setting: Setting):
    """The quick form leaves out scratch.net and two starts of five."""
    for network in ("simple",) if setting.quick else ("simple", "scratch"):
        steps = HundredSteps(setting, network, 3 if setting.quick else 5)
        for recipe in RECIPES + CYCLES:
            steps.recipe(recipe)
        steps.judge()
