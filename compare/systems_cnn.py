"""cnn.c at work: the command for whole runs, the programs of bench/ for rates."""

import json
import subprocess
from pathlib import Path

from worker import Bench, remember


class Cnn:
    """What was built in the folder `build`."""

    def __init__(self, build, data, scratch, log):
        self.build, self.data, self.log = Path(build), data, log
        self.scratch = Path(scratch)
        self.command = self.build / "cnn"

    def run_json(self, *words):
        """The JSON object that the command prints."""
        command = [str(self.command), *map(str, words), "--json"]
        remember(command)
        with open(self.log, "a", encoding="utf-8") as errors:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, check=True)
        return json.loads(done.stdout)

    def version(self):
        words = [str(self.command), "--version"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()

    def fit(self, network, seed, epochs, batch, flags=()):
        """A whole training in the form of systems_torch.fit()."""
        model = self.scratch / f"{Path(network).stem}-{seed}.safetensors"
        log = self.scratch / "train.log"
        log.unlink(missing_ok=True)
        result = self.run_json("train", network, "--data", self.data, "--seed", seed, "--epochs",
                               epochs, "--batch-size", batch, "--mean", 0.1307, "--std", 0.3081,
                               "--out", model, "--log", log, *flags)
        first = self.run_json("eval", model, "--data", self.data, "--limit", 1000)
        return {"seed": seed, "epochs": result["epochs"], "accuracy_1000": first["accuracy"],
                "curve": read_curve(log, result["images"]), "threads": result["threads"]}

    def training(self, network, batch, threads, backend=None):
        words = [network, self.data, batch, threads, *([backend] if backend else [])]
        return Bench(self.build / "bench/train_rate", words, self.log)

    def prediction(self, network, batch, threads):
        return Bench(self.build / "bench/predict_rate", [network, self.data, batch, threads],
                     self.log, each=True)

    def convolution(self, shape, threads):
        return Bench(self.build / "bench/conv_rate", [*shape, threads], self.log)


def read_curve(log, images):
    """[images seen, mean loss of the epoch so far] at every step and epoch the log tells of."""
    curve = []
    for line in map(json.loads, log.read_text(encoding="utf-8").splitlines()):
        if line["event"] == "step":
            curve.append([(line["epoch"] - 1) * images + line["images"], line["loss"]])
        elif line["event"] == "epoch":
            curve.append([line["epoch"] * images, line["train_loss"]])
    return curve
