"""The page on the value of the customers of a log of purchases, and the file with each of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nextdollar.audience.ltv.purchase_answer import PurchaseSegmentValue, PurchaseValue
from nextdollar.report.audience.ltv.words import amount, ends, whose
from nextdollar.report.audience.retention.purchases_words import IF_RIGHT
from nextdollar.report.audience.transactions.scores_csv import (
    SCORES_FILE,
    customer_columns,
    numbers,
    ranged_columns,
)
from nextdollar.report.audience.transactions.value_words import basis, finding, headline, points, segments
from nextdollar.report.charts import Picture
from nextdollar.report.charts_style import Frame
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.sizing.charts_estimate import MOST_ROWS, Estimated, estimates_plot
from nextdollar.report.tables import Column, Table

_WORDS = {"bg-nbd": "BG/NBD", "pareto-nbd": "Pareto/NBD"}
_RANGED = ("alive_share", "purchases")


def purchase_value_story(view: View) -> Story:
    """Return the report on the value of the customers of a log."""
    notes = [sentence(words) for words in view["warnings"]]
    beside = [sentence(point) for point in points(view)]
    answer = answer_part(
        "The answer",
        headline(view),
        cards=_cards(view),
        points=beside,
        points_heading="What stands beside it",
        notes=notes,
    )
    table = _values_table(view)
    picture = _picture(view, table)
    values = Block("", "", pictures=[picture] if picture else [], tables=[] if picture else [table])
    intro = "Every customer stands in data/customers.csv beside this page, with chances and ranges."
    best = Block("", "", tables=[_best_table(view)])
    laws = Block("", "", tables=[_laws_table(view)])
    parts = [
        answer,
        Part(0, "What a customer still brings", "One customer on average, and all of them", blocks=[values]),
        Part(0, "The customers", "Those with most to come", intro, blocks=[best]),
        Part(0, "The laws", "What each law alone would say", blocks=[laws]),
    ]
    return Story(f"What customers still bring, from {view['files'][0]['file']}", parts)


def with_customers(story: Story, found: PurchaseValue) -> Story:
    """Return the report with a row for each customer in a file beside it."""
    return replace(story, files={**story.files, SCORES_FILE: customers_csv(found)})


def customers_csv(found: PurchaseValue) -> str:
    """Return each customer: history, chance to be still there, purchases within the horizon, and value."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    head = ["customer", "segment", "repeats", "recency_periods", "age_periods"]
    for name in (*_RANGED, "value_usd"):
        head += [name, f"{name}_p5", f"{name}_p95"]
    writer.writerow([*head, "spend_usd_per_purchase"])
    for item in found.segments:
        writer.writerows(zip(*_columns(item), strict=True))
    return target.getvalue()


def _columns(item: PurchaseSegmentValue) -> Iterator[list[str]]:
    customers = item.customers
    n = len(customers.customers)
    yield from customer_columns(customers)
    for ranged in (customers.alive_share, customers.purchases, item.values_usd):
        yield from ranged_columns(ranged, n)
    yield numbers(customers.spend_usd_per_purchase, n)


def _cards(view: View) -> list[Card]:
    total = view["purchases"]["total"]
    each, together = total["customer_usd"], total["total_usd"]
    return [
        Card("A customer, on average", amount(each), f"Nine of ten: {ends(each)} USD {IF_RIGHT}."),
        Card(
            "The customer behind the average dollar",
            amount(total["spend_weighted_usd"]),
            f"Nine of ten: {ends(total['spend_weighted_usd'])} USD {IF_RIGHT}.",
        ),
        Card("All customers together", amount(together), f"Nine of ten: {ends(together)} USD {IF_RIGHT}."),
    ]


def _picture(view: View, table: Table) -> Picture | None:
    """Return two rows for each segment: a customer of today, and one who is new; None where all are 0."""
    rows = []
    for item in segments(view):
        name = item["worth"]["name"]
        # Narrow pages show 16 letters: what tells two rows apart stands first.
        is_one = len(view["purchases"]["segments"]) == 1
        today, new = ("a customer", "a new customer") if is_one else (f"today, {name}", f"new, {name}")
        rows.append(Estimated(today, item["worth"]["customer_usd"], None))
        rows.append(Estimated(new, item["new_customer_usd"], None))
    drawn = [row for row in rows if row.estimate["p5"] > 0][:MOST_ROWS]
    if not drawn:
        return None
    left_out = len(rows) - len(drawn)

    def plot(_: View, frame: Frame) -> Any:
        return estimates_plot(drawn, frame, title="still to come of one customer, USD", centre="mean")

    return research_picture(
        "value-ahead",
        finding(view),
        subtitle=f"{basis(view)[:1].upper()}{basis(view)[1:]}, {whose(view)}: bars hold 90 %, "
        "the tick is the mean; a new customer's first purchase is not counted",
        view=view,
        plot=plot,
        table=table,
        note=f"{left_out} rows are not drawn and stand in the table" if left_out else "",
    )


def _values_table(view: View) -> Table:
    log = view["purchases"]
    columns = (
        Column("segment", "segment"),
        Column("n_customers", "customers", "count"),
        Column("customer_usd", "a customer", "usd"),
        Column("spend_weighted_usd", "by spend", "usd"),
        Column("total_usd", "all of it", "usd"),
        Column("within_horizon_usd", f"in {view['horizon_months']} months", "usd"),
        Column("beyond_horizon_share", "beyond it", "share"),
        Column("beyond_data_share", "beyond the log", "share"),
        Column("new_customer_usd", "a new customer", "usd"),
    )
    keys = [column.key for column in columns[1:-1]]
    rows = [
        (item["worth"]["name"], *(item["worth"][key] for key in keys), item["new_customer_usd"])
        for item in segments(view)
    ]
    if len(rows) > 1:
        rows.append((log["total"]["name"], *(log["total"][key] for key in keys), None))
    return Table("value-ahead", "What customers still bring, and P5 to P95", columns, tuple(rows))


def _best_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("customer", "customer"),
        Column("n_repeats", "repeats", "count"),
        Column("alive_share", "still there", "share"),
        Column("value_usd", "expected", "usd"),
        Column("low_usd", "P5", "usd"),
        Column("high_usd", "P95", "usd"),
    )
    rows = tuple(
        (item["worth"]["name"], *(best[column.key] for column in columns[1:]))
        for item in segments(view)
        for best in item["best_customers"]
    )
    return Table("best-customers", "Customers with most to come", columns, rows, True)


def _laws_table(view: View) -> Table:
    columns = (
        Column("segment", "segment"),
        Column("law", "law"),
        Column("weight_share", "in the answer", "share"),
        Column("total_usd", "all customers", "usd"),
    )
    rows = tuple(
        (item["worth"]["name"], _WORDS[law["model"]], law["weight_share"], law["total_usd"])
        for item in segments(view)
        for law in _by_weight(item)
    )
    return Table("value-by-law", "Value of all customers by law", columns, rows)


def _by_weight(item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return sorted(item["laws"], key=lambda law: -float(law["weight_share"]))
