"""Errors are exceptions with the library's words; no argument crashes or aborts."""

import pickle
import random

import cnn
import numpy as np
import pytest


def test_a_network_has_line_and_column():
    with pytest.raises(cnn.Error) as raised:
        cnn.Network("input 8x8x1\nconv2d 4 9x9\n")
    error = raised.value
    assert (error.status, error.line) == ("bad_network", 2) and error.column
    assert error.message in str(error)


def test_a_file_has_its_name_and_byte(tmp_path, model):
    path = tmp_path / "cut.safetensors"
    path.write_bytes(model.to_bytes()[:900])
    with pytest.raises(cnn.Error) as raised:
        cnn.Model.load(path)
    error = raised.value
    assert error.status == "bad_file" and error.file.endswith("cut.safetensors")
    assert isinstance(error.offset, int) and f"byte {error.offset}" in str(error)
    assert (error.line, error.column) == (None, None)


def test_a_missing_file(tmp_path):
    with pytest.raises(cnn.Error, match="missing.net: cannot open: No such file") as raised:
        cnn.Network.load(tmp_path / "missing.net")
    assert raised.value.status == "io"


def test_errors_can_be_pickled():
    with pytest.raises(cnn.Error) as raised:
        cnn.Network("input 8x8x1\nconv2d\n")
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.line) == (str(raised.value), raised.value.line)


def test_backward_needs_labels(model, train):
    with pytest.raises(cnn.Error, match="comes before backward"):
        model.backward()
    model.forward(train.images[:2])
    with pytest.raises(cnn.Error, match="comes before backward"):
        model.backward()
    model.forward(train.images[:2], train.labels[:2])
    model.backward()
    model.step()
    with pytest.raises(cnn.Error, match="comes before backward"):
        model.backward()


def test_a_diverged_run(model, train):
    with pytest.raises(cnn.Error) as raised:
        model.fit(train, epochs=3, optimizer="sgd", lr=1e6, progress=False)
    assert raised.value.status == "diverged"


REFUSED = [
    (lambda m, t: m.predict(np.zeros((2, 5, 5, 1), np.uint8)), "is needed"),
    (lambda m, t: m.predict(np.zeros((2, 1, 28, 28), np.uint8)), "channels come last"),
    (lambda m, t: m.predict(np.full((1, 28, 28, 1), 256)), "pixels from 256 to 256"),
    (lambda m, t: m.predict(np.array([["a"]])), "bytes from 0 to 255"),
    (lambda m, t: m.forward(t.images[:17]), "17"),
    (lambda m, t: m.forward(t.images[:2], [1]), "labels of shape"),
    (lambda m, t: m.forward(t.images[:2], [1, 10]), "10"),
    (lambda m, t: m.forward(t.images[:2], [1.5, 2]), "whole numbers"),
    (lambda m, t: m.forward(t.images[:2], [-1, 2]), "labels from -1"),
    (lambda m, t: m.fit(t, epochs=0), "epochs"),
    (lambda m, t: m.fit(t, optimizer="sdg"), "no such kind: 'sdg'; there are adam, adamw, sgd"),
    (lambda m, t: m.fit(t, schedule="warm"), "there are constant"),
    (lambda m, t: m.fit(t, lr=-1), "learning rate"),
    (lambda m, t: m.fit((t.images[:, :7], t.labels)), "28x28x1|shape|size"),
    (lambda m, t: m.explain("conv1", (0, 0, 0, 99)), "no number"),
    (lambda m, t: m.save("/nowhere/x.safetensors"), "nowhere"),
    (lambda m, t: m.save("a\0b"), "NUL"),
    (lambda m, t: m.load_state_dict({"conv9.weight": np.zeros(3)}), "conv"),
    (lambda m, t: cnn.Model("input 8x8x1\nflatten\ndense 2", batch_size=0), "batch"),
    (lambda m, t: cnn.Model("input 8x8x1\nflatten\ndense 2", batch_size=-1), "batch_size is -1"),
    (lambda m, t: cnn.Model("input 8x8x1\nflatten\ndense 2", backend="gpu"), "gpu"),
    (lambda m, t: cnn.Model("input 8x8x1\nflatten\ndense 2", init="zero"), "no such init"),
    (lambda m, t: cnn.Dataset.idx("networks"), "networks"),
    (lambda m, t: cnn.Dataset.idx("data/mnist", "val"), "no such split"),
    (lambda m, t: cnn.Dataset(np.zeros((0, 4, 4), np.uint8), []), "no images"),
    (lambda m, t: cnn.Dataset(np.zeros((2, 4), np.uint8), [0, 1]), "images of shape"),
    (lambda m, t: cnn.Dataset(np.zeros((2, 4, 4)), [0, 1]), "images of float64"),
    (lambda m, t: cnn.Dataset(t.images, t.labels, classes=3), "label"),
    (lambda m, t: cnn.Dataset(t.images, t.labels, names=["a"]), "label|names"),
    (lambda m, t: m.gradcheck(mistake="none-such"), "none-such"),
    (lambda m, t: cnn.Case("conv2d", images=1, shape=(2, 2, 1)), "."),
]


@pytest.mark.parametrize("index", range(len(REFUSED)))
def test_refusals(index, model, train):
    call, words = REFUSED[index]
    before = model.to_bytes()
    with pytest.raises(cnn.Error, match=words):
        call(model, train)
    assert model.to_bytes() == before


VALUES = [
    None, True, 0, 1, -1, 7, 2**31, 2**63, 2**64, -(2**70), 0.5, float("nan"), float("inf"), 1e308,
    "", "adam", "conv1", "conv1.weight", "input 4x4x1\nflatten\ndense 2", b"", b"abc", "a\0b", [],
    [1, 2], (0, 0, 0, 0), {}, np.zeros(0), np.zeros((28, 28, 1), np.uint8),
    np.zeros((3, 28, 28, 1)),
    np.zeros((2, 784), np.float32), np.zeros(4, object), np.arange(5)[::2], object(), "/dev/null",
]  # fmt: skip


def test_random_arguments(model, train):
    """2,000 calls with arguments of any kind: each returns or raises, and the model still works."""
    draw = random.Random(1)
    one = cnn.Network("input 4x4x1\nconv2d 2 3x3\nflatten\ndense 2")
    data = train[:20]
    calls = [
        cnn.Network, cnn.Model, cnn.Dataset, cnn.Dataset.idx, cnn.Trainer, model.predict,
        model.forward, model.set_batch, model.explain, model.slope, model.step, model.evaluate,
        model.__getitem__, model.__setitem__, model.load_weights, model.load_state_dict,
        cnn.Model.from_bytes, cnn.Model.load, one.gradcheck, cnn.cases, cnn.diagnose,
        lambda *a: model.fit(data, progress=False, epochs=1, lr=a[0]),
        lambda *a: model.fit(data, progress=False, epochs=a[0] if a[0] != 2**31 else 1),
        lambda *a: cnn.Model("input 4x4x1\nflatten\ndense 2", seed=a[0], constant=a[0]),
        lambda *a: cnn.Case("conv2d 2 3x3", images=a[0], shape=(4, 4, 1)),
        lambda *a: cnn.Optimizer(*a)._fill(None),
    ]  # fmt: skip
    raised = set()
    for _ in range(2000):
        call = draw.choice(calls)
        arguments = [draw.choice(VALUES) for _ in range(draw.randint(1, 3))]
        try:
            call(*arguments)
        except Exception as problem:
            raised.add(type(problem))
    assert cnn.Error in raised
    assert raised <= {
        cnn.Error, cnn.NoTensor, TypeError, ValueError, AttributeError, OverflowError, IndexError,
        MemoryError, FileNotFoundError, KeyError,
    }  # fmt: skip
    assert model.predict(train.images[:1]).shape == (1, 10)
