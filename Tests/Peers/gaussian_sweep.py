"""The published Gaussian sweep ("Collapse or Thrive?", arXiv 2410.16713) in NumPy: the peer of the preset
collapse-or-thrive/gaussian.

5,000 chains: dimension {1, 3, 10, 31, 100} x samples {10, 32, 100, 316, 1000} x {replace, accumulate} x
100 seeds, 100 fits each, biased covariance. Every fit is recorded (variance trace over the real one, squared
error of the mean); the results go to SQLite and a summary with bootstrap intervals is made, as our run does.

--mode chain   one chain at a time, each a loop over generations (how the published code works)
--mode batch   all seeds of a cell in one array, batched matmul and Cholesky

Two worker processes, one BLAS thread each, started once. Prints one JSON object.
"""
import argparse, json, os, sqlite3, sys, time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np
from multiprocessing import Pool

DIMENSIONS, SAMPLES = [1, 3, 10, 31, 100], [10, 32, 100, 316, 1000]
POLICIES = ["replace", "accumulate"]


def factor(covariance):
    """F with F F^T = covariance; eigenvalues where the matrix is singular."""
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return vectors * np.sqrt(np.clip(values, 0, None))[..., None, :]


def chain(task):
    d, m, policy, seed, generations = task
    rng = np.random.default_rng([d, m, POLICIES.index(policy), seed])
    out = np.empty((generations, 2))
    data = rng.standard_normal((m, d))
    count, total, outer = 0, np.zeros(d), np.zeros((d, d))
    for generation in range(generations):
        if policy == "replace":
            mean = data.mean(axis=0)
            centred = data - mean
            covariance = centred.T @ centred / m
        else:  # running sums: nothing is read twice
            count += m
            total += data.sum(axis=0)
            outer += data.T @ data
            mean = total / count
            covariance = outer / count - np.outer(mean, mean)
        out[generation] = np.trace(covariance) / d, mean @ mean
        if generation + 1 < generations:
            if m > d:
                data = rng.standard_normal((m, d)) @ factor(covariance).T + mean
            elif policy == "replace":
                # The centred data are a factor of the covariance themselves.
                data = rng.standard_normal((m, m)) @ (centred / np.sqrt(m)) + mean
            else:
                data = rng.standard_normal((m, d)) @ factor(covariance).T + mean
    return out


def batch(task):
    d, m, policy, seeds, generations = task
    rng = np.random.default_rng([d, m, POLICIES.index(policy)])
    out = np.empty((seeds, generations, 2))
    data = rng.standard_normal((seeds, m, d))
    count, total, outer = 0, np.zeros((seeds, d)), np.zeros((seeds, d, d))
    for generation in range(generations):
        if policy == "replace":
            mean = data.mean(axis=1)
            centred = data - mean[:, None]
            covariance = centred.transpose(0, 2, 1) @ centred / m
        else:
            count += m
            total += data.sum(axis=1)
            outer += data.transpose(0, 2, 1) @ data
            mean = total / count
            covariance = outer / count - mean[:, :, None] * mean[:, None, :]
        out[:, generation, 0] = np.trace(covariance, axis1=1, axis2=2) / d
        out[:, generation, 1] = (mean**2).sum(axis=1)
        if generation + 1 < generations:
            if policy == "replace" and m <= d:
                data = rng.standard_normal((seeds, m, m)) @ (centred / np.sqrt(m)) + mean[:, None]
            else:
                data = rng.standard_normal((seeds, m, d)) @ factor(covariance).transpose(0, 2, 1) + mean[:, None]
    return out


def summarise(values, rng):
    """Mean, sd, quantiles and the 95 % bootstrap interval over seeds; values [seeds, columns]."""
    seeds = values.shape[0]
    weights = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=2000) / seeds
    interval = np.quantile(weights @ values, [0.025, 0.975], axis=0)
    quantiles = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    return np.vstack([values.mean(0), values.std(0, ddof=1), quantiles, interval])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", choices=["chain", "batch"], default="chain")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--generations", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--database", default="", help="SQLite file for rows and summary; none by default")
    options = parser.parse_args()
    start = time.perf_counter()
    cells = [(d, m, p) for d in DIMENSIONS for m in SAMPLES for p in POLICIES]
    # Longest first, so that the tail is short.
    order = sorted(cells, key=lambda c: -c[0] * c[1])
    with Pool(options.processes) as pool:
        if options.mode == "chain":
            tasks = [(*c, s, options.generations) for c in order for s in range(options.seeds)]
            flat = pool.map(chain, tasks, chunksize=10)
            results = {c: np.stack(flat[i * options.seeds:(i + 1) * options.seeds]) for i, c in enumerate(order)}
        else:
            tasks = [(*c, options.seeds, options.generations) for c in order]
            results = dict(zip(order, pool.map(batch, tasks, chunksize=1)))
    computed = time.perf_counter()
    rng = np.random.default_rng(0)
    summaries = {c: summarise(v.reshape(options.seeds, -1), rng) for c, v in results.items()}
    if options.database:
        if os.path.exists(options.database):
            os.remove(options.database)
        connection = sqlite3.connect(options.database)
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE metrics (cell TEXT, seed INTEGER, generation INTEGER, metric TEXT, value REAL)")
        names = ["moments.variance_trace_ratio", "moments.mean_error_squared"]
        for (d, m, p), values in results.items():
            cell = f"d{d}-m{m}-{p}"
            flat = values.reshape(-1).tolist()
            keys = [(s, g, n) for s in range(options.seeds) for g in range(options.generations) for n in names]
            connection.executemany("INSERT INTO metrics VALUES (?,?,?,?,?)",
                                   ((cell, s, g, n, v) for (s, g, n), v in zip(keys, flat)))
        connection.commit()
        connection.close()
    end = time.perf_counter()
    at = {str(m): {p: float(results[1, m, p][:, -1, 0].mean()) for p in POLICIES} for m in SAMPLES}
    print(json.dumps({"peer": "numpy " + np.__version__, "mode": options.mode, "seconds": end - start,
                      "seconds_computing": computed - start, "chains": len(cells) * options.seeds,
                      "variance_trace_ratio_d1_last": at, "summaries": len(summaries)}))


if __name__ == "__main__":
    main()
