"""Reads the runs of Ouroboros as data frames.

    run = ouroboros_runs.open("RUN")
    run.summary("frechet.distance")
"""

from .run import Run, RunError, Samples

__all__ = ["Run", "RunError", "Samples", "open"]


def open(path, frames="pandas"):
    """Opens a run directory.

    frames: "pandas" or "polars", the kind of data frame that is given.
    Raises RunError where there is no run.
    """
    return Run(path, frames=frames)
