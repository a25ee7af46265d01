"""`ouroboros run` against PyTorch on the same iterated studies, in one run on the same two cores.

    python3 Tests/Peers/iterated_study_compare.py --json study.json
    python3 Tests/Peers/iterated_study_compare.py --studies vae --precisions f32 bf16 --rounds 5
    python3 Tests/Peers/iterated_study_compare.py --quick      # narrow networks, few steps: do both sides work?

Ours (mpirun with one coordinator and two workers) and iterated_study.py (two processes) take turns. They make the
same fits, of the same length, from the same images, and measure with the same features; iterated/settings.py says
what is equal. A peer runs in its fastest mode, found by timing steps of each before (--mode NAME: that one).

Times are those of one generation of one chain while two chains run: fit, sample, measure (our composing and writing
counts as measure), the median over chains and over the generations after the first, then over rounds. A ratio is the
peer's time over ours. `run` is the wall time of the whole program, the peer's compiling and the start of both
included; `processor` is the ratio of the processor time of all its processes, which other programs disturb less.

Quality is that of the last generation over seeds, which every round repeats. Each side has its own random numbers:
means differ by chance. They agree when 0 lies in the t interval of 99 % for their difference, which four seeds make
about 2.6 times as wide on either side as the seeds' own standard deviation; `in sd` is the difference in those. The
measures themselves are first compared on the same samples, drawn by ours (--no-check: not).
"""
import argparse
import json
import math
import os
import pathlib
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from iterated.settings import PIXELS, STUDIES, Settings, study_file
from train_compare import BINARY, HERE, environments

PHASES = {"compose": "measure", "fit": "fit", "sample": "sample", "correct": "measure", "measure": "measure",
          "write": "measure"}
PARTS = ("fit", "sample", "measure")
METRICS = ("frechet.distance", "precision_recall.precision", "precision_recall.recall", "density_coverage.density",
           "density_coverage.coverage")
CONFIDENCE = 0.99
# What --quick gives where nothing is asked for.
QUICK = {"limit": 2000, "held_out": 2000, "samples": 2000, "generations": 2, "seeds": 2, "steps": 50, "rounds": 1}


def called(command, environment):
    """Standard output of a command that has to end well; its wall seconds and processor seconds, children included."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    start, before = time.perf_counter(), used()
    result = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if result.returncode != 0:
        sys.exit(f"{command[0]} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}")
    return result.stdout, {"seconds": seconds, "processor_seconds": used() - before}


class Ours:
    """Our program on a study file of the settings."""

    def __init__(self, settings, options, environment, folder):
        self.settings, self.options, self.environment = settings, options, environment
        self.study, self.directory = folder / "study.yaml", folder / "run"
        self.study.write_text(study_file(settings))

    def run(self, *overrides):
        """Seconds of a run in a new directory."""
        shutil.rmtree(self.directory, ignore_errors=True)
        command = ["mpirun", "--oversubscribe", "--tune", HERE.parents[1] / "launch/parameters/local.conf", "-n", "3",
                   self.options.binary, "run", self.study, "--out", self.directory]
        for override in overrides:
            command += ["--set", override]
        return called(command, self.environment)[1]

    def round(self):
        seconds = self.run()
        chains = {seed: [{part: 0.0 for part in PARTS} | {"metrics": {}} for _ in range(self.settings.generations)]
                  for seed in range(self.settings.seeds)}
        with sqlite3.connect(self.directory / "results.sqlite") as results:
            for seed, generation, phase, spent in results.execute(
                    "SELECT seed, generation, phase, seconds FROM timings"):
                chains[seed][generation][PHASES[phase]] += spent
            for seed, generation, metric, value in results.execute(
                    "SELECT seed, generation, metric, value FROM metrics"):
                chains[seed][generation]["metrics"][metric] = value
        results.close()
        return seconds | {"chains": list(chains.values())}

    def samples(self):
        """Drawn by one generation: [samples, 784], and our measures of them."""
        import numpy as np

        self.run("keep.samples=[last]", "generations=1", "seeds=0..<1")
        [path] = (self.directory / "samples").rglob("*.safetensors")
        data = path.read_bytes()
        header = int.from_bytes(data[:8], "little")
        tensor = json.loads(data[8:8 + header])["samples"]
        assert tensor["dtype"] == "F64", tensor
        begin, end = tensor["data_offsets"]
        values = np.frombuffer(data[8 + header + begin:8 + header + end], np.float64).reshape(-1, PIXELS).copy()
        with sqlite3.connect(self.directory / "results.sqlite") as results:
            measured = dict(results.execute("SELECT metric, value FROM metrics"))
        results.close()
        return values, {name: measured[name] for name in METRICS}


class Peer:
    """iterated_study.py with the settings, in its fastest mode or the one asked for."""

    def __init__(self, settings, options, environment, folder):
        self.environment = environment
        self.settings = folder / "settings.json"
        self.settings.write_text(json.dumps(settings.dictionary()))
        modes, _ = self.asked("--list")
        self.probes = {}
        if options.mode == "best":
            for mode in modes:
                print(f"{settings.study} {mode}: timing steps", file=sys.stderr)
                probe, _ = self.asked("--mode", mode, "--probe", options.seconds)
                self.probes[mode] = probe["milliseconds_per_step"]
            self.mode = min(self.probes, key=self.probes.get)
        else:
            self.mode = modes[0] if options.mode == "first" else options.mode

    def asked(self, *words):
        """What the script prints, and the seconds that it took."""
        output, seconds = called([sys.executable, HERE / "iterated_study.py", self.settings, *words], self.environment)
        return json.loads(output.splitlines()[-1]), seconds

    def round(self):
        answer, seconds = self.asked("--mode", self.mode, "--processes", 2)
        return seconds | {"start_seconds": answer["start_seconds"],
                          "chains": [chain["generations"] for chain in answer["chains"]]}


def checked(settings, options, environment, folder):
    """Both sides' measures of the same samples; ends the program where they differ."""
    import torch
    from iterated.quality import Quality
    from iterated_study import images

    count = min(settings.samples, settings.held_out, 2000)
    # As many samples as held-out images: neither side chooses among them.
    small = Settings(**settings.dictionary() | {"samples": count, "held_out": count, "steps": min(settings.steps, 50)})
    values, ours = Ours(small, options, environment, folder).samples()
    quality = Quality(images("train", small.limit), images("t10k", small.held_out), small)
    peer = quality.measure(torch.from_numpy(values))
    for name in METRICS:
        # Shares are counts: one pair at a ball's very edge may fall on either side.
        if not math.isclose(ours[name], peer[name], rel_tol=1e-5, abs_tol=2 / count):
            sys.exit(f"{settings.study}: {name} of the same samples is {ours[name]} by ours, {peer[name]} by the peer")
    return {"samples": count, "ours": ours, "peer": peer}


def times(rounds):
    """Medians over rounds of the parts of a generation and of the whole run."""
    def part(round, value):
        later = [generation for chain in round["chains"] for generation in (chain[1:] or chain)]
        return statistics.median(value(generation) for generation in later)
    whole = lambda generation: sum(generation[name] for name in PARTS)
    spent = {name: statistics.median(part(round, lambda g: g[name]) for round in rounds) for name in PARTS}
    each = [part(round, whole) for round in rounds]
    runs = [round["seconds"] for round in rounds]
    return spent | {"generation": statistics.median(each), "generation_rounds": each,
                    "run": statistics.median(runs), "run_rounds": runs,
                    "processor": statistics.median(round["processor_seconds"] for round in rounds)}


def quality(ours, peer):
    """The last generation's measures over seeds on both sides, and whether they agree."""
    from scipy import stats

    rows = {}
    for name in METRICS:
        values = [[chain[-1]["metrics"][name] for chain in side["chains"]] for side in (ours, peer)]
        row = {side: {"mean": statistics.mean(v), "sd": statistics.stdev(v) if len(v) > 1 else None, "values": v}
               for side, v in zip(("ours", "peer"), values)}
        row["difference"] = row["peer"]["mean"] - row["ours"]["mean"]
        seeds = len(values[0])
        if seeds > 1:
            pooled = math.hypot(row["ours"]["sd"], row["peer"]["sd"]) / math.sqrt(2)
            reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, 2 * seeds - 2)) * pooled * math.sqrt(2 / seeds)
            row |= {"pooled_sd": pooled, "interval": [row["difference"] - reach, row["difference"] + reach],
                    "agree": abs(row["difference"]) <= reach}
        rows[name] = row
    return rows


def compared(settings, options, environment, folder):
    """One study in one precision: both sides' rounds and what follows from them."""
    row = {"settings": settings.dictionary(), "check": None}
    if options.check:
        row["check"] = checked(settings, options, environment["ours"], folder)
    sides = {"ours": Ours(settings, options, environment["ours"], folder),
             "peer": Peer(settings, options, environment["peers"], folder)}
    rounds = {name: [] for name in sides}
    for index in range(options.rounds):
        for name in sorted(sides, reverse=index % 2 == 1):
            print(f"{settings.study} {settings.precision}: round {index + 1} of {name}", file=sys.stderr)
            rounds[name].append(sides[name].round())
    row |= {name: times(rounds[name]) for name in sides}
    row |= {"mode": sides["peer"].mode, "probes": sides["peer"].probes,
            "start_seconds": statistics.median(round["start_seconds"] for round in rounds["peer"]),
            "ratios": {name: row["peer"][name] / row["ours"][name]
                       for name in (*PARTS, "generation", "run", "processor")},
            "quality": quality(rounds["ours"][0], rounds["peer"][0])}
    return row


def show(rows):
    print(f"{'':18}{'one generation, s':>20}{'ratio':>7}{'fit':>7}{'sample':>8}{'measure':>9}{'run, s':>18}{'ratio':>7}"
          f"{'processor':>11}")
    print(f"{'study':18}{'ours':>10}{'peer':>10}{'':31}{'ours':>9}{'peer':>9}{'':18}  peer mode")
    for row in rows:
        ours, peer, ratios = row["ours"], row["peer"], row["ratios"]
        print(f"{row['settings']['study']:14}{row['settings']['precision']:4}{ours['generation']:10.3f}"
              f"{peer['generation']:10.3f}{ratios['generation']:7.2f}{ratios['fit']:7.2f}{ratios['sample']:8.2f}"
              f"{ratios['measure']:9.2f}{ours['run']:9.1f}{peer['run']:9.1f}{ratios['run']:7.2f}"
              f"{ratios['processor']:11.2f}  {row['mode']}")
    print(f"\n{'last generation':46}{'ours':>20}{'peer':>20}{'difference':>12}{'in sd':>7}")
    for row in rows:
        for name, values in row["quality"].items():
            label = f"{row['settings']['study']:14}{row['settings']['precision']:4} {name}"
            sides = "".join(f"{spread(values[side]):>20}" for side in ("ours", "peer"))
            verdict = f"{'-':>7}  one seed has no spread"
            if "agree" in values:
                pooled = values["pooled_sd"]
                verdict = f"{values['difference'] / pooled:7.2f}" if pooled > 0 else f"{'-':>7}"
                verdict += "  agree" if values["agree"] else "  DIFFER"
            print(f"{label:46}{sides}{values['difference']:12.4g}{verdict}")


def spread(side):
    return f"{side['mean']:.4g}" + (f" ± {side['sd']:.2g}" if side["sd"] is not None else "")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", nargs="+", choices=list(STUDIES), default=["wgan-gp-mlp", "wgan-gp-conv", "vae"])
    parser.add_argument("--precisions", nargs="+", choices=["f32", "bf16"], default=["f32"],
                        help="bf16: resources.precision on our side, autocast on the peer's")
    parser.add_argument("--rounds", type=int, default=None, help="default 3")
    parser.add_argument("--mode", help="of the peer: best (default), first (plain), or a name of training/workload.py")
    parser.add_argument("--seconds", type=float, default=2.0, help="of timing each mode")
    for name, kind in (("limit", int), ("held-out", int), ("samples", int), ("steps", int), ("batch", int),
                       ("width", int), ("learning-rate", float), ("components", int), ("neighbours", int),
                       ("generations", int), ("seeds", int)):
        parser.add_argument(f"--{name}", type=kind, help="see iterated/settings.py")
    parser.add_argument("--features", choices=["principal-components", "pixels"])
    parser.add_argument("--small", action="store_true", help="narrow networks")
    parser.add_argument("--quick", action="store_true", help="narrow networks, few steps, the peer's plain mode")
    parser.add_argument("--check", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--binary", type=pathlib.Path, default=BINARY)
    parser.add_argument("--mkl-native", action="store_true", help="see train_compare.py")
    parser.add_argument("--malloc-keep", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json", type=pathlib.Path, help="also write all figures to this file")
    options = parser.parse_args()
    if options.quick:
        for name, value in QUICK.items():
            if getattr(options, name) is None:
                setattr(options, name, value)
    options.rounds = options.rounds or 3
    options.mode = options.mode or ("first" if options.quick else "best")
    options.small = options.small or options.quick
    if not options.binary.exists():
        parser.error(f"no program at {options.binary}")
    return options


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp())
    rows = []
    try:
        environment = environments(options, folder)
        environment["ours"] |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        for study in options.studies:
            for precision in options.precisions:
                settings = Settings.resolved(study, **vars(options) | {"precision": precision})
                rows.append(compared(settings, options, environment, folder))
                if options.json:
                    options.json.write_text(json.dumps({"rounds": options.rounds, "rows": rows}, indent=1) + "\n")
    finally:
        shutil.rmtree(folder)
    show(rows)


if __name__ == "__main__":
    main()
