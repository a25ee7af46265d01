"""The preset collapse-or-thrive/gaussian against its NumPy peer, in one run on the same two cores.

Ours (mpirun with one coordinator and two workers, both sampling routes) and the peer (two processes, both
ways of writing it) take turns; the table shows medians of whole-process wall times and their ratios.

    python3 Tests/Peers/gaussian_sweep_compare.py --rounds 3
"""
import argparse, json, os, pathlib, shutil, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / ".build/release/ouroboros"
PRESET = ROOT / "Sources/Study/Presets/collapse-or-thrive-gaussian.yaml"


def timed(command, environment):
    start = time.perf_counter()
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if result.returncode != 0:
        sys.exit(f"{command[0]} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}")
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ranks", type=int, default=3)
    options = parser.parse_args()
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1",
                       OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    folder = pathlib.Path(tempfile.mkdtemp())
    local = ROOT / "launch/parameters/local.conf"
    ours = lambda route: ["mpirun", "--oversubscribe", "--tune", str(local), "-n", str(options.ranks),
                          str(BINARY), "run", str(PRESET), "--set", f"model.route={route}",
                          "--out", str(folder / "run")]
    peer = lambda mode: [sys.executable, str(ROOT / "Tests/Peers/gaussian_sweep.py"), "--mode", mode,
                         "--database", str(folder / "peer.sqlite")]
    commands = {"ours, statistics drawn": ours("statistics"), "ours, samples drawn": ours("data"),
                "NumPy, a chain at a time": peer("chain"), "NumPy, seeds in one array": peer("batch")}
    seconds = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            shutil.rmtree(folder / "run", ignore_errors=True)
            seconds[name].append(timed(command, environment))
    shutil.rmtree(folder)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{'':28}{'median s':>10}{'min':>8}{'max':>8}")
    for name, values in seconds.items():
        print(f"{name:28}{medians[name]:10.2f}{min(values):8.2f}{max(values):8.2f}")
    for mine in list(commands)[:2]:
        for other in list(commands)[2:]:
            print(f"{other} / {mine}: {medians[other] / medians[mine]:.1f}")
    print(json.dumps({"rounds": options.rounds, "seconds": seconds}))


if __name__ == "__main__":
    main()
