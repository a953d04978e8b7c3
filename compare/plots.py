"""The four plots of the comparison, from results.json alone."""

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot, ticker  # noqa: E402  (after the choice of what draws)

import figures  # noqa: E402
from speed import best_of  # noqa: E402

COLORS = {"cnn": "#c8102e", "plain": "#7a7a7a", "best": "#1f5fbf", "bf16": "#c9a227",
           "loader": "#3d8b3d", "cnn 10": "#f08a8a"}
LABELS = {"cnn": "cnn.c", "plain": "PyTorch, plain", "best": "PyTorch, best",
          "bf16": "PyTorch, bf16", "loader": "PyTorch, DataLoader, batch 10",
          "cnn 10": "cnn.c, batch 10"}


def begin(title, x, y, size=(6.4, 4.4)):
    figure, axes = pyplot.subplots(figsize=size)
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    return figure, axes


def plain_numbers(axis):
    """A logarithmic axis with 0.5, 1, 2, 5 instead of powers of ten."""
    axis.set_major_locator(ticker.LogLocator(base=10, subs=(1, 2, 5)))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(ticker.NullFormatter())


def save(figure, path):
    figure.tight_layout()
    figure.savefig(path, dpi=100, metadata={"Software": None})
    pyplot.close(figure)


def epoch_time(results, path):
    figure, axes = begin("simple.net: an epoch of 60,000 images", "batch size", "seconds")
    for threads, style in ((results["meta"]["threads"], "-"), (1, ":")):
        rows = sorted((row for row in results["training"]["rows"] if row["threads"] == threads),
                      key=lambda row: row["batch"])
        for who in ("plain", "best", "bf16", "cnn"):
            points = [(row["batch"], figures.epoch_seconds(row, name)["median"]) for row in rows
                      for name in [best_of(row) if who == "best" else who]
                      if name in row["samples"]]
            axes.plot([x for x, _ in points], [y for _, y in points], style, marker="o",
                      markersize=3, color=COLORS[who],
                      label=f"{LABELS[who]}, {figures.threads_text(threads)}")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    ticks = sorted({row["batch"] for row in results["training"]["rows"]})
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    plain_numbers(axes.yaxis)
    axes.legend(fontsize=7, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.15))
    save(figure, path)


def loss_curves(results, path):
    figure, axes = begin("simple.net, batch 64: training loss, every seed",
                         "images seen", "mean loss of the epoch so far")
    for who in ("best", "cnn"):
        for number, fit in enumerate(results["simple"]["fits"][who]):
            axes.plot([x for x, _ in fit["curve"]], [y for _, y in fit["curve"]], linewidth=1,
                      color=COLORS[who], alpha=0.8, label=None if number else LABELS[who])
    axes.set_yscale("log")
    plain_numbers(axes.yaxis)
    axes.legend()
    save(figure, path)


def accuracy(results, path):
    figure, axes = begin("simple.net: test accuracy against seconds of training", "seconds", "%")
    for who, fits in results["simple"]["fits"].items():
        for number, fit in enumerate(fits):
            seconds, passed = [], 0
            for epoch in fit["epochs"]:
                passed += epoch["seconds"]
                seconds.append(passed)
            axes.plot(seconds, [100 * epoch["test_accuracy"] for epoch in fit["epochs"]],
                      marker="o", markersize=3, linewidth=1, color=COLORS[who],
                      label=None if number else LABELS[who])
    axes.set_xscale("log")
    plain_numbers(axes.xaxis)
    axes.legend(fontsize=8)
    save(figure, path)


def grid(results, path):
    rows = [figures.grid_row(row) for row in results["grid"]["rows"]][::-1]
    figure, axes = begin("Single convolutions, forward and backward",
                         "cnn.c's speed over PyTorch's best", "", (7.2, 0.9 + 0.24 * len(rows)))
    middle = [row["ratio"]["median"] for row in rows]
    spans = [[row["ratio"]["median"] - row["ratio"]["low"] for row in rows],
             [row["ratio"]["high"] - row["ratio"]["median"] for row in rows]]
    colors = [COLORS["cnn" if value >= 1 else "best"] for value in middle]
    axes.barh([row["name"] for row in rows], [value - 1 for value in middle], left=1, color=colors,
              xerr=spans, error_kw={"linewidth": 0.8})
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    plain_numbers(axes.xaxis)
    axes.tick_params(axis="y", labelsize=7)
    save(figure, path)


PLOTS = {"epoch-time.png": epoch_time, "loss.png": loss_curves, "accuracy.png": accuracy,
         "grid.png": grid}


def draw(results, folder):
    """All four, as files in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, plot in PLOTS.items():
        plot(results, folder / name)
