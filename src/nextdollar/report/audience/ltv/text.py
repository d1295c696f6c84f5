"""Lifetime values for the terminal: the answer first, then a line for each segment."""

from __future__ import annotations

from collections.abc import Iterator

from nextdollar.plan.words import percent
from nextdollar.report.audience.ltv.words import (
    amount,
    ends,
    extra_churn,
    headline,
    mean_usd,
    points,
    who,
)
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View, run_words

_MOST_ROWS, _MOST_NOTES, _MOST_NAMED = 30, 20, 8


def ltv_text(view: View, *, next_command: str) -> str:
    """Return lifetime values for people to read."""
    head = f"{headline(view)}\n{run_words(view)}".rstrip()
    blocks = [
        head,
        _table(view),
        "\n".join(f"  {point}" for point in points(view)),
        _groups(view),
        _notes(view),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _table(view: View) -> str:
    items = sorted(view["segments"], key=lambda item: -mean_usd(item))
    has_data = any(item["beyond_data_share"] is not None for item in items)
    has_simple = any(item["simple_usd"] is not None for item in items)
    months = view["horizon_months"]
    head = ["a customer", "worth", "90 %"]
    head += ["margin / churn"] * has_simple + [f"in {months} months", "beyond it"]
    head += ["beyond data"] * has_data + [
        f"rest at {view['age_months']} months",
        f"+{extra_churn(view)} churn",
    ]
    lines = [head]
    for item in items[:_MOST_ROWS]:
        beyond = item["beyond_data_share"]
        lines.append(
            [
                who(item),
                amount(item["value_usd"]),
                ends(item["value_usd"]),
                *["" if item["simple_usd"] is None else amount(item["simple_usd"])] * has_simple,
                amount(item["within_horizon_usd"]),
                percent(item["beyond_horizon_share"]["mean"]),
                *["" if beyond is None else percent(beyond["mean"])] * has_data,
                "" if item["residual_usd"] is None else amount(item["residual_usd"]),
                amount(item["at_extra_churn"]["value_usd"]),
            ]
        )
    more = len(items) - _MOST_ROWS
    return aligned(lines) + (f"\n  {more} segments of less value are left out here" if more > 0 else "")


def _groups(view: View) -> str:
    rows = [item for item in view["totals"] if item["group"] != "all"]
    if not rows:
        return ""
    lines = [["", "all of it", "a head", "by revenue", "of revenue"]]
    for item in rows:
        heads, revenue, share = item["head_weighted_usd"], item["revenue_weighted_usd"], item["revenue_share"]
        lines.append(
            [
                f"{item['group']} {item['name']}",
                amount(item["total_usd"]),
                "" if heads is None else amount(heads),
                "" if revenue is None else amount(revenue),
                "" if share is None else percent(share["p50"]),
            ]
        )
    return aligned(lines)


def _notes(view: View) -> str:
    notes = [f"  note: {warning}" for warning in view["warnings"]]
    more = len(notes) - _MOST_NOTES
    if more > 0:
        notes = [*notes[:_MOST_NOTES], f"  and {more} more notes (--json has all)"]
    return "\n".join([*_reasons(view), *notes])


def _reasons(view: View) -> Iterator[str]:
    """Yield what cannot be said, each reason once with the segments it holds for."""
    found: dict[str, list[str]] = {}
    for item in view["segments"]:
        for reason in item["reasons"]:
            if reason["field"] in ("whole_usd", "simple_usd", "acquisition"):
                found.setdefault(reason["reason"], []).append(item["segment"])
    for words, names in found.items():
        more = f" and {len(names) - _MOST_NAMED} others" if len(names) > _MOST_NAMED else ""
        yield f"  cannot say: {', '.join(names[:_MOST_NAMED])}{more}: {words}"
