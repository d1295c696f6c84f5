"""The numbers of a plan for serving as tables: hours, accelerators, levers, candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.report.research.envelope import View
from nextdollar.report.sizing.fleet.words import answered, priced, short_name
from nextdollar.report.tables import Cell, Column, Table

_BILL = (
    Column("usd_per_month", "USD a month", "count"),
    Column("usd_per_mtok_input", "USD per Mtok in", "number"),
    Column("usd_per_mtok_output", "USD per Mtok out", "number"),
    Column("n_peak_gpus", "GPUs", "count"),
    Column("utilisation_share", "busy", "share"),
)


def hour_table(view: View, name: str) -> Table:
    """Return load and instances by the hour."""
    columns = (
        Column("hour", "hour", "count"),
        Column("requests_per_s", "requests/s", "number"),
        Column("needed_instances", "instances needed", "count"),
        Column("autoscaled_instances", "paid, following", "number"),
        Column("fixed_instances", "paid, at the peak", "number"),
        Column("utilisation_share", "busy, at the peak", "share"),
    )
    rows = tuple(tuple(hour[column.key] for column in columns) for hour in view["hours"])
    return Table(name, "Load and fleet by the hour", columns, rows)


def cost_table(view: View, name: str) -> Table:
    """Return cost by accelerator, as it is drawn."""
    columns = (Column("accelerator", "accelerator"), _BILL[0])
    rows = tuple((item["accelerator"], item["bill"]["usd_per_month"]) for item in view["alternatives"])
    return Table(name, "Cost of the best fleet of each accelerator", columns, rows)


def option_table(view: View) -> Table:
    """Return the best fleet of each accelerator with its speed."""
    columns = (
        Column("accelerator", "accelerator"),
        Column("precision", "precision"),
        *_BILL,
    )
    rows = tuple(_option_row(item, columns) for item in view["alternatives"])
    return Table("accelerators", "The best fleet of each accelerator, cheapest first", columns, rows)


def speed_table(view: View) -> Table:
    """Return what one instance of each accelerator does, and what an hour of it costs."""
    columns = (
        Column("accelerator", "accelerator"),
        Column("words", "instance"),
        Column("ttft_s", "first token, s", "number"),
        Column("tpot_s", "each token, s", "number"),
        Column("bound_by", "bound by"),
        Column("is_measured", "measured"),
        Column("usd_per_gpu_hour", "USD per GPU-hour", "number"),
        Column("price_from", "price from"),
    )
    rows = tuple(_option_row(item, columns) for item in view["alternatives"])
    return Table("instances", "One instance of each, and where its price is from", columns, rows)


def _option_row(item: Mapping[str, Any], columns: tuple[Column, ...]) -> tuple[Cell, ...]:
    in_bill = {column.key for column in _BILL}
    return tuple(item["bill"][c.key] if c.key in in_bill else item[c.key] for c in columns)


def saving_table(view: View, name: str) -> Table:
    """Return what each lever saves, as it is drawn."""
    columns = (Column("lever", "lever"), Column("saving_share", "saves", "share"))
    rows = tuple((short_name(lever), lever["saving_share"]) for lever in answered(view))
    return Table(name, "Share of the cost saved", columns, rows)


def lever_table(view: View) -> Table:
    """Return levers with cost, saving, times, and what is paid once."""
    columns = (
        Column("title", "lever"),
        Column("saving_share", "saves", "share"),
        Column("saving_usd_per_month", "USD saved a month", "count"),
        Column("usd_per_month", "USD a month", "count"),
        Column("ttft_s", "first token, s", "number"),
        Column("tpot_s", "each token, s", "number"),
    )
    rows = tuple((short_name(lever), *(lever[c.key] for c in columns[1:])) for lever in priced(view))
    return Table("levers-in-full", "Each lever alone, and three of them together", columns, rows)


def once_table(view: View) -> Table:
    """Return what each lever costs once, when it has paid back, and what it then runs on."""
    columns = (
        Column("title", "lever"),
        Column("one_off", "what is paid once"),
        Column("one_off_usd", "USD once", "count"),
        Column("payback_months", "pays back in", "months"),
        Column("kwh_per_month", "kWh a month", "count"),
        Column("fleet", "fleet"),
    )
    rows = tuple(
        (
            lever["title"],
            lever["one_off"],
            "not known" if lever["one_off_usd"] is None else lever["one_off_usd"],
            _months(lever["payback_months"]),
            lever["kwh_per_month"],
            lever["fleet"] or lever["refused"],
        )
        for lever in view["levers"]
    )
    return Table("once", "What levers cost once, and what they then run on", columns, rows)


def _months(found: Mapping[str, float | None] | None) -> Cell:
    return "not known" if found is None else found


def quality_table(view: View) -> Table:
    """Return what levers do to answers, with the evidence."""
    columns = (
        Column("title", "lever"),
        Column("words", "what it does to answers"),
        Column("grade", "grade"),
        Column("source", "source"),
    )
    rows = tuple(
        (lever["title"], lever["quality"]["words"], lever["quality"]["grade"], _work(lever["quality"]))
        for lever in view["levers"]
        if lever["kind"] != "together"
    )
    return Table(
        "answers", "What levers do to answers: A proof, B measured, C observed, D assumed", columns, rows
    )


def assumption_table(view: View) -> Table:
    """Return how far each lever is assumed to reach."""
    columns = (
        Column("name", "assumption", "code"),
        Column("words", "what it is"),
        Column("p5", "from", "number"),
        Column("p95", "to", "number"),
        Column("grade", "grade"),
        Column("source", "source"),
    )
    found = {item["name"]: item for lever in view["levers"] for item in lever["assumptions"]}
    rows = tuple(
        (
            item["name"],
            item["words"],
            item["p5"],
            item["p95"],
            item["grade"],
            _work(item),
        )
        for item in found.values()
    )
    return Table("assumptions", "How far levers reach; --assume NAME=RANGE states your own", columns, rows)


def _work(item: Mapping[str, Any]) -> str:
    """Return the work that something rests on."""
    return "" if item["source"] is None else str(item["source"]["work"])


def candidate_table(view: View) -> Table:
    """Return the fleet of each candidate of a scenario."""
    columns = (
        Column("name", "candidate"),
        Column("params", "params", "count"),
        Column("usd_per_month", "USD a month", "count"),
        Column("usd_per_mtok_output", "USD per Mtok out", "number"),
        Column("fleet", "fleet"),
        Column("reason", "why none"),
    )
    rows = tuple(tuple(item[column.key] for column in columns) for item in view["candidates"])
    return Table("candidates", "The same load served by each size", columns, rows)


def refused_table(view: View) -> Table:
    """Return the accelerators that are left out, and why."""
    columns = (Column("accelerator", "accelerator"), Column("reason", "why"))
    rows = tuple((item["accelerator"], item["reason"]) for item in view["refused"])
    return Table("refused", "Accelerators that are refused", columns, rows)
