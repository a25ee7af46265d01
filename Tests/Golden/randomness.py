"""Golden values of Tests/RandomnessTests: writes randomness.json beside itself.

mpmath gives the exact Box-Muller map of chosen random words, SciPy the quantiles and probabilities
of the laws that the samplers are checked against.
"""
import json
import pathlib
import random

import mpmath
import scipy
from mpmath import mpf
from scipy import stats

mpmath.mp.dps = 50
CELLS = 64


def box_muller(a, b):
    """Two normal numbers from 64-bit words, as documented at ckernels_box_muller."""
    u = mpf((a >> 11) + 1) / 2**53
    theta = mpmath.pi / 2 * ((b >> 62) + mpf(b % 2**52) / 2**52 - mpf(1) / 2)
    radius = mpmath.sqrt(-2 * mpmath.log(u))
    return [float(radius * mpmath.cos(theta)), float(radius * mpmath.sin(theta))]


def box_muller_float(a, b):
    """Two normal numbers from 32-bit words, as documented at ckernels_box_muller_float."""
    u = mpf((a >> 1) | 1) / 2**31
    s = (b << 2) % 2**32
    s = s - 2**32 if s >= 2**31 else s
    theta = mpmath.pi / 2 * ((b >> 30) + mpf(s) / 2**32)
    radius = mpmath.sqrt(-2 * mpmath.log(u))
    return [float(radius * mpmath.cos(theta)), float(radius * mpmath.sin(theta))]


def pairs(bits, rng):
    """Words at the ends of their ranges and at the edges of octants, then random ones."""
    top = 2**bits - 1
    edges = [0, 1, 2**11, top, top - 2**11, top - 2**12, top // 2, int(0.7071 * 2**bits),
             2**(bits - 20)]
    angles = [0, 2**(bits - 2) - 1, 2**(bits - 2), 2**(bits - 1), 3 * 2**(bits - 2), 1,
              2**(bits - 3), 2**51 % 2**bits, top]
    chosen = [(a, b) for a in edges for b in angles]
    return chosen + [(rng.getrandbits(bits), rng.getrandbits(bits)) for _ in range(300)]


def map_case(bits, function, rng):
    words = pairs(bits, rng)
    return {
        "words": [str(w) for pair in words for w in pair],
        "normals": [x for pair in words for x in function(*pair)],
    }


def quantiles(law):
    return [float(law.ppf(i / CELLS)) for i in range(1, CELLS)]


def heading(name, parameters, law):
    mean, variance, skew = (float(x) for x in law.stats("mvs"))
    return {"name": name, "parameters": parameters, "mean": mean, "variance": variance,
            "skew": skew}


def continuous(name, parameters, law):
    return heading(name, parameters, law) | {"quantiles": quantiles(law)}


def discrete(name, parameters, law):
    """Probabilities of every outcome from `first` on that can be seen in 10^9 draws."""
    first, last = max(int(law.ppf(1e-9)), 0), int(law.ppf(1 - 1e-9))
    probabilities = [float(law.pmf(k)) for k in range(first, last + 1)]
    return heading(name, parameters, law) | {"first": first, "probabilities": probabilities}


def main():
    rng = random.Random(1)
    golden = {
        "made_with": {"mpmath": mpmath.__version__, "scipy": scipy.__version__},
        "box_muller": map_case(64, box_muller, rng),
        "box_muller_float": map_case(32, box_muller_float, rng),
        "continuous": [continuous("normal", [], stats.norm()),
                       continuous("exponential", [], stats.expon())]
        + [continuous("gamma", [a], stats.gamma(a)) for a in (0.1, 0.7, 1.0, 2.5, 40.0, 1e6)]
        + [continuous("chi-square", [k], stats.chi2(k)) for k in (1, 2, 9)]
        + [continuous("beta", [a, b], stats.beta(a, b))
           for a, b in ((0.5, 0.5), (0.2, 3.0), (2.0, 5.0), (30.0, 1.5))],
        "discrete": [discrete("binomial", [n, p], stats.binom(n, p)) for n, p in (
            (1, 0.3), (5, 0.5), (12, 0.9), (100, 0.02), (100, 0.0999), (100, 0.1001), (20, 0.5),
            (100, 0.3), (1000, 0.75), (10**6, 1.5e-5), (10**4, 0.4), (10**9, 2.5e-8))]
        + [discrete("poisson", [m], stats.poisson(m))
           for m in (0.3, 4.0, 9.99, 10.0, 30.0, 1000.0)],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
