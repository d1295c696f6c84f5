"""Tables of users and quality by week or month, as arrays; what is wrong with them is said all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.audience.learning.cells import LearnCells
from nextdollar.catalogue.table_file import refuse
from nextdollar.units import DAYS_PER_MONTH, PERCENT, FloatArray

Period = Literal["week", "month"]
PERIODS: tuple[Period, ...] = ("week", "month")
MONTHS_PER_PERIOD: dict[Period, float] = {"week": 7 / DAYS_PER_MONTH, "month": 1.0}
_FEWEST_ROWS, _MOST_ROWS = 4, 2_000
_LOOSE_SHARE = 0.01
_LEAST = {
    "users": 1.0,
    "lost_users": 0.0,
    "new_users": 0.0,
    "judged": 1.0,
    "examples": 1.0,
    "version_examples": 1.0,
}


@dataclass(frozen=True, slots=True)
class LearnTable:
    """A table by period; arrays are (n_rows,) unless said otherwise.

    A version is a run of rows under one name; a name that comes back is a version of its own. `version` is
    its number from 0, `age_periods` the periods since its first row. `n_examples` is the data gathered by
    the start of a period, `version_examples` (n_versions,) what each version was trained on.
    `knows_versions` is False where the table has no versions: then each row counts as one.
    `joined_is_known` is False in a row whose joiners only repeat the row before.
    """

    file: str
    sha256: str
    period: Period
    names: Sequence[str]
    users: FloatArray
    lost: FloatArray
    joined: FloatArray
    joined_is_known: np.ndarray
    quality_share: FloatArray
    judged: FloatArray
    n_examples: FloatArray
    version: np.ndarray
    version_names: Sequence[str]
    version_examples: FloatArray
    age_periods: FloatArray
    knows_versions: bool
    examples_are_users: bool
    notes: Sequence[str]

    @property
    def users_next(self) -> float:
        """Users at the start of the period after the last row."""
        return float(max(self.users[-1] - self.lost[-1] + self.joined[-1], 1.0))

    @property
    def examples_per_user(self) -> float:
        """Examples that a user left in a period, over the whole table."""
        gained = self.n_examples[-1] - self.n_examples[0]
        return float(max(gained, 0.0) / self.users[:-1].sum())

    @property
    def periods_between_versions(self) -> int:
        """Mean periods between the launches in the table, rounded; 1 where it has no versions."""
        n_launches = len(self.version_names) - 1
        if not self.knows_versions or n_launches < 1:
            return 1
        first, last = np.flatnonzero(np.diff(self.version))[[0, -1]]
        if n_launches == 1:
            return int(first) + 1
        return int(max(round((last - first) / (n_launches - 1)), 1))


def read_learn_table(path: Path | str) -> LearnTable:
    """Read a table of users and quality by week or month.

    Parameters
    ----------
    path : Path or str
        CSV with columns `week` or `month` (whole numbers or dates, one row after the other), `users` at
        the start of the period, `quality_share` or `quality_percent`, and `lost_users` or `new_users`;
        optionally `version`, `examples` (gathered by the start of the period), `version_examples` (what
        the version was trained on) and `judged` (answers behind the quality).

    Raises
    ------
    RowsError
        With every fault of the table.
    """
    table = read_customer_table(path)
    cells = LearnCells(table)
    period, quality = _columns(table, cells)
    names = cells.periods(period)
    numbers = _numbers(table, cells, quality)
    if cells.faults:
        refuse(cells.faults)
    lost, joined, notes = _moves(numbers)
    is_known = np.ones(table.n_rows, dtype=bool)
    is_known[-1] = "new_users" in numbers
    gathered = numbers.get("examples", _gathered(numbers["users"]))
    version, age, firsts = _versions(table)
    return LearnTable(
        table.file,
        table.sha256,
        period,
        names,
        numbers["users"],
        lost,
        joined,
        is_known,
        (PERCENT if quality == "quality_percent" else 1.0) * numbers[quality],
        numbers.get("judged", np.ones(table.n_rows)),
        gathered,
        version,
        [table.cells.get("version", names)[row] for row in firsts.tolist()],
        numbers.get("version_examples", gathered)[firsts],
        age,
        "version" in table.columns,
        "examples" not in table.columns,
        notes,
    )


def _columns(table: CustomerTable, cells: LearnCells) -> tuple[Period, str]:
    """Which columns hold the period and the quality; raise where the table cannot be read at all."""
    period = cells.one_of(PERIODS, "ND1770")
    quality = cells.one_of(("quality_share", "quality_percent"), "ND1770")
    if "users" not in table.columns:
        cells.missing("users", "users at the start of the period")
    if not {"lost_users", "new_users"} & set(table.columns):
        cells.missing("lost_users or new_users", "who left or joined in the period")
    if not _FEWEST_ROWS <= table.n_rows <= _MOST_ROWS:
        rule = f"the table must have {_FEWEST_ROWS} to {_MOST_ROWS:,} rows, one for each period"
        cells.refuse("ND1773", "", rule, str(table.n_rows), "")
    if cells.faults or period is None or quality is None:
        refuse(cells.faults)
    return period, quality


def _numbers(table: CustomerTable, cells: LearnCells, quality: str) -> dict[str, FloatArray]:
    """Numbers of each column that is there, by its name; what is wrong with them is noted."""
    is_share = quality == "quality_share"
    hint = "a share from 0 to 1; name the column quality_percent if it is per cent" if is_share else ""
    found = {quality: cells.numbers(quality, high=1.0 if is_share else 100.0, hint=hint)}
    for name, low in _LEAST.items():
        if name in table.columns:
            found[name] = cells.numbers(name, low=low)
    if "lost_users" in found:
        cells.check("lost_users", found["lost_users"] <= found["users"], "ND1774", "must be at most users")
    if "examples" in found:
        risen = np.concatenate([[True], np.diff(found["examples"]) >= 0])
        cells.check("examples", risen, "ND1774", "must not fall: it counts all that was gathered")
    return found


def _moves(given: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray, list[str]]:
    """Leavers and joiners of each row; the one that is not given follows from users, except in the last."""
    users = given["users"]
    lost, joined = given.get("lost_users"), given.get("new_users")
    growth = np.diff(users)
    notes = []
    if lost is not None and joined is not None:
        off = np.abs(users[:-1] - lost[:-1] + joined[:-1] - users[1:]) > _LOOSE_SHARE * users[:-1]
        if off.any():
            notes.append(
                f"users, leavers and joiners do not add up within 1 % in {int(off.sum())} of {off.size} "
                "rows: leavers are taken as they stand"
            )
    elif lost is None and joined is not None:
        found = np.maximum(joined[:-1] - growth, 0.0)
        lost = np.append(np.minimum(found, users[:-1]), found[-1])
        notes.append(
            "leavers are worked out from users and joiners; those of the last row repeat the row before"
        )
    elif lost is not None:
        found = np.maximum(growth + lost[:-1], 0.0)
        joined = np.append(found, found[-1])
        notes.append(
            "joiners are worked out from users and leavers; those of the last row repeat the row before"
        )
    if lost is None or joined is None:
        raise ValueError("a table without leavers and joiners passed the checks")
    return np.minimum(lost, users), joined, notes


def _gathered(users: FloatArray) -> FloatArray:
    """User-periods since the first row, at the start of each; the first row counts itself."""
    total: FloatArray = np.cumsum(users)
    return np.concatenate([total[:1], total[:-1]])


def _versions(table: CustomerTable) -> tuple[np.ndarray, FloatArray, np.ndarray]:
    """Number of the version and its age in each row, and the first row of each version."""
    rows = np.arange(table.n_rows)
    if "version" not in table.columns:
        return rows, np.zeros(table.n_rows), rows
    names = table.cells["version"]
    is_first = np.array([True, *(name != before for before, name in pairwise(names))])
    version = np.cumsum(is_first) - 1
    firsts = np.flatnonzero(is_first)
    return version, (rows - firsts[version]).astype(np.float64), firsts
