"""Lifetime values in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nextdollar.plan.words import money, percent, significant
from nextdollar.report.research.envelope import View

Figure = Mapping[str, Any]

_NEARLY_ALL = 0.8
_MOST_DRIVERS, _LEAST_SHARE = 3, 0.02
_MOST_TOLD = 4


def amount(figure: Figure) -> str:
    """Return a figure in dollars by its mean, what many customers come to: "1.33 M USD"."""
    return money(figure["mean"])


def mean_usd(item: Mapping[str, Any]) -> float:
    """Return the value of a customer of a segment by its mean."""
    return float(item["value_usd"]["mean"])


def change_share(item: Mapping[str, Any]) -> float:
    """Return by how much more churn changes the value of a segment, mean against mean."""
    before = mean_usd(item)
    return float(item["at_extra_churn"]["value_usd"]["mean"]) / before - 1 if before else 0.0


def is_spread(figure: Figure) -> bool:
    """Whether a figure is more than one number."""
    return bool(figure["p5"] != figure["p95"])


def ends(figure: Figure) -> str:
    """Return the 90 % range of dollars, empty where the number is certain."""
    low, high = (money(figure[end]).removesuffix(" USD") for end in ("p5", "p95"))
    return "" if low == high else f"{low} to {high}"


def months_words(figure: Figure) -> str:
    """Return months until something, or never."""
    if figure["p50"] is None:
        return "never"
    return significant(figure["p50"])


def months_ends(figure: Figure) -> str:
    """Return the 90 % range of months, where never is the latest."""
    low, high = ("never" if figure[end] is None else significant(figure[end]) for end in ("p5", "p95"))
    return "" if low == high else f"{low} to {high}"


def whose(view: View) -> str:
    """Return what the values count: discounted or not, whole or cut."""
    rate = view["discount_per_year"]
    if rate["p95"] == 0:
        return "not discounted"
    words = percent(rate["p50"])
    if is_spread(rate):
        words = f"{percent(rate['p5']).removesuffix(' %')} to {percent(rate['p95'])}"
    return f"discounted at {words} a year"


def headline(view: View) -> str:
    """Return the answer as a sentence."""
    items = view["segments"]
    most, least = max(items, key=mean_usd), min(items, key=mean_usd)
    mean = "the mean; " if any(is_spread(item["value_usd"]) for item in items) else ""
    how = f"{mean}{basis_words(view)}, {whose(view)}"
    if len(items) == 1:
        return f"A customer of {who(most)} is worth {_with_ends(most['value_usd'])} ({how})."
    low = f"{amount(least['value_usd'])} in {who(least)}"
    high = f"{amount(most['value_usd'])} in {who(most)}"
    both = f"{low} and {high}" if len(items) == 2 else f"from {low} to {high}"
    return f"A customer is worth {both} ({how})."


def who(item: Mapping[str, Any]) -> str:
    """Return the name of a segment, and of which of its customers all is said: "pro who stay 4 months"."""
    months = item["from_month"]
    stay = f" who stay {months} month{'' if months == 1 else 's'}" if months else ""
    return f"{item['segment']}{stay}"


def basis_words(view: View) -> str:
    """Return which part of a lifetime the values count."""
    found = {item["basis"] for item in view["segments"]}
    within = f"first {view['horizon_months']} months"
    is_one = len(found) == 1
    parts = ["whole lifetime"] if "whole lifetime" in found else []
    if "within the horizon" in found:
        parts.append(within if is_one else f"{within} where it has no end")
    if "within the data" in found:
        parts.append(f"{_data_words(view)}, which the laws miss")
    return ", or ".join(parts)


def _data_words(view: View) -> str:
    """Return how long the data are that values within them count: "the 69 to 72 months of data"."""
    months = [
        item["curve"]["n_followed"] * item["curve"]["n_months_per_period"]
        for item in view["segments"]
        if item["basis"] == "within the data"
    ]
    low, high = min(months), max(months)
    return f"within the {low if low == high else f'{low} to {high}'} months of data"


def _with_ends(figure: Figure) -> str:
    spread = ends(figure)
    return f"{amount(figure)}, 90 % {spread}" if spread else amount(figure)


def points(view: View) -> Iterator[str]:
    """Yield what stands beside the values, as sentences without a full stop."""
    yield from _together(view)
    yield from _winning_words(view)
    for item in sorted(view["segments"], key=lambda item: -mean_usd(item))[:_MOST_TOLD]:
        yield from _driver_words(item)
    yield from _extra_churn_words(view)


def _together(view: View) -> Iterator[str]:
    if not view["totals"]:
        return
    every = view["totals"][0]
    by_heads, by_revenue = every["head_weighted_usd"], every["revenue_weighted_usd"]
    if by_heads is not None:
        whole = every["basis"] == "whole lifetime"
        span = "" if whole else f" in {view['horizon_months']} months"
        words = f"all customers together are worth {_with_ends(every['total_usd'])}{span}"
        averages = [f"{amount(by_heads)} a head"]
        if by_revenue is not None:
            averages.append(f"{amount(by_revenue)} weighted by revenue")
        yield f"{words}: {', '.join(averages)}"
    largest = view["largest_revenue"]
    if largest is not None:
        share = largest["revenue_share"]["p50"]
        own = ": the average by revenue is next to its own" if share > _NEARLY_ALL else ""
        yield f"{largest['segment']} brings {percent(share)} of revenue{own}"


def _winning_words(view: View) -> Iterator[str]:
    """Yield what customers cost to win; of many segments those that pay back last."""
    won = [item for item in view["segments"] if _costs(item)]
    told = won
    if len(won) > _MOST_TOLD:
        last = sorted(won, key=_payback_months)[: -_MOST_TOLD - 1 : -1]
        told = [item for item in won if any(item is other for other in last)]
    for item in told:
        yield _winning(item)
    rest = [item for item in won if not any(item is other for other in told)]
    if rest:
        latest = max(rest, key=_payback_months)["acquisition"]["payback_months"]
        within = "not back either" if latest["p50"] is None else f"back after {significant(latest['p50'])}"
        months = "" if latest["p50"] is None else " months or sooner"
        yield f"the cost of a customer of the {len(rest)} other segments is {within}{months}"


def _costs(item: Mapping[str, Any]) -> bool:
    cost = item["acquisition"]
    return cost is not None and bool(cost["adjusted_cac_usd"]["p95"] != 0)


def _payback_months(item: Mapping[str, Any]) -> float:
    months = item["acquisition"]["payback_months"]["p50"]
    return float("inf") if months is None else float(months)


def _winning(item: Mapping[str, Any]) -> str:
    cost = item["acquisition"]
    payback, simple = cost["payback_months"], cost["simple_payback_months"]
    won = f"a customer of {item['segment']} costs {_with_ends(cost['adjusted_cac_usd'])} to win"
    if payback["p50"] is None:
        back = f"not back within {cost['payback_within_months']} months"
        if simple["p50"] is not None:
            back += f" ({significant(simple['p50'])} if nobody left)"
    else:
        beside = [f"90 % {months_ends(payback)}"] if months_ends(payback) else []
        if simple["p50"] is not None:
            beside.append(f"{significant(simple['p50'])} if nobody left")
        if payback["never_share"] > 0:
            beside.append(f"never in {percent(payback['never_share'])} of draws")
        back = f"back after {significant(payback['p50'])} months ({', '.join(beside)})"
    ratio = cost["ltv_to_cac"]
    least = "at least " if item["basis"] == "within the data" else ""
    worth = "" if ratio is None else f"; LTV to CAC {least}{significant(ratio['mean'])}"
    return f"{won}, {back}{worth}"


def _driver_words(item: Mapping[str, Any]) -> Iterator[str]:
    told = [
        f"{driver['input']} {percent(driver['variance_share'])}"
        for driver in item["drivers"][:_MOST_DRIVERS]
        if driver["variance_share"] > _LEAST_SHARE
    ]
    if told:
        yield f"the range of {item['segment']} is decided by {', '.join(told)}"


def _extra_churn_words(view: View) -> Iterator[str]:
    """Yield what more churn does to the segment that loses most; nothing where nobody is worth anything."""
    worthy = [item for item in view["segments"] if mean_usd(item) > 0]
    if not worthy:
        return
    worst = min(worthy, key=change_share)
    extra, before = worst["at_extra_churn"], worst["value_usd"]
    after = amount(extra["value_usd"])
    change = percent(-change_share(worst))
    more = extra_churn(view)
    words = f"{more} more churn a month takes {change} off {worst['segment']}: {amount(before)} to {after}"
    payback = extra["payback_months"]
    if payback is None or worst["acquisition"]["adjusted_cac_usd"]["p95"] == 0:
        yield words
        return
    now = months_words(worst["acquisition"]["payback_months"])
    then = months_words(payback)
    yield f"{words}, payback {now} to {then}{'' if then == 'never' else ' months'}"


def extra_churn(view: View) -> str:
    """Return the churn of the sensitivity: "1 point"."""
    points = significant(100 * view["extra_churn_per_month"])
    return f"{points} point{'' if points == '1' else 's'}"


def finding(view: View) -> str:
    """Return the finding of the picture of values."""
    items = view["segments"]
    most = max(items, key=mean_usd)
    if len(items) == 1:
        return f"A customer of {who(most)} is worth {amount(most['value_usd'])}"
    least = min(items, key=mean_usd)
    if mean_usd(least) > 0:
        times = significant(mean_usd(most) / mean_usd(least), 2)
        return f"A customer of {who(most)} is worth as much as {times} of {who(least)}"
    return f"A customer of {who(most)} is worth most: {amount(most['value_usd'])}"


def payback_finding(item: Mapping[str, Any]) -> str:
    """Return the finding of the picture of payback of a segment."""
    payback = item["acquisition"]["payback_months"]
    if payback["p50"] is None:
        return f"A customer of {item['segment']} does not pay back the cost"
    return f"A customer of {item['segment']} has paid back the cost after {months_words(payback)} months"
