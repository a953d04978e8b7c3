"""The first step: every number of it, beside PyTorch's, for both networks and every update rule.

The weights are once ours, opened by PyTorch, and once PyTorch's, opened by us. Every tensor must be
within 3e-6 of PyTorch's, as |ours - PyTorch's| / |PyTorch's| in norm. One thing no two float32
programs can promise each other: Adam's first update divides each gradient by its own size, and a
gradient that is all rounding then gives an update that is all rounding. So for Adam's kinds the
rule is held to 3e-6 from one and the same gradient, and the whole step to 3e-6 or, where that is
more, to twice what PyTorch's float32 differs by itself: its contiguous run from its channels_last
run, or from PyTorch in double. All are root mean squares over the cases of one network: a single
such gradient can be most of a distance. (On a processor with AVX-512 PyTorch's fc1 of simple.net is
3.0e-6 from double, ours 1.4e-6, and both layouts round alike: without the second of these distances
even exact numbers would be refused.)

Against PyTorch in double, our distances and those of PyTorch's float32 are set side by side; the
geometric mean of their ratios over all tensors must be 1 at most.
"""

import math
from typing import NamedTuple

import torch
from safetensors.torch import save_file

import net
import traces
from parity_data import Images
from parity_pass import Branch, Twin, difference, pools, updated
from parity_recipes import ALL_RECIPES, SGD
from parity_report import Setting

LIMIT = 3e-6
NEAR_TIE = 1e-5  # of two values between which float rounding may choose
BATCH = 64
MEAN, DEVIATION = 0.1307, 0.3081  # as cnn measures them on MNIST
NOT_COMPARED = ("labels", "lr")  # neither is a result; schedules are looked at by themselves
SMALL = 1e-9  # keeps ratios of distances finite


class Row(NamedTuple):
    """The distances of one tensor, all relative to its size."""

    network: str
    case: str
    tensor: str
    ours: float  # of ours from PyTorch
    layouts: float  # of PyTorch's channels_last run from its contiguous one
    ours_double: float  # of ours from PyTorch in double
    float_double: float  # of PyTorch's float32 from PyTorch in double
    same_gradient: float  # of ours from PyTorch, updated by our gradient
    adaptive: bool

    @property
    def kind(self) -> str:
        """What sort of number it is."""
        if self.tensor.startswith("after/"):
            return "parameter"
        return "gradient" if self.tensor.endswith(".grad") else "output"

    @property
    def double_ratio(self) -> float:
        """How much further than PyTorch's float32 we are from double, as a logarithm."""
        return math.log((self.ours_double + SMALL) / (self.float_double + SMALL))


def distances(ours, plain, last, double) -> tuple:
    """The four distances of Row."""
    return (difference(ours, plain, double), difference(last, plain, double),
            difference(ours, double, double), difference(plain, double, double))


def numbers_of(trace: traces.Trace, step: int) -> set:
    """The names of all tensors of a step that PyTorch has too."""
    prefix = f"step{step}/"
    names = {key[len(prefix):] for key in trace.keys if key.startswith(prefix)}
    return {name for name in names if name not in NOT_COMPARED and not name.endswith(".indices")}


def three_twins(text: str, initial: dict, recipe, steps: int = 1) -> list:
    """PyTorch in float32 contiguous, in float32 channels_last and in double."""
    return [Twin(text, initial, recipe, steps=steps),
            Twin(text, initial, recipe, steps=steps, channels_last=True),
            Twin(text, initial, recipe, steps=steps, dtype=torch.float64)]


class FirstSteps:
    """All cases and what they gave."""

    def __init__(self, setting: Setting):
        self.setting = setting
        self.images = Images(setting.data, MEAN, DEVIATION, limit=BATCH)
        self.rows, self.flips, self.gap = [], 0, 0.0
        self.opened, self.cases = 0, 0
        self.pools = []  # whether the indices of each are right

    def case(self, network: str, theirs: bool, recipe, seed: int):
        """One network, one origin of the weights, one update rule."""
        weights = {}
        text = self.setting.text(network)
        if theirs:
            torch.manual_seed(seed)
            weights["weights"] = self.setting.temp / "weights.safetensors"
            save_file(net.build(text).state_dict(), weights["weights"])
        with traces.record(self.setting.cnn, self.setting.network(network),
                           self.setting.temp / "first.safetensors", data=self.setting.data,
                           batch_size=BATCH, seed=seed, **weights, **recipe.flags) as trace:
            initial = trace.initial()
            if theirs:
                torch.manual_seed(seed)
                own, initial = initial, net.build(text).state_dict()
                self.opened += own.keys() == initial.keys() and all(
                    torch.equal(own[name], initial[name]) for name in own)
            else:
                self.opened += initial.keys() == net.build(text).state_dict().keys()
            self.cases += 1
            self.pools += pools(net.build(text), trace).values()
            label = f"{'PyTorch' if theirs else 'our'} weights, {recipe.name}"
            self.compare((network, label), text, initial, recipe, trace)

    def compare(self, label: tuple, text: str, initial: dict, recipe, trace: traces.Trace):
        """Appends a row for every tensor."""
        images, labels = self.images.batch(0, BATCH)
        results = []
        for twin in three_twins(text, initial, recipe):
            branch = Branch(trace, 0)
            results.append(twin.step(images, labels, branch))
            self.flips, self.gap = self.flips + branch.flips, max(self.gap, branch.gap)
        if numbers_of(trace, 0) != results[0].keys():
            raise ValueError(f"{label}: only one of us has "
                             f"{sorted(numbers_of(trace, 0) ^ results[0].keys())}")
        if not torch.equal(trace.get(0, "labels").long(), labels):
            raise ValueError(f"{label}: the labels differ")
        update = updated(text, initial, recipe, {name: trace.get(0, name) for name in results[0]
                                                 if name.endswith(".grad")})
        for name in results[0]:
            ours = trace.get(0, name)
            same = difference(ours, update[name], update[name]) if name in update else 0.0
            self.rows.append(Row(*label, name, *distances(ours, *(r[name] for r in results)), same,
                                 recipe.adaptive))

    def worst(self, name: str, figure, rows, limit: float):
        """A requirement on the worst of some rows."""
        row = max(rows, key=figure)
        self.setting.report.require(f"first step: {name}", figure(row), limit,
                                    f"{row.tensor} ({row.network}, {row.case})")

    def judge(self):
        """The requirements."""
        report, rows = self.setting.report, self.rows
        parameters = [row for row in rows if row.kind == "parameter"]
        report.require_all("first weights, opened by the other", self.opened, self.cases)
        for kind in ("output", "gradient"):
            self.worst(f"each {kind}", lambda row: row.ours,
                       [row for row in rows if row.kind == kind], LIMIT)
        self.worst("parameters, SGD's kinds", lambda row: row.ours,
                   [row for row in parameters if not row.adaptive], LIMIT)
        self.worst("parameters, from one gradient", lambda row: row.same_gradient, parameters,
                   LIMIT)
        self.judge_adaptive([row for row in parameters if row.adaptive])
        report.require("first step: ties", self.gap, NEAR_TIE,
                       f"{self.flips} of PyTorch's choices differed and were made ours")
        report.require_all("first step: of equal maxima the first", sum(self.pools),
                           len(self.pools), "pools, from their own inputs")
        self.judge_double()

    def judge_adaptive(self, rows):
        """Whole steps of Adam's kinds, tensor by tensor."""
        groups = {}
        for row in rows:
            groups.setdefault((row.network, row.tensor), []).append(row)
        figures = {}
        for name, group in groups.items():
            ours, *theirs = (root_mean_square([getattr(row, column) for row in group])
                             for column in ("ours", "layouts", "float_double"))
            figures[name] = (ours / max(LIMIT, 2 * max(theirs)), ours, max(theirs))
        worst = max(figures, key=figures.get)
        beyond = sum(row.ours > LIMIT for row in rows)
        self.setting.report.require(
            "first step: parameters, Adam's kinds, by limit", figures[worst][0], 1,
            f"{worst[1]} of {worst[0]}: {figures[worst][1]:.1e} by {figures[worst][2]:.1e}; "
            f"{beyond} of {len(rows)} are beyond {LIMIT}")

    @staticmethod
    def double_ratios(rows) -> dict:
        """For each tensor of each network, the mean over its cases."""
        groups = {}
        for row in rows:
            groups.setdefault((row.network, row.tensor), []).append(row.double_ratio)
        return {name: sum(logs) / len(logs) for name, logs in groups.items()}

    def judge_double(self):
        """Ours against PyTorch's float32, both seen from double."""
        rows = [row for row in self.rows if row.tensor != "input"]
        mean = math.exp(sum(row.double_ratio for row in rows) / len(rows))
        tensors = self.double_ratios(rows)
        worst = max(tensors, key=tensors.get)
        self.setting.report.require(
            "first step: from double, ours / PyTorch's", mean, 1,
            f"most: {worst[1]} of {worst[0]}, {math.exp(tensors[worst]):.2f}")
        self.setting.report.keep("first_step", {
            "columns": Row._fields, "rows": [list(row) for row in self.rows]})


def root_mean_square(values) -> float:
    """Of distances."""
    return math.sqrt(sum(value * value for value in values) / len(values))


def check(setting: Setting):
    """All cases, then the requirements."""
    steps = FirstSteps(setting)
    for network in ("simple", "scratch"):
        for seed, theirs in enumerate((False, True), 1):
            for recipe in ALL_RECIPES:
                steps.case(network, theirs, recipe, seed)
            setting.report.say(f"first step: {network}, {'PyTorch' if theirs else 'our'} weights")
    steps.judge()


def find_damage(setting: Setting, layer: str) -> str:
    """Compares one step of simple.net, in which the gradient of this layer's weights was damaged in
    PyTorch: the first tensor beyond the limit, or nothing."""
    text = setting.text("simple")
    images, labels = Images(setting.data, MEAN, DEVIATION, limit=BATCH).batch(0, BATCH)
    with traces.record(setting.cnn, setting.network("simple"),
                       setting.temp / "damage.safetensors", data=setting.data, batch_size=BATCH,
                       **SGD.flags) as trace:
        numbers = Twin(text, trace.initial(), SGD, damaged=layer).step(images, labels,
                                                                       Branch(trace, 0))
        for name, theirs in numbers.items():
            if difference(trace.get(0, name), theirs, theirs) > LIMIT:
                return name
    return ""


def check_mutations(setting: Setting):
    """Every damaged gradient must be found, where it is."""
    layers = [name for name, layer in net.build(setting.text("simple")).named_children()
              if hasattr(layer, "weight")]
    found = [layer for layer in layers if find_damage(setting, layer) == f"{layer}.weight.grad"]
    setting.report.require_all("mutations found", len(found), len(layers),
                               "one gradient too large by 0.1 %, in " + ", ".join(layers))
