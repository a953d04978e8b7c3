"""The NumPy way: scratch.net from scratch, in two forms.

LoopConv visits every output place in Python, as the original describes its layers; FairConv leaves
no Python loop over places: it gathers all windows and multiplies two matrices. Both compute the
same numbers; compare_forms() measures by how much they differ. `slip=True` repeats the original's
mistake: the gradient of the mean loss already holds 1 / batch, and the dense layers divide their
weights' gradient by the batch size once more.

As a program it does one thing and prints one JSON object:
    systems_numpy.py loops --data DIR --batches N     seconds of a batch, and the forms' difference
    systems_numpy.py fit --data DIR --seed N [--slip] whole training with the fair form
"""

import argparse
import json
import time

import numpy as np

from mnist import read_images

IMAGES, BATCH, RATE = 1000, 32, 0.01


class LoopConv:
    """Convolution 3x3, padding 1, stride 1: x[n][c][h][w] to y[n][k][h][w], place by place."""

    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        self.x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        n, _, height, width = x.shape
        y = np.zeros((n, len(self.w), height, width), x.dtype)
        for image in range(n):
            for k in range(len(self.w)):
                for i in range(height):
                    for j in range(width):
                        window = self.x[image, :, i:i + 3, j:j + 3]
                        y[image, k, i, j] = np.sum(window * self.w[k]) + self.b[k]
        return y

    def backward(self, dy):
        self.dw, self.db = np.zeros_like(self.w), dy.sum((0, 2, 3))
        dx = np.zeros_like(self.x)
        n, kernels, height, width = dy.shape
        for image in range(n):
            for k in range(kernels):
                for i in range(height):
                    for j in range(width):
                        gradient = dy[image, k, i, j]
                        self.dw[k] += gradient * self.x[image, :, i:i + 3, j:j + 3]
                        dx[image, :, i:i + 3, j:j + 3] += gradient * self.w[k]
        return dx[:, :, 1:-1, 1:-1]


class FairConv:
    """The same, as products of matrices. It is the first layer, so its dx is not needed."""

    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        n, channels, height, width = x.shape
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        self.columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, channels * 9)
        y = self.columns @ self.w.reshape(len(self.w), -1).T + self.b
        return y.reshape(n, height, width, -1).transpose(0, 3, 1, 2)

    def backward(self, dy):
        rows = dy.transpose(0, 2, 3, 1).reshape(-1, len(self.w))
        self.dw = (rows.T @ self.columns).reshape(self.w.shape)
        self.db = rows.sum(0)


class Dense:
    """y = x w + b. With `slip` the weights' gradient is divided by the batch size once more."""

    def __init__(self, w, b, slip):
        self.w, self.b, self.slip = w, b, slip

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dy):
        self.dw, self.db = self.x.T @ dy, dy.sum(0)
        if self.slip:
            self.dw /= len(dy)
        return dy @ self.w.T


class Relu:
    """y = max(x, 0)."""

    def forward(self, x):
        self.positive = x > 0
        return np.where(self.positive, x, 0)

    def backward(self, dy):
        return dy * self.positive


class Flatten:
    """y[n][c h w] of x[n][c][h][w]."""

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.shape)


def make_network(conv, slip, seed, dtype=np.float32):
    """scratch.net, its first weights drawn as PyTorch draws them: within 1 / sqrt(fan in)."""
    draw = np.random.default_rng(seed)

    def uniform(shape, fan_in):
        return draw.uniform(-1, 1, shape).astype(dtype) / dtype(fan_in ** 0.5)

    return [conv(uniform((8, 1, 3, 3), 9), uniform(8, 9)), Relu(), Flatten(),
            Dense(uniform((6272, 64), 6272), uniform(64, 6272), slip), Relu(),
            Dense(uniform((64, 10), 64), uniform(10, 64), slip)]


def forward(network, x):
    for layer in network:
        x = layer.forward(x)
    return x


def cross_entropy(logits, labels):
    """Losses of the images, and the gradient of their mean."""
    shifted = logits - logits.max(1, keepdims=True)
    exponentials = np.exp(shifted)
    sums = exponentials.sum(1, keepdims=True)
    rows = np.arange(len(labels))
    losses = np.log(sums[:, 0]) - shifted[rows, labels]
    gradient = exponentials / sums
    gradient[rows, labels] -= 1
    return losses, gradient / len(labels)


def train_step(network, x, labels):
    """One step of SGD. Returns the losses of the images."""
    losses, gradient = cross_entropy(forward(network, x), labels)
    for layer in reversed(network):
        gradient = layer.backward(gradient)
    for layer in network:
        if hasattr(layer, "w"):
            layer.w -= RATE * layer.dw
            layer.b -= RATE * layer.db
    return losses


def evaluate(network, images, labels):
    """Mean loss and share of right answers."""
    losses, right = [], 0
    for first in range(0, len(images), 500):
        part = slice(first, first + 500)
        logits = forward(network, images[part])
        losses.append(cross_entropy(logits, labels[part])[0])
        right += int((logits.argmax(1) == labels[part]).sum())
    return float(np.concatenate(losses).mean()), right / len(images)


def load(data, split, count, dtype=np.float32):
    """Images [n][1][28][28], normalized, and labels."""
    pixels, labels = read_images(data, split)
    images = np.frombuffer(pixels, np.uint8).reshape(-1, 1, 28, 28)[:count]
    images = ((images.astype(np.float64) / 255 - 0.1307) / 0.3081).astype(dtype)
    return images, np.frombuffer(labels, np.uint8)[:count].astype(np.int64)


def compare_forms(images, labels):
    """The largest difference, in norm, of any parameter after one step of either form, for both
    settings of the slip; in double, where only a different formula could make one."""
    worst = 0.0
    for slip in (False, True):
        nets = [make_network(conv, slip, 1, np.float64) for conv in (LoopConv, FairConv)]
        for net in nets:
            train_step(net, images, labels)
        for one, other in zip(*nets):
            if hasattr(one, "w"):
                for a, b in ((one.w, other.w), (one.b, other.b)):
                    worst = max(worst, float(np.linalg.norm(a - b) / np.linalg.norm(b)))
    return worst


def time_loops(data, batches):
    """Seconds of each batch in the loop form, with the slip and without, alternating."""
    images, labels = load(data, "train", BATCH * batches, np.float64)
    nets = {slip: make_network(LoopConv, slip, 1, np.float64) for slip in (True, False)}
    seconds = {True: [], False: []}
    for first in range(0, BATCH * batches, BATCH):
        part = slice(first, first + BATCH)
        for slip, net in nets.items():
            begin = time.perf_counter()
            train_step(net, images[part], labels[part])
            seconds[slip].append(time.perf_counter() - begin)
    return {"batch": BATCH, "images": IMAGES, "slip": seconds[True], "right": seconds[False],
            "difference": compare_forms(images[:4], labels[:4])}


def fit(data, seed, epochs, slip):
    """Trains with the fair form on the first 1,000 images; evaluates at the end."""
    images, labels = load(data, "train", IMAGES)
    test_images, test_labels = load(data, "test", 10000)
    net, order, history = make_network(FairConv, slip, seed), np.random.default_rng(seed), []
    for _ in range(epochs):
        losses, begin = [], time.perf_counter()
        places = order.permutation(IMAGES)
        for first in range(0, IMAGES, BATCH):
            part = places[first:first + BATCH]
            losses.append(train_step(net, images[part], labels[part]))
        seconds = time.perf_counter() - begin
        history.append({"seconds": seconds, "train_loss": float(np.concatenate(losses).mean())})
    history[-1]["test_loss"], history[-1]["test_accuracy"] = evaluate(net, test_images, test_labels)
    return {"seed": seed, "epochs": history,
            "accuracy_1000": evaluate(net, test_images[:1000], test_labels[:1000])[1]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["loops", "fit"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--batches", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--slip", action="store_true")
    flags = parser.parse_args()
    if flags.what == "loops":
        print(json.dumps(time_loops(flags.data, flags.batches)))
    else:
        print(json.dumps(fit(flags.data, flags.seed, flags.epochs, flags.slip)))


if __name__ == "__main__":
    main()
