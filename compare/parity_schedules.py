"""Schedules: 200 steps of each beside PyTorch's, to one part in a million.

Rates are those that `cnn trace` recorded while it trained. The momentum, and Adam's beta1, that
one cycle moves are not in a trace: they are asked of cnn_schedule_apply() in libcnn.so, which must
also give the recorded rates to the bit; that training uses them is shown by the rules named "one
cycle" in parity_hundred.py and by parity_first.py.
"""

import ctypes

import numpy
import torch
from torch.optim import lr_scheduler

import traces
from parity_data import write_set
from parity_report import Setting

STEPS = 200
LIMIT = 1e-6
RATE = 0.02
STEP_SIZE, GAMMA = 30, 0.7
NETWORK = "input 2x2x1\nflatten\ndense 2\n"

# name: flags of cnn, PyTorch's scheduler
SCHEDULES = {
    "constant": ({}, lambda optimiser: lr_scheduler.LambdaLR(optimiser, lambda step: 1.0)),
    "step": ({"step_size": STEP_SIZE, "gamma": GAMMA},
             lambda optimiser: lr_scheduler.StepLR(optimiser, STEP_SIZE, GAMMA)),
    "cosine": ({}, lambda optimiser: lr_scheduler.CosineAnnealingLR(optimiser, STEPS)),
    "onecycle": ({}, lambda optimiser: lr_scheduler.OneCycleLR(optimiser, RATE,
                                                               total_steps=STEPS)),
}
OPTIMISERS = {  # in the order of cnn_optimizer_kind
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=RATE, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=RATE),
}


class Optimizer(ctypes.Structure):
    """cnn_optimizer."""

    _fields_ = [("kind", ctypes.c_int), ("lr", ctypes.c_double), ("momentum", ctypes.c_double),
                ("nesterov", ctypes.c_bool), ("weight_decay", ctypes.c_double),
                ("beta1", ctypes.c_double), ("beta2", ctypes.c_double),
                ("epsilon", ctypes.c_double)]


class Schedule(ctypes.Structure):
    """cnn_schedule."""

    _fields_ = [("kind", ctypes.c_int), ("total_steps", ctypes.c_size_t),
                ("step_size", ctypes.c_size_t), ("gamma", ctypes.c_double),
                ("min_lr", ctypes.c_double), ("warmup", ctypes.c_double),
                ("div_factor", ctypes.c_double), ("final_div_factor", ctypes.c_double),
                ("base_momentum", ctypes.c_double), ("max_momentum", ctypes.c_double)]


def library_values(library, schedule: str, optimiser: str) -> list:
    """(rate, momentum or beta1) of every step, from the library."""
    kinds = list(SCHEDULES)
    rules = Schedule(kinds.index(schedule), STEPS, STEP_SIZE,
                     GAMMA if schedule == "step" else 0.1, 0, 0.3, 25, 1e4, 0.85, 0.95)
    values = []
    for step in range(STEPS):
        now = Optimizer(list(OPTIMISERS).index(optimiser), RATE, 0.9, False, 0, 0.9, 0.999, 1e-8)
        library.cnn_schedule_apply(ctypes.byref(rules), ctypes.c_size_t(step), ctypes.byref(now))
        values.append((now.lr, now.momentum if optimiser == "sgd" else now.beta1))
    return values


def pytorch_values(schedule: str, optimiser: str) -> list:
    """The same from PyTorch."""
    rule = OPTIMISERS[optimiser]([torch.zeros(1, requires_grad=True)])
    scheduler = SCHEDULES[schedule][1](rule)
    values = []
    for _ in range(STEPS):
        group = rule.param_groups[0]
        values.append((group["lr"], group["momentum"] if optimiser == "sgd" else
                       group["betas"][0]))
        rule.step()
        scheduler.step()
    return values


def traced_rates(setting: Setting, schedule: str, optimiser: str) -> list:
    """The rates that training used."""
    folder = setting.temp / "schedules"
    if not folder.exists():
        write_set(folder, numpy.arange(8).reshape(2, 2, 2), numpy.array([0, 1]))
        (folder / "tiny.net").write_text(NETWORK, encoding="utf-8")
    momentum = {"momentum": 0.9} if optimiser == "sgd" else {}
    with traces.record(setting.cnn, folder / "tiny.net", folder / "trace.safetensors",
                       data=folder, batch_size=2, steps=STEPS, threads=1, lr=RATE,
                       schedule=schedule, optimizer=optimiser, **momentum,
                       **SCHEDULES[schedule][0]) as trace:
        return [trace.get(step, "lr").item() for step in range(STEPS)]


def furthest(ours, theirs) -> float:
    """The largest relative difference."""
    return max(abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True))


def check(setting: Setting):
    """Every schedule under both kinds of rules."""
    library = ctypes.CDLL(str(setting.cnn.resolve().parent / "libcnn.so"))
    library.cnn_schedule_apply.restype = None
    for schedule in SCHEDULES:
        rates, momenta, alike = [], [], True
        for optimiser in OPTIMISERS:
            traced = traced_rates(setting, schedule, optimiser)
            own = library_values(library, schedule, optimiser)
            theirs = pytorch_values(schedule, optimiser)
            rates.append(furthest(traced, [rate for rate, _ in theirs]))
            momenta.append(furthest([m for _, m in own], [m for _, m in theirs]))
            alike = alike and traced == [rate for rate, _ in own]
        figure = max(rates + momenta)
        setting.report.add(f"schedule: {schedule}", f"{figure:.3g}", f"<= {LIMIT:.3g}",
                           figure <= LIMIT and alike,
                           f"rate, momentum, beta1 of {STEPS} steps" if alike else
                           "the library's rates are not those of the trace")
        setting.report.keep(f"schedule_{schedule}", {"rates": rates, "momenta": momenta})
