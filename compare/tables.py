"""The tables of the comparison as Markdown, from results.json alone."""

import figures
from figures import (all_threads, epoch_seconds, fit_summary, latencies, latency_ratios,
                     median, rates, ratios, setting_of, threads_text)
from speed import best_of, name_of

# The table of the original work, as its text gives it.
ORIGINAL_NUMPY = ["1,000", "~150", "10", "~2.05", "26.80 %", "", "~2.115"]
ORIGINAL_TORCH = ["60,000", "~120", "5", "~0.016", "", "98.92 %", "not stated"]
SIX_ROWS = ["training images", "seconds an epoch", "epochs", "final training loss",
            "test accuracy, first 1,000 images", "test accuracy, 10,000 images", "test loss"]


def table(head, rows):
    """Markdown; the first column left, the others right."""
    lines = ["| " + " | ".join(head) + " |", "| --- " + "| ---: " * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def number(value):
    """Three digits or so."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread_text(values, show=number):
    return f"{show(values['median'])} ({show(values['low'])} to {show(values['high'])})"


def times(values):
    return f"{values['median']:.2f} ({values['low']:.2f} to {values['high']:.2f})"


def percent(values):
    """An accuracy; with several seeds its middle and its ends."""
    text = f"{100 * values['median']:.2f}"
    if values["low"] != values["high"]:
        text += f" ({100 * values['low']:.2f} to {100 * values['high']:.2f})"
    return text + " %"


def loss(values):
    return f"{values['median']:.4f}"


def size(count):
    """Bytes in MB, as disks are sold."""
    return f"{count / 1e6:,.1f} MB"


def six(images, fits, seconds=None):
    """A column of the original's rows."""
    summary = fit_summary(fits)
    return [f"{images:,}", number(seconds or summary["seconds"]), summary["epochs"],
            loss(summary["train_loss"]), percent(summary["accuracy_1000"]),
            percent(summary["accuracy"]), loss(summary["test_loss"])]


def columns(heads, parts):
    """A table whose columns are given."""
    return table(["", *heads], [[name, *row] for name, *row in zip(SIX_ROWS, *parts)])


def loop_seconds(results, form):
    """Seconds of an epoch of 1,000 images in the loop form."""
    loops = results["numpy"]["loops"]
    return median(loops[form]) * loops["images"] / loops["batch"]


def scratch_table(results):
    numpy, fits = results["numpy"], results["scratch"]["fits"]
    parts = [ORIGINAL_NUMPY, six(1000, numpy["slip"], loop_seconds(results, "slip")),
             six(1000, numpy["right"], loop_seconds(results, "right")), six(1000, numpy["right"]),
             six(1000, fits["torch"]), six(1000, fits["cnn"])]
    return columns(["the original's text", "NumPy, loops, with the slip", "NumPy, loops",
                    "NumPy without loops", "PyTorch, plain", "cnn.c"], parts)


def simple_table(results):
    part = results["simple"]
    heads = {"loader": "PyTorch, DataLoader, batch 10", "cnn 10": "cnn.c, batch 10",
             "plain": "PyTorch, plain, batch 64", "best": "PyTorch, best, batch 64",
             "cnn": "cnn.c, batch 64"}
    names = [name for name in heads if name in part["fits"]]
    parts = [ORIGINAL_TORCH] + [six(part["images"], part["fits"][name]) for name in names]
    return columns(["the original's text", *[heads[name] for name in names]], parts)


def training_rows(results, threads):
    for row in sorted(results["training"]["rows"], key=lambda row: row["batch"]):
        if row["threads"] != threads:
            continue
        best = best_of(row)
        bf16 = spread_text(rates(row, "bf16")) if "bf16" in row["samples"] else "refused"
        yield [row["batch"], spread_text(rates(row, "cnn")), spread_text(rates(row, "plain")),
               spread_text(rates(row, best)), bf16, times(ratios(row, "plain")),
               times(ratios(row, best)), setting_of(row, best)]


def training_table(results, threads):
    head = ["batch", "cnn.c", "PyTorch, plain", "PyTorch, best", "PyTorch, bf16", "cnn.c / plain",
            "cnn.c / best", "the best setting"]
    return table(head, training_rows(results, threads))


def held_line(results):
    row = results["training"].get("held")
    if not row:
        return "Held to AVX2: not measured, this processor has none."
    best = best_of(row)
    return (f"Both limited to AVX2 (cnn.c's back end `avx2`; PyTorch with `ATEN_CPU_CAPABILITY=avx2` "
            f"and `ONEDNN_MAX_CPU_ISA=AVX2`), batch {row['batch']}, {row['threads']} thread(s): "
            f"cnn.c {spread_text(rates(row, 'cnn'))} images/s, {times(ratios(row, 'plain'))} "
            f"times plain PyTorch, {times(ratios(row, best))} times its best "
            f"({setting_of(row, best)}).")


def loader_line(results):
    row = all_threads(results, "training", 10)
    if not row or "loader" not in row["samples"]:
        return "The original's way (DataLoader, batch 10) was not measured."
    return (f"The original's way (a DataLoader over a Dataset, batch 10): "
            f"{spread_text(rates(row, 'loader'))} images/s, "
            f"{epoch_seconds(row, 'loader')['median']:.1f} s an epoch; cnn.c is "
            f"{times(ratios(row, 'loader'))} times as fast.")


def tail(row, name):
    """The 99th percentile, where there were calls enough to have one."""
    enough = all(answer["calls"] >= 100 for answer in row["samples"][name])
    return spread_text(latencies(row, name, "p99")) if enough else ""


def prediction_table(results):
    rows = []
    for row in results["prediction"]["rows"]:
        best = best_of(row)
        for name, label in (("cnn", "cnn.c"), ("plain", "PyTorch, plain"),
                            (best, "PyTorch, best: " + setting_of(row, best)),
                            ("bf16", "PyTorch, bf16")):
            if name not in row["samples"]:
                continue
            ratio = "" if name == "cnn" else times(latency_ratios(row, name))
            rows.append([label, f"{row['batch']:,}", row["threads"],
                         spread_text(latencies(row, name, "median")),
                         tail(row, name),
                         number(rates(row, name)["median"]), ratio])
    return table(["", "batch", "threads", "median µs", "99th percentile µs", "images/s",
                  "cnn.c / this"], rows)


def cost_table(results):
    start, memory, sizes = results["start"], results["memory"], results["size"]
    reading = results["reading"]
    ours = sum(sizes["cnn"]["libraries"].values()) + sizes["cnn"]["files"]
    seconds = {name: figures.spread(kept) for name, kept in start["seconds"].items()}
    rows = [["process start to first answer, s", spread_text(seconds["torch"]),
             spread_text(seconds["cnn"])],
            ["peak memory of that process", size(start["peak"]["torch"]),
             size(start["peak"]["cnn"])],
            ["peak memory in training, batch 64", size(memory["peak"]["torch"]),
             size(memory["peak"]["cnn"])],
            ["installed, with dependencies", size(sum(sizes["torch"].values())), size(ours)],
            ["lines of the layers' arithmetic", "not in the package",
             f"{reading['cnn']['operations']:,}"],
            ["lines of the library", f"{reading['torch']['all_python']:,} of Python, "
             f"{reading['torch']['headers']:,} of headers", f"{reading['cnn']['library']:,}"]]
    return table(["", "PyTorch", "cnn.c"], rows)


def grid_table(results):
    rows = []
    for row in results["grid"]["rows"]:
        found = figures.grid_row(row)
        rows.append([found["name"], number(1e6 * found["our_seconds"]),
                     number(1e6 * found["their_seconds"]), f"{found['ours']:.1f}",
                     f"{found['theirs']:.1f}", times(found["ratio"]), found["best"]])
    return table(["forward, dx, dw, db", "cnn.c µs", "PyTorch µs", "cnn.c GFLOP/s",
                  "PyTorch GFLOP/s", "cnn.c / PyTorch", "PyTorch's best"], rows)


def losses_table(results):
    """Where PyTorch wins, and the sentence over it."""
    rows, all_rows = figures.losses(results)
    if not rows:
        return f"In none of the {all_rows} rows of speed."
    line = (f"PyTorch's best is faster in {len(rows)} of the {all_rows} rows of speed. The ratio "
            "is cnn.c's speed over PyTorch's; the worst comes first.")
    return line + "\n\n" + table(["", "cnn.c", "PyTorch", "ratio", "PyTorch's setting"],
                                 [[*row[:3], f"{row[3]:.2f}", row[4]] for row in rows])


def short_rows(results):
    """The rows of the README's table."""
    for batch in (10, 64, 512):
        row = all_threads(results, "training", batch)
        if row:
            yield short_row(f"training epoch, batch {batch}", row, "s", ratios,
                            lambda name, row=row: epoch_seconds(row, name)["median"])
    one, thousand = (all_threads(results, "prediction", batch) for batch in (1, 1000))
    if one:
        yield short_row("prediction of one image, median", one, "µs", latency_ratios,
                        lambda name: latencies(one, name, "median")["median"])
    if thousand:
        yield short_row("prediction, 1,000 at a time", thousand, "images/s", ratios,
                        lambda name: rates(thousand, name)["median"])
    seconds = {name: median(kept) for name, kept in results["start"]["seconds"].items()}
    yield ["process start to first answer", f"{seconds['torch']:.2f} s", "",
           f"{seconds['cnn']:.3f} s", f"{seconds['torch'] / seconds['cnn']:.0f}"]
    peak = results["memory"]["peak"]
    yield ["peak memory in training", size(peak["torch"]), "", size(peak["cnn"]),
           f"{peak['torch'] / peak['cnn']:.1f}"]
    sizes = results["size"]
    ours = sum(sizes["cnn"]["libraries"].values()) + sizes["cnn"]["files"]
    theirs = sum(sizes["torch"].values())
    yield ["installed, with dependencies", size(theirs), "", size(ours), f"{theirs / ours:.0f}"]
    yield [f"{len(results['grid']['rows'])} convolutions, forward and backward", "", "", "",
           f"{figures.grid_mean(results):.2f}"]
    fits = {name: fit_summary(kept) for name, kept in results["simple"]["fits"].items()}
    yield [f"test accuracy, {fits['cnn']['epochs']} epochs, batch 64",
           percent(fits["plain"]["accuracy"]), percent(fits["best"]["accuracy"]),
           percent(fits["cnn"]["accuracy"]), ""]


def short_row(name, row, unit, ratio, figure):
    best = best_of(row)
    return [name, *[f"{number(figure(who))} {unit}" for who in ("plain", best, "cnn")],
            f"{ratio(row, best)['median']:.2f}"]


def short_table(results):
    """The README's: what users feel, one line each."""
    meta = results["meta"]
    head = [f"`simple.net`, {threads_text(meta['threads'])}", "PyTorch, plain", "PyTorch, best",
            "cnn.c", "times PyTorch's best"]
    return table(head, short_rows(results))


def tried_list(results):
    """Every setting tried for training, and what was refused or left out."""
    rows = results["training"]["rows"]
    names = sorted({name_of(entry["setting"]) for row in rows for entry in row["tried"]})
    places = {}
    for section in ("training", "prediction"):
        for row in results[section]["rows"]:
            for note in row["notes"]:
                where = f"batch {row['batch']}, {threads_text(row['threads'])}"
                places.setdefault(f"{section}: {note}", {})[where] = None
    for row in results["grid"]["rows"]:
        for note in row["notes"]:
            places.setdefault(f"convolution: {note}", {})[figures.grid_name(row["shape"])] = None
    return names, [f"{note} ({'; '.join(where)})" for note, where in places.items()]


def winners_list(results):
    """PyTorch's winning settings, row by row, for the terminal."""
    lines = []
    for section in ("training", "prediction"):
        for row in sorted(results[section]["rows"], key=lambda row: (row["threads"], row["batch"])):
            best, ratio = best_of(row), ratios if section == "training" else latency_ratios
            lines.append(f"  {section}, batch {row['batch']}, {threads_text(row['threads'])}: "
                         f"{setting_of(row, best)}; cnn.c / best {times(ratio(row, best))}")
    return "\n".join(lines)
