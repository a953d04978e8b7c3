"""What Python computes is what the command computes, byte for byte."""

import cnn
import numpy as np
import pytest

# The command prints 15 digits of a double, 8 of a float.
PRINTED = {"rel": 1e-14, "abs": 0}
RUNS = [
    (["--epochs", 2], {"epochs": 2}, {}),
    (
        ["--epochs", 2, "--optimizer", "sgd", "--momentum", 0.9, "--lr", 0.02, "--seed", 5]
        + ["--batch-size", 32, "--schedule", "cosine", "--validation", 0.1, "--threads", 1],
        {
            "epochs": 2,
            "optimizer": cnn.Optimizer("sgd", momentum=0.9, lr=0.02),
            "schedule": "cosine",
            "validation": 0.1,
            "seed": 5,
        },
        {"seed": 5, "batch_size": 32},
    ),
    (
        ["--epochs", 1, "--optimizer", "adamw", "--weight-decay", 0.1, "--schedule", "onecycle"]
        + ["--init", "kaiming-normal", "--backend", "ref"],
        {
            "epochs": 1,
            "optimizer": cnn.Optimizer("adamw", weight_decay=0.1),
            "schedule": "onecycle",
        },
        {"init": "kaiming-normal"},
    ),
]


@pytest.mark.parametrize("flags, training, making", RUNS)
def test_a_model_of_cnn_train(flags, training, making, root, train, test, command, tmp_path):
    there = tmp_path / "there.safetensors"
    said = command(
        "train", "networks/simple.net", "--limit", 1000, "--test-limit", 500, "--out", there,
        *flags, "--json",
    )  # fmt: skip
    # With --limit, too, the command measures all images.
    whole = cnn.Dataset.idx(root / "data/mnist").normalization
    network = cnn.Network.load(root / "networks/simple.net")
    model = cnn.Model(network, train, normalization=whole, **making)
    history = model.fit(train, test, progress=False, **training)
    model.save(tmp_path / "here.safetensors")
    assert (tmp_path / "here.safetensors").read_bytes() == there.read_bytes()
    losses = [epoch["train_loss"] for epoch in said["epochs"]]
    assert [epoch.train_loss for epoch in history] == pytest.approx(losses, **PRINTED)


def test_a_model_of_all_images(root, mnist, command, tmp_path):
    there = tmp_path / "there.safetensors"
    command("train", "networks/lab.net", "--epochs", 1, "--out", there)
    data = cnn.Dataset.idx(mnist, "train")
    model = cnn.Model(cnn.Network.load(root / "networks/lab.net"), data)
    model.fit(data, epochs=1, progress=False)
    assert model.to_bytes() == there.read_bytes()


@pytest.fixture(scope="module")
def saved(root, train, tmp_path_factory):
    model = cnn.Model(cnn.Network.load(root / "networks/simple.net"), train)
    model.fit(train, epochs=1, progress=False)
    path = tmp_path_factory.mktemp("saved") / "simple.safetensors"
    model.save(path)
    return path


def test_evaluate(saved, mnist, test, command):
    said = command("eval", saved, "--data", mnist, "--limit", 500, "--json")
    score = cnn.Model.load(saved, every_layer=False).evaluate(test)
    assert score.loss == pytest.approx(said["loss"], **PRINTED)
    assert score.accuracy == pytest.approx(said["accuracy"], **PRINTED)
    shares = [each["accuracy"] for each in said["classes"]]
    assert (score.confusion.diagonal() / score.confusion.sum(1)) == pytest.approx(shares, **PRINTED)
    assert score.correct == np.trace(score.confusion) and score.images == 500


def test_explain(saved, mnist, test, command):
    said = command("explain", saved, mnist, "conv2[4,3,8]", "--index", 7, "--json")
    model = cnn.Model.load(saved)
    image, label = test[7]
    model.forward(image, [label])
    model.backward()
    found = model.explain("conv2", (0, 4, 3, 8))
    assert found.value == found.stored == model["conv2"][0, 4, 3, 8]
    assert found.value == pytest.approx(said["value"], rel=1e-7)
    assert found.count == len(found.terms) == 144
    assert found.formula == "y[n,p,q,k] = bias[k] + sum over r, s, c of x[n,h,w,c] weight[r,s,c,k]"
    products = found.terms["x"] * found.terms["y"]
    assert found.start_value + products.sum() == pytest.approx(found.value, rel=1e-5)
    # The factors are where a and b say.
    assert (model[found.a].ravel()[found.terms["a"]] == found.terms["x"].astype(np.float32)).all()
    assert "zero" in found.notes() and "conv2[0, 4, 3, 8]" in str(found)


def test_gradcheck(root, command):
    network = cnn.Network.load(root / "networks/lab.net")
    said = command("gradcheck", "networks/lab.net", "--json")
    found = network.gradcheck()
    assert found.right
    assert [each.layer for each in found.rows] == [each["layer"] for each in said["rows"]]
    errors = [each["error"] for each in said["rows"]]
    assert [each.error for each in found.rows] == pytest.approx(errors, **PRINTED)
    broken = network.gradcheck(mistake="conv-dx-flipped")
    assert not broken.right and "wrong" in str(broken)


def test_doctor(root, mnist, command):
    data = cnn.Dataset.idx(mnist, "train")
    said = command("doctor", "networks/lab.net", "--lr", 0.5, "--json")
    found = cnn.doctor(cnn.Network.load(root / "networks/lab.net"), data, lr=0.5)
    assert found.cause is not None and found.cause.code == "rate"
    assert [each.code for each in found.findings] == [each["id"] for each in said["findings"]]
    numbers = [number for each in said["findings"] for number in each["numbers"].values()]
    here = [number for each in found.findings for number in each.numbers.values()]
    assert here == pytest.approx(numbers, **PRINTED)
    assert found.cause.suggested == pytest.approx(0.004, rel=0.1) and "lr 0.004" in str(found)
