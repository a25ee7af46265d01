"""`ouroboros bench train` against PyTorch and JAX, taking turns in one run on one core.

    python3 Tests/Peers/train_compare.py                       # all workloads, f32 and bf16
    python3 Tests/Peers/train_compare.py --workloads vae-mlp realnvp --precisions f32 --all
    python3 Tests/Peers/train_compare.py --json ratios.json

Every mode of a workload (training_peers.py --list) is a process of its own that stays; all are pinned to the
same core and only one works at a time. A round asks ours and then each of them; the figure of each is the median
over rounds of the median step. The best peer mode is the one with the least median; the ratio is its time over ours.

On processors that are not Intel's, MKL inside PyTorch takes a slower path than the machine allows. --mkl-native
preloads a one-line library that makes MKL believe otherwise; as installed is the default. glibc is told to keep
freed memory, as PyTorch's tuning guide advises through another allocator (--no-malloc-keep: as installed).
Without our program only the peers are shown.
"""
import argparse
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE.parents[1] / ".build/release/ouroboros"


class Peer:
    """A process of training_peers.py that answers rounds."""

    def __init__(self, workload, mode, options, environment):
        self.mode, self.rounds, self.processor, self.failure = mode, [], [], None
        command = ["taskset", "-c", str(options.core), sys.executable, str(HERE / "training_peers.py"), workload, mode,
                   "--rounds"]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True)
        self.ready = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        self.process.wait()
        self.errors.seek(0)
        self.failure = (self.errors.read().strip().splitlines() or ["ended without a word"])[-1]

    def round(self, seconds):
        if self.failure is None:
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
            if (answer := self.answer()) is not None:
                self.rounds.append(answer["milliseconds"])
                self.processor.append(answer["processor_milliseconds"])

    def end(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait()
        self.errors.close()

    def summary(self):
        if self.failure is not None:
            return {"mode": self.mode, "failure": self.failure}
        steps = [x for times in self.rounds for x in times]
        return {"mode": self.mode, "milliseconds": statistics.median(map(statistics.median, self.rounds)),
                "least": min(steps), "processor": min(self.processor), "steps": len(steps), "start_seconds": self.ready["start_seconds"]}


def ours_once(workload, precision, options, environment):
    """The object that our bench prints, or None with the reason shown once."""
    command = ["taskset", "-c", str(options.core), str(options.binary), "bench", "train", workload,
               "--precision", precision, "--json"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError((result.stderr.strip() or result.stdout.strip() or "no message").splitlines()[-1])
    return json.loads(result.stdout)


def compared(workload, precision, modes, options, environment):
    """One row: ours, all modes of the peers, the best of them, the ratio."""
    row = {"workload": workload, "precision": precision, "ours": None, "peers": []}
    ours, peers = [], []
    present = options.binary is not None
    try:
        for mode in modes:
            print(f"{workload} {mode}: starting", file=sys.stderr)
            peers.append(Peer(workload, mode, options, environment["peers"]))
        for _ in range(options.rounds):
            if present:
                try:
                    ours.append(ours_once(workload, precision, options, environment["ours"]))
                except (RuntimeError, json.JSONDecodeError) as error:
                    present, row["ours_failure"] = False, str(error)
                    print(f"{workload} {precision}: ours failed: {error}", file=sys.stderr)
            for peer in peers:
                peer.round(options.seconds)
    finally:
        for peer in peers:
            peer.end()
    row["peers"] = [peer.summary() for peer in peers]
    if ours:
        times = [answer["milliseconds_per_step"] for answer in ours]
        row["ours"] = ours[times.index(statistics.median_low(times))] | {
            "milliseconds": statistics.median(times), "least": min(times)}
    working = [peer for peer in row["peers"] if "failure" not in peer]
    if working:
        row["best"] = min(working, key=lambda peer: peer["milliseconds"])
        if ours:
            row["ratio"] = row["best"]["milliseconds"] / row["ours"]["milliseconds"]
    return row


def show(rows, options):
    print(f"{'workload':16}{'':6}{'ours ms':>10}{'best ms':>10}{'ratio':>8}  best peer mode")
    for row in rows:
        ours = f"{row['ours']['milliseconds']:10.3f}" if row["ours"] else f"{'-':>10}"
        best = row.get("best", {"milliseconds": math.nan, "mode": "none"})
        ratio = f"{row['ratio']:8.2f}" if "ratio" in row else f"{'-':>8}"
        print(f"{row['workload']:16}{row['precision']:6}{ours}{best['milliseconds']:10.3f}{ratio}  {best['mode']}")
        for peer in row["peers"] if options.all else []:
            text = peer.get("failure") or f"{peer['milliseconds']:10.3f} " + (
                f"(least {peer['least']:.3f}, processor {peer['processor']:.3f}, {peer['steps']} steps)")
            print(f"{'':20}{peer['mode']:28}{text}")
    for precision in options.precisions:
        ratios = [row["ratio"] for row in rows if row["precision"] == precision and "ratio" in row]
        if ratios:
            print(f"{precision}: geometric mean {statistics.geometric_mean(ratios):.2f}, least {min(ratios):.2f}, "
                  f"{len(ratios)} workloads")


def environments(options, folder):
    """The settings of our process and of the peers', without what is set for other programs' libraries."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    one = dict(kept, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    peers = dict(one)
    if options.malloc_keep:
        peers["GLIBC_TUNABLES"] = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592"
    if options.mkl_native:
        source, library = folder / "native.c", folder / "native.so"
        source.write_text("int mkl_serv_intel_cpu_true(void) { return 1; }\n")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        peers["LD_PRELOAD"] = str(library)
    return {"ours": one, "peers": peers}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workloads", nargs="+")
    parser.add_argument("--precisions", nargs="+", choices=["f32", "bf16"], default=["f32", "bf16"])
    parser.add_argument("--modes", nargs="+", help="only these peer modes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each peer in each round; at least three steps")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--binary", type=pathlib.Path, default=BINARY)
    parser.add_argument("--mkl-native", action="store_true")
    parser.add_argument("--malloc-keep", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--all", action="store_true", help="show every mode")
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures to this file")
    options = parser.parse_args()
    if not options.binary.exists():
        print(f"no program at {options.binary}: peers only", file=sys.stderr)
        options.binary = None
    listed = subprocess.run([sys.executable, str(HERE / "training_peers.py"), "--list"], capture_output=True, text=True)
    if listed.returncode != 0:
        sys.exit(f"the peers cannot be listed:\n{listed.stderr}")
    modes = json.loads(listed.stdout)
    if unknown := set(options.workloads or []) - set(modes):
        sys.exit(f"unknown workloads {', '.join(sorted(unknown))}; there are {', '.join(modes)}")
    folder = pathlib.Path(tempfile.mkdtemp())
    rows = []
    try:
        environment = environments(options, folder)
        for workload in options.workloads or modes:
            for precision in options.precisions:
                chosen = [mode for mode in modes[workload]
                          if precision in mode.split("-") and mode in (options.modes or [mode])]
                rows.append(compared(workload, precision, chosen, options, environment))
                if options.json:
                    options.json.write_text(json.dumps({
                        "machine": platform.processor() or platform.machine(), "core": options.core,
                        "rounds": options.rounds, "mkl_native": options.mkl_native, "rows": rows}, indent=1) + "\n")
    finally:
        shutil.rmtree(folder)
    show(rows, options)


if __name__ == "__main__":
    main()
