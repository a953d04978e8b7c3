"""Threads, forks, interrupts and exceptions: no hang, no crash, and the model is usable after."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import cnn
import numpy as np
import pytest
from conftest import patience


def in_child(work):
    """Runs work() in a forked child, which is ended if it hangs; whether it returned True."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            os._exit(0 if work() is True else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def test_a_forked_child_predicts_and_trains(root, train, test):
    model = cnn.Model(cnn.Network.load(root / "networks/simple.net"), train, threads=2)
    model.fit(train[:64], epochs=1, progress=False)
    expected, twin = model.predict(test.images[:50]), cnn.Model.from_bytes(model.to_bytes())
    assert in_child(lambda: bool((model.predict(test.images[:50]) == expected).all()))
    twin.fit(train[:64], epochs=1, progress=False)

    def trains():
        model.fit(train[:64], epochs=1, progress=False)
        return model.threads == 1 and model.to_bytes() == twin.to_bytes()

    assert in_child(trains)
    assert model.threads == 2 and (model.predict(test.images[:50]) == expected).all()


def test_multiprocessing_by_fork(model, test):
    global shared
    shared = model, test
    expected = [model.predict(test.images[i]).tolist() for i in range(8)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map_async(_predict_shared, range(8)).get(30) == expected


def _predict_shared(index):
    model, test = shared
    return model.predict(test.images[index]).tolist()


def test_a_model_that_another_thread_used_during_the_fork(model, train):
    inside, go_on = threading.Event(), threading.Event()

    def wait(progress):
        inside.set()
        go_on.wait(20)

    options = {"epochs": 1, "progress": False, "callback": wait}
    thread = threading.Thread(target=lambda: model.fit(train[:32], **options))
    thread.start()
    assert inside.wait(20)

    def refused():
        with pytest.raises(cnn.Error, match="another thread was using this object"):
            model.predict(train.images[:1])
        return True

    try:
        assert in_child(refused)
    finally:
        go_on.set()
        thread.join()
    assert model.predict(train.images[:1]).shape == (1, 10)


def test_a_fork_inside_a_callback(model, train):
    good = []

    def fork(progress):
        if not good:
            good.append(in_child(lambda: model.predict(train.images[:1]).shape == (1, 10)))

    model.fit(train[:64], epochs=1, progress=False, callback=fork)
    assert good == [True]


def test_threads_on_one_model(root, train, test):
    """They alternate: no pass reads another thread's images."""
    model = cnn.Model(cnn.Network.load(root / "networks/simple.net"), train)
    expected = model.predict(test.images)
    problems = []

    def predict(offset):
        for index in range(30):
            at = offset + index
            if not (model.predict(test.images[at : at + 100]) == expected[at : at + 100]).all():
                problems.append(at)

    def evaluate(_):
        for _ in range(5):
            model.evaluate(test)
            model.forward(test.images[:4], test.labels[:4])

    work = [(predict, 0), (predict, 300), (evaluate, 0)]
    threads = [threading.Thread(target=task, args=(given,)) for task, given in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60 * patience())
    assert not problems and not any(thread.is_alive() for thread in threads)


def test_training_and_predicting_in_two_threads(model, train, test):
    thread = threading.Thread(target=lambda: model.fit(train, epochs=2, progress=False))
    thread.start()
    while thread.is_alive():
        assert np.isfinite(model.predict(test.images[:8])).all()
    assert model.evaluate(test).accuracy > 0.5


def test_others_run_while_c_computes(model, train):
    """The interpreter's lock is free during a pass."""
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0)

    thread = threading.Thread(target=count)
    thread.start()
    big = np.repeat(train.images, 20, axis=0)
    before = counted[0]
    model.predict(big)
    during = counted[0] - before
    stop.set()
    thread.join()
    assert during > 50


def test_an_exception_in_a_callback(model, train, test):
    seen = []

    def fail(progress):
        seen.append(progress.images)
        if len(seen) == 3:
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        model.fit(train, epochs=1, progress=False, callback=fail)
    assert seen == [16, 32, 48]
    # As after the third step.
    twin = cnn.Model(model.network, train, batch_size=16)
    twin.fit(train, epochs=1, progress=False, callback=lambda p: p.images < 48)
    assert twin.to_bytes() == model.to_bytes()
    assert model.fit(train, epochs=1, progress=False)[0].train_loss > 0


def test_a_callback_ends_the_run(model, train, test):
    options = {"epochs": 5, "progress": False}
    history = model.fit(train, test, **options, callback=lambda p: not p.finished or p.epoch < 1)
    assert len(history) == 2 and history[1].test_accuracy > 0.3


def test_a_callback_may_predict_evaluate_and_save(model, train, test, tmp_path):
    plain = cnn.Model(model.network, train, batch_size=16)
    plain.fit(train, epochs=1, progress=False)

    def look(progress):
        assert model.predict(test.images[:2]).shape == (2, 10)
        if progress.finished:
            assert progress.finished.train_loss == progress.loss
            model.evaluate(test)
            model.save(tmp_path / "model.safetensors")

    model.fit(train, epochs=1, progress=False, callback=look)
    assert (tmp_path / "model.safetensors").read_bytes() == plain.to_bytes() == model.to_bytes()


def test_a_callback_may_not_train_the_same_model(model, train):
    for again in (
        lambda p: model.fit(train, epochs=1, progress=False),
        lambda p: model.step(),
        lambda p: cnn.Trainer(model).step(),
    ):
        with pytest.raises(cnn.Error, match="is being trained"):
            model.fit(train, epochs=1, progress=False, callback=again)


SLOW = ", callback=lambda p: time.sleep(0.01)"
INTERRUPTED = """
    import os, signal, sys, threading, time
    import cnn
    train = cnn.Dataset.idx("data/mnist", "train")
    model = cnn.Model(cnn.Network.load("networks/simple.net"), train)
    def interrupt():
        time.sleep({after})
        os.kill(os.getpid(), signal.SIGINT)
    threading.Thread(target=interrupt).start()
    try:
        model.fit(train, epochs=1000, progress={progress}{more})
    except KeyboardInterrupt:
        print("interrupted", model.predict(train.images[:1]).shape)
        print(len(model.fit(train[:64], epochs=1, progress=False)))
"""


@pytest.mark.parametrize("after", [0.2, 0.5])
@pytest.mark.parametrize("progress, more", [(False, ""), (True, ""), (False, SLOW)])
def test_an_interrupt(after, progress, more, root):
    program = textwrap.dedent(INTERRUPTED.format(after=after, progress=progress, more=more))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["interrupted (1, 10)", "1"], done.stderr


def test_an_interrupt_in_every_place(root):
    """Signals at many moments: each ends fit() with KeyboardInterrupt, none is lost or printed."""
    program = """
        import signal, sys, cnn, time
        train = cnn.Dataset.idx("data/mnist", "train", limit=2000)
        model = cnn.Model(cnn.Network.load("networks/lab.net"), train, batch_size=4, threads=1)
        caught = 0
        for moment in range(150):
            signal.setitimer(signal.ITIMER_REAL, 0.0005 + moment * 37e-6)
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            try:
                model.fit(train, epochs=1000, progress=False, callback=lambda p: None)
            except KeyboardInterrupt:
                caught += 1
        print(caught)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("150\n", "")
