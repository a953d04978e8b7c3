"""Models, networks and data sets that are written, copied, pickled, and exchanged with PyTorch."""

import copy
import pickle

import cnn
import numpy as np
import pytest


def test_save_and_load(model, test, tmp_path):
    model.save(tmp_path / "m.safetensors")
    again = cnn.Model.load(tmp_path / "m.safetensors", batch_size=4, threads=1)
    assert again.to_bytes() == model.to_bytes() == (tmp_path / "m.safetensors").read_bytes()
    assert again.network == model.network and again.normalization == model.normalization
    assert np.array_equal(again.predict(test.images[:9]), model.predict(test.images[:9]))


def test_pickle_and_copy(model, train):
    for again in (pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)):
        assert again.to_bytes() == model.to_bytes() and again.batch_size == model.batch_size
        assert again["fc1.weight"].ctypes.data != model["fc1.weight"].ctypes.data
    network = pickle.loads(pickle.dumps(model.network))
    assert network == model.network and hash(network) == hash(model.network)
    data = pickle.loads(pickle.dumps(train[:7]))
    assert np.array_equal(data.images, train.images[:7]) and data.classes == train.classes


def test_a_state_dict_is_that_of_torch(model, train, tmp_path):
    torch = pytest.importorskip("torch")
    model.save(tmp_path / "m.safetensors")
    loaded = pytest.importorskip("safetensors.torch").load_file(tmp_path / "m.safetensors")
    state = model.state_dict()
    assert list(state) == list(loaded)
    for name, numbers in state.items():
        assert np.array_equal(numbers, loaded[name].numpy()), name
    # conv1: [r][s][c][k] here, [k][c][r][s] there.
    assert np.array_equal(state["conv1.weight"], model["conv1.weight"].transpose(3, 2, 0, 1))
    there = torch.nn.Sequential()
    there.add_module("conv1", torch.nn.Conv2d(1, 4, 3, padding=1))
    there.add_module("relu1", torch.nn.ReLU())
    there.add_module("pool1", torch.nn.MaxPool2d(2))
    there.add_module("flatten1", torch.nn.Flatten())
    there.add_module("fc1", torch.nn.Linear(784, 10))
    model.load_state_dict({name: value.numpy() for name, value in there.state_dict().items()})
    x = np.random.default_rng(1).standard_normal((5, 28, 28, 1)).astype(np.float32)
    logits = there(torch.from_numpy(x.transpose(0, 3, 1, 2).copy())).detach()
    assert np.allclose(model.predict(x), logits.softmax(1).numpy(), atol=1e-5)


def test_a_refused_state_dict_changes_nothing(model):
    before = model.to_bytes()
    state = model.state_dict()
    state["fc1.weight"] = state["fc1.weight"][:, :5]
    with pytest.raises(cnn.Error, match="fc1.weight"):
        model.load_state_dict(state)
    assert model.to_bytes() == before


def test_a_network_is_its_text(root):
    network = cnn.Network.load(root / "networks/simple.net")
    assert cnn.Network(network.text) == network and str(network) == network.text
    assert [layer.name for layer in network.layers[:4]] == ["input", "conv1", "relu1", "pool1"]
    assert network.layers[1].shape == (28, 28, 16) and network.layers[1].pad == (1, 1)
    assert network.layers[-1].shape == (10,) and network.parameter_count == 206922
    assert network.input_shape == (28, 28, 1) and network.class_count == 10
    assert "conv2d 16 3x3 pad 1" in repr(network) and "206,922 parameters" in repr(network)
