"""Classifier follows scikit-learn's conventions."""

import pickle
import warnings

import cnn
import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator


@pytest.fixture(scope="module")
def digits():
    return load_digits(return_X_y=True)


def test_check_estimator():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(cnn.Classifier(), on_fail=None)
    failed = [each["check_name"] for each in results if each["status"] not in ("passed", "skipped")]
    assert not failed and len(results) > 50


def test_digits(digits):
    X, y = digits
    scores = cross_val_score(cnn.Classifier(epochs=15, lr=0.003), X, y, cv=3)
    assert scores.min() > 0.93, scores


def test_images_and_names(digits):
    X, y = digits
    names = np.array("zero one two three four five six seven eight nine".split())
    model = cnn.Classifier("conv2d 8 3x3 pad 1\nrelu\nmaxpool2d 2\nflatten", epochs=8)
    model.fit(X.reshape(-1, 8, 8), names[y])
    assert set(model.predict(X.reshape(-1, 8, 8)[:50])) <= set(names)
    assert model.score(X.reshape(-1, 8, 8), names[y]) > 0.9
    assert model.predict_proba(X.reshape(-1, 8, 8)[:3]).sum(1) == pytest.approx(1)
    assert model.model_["conv1.weight"].shape == (3, 3, 1, 8)


def test_pickle_and_clone(digits):
    X, y = digits
    model = cnn.Classifier(epochs=2).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))
    twin = clone(model)
    assert not hasattr(twin, "model_") and twin.get_params() == model.get_params()
    assert np.array_equal(twin.fit(X, y).predict_proba(X), model.predict_proba(X))


def test_a_search_in_two_processes_and_a_pipeline(digits):
    X, y = digits
    search = GridSearchCV(cnn.Classifier(epochs=2), {"lr": [1e-5, 3e-3]}, cv=2, n_jobs=2)
    assert search.fit(X[:600], y[:600]).best_params_ == {"lr": 3e-3}
    piped = make_pipeline(StandardScaler(), cnn.Classifier(epochs=8))
    assert piped.fit(X, y).score(X, y) > 0.9


def test_wrong_shapes(digits):
    X, y = digits
    with pytest.raises(ValueError, match="image_shape"):
        cnn.Classifier(image_shape=(7, 7, 1)).fit(X, y)
    with pytest.raises(cnn.Error):
        cnn.Classifier("conv2d 4 99x99").fit(X, y)
