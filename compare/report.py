"""Writes the page, its plots and the README's table from a comparison's results.json alone.

report.py RESULTS --print           the tables, on the terminal
report.py RESULTS --page PAGE       PAGE, and beside it a folder with plots and the results, small
report.py --readme [FILE]           the table between the README's marks, from the kept results
report.py --check [FILE]            exit 1 unless README and page are what the kept results give
"""

import argparse
import json
import re
import sys
from pathlib import Path

import figures
import tables
from figures import grid_mean, threads_text

KEPT, PAGE, README = "docs/comparison/results.json", "docs/comparison.md", "README.md"
MARKS = re.compile(r"(<!-- comparison -->\n).*?(<!-- /comparison -->)", re.DOTALL)

TEXT = """# Beside NumPy and PyTorch

Written by `{command}` on {date}, in {minutes:.0f} minutes; do not edit. Every figure comes from
[results.json](comparison/results.json).

{machine}. cnn.c is {cnn} (commit {commit}, {cc}), PyTorch {torch} ({instructions}, {onednn}),
NumPy {numpy}, Python {python}. "All threads" means {threads}.

A figure is the median of {rounds} rounds, with minimum and maximum in brackets. In each round every
system of a row runs once, after a warm-up; the order alternates. Ratios are taken from the pairs of
one round: **above 1, cnn.c is faster**. A run lasts at least about {slice} s (complete steps), and
epochs are scaled from it to 60,000 images.
`simple.net` and `scratch.net` are in `networks/`.

## In short

{short}

The row of convolutions is the geometric mean of the ratios.

## The original's rows

`scratch.net`: 1,000 images, SGD 0.01, batch 32; {seeds} seed(s).

{scratch}

The slip: the gradient of the mean loss already contains 1 / batch, and the original divides the
dense layers' weight gradient by the batch size once more. Those weights then learn at a 32nd of
the rate; their progress in ten epochs depends on the initial weights, which the original's text
does not give. Here all systems draw them as PyTorch does. The loops over every output place are
timed on {loop_batches} batch(es) of 32 and scaled to 1,000 images: {slip_batch:.2f} s a batch
with the slip, {right_batch:.2f} s without. Losses and accuracies of their columns come from the
form without loops, with and without the slip: one step of both forms from the same weights
differs by {difference:.1e}, relative, in double.

`simple.net`: Adam 0.001. PyTorch's best is "{best}", the winner at batch 64 below.

{simple}

![Training loss](comparison/loss.png)

![Accuracy against seconds](comparison/accuracy.png)

## Training

`simple.net`, Adam, images a second. Gather, forward, loss, backward, update, without
evaluation. PyTorch has its images in memory as normalized floats, without a DataLoader; cnn.c
starts from bytes. *Plain* is eager PyTorch as usually written. *Best* is the fastest setting for
that row: all are tried briefly, and the best of them run in all rounds; with all threads PyTorch
may also use one.

{training}

With one thread:

{training_one}

{held}

{loader}

![Epoch time by batch size](comparison/epoch-time.png)

Tried for each row: {tried}.{notes}

## Prediction

`simple.net`. PyTorch takes normalized floats and returns logits; cnn.c takes bytes and returns
probabilities.

{prediction}

## Single convolutions

Forward, dx, dw and db, float32, {grid_threads}; images, channels x height x width, kernels,
kernel size / stride. PyTorch's best of contiguous, channels_last and oneDNN's layout, with one
thread and with all, uses its operators without autograd. Geometric mean of the ratios:
**{mean:.2f}**.

{grid}

![Convolutions](comparison/grid.png)

## Startup, memory and size

{costs}

The first answer: PyTorch imports, loads a state dict and predicts one image
(`compare/first_answer_torch.py`); `cnn eval --limit 1` does the same with a model file. Memory in
training: PyTorch's includes the images as floats. Installed: `make install` and the libraries the
command needs beyond the C library's; pip's files of torch and of the packages it requires.
Neither includes Python. PyTorch's kernels are compiled; their sources are not in the package. The
NumPy twin has {numpy_lines} lines.

## Where PyTorch wins

{losses}

## Run it

    make compare            # within 40 minutes on two cores; writes this page
    make compare QUICK=1    # within 6; writes build/compare/quick/comparison.md

Load of the machine before each section: {loads}.
"""


def machine_text(meta):
    machine = meta["machine"]
    return (f"{machine['processor']} (family {machine['family']}, "
            f"{', '.join(machine['instructions']) or 'no vector sets known'}), "
            f"{machine['processors']} processors, {machine['memory'] / 2**30:.0f} GiB, "
            f"{machine['system']}")


def onednn(build):
    found = [re.search(r"(?:MKL-DNN|oneDNN)\) v?\S+|(?:MKL-DNN|oneDNN) v?[\d.]+", line)
             for line in build]
    versions = [match.group().replace("MKL-DNN", "oneDNN") for match in found if match]
    return versions[0] if versions else "without oneDNN"


def about(results):
    """The facts about the run that the text uses."""
    meta, versions = results["meta"], results["meta"]["versions"]
    torch = versions["torch build"]
    return {"command": meta["command"], "date": meta["date"],
            "minutes": sum(part["section_seconds"] for name, part in results.items()
                           if name != "meta") / 60,
            "machine": machine_text(meta), "cnn": versions["cnn"], "commit": versions["commit"],
            "cc": versions["cc"], "torch": versions["torch"], "numpy": versions["numpy"],
            "instructions": torch["instructions"], "onednn": onednn(torch["build"]),
            "python": versions["python"], "threads": threads_text(meta["threads"]),
            "rounds": meta["rounds"], "slice": meta["slice"], "seeds": len(meta["seeds"]),
            "loads": ", ".join(f"{name} {part['load_before']:.1f}" for name, part in results.items()
                               if name != "meta")}


def found(results):
    """The figures that the text uses."""
    loops = results["numpy"]["loops"]
    names, notes = tables.tried_list(results)
    best = results["simple"]["best"]
    return {"loop_batches": len(loops["right"]), "difference": loops["difference"],
            "slip_batch": tables.median(loops["slip"]), "tried": "; ".join(names),
            "right_batch": tables.median(loops["right"]),
            "best": f"{tables.name_of(best)}, {threads_text(best['threads'])}",
            "notes": "".join(["\n\nRefused or left out:\n"] * bool(notes)
                             + [f"\n- {note}" for note in notes]),
            "grid_threads": threads_text(results["grid"]["threads"]), "mean": grid_mean(results),
            "numpy_lines": results["reading"]["numpy"], "loader": tables.loader_line(results)}


def page(results):
    """docs/comparison.md."""
    threads = results["meta"]["threads"]
    return TEXT.format(**about(results), **found(results), short=tables.short_table(results),
                       scratch=tables.scratch_table(results), simple=tables.simple_table(results),
                       training=tables.training_table(results, threads),
                       training_one=tables.training_table(results, 1),
                       held=tables.held_line(results),
                       prediction=tables.prediction_table(results),
                       grid=tables.grid_table(results), costs=tables.cost_table(results),
                       losses=tables.losses_table(results))


def readme_table(results):
    """The text between the README's marks."""
    meta = results["meta"]
    return (f"{tables.short_table(results)}\n\nMeasured by `{meta['command']}` on "
            f"{meta['machine']['processor']}, PyTorch {meta['versions']['torch']}; every figure, "
            "PyTorch's winning\nsettings and where it is faster: "
            "[docs/comparison.md](docs/comparison.md).\n")


def load(path):
    return figures.condense(json.loads(Path(path).read_text(encoding="utf-8")))


def write_page(results, path):
    """The page, the results it comes from, and the plots."""
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results) + "\n", encoding="utf-8")
    path.write_text(page(results), encoding="utf-8")
    import plots
    plots.draw(results, folder)
    print(f"written: {path}, {folder}/")


def write_readme(path):
    """Puts the table between the marks. Exit 1 if they are missing."""
    text = Path(path).read_text(encoding="utf-8")
    if not MARKS.search(text):
        sys.exit(f"{path}: no <!-- comparison --> and <!-- /comparison -->")
    table = readme_table(load(KEPT))
    Path(path).write_text(MARKS.sub(lambda m: m[1] + table + m[2], text), encoding="utf-8")


def check(path):
    """Complaints about README and page, none if all is as produced."""
    results = load(KEPT)
    text = Path(path).read_text(encoding="utf-8")
    match = MARKS.search(text)
    if not match or match.group() != match[1] + readme_table(results) + match[2]:
        yield f"{path}: the table of the comparison is not what {KEPT} gives: report.py --readme"
    if Path(PAGE).read_text(encoding="utf-8") != page(results):
        yield f"{PAGE} is not what {KEPT} gives: report.py {KEPT} --page {PAGE}"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("results", nargs="?")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--page", type=Path)
    parser.add_argument("--readme", nargs="?", const=README)
    parser.add_argument("--check", nargs="?", const=README)
    flags = parser.parse_args()
    if flags.results:
        results = load(flags.results)
        if flags.print:
            print(f"\n{tables.short_table(results)}\n\nPyTorch's winning settings\n"
                  f"{tables.winners_list(results)}\n\nWhere PyTorch wins\n\n"
                  f"{tables.losses_table(results)}\n")
        if flags.page:
            write_page(results, flags.page)
    if flags.readme:
        write_readme(flags.readme)
    if flags.check:
        complaints = list(check(flags.check))
        print("\n".join(complaints) or "README and page are what the results give")
        sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
