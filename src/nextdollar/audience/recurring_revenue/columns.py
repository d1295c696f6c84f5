"""Which column of a table of revenue is what, whoever wrote it: a ledger by month, or subscriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nextdollar.audience.customer_table import CustomerTable
from nextdollar.catalogue.table_file import refuse, shown
from nextdollar.errors import Fault

TableKind = Literal["ledger", "subscriptions"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "account": ("account", "account id", "customer", "customer id", "company id", "organisation id"),
    "month": ("month", "period"),
    "mrr_usd": ("mrr usd",),
    "mrr": ("mrr",),
    "plan": ("plan", "plan id", "plan name", "product", "price id"),
    "subscription": ("subscription", "subscription id", "id"),
    "amount": ("amount", "plan amount"),
    "amount_usd": ("amount usd",),
    "amount_cents": ("amount cents", "amount in cents", "unit amount cents"),
    "currency": ("currency",),
    "start": ("start", "start date", "started", "started at"),
    "end": ("ended at", "ended", "cancelled", "canceled", "cancelled at", "canceled at", "end", "end date"),
    "billed": ("interval", "billing interval", "billing period", "plan interval"),
    "billed_count": ("interval count", "plan interval count"),
    "quantity": ("quantity", "seats"),
    "status": ("status",),
    "trial_end": ("trial end", "trial ends at"),
}
"""Names that each role goes by; where a table has several of one role, the first of them counts."""

_AMOUNTS = {"ledger": ("mrr_usd", "mrr"), "subscriptions": ("amount", "amount_usd", "amount_cents")}
_LEDGER, _SUBSCRIPTIONS = "account, month, mrr_usd", "customer, plan, amount, currency, start, cancelled"


@dataclass(frozen=True, slots=True)
class MrrColumns:
    """What a table is, the name of each column by its role, and columns of a role that are passed over."""

    kind: TableKind
    names: Mapping[str, str]
    passed_over: tuple[str, ...]

    def cells(self, table: CustomerTable, role: str) -> Sequence[str] | None:
        """Return the cells of a role, None where the table has none."""
        name = self.names.get(role)
        return None if name is None else table.cells[name]


def mrr_columns(table: CustomerTable) -> MrrColumns:
    """Return what a table is and which column is what.

    Raises
    ------
    RowsError
        If it is neither a ledger nor subscriptions, or holds two amounts.
    """
    by_plain: dict[str, list[str]] = {}
    for name in table.columns:
        by_plain.setdefault(_plain(name), []).append(name)
    names: dict[str, str] = {}
    passed_over: list[str] = []
    for role, known in _NAMES.items():
        found = [name for plain in known for name in by_plain.get(plain, ())]
        if found:
            names[role] = found[0]
            passed_over += found[1:]
    kind: TableKind = "ledger" if "month" in names else "subscriptions"
    faults = list(_faults(table, kind, names))
    if faults:
        refuse(faults)
    return MrrColumns(kind, names, tuple(passed_over))


def _plain(name: str) -> str:
    """Return a name without case, "(UTC)" and the signs between its words."""
    return re.sub(r"[\s_\-.]+", " ", name.casefold().replace("(utc)", "")).strip()


def _faults(table: CustomerTable, kind: TableKind, names: Mapping[str, str]) -> Iterator[Fault]:
    columns = ", ".join(shown(name) for name in table.columns[:12])
    hint = f"a ledger has {_LEDGER}; an export of subscriptions {_SUBSCRIPTIONS}"
    needed = ("account", "month") if kind == "ledger" else ("account", "start", "end")
    for role in needed:
        if role not in names:
            rule = f"the table must have a column {_NAMES[role][0] if role != 'end' else 'cancelled'}"
            yield Fault("ND1730", "", rule, columns, hint, table.file, 1)
    amounts = [names[role] for role in _AMOUNTS[kind] if role in names]
    if not amounts:
        rule = f"the table must have a column {' or '.join(_AMOUNTS[kind])}"
        yield Fault("ND1730", "", rule, columns, hint, table.file, 1)
    if len(amounts) > 1:
        rule = "the table must have one column of amounts"
        yield Fault("ND1730", "", rule, ", ".join(amounts), "leave the others out", table.file, 1)
    is_dollars = any(role in names for role in ("mrr_usd", "amount_usd"))
    if amounts and not is_dollars and "currency" not in names:
        rule = "the table must have a column currency"
        wanted = "mrr_usd" if kind == "ledger" else "amount_usd"
        yield Fault("ND1735", "", rule, columns, f"or name the amounts {wanted} if they are", table.file, 1)
