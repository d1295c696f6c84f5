"""How it is told how long each customer was there: by columns of periods, or by the days of a contract."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TenureColumns:
    """Full periods of each customer, and how many of them he had behind him when watching began.

    Parameters
    ----------
    tenure : str
        Column with the full periods that each customer has stayed.
    entered : str, optional
        Column with the full periods that he had stayed already when watching began (left truncation):
        customers who had left before then are not in the table. 0 for one who was watched from his start.
    """

    tenure: str
    entered: str | None = None


@dataclass(frozen=True, slots=True)
class TenureDates:
    """Days on which contracts that are renewed each month began and ended.

    Parameters
    ----------
    start : str
        Column with the first day of each customer.
    cancelled : str
        Column with the first day on which he was no customer any more; empty where he still is.
    watched_since : str, optional
        Day from which the table knows who left, as 2025-01-01; customers who had left before are not in
        it. Without it everybody is taken to be watched from his start.
    customer : str, optional
        Column that tells customers apart, where one may have several rows: rows that follow on each other
        or overlap are one stay, and who comes back after a day or more is a new customer.
    """

    start: str
    cancelled: str
    watched_since: str | None = None
    customer: str | None = None
