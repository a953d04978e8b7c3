"""The exercises solved in NumPy from their texts alone, in PyTorch's layout (n, c, h, w).

`slip` names a mistake to make by hand, as people make it in NumPy; "" makes none.
"""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0)


def relu_backward(x, dy, slip=""):
    gate = {"relu-of-dy": dy > 0, "relu-inverted": x <= 0, "relu-open": np.ones_like(x, bool)}
    return dy * gate.get(slip, x > 0)


def leakyrelu_forward(x, slope):
    return np.where(x > 0, x, slope * x)


def leakyrelu_backward(x, dy, slope, slip=""):
    return np.where(x > 0, dy, 0 if slip == "leaky-closed" else slope * dy)


def dense_forward(x, weight, bias):
    return x @ weight.T + bias


def dense_backward(x, weight, dy, slip=""):
    dx, dw, db = dy @ weight, dy.T @ x, dy.sum(0)
    if slip == "dense-dx-transposed":
        dx = dy @ weight.T.reshape(weight.shape)
    elif slip == "dense-dx-overwrites":
        for k in range(len(weight)):
            dx = dy[:, k, None] * weight[k]
    elif slip == "dense-dw-over-n-twice":
        dw = dy.T @ x / len(x)
    elif slip == "dense-dw-overwrites":
        for image, gradient in zip(x, dy):
            dw = np.outer(gradient, image)
    elif slip == "dense-dw-last-image":
        dw = np.zeros_like(weight)
        for n in range(len(x) - 1):
            dw += np.outer(dy[n], x[n])
    elif slip == "dense-db-one-sum":
        db = np.full(len(weight), dy.sum())
    elif slip == "biases-stay":
        db = np.zeros(len(weight))
    return dx, dw, db


def softmax_xent_forward(x, label, slip=""):
    shifted = x if slip == "softmax-without-max" else x - x.max(1, keepdims=True)
    powers = np.exp(shifted)
    p = powers / powers.sum(1, keepdims=True)
    losses = np.log(powers.sum(1)) - shifted[np.arange(len(x)), label]
    return p, losses


def softmax_xent_backward(p, label, slip=""):
    count, classes = p.shape
    true = np.eye(classes)[(label + (slip == "label-next")) % classes]
    dx = (p - (0 if slip == "label-forgotten" else true)) / count
    factors = {"loss-not-over-n": count, "loss-over-n-twice": 1 / count, "sign": -1}
    return dx * factors.get(slip, 1)


def windows(x, size, stride):
    """Windows [n][c][p][q][size * size], and where each begins."""
    all_ = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    found = all_[:, :, ::stride, ::stride]
    return found.reshape(*found.shape[:4], size * size)


def maxpool2d_forward(x, size, stride):
    return windows(x, size, stride).max(-1)


def maxpool2d_backward(x, dy, size, stride, slip=""):
    dx, found = np.zeros_like(x), windows(x, size, stride)
    height, width = x.shape[2:]
    for n, c, p, q in np.ndindex(dy.shape):
        gradient, h, w = dy[n, c, p, q], p * stride, q * stride
        part = dx[n, c, h : h + size, w : w + size]
        best = int(found[n, c, p, q].argmax())
        r, s = divmod(best, size)
        if slip == "pool-all":
            part += gradient
        elif slip == "pool-shared":
            part += gradient / size**2
        elif slip == "pool-corner":
            part[0, 0] += gradient
        elif slip == "pool-beside":
            flat = ((h + r) * width + w + s + 1) % (height * width)
            dx[n, c].reshape(-1)[flat] += gradient
        elif slip == "pool-first-window" and p + q > 0:
            continue
        elif slip == "pool-overwrites":
            part[r, s] = gradient
        elif slip == "pool-ties":
            part += gradient * (x[n, c, h : h + size, w : w + size] == found[n, c, p, q].max())
        else:
            part[r, s] += gradient
    return dx


def avgpool2d_forward(x, size, stride):
    return windows(x, size, stride).mean(-1)


def avgpool2d_backward(dy, H, W, size, stride, slip=""):
    dx = np.zeros((*dy.shape[:2], H, W), np.float32)
    for p, q in np.ndindex(dy.shape[2:]):
        part = dx[:, :, p * stride : p * stride + size, q * stride : q * stride + size]
        share = dy[:, :, p, q, None, None] / (1 if slip == "avgpool-undivided" else size**2)
        part[...] = share if slip == "avgpool-overwrites" else part + share
    return dx


def conv2d_forward(x, weight, bias, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    found = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    sums = np.einsum("ncpqrs,kcrs->nkpq", found[:, :, ::stride, ::stride], weight)
    return sums + bias[:, None, None]


def conv2d_backward(x, weight, dy, stride, pad, slip=""):
    (_, _, height, width), (kernels, channels, rows, columns) = x.shape, weight.shape
    # One more row and column around, for the mistakes that look beyond.
    edge = 2 * max(height, width)
    padded = np.pad(x, ((0, 0), (0, 0), (pad + edge, pad + edge), (pad + edge, pad + edge)))
    inside = np.pad(np.ones_like(x[0]), ((0, 0), (pad + edge,) * 2, (pad + edge,) * 2)) > 0
    dxs, dw, db = np.zeros_like(padded), np.zeros_like(weight), dy.sum((0, 2, 3))
    read = weight
    if slip == "conv-dx-flipped":
        read = weight[:, :, ::-1, ::-1]
    elif slip == "conv-dx-transposed":
        read = weight[:, :, np.arange(columns)[None, :] % rows, np.arange(rows)[:, None] % columns]
    elif slip == "conv-dx-channels":
        # [c][k] of the library's memory, read as [k][c].
        flat = weight.transpose(2, 3, 1, 0).reshape(rows, columns, -1)
        read = flat.reshape(rows, columns, kernels, channels).transpose(2, 3, 0, 1)
    for n, p, q in np.ndindex(len(dy), *dy.shape[2:]):
        gradient = dy[n, :, p, q]
        step = 1 if slip == "conv-dx-stride" else stride
        off = edge + (slip == "conv-dx-pad")
        h, w = p * step + off, q * step + off
        part = dxs[n, :, h : h + rows, w : w + columns]
        back = np.tensordot(gradient, read, 1)
        part[...] = back if slip == "conv-dx-overwrites" else part + back
        step = 1 if slip == "conv-dw-stride" else stride
        off = edge + (slip == "conv-dw-shifted")
        h, w = p * step + off, q * step + off
        part = padded[n, :, h : h + rows, w : w + columns]
        if slip == "conv-dw-transposed":
            part = padded[n, :, h : h + columns, w : w + rows].transpose(0, 2, 1)
        seen = np.multiply.outer(gradient, part)
        if slip == "conv-dw-overwrites":
            dw = np.where(inside[:, h : h + rows, w : w + columns], seen, dw)
        else:
            dw += seen
        if slip == "conv-db-overwrites":
            db = gradient
    if slip == "conv-dw-flipped":
        dw = dw[:, :, ::-1, ::-1]
    elif slip == "conv-dw-over-n-twice":
        dw, db = dw / len(x), db / len(x)
    elif slip == "conv-dw-mean":
        dw /= len(x) * dy.shape[2] * dy.shape[3]
    elif slip == "conv-weights-stay":
        dw = np.zeros_like(dw)
    elif slip == "biases-stay":
        db = np.zeros_like(db)
    first = pad + edge
    return dxs[:, :, first : first + height, first : first + width], dw, db


def sgd_update(dw, w, velocity, lr, momentum, weight_decay, slip=""):
    g = dw + (-1 if slip == "decay-uphill" else 1) * weight_decay * w
    velocity = momentum * velocity + g
    return (w if slip == "step-not-stored" else w - lr * velocity), velocity


def adam_update(dw, w, m, v, step, lr, beta1, beta2, epsilon, weight_decay, slip=""):
    g = dw + (-1 if slip == "decay-uphill" else 1) * weight_decay * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (abs(g) if slip == "adam-not-squared" else g * g)
    a = m if slip == "adam-uncorrected" else m / (1 - beta1**step)
    b = v if slip in ("adam-uncorrected", "adam-root-uncorrected") else v / (1 - beta2**step)
    root = np.sqrt(b + epsilon) if slip == "adam-epsilon-inside" else np.sqrt(b) + epsilon
    return (w if slip == "step-not-stored" else w - lr * a / root), m, v


BY_FUNCTION = {
    relu_backward: "relu-open relu-of-dy relu-inverted",
    leakyrelu_backward: "leaky-closed",
    dense_backward: "dense-dx-transposed dense-dx-overwrites dense-dw-over-n-twice"
    " dense-dw-overwrites dense-dw-last-image dense-db-one-sum biases-stay",
    softmax_xent_forward: "softmax-without-max",
    softmax_xent_backward: "label-next label-forgotten loss-not-over-n loss-over-n-twice sign",
    maxpool2d_backward: "pool-all pool-shared pool-corner pool-beside pool-first-window"
    " pool-overwrites pool-ties",
    avgpool2d_backward: "avgpool-undivided avgpool-overwrites",
    conv2d_backward: "conv-dx-pad conv-dx-flipped conv-dx-transposed conv-dx-channels"
    " conv-dx-stride conv-dx-overwrites conv-dw-shifted conv-dw-stride conv-dw-overwrites"
    " conv-dw-flipped conv-dw-transposed conv-dw-over-n-twice conv-dw-mean conv-weights-stay"
    " conv-db-overwrites biases-stay",
    sgd_update: "decay-uphill step-not-stored",
    adam_update: "decay-uphill step-not-stored adam-uncorrected adam-root-uncorrected"
    " adam-epsilon-inside adam-not-squared",
}
SLIPS = [(function, slip) for function, slips in BY_FUNCTION.items() for slip in slips.split()]
