"""The shape of what `nextdollar study --json` prints."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.research.knee_schema import PriceOfCompute
from nextdollar.report.research.reached import Reached


class Option(Shape):
    """A large run to choose, or to train nothing (0 params)."""

    params: float
    tokens: float
    cost_usd: float
    loss_nats: Reached
    behind_best_usd: float = Field(description="expected value below that of the best option")
    best_share: float = Field(description="share of draws in which it is the best option")


class Worth(Shape):
    """A small run, and what it would do for the choice."""

    params: float
    tokens: float
    cost_usd: float
    evsi_usd: float = Field(description="expected value of sample information")
    standard_error_usd: float
    net_usd: float = Field(description="worth less cost")
    spread_left_share: float = Field(description="share of the spread of the forecast that remains")
    is_understated: bool = Field(description="whether it tells more than the draws can resolve")


class Step(Shape):
    """One run of the ladder: what it is, and what all runs up to it cost and are worth."""

    params: float
    tokens: float
    cost_usd: float
    adds_usd: float
    total_cost_usd: float
    total_evsi_usd: float
    spread_left_share: float
    interval_90_nats: tuple[float, float]


class StudyShape(Envelope):
    """Which small run is worth most before a large one is chosen."""

    schema_: Literal["nextdollar.study/1.0"] = Field(alias="schema")
    law: str
    decision: Literal["candidates", "split", "budget"]
    target_flop: float | None
    value_usd_per_nat: Reached
    price: PriceOfCompute
    budget_usd: float | None
    noise_log: float = Field(description="scatter of the log loss from run to run")
    evpi_usd: float = Field(description="expected value of perfect information")
    best: Option
    options: list[Option]
    loss_interval_90_nats: tuple[float, float]
    next: Worth | None = Field(description="null where no run is worth its cost")
    runs: list[Worth]
    ladder: list[Step]
