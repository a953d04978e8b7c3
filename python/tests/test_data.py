"""Data from arrays, IDX files and folders of pictures; conversions of dtype and shape."""

import struct
import warnings
import zlib

import cnn
import numpy as np
import pytest


def write_png(path, pixels):
    """A gray PNG, by the format's own rules."""

    def chunk(name, data):
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


@pytest.fixture
def pets(tmp_path, train):
    for index in range(6):
        folder = tmp_path / "pets" / ("cat", "dog")[index % 2]
        write_png(folder / f"{index}.png", train.images[index, ..., 0])
    return tmp_path / "pets"


def test_idx(mnist):
    test = cnn.Dataset.idx(mnist, "test")
    assert len(test) == 10000 and test.shape == (28, 28, 1) and len(test.classes) == 10
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert cnn.Dataset.idx(mnist, "train").normalization == pytest.approx((0.1307, 0.3081))
    first = cnn.Dataset.idx(mnist, "test", limit=5)
    assert len(first) == 5 and np.array_equal(first.images, test.images[:5])


def test_arrays_and_back(train):
    again = cnn.Dataset(train.images, train.labels)
    assert np.array_equal(again.images, train.images)
    assert np.array_equal(again.labels, train.labels)
    gray = cnn.Dataset(train.images[..., 0], train.labels)
    assert gray.shape == (28, 28, 1) and np.array_equal(gray.images, train.images)


@pytest.mark.parametrize("kind", [np.int64, np.uint16, np.int8, bool])
def test_dtypes_are_converted(kind):
    images = np.array([[[0, 1], [1, 0]], [[1, 1], [0, 0]]], kind)
    data = cnn.Dataset(images, np.array([0, 1], np.int8))
    bright = 255 if kind is bool else 1
    assert data.images.ravel().tolist() == [0, bright, bright, 0, bright, bright, 0, 0]
    assert data.labels.dtype == np.uint32


def test_layouts_in_memory_do_not_matter(model, train):
    images = train.images[:10]
    expected = model.predict(images)
    for same in (
        np.asfortranarray(images),
        np.repeat(images, 2, axis=0)[::2],
        images[..., 0],
        images.reshape(10, 784),
        images.astype(np.int64),
        images.tolist(),
    ):
        assert np.array_equal(model.predict(same), expected)
    assert np.array_equal(model.predict(images[3]), model.predict(images[3, ..., 0]))
    assert model.predict(images[3]).shape == (10,)
    with pytest.raises(cnn.Error, match="no images"):
        model.predict(images[:0])


def test_floats_are_used_as_they_are(model, train):
    mean, std = model.normalization
    images = train.images[:40]
    floats = (images / np.float32(255) - np.float32(mean)) / np.float32(std)
    assert np.allclose(model.predict(floats), model.predict(images), atol=1e-5)
    double = floats.astype(np.float64)
    assert np.array_equal(model.predict(double[0]), model.predict(floats)[0])
    model.set_batch(floats[:3])
    assert np.array_equal(model["input"], floats[:3])


def test_slices(train):
    part = train[10:13]
    assert isinstance(part, cnn.Dataset) and len(part) == 3
    assert np.array_equal(part.images, train.images[10:13])
    image, label = train[11]
    assert np.array_equal(image, part.images[1]) and label == part.labels[1]
    chosen = train[train.labels == 7]
    assert set(chosen.labels.tolist()) == {7} and len(chosen.classes) == 10


def test_names_of_classes(train):
    data = cnn.Dataset(train.images[:4], [0, 1, 0, 2], names=["cat", "dog", "Ünik"])
    assert data.classes == ["cat", "dog", "Ünik"]
    model = cnn.Model("input 28x28x1\nflatten\ndense 3", data)
    assert model.classes == data.classes
    assert cnn.Model.from_bytes(model.to_bytes()).classes == data.classes


def test_pictures(pets, train, command, tmp_path):
    data = cnn.Dataset.pictures(pets, (28, 28, 1))
    assert data.classes == ["cat", "dog"] and len(data) == 6
    assert data.labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert np.array_equal(data.images, train.images[:6])
    (tmp_path / "two.net").write_text("input 28x28x1\nflatten\ndense 2\n")
    command("train", tmp_path / "two.net", "--data", pets, "--out", tmp_path / "x", "--epochs", 1)
    model = cnn.Model(cnn.Network.load(tmp_path / "two.net"), data)
    model.fit(data, epochs=1, progress=False)
    assert model.to_bytes() == (tmp_path / "x").read_bytes()
    again = model.pictures(pets)
    assert again.classes == ["cat", "dog"] and again.labels.tolist() == data.labels.tolist()
    assert model.picture(pets / "cat/0.png").shape == (28, 28, 1)


def test_bad_pictures(pets):
    (pets / "cat/broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    with pytest.raises(cnn.Error, match="broken.png"):
        cnn.Dataset.pictures(pets, (28, 28, 1))
    with pytest.warns(UserWarning, match="skipped: .*broken.png"):
        assert len(cnn.Dataset.pictures(pets, (28, 28, 1), skip_bad=True)) == 6
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="broken.png"):
            cnn.Dataset.pictures(pets, (28, 28, 1), skip_bad=True)
