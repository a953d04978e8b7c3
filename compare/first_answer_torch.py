"""From the start of the process to the first answer, the short way: a saved network, one image.

first_answer_torch.py NETWORK STATE DATA
"""

import sys
from pathlib import Path

import torch

import net as networks

model = networks.load(sys.argv[1])
model.load_state_dict(torch.load(sys.argv[2], weights_only=True))
with Path(sys.argv[3], "t10k-images-idx3-ubyte").open("rb") as images:
    images.seek(16)
    pixels = torch.frombuffer(bytearray(images.read(784)), dtype=torch.uint8)
with torch.inference_mode():
    image = (pixels.float().reshape(1, 1, 28, 28) / 255 - 0.1307) / 0.3081
    print(model(image).argmax().item())
