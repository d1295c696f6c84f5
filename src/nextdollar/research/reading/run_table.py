"""Runs as read from a table: the numbers, and everything that was done on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nextdollar.scaling.runs import Runs
from nextdollar.units import FloatArray

Keep = Literal["best", "checkpoints", "all"]
"""What is kept of a run that has many rows: the best try and its last checkpoint, every checkpoint of
the best try, or every row."""

LossUnit = Literal["nats per token", "bits per byte", "bits per token", "perplexity"]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that a reader should know about the table, and what was done about it.

    `row` is the line in the file (0: the table as a whole), `words` what was found and `action` what
    was done: "kept", "set aside", "recomputed", ...
    """

    code: str
    row: int
    column: str
    words: str
    action: str

    def __str__(self) -> str:
        place = f"line {self.row}: " if self.row else ""
        return f"{place}{self.words}; {self.action}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row of the file that is not among the runs, and why; `code` groups rows of one reason."""

    row: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Conventions:
    """What the numbers of a table mean, as far as the table or the caller says.

    `columns` maps each quantity to the column that it was read from. `params_counted` and `tokenizer`
    are "not stated" where nobody said. `flop_from` says whether work was stated or taken as 6 N D, and
    `flop_per_param_token` is the lowest, median and highest ratio of work to N D.
    """

    columns: Mapping[str, str]
    loss_unit: str
    params_counted: str
    flop_from: str
    flop_per_param_token: tuple[float, float, float]
    tokenizer: str = "not stated"


@dataclass(frozen=True, slots=True)
class RunTable:
    """Runs of one table; n_rows = runs + left out, so that no row is lost in silence.

    `labels` names each run, `rows` is its line in the file; both (n_runs,). `where` is the expression
    that chose them, "" for the whole table.
    """

    runs: Runs
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    flags: tuple[Flag, ...]
    conventions: Conventions
    file: str
    sha256: str
    n_rows: int
    left_out: tuple[LeftOut, ...]
    where: str = ""

    def left_out_counts(self) -> dict[str, int]:
        """Return how many rows were left out for each reason, the commonest first."""
        return dict(Counter(item.reason for item in self.left_out).most_common())

    def accounting(self) -> str:
        """Return where every row went: "261 rows: 73 runs used; 180 worse tries ..., 8 repeated rows"."""
        n_used = len(self.runs)
        parts = [f"{self.n_rows:,} rows: {n_used:,} used"]
        parts += [f"{number:,} {reason}" for reason, number in self.left_out_counts().items()]
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Targets:
    """Models to forecast, and what happened where the table says; arrays (n_targets,).

    `loss_nats` and `metrics` are nan where a cell is empty; `loss_nats` is None without a column for it.
    """

    params: FloatArray
    tokens: FloatArray
    names: tuple[str, ...]
    loss_nats: FloatArray | None = None
    metrics: Mapping[str, FloatArray] = field(default_factory=dict)
    file: str = ""
    sha256: str = ""
