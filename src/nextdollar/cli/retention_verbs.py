"""The verb `nextdollar retention` and its options; its work is in `retention`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Json, Out
from nextdollar.cli.verb import verb


class TableKind(StrEnum):
    """What a table of customers holds."""

    cohort = "cohort"
    customers = "customers"
    transactions = "transactions"
    summary = "summary"


class FlagMeaning(StrEnum):
    """What a yes in a column of churn says."""

    ever = "ever"
    last_period = "last-period"


class RecencyMeaning(StrEnum):
    """What recency of a table of summaries is."""

    at_last = "age-at-last"
    since_last = "since-last"


class BuysMeaning(StrEnum):
    """When customers of a table of summaries may buy."""

    any_time = "any-time"
    once = "once-a-period"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionOptions:
    """Fit how long customers stay, from cohorts, customers or purchases, and forecast how many are left."""

    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Cohorts, customers, purchases or their summaries (CSV).")
    ]
    kind: Annotated[
        TableKind | None, typer.Option("--kind", help="What the table holds; else its columns say.")
    ] = None
    periods: Annotated[
        int, typer.Option("--periods", metavar="N", help="Periods to forecast beyond those watched.")
    ] = 12
    tenure: Annotated[
        str | None,
        typer.Option("--tenure", metavar="COLUMN", help="Full periods that each customer has stayed."),
    ] = None
    entered: Annotated[
        str | None,
        typer.Option("--entered", metavar="COLUMN", help="Full periods stayed when watching began."),
    ] = None
    churned: Annotated[
        str | None, typer.Option("--churned", metavar="COLUMN", help="Whether the customer left.")
    ] = None
    flag: Annotated[
        FlagMeaning | None,
        typer.Option("--flag", help="What a yes means: left at that age, or left in the last period."),
    ] = None
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="COLUMN", help="First day of each customer, renewed each month."),
    ] = None
    cancelled: Annotated[
        str | None,
        typer.Option("--cancelled", metavar="COLUMN", help="Day from which he was none; empty if he is."),
    ] = None
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="COLUMN", help="Tells customers apart that have several rows."),
    ] = None
    watched_since: Annotated[
        str | None,
        typer.Option("--watched-since", metavar="DAY", help="Day from which the table knows who left."),
    ] = None
    by: Annotated[
        str | None, typer.Option("--by", metavar="COLUMN", help="Column whose contents are the segments.")
    ] = None
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="Last day that a log or a table with days covers."),
    ] = None
    recency: Annotated[
        RecencyMeaning | None,
        typer.Option("--recency", help="Of summaries: age at the last purchase, or time since it."),
    ] = None
    buys: Annotated[
        BuysMeaning | None,
        typer.Option("--buys", help="Of summaries: at any moment, or one chance in each period."),
    ] = None
    out: Out = None
    as_json: Json = False


retention = verb("retention", RetentionOptions, "nextdollar.cli.retention:run_retention")
