"""Tensors in the bytes of a safetensors file: a length, a header in JSON, the numbers."""

from __future__ import annotations

from typing import Mapping

import numpy as np
from numpy.typing import NDArray


def read_tensors(data: bytes) -> dict[str, NDArray[np.float32]]:
    """Copies of the tensors in a file that the library wrote."""
    import json

    end = 8 + int.from_bytes(data[:8], "little")
    found = {}
    for name, entry in json.loads(data[8:end]).items():
        if name != "__metadata__":
            begin, stop = entry["data_offsets"]
            numbers = np.frombuffer(data[end + begin : end + stop], "<f4")
            found[name] = numbers.astype(np.float32).reshape(entry["shape"])
    return found


def write_tensors(tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    """A file with these tensors, which the library checks as it does any other."""
    import json

    head, place = {}, 0
    for name, array in tensors.items():
        offsets = [place, place + array.nbytes]
        head[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": offsets}
        place += array.nbytes
    shown = json.dumps(head).encode()
    parts = [array.astype("<f4").tobytes() for array in tensors.values()]
    return b"".join([len(shown).to_bytes(8, "little"), shown, *parts])
