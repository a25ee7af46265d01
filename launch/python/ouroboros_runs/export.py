"""Runs in the formats of other programs, through those programs' own libraries."""

import os
import re

TABLES = ["cells", "chains", "metrics", "summary", "verdicts", "timings"]
# The columns of `summary` that TensorBoard shows, each as one curve of a metric.
STATISTICS = ["mean", "median", "q05", "q25", "q75", "q95"]


def parquet(run, folder):
    """Writes cells.parquet, chains.parquet and so on; gives the rows by table. Needs pyarrow."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError("Parquet needs pyarrow: pip install 'ouroboros-runs[parquet]'") from error
    os.makedirs(folder, exist_ok=True)
    rows = {}
    for name in TABLES:
        table = getattr(run, name)
        table = table() if callable(table) else table
        if not hasattr(table, "to_arrow"):  # pandas; a polars frame has it
            table = pyarrow.Table.from_pandas(table, preserve_index=False)
        else:
            table = table.to_arrow()
        path = os.path.join(folder, f"{name}.parquet")
        # Readers see the old file or the new one.
        pyarrow.parquet.write_table(table, path + ".part", compression="zstd")
        os.replace(path + ".part", path)
        rows[name] = table.num_rows
    return rows


def tensorboard(run, folder):
    """Writes one TensorBoard run a cell: the mean and the quantiles over the seeds of every metric,
    the generation as the step. Gives the number of cells. Needs tensorboard.

    The folder must not hold runs of the same names: TensorBoard would draw both.
    """
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise ImportError(
            "TensorBoard needs its package: pip install 'ouroboros-runs[tensorboard]'"
        ) from error
    from .run import Run

    run = Run(run.path)
    labels = run.cells.set_index("cell")["label"]
    summary = run.summary()
    names = {cell: _folder_name(label, cell) for cell, label in labels.items()}
    for cell, table in summary.groupby("cell", sort=False):
        target = os.path.join(folder, names[cell])
        if os.path.isdir(target) and os.listdir(target):
            raise FileExistsError(f"{target}: is not empty")
        writer = EventFileWriter(target)
        for row in table.itertuples():
            values = [
                Summary.Value(tag=f"{row.metric}/{name}", simple_value=getattr(row, name))
                for name in STATISTICS
                if getattr(row, name) is not None
            ]
            writer.add_event(
                # Any time will do; the step is what curves are drawn over.
                Event(wall_time=row.generation, step=row.generation, summary=Summary(value=values))
            )
        writer.close()
    return summary["cell"].nunique()


def _folder_name(label, cell):
    """The label as a folder, the cell's id behind it where it had to be changed."""
    name = re.sub(r"[^A-Za-z0-9._=+-]+", "_", label)[:120]
    return name if name == label else f"{name}-{cell}"
