"""Scores of each customer of a log of purchases, as a file beside the report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nextdollar.audience.retention.answer import RetentionAnswer
from nextdollar.audience.transactions.customers import CustomersAhead, Ranged, customers_ahead
from nextdollar.report.page import Block, Part
from nextdollar.report.research.envelope import View
from nextdollar.report.research.write import Story
from nextdollar.report.tables import Column, Table, safe_csv_cell
from nextdollar.units import FloatArray

SCORES_FILE = "data/customers.csv"
_SCORES = ("alive_share", "purchases", "spend_usd")
_DIGITS = 6


def with_scores(story: Story, view: View, found: RetentionAnswer) -> Story:
    """Return the report with the scores of each customer beside it, where there is a log of purchases."""
    log = found.transactions
    if log is None:
        return story
    text = scores_csv(customers_ahead(log.fits, n_periods=found.n_periods, seed=found.seed))
    intro = f"Each customer's chance to be still there, purchases and spend ahead stand in {SCORES_FILE}."
    block = Block("", "", tables=[_segments_table(view)])
    part = Part(0, "The customers", "Who is still active, and what they buy", intro, blocks=[block])
    return replace(story, parts=[*story.parts, part], files={**story.files, SCORES_FILE: text})


def _segments_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("n_customers", "customers", "count"),
        Column("least_active_customers", "active by one law", "count"),
        Column("most_active_customers", "by the other", "count"),
        Column("purchases_ahead", f"purchases in {view['n_periods']} {view['period']}s", "number"),
        Column("customer_spend_usd", "spend of one customer", "usd"),
    )
    rows = []
    for item in view["transactions"]["by_segment"]:
        active = sorted(law["alive_now_customers"] for law in item["laws"])
        spend_usd = None if item["spend"] is None else item["spend"]["value_usd"]
        ends = (active[0], active[-1])
        rows.append((item["segment"], item["n_customers"], *ends, item["purchases_ahead"], spend_usd))
    return Table("purchases-by-segment", "The log by segment", columns, tuple(rows))


def scores_csv(segments: tuple[CustomersAhead, ...]) -> str:
    """Return a row for each customer: history, chance to be still there, purchases and spend ahead."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_head())
    for segment in segments:
        writer.writerows(zip(*_columns(segment), strict=True))
    return target.getvalue()


def _head() -> list[str]:
    head = ["customer", "segment", "repeats", "recency_periods", "age_periods"]
    for name in _SCORES:
        head += [name, f"{name}_p5", f"{name}_p95"]
    return [*head, "spend_usd_per_purchase"]


def customer_columns(segment: CustomersAhead) -> Iterator[list[str]]:
    """Yield who customers are, and their histories."""
    n = len(segment.customers)
    yield [safe_csv_cell(name) for name in segment.customers]
    yield [safe_csv_cell(segment.segment)] * n
    for values in (segment.n_repeats, segment.n_periods_to_last, segment.n_periods_observed):
        yield numbers(values, n)


def _columns(segment: CustomersAhead) -> Iterator[list[str]]:
    n = len(segment.customers)
    yield from customer_columns(segment)
    for ranged in (segment.alive_share, segment.purchases, segment.spend_usd):
        yield from ranged_columns(ranged, n)
    yield numbers(segment.spend_usd_per_purchase, n)


def ranged_columns(ranged: Ranged | None, n: int) -> Iterator[list[str]]:
    """Yield the expected number, P5 and P95 of `n` customers; empty where they are not known."""
    yield numbers(None if ranged is None else ranged.expected, n)
    for place in (0, 1):
        yield numbers(None if ranged is None or ranged.ends is None else ranged.ends[place], n)


def numbers(values: FloatArray | None, n: int) -> list[str]:
    """Return numbers to six digits, `n` empty cells where there are none."""
    if values is None:
        return [""] * n
    return [f"{value:.{_DIGITS}g}" if np.isfinite(value) else "" for value in values.tolist()]
