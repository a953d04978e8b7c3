"""python python/bench.py: what a call from Python costs beyond C, in CPU time of one thread.

    predict   Model.predict() of one image, beside cnn_model_predict() of the same model called
              through cffi with everything prepared, and beside build/bench/predict_rate, if it is
              built: all in C
    view      model["conv1.weight"], model["relu1"]
    import    cnn after NumPy
"""

import json
import os
import statistics
import subprocess
import sys
import time
import timeit
from pathlib import Path

import cnn
import numpy as np
from cnn._library import ffi, lib

ROOT = Path(__file__).resolve().parent.parent
# Little enough for its time to be that of the call.
TINY = "input 2x2x1\nflatten\ndense 2"


def microseconds(*functions, number=300, rounds=60):
    """The median for each; they alternate, so that other work on the machine slows all alike."""
    times = [[] for _ in functions]
    for _ in range(rounds):
        for function, found in zip(functions, times):
            taken = timeit.timeit(function, number=number, timer=time.thread_time)
            found.append(1e6 * taken / number)
    return [statistics.median(found) for found in times]


def predictions(text):
    model = cnn.Model(text, threads=1, every_layer=False)
    image = np.zeros((1, *model.network.input_shape), np.uint8)
    image[:] = np.arange(image.size, dtype=np.uint8).reshape(image.shape)
    found = np.empty((1, model.network.class_count), np.float32)
    pixels, numbers = ffi.from_buffer("uint8_t[]", image), ffi.from_buffer("float[]", found)
    model_, function = model._owner.pointer, lib.cnn_model_predict
    c, ours = microseconds(
        lambda: function(model_, pixels, 1, numbers, ffi.NULL), lambda: model.predict(image)
    )
    return {"c_us": c, "python_us": ours, "more_us": ours - c}


def in_c():
    """The same request in a program in C, or None."""
    program = ROOT / "build/bench/predict_rate"
    if not program.exists():
        return None
    words = [program, ROOT / "networks/simple.net", ROOT / "data/mnist", "1", "1"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip()


def import_milliseconds():
    program = (
        "import numpy, time; a = time.process_time(); import cnn; print(time.process_time() - a)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    words = [sys.executable, "-c", program]
    times = [
        float(subprocess.run(words, capture_output=True, text=True, env=environment).stdout)
        for _ in range(9)
    ]
    return 1e3 * statistics.median(times)


def main():
    simple = (ROOT / "networks/simple.net").read_text()
    model = cnn.Model(simple, threads=1)
    model.forward(np.zeros((4, 28, 28, 1), np.uint8))
    weight, activation = microseconds(lambda: model["conv1.weight"], lambda: model["relu1"])
    print(f"predict, simple.net   {json.dumps(predictions(simple))}")
    print(f"predict, tiny network {json.dumps(predictions(TINY))}")
    print(f"predict in C          {in_c()}")
    print(f"a view                {weight:.2f} us (parameter), {activation:.2f} us (activation)")
    print(f"import cnn            {import_milliseconds():.1f} ms after NumPy")


if __name__ == "__main__":
    main()
