"""A hundred steps: no further from PyTorch than twice what PyTorch is from itself.

Float32 training drifts. The yardstick is the distance between PyTorch's own contiguous and
channels_last runs, tensor by tensor at the hundredth step: outputs, gradients and parameters. How
the noise is treated: one run is one draw, so every distance is the root mean square over several
starts (weights of another seed); no tensor is asked for more than one unit in float32's last place,
2^-23; and all runs follow the trace where ReLU and pooling meet a tie (parity_pass.py), because one
flipped tie moves a run by a thousand times what rounding does and says nothing about either.

From PyTorch in double, ours must be no further than PyTorch's float32: the geometric mean of the
ratios over tensors, rules and starts is 1 at most, but for twice its standard error.
"""

import math

import traces
from parity_data import Images
from parity_first import DEVIATION, MEAN, NEAR_TIE, SMALL, distances, three_twins
from parity_pass import Branch
from parity_recipes import CYCLES, RECIPES
from parity_report import Setting

STEPS = 100
BATCH = 8
FLOOR = 2.0 ** -23
TIMES = 2


class HundredSteps:
    """Runs of one network and what they gave."""

    def __init__(self, setting: Setting, network: str, starts: int):
        self.setting, self.network, self.starts = setting, network, starts
        self.text = setting.text(network)
        self.images = Images(setting.data, MEAN, DEVIATION, limit=STEPS * BATCH)
        self.flips, self.gap = 0, 0.0
        self.logs = []  # of how much further from double we were, one for each run
        self.tables = {}

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
        runs = []
        for seed in range(1, self.starts + 1):
            runs.append(self.run(recipe, seed))
            self.logs.append(sum(log_ratio(d) for d in runs[-1].values()) / len(runs[-1]))
        table = {name: [root_mean_square([run[name][i] for run in runs]) for i in range(4)]
                 for name in runs[0]}
        worst = max(table, key=lambda name: times_yardstick(table[name]))
        over = sum(times_yardstick(row) > TIMES for row in table.values())
        self.setting.report.require(
            f"100 steps, {self.network}, {recipe.name}: ours / yardstick",
            times_yardstick(table[worst]), TIMES,
            f"{worst}: {table[worst][0]:.1e} by {table[worst][1]:.1e}"
            + (f"; {over} of {len(table)} tensors are over" if over else ""))
        self.tables[recipe.name] = table

    def judge(self):
        """What holds over all rules."""
        report, count = self.setting.report, len(self.logs)
        mean = sum(self.logs) / count
        error = math.sqrt(sum((log - mean) ** 2 for log in self.logs) / (count - 1) / count)
        report.require(f"100 steps, {self.network}: from double, ours / PyTorch's",
                       math.exp(mean), math.exp(2 * error), f"{count} runs")
        report.require(f"100 steps, {self.network}: ties", self.gap, NEAR_TIE,
                       f"{self.flips} of PyTorch's choices differed and were made ours")
        report.keep(f"hundred_steps_{self.network}", {
            "columns": ["ours", "layouts", "ours_double", "float_double"], "rms_of": self.starts,
            "tensors": self.tables})


def times_yardstick(row) -> float:
    """Our distance by PyTorch's from itself."""
    return row[0] / max(row[1], FLOOR / TIMES)


def log_ratio(row) -> float:
    """How much further than PyTorch's float32 we are from double."""
    return math.log((row[2] + SMALL) / (row[3] + SMALL))


def root_mean_square(values) -> float:
    """Of distances."""
    return math.sqrt(sum(value * value for value in values) / len(values))


def check(setting: Setting):
    """The quick form leaves out scratch.net, the cycles and two starts of five."""
    plan = [("simple", 3, RECIPES)] if setting.quick else [("simple", 5, RECIPES + CYCLES),
                                                           ("scratch", 5, RECIPES + CYCLES)]
    for network, starts, recipes in plan:
        steps = HundredSteps(setting, network, starts)
        for recipe in recipes:
            steps.recipe(recipe)
        steps.judge()
