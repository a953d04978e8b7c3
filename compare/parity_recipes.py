"""The update rules that parity compares: one name, the flags of cnn, PyTorch's objects."""

from dataclasses import dataclass, field
from typing import Callable

from torch import optim


def constant(_optimizer, _steps):
    """No schedule."""
    return None


@dataclass(frozen=True)
class Recipe:
    """optimizer takes parameters; schedule takes the optimizer and the number of steps."""

    name: str
    flags: dict
    optimizer: Callable
    schedule: Callable = field(default=constant)

    @property
    def adaptive(self) -> bool:
        """Divides by the size of the gradient: the first step hardly knows more than its sign."""
        return self.flags["optimizer"] != "sgd"


def sgd(name: str, flags: dict, **options) -> Recipe:
    """SGD at 0.01."""
    return Recipe(name, {"optimizer": "sgd", "lr": 0.01, **flags},
                  lambda parameters: optim.SGD(parameters, lr=0.01, **options))


SGD = sgd("SGD", {})
MOMENTUM = sgd("momentum", {"momentum": 0.9}, momentum=0.9)
NESTEROV = sgd("Nesterov", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.0005},
               momentum=0.9, nesterov=True, weight_decay=0.0005)
ADAM = Recipe("Adam", {"optimizer": "adam", "lr": 0.001},
              lambda parameters: optim.Adam(parameters, lr=0.001))
ADAM_DECAY = Recipe("Adam with decay", {"optimizer": "adam", "lr": 0.001, "weight_decay": 0.001},
                    lambda parameters: optim.Adam(parameters, lr=0.001, weight_decay=0.001))
ADAMW = Recipe("AdamW", {"optimizer": "adamw", "lr": 0.001, "weight_decay": 0.01},
               lambda parameters: optim.AdamW(parameters, lr=0.001, weight_decay=0.01))
# Rates and momentum move at every step, so that the trainer's use of them is seen.
SGD_CYCLE = Recipe(
    "SGD, one cycle",
    {"optimizer": "sgd", "lr": 0.05, "schedule": "onecycle"},
    lambda parameters: optim.SGD(parameters, lr=0.05, momentum=0.9),
    lambda optimizer, steps: optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=steps))
ADAM_CYCLE = Recipe(
    "Adam, one cycle",
    {"optimizer": "adam", "lr": 0.002, "schedule": "onecycle"},
    lambda parameters: optim.Adam(parameters, lr=0.002),
    lambda optimizer, steps: optim.lr_scheduler.OneCycleLR(optimizer, 0.002, total_steps=steps))

RECIPES = (SGD, MOMENTUM, NESTEROV, ADAM, ADAMW)
ALL_RECIPES = (*RECIPES, ADAM_DECAY)
CYCLES = (SGD_CYCLE, ADAM_CYCLE)
