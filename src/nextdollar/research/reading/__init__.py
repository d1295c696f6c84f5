"""Tables of training runs, read with every row accounted for, and written back."""

from nextdollar.research.reading.read import read_runs
from nextdollar.research.reading.run_table import (
    Conventions,
    Flag,
    Keep,
    LeftOut,
    LossUnit,
    RunTable,
    Targets,
)
from nextdollar.research.reading.targets import read_targets
from nextdollar.research.reading.write_runs import runs_as_csv, write_runs

__all__ = [
    "Conventions",
    "Flag",
    "Keep",
    "LeftOut",
    "LossUnit",
    "RunTable",
    "Targets",
    "read_runs",
    "read_targets",
    "runs_as_csv",
    "write_runs",
]
