"""The page of an estimate of training runs: what each takes, and how it comes to that."""

from __future__ import annotations

from nextdollar.plan.words import count, money, significant
from nextdollar.report.page import Block, Part
from nextdollar.report.page_verdict import Card
from nextdollar.report.research.envelope import View
from nextdollar.report.research.words import sentence
from nextdollar.report.research.write import Story, answer_part
from nextdollar.report.sizing.charts_estimate import Estimated, estimates_picture
from nextdollar.report.sizing.row_tables import refused_part
from nextdollar.report.sizing.training.tables import (
    deadline_block,
    deadline_headline,
    memory_block,
    memory_headline,
)
from nextdollar.report.sizing.training.text import answered, headline, times_words
from nextdollar.report.tables import Cell, Column, Table

_FIGURES = (
    Column("accel_hours", "GPU-hours", "count"),
    Column("wall_days", "days", "number"),
    Column("cost_usd", "USD", "count"),
    Column("energy_mwh", "MWh", "number"),
    Column("carbon_tonnes", "t CO2e", "number"),
)
_PROJECT = Column("project_cost_usd", "USD with experiments", "count")
_FACTORS = (
    Column("flop", "work, FLOP", "power"),
    Column("ideal_gpu_hours", "GPU-hours at the peak", "count"),
    Column("mfu", "MFU", "share"),
    Column("goodput_share", "goodput", "share"),
    Column("calendar_share", "calendar", "share"),
    Column("gpus", "GPUs", "count"),
    Column("usd_per_gpu_hour", "USD per GPU-hour", "number"),
)


def training_story(view: View) -> Story:
    """Return the report on estimates of training runs."""
    parts = [_answer(view)]
    if answered(view):
        parts += [
            Part(0, "The runs", "What each run takes, median and 90 %", blocks=[_runs(view)]),
            Part(0, "The factors", "Work over peak, divided by three shares", blocks=[_factors(view)]),
            Part(0, "The memory", memory_headline(view), blocks=[memory_block(view)]),
        ]
    if answered(view) and view["deadline_days"] is not None:
        parts.append(Part(0, "The deadline", deadline_headline(view), blocks=[deadline_block(view)]))
    parts += refused_part(view)
    return Story(f"What training takes, from {view['files'][0]['file']}", parts)


def _answer(view: View) -> Part:
    low, high = (significant(view["development"][end], 2) for end in ("low_multiple", "high_multiple"))
    points = [f"A project took {low} to {high} times its final runs, experiments included.", *_project(view)]
    notes = [sentence(warning) for warning in view["warnings"]]
    cards = _cards(view)
    return answer_part(
        "The estimate", headline(view), cards=cards, points=points, points_heading="Also", notes=notes
    )


def _project(view: View) -> list[str]:
    """Return what the project of the largest run takes, as a sentence."""
    rows = answered(view)
    if not rows:
        return []
    row = max(rows, key=lambda item: float(item["accel_hours"]["p50"]))
    cost, hours = row["project"]["cost_usd"], row["project"]["gpu_hours"]
    ends = times_words(view)
    taken = f"{count(hours['p50'])} GPU-hours ({count(hours['p5'])} to {count(hours['p95'])})"
    price = "" if cost is None else f" and {money(cost['p50'])} ({money(cost['p5'])} to {money(cost['p95'])})"
    return [f"With its experiments, {ends} the run, {row['name']} takes {taken}{price}."]


def _cards(view: View) -> list[Card]:
    """Return the figures of the largest run."""
    rows = answered(view)
    if not rows:
        return []
    row = max(rows, key=lambda item: float(item["accel_hours"]["p50"]))
    hours, cost, energy = row["accel_hours"], row["cost_usd"], row["energy_mwh"]
    ends = f"Nine of ten such runs: {count(hours['p5'])} to {count(hours['p95'])}."
    cards = [Card(f"GPU-hours of {row['name']}", count(hours["p50"]), ends)]
    if cost is not None:
        detail = f"{money(cost['p5'])} to {money(cost['p95'])}; {row['ladder']['price_from']}."
        cards.append(Card("Cost", money(cost["p50"]), detail))
    if energy is not None:
        detail = f"{count(energy['p5'])} to {count(energy['p95'])}, from rated power; not measured."
        cards.append(Card("Energy", f"{count(energy['p50'])} MWh", detail))
        carbon, grid = row["carbon_tonnes"], view["grid"]["grid_from"]
        detail = f"{significant(carbon['p5'])} to {significant(carbon['p95'])}; {grid}."
        cards.append(Card("Carbon", f"{significant(carbon['p50'])} t CO2e", detail))
    return cards


def _runs(view: View) -> Block:
    columns: tuple[Column, ...] = (
        Column("name", "run"),
        Column("accelerator", "accelerator"),
        *_FIGURES,
        _PROJECT,
    )
    has_reported = any(row["reported"]["accel_hours"] is not None for row in answered(view))
    rows: list[tuple[Cell, ...]] = []
    for row in answered(view):
        figures: tuple[Cell, ...] = tuple(row[column.key] for column in columns if column is not _PROJECT)
        cells = (*figures, row["project"]["cost_usd"])
        rows.append((*cells, row["reported"]["accel_hours"]) if has_reported else cells)
    if has_reported:
        columns = (*columns, Column("reported_accel_hours", "reported GPU-hours", "count"))
    items = [
        Estimated(row["name"], row["accel_hours"], row["reported"]["accel_hours"]) for row in answered(view)
    ]
    picture = estimates_picture("gpu-hours", items, view=view, what="GPU-hours")
    table = Table("training", "Estimates: the median, and P5 to P95", columns, tuple(rows))
    return Block("", "", pictures=[picture], tables=[table])


def _factors(view: View) -> Block:
    columns = (Column("name", "run"), *_FACTORS)
    rows = tuple((row["name"], *(row["ladder"][column.key] for column in _FACTORS)) for row in answered(view))
    words = (
        "Hours at the peak, divided by the share of the peak that steps reach (MFU), by what failures and "
        "checkpoints leave (goodput), and by what all else that is billed leaves (calendar)."
    )
    return Block("", "", [words], tables=[Table("factors", "What leads to the hours", columns, rows)])
