"""The reader against a run of the built command, whose path is in OUROBOROS."""

import csv
import json
import math
import os
import shutil
import statistics
import subprocess
import sys

import numpy
import ouroboros_runs
import pandas
import pytest
from ouroboros_runs.__main__ import main
from ouroboros_runs.run import ROWS_AT_ONCE

STUDY = """
study: read-by-python
dataset: {name: gaussian-ring, modes: 4, samples: 50, held_out: 20}
model: {name: gaussian-mixture, components: 2}
loop: {policy: replace, samples: 40}
generations: 5
seeds: 0..<6
metrics: [moments, {name: wasserstein, method: sliced, projections: 4}]
matrix: {loop.policy: [replace, accumulate], model.components: [1, 4]}
keep: {samples: [0, last]}
"""


def ouroboros(*arguments):
    return subprocess.run(
        [os.environ["OUROBOROS"], *arguments], check=True, capture_output=True, text=True
    )


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    study = folder / "study.yaml"
    study.write_text(STUDY)
    ouroboros("run", str(study), "--out", str(folder / "run"))
    return folder / "run"


@pytest.fixture
def run(path):
    return ouroboros_runs.open(path)


@pytest.fixture(scope="session")
def exported(path, tmp_path_factory):
    """The tables as the command itself exports them: what the frames have to equal."""
    folder = tmp_path_factory.mktemp("csv") / "tables"
    ouroboros("export", str(path), "--csv", str(folder))
    return {
        name: list(csv.DictReader((folder / f"{name}.csv").open(newline="")))
        for name in ["cells", "chains", "metrics", "summary", "verdicts"]
    }


def expect_same(frame, rows):
    assert len(frame) == len(rows) > 0
    for column in rows[0]:
        for found, expected in zip(frame[column], (row[column] for row in rows)):
            if isinstance(found, str):
                assert found == expected
            elif pandas.isna(found):
                assert expected == ""
            else:
                assert float(found) == float(expected)


def test_frames_equal_the_exported_tables(run, exported):
    expect_same(run.chains, exported["chains"])
    expect_same(run.summary(), exported["summary"])
    expect_same(run.verdicts(), exported["verdicts"])
    keys = ["cell", "seed", "generation", "metric"]
    expected = pandas.DataFrame(exported["metrics"])
    expected = expected.astype({"seed": int, "generation": int, "value": float})
    pandas.testing.assert_frame_equal(
        run.metrics().sort_values(keys, ignore_index=True),
        expected.sort_values(keys, ignore_index=True),
        check_dtype=False,
        rtol=0,
        atol=0,
    )


def test_cells_say_what_varies(run):
    cells = run.cells
    assert list(cells["label"]) == [
        f"loop.policy={policy} model.components={components}"
        for policy in ["replace", "accumulate"]
        for components in [1, 4]
    ] or set(cells["model.components"]) == {1, 4}
    assert set(cells["loop.policy"]) == {"replace", "accumulate"}
    assert cells["cell"].is_unique and len(cells) == 4
    assert run.status["state"] == "finished" and run.plan["study"] == "read-by-python"
    assert repr(run) == f"<run 'read-by-python' in {run.path}>"


def test_choices_narrow_the_frames(run):
    cell = run.cells["cell"][1]
    metric = "moments.variance_trace"
    values = run.metrics(metric, cell)
    assert len(values) == 6 * 5
    assert set(values["metric"]) == {metric} and set(values["cell"]) == {cell}
    summary = run.summary([metric, "no.such"], [cell])
    assert len(summary) == 5
    for row in summary.itertuples():
        chosen = values[values["generation"] == row.generation]["value"]
        assert row.n == 6 and math.isclose(row.median, statistics.median(chosen), rel_tol=1e-12)
        assert math.isclose(row.mean, chosen.mean(), rel_tol=1e-12)
    assert run.metrics("no.such").empty
    assert list(run.metrics("no.such").columns) == list(values.columns)
    assert set(run.timings(cell)["phase"]) >= {"fit", "sample"}


def test_samples_are_those_that_were_kept(run, path, tmp_path):
    kept = run.kept_samples()
    assert len(kept) == 4 * 6 * 2 and {generation for _, _, generation in kept} == {0, 4}
    cell, seed, generation = kept[7]
    samples = run.samples(cell, seed, generation)
    assert samples.values.shape == (40, 2) and samples.labels is None
    assert samples.values.dtype == numpy.float64 and numpy.isfinite(samples.values).all()
    assert ":40" in samples.metadata["provenance"]
    # What the command writes for NumPy is the same array.
    file = tmp_path / "some.npy"
    ouroboros(
        *["sample", str(path), "--cell", cell, "--seed", str(seed), "-n", "15", "-o", str(file)],
        *["--generation", str(generation)],
    )
    assert numpy.array_equal(numpy.load(file), samples.values[:15])
    with pytest.raises(ouroboros_runs.RunError, match="48 sets"):
        run.samples(cell, seed, 2)


def test_json_lines_are_the_same_rows(run, path, tmp_path):
    ouroboros("export", str(path), "--jsonl", str(tmp_path / "lines"))
    rows = [json.loads(line) for line in (tmp_path / "lines/summary.jsonl").open()]
    expected = run.summary()
    assert [row["median"] for row in rows] == list(expected["median"])
    cells = [json.loads(line) for line in (tmp_path / "lines/cells.jsonl").open()]
    assert all(cell["resolved"]["dataset"]["name"] == "gaussian-ring" for cell in cells)


def test_rows_are_read_in_parts(run, monkeypatch):
    whole = run.metrics()
    assert len(whole) < ROWS_AT_ONCE
    monkeypatch.setattr("ouroboros_runs.run.ROWS_AT_ONCE", 7)
    pandas.testing.assert_frame_equal(run.metrics(), whole)


def test_nothing_is_written(run, path):
    def listing():
        return {
            str(file): (file.stat().st_size, file.stat().st_mtime_ns)
            for file in sorted(path.rglob("*"))
        }

    before = listing()
    run.metrics()
    run.summary()
    assert listing() == before


def test_mistakes_are_said(tmp_path):
    with pytest.raises(ouroboros_runs.RunError, match="no such file"):
        ouroboros_runs.open(tmp_path)
    (tmp_path / "plan.json").write_text('{"ouroboros_plan": 99}')
    with pytest.raises(ouroboros_runs.RunError, match="version 1"):
        ouroboros_runs.open(tmp_path)
    (tmp_path / "plan.json").write_text('{"ouroboros_plan": 1}')
    with pytest.raises(ouroboros_runs.RunError, match="has not begun"):
        _ = ouroboros_runs.open(tmp_path).chains
    (tmp_path / "results.sqlite").write_bytes(b"rotten" * 1000)
    with pytest.raises(ouroboros_runs.RunError, match="not a database"):
        _ = ouroboros_runs.open(tmp_path).chains
    with pytest.raises(ValueError, match="pandas"):
        ouroboros_runs.open(tmp_path, frames="arrow")
    assert main(["export", str(tmp_path / "none"), "--parquet", str(tmp_path / "p")]) == 66


def test_a_killed_writer_is_named(path, tmp_path):
    for name in ["plan.json", "results.sqlite"]:
        shutil.copy(path / name, tmp_path / name)
    # What a writer leaves that is killed in the middle of a commit.
    script = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.executescript("PRAGMA cache_size = 1; BEGIN; UPDATE metrics SET value = value + 1;")
os._exit(9)
"""
    database = str(tmp_path / "results.sqlite")
    killed = subprocess.run([sys.executable, "-c", script, database], check=False)
    assert killed.returncode == 9 and (tmp_path / "results.sqlite-journal").stat().st_size > 0
    with pytest.raises(ouroboros_runs.RunError, match="writer that was killed"):
        _ = ouroboros_runs.open(tmp_path).chains


def test_failures_are_read(path, tmp_path):
    run = ouroboros_runs.open(path)
    assert run.failures() == []
    (tmp_path / "plan.json").write_text('{"ouroboros_plan": 1}')
    (tmp_path / "failures.jsonl").write_text('{"seed": 3}\n{"se')
    assert ouroboros_runs.open(tmp_path).failures() == [{"seed": 3}]


def test_parquet_holds_the_frames(run, path, tmp_path, capsys):
    pytest.importorskip("pyarrow")
    assert main(["export", str(path), "--parquet", str(tmp_path / "tables")]) == 0
    assert "metrics.parquet" in capsys.readouterr().out
    for name in ["metrics", "summary", "verdicts", "timings", "chains", "cells"]:
        table = getattr(run, name)
        table = table() if callable(table) else table
        copy = pandas.read_parquet(tmp_path / "tables" / f"{name}.parquet")
        pandas.testing.assert_frame_equal(copy, table, check_dtype=False)
    assert not [file for file in (tmp_path / "tables").iterdir() if file.suffix == ".part"]


def test_polars_frames_hold_the_same(run, path):
    polars = pytest.importorskip("polars")
    other = ouroboros_runs.open(path, frames="polars")
    assert isinstance(other.chains, polars.DataFrame)
    assert other.metrics()["value"].to_list() == list(run.metrics()["value"])


def test_plot_draws_a_line_a_cell(run):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = run.plot("moments.variance_trace")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(run.cells["label"])
    medians = run.summary("moments.variance_trace", run.cells["cell"][0])["median"]
    assert numpy.allclose(axes.lines[0].get_ydata(), medians, rtol=1e-12)
    with pytest.raises(ouroboros_runs.RunError, match="no values"):
        run.plot("no.such")


def test_tensorboard_reads_what_is_written(run, path, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = tmp_path / "events"
    assert main(["export", str(path), "--tensorboard", str(folder)]) == 0
    assert len(list(folder.iterdir())) == 4
    cell = run.cells.iloc[0]
    target = next(file for file in folder.iterdir() if cell["cell"] in file.name)
    events = EventAccumulator(str(target))
    events.Reload()
    summary = run.summary("moments.variance_trace", cell["cell"])
    for name in ["mean", "median", "q05", "q95"]:
        scalars = events.Scalars(f"moments.variance_trace/{name}")
        assert [scalar.step for scalar in scalars] == [0, 1, 2, 3, 4]
        assert numpy.allclose([scalar.value for scalar in scalars], summary[name], rtol=1e-6)
    assert main(["export", str(path), "--tensorboard", str(folder)]) == 74
