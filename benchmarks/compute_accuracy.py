"""How close training and serving estimates come to what was measured; every figure with its goal.

    python benchmarks/compute_accuracy.py [--rows] [--markdown] [--write]

Nothing that is scored was fitted on: each family of models is predicted from the others, each size of a
framework's steps from the other sizes. No utilisation is given by the user. Beside each figure stand the
best constant and the best peer (shared/facts/compute.md, section 4, other hours of the same machine).

--rows prints every training run, --markdown the tables of serving for the docs; --write fits all constants
anew into catalogue/training_calibration.csv and catalogue/serving_calibration.csv. Exits with 1 if a goal is
missed, and with 2 if the shared tables are not there.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from accuracy.figure import FIGURE_HEADER, print_table
from serving_accuracy.measurements import has_data
from serving_accuracy.report import serving_figures
from training_accuracy import constants, runs
from training_accuracy.report import training_figures


def main() -> int:
    """Print the tables, then every figure; the exit code says whether the goals are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", action="store_true", help="print every training run")
    parser.add_argument("--markdown", action="store_true", help="print tables for the docs")
    parser.add_argument("--write", action="store_true", help="fit the constants of the catalogue anew")
    options = parser.parse_args()
    if not (runs.SHARED.is_dir() and has_data()):
        print(f"no shared tables at {runs.SHARED}", file=sys.stderr)
        return 2
    began = time.process_time()
    if options.write:
        print(f"{constants.write()} rows written to {constants.FILE.name}")
    figures = training_figures(every_row=options.rows)
    figures += serving_figures(markdown=options.markdown, write=options.write)
    print("\nEvery figure\n")
    print_table([FIGURE_HEADER, *(figure.cells() for figure in figures)], options.markdown)
    missed = [figure.name for figure in figures if figure.is_met is False]
    print(
        f"\n{time.process_time() - began:.1f} CPU seconds; "
        + (f"MISSED: {missed}" if missed else "goals met")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
