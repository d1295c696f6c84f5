"""The pages of the catalogue: a table, a name, or what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nextdollar.catalogue.tables import TABLES
from nextdollar.plan.words import count, percent, significant
from nextdollar.report.charts import Picture
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part, research_picture
from nextdollar.report.sizing.catalogue.charts import MOST_MOVES, moves_plot, rents_plot
from nextdollar.report.sizing.catalogue.text import diff_headline, key_words, list_headline, show_headline
from nextdollar.report.tables import Cell, Column, Table

_PRICES = (
    Column("accelerator", "accelerator"),
    Column("contract", "contract"),
    Column("median_usd", "median, USD", "number"),
    Column("low_usd", "lowest", "number"),
    Column("high_usd", "highest", "number"),
    Column("n_rows", "offers", "count"),
    Column("as_of", "newest"),
    Column("age_days", "days old", "number"),
)
_TABLES = (
    Column("name", "table", "code"),
    Column("says", "a row says"),
    Column("n_rows", "rows", "count"),
    Column("n_own", "yours", "count"),
    Column("newest", "newest"),
    Column("age_days", "days old", "number"),
)
_CHANGES = (
    Column("what", "what"),
    Column("column", "column", "code"),
    Column("before", "before"),
    Column("after", "after"),
    Column("change_share", "change", "change"),
    Column("day", "since"),
    Column("source", "source"),
)

Row = Mapping[str, Any]


def catalogue_list_story(view: View) -> Story:
    """Return the report on a listing."""
    parts = [_answer("The catalogue", list_headline(view), view)]
    if view["table"] is None:
        table = Table("tables", "Tables of the catalogue", _TABLES, _cells(view["tables"], _TABLES))
        parts.append(Part(0, "The tables", "What each table holds", blocks=[Block("", "", tables=[table])]))
    else:
        if view["prices"]:
            parts.append(_prices(view["prices"]))
        parts.append(
            Part(
                0,
                "The rows",
                "Every row, as written",
                blocks=[Block("", "", tables=[_many(view["table"], view["rows"])])],
            )
        )
    return Story(f"The catalogue on {view['as_of']}", parts)


def catalogue_show_story(view: View) -> Story:
    """Return the report on a name."""
    parts = [_answer(view["name"], show_headline(view), view, cards=_cards(view))]
    if view["prices"]:
        rented = any(quote["contract"] != "purchase" for quote in view["history"])
        pictures = [_rents_picture(view)] if rented else []
        parts.append(_prices(view["prices"], pictures=pictures))
    if view["rows"]:
        blocks = [Block("", "", tables=[table]) for table in _by_table(view["rows"])]
        parts.append(Part(0, "The rows", "What is written", blocks=blocks))
    return Story(f"{view['name']} in the catalogue", parts)


def catalogue_diff_story(view: View) -> Story:
    """Return the report on what changed."""
    parts = [_answer("What changed", diff_headline(view), view)]
    if view["changes"]:
        rows = tuple(
            (
                key_words(change),
                change["column"],
                change["before"] or "(new)",
                change["after"],
                change["change_share"],
                change["day"],
                change["source"]["work"],
            )
            for change in view["changes"]
        )
        table = Table("changes", "Every value that differs", _CHANGES, rows)
        block = Block("", "", pictures=_moves_pictures(view), tables=[table])
        parts.append(Part(0, "The changes", "Before and after", blocks=[block]))
    return Story("What changed in the catalogue", parts)


def _answer(topic: str, headline: str, view: View, *, cards: Sequence[Card] = ()) -> Part:
    notes = [sentence(warning) for warning in view["warnings"]]
    return answer_part(topic, headline, cards=cards, notes=notes)


def _cards(view: View) -> list[Card]:
    cards = [
        Card(
            price["contract"].replace("_", " ").capitalize(),
            f"{significant(price['median_usd'])} USD",
            f"{_offers(price)}; newest {price['as_of']}.",
        )
        for price in view["prices"][:3]
    ]
    if view["model"] is not None:
        active = f"{count(view['model']['params_active'])} active for a token."
        cards.append(Card("Parameters", count(view["model"]["params"]), active))
    return cards


def _offers(price: Row) -> str:
    if price["n_rows"] == 1:
        return "One offer"
    ends = f"{significant(price['low_usd'])} to {significant(price['high_usd'])}"
    return f"Median of {price['n_rows']}, {ends}"


def _cells(rows: Sequence[Row], columns: Sequence[Column]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(_cell(row, column.key) for column in columns) for row in rows)


def _cell(row: Row, key: str) -> Cell:
    value: Cell = row[key]
    return value.replace("_", " ") if key == "contract" and isinstance(value, str) else value


def _prices(prices: Sequence[Row], *, pictures: Sequence[Picture] = ()) -> Part:
    table = Table(
        "prices",
        "Prices of the latest year: per GPU-hour, a purchase per GPU",
        _PRICES,
        _cells(prices, _PRICES),
    )
    block = Block("", "", pictures=pictures, tables=[table])
    return Part(0, "The prices", "What it costs, and how old that is", blocks=[block])


def _by_table(rows: Sequence[Row]) -> list[Table]:
    """Return one row of a table by its columns, several side by side."""
    columns = (Column("column", "column", "code"), Column("value", "value"))
    tables = []
    for name in dict.fromkeys(row["table"] for row in rows):
        of_table = [row for row in rows if row["table"] == name]
        if len(of_table) > 1:
            tables.append(_many(name, of_table))
        else:
            cells: tuple[tuple[Cell, ...], ...] = tuple(of_table[0]["cells"].items())
            tables.append(Table(name, f"Row of {name}", columns, cells))
    return tables


def _many(name: str, rows: Sequence[Row]) -> Table:
    """Return rows of one table by their key, day and main columns, with their sources."""
    table = TABLES[name]
    names = [*table.keys, *([table.day] if table.day else []), *table.shown]
    columns = (
        *(Column(column, column.replace("_", " ")) for column in names),
        Column("source", "source"),
    )
    cells = tuple(
        (*(row["cells"].get(column, "") for column in names), row["source"]["work"]) for row in rows
    )
    return Table(name, f"Rows of {name}", columns, cells)


def _rents_picture(view: View) -> Picture:
    columns = (
        Column("contract", "contract"),
        Column("usd", "USD per GPU-hour", "number"),
        Column("valid_from", "from"),
        Column("provider", "provider"),
    )
    quotes = [quote for quote in view["history"] if quote["contract"] != "purchase"]
    table = Table("rents", "Every rent in the picture", columns, _cells(quotes, columns))
    outlook = view["outlook"]
    title = show_headline(view).split(" on demand")[0]
    subtitle = "Each mark is an offer on its day"
    if outlook is not None:
        title = (
            f"Rents of {view['name']} may go either way: {percent(outlook['risen_share'])} of the paths end "
            "higher in three years"
        )
        subtitle += "; then the median of the paths (dashed) and the band that holds 90 % of them"
    return research_picture("rents", title, subtitle=subtitle, view=view, plot=rents_plot, table=table)


def _moves_pictures(view: View) -> list[Picture]:
    moved = [
        change
        for change in view["changes"]
        if change["column"] in ("median_usd", "offer_usd") and change["change_share"] is not None
    ]
    offers = [change for change in moved if change["column"] == "offer_usd"]
    moved = offers or moved
    if not moved:
        return []
    moved = sorted(moved, key=lambda change: -abs(change["change_share"]))
    drawn = moved[:MOST_MOVES]
    fallen = sum(change["change_share"] < 0 for change in moved)
    risen = sum(change["change_share"] > 0 for change in moved)

    def plot(_: View, frame: Any) -> Any:
        return moves_plot(drawn, frame)

    columns = (*_CHANGES[:1], *_CHANGES[2:5])
    rows = tuple(
        (key_words(change), change["before"], change["after"], change["change_share"]) for change in drawn
    )
    more = len(moved) - len(drawn)
    what = "Offers of one provider" if offers else "Median of the latest year"
    return [
        research_picture(
            "moves",
            f"Of {len(moved)} prices {fallen} fell, {risen} rose and {len(moved) - fallen - risen} stayed",
            subtitle=f"{what}, before (grey square) and after (blue)",
            view=view,
            plot=plot,
            table=Table("moves", "Prices in the picture", columns, rows),
            note=f"{more} smaller moves are in the table" if more > 0 else "",
        )
    ]
