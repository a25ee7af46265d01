"""A run directory, read only."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass, field
from urllib.parse import quote

import numpy
import pandas
from safetensors import SafetensorError, safe_open

# The version of the run directory that is read: `ouroboros_plan` in plan.json.
FORMAT = 1
# Rows read in one transaction: short ones never hold the writer up.
ROWS_AT_ONCE = 200_000


class RunError(Exception):
    """The run is not there, is not one, or does not hold what was asked for."""


@dataclass
class Samples:
    """Samples that a run has kept."""

    # [n, …]: vectors and categories [n, width] or [n], images [n, channels, height, width].
    values: numpy.ndarray
    # [n], or None where there are none.
    labels: numpy.ndarray | None = None
    metadata: dict = field(default_factory=dict)


class Run:
    """A run directory. Every call reads the files as they are then."""

    def __init__(self, path, frames="pandas"):
        if frames not in ("pandas", "polars"):
            raise ValueError(f"frames: expected 'pandas' or 'polars', found {frames!r}")
        self.path = os.path.abspath(os.fspath(path))
        self._frames = frames
        plan = self._json("plan.json")
        if not isinstance(plan, dict) or plan.get("ouroboros_plan") != FORMAT:
            raise RunError(f"{self.path}: plan.json is not a plan of version {FORMAT}")
        self.plan = plan

    def __repr__(self):
        return f"<run {self.plan.get('study', '')!r} in {self.path}>"

    @property
    def status(self):
        """The contents of status.json: state, chains by status, generations, rank count."""
        return self._json("status.json")

    @property
    def cells(self):
        """One row a cell in the order of the plan: `cell`, what varies in the study, `label`."""
        return self._given(self._cells())

    def _cells(self):
        table = self._query("SELECT cell, parameters FROM cells ORDER BY rowid")
        parameters = [json.loads(text) for text in table.pop("parameters")]
        # A parameter may be a list or a mapping, which no column of a frame compares well.
        for name in sorted({name for row in parameters for name in row}):
            table[name] = [_plain(row.get(name)) for row in parameters]
        table["label"] = [
            " ".join(f"{name}={_shown(value)}" for name, value in sorted(row.items()))
            or self.plan.get("study", "")
            for row in parameters
        ]
        return table

    @property
    def chains(self):
        """One row a chain: `cell`, `seed`, `status`, committed `generations`, `message`."""
        return self._given(self._query("SELECT * FROM chains ORDER BY cell, seed"))

    def metrics(self, metric=None, cell=None):
        """The values: `cell`, `seed`, `generation`, `metric`, `value`; NaN where there is none.

        metric, cell: only this one, or the ones in a list.
        """
        return self._given(self._metrics(metric, cell))

    def _metrics(self, metric=None, cell=None):
        condition, values = _matching(metric=metric, cell=cell)
        parts = []
        with _Database(self._database) as database:
            (last,) = database.execute("SELECT max(rowid) FROM metrics").fetchone()
            # Rows are only appended, so rows up to the last one of now are one moment of the run.
            for start in range(0, last or 0, ROWS_AT_ONCE):
                parts.append(
                    pandas.read_sql_query(
                        "SELECT cell, seed, generation, metric, value FROM metrics "
                        f"WHERE rowid > ? AND rowid <= ?{condition}",
                        database,
                        params=[start, min(start + ROWS_AT_ONCE, last), *values],
                    )
                )
        columns = ["cell", "seed", "generation", "metric", "value"]
        filled = [part for part in parts if len(part)]
        table = pandas.concat(filled) if filled else pandas.DataFrame(columns=columns)
        table["value"] = table["value"].astype(float)
        return table.sort_values(["cell", "seed", "generation"], kind="stable", ignore_index=True)

    def summary(self, metric=None, cell=None):
        """The statistics over the seeds of each cell, generation and metric.

        While a run goes on, of the cells that are finished.
        """
        return self._given(self._table("summary", metric, cell))

    def verdicts(self, metric=None, cell=None):
        """For each cell what changed from generation 0 to the last one, and whether it got worse."""
        return self._given(self._table("verdicts", metric, cell))

    def timings(self, cell=None):
        """Seconds by phase; a row covers the generations that were recorded together, up to its own."""
        return self._given(self._table("timings", None, cell))

    def failures(self):
        """The chains that diverged or failed, as dictionaries, oldest first."""
        try:
            with open(self._file("failures.jsonl"), encoding="utf-8") as file:
                lines = file.read().split("\n")
        except FileNotFoundError:
            return []
        # A torn last line has no end yet.
        return [json.loads(line) for line in lines[:-1] if line]

    def samples(self, cell, seed, generation):
        """Samples that keep.samples of the study asked for, as `Samples`."""
        path = self._file(f"samples/{cell}/seed-{seed}/gen-{generation}.safetensors")
        if not os.path.exists(path):
            kept = self.kept_samples()
            raise RunError(
                f"{self.path}: no samples of cell {cell}, seed {seed}, generation {generation} are kept; "
                f"there are {len(kept)} sets, see kept_samples()"
            )
        try:
            with safe_open(path, framework="numpy") as file:
                names = file.keys()
                arrays = {name: file.get_tensor(name) for name in names}
                metadata = file.metadata() or {}
        except SafetensorError as error:
            raise RunError(f"{path}: {error}") from error
        if "samples" not in arrays:
            raise RunError(f"{path}: no tensor 'samples'")
        return Samples(arrays["samples"], arrays.get("labels"), metadata)

    def kept_samples(self):
        """The (cell, seed, generation) of all samples that are kept, sorted."""
        found = []
        root = self._file("samples")
        for cell in _names(root):
            for folder in _names(os.path.join(root, cell)):
                seed = _number(folder, "seed-", "")
                for name in _names(os.path.join(root, cell, folder)):
                    generation = _number(name, "gen-", ".safetensors")
                    if seed is not None and generation is not None:
                        found.append((cell, seed, generation))
        return sorted(found)

    def plot(self, metric, cells=None, axes=None):
        """Medians over the seeds with their middle half over the generations, one line a cell.

        Cells that are still running are drawn from their chains so far. Gives the matplotlib axes.
        """
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise ImportError("plot needs matplotlib: pip install 'ouroboros-runs[plot]'") from error
        values = self._metrics(metric, cells)
        if values.empty:
            raise RunError(f"{self.path}: no values of {metric!r}")
        labels = self._cells().set_index("cell")["label"]
        axes = axes if axes is not None else pyplot.gca()
        quantiles = values.groupby(["cell", "generation"])["value"].quantile([0.25, 0.5, 0.75])
        quantiles = quantiles.unstack()
        for cell, label in labels.items():
            if cell not in quantiles.index.get_level_values("cell"):
                continue
            curve = quantiles.loc[cell]
            (line,) = axes.plot(curve.index, curve[0.5], label=label)
            axes.fill_between(
                curve.index, curve[0.25], curve[0.75], alpha=0.2, color=line.get_color()
            )
        axes.set_xlabel("generation")
        axes.set_ylabel(metric)
        axes.legend()
        return axes

    # What reads files.

    @property
    def _database(self):
        return self._file("results.sqlite")

    def _file(self, name):
        return os.path.join(self.path, name)

    def _json(self, name):
        path = self._file(name)
        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError as error:
            raise RunError(f"{path}: no such file: is this a run directory?") from error
        except ValueError as error:
            raise RunError(f"{path}: {error}") from error

    def _table(self, table, metric, cell):
        condition, values = _matching(metric=metric, cell=cell)
        # Metrics of a generation in the order of the study, as `export` writes them.
        order = "ORDER BY cell, generation, rowid"
        return self._query(f"SELECT * FROM {table} WHERE 1{condition} {order}", values)

    def _query(self, sql, values=()):
        with _Database(self._database) as database:
            return pandas.read_sql_query(sql, database, params=list(values))

    def _given(self, table):
        if self._frames == "pandas":
            return table
        import polars

        return polars.from_pandas(table)


class _Database:
    """A connection that is closed at the end of its block, read only."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        if not os.path.exists(self.path):
            raise RunError(f"{self.path}: no such file: the run has not begun")
        # A commit of the writer takes milliseconds; longer is waited for.
        self.connection = sqlite3.connect(f"file:{quote(self.path)}?mode=ro", uri=True, timeout=10)
        return self.connection

    def __exit__(self, kind, error, trace):
        self.connection.close()
        if isinstance(error, (sqlite3.Error, pandas.errors.DatabaseError)):
            # A commit that was cut short has to be undone, which a reader must not do.
            if "readonly" in str(error):
                raise RunError(
                    f"{self.path}: was left by a writer that was killed; the next run of the study mends it"
                ) from error
            raise RunError(f"{self.path}: {error}") from error


def _matching(**wanted):
    """SQL that asks for one value of a column or for those of a list, and the values."""
    condition, values = "", []
    for column, value in wanted.items():
        if value is None:
            continue
        chosen = [value] if isinstance(value, str) else list(value)
        condition += f" AND {column} IN ({', '.join('?' * len(chosen))})"
        values += chosen
    return condition, values


def _plain(value):
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _shown(value):
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _names(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def _number(name, start, end):
    middle = name[len(start) : len(name) - len(end)]
    matches = name.startswith(start) and name.endswith(end) and middle.isdigit()
    return int(middle) if matches else None
