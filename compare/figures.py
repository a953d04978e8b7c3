"""Computes rates, ratios and medians from the samples of results.json. Standard library only.

A ratio is always PyTorch's time divided by cnn.c's, from the pairs of one round: above 1, cnn.c is
faster.
"""

import statistics

from speed import best_of, name_of
from worker import total

EPOCH = 60000
median = statistics.median


def condense(results):
    """The results with the calls of each prediction round summed up: small enough to keep."""
    for row in results.get("prediction", {}).get("rows", []):
        row["samples"] = {name: [summed(answer) for answer in answers]
                          for name, answers in row["samples"].items()}
    return results


def summed(answer):
    if isinstance(answer, dict):
        return answer
    ordered = sorted(answer)
    return {"median": median(ordered), "p99": ordered[(len(ordered) * 99 - 1) // 100],
            "calls": len(ordered), "total": sum(ordered) / 1e6}


def spread(values):
    """Median, least and most."""
    return {"median": median(values), "low": min(values), "high": max(values)}


def unit_seconds(row, name):
    """Seconds of one step, call or pass, in each round."""
    return [total(answer) / row["counts"][name] for answer in row["samples"][name]]


def rates(row, name):
    """Images a second."""
    return spread([row["batch"] / seconds for seconds in unit_seconds(row, name)])


def epoch_seconds(row, name):
    """Seconds of an epoch of 60,000 images, scaled from the slices measured."""
    return spread([EPOCH / row["batch"] * seconds for seconds in unit_seconds(row, name)])


def latencies(row, name, which):
    """Microseconds of a call: "median" or "p99" of each round."""
    return spread([answer[which] for answer in row["samples"][name]])


def ratios(row, name):
    """PyTorch's time over cnn.c's, round by round."""
    pairs = zip(unit_seconds(row, name), unit_seconds(row, "cnn"))
    return spread([theirs / ours for theirs, ours in pairs])


def latency_ratios(row, name):
    """The same for the median call of each round."""
    pairs = zip(row["samples"][name], row["samples"]["cnn"])
    return spread([theirs["median"] / ours["median"] for theirs, ours in pairs])


def setting_of(row, name):
    """A finalist's setting in words."""
    setting = row["settings"][name]
    return f"{name_of(setting)}, {threads_text(setting['threads'])}"


def threads_text(threads):
    return f"{threads} thread" + ("" if threads == 1 else "s")


def all_threads(results, section, batch=None):
    """The rows with all threads, by batch size; or the one of a batch size, or None."""
    rows = [row for row in results[section]["rows"] if row["threads"] == results["meta"]["threads"]]
    rows.sort(key=lambda row: row["batch"])
    if batch is None:
        return rows
    return next((row for row in rows if row["batch"] == batch), None)


def grid_name(shape):
    n, c, h, w, k, r, stride, _ = shape
    return f"batch {n}, {c} x {h} x {w} to {k}, {r}x{r}" + (f" / {stride}" if stride > 1 else "")


def grid_gigaflops(shape):
    """Billion additions and multiplications of forward, dx and dw."""
    n, c, h, w, k, r, stride, pad = shape
    p, q = ((size + 2 * pad - r) // stride + 1 for size in (h, w))
    return 3 * 2 * n * p * q * k * c * r * r / 1e9


def grid_row(row):
    """PyTorch's best by median, both speeds in GFLOP/s, and the ratio."""
    names = [name for name in row["samples"] if name != "cnn"]
    best = min(names, key=lambda name: median(unit_seconds(row, name)))
    work = grid_gigaflops(row["shape"])
    return {"name": grid_name(row["shape"]), "best": best, "ratio": ratios(row, best),
            "ours": work / median(unit_seconds(row, "cnn")),
            "theirs": work / median(unit_seconds(row, best)),
            "our_seconds": median(unit_seconds(row, "cnn")),
            "their_seconds": median(unit_seconds(row, best))}


def grid_mean(results):
    """Geometric mean of the ratios."""
    return statistics.geometric_mean(grid_row(row)["ratio"]["median"]
                                     for row in results["grid"]["rows"])


def losses(results):
    """Every row in which PyTorch is faster: what, both figures, ratio, setting. Worst first."""
    found = []
    for row in results["training"]["rows"]:
        best = best_of(row)
        found.append((f"training, batch {row['batch']}, {threads_text(row['threads'])}",
                      f"{rates(row, 'cnn')['median']:,.0f} images/s",
                      f"{rates(row, best)['median']:,.0f} images/s", ratios(row, best)["median"],
                      setting_of(row, best)))
    for row in results["prediction"]["rows"]:
        best = best_of(row)
        found.append((f"prediction, batch {row['batch']:,}, {threads_text(row['threads'])}",
                      f"{latencies(row, 'cnn', 'median')['median']:,.0f} µs",
                      f"{latencies(row, best, 'median')['median']:,.0f} µs",
                      latency_ratios(row, best)["median"], setting_of(row, best)))
    for row in map(grid_row, results["grid"]["rows"]):
        found.append((f"convolution, {row['name']}", f"{row['ours']:.1f} GFLOP/s",
                      f"{row['theirs']:.1f} GFLOP/s", row["ratio"]["median"], row["best"]))
    slower = sorted((entry for entry in found if entry[3] < 1), key=lambda entry: entry[3])
    return slower, len(found)


def fit_summary(fits):
    """Of trainings that differ by seed: the median epoch's seconds, last losses, accuracies."""
    last = [fit["epochs"][-1] for fit in fits]
    return {"seconds": median([epoch["seconds"] for fit in fits for epoch in fit["epochs"]]),
            "epochs": len(fits[0]["epochs"]), "seeds": len(fits),
            "train_loss": spread([epoch["train_loss"] for epoch in last]),
            "test_loss": spread([epoch["test_loss"] for epoch in last]),
            "accuracy": spread([epoch["test_accuracy"] for epoch in last]),
            "accuracy_1000": spread([fit["accuracy_1000"] for fit in fits])}
