"""What a log of purchases adds to the words on how long customers stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.plan.words import count, money
from nextdollar.report.page_verdict import Card
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View

_Spread = Mapping[str, float]

_MOST_ROWS, _MOST_NAME = 30, 24
_FAR_APART = 0.05
_BY_LAW = "from law to law"
IF_RIGHT = "if the laws are right"
"""What a range says that holds parameters and chance, and no error of the laws."""


def purchases_sentence(view: View) -> str:
    """Return how many of the customers of a log are still active, and what they will buy."""
    log = view["transactions"]
    active, _ = _active(log, log["by_segment"])
    n = len(log["by_segment"])
    split = f" in {n} segments" if n > 1 else ""
    return (
        f"Of {count(log['n_customers'])} customers{split}, {active} are still active: "
        f"they buy {count(log['purchases_ahead']['mean'])} times in the next {view['n_periods']} "
        f"{view['period']}s, {_range(log['purchases_ahead'])}{_if_right(log)}."
    )


def purchases_lines(view: View) -> str:
    """Return the figures of a log of purchases, a line each; empty where there is none."""
    log = view["transactions"]
    if log is None:
        return ""
    if len(log["by_segment"]) > 1:
        return _segment_lines(view)
    rows = [
        ["still active today", *_active(log, log["by_segment"])],
        [
            f"purchases in {view['n_periods']} {view['period']}s",
            count(log["purchases_ahead"]["mean"]),
            f"{_range(log['purchases_ahead'])}{_if_right(log)}",
        ],
    ]
    spend = log["spend"]
    if spend is not None:
        for name, found in (
            ("spend a purchase", spend["mean_usd"]),
            ("spend of one customer", spend["value_usd"]),
        ):
            if found is not None:
                rows.append([name, money(found["mean"]), _range(found)])
    held = log["holdout"]
    if held is not None:
        rows.append(
            [
                f"known to {held['known_to']}: came after",
                count(held["came"]),
                f"forecast {_range(held['expected'])}",
            ]
        )
    return aligned(rows)


def _segment_lines(view: View) -> str:
    """Return a line for each segment: who is still active, and what they buy and spend."""
    ahead = f"purchases in {view['n_periods']} {view['period']}s"
    log = view["transactions"]
    has_spend = any(_value(item) is not None for item in log["by_segment"])
    head = ["", "customers", "still active today", "90 %", ahead, "90 %"]
    rows = [head + ["spend of one customer", "90 %"] * has_spend]
    for item in log["by_segment"][:_MOST_ROWS]:
        value = _value(item)
        row = [item["segment"][:_MOST_NAME], count(item["n_customers"])]
        row += [*_active(item, [item]), count(item["purchases_ahead"]["mean"])]
        row.append(f"{_range(item['purchases_ahead'])}{_if_right(item)}")
        if has_spend:
            row += ["", ""] if value is None else [money(value["mean"]), _range(value)]
        rows.append(row)
    return aligned(rows)


def _active(whole: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return how many are still active, and the range; from law to law where laws are far apart.

    The range of the average knows nothing of the choice between laws, which fit alike and still disagree
    on who is gone.
    """
    found = whole["alive_now_customers"]
    by_law = [[law["alive_now_customers"] for law in item["laws"]] for item in parts]
    low, high = (sum(end(alive) for alive in by_law) for end in (min, max))
    if high - low > _FAR_APART * whole["n_customers"]:
        return f"{count(low)} to {count(high)}", _BY_LAW
    return count(found["mean"]), _range(found)


def _value(item: Mapping[str, Any]) -> _Spread | None:
    spend = item["spend"]
    return None if spend is None else spend["value_usd"]


def purchases_cards(view: View) -> list[Card]:
    """Return the figures of a log of purchases for the top of a page."""
    log = view["transactions"]
    active, among = _active(log, log["by_segment"])
    cards = [
        Card(
            "Still active today", active, "From law to law." if among == _BY_LAW else f"Nine of ten: {among}."
        )
    ]
    found = [
        (
            f"Purchases in the next {view['n_periods']} {view['period']}s",
            count(log["purchases_ahead"]["mean"]),
            log["purchases_ahead"],
        ),
    ]
    spend = log["spend"]
    if spend is not None and spend["value_usd"] is not None:
        found.append(
            ("Spend of one customer over them", money(spend["value_usd"]["mean"]), spend["value_usd"])
        )
    return [
        *cards,
        *(
            Card(name, figure, f"Nine of ten: {_range(spread)}{_if_right(log)}.")
            for name, figure, spread in found
        ),
    ]


def _if_right(item: Mapping[str, Any]) -> str:
    """Return what a range of purchases ahead rests on where no hold-out reaches as far."""
    return "" if item["purchases_ahead_is_checked"] else f" {IF_RIGHT}"


def _range(spread: _Spread) -> str:
    return f"{count(spread['p5'])} to {count(spread['p95'])}"
