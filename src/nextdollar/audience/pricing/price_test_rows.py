"""Rows of a test of prices: what was asked, of how many, and how many bought."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.customers.pricing import PriceTest
from nextdollar.errors import Fault

MOST_PRICE_USD = 1e9
MOST_OFFERED = 1_000_000_000
MOST_ARMS = 200
_NUMBER = re.compile(r"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_WHOLE = re.compile(r"\d{1,12}")
_COLUMNS = {"price_usd": "what was asked", "offered": "how many saw it", "bought": "how many of them bought"}


@dataclass(frozen=True, slots=True)
class PriceArm:
    """One price that was shown to one segment; the segment is empty where there is only one."""

    price_usd: float
    offered: int
    bought: int
    segment: str = ""


@dataclass(frozen=True, slots=True)
class PriceTestRows:
    """A test of prices as counted: arms by segment and price, each pair once.

    `n_summed` rows were added to another of the same segment and price.
    """

    arms: tuple[PriceArm, ...]
    n_summed: int = 0
    file: str = ""
    sha256: str = ""

    @property
    def segments(self) -> tuple[str, ...]:
        """Names in the order of their first arm."""
        return tuple(dict.fromkeys(arm.segment for arm in self.arms))

    def sells_at_two_prices(self) -> bool:
        """Whether somebody of one segment bought at two prices, without which nothing can be compared."""
        sold = {(arm.segment, arm.price_usd) for arm in self.arms if arm.bought > 0}
        return len(sold) > len({segment for segment, _ in sold})

    def counts(self) -> PriceTest:
        """Return the counts as arrays; `sells_at_two_prices` has been asked before."""
        places = {name: place for place, name in enumerate(self.segments)}
        columns = ([float(getattr(arm, name)) for arm in self.arms] for name in _COLUMNS)
        segment = np.array([places[arm.segment] for arm in self.arms], dtype=np.int64)
        price_usd, offered, bought = (np.array(column) for column in columns)
        return PriceTest(price_usd, offered, bought, segment)


def summed_arms(arms: Sequence[PriceArm], *, file: str = "", sha256: str = "") -> PriceTestRows:
    """Return arms with those of one segment and price added up, by segment and rising price."""
    by_place: dict[tuple[str, float], PriceArm] = {}
    for arm in arms:
        place = (arm.segment, arm.price_usd)
        if place in by_place:
            known = by_place[place]
            arm = replace(arm, offered=known.offered + arm.offered, bought=known.bought + arm.bought)
        by_place[place] = arm
    order = {name: number for number, name in enumerate(dict.fromkeys(arm.segment for arm in arms))}
    ordered = sorted(by_place.values(), key=lambda arm: (order[arm.segment], arm.price_usd))
    return PriceTestRows(tuple(ordered), len(arms) - len(ordered), file, sha256)


def read_price_test(path: Path | str) -> PriceTestRows:
    """Read a test of prices: price_usd, offered, bought, and segment where there are several.

    Raises
    ------
    RowsError
        With every fault: columns that are missing, cells that are no count, more who bought than were
        offered, a test in which nobody bought at a second price.
    """
    table = read_customer_table(path)
    faults = [_missing(table, name, why) for name, why in _COLUMNS.items() if name not in table.columns]
    if faults:
        refuse(faults)
    arms = []
    for row, line in enumerate(table.lines):
        arm = _arm(table, row, line, faults)
        if arm is not None:
            arms.append(arm)
    if faults:
        refuse(faults)
    rows = summed_arms(arms, file=table.file, sha256=table.sha256)
    if len(rows.arms) > MOST_ARMS:
        rule = f"a test must have at most {MOST_ARMS} prices, all segments together"
        refuse([Fault("ND1795", "", rule, f"{len(rows.arms)}", "one row for each", table.file, 1)])
    if not rows.sells_at_two_prices():
        refuse(
            [
                Fault(
                    "ND1796", "bought", CANNOT_TELL_RULE, "one price at most", CANNOT_TELL_HINT, table.file, 1
                )
            ]
        )
    return rows


CANNOT_TELL_RULE = "must be above 0 at two prices or more of one segment"
CANNOT_TELL_HINT = "a price at which nobody bought bounds the elasticity on one side only"


def _missing(table: CustomerTable, name: str, why: str) -> Fault:
    found = ", ".join(shown(column) for column in table.columns[:12])
    return Fault("ND1794", "", f"the table must have a column {name}", found, why, table.file, 1)


def _arm(table: CustomerTable, row: int, line: int, faults: list[Fault]) -> PriceArm | None:
    """Return the arm of a row; what is wrong with it is added to the faults."""
    cells = {name: table.cells[name][row] for name in _COLUMNS}
    before = len(faults)

    def refused(name: str, rule: str, value: str, hint: str) -> None:
        faults.append(Fault("ND1795", name, rule, value, hint, table.file, line))

    text = cells["price_usd"]
    price_usd = float(text) if _NUMBER.fullmatch(text) else -1.0
    if not 0 < price_usd <= MOST_PRICE_USD:
        hint = "a plain number such as 29.90; at 0 nobody pays, which is no price"
        refused("price_usd", "must be a price above 0", shown(text) if text else "nothing", hint)
    counts = {}
    for name, least in (("offered", 1), ("bought", 0)):
        text = cells[name]
        counts[name] = int(text) if _WHOLE.fullmatch(text) else -1
        if not least <= counts[name] <= MOST_OFFERED:
            rule = f"must be a whole number of {least} or more"
            refused(name, rule, shown(text) if text else "nothing", "people, without separators")
    if len(faults) == before and counts["bought"] > counts["offered"]:
        refused("bought", "must be at most offered", f"{counts['bought']} of {counts['offered']}", "")
    if len(faults) > before:
        return None
    segment = table.cells["segment"][row] if "segment" in table.columns else ""
    return PriceArm(price_usd, counts["offered"], counts["bought"], segment)
