"""A price list on real use in sentences: what it earns, what to ask, and how much growth it bears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.words import money, percent, significant
from nextdollar.report.audience.pricing.words_test import beyond_words
from nextdollar.report.figure import average, middle
from nextdollar.report.research.envelope import View

MODEL_WORDS = {
    "per_token": "per token",
    "per_seat": "per seat",
    "per_outcome": "per right answer",
    "hybrid": "seats with tokens beyond",
    "tiered": "tiers",
}
_MOST_PRICES = 3
_NEXT_TO_NOTHING = 0.01


def headline(view: View) -> str:
    """Return the answer as sentences: margin, who loses money, and the price."""
    return " ".join(
        part for part in (margin_sentence(view), losing_sentence(view), price_sentence(view)) if part
    )


def margin_sentence(view: View) -> str:
    """Return what is left of the bills."""
    who = _customers(view["customers"])
    revenue, margin = view["revenue_usd_per_month"], view["margin_usd_per_month"]
    expected = average(margin) or 0.0
    if revenue <= 0:
        return f"{who} are billed nothing and cost {money(-expected)} a month to serve."
    share = figure_words(view["margin_share"], percent)
    bill = f"{who} {_pay(view)} {money(revenue)} a month"
    paid = view["paid_usd_per_month"]
    if paid is not None and abs(paid - revenue) > _NEXT_TO_NOTHING * revenue:
        bill = f"{who} would be billed {money(revenue)} a month at this list and pay {money(paid)} today"
        if expected < 0:
            return f"{bill}; at the list they cost {money(-expected)} more: a margin of {share}."
        return f"{bill}; of the list {money(expected)} is left: a margin of {share}."
    if expected < 0:
        return f"{bill} and cost {money(-expected)} more: a margin of {share}."
    return f"{bill}, of which {money(expected)} is left: a margin of {share}."


def losing_sentence(view: View) -> str:
    """Return who costs more than they pay."""
    losing = view["losing"]
    likely = losing["customers_likely"]
    if likely == 0:
        return "Nobody is likely to cost more than the bill."
    who = "1 customer costs" if likely == 1 else f"{likely:,} customers cost".replace(",", " ")
    lost = money(losing["lost_usd_per_month"]["mean"])
    return f"{who} more than they pay ({percent(losing['customers_likely_share'])}), {lost} a month."


def price_sentence(view: View) -> str:
    """Return what price to ask, or why none is best; empty where no demand is stated."""
    price = view["price"]
    if price is None:
        return f"No price is advised: {view['no_price']}." if view["no_price"] else ""
    if price["refused"] is not None:
        return f"No price is advised: {price['refused']}."
    best = advised(view)
    gain = average(best["gain_usd_per_month"]) or 0.0
    often = percent(best["gain_likely_share"])
    if best["is_at_limit"]:
        limit = percent(price["limit_per_month"])
        what = f"The churn limit of {limit} a month allows {times_words(best['multiple'])} the list"
    elif best["bound"]:
        end = "lowest" if best["bound"] == "low" else "highest"
        what = f"Margin rises to {times_words(best['multiple'])} the list, the {end} price looked at"
    else:
        what = f"The best price is {times_words(best['multiple'])} the list"
    what += beyond_words(view, best["multiple"])
    change = f"{money(abs(gain))} a month {'more' if gain >= 0 else 'less'} than today"
    today = abs(average(price["margin_today_usd_per_month"]) or 0.0)
    if abs(gain) < _NEXT_TO_NOTHING * today and not best["is_at_limit"]:
        return (
            f"{what}{_prices(view)}, which is next to nothing better than today: {money(gain)} a month more."
        )
    chance = f"a gain in {often} of draws"
    if best["gain_likely_share"] < 0.5:
        chance = f"but less in {percent(1 - best['gain_likely_share'])} of draws"
    return f"{what}{_prices(view)}: {change} in expectation, {chance}.{_still_a_loss(best)}"


def _still_a_loss(best: Mapping[str, Any]) -> str:
    margin = average(best["margin_usd_per_month"]) or 0.0
    if margin >= 0:
        return ""
    return f" It still loses {money(-margin)} a month: what is gained is less of a loss, not a profit."


def growth_sentence(view: View) -> str:
    """Return how much growth of use the price list bears."""
    growth = view["growth"]
    if growth["already_share"] > 0.5:
        return f"Serving costs more than the bills already in {percent(growth['already_share'])} of draws."
    multiple = growth["usage_multiple"]
    if multiple is None:
        return "Bills grow with use: no growth of it outruns them."
    if middle(multiple) is None:
        never = percent(multiple["never_share"])
        return f"In {never} of draws no growth of use outruns the bills."
    text = f"Use can grow {figure_words(multiple, times_words)} before serving outruns the bills"
    if growth["growth_per_month"] is None:
        return f"{text}."
    pace = middle(growth["growth_per_month"])
    months = growth["horizon_months"]
    if pace is None:
        return f"{text}; no pace gets there within {months} months in half of the draws."
    reached = 1 - growth["never_by_horizon_share"]
    often = "in no draw" if reached == 0 else f"in {percent(reached)} of draws"
    return (
        f"{text}, which {percent(pace)} a month{_moving_words(growth)} reaches in "
        f"{months} months; at the stated growth it happens {often}."
    )


def _moving_words(growth: Mapping[str, Any]) -> str:
    """Return a word on the price of serving where it moves beside use."""
    moves = growth["serving_price_per_month"]
    return " at the stated price of serving" if moves is not None and middle(moves) != 0 else ""


def growth_finding(view: View) -> str:
    """Return how much growth the price list bears, short enough for the title of a picture."""
    growth = view["growth"]
    multiple = growth["usage_multiple"]
    if growth["already_share"] > 0.5:
        return "Serving costs more than the bills already"
    if multiple is None:
        return "Bills grow with use and stay above its cost"
    usual = middle(multiple)
    if usual is None:
        return "In most draws no growth of use outruns the bills"
    return f"Use can grow {times_words(usual)} before serving outruns the bills"


def advised(view: View) -> Mapping[str, Any]:
    """Return the price that is advised; there is one."""
    price = view["price"]
    found: Mapping[str, Any] = price["best"] if price["limit_per_month"] is None else price["under_limit"]
    return found


def times_words(multiple: float) -> str:
    """Return a multiple: "1.4 times"."""
    return f"{significant(multiple)} times"


def figure_words(value: object, words: Any) -> str:
    """Return a figure with its range: "50 % (45 % to 55 %)"; "never" for quantiles that are not reached."""
    if value is None:
        return "never"
    if not isinstance(value, Mapping):
        return str(words(value))
    ends = ["never" if value[key] is None else words(value[key]) for key in ("p5", "p95")]
    mean = "never" if value["p50"] is None else words(value["p50"])
    return f"{mean} ({ends[0]} to {ends[1]})" if ends[0] != ends[1] else str(mean)


def money_words(value: object) -> str:
    """Return an expected amount with its range: "4.1 M USD (-2 M USD to 11.3 M USD)"."""
    if not isinstance(value, Mapping):
        return figure_words(value, money)
    return figure_words({**value, "p50": value["mean"]}, money)


def _pay(view: View) -> str:
    return "pays" if view["customers"] == 1 else "pay"


def _customers(number: int) -> str:
    return "1 customer" if number == 1 else f"{number:,} customers".replace(",", " ")


def _prices(view: View) -> str:
    """Return the advised prices in words, the first few."""
    items = [item for item in view["price_list"] if item["advised_usd"] is not None]
    named = [f"{item['name']} {significant(item['advised_usd'])} {item['unit']}" for item in items]
    more = "..." if len(named) > _MOST_PRICES else ""
    return f" ({', '.join([*named[:_MOST_PRICES], *([more] if more else [])])})" if named else ""
