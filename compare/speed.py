"""What users feel, section by section: training, prediction, single convolutions.

Every section returns plain data with all its samples; report.py draws the conclusions.
"""

import time
from statistics import median

from worker import Refused, TorchContestant, alternate, count_for, counts_for, total

NETWORK = "networks/simple.net"
PLAIN = {"layout": "contiguous", "optimizer": "loop"}
BF16 = {"layout": "contiguous", "optimizer": "fused", "bf16": True}
ORIGINAL = {"layout": "contiguous", "optimizer": "loop", "loader": True}
BATCHES = [64, 10, 512, 32, 128, 256, 1024]
TRAINING_LAYOUTS = ["contiguous", "channels_last", "mkldnn"]
PREDICTION_LAYOUTS = ["channels_last", "mkldnn", "traced and frozen", "compile",
                      "compile channels_last"]
# Images, channels, height, width, kernels, kernel size, stride, padding.
GRID = [[32, 1, 28, 28, 16, 3, 1, 1], [32, 16, 14, 14, 32, 3, 1, 1], [32, 1, 28, 28, 8, 3, 1, 1],
        [1, 1, 28, 28, 16, 3, 1, 1], [1, 16, 14, 14, 32, 3, 1, 1], [32, 3, 32, 32, 32, 5, 1, 2],
        [32, 32, 16, 16, 32, 5, 1, 2], [1, 3, 112, 112, 64, 7, 2, 3],
        [32, 3, 112, 112, 16, 7, 2, 3], [1, 16, 112, 112, 16, 3, 1, 1],
        [1, 64, 56, 56, 64, 3, 1, 1], [32, 64, 28, 28, 64, 3, 1, 1],
        [32, 64, 14, 14, 128, 3, 2, 1], [32, 128, 14, 14, 128, 3, 1, 1],
        [32, 128, 7, 7, 256, 3, 1, 1], [32, 256, 7, 7, 256, 3, 1, 1],
        [1, 256, 7, 7, 256, 3, 1, 1], [1, 256, 14, 14, 256, 1, 1, 0],
        [32, 64, 28, 28, 256, 1, 1, 0], [32, 256, 14, 14, 64, 1, 1, 0],
        [32, 128, 28, 28, 128, 1, 2, 0], [32, 17, 27, 27, 33, 3, 1, 1],
        [32, 32, 28, 28, 32, 7, 1, 3], [1, 32, 56, 56, 64, 5, 2, 2]]
QUICK_GRID = [0, 1, 4, 10, 14, 17]


def name_of(setting):
    """In words, as the report prints it."""
    words = [{"mkldnn": "oneDNN layout"}.get(setting["layout"], setting["layout"])]
    words += [setting["optimizer"] + " Adam"] if "optimizer" in setting else []
    words += ["bf16"] if setting.get("bf16") else []
    return ", ".join(words + ["DataLoader"] if setting.get("loader") else words)


def training_settings(run):
    """All that is tried for every batch size; compiled ones last, they take long to make."""
    settings = [PLAIN]
    settings += [{"layout": layout, "optimizer": kind} for layout in TRAINING_LAYOUTS
                 for kind in (["fused"] if run.quick else ["fused", "foreach"])]
    layouts = ["compile channels_last"] if run.quick else ["compile", "compile channels_last"]
    return settings + [{"layout": layout, "optimizer": "fused"} for layout in layouts]


def prediction_settings(run):
    """The same for prediction."""
    layouts = PREDICTION_LAYOUTS[:-2] + PREDICTION_LAYOUTS[-1:] if run.quick else PREDICTION_LAYOUTS
    return [{"layout": layout} for layout in ["contiguous", *layouts]]


class Race:
    """One row of a table: cnn.c and PyTorch's settings for a batch size and a number of threads."""

    def __init__(self, run, kind, batch, threads):
        self.run, self.kind, self.batch, self.threads = run, kind, batch, threads
        self.tried, self.notes, self.entries = [], [], []

    def contestant(self, setting, threads):
        return TorchContestant(self.run.torch(threads), self.kind, network=NETWORK,
                               data=self.run.data, batch=self.batch, setting=setting)

    def note(self, setting, reason):
        self.notes.append(f"{name_of(setting)}: {reason}")

    def made(self, setting, threads, proven=False):
        """The contestant, or None with a note if it could not be made, or if time for compiling is
        up and it has not proven its worth yet."""
        compiled = setting["layout"].startswith("compile")
        if compiled and not proven and self.run.no_compiler():
            return self.note(setting, self.run.no_compiler())
        begin = time.monotonic()
        try:
            return self.contestant(setting, threads)
        except Refused as reason:
            return self.note(setting, str(reason))
        finally:
            self.run.compile_seconds += (time.monotonic() - begin) * compiled

    def probe(self, settings):
        """Tries every setting for a moment and remembers images a second."""
        for setting in settings:
            contestant = self.made(setting, self.threads)
            try:
                if contestant:
                    count = count_for(contestant, self.run.slice / 2)
                    seconds = min(total(contestant.run(count)) for _ in range(2))
                    self.add(setting, self.threads, count * self.batch / seconds, contestant)
            except Refused as reason:  # compiled code may fail only when it runs
                self.note(setting, str(reason))

    def add(self, setting, threads, rate, contestant):
        self.tried.append({"setting": setting, "threads": threads, "rate": rate})
        self.entries.append((rate, setting, threads, contestant))

    def finalists(self, plain, inherited):
        """{name: (setting, threads, contestant)}: plain, and the two quickest of the rest with the
        winner of the row with one thread."""
        chosen = {}
        for _, setting, threads, contestant in sorted(self.entries, key=lambda e: -e[0])[:2]:
            chosen[f"best {len(chosen) + 1}"] = setting, threads, contestant
        if inherited:
            setting, threads = inherited
            contestant = self.made(setting, threads, proven=True)
            if contestant:
                chosen["best 3"] = setting, threads, contestant
        for _, setting, threads, contestant in self.entries:
            if setting == plain:
                chosen["plain"] = setting, threads, contestant
        return chosen

    def race(self, ours, settings, plain, extra, inherited=None):
        """The row, with every sample of all rounds."""
        self.probe(settings)
        chosen = self.finalists(plain, inherited)
        for name, setting in extra.items():
            contestant = self.made(setting, self.threads)
            if contestant:
                chosen[name] = setting, self.threads, contestant
        contestants = {"cnn": ours, **{name: entry[2] for name, entry in chosen.items()}}

        def refused(name, reason):
            if name == "cnn":
                raise reason
            self.note(chosen.pop(name)[0], str(reason))

        counts = counts_for(contestants, self.run.slice, refused)
        samples = alternate(contestants, counts, self.run.rounds, refused)
        ours.close()
        self.run.torch(self.threads).do("forget")
        self.run.torch(1).do("forget")
        settings = {name: {**entry[0], "threads": entry[1]} for name, entry in chosen.items()}
        return {"batch": self.batch, "threads": self.threads, "counts": counts, "samples": samples,
                "settings": settings, "tried": self.tried, "notes": self.notes}


def best_of(row):
    """The name of PyTorch's quickest finalist, by the median of its rounds; of the median calls, if
    calls were timed."""
    def typical(answer, count):
        if isinstance(answer, dict):
            return answer["median"]
        return median(answer) if isinstance(answer, list) else answer / count

    def pace(name):
        return median(typical(answer, row["counts"][name]) for answer in row["samples"][name])

    return min((name for name in row["settings"] if name.startswith(("best", "plain"))), key=pace)


def winner(row):
    setting = dict(row["settings"][best_of(row)])
    return setting, setting.pop("threads")


def both_thread_counts(run, batch, make):
    """Rows for one thread and for all; the winner of the first may run in the second."""
    single = make(Race(run, make.kind, batch, 1), None)
    if run.threads == 1:
        return [single]
    return [single, make(Race(run, make.kind, batch, run.threads), winner(single))]


def training(run):
    """Images a second in training, for each batch size with one thread and with all."""
    rows, batches = [], BATCHES[:3] if run.quick else BATCHES

    def make(race, inherited):
        run.say(f"batch {race.batch}, {race.threads} thread(s)")
        extra = {"bf16": BF16}
        if race.batch == 10 and race.threads == run.threads:
            extra["loader"] = ORIGINAL
        ours = run.cnn.training(NETWORK, race.batch, race.threads, "avx2" if run.held else None)
        return race.race(ours, training_settings(run), PLAIN, extra, inherited)

    make.kind = "training"
    for batch in batches:
        rows += both_thread_counts(run, batch, make)
        run.done(len(rows) / (2 * len(batches)))
    return {"network": NETWORK, "rows": rows, "held": held(run, make)}


def held(run, make):
    """Batch 64 with both systems limited to AVX2."""
    run.say("batch 64, both limited to AVX2")
    run.held = True
    try:
        return make(Race(run, make.kind, 64, run.threads), None)
    except Refused:  # this processor has no AVX2
        return None
    finally:
        run.held = False


def prediction(run):
    """Calls of one image and of 1,000, with one thread and with all."""
    rows = []

    def make(race, inherited):
        run.say(f"batch {race.batch}, {race.threads} thread(s)")
        ours = run.cnn.prediction(NETWORK, race.batch, race.threads)
        extra = {"bf16": {"layout": "contiguous", "bf16": True}}
        return race.race(ours, prediction_settings(run), {"layout": "contiguous"}, extra, inherited)

    make.kind = "prediction"
    for batch in (1, 1000):
        rows += both_thread_counts(run, batch, make)
        run.done(len(rows) / 4)
    return {"network": NETWORK, "rows": rows}


def grid(run):
    """Single convolutions, forward and backward: ours against three layouts and both thread
    counts of PyTorch."""
    rows, shapes = [], [GRID[i] for i in QUICK_GRID] if run.quick else GRID
    for shape in shapes:
        run.say("N {} C {} {}x{} K {} kernel {} stride {} pad {}".format(*shape))
        contestants, notes = {"cnn": run.cnn.convolution(shape, run.threads)}, []
        for threads in sorted({1, run.threads}):
            for layout in TRAINING_LAYOUTS:
                name = name_of({"layout": layout}) + f", {threads} thread" + "s" * (threads > 1)
                try:
                    contestants[name] = TorchContestant(run.torch(threads), "convolution",
                                                        shape=shape, layout=layout)
                except Refused as reason:
                    notes.append(f"{name}: {reason}")

        def refused(name, reason, notes=notes):
            notes.append(f"{name}: {reason}")

        counts = counts_for(contestants, run.slice / 3, refused)
        samples = alternate(contestants, counts, run.rounds, refused)
        contestants["cnn"].close()
        for threads in {1, run.threads}:
            run.torch(threads).do("forget")
        rows.append({"shape": shape, "counts": counts, "samples": samples, "notes": notes})
        run.done(len(rows) / len(shapes))
    return {"rows": rows, "threads": run.threads}
