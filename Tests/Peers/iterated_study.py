"""An iterated study in PyTorch, the peer of `ouroboros run`: models trained on their own samples.

    python3 Tests/Peers/iterated_study.py SETTINGS.json --mode compile-f32
    python3 Tests/Peers/iterated_study.py SETTINGS.json --mode compile-f32 --probe 2
    python3 Tests/Peers/iterated_study.py SETTINGS.json --list

SETTINGS.json is an object with the fields of iterated/settings.py (iterated_study_compare.py writes it). Each seed is
a chain: fit to the real images, draw, measure, fit to what was drawn, and so on. Processes of one thread each take
the chains in turn; all data are in memory as float32. The first prints one JSON object:

    {"seconds": wall time of the whole, "start_seconds": of the slowest process until its first chain,
     "chains": [{"seed": 0, "generations": [{"fit": s, "sample": s, "measure": s, "metrics": {name: value}}]}]}

Compiling happens before the first chain. --probe prints the milliseconds of one training step (median of SECONDS
seconds), --list the modes of the study in its precision. Modes are words of training/workload.py.
"""
import argparse
import gzip
import json
import multiprocessing
import os
import pathlib
import statistics
import sys
import time

# One thread, before the libraries are loaded.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402

from iterated.models import MODELS  # noqa: E402
from iterated.quality import Quality  # noqa: E402
from iterated.settings import DATA, PIXELS, Settings  # noqa: E402

WARM_UP_STEPS = 3


def images(part, count):
    """The first `count` images of a part of Fashion-MNIST, [count, 784], float32 in [0, 1]."""
    path = pathlib.Path(DATA) / f"{part}-images-idx3-ubyte.gz"
    with gzip.open(path) as file:
        values = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, PIXELS)
    if count > len(values):
        sys.exit(f"{path}: {count} images asked for, there are {len(values)}")
    return torch.from_numpy(values[:count].astype(np.float32) / 255)


def single_threaded():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def chain(seed, model, real, quality, settings):
    """Runs one chain. Times and measures of every generation."""
    torch.manual_seed(1000 + seed)
    training, generations = real, []
    for _ in range(settings.generations):
        start = time.perf_counter()
        model.fit(training, settings.steps)
        fitted = time.perf_counter()
        training = model.sample(settings.samples)
        sampled = time.perf_counter()
        metrics = quality.measure(training)
        generations.append({"fit": fitted - start, "sample": sampled - fitted,
                            "measure": time.perf_counter() - sampled, "metrics": metrics})
    return {"seed": seed, "generations": generations}


def work(task):
    """The chains of one process."""
    settings, mode, seeds = task
    start = time.perf_counter()
    single_threaded()
    torch.manual_seed(0)
    real = images("train", settings.limit)
    quality = Quality(real, images("t10k", settings.held_out), settings)
    model = MODELS[settings.study](settings, mode)
    model.fit(real, WARM_UP_STEPS)
    model.sample(1)
    started = time.perf_counter() - start
    return started, [chain(seed, model, real, quality, settings) for seed in seeds]


def probe(settings, mode, seconds):
    """Milliseconds of each training step until `seconds` have passed, at least three steps."""
    single_threaded()
    model = MODELS[settings.study](settings, mode)
    model.fit(images("train", settings.limit), WARM_UP_STEPS)
    times, start = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        model.position = 0
        before = time.perf_counter()
        model.step()
        times.append((time.perf_counter() - before) * 1e3)
    return times


def main():
    start = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", type=pathlib.Path)
    parser.add_argument("--mode", help="by default the first that --list prints")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--probe", type=float, metavar="SECONDS")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    settings = Settings(**json.loads(options.settings.read_text()))
    modes = [mode for mode in MODELS[settings.study].modes if settings.precision in mode.split("-")]
    if options.list:
        return print(json.dumps(modes))
    mode = options.mode or modes[0]
    if mode not in modes:
        sys.exit(f"unknown mode {mode} of {settings.study} in {settings.precision}; there are {', '.join(modes)}")
    if options.probe:
        times = probe(settings, mode, options.probe)
        return print(json.dumps({"mode": mode, "milliseconds_per_step": statistics.median(times), "steps": len(times)}))
    tasks = [(settings, mode, range(first, settings.seeds, options.processes)) for first in range(options.processes)]
    tasks = [task for task in tasks if len(task[2]) > 0]
    # Forked: what is imported need not be imported again.
    with multiprocessing.get_context("fork").Pool(len(tasks)) as pool:
        answers = pool.map(work, tasks, chunksize=1)
    chains = sorted((chain for _, chains in answers for chain in chains), key=lambda chain: chain["seed"])
    print(json.dumps({"peer": "torch " + torch.__version__, "mode": mode, "seconds": time.perf_counter() - start,
                      "start_seconds": max(started for started, _ in answers), "chains": chains}))


if __name__ == "__main__":
    main()
