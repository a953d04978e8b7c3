"""To be imported before torch: two threads that sleep while they wait, and the same bits each time.

A thread that spins while it waits takes the processor from the other programs of a small machine.
"""

import os

THREADS = 2
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch  # noqa: E402 - the line above must come first

torch.set_num_threads(THREADS)
torch.use_deterministic_algorithms(True)
