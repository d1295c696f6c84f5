"""Options that say how long each customer of a table stayed: columns of periods, or days of contracts."""

from __future__ import annotations

from nextdollar.audience.retention.options import Tenure
from nextdollar.audience.retention.tenure import TenureColumns, TenureDates
from nextdollar.errors import Fault, OptionsError


def stated_tenure(
    *,
    tenure: str | None,
    entered: str | None,
    start: str | None,
    cancelled: str | None,
    customer: str | None,
    watched_since: str | None,
) -> Tenure | None:
    """Return how long customers stayed, as columns or as days; OptionsError with both together."""
    if all(name is None for name in (start, cancelled, customer, watched_since)):
        return tenure if entered is None else TenureColumns(tenure or "", entered)
    twice = [
        Fault("ND1707", option, "is of no use beside --start: days say how long", value, "leave it out")
        for option, value in (("--tenure", tenure), ("--entered", entered))
        if value is not None
    ]
    if twice:
        raise OptionsError(twice)
    return TenureDates(start or "", cancelled or "", watched_since=watched_since, customer=customer)
