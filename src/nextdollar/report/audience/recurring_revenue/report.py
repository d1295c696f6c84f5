"""The page of an answer on recurring revenue."""

from __future__ import annotations

from itertools import pairwise

from nextdollar.plan.words import money, percent, significant
from nextdollar.report.audience.recurring_revenue.charts import movements_picture
from nextdollar.report.audience.recurring_revenue.charts_kept import (
    by_age_picture,
    kept_picture,
)
from nextdollar.report.audience.recurring_revenue.words import (
    MEASURES,
    RATES,
    customers_words,
    headline,
    months_words,
    movement_finding,
    moves,
    own_rates_words,
    quick_words,
    range_words,
    share_words,
    undefined_words,
)
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.tables import Cell, Column, Table

TENURES_FILE = "data/tenures.csv"
_LEAST_POINTS = 3
_LAST_MONTHS = 12


def mrr_story(view: View) -> Story:
    """Return the report on recurring revenue; `data/tenures.csv` in it is read by `nextdollar retention`."""
    notes = [sentence(f"Cannot say: {undefined_words(item)}") for item in view["undefined"]]
    notes += [sentence(warning) for warning in view["warnings"]]
    points = [sentence(movement_finding(view))]
    parts = [
        answer_part(
            "The answer",
            headline(view),
            cards=_cards(view),
            points=points,
            points_heading="What moves it",
            notes=notes,
        ),
        _movements_part(view),
        _kept_part(view),
    ]
    if view["by_age"]:
        blocks = [Block("", "", pictures=[by_age_picture(view)])]
        parts.append(Part(0, "Cohorts", _cohorts_heading(view), blocks=blocks))
    tenures = _tenures_table(view)
    tables = [_months_table(view), _cohorts_table(view), *([tenures] if tenures.rows else [])]
    title = f"Recurring revenue, {view['from_month']} to {view['to_month']}"
    return Story(title, parts, tables=tables)


def _cards(view: View) -> list[Card]:
    last = view["months"][-1]
    cards = [
        Card(
            f"MRR of {last['month']}",
            money(last["end_mrr_usd"]),
            f"From {customers_words(last['customers_end'])}; {money(last['start_mrr_usd'])} a month before.",
        )
    ]
    same = view["same_accounts"]
    if same is not None:
        for name, short in (
            ("nrr_without_reactivation_share", "NRR"),
            ("grr_without_reactivation_share", "GRR"),
        ):
            share = same[name]
            title = f"{short} over {same['n_months']} months"
            detail = (
                f"Nine of ten: {range_words(share)}, as seen through {customers_words(same['customers'])}."
            )
            cards.append(Card(title, share_words(share["measured"]), detail))
    churn = view["last_months"]["logo_churn_per_month"]
    if churn is not None:
        detail = f"Nine of ten: {range_words(churn)}; {months_words(view['last_months']['n_months'])}."
        cards.append(Card("Customers lost a month", share_words(churn["measured"]), detail))
    return cards


def _movements_part(view: View) -> Part:
    columns = (
        Column("month", "month", "count"),
        *(Column(name, words, "share") for name, words in RATES.items()),
        Column("quick_ratio", "quick ratio", "number"),
    )
    months = view["months"][-_LAST_MONTHS:]
    rows = tuple(tuple(month[column.key] for column in columns) for month in months)
    rates = Table("rates-by-month", f"Rates of {months_words(len(months))}", columns, rows)
    block = Block("", "", pictures=[movements_picture(view)], tables=[rates])
    return Part(0, "How MRR moves", sentence(quick_words(view)).rstrip("."), blocks=[block])


def _kept_part(view: View) -> Part:
    same = view["same_accounts"]
    tables, pictures, words = [], [], []
    heading = "What is kept cannot be said"
    if same is not None:
        columns = (
            Column("measure", "measure"),
            Column("measured_share", "measured", "share"),
            Column("p5_share", "P5", "share"),
            Column("p95_share", "P95", "share"),
        )
        rows = tuple(
            (words, same[name]["measured"], same[name]["p5"], same[name]["p95"])
            for name, words in MEASURES.items()
        )
        caption = (
            f"Kept from {same['from_month']} to {same['to_month']} by the same {same['customers']:,} accounts"
        )
        tables.append(Table("same-accounts", caption, columns, rows))
        if own_rates_words(view):
            words.append(sentence(own_rates_words(view)))
        heading = (
            f"{share_words(same['grr_without_reactivation_share']['measured'])} stays before any expansion"
        )
    crowd = view["concentration"]
    if crowd is not None:
        tables.append(_concentration_table(crowd))
    known = [
        row for row in view["same_accounts_by_month"] if row["nrr_without_reactivation_share"] is not None
    ]
    if len(known) >= _LEAST_POINTS:
        pictures.append(kept_picture(view))
    return Part(
        0,
        "What the same accounts keep",
        heading,
        blocks=[Block("", "", words, pictures=pictures, tables=tables)],
    )


def _cohorts_heading(view: View) -> str:
    known = [item for item in view["cohorts"] if item["is_start_known"]]
    n_customers = sum(item["ages"][0]["customers"] for item in known)
    months = "month" if len(known) == 1 else "months"
    return f"{customers_words(n_customers)} who began in {len(known)} {months}"


def _concentration_table(crowd: View) -> Table:
    rows = (
        ("largest account", percent(crowd["largest_share"])),
        ("ten largest accounts", percent(crowd["top_ten_share"])),
        ("accounts of one size that would be as concentrated", significant(crowd["accounts_of_one_size"], 2)),
    )
    return Table(
        "concentration",
        "How much of it hangs on few",
        (Column("what", "what"), Column("share", "of that MRR")),
        rows,
    )


def _months_table(view: View) -> Table:
    """Return everything that is known of each month."""
    texts = ("month",)
    columns = tuple(
        Column(name, moves(view).get(name, name), "text" if name in texts else "number")
        for name in view["months"][0]
    )
    rows = tuple(tuple(month.values()) for month in view["months"])
    return Table("months", "Movements and rates by month", columns, rows)


def _cohorts_table(view: View) -> Table:
    names = ("age_months", "customers", "customers_never_stopped", "mrr_usd", "customers_share", "mrr_share")
    columns = (
        Column("cohort", "cohort"),
        Column("is_start_known", "start known"),
        *(Column(name, name, "number") for name in names),
    )
    rows = tuple(
        (item["month"], item["is_start_known"], *(age[name] for name in names))
        for item in view["cohorts"]
        for age in item["ages"]
    )
    return Table("cohorts", "Cohorts by first paying month and age", columns, rows)


def _tenures_table(view: View) -> Table:
    """Return a row for each customer whose start is known, as a fit of retention takes them."""
    columns = (
        Column("cohort", "cohort"),
        Column("year", "year"),
        Column("tenure_months", "tenure, months", "count"),
        Column("has_left", "has left"),
    )
    rows: list[tuple[Cell, ...]] = []
    for item in view["cohorts"]:
        if not item["is_start_known"]:
            continue
        left = [age["customers_never_stopped"] for age in item["ages"]]
        name = (item["month"], item["month"][:4])
        for age, (before, after) in enumerate(pairwise(left), start=1):
            rows += [(*name, age, "Yes")] * (before - after)
        rows += [(*name, len(left) - 1, "No")] * left[-1]
    return Table("tenures", "Months to the first stop, customer by customer", columns, tuple(rows))
