"""The shape of what `nextdollar knee --json` prints."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.report.research.envelope import Envelope, Shape
from nextdollar.report.research.reached import Reached


class PriceOfCompute(Shape):
    """What training work costs."""

    hardware: str
    usd_per_gpu_hour: Reached
    mfu: Reached
    usd_per_flop: Reached
    assumed: list[str] = Field(description="which of price and mfu come from the catalogue")


class KneeBudget(Shape):
    """One budget on the way: the model it buys, and what the next dollar brings back."""

    budget_flop: float
    budget_usd: float
    params: float
    tokens: float
    loss_nats: Reached
    returned_usd_per_usd: Reached
    elasticity: float = Field(description="per cent of loss per per cent of budget, median")
    beyond_data: bool | None


class KneePoint(Shape):
    """The knee: its budget by draw, and the model at the median of it."""

    budget_flop: Reached
    budget_usd: Reached
    advised_flop: float = Field(description="the one budget that is best on average over draws")
    advised_usd: float
    params: float
    tokens: float
    loss_nats: Reached
    elasticity: float
    beyond_share: float | None = Field(description="share of draws with the knee beyond the largest run")
    decades_beyond: float | None
    cannot_say: bool
    reasons: list[str]
    around: list[KneeBudget]
    curve: list[KneeBudget]


class Size(Shape):
    """A model on the way, what it scores and how often a single run reaches the wanted value."""

    budget_flop: float
    budget_usd: float
    params: float
    tokens: float
    metric: Reached
    reach_share: float
    beyond_data: bool | None


class QualityShape(Shape):
    """What a step in a metric costs, and what it would have to be worth."""

    metric: str
    columns: list[str]
    rises: bool
    is_share: bool = Field(description="whether the metric is a share from 0 to 1")
    form_shares: dict[str, float]
    residual: float
    follows_loss: float = Field(description="size of the rank correlation with the loss")
    n_runs: int
    n_left_out: int
    from_value: float
    to_value: float
    from_flop: Reached
    to_flop: Reached
    cost_usd: Reached
    break_even_usd_per_point: Reached = Field(description="USD for one unit of the metric")
    value_usd_per_point: Reached | None
    pays_share: float | None = Field(description="share of draws in which it is reached and worth its cost")
    even_chance: Size | None = Field(description="smallest size that reaches it in half of the draws")
    cannot_say: bool
    reasons: list[str]
    sizes: list[Size]
    curve: list[Size]


class KneeShape(Envelope):
    """Where the next dollar of training stops paying, and what a step in quality costs."""

    schema_: Literal["nextdollar.knee/1.0"] = Field(alias="schema")
    law: str
    valued_by: Literal["nat", "point"] | None = Field(description="null where no value was given")
    value_usd: Reached | None = Field(description="USD for one nat less, or for one unit of the metric more")
    tokens_per_param: float | None
    price: PriceOfCompute
    largest_run_flop: float | None
    knee: KneePoint | None
    quality: QualityShape | None
