"""The preset collapse-or-thrive/gaussian against its NumPy peer, in one run on the same two cores.

Ours (mpirun with one coordinator and two workers, both sampling routes) and the peer (two processes, both
ways of writing it) take turns. What comes after a minute of another program finds its files gone from memory,
so the four orders of a Williams square are gone through: in four rounds each command follows each other one
once. The table shows medians of whole-process wall times and their ratios; the last line has every time in the
order it was taken.

    python3 Tests/Peers/gaussian_sweep_compare.py --rounds 4
"""
import argparse, json, os, pathlib, shutil, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / ".build/release/ouroboros"
PRESET = ROOT / "Sources/Study/Presets/collapse-or-thrive-gaussian.yaml"

# Rows of a Williams square (Williams, Australian J. of Scientific Research 2, 1949).
ORDERS = [[0, 1, 3, 2], [1, 2, 0, 3], [2, 3, 1, 0], [3, 0, 2, 1]]


def timed(command, environment):
    start = time.perf_counter()
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if result.returncode != 0:
        sys.exit(f"{command[0]} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}")
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--ranks", type=int, default=3)
    options = parser.parse_args()
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1",
                       OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                       HWLOC_COMPONENTS="-gl,-opencl,-pci,-linuxio")  # as launch/run sets it
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
    for number in range(options.rounds):
        for index in ORDERS[number % len(ORDERS)]:
            name = list(commands)[index]
            shutil.rmtree(folder / "run", ignore_errors=True)
            seconds[name].append(timed(commands[name], environment))
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
