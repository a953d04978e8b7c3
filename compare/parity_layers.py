"""Each layer by itself, in double, from what cnn.c gave it.

What is summed may cancel, and then no float32 program can keep to a limit on the result, nor on
what later layers make of it. So every tensor is worked out once more from the trace's own inputs of
its layer, and measured by what the same sums come to when all products are taken as positive:
rounding is relative to those. A layer that is wrong is wrong by this measure too.
"""

import copy

import torch
from torch.nn import functional


def by_themselves(network, trace) -> tuple:
    """Two dicts by the names of a step: each tensor from its layer's own inputs, and the sums of
    the absolute values of the same products. `network` has the parameters before the step, in
    double."""
    exact, sums = {}, {}
    before = "input"
    for name, layer in network.named_children():
        x, dy = (trace.get(0, tensor).double() for tensor in (before, name + ".grad"))
        exact |= both_ways(layer, before, name, x, dy)
        positive = copy.deepcopy(layer)
        with torch.no_grad():
            for parameter in positive.parameters():
                parameter.abs_()
        weighted = hasattr(layer, "weight")
        sums |= both_ways(positive, before, name, x.abs() if weighted else x, dy.abs())
        before = name
    ends = the_end(trace, before)
    return exact | ends[0], sums | ends[1]


def both_ways(layer, before: str, name: str, x, dy) -> dict:
    """What a layer makes of x and of the gradient dy, under the names of a trace."""
    x = x.detach().clone().requires_grad_()
    layer.zero_grad()
    y = layer(x)
    y.backward(dy)
    tensors = {name: y.detach(), before + ".grad": x.grad}
    return tensors | {f"{name}.{part}.grad": p.grad for part, p in layer.named_parameters()}


def the_end(trace, last: str) -> tuple:
    """Softmax and cross-entropy, from the logits of the trace."""
    logits, labels = trace.get(0, last).double(), trace.get(0, "labels").long()
    p, target = logits.softmax(1), functional.one_hot(labels, logits.shape[1]).double()
    losses = functional.cross_entropy(logits, labels, reduction="none")
    largest = losses + logits.abs().amax(1)
    count = len(labels)
    return ({"probabilities": p, "losses": losses, "loss": losses.mean(),
             last + ".grad": (p - target) / count},
            {"probabilities": p, "losses": largest, "loss": largest.mean(),
             last + ".grad": (p + target) / count})


def canceled(name: str, ours, exact: dict, sums: dict, limit: float) -> bool:
    """Whether a tensor is right from its layer's own inputs."""
    far = (ours.double() - exact[name]).norm().item()
    return far <= limit * sums[name].norm().item()
