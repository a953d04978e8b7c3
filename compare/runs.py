"""Whole trainings: the rows of the original's table, losses and accuracies from real runs."""

import json
import subprocess
import sys

from speed import ORIGINAL, PLAIN, winner
from worker import HERE, remember

SCRATCH, SIMPLE = "networks/scratch.net", "networks/simple.net"


def ask_numpy(run, *words):
    """Calls one function of systems_numpy.py."""
    command = [sys.executable, HERE / "systems_numpy.py", *words, "--data", run.data]
    remember(command)
    with open(run.log, "a", encoding="utf-8") as errors:
        done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=errors,
                              check=True)
    return json.loads(done.stdout)


def numpy(run):
    """The loops for some batches; whole trainings in the fair form, with the slip and without."""
    run.say("loops over every output place")
    loops = ask_numpy(run, "loops", "--batches", 1 if run.quick else 3)
    run.done(0.4)
    fits = {"slip": [], "right": []}
    for seed in run.seeds:
        for form, flags in (("slip", ["--slip"]), ("right", [])):
            run.say(f"products of matrices, {form}, seed {seed}")
            fits[form].append(ask_numpy(run, "fit", "--seed", seed, *flags))
    return {"loops": loops, **fits}


def scratch(run):
    """scratch.net with the original's settings, PyTorch and cnn.c alternating."""
    fits = {"torch": [], "cnn": []}
    for seed in run.seeds:
        run.say(f"seed {seed}")
        spec = {"network": SCRATCH, "data": run.data, "batch": 32, "limit": 1000, "epochs": 10,
                "seed": seed, "sgd": 0.01, "setting": PLAIN}
        fits["torch"].append(run.torch(run.threads).do("fit", **spec))
        flags = ["--limit", 1000, "--optimizer", "sgd", "--lr", 0.01]
        fits["cnn"].append(run.cnn.fit(SCRATCH, seed, 10, 32, flags))
        run.done(seed / len(run.seeds))
    return {"network": SCRATCH, "images": 1000, "batch": 32, "fits": fits}


def best_at_64(run):
    """PyTorch's winning setting of the training section and its number of threads."""
    rows = run.section("training")["rows"]
    return winner(max((row for row in rows if row["batch"] == 64), key=lambda r: r["threads"]))


def simple(run):
    """simple.net: the original's way (DataLoader, batch 10), plain, best, and cnn.c."""
    best, best_threads = best_at_64(run)
    limit, epochs = (6000, 2) if run.quick else (60000, 5)
    plan = [("loader", 10, 1, ORIGINAL, run.threads), ("cnn 10", 10, 1, None, None),
            ("plain", 64, 1, PLAIN, run.threads)]
    for seed in run.seeds:
        plan += [("best", 64, seed, best, best_threads), ("cnn", 64, seed, None, None)]
    fits = {}
    for number, (name, batch, seed, setting, threads) in enumerate(plan):
        run.say(f"{name}, batch {batch}, seed {seed}")
        if setting:
            fit = run.torch(threads).do("fit", network=SIMPLE, data=run.data, batch=batch,
                                        limit=limit, epochs=epochs, seed=seed, setting=setting)
            run.torch(threads).do("forget")
        else:
            fit = run.cnn.fit(SIMPLE, seed, epochs, batch, ["--limit", limit])
        fits.setdefault(name, []).append(fit)
        run.done((number + 1) / len(plan))
    return {"network": SIMPLE, "images": limit, "fits": fits,
            "best": {**best, "threads": best_threads}}
