"""An answer on recurring revenue in words."""

from __future__ import annotations

from typing import Any

from nextdollar.plan.words import count, money, significant
from nextdollar.report.research.envelope import View
from nextdollar.units import MONTHS_PER_YEAR

MEASURES = {
    "nrr_without_reactivation_share": "NRR, who stopped is lost",
    "nrr_with_reactivation_share": "NRR, who came back counts",
    "grr_without_reactivation_share": "GRR, who stopped is lost",
    "grr_with_reactivation_share": "GRR, who came back counts",
    "logo_retention_share": "customers who never stopped",
}
RATES = {
    "gross_mrr_churn_share": "gross churn",
    "grr_share": "GRR",
    "nrr_without_reactivation_share": "NRR",
    "nrr_with_reactivation_share": "NRR with reactivation",
    "logo_churn_share": "customers lost",
}
MOVES = {
    "new_usd": "new",
    "expansion_usd": "expansion",
    "reactivation_usd": "reactivation",
    "contraction_usd": "contraction",
    "churn_usd": "churn",
}

CURRENCY = "currency"
"""Name of what exchange rates alone have moved."""

MOST_MONTHS = 24
"""The last months that are drawn on a wide page."""
_WHOLE = "100"


def share_words(share: float | None) -> str:
    """Return a share to three digits, or four where three say 100 %; "undefined" where there is none."""
    if share is None:
        return "undefined"
    percent = 100 * share
    # 99.97 % is no whole, and 100.2 % is more than one.
    text = significant(percent)
    return f"{significant(percent, 4) if text == _WHOLE else text} %"


def range_words(share: Any) -> str:
    """Return the ends of the range of a share: "91 to 104 %"."""
    low, high = (share_words(share[end]) for end in ("p5", "p95"))
    return f"{low.removesuffix(' %')} to {high}"


def moves(view: View) -> dict[str, str]:
    """Return the movements that a table has, by field: `currency_usd` where rates differ by month."""
    return {**MOVES, "currency_usd": CURRENCY} if has_currency(view) else dict(MOVES)


def has_currency(view: View) -> bool:
    """Return whether exchange rates differ by month."""
    return bool(view["currency_rates_by_month"])


def own_rates_words(view: View) -> str:
    """Return what is kept with each month at its own exchange rates; empty where one rate holds."""
    own, same = view["same_accounts_at_own_rates"], view["same_accounts"]
    if own is None or same is None:
        return ""
    nrr, grr = (own[f"{name}_without_reactivation_share"] for name in ("nrr", "grr"))
    return (
        f"these are at the exchange rates of {same['from_month']}; at those of each month NRR is "
        f"{share_words(nrr)} and GRR {share_words(grr)}"
    )


def headline(view: View) -> str:
    """Return the answer: what is kept of the same accounts, with its range."""
    same, last = view["same_accounts"], view["months"][-1]
    if same is None:
        return (
            f"MRR of {last['month']}: {money(last['end_mrr_usd'])} from "
            f"{customers_words(last['customers_end'])}; what is kept cannot be said yet."
        )
    nrr, grr = same["nrr_without_reactivation_share"], same["grr_without_reactivation_share"]
    constant = " at constant currency" if has_currency(view) else ""
    return (
        f"Of 100 USD of MRR in {same['from_month']}, the same accounts pay "
        f"{share_words(nrr['measured']).removesuffix(' %')} USD in {same['to_month']}: "
        f"NRR {share_words(nrr['measured'])} (90 %: {range_words(nrr)}){constant}, "
        f"GRR {share_words(grr['measured'])} ({range_words(grr)})."
    )


def customers_words(n_customers: int) -> str:
    """Return "1 customer", "12.3 K customers"."""
    return f"{count(n_customers)} customer{'' if n_customers == 1 else 's'}"


def movement_finding(view: View) -> str:
    """Return what moved MRR most over the months that are drawn."""
    months = view["months"][-MOST_MONTHS:]
    start, end = months[0]["start_mrr_usd"], months[-1]["end_mrr_usd"]
    sums = {name: sum(month[name] for month in months) for name in (*MOVES, "currency_usd")}
    gains = sorted(("new_usd", "expansion_usd", "reactivation_usd"), key=lambda name: -sums[name])
    lost = sums["churn_usd"] + sums["contraction_usd"]
    went = "rose" if end > start else "fell" if end < start else "stayed"
    words = (
        f"MRR {went} from {money(start)} to {money(end)}" if start != end else f"MRR stayed at {money(end)}"
    )
    rates = ""
    if has_currency(view):
        rates = f", exchange rates {'added' if sums['currency_usd'] >= 0 else 'took'} "
        rates += money(abs(sums["currency_usd"]))
    if not sums[gains[0]]:
        return f"{words}: nothing was gained, {money(lost)} was lost{rates}"
    others = [name for name in gains[1:] if sums[name]]
    more = f", {' and '.join(MOVES[name] for name in others)} {money(sum(sums[name] for name in others))}"
    return (
        f"{words}: {MOVES[gains[0]]} brought {money(sums[gains[0]])}{more if others else ''}, churn and "
        f"contraction took {money(lost)}{rates}"
    )


def by_age_finding(view: View) -> str:
    """Return what is left at a year, or at the last age that is known."""
    at = _told_age(view)
    if at is None:
        return "Nothing is left of those whose start is known"
    age = at["age_months"]
    return (
        f"After {age} month{'' if age == 1 else 's'} {share_words(at['mrr_share'])} of a cohort's MRR is "
        f"left, and {share_words(at['customers_never_stopped_share'])} of its customers"
    )


def by_age_range_words(view: View) -> str:
    """Return the range of the customers left at the age that is told, or why it has none."""
    at = _told_age(view)
    if at is None:
        return ""
    if at["p5"] is None:
        return " (none has left yet)" if at["customers_never_stopped_share"] > 0 else " (all have left)"
    return f" (90 %: {range_words(at)})"


def _told_age(view: View) -> Any:
    ages = [item for item in view["by_age"] if item["mrr_share"] is not None]
    return next((item for item in ages if item["age_months"] == MONTHS_PER_YEAR), ages[-1] if ages else None)


def quick_words(view: View) -> str:
    """Return the quick ratio of the last months, or why there is none."""
    last = view["last_months"]
    if last["quick_ratio"] is None:
        return f"quick ratio of {months_words(last['n_months'])}: undefined, nothing was lost"
    return (
        f"quick ratio of {months_words(last['n_months'])}: {significant(last['quick_ratio'])} USD gained "
        "for every USD lost"
    )


def months_words(n_months: int) -> str:
    """Return "the last 12 months", or "the last month"."""
    return "the last month" if n_months == 1 else f"the last {n_months} months"


def undefined_words(item: Any) -> str:
    """Return what cannot be said: "quick ratio of 2026-03: nothing was lost"."""
    months = item["months"]
    shown = ", ".join(months[:4]) + (f" and {len(months) - 4} more" if len(months) > 4 else "")
    return f"{item['name']} of {shown}: {item['reason']}"
