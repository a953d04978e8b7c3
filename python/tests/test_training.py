"""Training in steps and whole, its progress, and defaults, which are those of the library."""

import importlib
import inspect

import cnn
import numpy as np
import pytest
from cnn._library import ffi, lib, plain


def test_steps_by_hand_are_those_of_a_trainer(train):
    twins = [cnn.Model("input 28x28x1\nflatten\ndense 10", train) for _ in range(2)]
    trainer = cnn.Trainer(twins[0], cnn.Optimizer("adam", lr=0.01))
    for first in range(0, 100, 25):
        part = slice(first, first + 25)
        twins[0].set_batch(train.images[part], train.labels[part])
        loss = trainer.step()
        twins[1].forward(train.images[part], train.labels[part])
        assert twins[1].backward() == twins[1].loss() == loss
        twins[1].step("adam", lr=0.01)
    assert twins[0].to_bytes() == twins[1].to_bytes()
    assert trainer.steps == 4 and trainer.lr == 0.01
    assert trainer.names() == [
        "fc1.weight.exp_avg", "fc1.bias.exp_avg", "fc1.weight.exp_avg_sq", "fc1.bias.exp_avg_sq"
    ]  # fmt: skip
    assert trainer["fc1.weight.exp_avg"].shape == (784, 10) and trainer["fc1.bias.exp_avg"].any()
    with pytest.raises(KeyError):
        trainer["fc1.weight.momentum_buffer"]


def test_a_trainer_keeps_its_model(train):
    trainer = cnn.Trainer(cnn.Model("input 28x28x1\nflatten\ndense 10", train))
    state = trainer["fc1.weight.exp_avg"]
    trainer.update()
    del trainer
    assert state.shape == (784, 10) and not state.any()


def test_the_loss_falls_by_the_gradient(model, train):
    """The loss moves as the gradient and the slope say."""
    batch = train.images[:8], train.labels[:8]
    model.forward(*batch)
    before = model.backward()
    gradient = model["fc1.bias.grad"].copy()
    slope = model.slope("fc1.bias", (3,))
    assert slope.gradient == pytest.approx(gradient[3], rel=1e-4) and slope.kinks == 0
    assert slope.loss == pytest.approx(before, rel=1e-5)
    model["fc1.bias"] = model["fc1.bias"] - 0.01 * gradient
    model.forward(*batch)
    assert model.loss() - before == pytest.approx(-0.01 * (gradient**2).sum(), rel=0.05)


def test_history(model, train, test):
    history = model.fit(train, test, epochs=3, validation=0.2, progress=False)
    assert len(history) == 3 and history[2].train_loss < history[0].train_loss
    assert history[2].test_accuracy == model.evaluate(test).accuracy
    assert 0 < history[2].validation_loss and sum(epoch.best for epoch in history) >= 1
    alone = model.fit((train.images, train.labels), epochs=1, progress=False)
    assert np.isnan(alone[0].test_loss) and np.isnan(alone[0].validation_accuracy)


def test_the_callback_sees_each_step(model, train):
    seen = []
    model.fit(train[:40], epochs=2, progress=False, callback=seen.append)
    steps = [(each.epoch, each.images, each.finished is None) for each in seen]
    epoch = [(16, True), (32, True), (40, True), (40, False)]
    assert steps == [(number, *rest) for number in range(2) for rest in epoch]
    assert all(each.epochs == 2 and each.total == 40 for each in seen)


def test_progress_with_tqdm(model, train, test, capfd):
    model.fit(train, test, epochs=2)
    shown = capfd.readouterr().err
    assert "epoch 2/2: 100%" in shown and "1000/1000" in shown and "% right" in shown


def test_progress_without_tqdm(model, train, test, capsys, monkeypatch):
    found = importlib.import_module

    def missing(name, *rest):
        if name.startswith("tqdm"):
            raise ImportError(name)
        return found(name, *rest)

    monkeypatch.setattr(importlib, "import_module", missing)
    model.fit(train, test, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert "test" in lines[1]


@pytest.mark.parametrize(
    "settings, struct",
    [
        (cnn.Optimizer(lr=0.001), lib.cnn_optimizer_defaults()),
        (cnn.Schedule(), lib.cnn_schedule_defaults()),
    ],
)
def test_default_settings_are_the_library_s(settings, struct):
    types = {name: field.type for name, field in ffi.typeof(struct).fields}
    wanted = {n: plain(getattr(struct, n), t) for n, t in types.items() if n != "reserved"}
    assert vars(settings) == wanted


def test_default_arguments_are_the_library_s():
    def defaults(function):
        return {n: p.default for n, p in inspect.signature(function).parameters.items()}

    model, options = defaults(cnn.Model), lib.cnn_model_options_defaults()
    assert (model["batch_size"], model["seed"]) == (options.batch_size, options.seed)
    assert (model["threads"], model["constant"]) == (options.threads, options.constant)
    fit, options = defaults(cnn.Model.fit), lib.cnn_train_options_defaults()
    names = ("epochs", "seed", "validation")
    assert [fit[n] for n in names] == [getattr(options, n) for n in names]
    check, options = defaults(cnn.Network.gradcheck), lib.cnn_gradcheck_options_defaults()
    names = ("batch_size", "seed", "samples")
    assert [check[n] for n in names] == [getattr(options, n) for n in names]


def test_mistakes(train):
    known = {mistake.name: mistake for mistake in cnn.mistakes()}
    assert len(known) > 50 and known["relu-open"].was != known["relu-open"].has
    assert {mistake.family for mistake in known.values()} == {
        "silent", "slow", "dead", "elsewhere", "latent"
    }  # fmt: skip
    model = cnn.Model("input 28x28x1\nflatten\ndense 8\nrelu\ndense 10", train, mistake="relu-open")
    model.forward(train.images[:4], train.labels[:4])
    model.backward()
    assert np.array_equal(model["fc1.grad"], model["relu1.grad"])
    assert model.mistake == "relu-open"
    text = "input 28x28x1\nflatten\ndense 10"
    assert not cnn.Model(text, mistake="weights-zero")["fc1.weight"].any()


def test_diagnose():
    """A dense layer by NumPy, right and with the original's slip."""

    def answer(slip):
        cases = cnn.cases("dense")
        for case in cases:
            x, dy = case.x.reshape(len(case.x), -1), case.dy.reshape(len(case.x), -1)
            case.dx[:] = (dy @ case.weight.T).reshape(case.dx.shape)
            case.dw[:] = x.T @ dy / (len(x) if slip else 1)
            case.db[:] = dy.sum(0)
        return cnn.diagnose(cases)

    assert answer(False).right
    found = answer(True)
    assert not found.right and found.gradient == "dw" and "ratio" in found.properties
    assert found.explanations == [("dense-dw-over-n-twice",)]
    assert "batch" in str(found)
