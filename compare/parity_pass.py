"""Training steps in PyTorch that keep every number, under the names of a trace.

ReLU and max pooling have kinks: where two values are equal but for rounding, two right programs may
choose differently, and from there on their gradients differ completely. Branch therefore follows
the choices recorded in a trace wherever PyTorch's own differ, counts them, and keeps the largest
distance from a tie; its users require that to be within rounding. Where all choices of a layer
agree, PyTorch's own operation is used. The rule that the first of equal values is chosen is checked
separately, from the trace's own values, where it needs no tolerance.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

import net
from parity_recipes import Recipe


@dataclass
class Branch:
    """The choices of one step of a trace. gap: of the worst choice that differed, the distance
    between the two values by the root mean square of all that the layer saw."""

    trace: object = None
    step: int = 0
    flips: int = 0
    gap: float = 0.0

    def through(self, name: str, layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
        """The layer's output for x."""
        if self.trace and isinstance(layer, nn.ReLU):
            return self.relu(layer, x, self.trace.get(self.step, name) > 0)
        if self.trace and isinstance(layer, nn.MaxPool2d):
            return self.pool(layer, x, self.trace.get(self.step, name + ".indices").long())
        return layer(x)

    def relu(self, layer, x, let_through):
        """ReLU that passes the values that it passed in the trace."""
        different = (x > 0) != let_through
        if not different.any():
            return layer(x)
        self.count(x, x.detach()[different].abs())
        return x * let_through

    def pool(self, layer, x, indices):
        """Pooling with the indices of the trace."""
        y, own = functional.max_pool2d(x, layer.kernel_size, layer.stride, return_indices=True)
        different = own != indices
        if not different.any():
            return y
        followed = x.flatten(2).gather(2, indices.flatten(2)).view(indices.shape)
        self.count(x, (y - followed).detach()[different].abs())
        return followed

    def count(self, x, gaps):
        """Keeps the worst."""
        mean = x.detach().double().square().mean().sqrt().item()
        worst = gaps.max().item()
        self.flips += gaps.numel()
        self.gap = max(self.gap, worst / mean if mean else float(worst > 0) * float("inf"))


class Twin:
    """A network in PyTorch that starts from given parameters and trains by a recipe.

    damaged: the layer whose weights' gradient is made wrong by one part in a thousand, to show that
    it is noticed."""

    def __init__(self, text: str, initial: dict, recipe: Recipe, *, steps: int = 1,
                 dtype=torch.float32, channels_last: bool = False, damaged: str = ""):
        self.net = net.build(text)
        self.net.load_state_dict(initial)
        self.layout = torch.channels_last if channels_last else torch.contiguous_format
        self.dtype, self.damaged = dtype, damaged
        self.net.to(dtype=dtype)
        if channels_last:
            self.net.to(memory_format=torch.channels_last)
        self.optimizer = recipe.optimizer(self.net.parameters())
        self.schedule = recipe.schedule(self.optimizer, steps)

    def step(self, images, labels, branch: Branch) -> dict:
        """One step; every number of it by name."""
        x = images.detach().to(self.dtype).reshape(-1, *self.net.input_shape)
        if x.dim() == 4:
            x = x.contiguous(memory_format=self.layout)
        places = {"input": x.requires_grad_()}
        for name, layer in self.net.named_children():
            x = branch.through(name, layer, x)
            x.retain_grad()
            places[name] = x
        losses = functional.cross_entropy(x, labels, reduction="none")
        loss = losses.mean()
        self.optimizer.zero_grad()
        loss.backward()
        numbers = {name: place.detach() for name, place in places.items()}
        numbers |= {"probabilities": x.detach().softmax(1), "losses": losses.detach(),
                    "loss": loss.detach()}
        numbers |= {name + ".grad": place.grad for name, place in reversed(places.items())}
        return numbers | self.finish()

    def finish(self) -> dict:
        """The parameters' gradients, the update, and what it made of them."""
        parameters = dict(self.net.named_parameters())
        if self.damaged:
            parameters[self.damaged + ".weight"].grad.mul_(1.001)
        gradients = {name + ".grad": p.grad for name, p in parameters.items()}
        self.update()
        return gradients | self.after()

    def update(self):
        """The optimizer's part alone, by whatever gradients there are."""
        self.optimizer.step()
        if self.schedule:
            self.schedule.step()

    def after(self) -> dict:
        """Copies of the parameters, as they are called in a trace."""
        return {"after/" + name: p.detach().clone() for name, p in self.net.named_parameters()}


def updated(text: str, initial: dict, recipe: Recipe, gradients: dict) -> dict:
    """The parameters after PyTorch's first update by gradients that are given."""
    twin = Twin(text, initial, recipe)
    for name, parameter in twin.net.named_parameters():
        parameter.grad = gradients[name + ".grad"].clone()
    twin.update()
    return twin.after()


def pools(network: nn.Module, trace, step: int = 0) -> dict:
    """For each pool of a network, whether its indices in a trace are those that PyTorch finds among
    the very values that the trace says it was given: of equal ones the first."""
    right, before = {}, "input"
    for name, layer in network.named_children():
        if isinstance(layer, nn.MaxPool2d):
            _, indices = functional.max_pool2d(trace.get(step, before), layer.kernel_size,
                                               layer.stride, return_indices=True)
            right[name] = torch.equal(indices, trace.get(step, name + ".indices").long())
        before = name
    return right


def difference(a: torch.Tensor, b: torch.Tensor, reference: torch.Tensor) -> float:
    """|a - b| / |reference| in norm; 0 if a and b are equal, whatever the reference."""
    if a.shape != b.shape:
        return float("inf")
    far = (a.double() - b.double()).norm().item()
    size = reference.double().norm().item()
    if far == 0:
        return 0.0
    return far / size if size else float("inf")
