"""python -m ouroboros_runs export RUN --parquet FOLDER | --tensorboard FOLDER"""

import argparse
import sys

from . import export
from .run import Run, RunError


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="ouroboros_runs", description="Writes a run of Ouroboros for other programs."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("export", help="write the tables of a run")
    command.add_argument("run", help="the run directory")
    target = command.add_mutually_exclusive_group(required=True)
    target.add_argument("--parquet", metavar="FOLDER", help="one Parquet file a table")
    target.add_argument("--tensorboard", metavar="FOLDER", help="one TensorBoard run a cell")
    chosen = parser.parse_args(arguments)
    try:
        run = Run(chosen.run)
        if chosen.parquet:
            for name, rows in export.parquet(run, chosen.parquet).items():
                print(f"{chosen.parquet}/{name}.parquet: {rows} rows")
        else:
            cells = export.tensorboard(run, chosen.tensorboard)
            print(f"{chosen.tensorboard}: {cells} cells")
    except RunError as error:
        print(error, file=sys.stderr)
        return 66
    except (ImportError, OSError) as error:
        print(error, file=sys.stderr)
        return 69 if isinstance(error, ImportError) else 74
    return 0


if __name__ == "__main__":
    sys.exit(main())
