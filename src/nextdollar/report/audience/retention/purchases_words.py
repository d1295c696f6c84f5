"""What a log of purchases adds to the words on how long customers stay."""

from __future__ import annotations

from collections.abc import Mapping

from nextdollar.plan.words import count, money
from nextdollar.report.page_verdict import Card
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.envelope import View

_Spread = Mapping[str, float]


def purchases_sentence(view: View) -> str:
    """Return how many of the customers of a log are still active, and what they will buy."""
    log = view["transactions"]
    active = count(log["alive_now_customers"]["mean"])
    return (
        f"Of {count(log['n_customers'])} customers, {active} are still active: "
        f"they buy {count(log['purchases_ahead']['mean'])} times in the next {view['n_periods']} "
        f"{view['period']}s, {_range(log['purchases_ahead'])}."
    )


def purchases_lines(view: View) -> str:
    """Return the figures of a log of purchases, a line each; empty where there is none."""
    log = view["transactions"]
    if log is None:
        return ""
    rows = [
        ["still active today", count(log["alive_now_customers"]["mean"]), _range(log["alive_now_customers"])],
        [
            f"purchases in {view['n_periods']} {view['period']}s",
            count(log["purchases_ahead"]["mean"]),
            _range(log["purchases_ahead"]),
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


def purchases_cards(view: View) -> list[Card]:
    """Return the figures of a log of purchases for the top of a page."""
    log = view["transactions"]
    found = [
        ("Still active today", count(log["alive_now_customers"]["mean"]), log["alive_now_customers"]),
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
    return [Card(name, figure, f"Nine of ten: {_range(spread)}.") for name, figure, spread in found]


def _range(spread: _Spread) -> str:
    return f"{count(spread['p5'])} to {count(spread['p95'])}"
