"""The page of a price list on real use: margin, price, growth, and who loses money."""

from __future__ import annotations

from nextdollar.plan.words import money, percent, significant
from nextdollar.report.audience.pricing.charts import (
    decile_words,
    deciles_picture,
    price_finding,
    price_picture,
)
from nextdollar.report.audience.pricing.charts_growth import growth_picture
from nextdollar.report.audience.pricing.charts_test import price_test_picture
from nextdollar.report.audience.pricing.words import (
    MODEL_WORDS,
    advised,
    figure_words,
    growth_sentence,
    losing_sentence,
    margin_sentence,
    money_words,
    price_sentence,
    times_words,
)
from nextdollar.report.audience.pricing.words_test import test_finding, test_sentences
from nextdollar.report.figure import middle
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.tables import Column, Table

_DECILES = (
    Column("decile", "decile of use"),
    Column("customers", "customers", "count"),
    Column("revenue_usd_per_month", "revenue", "usd"),
    Column("cost_usd_per_month", "cost", "usd"),
    Column("margin_usd_per_month", "margin", "usd"),
    Column("margin_share", "of revenue", "share"),
    Column("customers_losing", "losing", "count"),
)
_LOSING = (
    Column("customer", "customer"),
    Column("bill_usd_per_month", "bill", "usd"),
    Column("margin_usd_per_month", "margin", "usd"),
    Column("loss_share", "a loss in", "share"),
)
_ARMS = (
    Column("price_usd", "price, USD", "number"),
    Column("segment", "segment"),
    Column("bought", "bought"),
    Column("bought_share", "share", "share"),
    Column("usd_per_offered", "USD each", "number"),
)
_MOST_LOSING = 10
_PRICES = (
    Column("name", "price of"),
    Column("unit", "in"),
    Column("list_usd", "list", "number"),
    Column("advised_usd", "advised", "number"),
)


def price_story(view: View) -> Story:
    """Return the report on a price list."""
    notes = [sentence(warning.replace("`", "")) for warning in view["warnings"]]
    topic = f"The price list: {MODEL_WORDS[view['model']]}"
    said = [text for text in (price_sentence(view), margin_sentence(view), losing_sentence(view)) if text]
    answer = answer_part(
        topic, said[0], cards=_cards(view), points=said[1:], points_heading="What is left", notes=notes
    )
    parts = [answer, _margins(view)]
    if view["price"] is not None:
        parts.append(_price(view))
    if view["price_test"] is not None:
        parts.append(_test(view))
    parts.append(_growth(view))
    return Story(view["title"], parts)


def _cards(view: View) -> list[Card]:
    """Return margin, price and growth in a figure each."""
    cards = [
        Card(
            "Margin a month",
            money_words(view["margin_usd_per_month"]).partition(" (")[0],
            f"{figure_words(view['margin_share'], percent)} of {money(view['revenue_usd_per_month'])}.",
        )
    ]
    price = view["price"]
    if price is not None and price["refused"] is None:
        best = advised(view)
        detail = f"Gains {money_words(best['gain_usd_per_month'])} a month over today."
        cards.append(Card("Advised price", f"{times_words(best['multiple'])} the list", detail))
    elif price is not None:
        cards.append(Card("Advised price", "none", sentence(price["refused"])))
    multiple = view["growth"]["usage_multiple"]
    main = "without end" if middle(multiple) is None else times_words(middle(multiple) or 0.0)
    cards.append(Card("Use can grow", main, growth_sentence(view)))
    return cards


def _margins(view: View) -> Part:
    n_groups = len(view["deciles"])
    rows = tuple(
        (decile_words(item["decile"], n_groups), *(item[column.key] for column in _DECILES[1:]))
        for item in view["deciles"]
    )
    tables = [Table("deciles", "Margin by decile of use", _DECILES, rows)]
    losing = tuple(
        (
            item["customer"],
            item["bill_usd_per_month"],
            {**item["margin_usd_per_month"], "p50": item["margin_usd_per_month"]["mean"]},
            item["loss_share"],
        )
        for item in view["losing"]["worst"][:_MOST_LOSING]
    )
    words = (
        "Deciles are tenths of the customers by what serving them costs, the cheapest first. Losing are "
        "those who cost more than they pay in over half of the draws."
    )
    if losing:
        tables.append(Table("losing", "Who loses most, mean and P5 to P95 a month", _LOSING, losing))
    block = Block("", "", [words, *_break_even_words(view)], pictures=[deciles_picture(view)], tables=tables)
    return Part(0, "Margin", "Who earns money and who loses it", blocks=[block])


def _break_even_words(view: View) -> list[str]:
    found = view["break_even"]
    words = []
    if found["tokens_per_seat"] is not None:
        tokens = figure_words(found["tokens_per_seat"], lambda value: f"{significant(value / 1e6)} M")
        words.append(f"A seat pays for {tokens} tokens a month, at the mix of tokens in the table.")
    if found["accurate_share"] is not None:
        needed = figure_words(found["accurate_share"], percent)
        today = percent(found["accurate_today_share"])
        words.append(f"Answers pay for themselves where {needed} are right; today {today} are.")
    if found["accuracy_point_usd_per_month"] is not None:
        point = money(found["accuracy_point_usd_per_month"])
        words.append(f"One more right answer in a hundred brings {point} a month.")
    return words


def _price(view: View) -> Part:
    price = view["price"]
    rows = tuple(tuple(item[column.key] for column in _PRICES) for item in view["price_list"])
    words = []
    if price["refused"] is not None:
        words.append(sentence(price["refused"]))
    else:
        best = advised(view)
        each = figure_words(best["each_best_multiple"], times_words)
        worth = money(best["value_of_knowing_usd_per_month"])
        words.append(
            f"Were the elasticity and the cost known, the best price would be {each} the list; knowing them "
            f"is worth {worth} a month."
        )
        if best["churn_per_month"] is not None:
            before = figure_words(price["churn_at_list_per_month"], percent)
            after = figure_words(best["churn_per_month"], percent)
            words.append(f"Churn a month while customers respond: {after}, at the list {before}.")
    changes = price["bill_changes"]
    if changes is not None and changes["customers_up"] + changes["customers_down"] > 0:
        words.append(
            f"Bills at the list are {times_words(changes['p50_multiple'])} today's in the middle, from "
            f"{significant(changes['p5_multiple'])} to {significant(changes['p95_multiple'])} times; each "
            "customer responds to the own bill."
        )
    table = Table("prices", "The price list", _PRICES, rows)
    block = Block("", "", words, pictures=[price_picture(view)], tables=[table])
    return Part(0, "Price", price_finding(view), blocks=[block])


def _test(view: View) -> Part:
    arms = view["price_test"]["arms"]
    several = any(arm["segment"] for arm in arms)
    rows = tuple(
        (
            arm["price_usd"],
            *([arm["segment"]] if several else []),
            f"{arm['bought']:,} of {arm['offered']:,}".replace(",", " "),
            *({**arm[name], "p50": arm[name]["measured"]} for name in ("bought_share", "usd_per_offered")),
        )
        for arm in arms
    )
    columns = tuple(column for column in _ARMS if several or column.key != "segment")
    table = Table("price-test", "Prices as shown and counted, with 90 % ranges", columns, rows)
    block = Block("", "", list(test_sentences(view)), pictures=[price_test_picture(view)], tables=[table])
    return Part(0, "The test of prices", test_finding(view), blocks=[block])


def _growth(view: View) -> Part:
    block = Block("", "", [growth_sentence(view)], pictures=[growth_picture(view)])
    return Part(0, "Growth of use", "When serving outruns the bill", blocks=[block])
