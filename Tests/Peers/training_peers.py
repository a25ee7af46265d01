"""One peer of `ouroboros bench train`: a workload in PyTorch or JAX, in one mode, on one thread.

    python3 Tests/Peers/training_peers.py --list
    python3 Tests/Peers/training_peers.py vae-mlp compile-f32 --seconds 2
    python3 Tests/Peers/training_peers.py vae-mlp compile-f32 --rounds

The second prints one JSON object. The third builds, warms up, prints {"ready": ...} and then answers each line
"SECONDS" on its standard input with {"milliseconds": [one for each step], "processor_milliseconds": their mean} (train_compare.py drives it so).
Workloads and modes are described in training/.
"""
import argparse
import json
import os
import statistics
import sys
import time

# One thread, before the libraries are loaded. No settings of other programs' libraries.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

def torch_workloads():
    import torch

    from training import ddpm, flow, gpt, vae, wgan
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    kinds = (vae.VAEWorkload, wgan.WGANClipMLP, wgan.WGANGPMLP, wgan.WGANGPConv, ddpm.DDPMWorkload,
             gpt.GPTChar, gpt.GPTBPE, gpt.OPT125m, flow.RealNVPWorkload)
    return {kind.name: kind for kind in kinds}


def jax_workloads():
    from training import jax_mlp
    return jax_mlp.WORKLOADS


def timed(workload, seconds):
    """Milliseconds of each step until `seconds` have passed, at least three steps; processor time of one step."""
    times, start, used = [], time.perf_counter(), time.process_time()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        workload.step()
        times.append((time.perf_counter() - before) * 1e3)
    return {"milliseconds": times, "processor_milliseconds": (time.process_time() - used) * 1e3 / len(times)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", nargs="?")
    parser.add_argument("mode", nargs="?")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", action="store_true")
    parser.add_argument("--list", action="store_true", help="workloads and their modes, as JSON")
    options = parser.parse_args()
    if options.list:
        modes = {name: list(kind.modes) for name, kind in torch_workloads().items()}
        try:
            for name, kind in jax_workloads().items():
                modes[name] += kind.modes
        except ImportError:
            pass
        return print(json.dumps(modes))
    start = time.perf_counter()
    kinds = jax_workloads() if (options.mode or "").startswith("jax") else torch_workloads()
    if options.workload not in kinds or options.mode not in kinds[options.workload].modes:
        sys.exit(f"unknown workload or mode {options.workload} {options.mode}; see --list")
    workload = kinds[options.workload](options.mode)
    loss = float(workload.step())
    for _ in range(2):
        workload.step()
    ready = {"ready": options.workload, "mode": options.mode, "loss": loss, "start_seconds": time.perf_counter() - start}
    if not options.rounds:
        answer = timed(workload, options.seconds)
        times = answer["milliseconds"]
        median = statistics.median(times)
        return print(json.dumps(ready | {
            "milliseconds_per_step": median, "milliseconds_least": min(times),
            "processor_milliseconds": answer["processor_milliseconds"], "steps": len(times),
            "samples_per_second": workload.samples_per_step / median * 1e3}))
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(workload, float(line))), flush=True)


if __name__ == "__main__":
    main()
