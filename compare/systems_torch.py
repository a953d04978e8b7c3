"""PyTorch at work: what a worker process (torch_worker.py) holds and times.

A setting says how PyTorch is used:
    layout     contiguous, channels_last, mkldnn (oneDNN's own, between convolutions),
               compile, compile channels_last
    optimizer  loop (PyTorch's default on a CPU), foreach, fused
    bf16       autocast to bfloat16
    loader     a DataLoader over a Dataset, as the original wrote it
"""

import time

import torch
from torch import nn
from torch.utils import mkldnn
from torch.utils.data import DataLoader, Dataset

import net as networks
from mnist import read_images

cache = {}


def load(data, split):
    """Normalized images [n][1][28][28] in float32 and labels, kept in memory."""
    if split not in cache:
        pixels, labels = read_images(data, split)
        images = torch.frombuffer(pixels, dtype=torch.uint8).reshape(-1, 1, 28, 28).float()
        images.div_(255).sub_(0.1307).div_(0.3081)
        cache[split] = images, torch.frombuffer(labels, dtype=torch.uint8).long()
    return cache[split]


class OneDnn(nn.Module):
    """The network in oneDNN's own layout as far as flatten."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        x = x.to_mkldnn()
        for layer in self.net:
            if isinstance(layer, nn.Flatten):
                x = x.to_dense()
            x = layer(x)
        return x


class ImagesAndLabels(Dataset):
    """A data set as torchvision gives it to a DataLoader: one image at a time."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.images[index], int(self.labels[index])


def make_model(net, setting):
    """What is called with a batch, for a network whose parameters are trained."""
    layout = setting["layout"]
    if layout.endswith("channels_last"):
        net.to(memory_format=torch.channels_last)
    if layout == "mkldnn":
        return OneDnn(net)
    return torch.compile(net, dynamic=False) if layout.startswith("compile") else net


def make_optimizer(net, spec):
    if spec.get("sgd"):
        return torch.optim.SGD(net.parameters(), lr=spec["sgd"])
    kind = spec["setting"]["optimizer"]
    flags = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}
    return torch.optim.Adam(net.parameters(), lr=0.001, **flags[kind])


class Training:
    """Steps on shuffled images. spec: network, data, batch, setting, limit, sgd, seed."""

    def __init__(self, spec):
        torch.manual_seed(spec.get("seed", 1))
        self.batch, self.setting = spec["batch"], spec["setting"]
        images, labels = load(spec["data"], "train")
        limit = spec.get("limit") or len(images)
        self.images, self.labels = images[:limit], labels[:limit]
        self.net = networks.load(spec["network"])
        self.model = make_model(self.net, self.setting)
        self.optimizer = make_optimizer(self.net, spec)
        self.loss = nn.CrossEntropyLoss()
        if self.setting["layout"].endswith("channels_last"):
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        self.batches = iter(())

    def epoch(self):
        """The batches of one pass over the images, the last one smaller."""
        if self.setting.get("loader"):
            data = ImagesAndLabels(self.images, self.labels)
            yield from DataLoader(data, batch_size=self.batch, shuffle=True)
            return
        for places in torch.randperm(len(self.images)).split(self.batch):
            yield self.images[places], self.labels[places]

    def next_batch(self):
        """Batches without end, all of full size: none makes a compiled model compile again."""
        for images, labels in self.batches:
            if len(labels) == self.batch:
                return images, labels
        self.batches = self.epoch()
        return self.next_batch()

    def step(self, images, labels):
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bool(self.setting.get("bf16"))):
            loss = self.loss(self.model(images), labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, steps):
        """Seconds of so many steps."""
        begin = time.perf_counter()
        for _ in range(steps):
            self.step(*self.next_batch())
        return time.perf_counter() - begin


def evaluate(model, data, count):
    """Mean loss and share of right answers on the first images of the test set."""
    images, labels = load(data, "test")
    with torch.inference_mode():
        logits = torch.cat([model(part) for part in images[:count].split(500)])
        loss = nn.functional.cross_entropy(logits, labels[:count])
        right = (logits.argmax(1) == labels[:count]).float().mean()
    return loss.item(), right.item()


def train_epoch(training, curve, number):
    """Pass number `number` from 0: seconds and mean loss. Every 100 steps of the whole training
    adds [images seen, mean loss of this pass so far] to curve, as cnn train logs it."""
    count = len(training.labels)
    steps = number * -(-count // training.batch)
    total, seen, begin = 0.0, 0, time.perf_counter()
    for step, (images, labels) in enumerate(training.epoch(), steps + 1):
        total = total + training.step(images, labels).detach() * len(labels)
        seen += len(labels)
        if step % 100 == 0:
            curve.append([number * count + seen, total.item() / seen])
    return time.perf_counter() - begin, total.item() / seen


def fit(spec):
    """Whole training: as cnn train does it, evaluated after each epoch."""
    training, curve, history = Training(spec), [], []
    for number in range(spec["epochs"]):
        seconds, train_loss = train_epoch(training, curve, number)
        curve.append([(number + 1) * len(training.labels), train_loss])
        test_loss, accuracy = evaluate(training.net, spec["data"], 10000)
        history.append({"seconds": seconds, "train_loss": train_loss, "test_loss": test_loss,
                        "test_accuracy": accuracy})
    return {"seed": spec["seed"], "epochs": history, "curve": curve,
            "accuracy_1000": evaluate(training.net, spec["data"], 1000)[1]}


class Prediction:
    """Calls on consecutive test images, already normalized floats; answers are logits.
    spec: network, data, batch, setting."""

    def __init__(self, spec):
        self.batch, self.bf16, self.next = spec["batch"], bool(spec["setting"].get("bf16")), 0
        self.images = load(spec["data"], "test")[0]
        net = networks.load(spec["network"]).eval()
        if spec["setting"]["layout"].endswith("channels_last"):
            net.to(memory_format=torch.channels_last)
            self.images = self.images.contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            self.model = self.prepared(net, spec["setting"]["layout"])

    def prepared(self, net, layout):
        if layout.startswith("traced"):
            traced = torch.jit.freeze(torch.jit.trace(net, self.images[:self.batch]))
            return torch.jit.optimize_for_inference(traced)
        if layout == "mkldnn":
            return OneDnn(mkldnn.to_mkldnn(net))
        if layout.startswith("compile"):
            torch._inductor.config.freezing = True
            return torch.compile(net, dynamic=False)
        return net

    def call(self):
        if self.next + self.batch > len(self.images):
            self.next = 0
        images = self.images[self.next:self.next + self.batch]
        self.next += self.batch
        if self.bf16:
            with torch.autocast("cpu", torch.bfloat16):
                return self.model(images)
        return self.model(images)

    def run(self, calls):
        """Microseconds of each call."""
        times, clock = [], time.perf_counter
        with torch.no_grad():
            for _ in range(calls):
                begin = clock()
                self.call()
                times.append(1e6 * (clock() - begin))
        return times


class Convolution:
    """One convolution, forward, dx, dw and db, by the operators themselves: no autograd to pay for.
    spec: shape [n, c, h, w, k, r, stride, pad], layout."""

    def __init__(self, spec):
        n, c, h, w, k, r, stride, pad = spec["shape"]
        self.arguments = [[stride] * 2, [pad] * 2, [1, 1], False, [0, 0], 1]
        x, self.w, self.b = torch.randn(n, c, h, w), torch.randn(k, c, r, r), torch.randn(k)
        if spec["layout"] == "channels_last":
            x = x.contiguous(memory_format=torch.channels_last)
            self.w = self.w.contiguous(memory_format=torch.channels_last)
        self.x = x.to_mkldnn() if spec["layout"] == "mkldnn" else x
        self.dy = torch.randn_like(torch.conv2d(x, self.w, self.b, stride, pad))
        if spec["layout"] == "mkldnn":
            self.dy = self.dy.to_mkldnn()

    def run(self, count):
        """Seconds of so many passes."""
        forward = torch.ops.aten.convolution
        backward = torch.ops.aten.convolution_backward
        with torch.no_grad():
            begin = time.perf_counter()
            for _ in range(count):
                forward(self.x, self.w, self.b, *self.arguments)
                backward(self.dy, self.x, self.w, [len(self.b)], *self.arguments,
                         [True, True, True])
            return time.perf_counter() - begin
