"""The page of a calibration: errors before and after, utilisation, constants, and every measurement."""

from __future__ import annotations

from nextdollar.plan.words import percent, significant
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.sizing.calibration.charts import errors_picture, mfu_picture
from nextdollar.report.sizing.calibration.text import (
    QUANTITY_WORDS,
    band_words,
    errors_of,
    headline,
    share_words,
)
from nextdollar.report.tables import Cell, Column, Table

_ERRORS = (
    Column("model", "model"),
    Column("machine", "machine"),
    Column("quantity", "quantity"),
    Column("n_rows", "rows", "count"),
    Column("before_percent", "off before, %", "number"),
    Column("after_percent", "after, %", "number"),
    Column("left_out_percent", "left out, %", "number"),
    Column("range_after", "90 % range"),
    Column("range_before", "was"),
)
_CONSTANTS = (
    Column("scope", "of"),
    Column("name", "constant", "code"),
    Column("engine", "engine"),
    Column("before", "before", "number"),
    Column("after", "after", "number"),
)
_ROWS = (
    Column("file", "log"),
    Column("line", "line", "count"),
    Column("accelerator", "machine"),
    Column("engine", "engine"),
    Column("model", "model"),
    Column("n_concurrent", "in flight", "number"),
    Column("quantity", "quantity", "code"),
    Column("measured", "measured", "number"),
    Column("before", "before", "number"),
    Column("after", "after", "number"),
)
_TRAINING = (
    Column("file", "log"),
    Column("accelerator", "accelerator"),
    Column("gpus", "GPUs", "count"),
    Column("params", "parameters", "count"),
    Column("mfu", "MFU measured", "share"),
    Column("mfu_before", "expected", "share"),
    Column("mfu_after", "forecast", "share"),
    Column("hours", "hours", "number"),
    Column("n_entries", "entries", "count"),
    Column("n_warm_up", "warm-up", "count"),
    Column("n_interrupted", "slow", "count"),
    Column("interrupted_share", "their time", "share"),
)


def calibrate_story(view: View) -> Story:
    """Return the report on a calibration."""
    notes = [sentence(warning) for warning in view["warnings"]]
    parts = [answer_part("The calibration", headline(view), cards=_cards(view), notes=notes)]
    if view["serving"]:
        parts.append(_serving(view))
    if view["training"]:
        parts.append(_training(view))
    parts.append(_logs(view))
    tables = [Table("measurements", "Measured and predicted", _ROWS, _cells(view["rows"], _ROWS))]
    names = ", ".join(log["file"] for log in view["logs"][:3])
    more = len(view["logs"]) - 3
    title = f"Calibrated to {names}" + (f" and {more} more" if more > 0 else "")
    return Story(title, parts, tables=tables if view["rows"] else ())


def _cards(view: View) -> list[Card]:
    """Return the figures of the machine and of the run that most was measured of."""
    cards = []
    errors = errors_of(view)
    if errors:
        scope, error = max(errors, key=lambda item: item[1]["n_rows"])
        value = error["left_out_percent"]
        shown = error["after_percent"] if value is None else value
        detail = (
            f"{significant(error['before_percent'], 2)} % before, {error['n_rows']} rows; nine of ten lie "
            f"within {band_words(error['band_after'])}."
        )
        what = QUANTITY_WORDS[error["quantity"]]
        cards.append(Card(f"Error of the {what}, {scope['model']}", f"{significant(shown, 2)} %", detail))
    if view["training"]:
        item = max(view["training"], key=lambda run: float(run["hours"]))
        detail = f"Expected {share_words(item['mfu_before'])}; now {share_words(item['mfu_after'])}."
        cards.append(Card(f"MFU of {item['file']}", percent(item["mfu"]), detail))
    return cards


def _serving(view: View) -> Part:
    rows = tuple(
        (
            scope["model"],
            f"{scope['accelerator']}, {scope['engine']}",
            QUANTITY_WORDS[error["quantity"]],
            error["n_rows"],
            error["before_percent"],
            error["after_percent"],
            error["left_out_percent"],
            band_words(error["band_after"]),
            band_words(error["band_before"]),
        )
        for scope, error in errors_of(view)
    )
    constants = tuple(
        (
            f"{scope['model']} on {scope['accelerator']}, {scope['engine']}",
            *(item[column.key] for column in _CONSTANTS[1:]),
        )
        for scope in view["serving"]
        for item in scope["constants"]
    )
    words = (
        "Left out: each row predicted from constants fitted to the others. The range holds nine of ten such "
        "rows of the same model and machine; it narrows as rows agree, and a handful narrows it little."
    )
    folded = [Table("constants", "Constants that moved", _CONSTANTS, constants)] if constants else []
    block = Block(
        "",
        "",
        [words],
        pictures=[errors_picture(view)],
        tables=[Table("errors", "Medians of absolute errors", _ERRORS, rows)],
        folded=folded,
    )
    return Part(0, "Serving", "How far predictions are off, before and after", blocks=[block])


def _training(view: View) -> Part:
    table = Table("training", "What the logs show", _TRAINING, _cells(view["training"], _TRAINING))
    words = (
        "Warm-up at the start is left out, and entries far slower than the others: checkpoints, evaluation, "
        "stragglers. Their time belongs to goodput and the calendar, which the log does not change."
    )
    block = Block("", "", [words], pictures=[mfu_picture(view)], tables=[table])
    return Part(0, "Training", "What the steps reach of the peak", blocks=[block])


def _logs(view: View) -> Part:
    columns = (Column("file", "log"), Column("what", "what"), Column("words", "in words"))
    rows = [(log["file"], "format", f"{log['format_words']}: {log['n_used']} used") for log in view["logs"]]
    rows += [(log["file"], "set aside", words) for log in view["logs"] for words in log["set_aside"]]
    rows += [(log["file"], "as read", words) for log in view["logs"] for words in log["notes"]]
    table = Table("logs", "What was read, set aside and assumed", columns, tuple(rows))
    n_used = sum(log["n_used"] for log in view["logs"])
    return Part(0, "The logs", f"{n_used} entries used", blocks=[Block("", "", tables=[table])])


def _cells(items: list[View], columns: tuple[Column, ...]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(item[column.key] for column in columns) for item in items)
