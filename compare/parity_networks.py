"""Random small networks: one step of each, every number beside PyTorch's.

The limit is that of the first step, 3e-6 in norm. Two things are counted and reported, not passed
over: ties, where the choices of the trace are followed once they are seen to be within rounding of
PyTorch's in double; and tensors beyond the limit because what was summed canceled: those must be
right from their layer's own inputs (parity_layers.py). Parameters are held to the limit from one
and the same gradient (parity_first.py).
"""

from dataclasses import dataclass, field

import torch
from safetensors.torch import save_file

import net
import traces
from parity_data import Images, write_set
from parity_first import LIMIT, NEAR_TIE, numbers_of
from parity_layers import by_themselves, canceled
from parity_pass import Branch, Twin, difference, pools, updated
from parity_random import Sample, draw_network
from parity_report import Setting


@dataclass
class Finding:
    """What became of one network."""

    tensors: dict = field(default_factory=dict)  # name: distance, in the order of the step
    wrong: list = field(default_factory=list)  # names, in the same order
    canceled: list = field(default_factory=list)
    flips: int = 0
    gap: float = 0.0
    trouble: str = ""  # anything that kept us from comparing

    @property
    def good(self) -> bool:
        """Whether all agrees."""
        return not self.wrong and not self.trouble and self.gap <= NEAR_TIE

    @property
    def reason(self) -> str:
        """The first thing that differs."""
        if self.trouble:
            return self.trouble
        if self.wrong:
            return f"{self.wrong[0]}: {self.tensors[self.wrong[0]]:.2e}"
        return f"a choice {self.gap:.1e} from a tie"


class Comparison:
    """One network in cnn.c and in PyTorch."""

    def __init__(self, setting: Setting, sample: Sample):
        self.setting, self.sample = setting, sample
        self.folder = setting.temp / f"network{sample.seed}"
        self.found = Finding()

    def run(self) -> Finding:
        """Compares; whatever cannot be compared is a finding too."""
        sample = self.sample
        write_set(self.folder, sample.images, sample.labels)
        (self.folder / "random.net").write_text(sample.text, encoding="utf-8")
        try:
            with self.record() as trace:
                self.compare(trace)
        except (traces.CommandFailed, IndexError, RuntimeError, ValueError) as reason:
            self.found.trouble = str(reason).splitlines()[0]
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()
        return self.found

    def weights(self) -> dict:
        """PyTorch's first weights for this network."""
        torch.manual_seed(self.sample.seed)
        return net.build(self.sample.text).state_dict()

    def record(self) -> traces.Trace:
        """Our step."""
        sample, weights = self.sample, {}
        if sample.theirs and self.weights():
            weights["weights"] = self.folder / "weights.safetensors"
            save_file(self.weights(), weights["weights"])
        return traces.record(self.setting.cnn, self.folder / "random.net",
                             self.folder / "trace.safetensors", data=self.folder,
                             batch_size=len(sample.labels), seed=sample.seed, threads=1,
                             mean=sample.mean, std=sample.std, **weights,
                             **sample.recipe.flags)

    def step(self, initial: dict, trace, dtype=torch.float32) -> dict:
        """PyTorch's step."""
        sample, branch = self.sample, Branch(trace, 0)
        batch = Images(self.folder, sample.mean, sample.std).batch(0, len(sample.labels))
        numbers = Twin(sample.text, initial, sample.recipe, dtype=dtype).step(*batch, branch)
        self.found.flips += branch.flips
        self.found.gap = max(self.found.gap, branch.gap)
        return numbers

    def compare(self, trace: traces.Trace):
        """Every tensor of the step."""
        found, initial = self.found, trace.initial()
        if self.sample.theirs and not same(initial, self.weights()):
            found.trouble = "PyTorch's weights were not taken over"
            return
        theirs = self.step(initial, trace)
        if numbers_of(trace, 0) != theirs.keys():
            found.trouble = f"only one has {sorted(numbers_of(trace, 0) ^ theirs.keys())}"
            return
        wrong = [name for name, right in pools(net.build(self.sample.text), trace).items()
                 if not right]
        if wrong:
            found.trouble = f"{wrong[0]}: not the first maxima of its own inputs"
        theirs |= updated(self.sample.text, initial, self.sample.recipe,
                          {name: trace.get(0, name) for name in theirs if name.endswith(".grad")})
        found.tensors = {name: difference(trace.get(0, name), value, value)
                         for name, value in theirs.items()}
        beyond = [name for name, far in found.tensors.items() if far > LIMIT]
        if found.flips:
            self.step(initial, trace, torch.float64)  # measures the ties
        if beyond:
            self.judge(beyond, initial, trace)

    def judge(self, beyond: list, initial: dict, trace: traces.Trace):
        """Which of the tensors beyond the limit are wrong, and which only canceled."""
        network = net.build(self.sample.text)
        network.load_state_dict(initial)
        exact, sums = by_themselves(network.double(), trace)
        for name in beyond:
            right = name in exact and canceled(name, trace.get(0, name), exact, sums, LIMIT)
            (self.found.canceled if right else self.found.wrong).append(name)


def same(ours: dict, theirs: dict) -> bool:
    """Whether two state dicts hold the same bits."""
    return ours.keys() == theirs.keys() and all(torch.equal(ours[n], theirs[n]) for n in theirs)


def check(setting: Setting, seed: int, count: int):
    """Networks seed to seed + count - 1, and what is required of them."""
    report, bad, flipped, tiny = setting.report, [], [], []
    worst = (0.0, "", 0)
    for number in range(seed, seed + count):
        found = Comparison(setting, draw_network(number)).run()
        if not found.good:
            bad.append(number)
            report.say(f"network {number}: {found.reason}; see it: "
                       f"compare/parity.py --network-seed {number}")
        flipped += [(number, found.flips, found.gap)] if found.flips else []
        tiny += [(number, name, found.tensors[name]) for name in found.canceled if found.good]
        worst = max([worst] + [(far, name, number) for name, far in found.tensors.items()
                               if name not in found.canceled])
        if (number - seed + 1) % 100 == 0:
            report.say(f"networks: {number - seed + 1} of {count}, {len(bad)} differ")
    report.require_all(f"random networks {seed} to {seed + count - 1}", count - len(bad), count,
                       f"worst {worst[0]:.2g}: {worst[1]} of network {worst[2]}; ties in "
                       f"{len(flipped)}, {len(tiny)} tensors canceled")
    report.keep("networks", {"seed": seed, "count": count, "failed": bad, "ties": flipped,
                             "canceled": tiny, "worst": worst})


def show(setting: Setting, number: int) -> bool:
    """One network in full: its text, every tensor, the first layer that differs."""
    sample = draw_network(number)
    print(sample.text)
    print(f"batch {len(sample.labels)}, {sample.recipe.name}, "
          f"{'PyTorch' if sample.theirs else 'our'} weights, mean {sample.mean}, "
          f"deviation {sample.std}\n")
    found = Comparison(setting, sample).run()
    for name, far in found.tensors.items():
        remark = ("DIFFERS" if name in found.wrong else
                  "right from its layer's own inputs" if name in found.canceled else "")
        print(f"{name:24} {far:9.2e}  {remark}".rstrip())
    print(f"\n{found.flips} choices at ties differed, the worst {found.gap:.1e} from one")
    print(f"network {number}: " + ("agrees" if found.good else
                                   f"the first that differs is {found.reason}"))
    return found.good
