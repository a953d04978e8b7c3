"""What the tests share: images, a small network, the command."""

import json
import os
import subprocess
from pathlib import Path

import cnn
import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(os.environ.get("CNN", ROOT / "build/cnn")).resolve()



def patience():
    """By how much longer something may take beside the other work on this machine."""
    return max(1, os.getloadavg()[0] / os.cpu_count())


SMALL = """input 28x28x1
conv2d 4 3x3 pad 1
relu
maxpool2d 2
flatten
dense 10
"""


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def mnist():
    return ROOT / "data/mnist"


@pytest.fixture(scope="session")
def train(mnist):
    return cnn.Dataset.idx(mnist, "train", limit=1000)


@pytest.fixture(scope="session")
def test(mnist):
    return cnn.Dataset.idx(mnist, "test", limit=500)


@pytest.fixture
def model(train):
    return cnn.Model(SMALL, train, batch_size=16)


@pytest.fixture
def passed(model, train):
    """The model after a forward and a backward pass of 8 images."""
    model.forward(train.images[:8], train.labels[:8])
    model.backward()
    return model


@pytest.fixture(scope="session")
def command():
    """Runs `cnn`; what it prints, as data with --json."""

    def run(*arguments):
        words = [str(COMMAND), *map(str, arguments)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    return run
