"""Value of the customers of a log of purchases in sentences and lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count, percent, significant
from nextdollar.report.audience.ltv.words import amount, ends, whose
from nextdollar.report.audience.retention.purchases_words import IF_RIGHT
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words

_MOST_ROWS, _MOST_NAME, _MUCH = 30, 24, 0.5
_DAYS_PER_WEEK = 7

Item = Mapping[str, Any]


def purchase_value_text(view: View, *, next_command: str) -> str:
    """Return the value of the customers of a log for people to read."""
    head = f"{headline(view)}\n{run_words(view)}"
    notes = "\n".join(f"  note: {words}" for words in view["warnings"])
    blocks = [head, _table(view), "\n".join(f"  {point}" for point in points(view)), notes]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def segments(view: View) -> Sequence[Item]:
    """Return the segments, those whose customers bring most first."""
    found: list[Item] = list(view["purchases"]["segments"])
    return sorted(found, key=lambda item: -float(item["worth"]["customer_usd"]["mean"]))


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    items = segments(view)
    how = f"{basis(view)}, {whose(view)}"
    most, least = items[0]["worth"], items[-1]["worth"]
    if len(items) == 1:
        return f"A customer still brings {amount(most['customer_usd'])} on average{_range(most)} ({how})."
    low = f"{amount(least['customer_usd'])} in {least['name']}"
    high = f"{amount(most['customer_usd'])} in {most['name']}"
    both = f"{low} and {high}" if len(items) == 2 else f"from {low} to {high}"
    return f"A customer still brings {both} on average {IF_RIGHT} ({how})."


def _range(worth: Item) -> str:
    spread = ends(worth["customer_usd"])
    return f", 90 % {spread} {IF_RIGHT}" if spread else ""


def basis(view: View) -> str:
    """Return what a value counts: margin or all that is spent, for how long."""
    is_whole = view["segments"][0]["basis"] == "whole lifetime"
    span = "whole lifetime" if is_whole else f"next {view['horizon_months']} months"
    margin = view["purchases"]["gross_margin_share"]
    if margin["p5"] == margin["p95"] == 1:
        return f"all that is spent, {span}"
    low, high = percent(margin["p5"]), percent(margin["p95"])
    share = low if low == high else f"{low.removesuffix(' %')} to {high}"
    return f"margin of {share}, {span}"


def _table(view: View) -> str:
    months = view["horizon_months"]
    head = ["", "customers", "each", "90 %", "by spend", "all of it", "90 %"]
    head += [f"in {months} months", "beyond it", "beyond the log", "a new customer", "90 %"]
    lines = [head]
    for item in segments(view)[:_MOST_ROWS]:
        lines.append(_line(item["worth"], item["new_customer_usd"]))
    if len(view["purchases"]["segments"]) > 1:
        lines.append(_line(view["purchases"]["total"], None))
    more = len(view["purchases"]["segments"]) - _MOST_ROWS
    return aligned(lines) + (f"\n  {more} segments of less value are left out here" if more > 0 else "")


def _line(worth: Item, new_customer: Item | None) -> list[str]:
    return [
        worth["name"][:_MOST_NAME],
        count(worth["n_customers"]),
        amount(worth["customer_usd"]),
        ends(worth["customer_usd"]),
        amount(worth["spend_weighted_usd"]),
        amount(worth["total_usd"]),
        ends(worth["total_usd"]),
        amount(worth["within_horizon_usd"]),
        percent(worth["beyond_horizon_share"]["p50"]),
        percent(worth["beyond_data_share"]["p50"]),
        "" if new_customer is None else amount(new_customer),
        "" if new_customer is None else ends(new_customer),
    ]


def points(view: View) -> Iterator[str]:
    """Yield what stands beside the values, as sentences without a full stop."""
    log = view["purchases"]
    unit = "weeks" if log["period_days"] == _DAYS_PER_WEEK else f"periods of {log['period_days']:.3g} days"
    back = f"{significant(log['n_periods_back'])} {unit}"
    share = log["total"]["beyond_data_share"]["p50"]
    if share > _MUCH:
        yield f"{percent(share)} of the value falls further ahead than the log looks back, {back}"
    for item in segments(view):
        name = item["worth"]["name"]
        of = "" if len(log["segments"]) == 1 else f" of {name}"
        share = item["top_tenth_share"]
        if share is not None:
            yield f"the tenth of customers{of} with most to come brings {percent(share)} of it"
    for item in segments(view):
        held = item["holdout"]
        of = "" if len(log["segments"]) == 1 else f" of {item['worth']['name']}"
        if held is not None:
            low, high = count(held["expected"]["p5"]), count(held["expected"]["p95"])
            yield (
                f"fitted up to {held['known_to']}, the law{of} expects {low} to {high} repeat purchases by "
                f"{log['last_day']}; {count(held['came'])} came"
            )


def finding(view: View) -> str:
    """Return the finding of the picture of values."""
    items = segments(view)
    most = items[0]["worth"]
    if len(items) == 1:
        return f"A customer still brings {amount(most['customer_usd'])} on average"
    least = items[-1]["worth"]["customer_usd"]["mean"]
    if least > 0:
        times = significant(most["customer_usd"]["mean"] / least, 2)
        return f"A customer of {most['name']} still brings {times} times one of {items[-1]['worth']['name']}"
    return f"A customer of {most['name']} still brings most: {amount(most['customer_usd'])}"
