"""A process that holds PyTorch with a fixed number of threads and does what it is asked: one JSON
object a line in, one a line out.

    {"do": "training" | "prediction" | "convolution", "name": NAME, ...}   prepares, warms up
    {"do": "run", "name": NAME, "count": N}                                times N units
    {"do": "forget"}                                                       drops all that was made
    {"do": "fit", ...}                                                     a whole training
    {"do": "save", "network": PATH, "state": PATH}                         writes first weights
    {"do": "about"}                                                        versions
An answer is {"value": ...} or {"error": "one line"}. What libraries print goes to standard error.
"""

import argparse
import gc
import json
import os
import sys

import torch

import systems_torch as systems

KINDS = {"training": systems.Training, "prediction": systems.Prediction,
         "convolution": systems.Convolution}
held = {}


def about():
    return {"torch": torch.__version__, "threads": torch.get_num_threads(),
            "instructions": torch.backends.cpu.get_cpu_capability(),
            "build": [line.strip(" -") for line in torch.__config__.show().splitlines()
                      if "DNN" in line and len(line) < 120]}


def forget():
    held.clear()
    gc.collect()
    torch._dynamo.reset()


def answer(request):
    what = request.pop("do")
    if what in KINDS:
        held[request["name"]] = KINDS[what](request)
        held[request["name"]].run(2)
        return None
    if what == "run":
        return held[request["name"]].run(request["count"])
    if what == "fit":
        return systems.fit(request)
    if what == "save":
        return torch.save(systems.networks.load(request["network"]).state_dict(), request["state"])
    return {"forget": forget, "about": about}[what]()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    torch.set_num_threads(parser.parse_args().threads)
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            reply = {"value": answer(json.loads(line))}
        except Exception as reason:  # whatever PyTorch refuses is an answer, too
            first = (str(reason).strip() or "no reason given").splitlines()[0]
            reply = {"error": f"{type(reason).__name__}: {first[:200]}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
