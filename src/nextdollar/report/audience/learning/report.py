"""The page of a learning loop."""

from __future__ import annotations

from nextdollar.plan.words import percent, significant
from nextdollar.report.audience.learning.charts import (
    age_picture,
    cadence_picture,
    curve_picture,
    joiners_picture,
    lag_picture,
    path_picture,
)
from nextdollar.report.audience.learning.joiners_words import is_followed, joiners_words
from nextdollar.report.audience.learning.number_words import amount, ends, periods
from nextdollar.report.audience.learning.words import (
    PARTS,
    cadence_words,
    churn_words,
    curve_words,
    finding,
    headline,
    lag_words,
    life_words,
    updates_words,
)
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.tables import Column, Table

_JOINERS_HEADINGS = {
    "table": "More join where quality is better, and the loop counts on it",
    "stated": "How many more join is stated; the table is for comparison",
    "held": "The loop does not count on more joiners",
}


def learn_story(view: View) -> Story:
    """Return the report on a learning loop."""
    notes = [f"Cannot say: {PARTS[item['what']]}: {item['reason']}." for item in view["refused"]]
    notes += [sentence(warning) for warning in view["warnings"]]
    told = (curve_words, churn_words, joiners_words, life_words, lag_words, updates_words, cadence_words)
    points = [sentence(words) for words in (tell(view) for tell in told) if words]
    parts = [
        answer_part(
            "The answer",
            headline(view),
            cards=_cards(view),
            points=points,
            points_heading="What the table says" if points else "",
            notes=notes,
        ),
        *_curve_part(view),
        *_age_part(view),
        *_joiners_part(view),
        *_wheel_part(view),
    ]
    return Story("Users, data, quality, and users again", parts, tables=[_observed(view)])


def _cards(view: View) -> list[Card]:
    found = []
    wheel, life = view["flywheel"], view["version_life"]
    if wheel is not None:
        user, unit = wheel["one_more_user"]["total"], wheel["unit"]
        spread = ends(user, lambda value: amount(value, unit).removesuffix(f" {unit}"))
        found.append(
            Card(
                "One more user",
                amount(user["p50"], unit),
                f"Over {significant(view['horizon_months'])} months; {spread}.",
            )
        )
        found.append(_gain_card(view))
    if life is not None and life["is_found"]:
        lived = life["life_periods"]
        found.append(
            Card(
                "Useful life of a version",
                f"{periods(lived['p50'])} {view['period']}s",
                f"Until {percent(life['tolerance_share'])} of quality is lost; {ends(lived, periods)}.",
            )
        )
    if view["retention_lag"] is not None and view["retention_lag"]["is_found"]:
        at = view["retention_lag"]["lag_periods"]
        found.append(
            Card(
                "Retention decay lag",
                f"{significant(at['p50'], 2)} {view['period']}s",
                f"Then churn rises; {ends(at, lambda value: significant(value, 2))}.",
            )
        )
    return found


def _gain_card(view: View) -> Card:
    gain = view["flywheel"]["loop_gain"]
    spread = ends(gain, lambda value: significant(value, 2))
    of = "users in the end" if is_followed(view["flywheel"]) else "lifetime"
    detail = f"Percent of {of} for a percent of data; {spread}; 1 feeds itself."
    return Card("Loop gain", significant(gain["p50"], 2), detail)


def _curve_part(view: View) -> list[Part]:
    if view["learning_curve"] is None:
        return []
    columns = (
        Column("version", "version"),
        Column("examples", "examples", "count"),
        Column("quality_share", "quality at launch", "share"),
    )
    rows = tuple(
        (item["version"], item["examples"], item["quality_share"])
        for item in view["learning_curve"]["versions"]
    )
    tables = [Table("versions", "Each version at its launch, decay taken out", columns, rows)]
    block = Block("", "", pictures=[curve_picture(view)], folded=tables)
    ten_times = view["learning_curve"]["quality_at_ten_times_share"]
    heading = f"Ten times the data: {percent(ten_times['p50'], 3)} right ({ends(ten_times, percent)})"
    return [Part(0, "What data do to quality", heading, blocks=[block])]


def _age_part(view: View) -> list[Part]:
    pictures = []
    if view["version_life"] is not None:
        pictures.append(age_picture(view))
    if view["retention_lag"] is not None:
        pictures.append(lag_picture(view))
    if not pictures:
        return []
    return [Part(0, "What age does", _age_heading(view), blocks=[Block("", "", pictures=pictures)])]


def _joiners_part(view: View) -> list[Part]:
    if view["joiners_by_quality"] is None:
        return []
    block = Block("", "", pictures=[joiners_picture(view)])
    wheel = view["flywheel"]
    basis = "held" if wheel is None else wheel["joiners_basis"]
    return [Part(0, "Who joins", _JOINERS_HEADINGS[basis], blocks=[block])]


def _wheel_part(view: View) -> list[Part]:
    wheel = view["flywheel"]
    if wheel is None:
        return []
    pictures = [path_picture(view)]
    if cadence_words(view):
        pictures.append(cadence_picture(view))
    block = Block("", "", pictures=pictures, tables=[_worth_table(view)])
    return [Part(0, "Where the flywheel stalls", finding(view), blocks=[block])]


def _worth_table(view: View) -> Table:
    wheel = view["flywheel"]
    user, updates = wheel["one_more_user"], wheel["updates"]
    kind = "usd_each" if wheel["unit"] == "USD" else "count"
    rows = [
        ("one more user, alone", user["alone"]),
        ("one more user, through learning", user["through_learning"]),
        ("versions to come, over none", updates["over_none"]),
        ("the part of it from data", updates["from_data"]),
    ]
    if updates["cost"] is not None:
        rows.append(("cost of the versions", updates["cost"]))
    columns = (Column("what", "what"), Column("worth", f"worth, {wheel['unit']}", "count"))
    if kind == "usd_each":
        columns = (Column("what", "what"), Column("worth_usd", "worth", "usd_each"))
    return Table("worth", "Worth over the horizon, median and P5 to P95", columns, tuple(rows))


def _observed(view: View) -> Table:
    columns = (
        Column("period", view["period"]),
        Column("version", "version"),
        Column("users", "users", "count"),
        Column("lost_users", "left", "count"),
        Column("new_users", "joined", "count"),
        Column("quality_share", "quality", "share"),
        Column("examples", "examples", "count"),
    )
    rows = tuple(tuple(item[column.key] for column in columns) for item in view["observed"])
    return Table("observed", "The table as it was read", columns, rows)


def _age_heading(view: View) -> str:
    """Return in how many of its two forms age was found to matter."""
    parts = {"quality": view["version_life"], "users": view["retention_lag"]}
    lost = [name for name, part in parts.items() if part is not None and part["is_found"]]
    if not lost:
        return "No version was seen to age"
    return f"A version loses {' and '.join(lost)} as it ages"
