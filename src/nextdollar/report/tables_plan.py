"""The tables of a plan, each of what one part of the report is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from nextdollar.report.figure import average, middle
from nextdollar.report.tables import Cell, Column, Table

View = Mapping[str, Any]


def candidates_in_order(view: View) -> list[Mapping[str, Any]]:
    """Return the candidates in the order in which the decision walks them, today's model first."""
    named = {item["name"]: item for item in view["candidates"]}
    return [named[name] for name in view["decision"]["order"]]


def offered(view: View) -> list[Mapping[str, Any]]:
    """Return the candidates without today's model, in order of cost."""
    return [item for item in candidates_in_order(view) if not item["is_today"]]


def total_cost_usd(candidate: Mapping[str, Any]) -> float:
    """Return what a candidate is expected to cost in all: training and serving until the horizon."""
    return (average(candidate["training_cost_usd"]) or 0.0) + (average(candidate["serving_cost_usd"]) or 0.0)


def by_total_cost(view: View) -> list[Mapping[str, Any]]:
    """Return the candidates from the cheapest to the dearest in all."""
    return sorted(candidates_in_order(view), key=total_cost_usd)


def _of(items: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(item[column.key] for column in columns) for item in items)


NAME = Column("name", "candidate")


def loss_table(view: View) -> Table:
    """Return what each candidate reaches, and what each step in total cost buys."""
    columns = (
        NAME,
        Column("params", "parameters", "count"),
        Column("tokens", "training tokens", "count"),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("total_cost_usd", "training and serving", "usd"),
        Column("loss_fall_nats", "loss fall from the row above", "nats_step"),
        Column("further_cost_usd", "further cost", "usd"),
    )
    rows: list[tuple[Cell, ...]] = []
    before: Mapping[str, Any] | None = None
    for item in by_total_cost(view):
        fall = (
            None
            if before is None
            else (middle(before["loss_nats"]) or 0.0) - (middle(item["loss_nats"]) or 0.0)
        )
        further = None if before is None else total_cost_usd(item) - total_cost_usd(before)
        cells = (item["name"], item["params"], item["tokens"], item["loss_nats"])
        rows.append((*cells, total_cost_usd(item), fall, further))
        before = item
    return Table(
        "loss-against-cost", "Loss and cost of each candidate, from cheap to dear", columns, tuple(rows)
    )


def cost_table(view: View) -> Table:
    """Return what each candidate costs and which machines it takes."""
    columns = (
        NAME,
        Column("training_cost_usd", "training", "usd"),
        Column("serving_cost_usd", "serving until the horizon", "usd"),
        Column("extra_cost_usd", "cost beyond keeping today's model, present value", "usd"),
        Column("gpu_hours", "GPU-hours of training", "count"),
        Column("gpus_for_deadline", "GPUs for the deadline", "count"),
    )
    return Table("costs", "What each candidate costs", columns, _of(candidates_in_order(view), columns))


def segment_table(view: View) -> Table:
    """Return lifetime value by segment, and all together."""
    columns = (
        Column("name", "segment"),
        Column("customers", "customers", "count"),
        Column("price_usd_per_month", "price a month", "usd"),
        Column("churn_per_month", "churn a month", "share"),
        Column("ltv_usd", "lifetime value", "usd"),
        Column("discounted_ltv_usd", "discounted", "usd"),
        Column("total_ltv_usd", "all customers", "usd"),
    )
    rows = _of(view["customers"]["segments"], columns)
    together: tuple[Cell, ...] = ("all segments", *([""] * 5), view["customers"]["total_ltv_usd"])
    return Table("lifetime-value", "Lifetime value today, by segment", columns, (*rows, together))


def worth_table(view: View) -> Table:
    """Return what each candidate adds to the customers' value."""
    columns = (
        NAME,
        Column("value_uplift_share", "value of a customer rises by", "share"),
        Column("ltv_gain_usd", "rise of total lifetime value", "usd"),
        Column("value_usd", "value booked until the horizon, present value", "usd"),
        Column("extra_cost_usd", "extra cost, present value", "usd"),
        Column("benefit_cost_ratio", "value for each dollar", "usd_each"),
    )
    return Table(
        "worth", "What each candidate adds to keeping today's model", columns, _of(offered(view), columns)
    )


def churn_table(view: View) -> Table:
    """Return payback and present value at other rates of churn."""
    columns = (
        Column("churn_shift_per_month", "churn a month, against today", "points"),
        Column("payback_ltv_months", "payback in months, LTV-amortised", "months"),
        Column("payback_cash_months", "payback in months, cash", "months"),
        Column("npv_usd", "NPV", "usd"),
    )
    return Table(
        "churn-sensitivity",
        "Payback and NPV when every segment's churn moves",
        columns,
        _of(view["churn_sensitivity"], columns),
    )


def npv_table(view: View) -> Table:
    """Return present value, returns and paybacks by candidate."""
    columns = (
        NAME,
        Column("npv_usd", "NPV", "usd"),
        Column("roi", "net return on each dollar", "usd_each"),
        Column("irr_per_year", "IRR a year", "rate"),
        Column("payback_cash_months", "payback in months, cash", "months"),
        Column("payback_ltv_months", "payback in months, LTV-amortised", "months"),
    )
    return Table(
        "npv", "Present value, return and payback of each candidate", columns, _of(offered(view), columns)
    )


def risk_table(view: View) -> Table:
    """Return the measures of risk by candidate, each with its sampling error."""
    columns = (
        NAME,
        Column("loss_probability", "loses money in", "share"),
        Column("loss_probability_standard_error", "+/- from sampling", "share"),
        Column("value_at_risk_usd", "value at risk", "usd"),
        Column("value_at_risk_usd_standard_error", "+/- from sampling", "usd"),
        Column("expected_shortfall_usd", "expected shortfall", "usd"),
        Column("expected_shortfall_usd_standard_error", "+/- from sampling", "usd"),
    )
    return Table(
        "risk", "Risk of each candidate; a negative loss is a gain", columns, _of(offered(view), columns)
    )


def cash_table(view: View) -> Table:
    """Return expected cumulative cash by month, a column for each candidate."""
    items = offered(view)
    columns = (
        Column("month", "month", "count"),
        *(Column(f"{item['name']}_usd", str(item["name"]), "usd") for item in items),
    )
    running = [list(accumulate(item["mean_cash_usd"])) for item in items]
    rows = tuple((month, *cells) for month, cells in enumerate(zip(*running, strict=True)))
    return Table("cumulative-cash", "Expected cumulative cash, not discounted", columns, rows)


def step_table(view: View) -> Table:
    """Return the steps between neighbours in order of cost."""
    columns = (
        Column("from", "from"),
        Column("to", "to"),
        Column("extra_value_usd", "extra value", "usd"),
        Column("extra_cost_usd", "extra cost", "usd"),
        Column("marginal_return_usd_per_usd", "each extra dollar returns", "usd_each"),
        Column("npv_usd", "NPV of the step", "usd"),
        Column("npv_standard_error_usd", "+/- from sampling", "usd"),
        Column("pays_probability", "pays in", "share"),
        Column("verdict", "verdict"),
    )
    return Table(
        "steps", "Each step to the next dearer candidate", columns, _of(view["decision"]["steps"], columns)
    )


def break_even_table(view: View) -> Table:
    """Return where each lever turns each step."""
    columns = (
        Column("from", "from"),
        Column("to", "to"),
        Column("lever", "lever"),
        Column("today", "today", "number"),
        Column("break_even", "breaks even at", "number"),
        Column("unit", "unit"),
        Column("checked_npv_usd", "NPV of the step there", "usd"),
    )
    rows = _of(view["decision"]["break_even"], columns)
    return Table("break-even", "Where each step breaks even, everything else as it is", columns, rows)


def frontier_table(view: View) -> Table:
    """Return the curve of present value along size."""
    columns = (
        Column("params", "parameters", "count"),
        Column("loss_nats", "loss, nats per token", "nats"),
        Column("cost_usd", "extra cost", "usd"),
        Column("value_usd", "value", "usd"),
        Column("npv_mean_usd", "NPV, mean", "usd"),
        Column("npv_p5_usd", "P5", "usd"),
        Column("npv_p95_usd", "P95", "usd"),
    )
    curve = [] if view["frontier"] is None else view["frontier"]["curve"]
    return Table("frontier", "Present value along size", columns, _of(curve, columns))


def driver_table(view: View) -> Table:
    """Return what the uncertain inputs explain, the largest share first."""
    columns = (
        Column("input", "uncertain input", "code"),
        Column("share", "share of the variance of NPV", "share"),
    )
    return Table("drivers", "What drives the uncertainty", columns, _of(view["drivers"], columns))


def input_table(view: View) -> Table:
    """Return every assumption with its reading, source and grade."""
    columns = (
        Column("name", "assumption", "code"),
        Column("written", "as written"),
        Column("reading", "read as"),
        Column("origin", "stated or default"),
        Column("source", "source"),
        Column("grade", "grade"),
        Column("note", "note"),
    )
    return Table(
        "assumptions", "Every assumption, as written and as read", columns, _of(view["inputs"], columns)
    )


def correlation_table(view: View) -> Table:
    """Return the rank correlations between inputs."""
    columns = (
        Column("first", "input", "code"),
        Column("second", "moves with", "code"),
        Column("spearman", "rank correlation", "number"),
    )
    rows = tuple((*item["between"], item["spearman"]) for item in view["correlations"])
    return Table("correlations", "Inputs that move together", columns, rows)


def plan_tables(view: View) -> Iterator[Table]:
    """Yield every table of a plan, for the folder of data."""
    for build in (
        loss_table,
        cost_table,
        segment_table,
        worth_table,
        churn_table,
        npv_table,
        risk_table,
        cash_table,
        step_table,
        break_even_table,
        frontier_table,
        driver_table,
        input_table,
        correlation_table,
    ):
        yield build(view)
