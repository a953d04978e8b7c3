"""Views share the model's memory, keep it, and say what may be written."""

import gc
import weakref

import cnn
import numpy as np
import pytest
from cnn._library import ffi, lib


def address_in_c(model, name):
    tensor = ffi.new("cnn_tensor *")
    assert lib.cnn_model_tensor(model._owner.pointer, name.encode(), tensor, ffi.NULL)
    return int(ffi.cast("uintptr_t", tensor.data)), tuple(tensor.shape)[: tensor.rank]


def test_every_tensor_is_at_its_address_in_c(passed):
    assert len(passed.names()) > 15
    for name in passed.names():
        view = passed[name]
        assert (view.__array_interface__["data"][0], view.shape) == address_in_c(passed, name)
        assert view.flags.c_contiguous and not view.flags.owndata


def test_a_write_is_seen_by_c(model, test):
    before = model.predict(test.images[:4])
    model["fc1.bias"][:] = 0
    model["fc1.bias"][3] = 50
    assert (model.predict(test.images[:4])[:, 3] > 0.99).all()
    number = cnn.Model.from_bytes(model.to_bytes())["fc1.bias"][3]
    assert number == 50 and before.argmax(1).tolist() != [3] * 4


def test_what_c_writes_is_seen_in_a_view(model, train):
    weight, gradient = model["conv1.weight"], model["conv1.weight.grad"]
    first = weight.copy()
    assert not gradient.any()
    model.forward(train.images[:8], train.labels[:8])
    model.backward()
    assert gradient.any()
    model.step("sgd", lr=0.5)
    assert np.array_equal(weight, first - np.float32(0.5) * gradient)


def test_torch_shares_the_memory(model, test):
    torch = pytest.importorskip("torch")
    view = model["fc1.weight"]
    tensor = torch.from_dlpack(view)
    assert tensor.data_ptr() == address_in_c(model, "fc1.weight")[0]
    tensor.zero_()
    model["fc1.bias"][:] = 0
    assert np.allclose(model.predict(test.images[:3]), 0.1)


def test_a_view_keeps_its_model(train):
    model = cnn.Model(cnn.Network("input 2x2x1\nflatten\ndense 2"), threads=1)
    owner = weakref.ref(model._owner)
    view = model["fc1.weight"][1:]
    before = view.copy()
    del model
    gc.collect()
    assert owner() is not None
    # Were it freed, these would take its place.
    others = [cnn.Model("input 2x2x1\nflatten\ndense 2", seed=9 + i, threads=1) for i in range(50)]
    assert np.array_equal(view, before) and others
    view[:] = 7
    del view
    gc.collect()
    assert owner() is None


def test_views_of_data_and_cases_keep_them():
    images = cnn.Dataset(np.arange(32, dtype=np.uint8).reshape(2, 4, 4), [0, 1]).images
    x = cnn.Case("relu", images=1, shape=(2, 2, 1)).x
    gc.collect()
    assert images.ravel().tolist() == list(range(32)) and np.isfinite(x).all()


def test_only_parameters_and_their_gradients_can_be_written(passed):
    writable = {name for name in passed.names() if passed[name].flags.writeable}
    parameters = {"conv1.weight", "conv1.bias", "fc1.weight", "fc1.bias"}
    assert writable == parameters | {f"{name}.grad" for name in parameters}
    assert set(passed.parameters) == set(passed.gradients) == parameters
    with pytest.raises(ValueError):
        passed["conv1"][:] = 0


def test_an_activation_has_the_length_of_the_batch(model, train):
    assert len(model["conv1"]) == 0
    for count in (16, 5):
        model.forward(train.images[:count])
        assert {len(view) for view in model.activations.values()} == {count}
    model.predict(train.images[:3])
    assert len(model["conv1"]) == 0


def test_unknown_names_say_so(train):
    model = cnn.Model(SKIPPED, every_layer=False)
    with pytest.raises(KeyError, match='no tensor named "conv1" without the option every_layer'):
        model["conv1"]
    with pytest.raises(cnn.NoTensor, match='no tensor named "conv7"'):
        model["conv7"]
    assert "conv7" not in model and "conv1.weight" in model


SKIPPED = "input 8x8x1\nconv2d 2 3x3 pad 1\nrelu\nflatten\ndense 2"


def test_setting_copies_as_numpy_does(passed):
    passed["conv1.bias"] = [1, 2, 3, 4]
    passed["fc1.weight"] = 0.5
    assert passed["conv1.bias"].tolist() == [1, 2, 3, 4] and (passed["fc1.weight"] == 0.5).all()
    with pytest.raises(cnn.Error, match="is what a pass computes"):
        passed["conv1"] = 0
    with pytest.raises(ValueError):
        passed["conv1.bias"] = [1, 2]
