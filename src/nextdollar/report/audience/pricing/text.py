"""A price list on real use for the terminal: the answer, few numbers, what to hold against it."""

from __future__ import annotations

from nextdollar.plan.words import money, months, percent, significant
from nextdollar.report.audience.pricing.words import (
    MODEL_WORDS,
    advised,
    figure_words,
    growth_sentence,
    headline,
    money_words,
    times_words,
)
from nextdollar.report.audience.pricing.words_test import seen_words, test_sentences
from nextdollar.report.figure import average
from nextdollar.report.plan_text import aligned
from nextdollar.report.research.allocate_text import rows_text
from nextdollar.report.research.envelope import View, run_words

_MOST_CUSTOMERS = 5


def price_text(view: View, *, next_command: str) -> str:
    """Return an answer for people to read."""
    blocks = [
        f"{headline(view)}\n{_asked(view)}",
        rows_text(_figures(view)),
        _price_test(view),
        _deciles(view),
        _losing(view),
        f"  {growth_sentence(view)}",
        "\n".join(f"  note: {warning}" for warning in view["warnings"]),
    ]
    return "\n\n".join([block for block in blocks if block] + [f"next: {next_command}"])


def _asked(view: View) -> str:
    over = "1 month" if view["n_months"] == 1 else f"a mean of {view['n_months']} months"
    return f"{view['title']}, {MODEL_WORDS[view['model']]}, {over}; {run_words(view)}"


def _figures(view: View) -> list[tuple[str, str, str]]:
    rows = [
        ("Revenue", f"{money(view['revenue_usd_per_month'])}", "a month at the list"),
        ("Cost", money_words(view["cost_usd_per_month"]), "serving, customers and fees"),
        ("Margin", money_words(view["margin_usd_per_month"]), ""),
    ]
    return [*rows, *_price_figures(view), *_break_even(view)]


def _price_figures(view: View) -> list[tuple[str, str, str]]:
    price = view["price"]
    if price is None:
        return []
    whence = f"{price['form']}{', from the test' if view['price_test'] is not None else ''}"
    rows = [("Elasticity", figure_words(price["elasticity"], significant), whence)]
    changes = price["bill_changes"]
    if changes is not None and changes["customers_up"] + changes["customers_down"] > 0:
        typical = significant(changes["p50_multiple"])
        ups = f"up for {changes['customers_up']}, down for {changes['customers_down']} customers"
        rows.append(("Bill over today's", f"{typical} times", ups))
        rows.append(("Margin today", money_words(price["margin_today_usd_per_month"]), "at what is paid"))
        responded = money_words(price["margin_at_list_usd_per_month"])
        rows.append(("  at the list", responded, "once customers have responded"))
    if price["refused"] is None:
        best = advised(view)
        churn = (
            ""
            if best["churn_per_month"] is None
            else f"churn {figure_words(best['churn_per_month'], percent)}"
        )
        end = "an end of the range looked at" if best["bound"] and not best["is_at_limit"] else ""
        remark = "; ".join(part for part in (end, churn) if part)
        rows.append(("Advised price", times_words(best["multiple"]), remark))
        rows.append(("  gains", money_words(best["gain_usd_per_month"]), "a month over today"))
        volume = figure_words(price["volume_multiple"], times_words)
        rows.append(("  with use", volume, "today's"))
        worth = money(best["value_of_knowing_usd_per_month"])
        rows.append(("  knowing more", worth, "a month, if the elasticity were known"))
    if price["limit_per_month"] is not None:
        limit = price["limit_multiple"]
        words = "none" if limit is None else times_words(limit)
        share = percent(price["certainty_share"])
        under = f"churn at most {percent(price['limit_per_month'])} a month in {share} of draws"
        rows.append(("Highest price", words, under))
    return rows


def _break_even(view: View) -> list[tuple[str, str, str]]:
    found, rows = view["break_even"], []
    if found["tokens_per_seat"] is not None:
        tokens = figure_words(found["tokens_per_seat"], lambda value: f"{significant(value / 1e6)} M")
        rows.append(("Tokens of a seat", tokens, "a month at which it pays for itself"))
    if found["accurate_share"] is not None:
        today = percent(found["accurate_today_share"])
        needed = figure_words(found["accurate_share"], percent)
        rows.append(("Right answers", needed, f"needed to pay for themselves; {today} are right"))
    if found["accuracy_point_usd_per_month"] is not None:
        rows.append(
            ("One point more", money(found["accuracy_point_usd_per_month"]), "a month, of right answers")
        )
    month = view["growth"]["month"]
    if month is not None:
        never = percent(view["growth"]["never_by_horizon_share"])
        remark = (
            f"at the stated growth; not within {view['growth']['horizon_months']} months in {never} of draws"
        )
        rows.append(("Bills are outrun", figure_words(month, months), remark))
    return rows


def _price_test(view: View) -> str:
    test = view["price_test"]
    if test is None:
        return ""
    several = any(arm["segment"] for arm in test["arms"])
    head = ["price shown", *(["segment"] if several else []), "offered", "bought", "share (90 %)", "fitted"]
    lines = [[*head, "USD for each offered"]]
    for arm in test["arms"]:
        fitted = arm["fitted_share"]
        lines.append(
            [
                f"{arm['price_usd']:.6g} USD",
                *([arm["segment"][:20]] if several else []),
                f"{arm['offered']:,}".replace(",", " "),
                f"{arm['bought']:,}".replace(",", " "),
                seen_words(arm["bought_share"], percent),
                "-" if fitted is None else percent(fitted),
                seen_words(arm["usd_per_offered"], significant),
            ]
        )
    return "\n".join([aligned(lines), *(f"  {sentence}" for sentence in test_sentences(view))])


def _deciles(view: View) -> str:
    lines = [["use", "customers", "revenue", "cost", "margin", "of revenue", "losing"]]
    for item in view["deciles"]:
        share = item["margin_share"]
        lines.append(
            [
                _rank(item["decile"], len(view["deciles"])),
                f"{item['customers']}",
                money(item["revenue_usd_per_month"]),
                money(average(item["cost_usd_per_month"]) or 0.0),
                money_words(item["margin_usd_per_month"]),
                "none" if share is None else percent(average(share) or 0.0),
                f"{item['customers_losing']}",
            ]
        )
    return aligned(lines)


def _rank(number: int, n_groups: int) -> str:
    if number == 1:
        return "least"
    return "most" if number == n_groups else f"{number}"


def _losing(view: View) -> str:
    worst = view["losing"]["worst"][:_MOST_CUSTOMERS]
    if not worst:
        return ""
    lines = [["who loses most", "bill", "margin", "range", "a loss in"]]
    for item in worst:
        margin = item["margin_usd_per_month"]
        lines.append(
            [
                item["customer"][:28],
                money(item["bill_usd_per_month"]),
                money(margin["mean"]),
                f"{money(margin['p5'])} to {money(margin['p95'])}",
                percent(item["loss_share"]),
            ]
        )
    return aligned(lines)
