"""Golden values of the statistics over seeds: NumPy moments and type-7 quantiles, SciPy percentile
bootstrap, least squares and Student's t, a Kaplan-Meier estimate with Greenwood's error by hand and
SciPy's log-log interval, and SciPy's exact interval of a median.

    python3 statistics_over_seeds.py > statistics_over_seeds.json
"""

import json
import platform
import warnings

import numpy
import scipy
from scipy import stats

SEEDS = 40
GENERATIONS = 3
METRICS = 4
RESAMPLES = 20000


def summary(column):
    finite = column[numpy.isfinite(column)]
    n = len(finite)
    row = {"n": n}
    if n >= 1:
        row["mean"] = float(numpy.mean(finite))
        for name, q in (("q05", 5), ("q25", 25), ("median", 50), ("q75", 75), ("q95", 95)):
            row[name] = float(numpy.percentile(finite, q))
    if n >= 2:
        row["sd"] = float(numpy.std(finite, ddof=1))
        row["se"] = float(stats.sem(finite))
        interval = stats.bootstrap(
            (finite,), numpy.mean, n_resamples=RESAMPLES, method="percentile",
            rng=numpy.random.default_rng(7)).confidence_interval
        row["low"], row["high"] = float(interval.low), float(interval.high)
    return row


def kaplan_meier(times, events):
    steps, survival, total = [], 1.0, 0.0
    for time in sorted({t for t, e in zip(times, events) if e}):
        at_risk = sum(t >= time for t in times)
        dead = sum(t == time and e for t, e in zip(times, events))
        survival *= 1 - dead / at_risk
        if at_risk > dead:
            total += dead / (at_risk * (at_risk - dead))
        steps.append([time, at_risk, dead, survival, survival * total**0.5])
    reference = stats.ecdf(
        stats.CensoredData.right_censored(times, [not e for e in events])).sf
    assert numpy.allclose(reference.evaluate([s[0] for s in steps]), [s[3] for s in steps])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # after the last event there is no interval
        interval = reference.confidence_interval(method="log-log")
    for step in steps:
        low, high = (float(end.evaluate(step[0])) for end in (interval.low, interval.high))
        step += [low, high] if 0 < step[3] < 1 else [step[3], step[3]]
    return steps


def median_interval(values):
    interval = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    return {"values": values.tolist(), "median": float(numpy.median(values)),
            "low": float(interval.low), "high": float(interval.high)}


def main():
    rng = numpy.random.default_rng(20240724)
    values = rng.standard_normal((SEEDS, GENERATIONS, METRICS))
    values[:, :, 1] = numpy.exp(2 * values[:, :, 1])
    values[:, :, 2] = 1e6 + 1e-3 * values[:, :, 2]
    values[:, :, 3] = numpy.round(values[:, :, 3])
    # Chains that ended early, a value that does not exist, and infinities.
    values[5, 2, :] = numpy.nan
    values[9, 1:, :] = numpy.nan
    values[11, 2, 0] = numpy.inf
    values[1:, 2, 3] = numpy.nan
    rows = [summary(values[:, g, m]) for g in range(GENERATIONS) for m in range(METRICS)]

    x = numpy.arange(12.0)
    y = 0.3 * x - 2 + 0.5 * rng.standard_normal(12)
    line = stats.linregress(x, y)
    t = stats.t.ppf(0.975, 10)
    paired = rng.standard_normal((2, 25)) + numpy.array([[0.0], [0.4]]) + rng.standard_normal(25)
    paired_interval = stats.bootstrap(
        (paired[1] - paired[0],), numpy.mean, n_resamples=RESAMPLES, method="percentile",
        rng=numpy.random.default_rng(8)).confidence_interval
    times = [3, 5, 5, 6, 8, 8, 8, 10, 12, 12, 15, 20, 20, 20]
    events = [1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 0]
    medians = [median_interval(rng.standard_normal(n)) for n in (6, 7, 12, 41, 100)]
    student = [
        [p, nu, float(stats.t.ppf(p, nu))]
        for p in (0.6, 0.975, 0.999) for nu in (1, 2, 5, 10, 30, 1000)
    ]
    print(json.dumps({
        "made_by": "Tests/Golden/statistics_over_seeds.py",
        "versions": {"python": platform.python_version(), "numpy": numpy.__version__,
                     "scipy": scipy.__version__},
        "seeds": SEEDS, "generations": GENERATIONS, "metrics": METRICS,
        # JSON has no NaN: texts stand for what is not finite.
        "values": [float(v) if numpy.isfinite(v) else str(v) for v in values.ravel()],
        "rows": rows,
        "line": {"x": x.tolist(), "y": y.tolist(), "slope": line.slope,
                 "intercept": line.intercept, "se": line.stderr,
                 "low": line.slope - t * line.stderr, "high": line.slope + t * line.stderr},
        "medians": medians,
        "student": student,
        "paired": {"first": paired[0].tolist(), "second": paired[1].tolist(),
                   "value": float(numpy.mean(paired[1] - paired[0])),
                   "se": float(stats.sem(paired[1] - paired[0])),
                   "low": float(paired_interval.low), "high": float(paired_interval.high)},
        "kaplan_meier": {"times": times, "events": events, "steps": kaplan_meier(times, events)},
    }, indent=1))


if __name__ == "__main__":
    main()
