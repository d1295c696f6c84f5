"""How fast customers who stay come to bring more, from a ledger of what each brought month by month."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nextdollar.audience.customer_table import CustomerTable, read_customer_table
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.customers.lifetime_value.value_density import StayerGrowth, growth_of_stayers
from nextdollar.errors import Fault
from nextdollar.uncertainty import Constant, Distribution, Normal, Truncated
from nextdollar.uncertainty.reading import percent
from nextdollar.units import MONTHS_PER_YEAR

_COLUMNS = ("account", "month", "mrr_usd")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-\d{2})?")
_AMOUNT = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_LEAST_GROWTH = -0.99


@dataclass(frozen=True, slots=True)
class UsageGrowth:
    """Growth of what stayers bring, the months it was seen over, and the digest of the ledger."""

    found: StayerGrowth
    n_transitions: int
    file: tuple[str, str]

    @property
    def words(self) -> str:
        """What was found, as a sentence without a full stop."""
        rate = percent(self.found.growth_per_month)
        if self.found.n_accounts == 1:
            said = f"stayers come to bring {rate} more a month, by a single account"
            return f"{said}: how sure that is, is not known"
        error = percent(self.found.standard_error_per_month)
        seen = f"{self.found.n_accounts} accounts over {self.n_transitions} months of theirs"
        return (
            f"stayers come to bring {rate} more a month (standard error {error}), from {seen}; "
            "none of them had left"
        )

    @property
    def distribution(self) -> Distribution:
        """The rate with its standard error; one number where a single account says nothing of its error."""
        error = self.found.standard_error_per_month
        if not error > 0:
            return Constant(self.found.growth_per_month)
        return Truncated(Normal(self.found.growth_per_month, error), _LEAST_GROWTH, float("inf"))


def read_usage_growth(path: Path | str) -> UsageGrowth:
    """Read a ledger and return the growth of those who stay.

    Parameters
    ----------
    path : Path or str
        CSV with `account`, `month` (2026-01) and `mrr_usd`; a missing month or 0 is a month without.

    Raises
    ------
    RowsError
        With every fault of the file and its cells, or if no account stays from one month to the next.
    """
    table = read_customer_table(path)
    by_account = _by_account(table)
    before, after, n_transitions = [], [], 0
    for months in by_account.values():
        pairs = [
            (usd, months[month + 1])
            for month, usd in months.items()
            if usd > 0 and months.get(month + 1, 0.0) > 0
        ]
        if pairs:
            before.append(sum(usd for usd, _ in pairs))
            after.append(sum(usd for _, usd in pairs))
            n_transitions += len(pairs)
    if not before:
        rule = "the ledger must have an account that pays in two months running"
        refuse([Fault("ND1756", "", rule, "none", "give one row for each account and month", table.file)])
    found = growth_of_stayers(np.array(before), np.array(after))
    return UsageGrowth(found, n_transitions, (table.file, table.sha256))


def _by_account(table: CustomerTable) -> dict[str, dict[int, float]]:
    """Return what each account brought, by month."""
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        found = ", ".join(shown(name) for name in table.columns[:12])
        faults = [
            Fault("ND1755", "", f"the ledger must have a column {name}", found, "", table.file, 1)
            for name in missing
        ]
        refuse(faults)
    by_account: dict[str, dict[int, float]] = defaultdict(dict)
    faults = []
    rows = zip(*(table.cells[name] for name in _COLUMNS), table.lines, strict=True)
    for account, month_text, amount_text, line in rows:
        month = _MONTH.fullmatch(month_text)
        if month is None:
            hint = "for example 2026-01"
            faults.append(
                Fault("ND1755", "month", "must be a month", shown(month_text), hint, table.file, line)
            )
        if _AMOUNT.fullmatch(amount_text) is None:
            rule = "must be an amount in USD, 0 or more"
            faults.append(Fault("ND1755", "mrr_usd", rule, shown(amount_text), "", table.file, line))
        if month is None or faults:
            continue
        number = int(month.group(1)) * MONTHS_PER_YEAR + int(month.group(2))
        if number in by_account[account]:
            rule = "must have one row for each month of an account"
            faults.append(Fault("ND1755", "month", rule, shown(month_text), "", table.file, line))
        by_account[account][number] = float(amount_text)
    if faults:
        refuse(faults)
    return by_account
