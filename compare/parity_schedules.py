"""Schedules: 200 steps of each beside PyTorch's, to one part in a million.

Rates are those that `cnn trace` recorded while it trained. The momentum, and Adam's beta1, that
one cycle moves are not in a trace: parity_rates.c, compiled here against the library, asks
cnn_schedule_apply() for them, which must also give the recorded rates to the bit. That training
uses them is shown by the rules named "one cycle" in parity_hundred.py.
"""

import os
import shlex
from pathlib import Path

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
    "constant": ({}, lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)),
    "step": ({"step_size": STEP_SIZE, "gamma": GAMMA},
             lambda optimizer: lr_scheduler.StepLR(optimizer, STEP_SIZE, GAMMA)),
    "cosine": ({}, lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, STEPS)),
    "onecycle": ({}, lambda optimizer: lr_scheduler.OneCycleLR(optimizer, RATE,
                                                               total_steps=STEPS)),
}
OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=RATE, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=RATE),
}
LIBRARIES = ("-ljansson", "-lpng", "-lz", "-lm", "-pthread")


def compile_rates(setting: Setting) -> Path:
    """The program of parity_rates.c. CommandFailed if the compiler refuses."""
    here, program = Path(__file__).resolve().parent, setting.temp / "rates"
    traces.run([*shlex.split(os.environ.get("CC", "cc")), "-std=c11",
                    f"-I{here.parent / 'include'}", "-o", program, here / "parity_rates.c",
                    setting.cnn.resolve().parent / "libcnn.a", *LIBRARIES])
    return program


def library_values(program: Path, schedule: str, optimizer: str) -> list:
    """(rate, momentum or beta1) of every step, from the library."""
    words = [schedule, optimizer, STEPS, RATE, STEP_SIZE, GAMMA]
    printed = traces.run([program, *words])
    return [tuple(float(word) for word in line.split()) for line in printed.splitlines()]


def pytorch_values(schedule: str, optimizer: str) -> list:
    """The same from PyTorch."""
    rule = OPTIMIZERS[optimizer]([torch.zeros(1, requires_grad=True)])
    scheduler = SCHEDULES[schedule][1](rule)
    values = []
    for _ in range(STEPS):
        group = rule.param_groups[0]
        values.append((group["lr"], group["momentum"] if optimizer == "sgd" else
                       group["betas"][0]))
        rule.step()
        scheduler.step()
    return values


def traced_rates(setting: Setting, schedule: str, optimizer: str) -> list:
    """The rates that training used."""
    folder = setting.temp / "schedules"
    if not folder.exists():
        write_set(folder, numpy.arange(8).reshape(2, 2, 2), numpy.array([0, 1]))
        (folder / "tiny.net").write_text(NETWORK, encoding="utf-8")
    momentum = {"momentum": 0.9} if optimizer == "sgd" else {}
    with traces.record(setting.cnn, folder / "tiny.net", folder / "trace.safetensors",
                       data=folder, batch_size=2, steps=STEPS, threads=1, lr=RATE,
                       schedule=schedule, optimizer=optimizer, **momentum,
                       **SCHEDULES[schedule][0]) as trace:
        return [trace.get(step, "lr").item() for step in range(STEPS)]


def furthest(ours, theirs) -> float:
    """The largest relative difference."""
    return max(abs(a - b) / abs(b) for a, b in zip(ours, theirs, strict=True))


def check(setting: Setting):
    """Every schedule under both kinds of rules."""
    program = compile_rates(setting)
    for schedule in SCHEDULES:
        rates, momenta, alike = [], [], True
        for optimizer in OPTIMIZERS:
            traced = traced_rates(setting, schedule, optimizer)
            own = library_values(program, schedule, optimizer)
            theirs = pytorch_values(schedule, optimizer)
            rates.append(furthest(traced, [rate for rate, _ in theirs]))
            momenta.append(furthest([m for _, m in own], [m for _, m in theirs]))
            alike = alike and traced == [rate for rate, _ in own]
        figure = max(rates + momenta)
        setting.report.add(f"schedule: {schedule}", f"{figure:.3g}", f"<= {LIMIT:.3g}",
                           figure <= LIMIT and alike,
                           f"rate, momentum, beta1 of {STEPS} steps" if alike else
                           "the library's rates are not those of the trace")
        setting.report.keep(f"schedule_{schedule}", {"rates": rates, "momenta": momenta})
