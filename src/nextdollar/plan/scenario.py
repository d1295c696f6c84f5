"""The scenario: what a person states about today, the candidates, the customers and the money.

Every field says what it is; a name means the same everywhere, and the path of a field
(`customers.pro.churn`) is the name of that input in results, explanations and `--set`.
"""

from __future__ import annotations

import difflib
import itertools
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, PrivateAttr, StringConstraints, Tag

from nextdollar.plan.hardware_fields import Hardware
from nextdollar.plan.quality_fields import ValueOfQuality
from nextdollar.plan.quantities.quantity_fields import (
    Churn,
    Coefficient,
    Count,
    Discount,
    Duration,
    Growth,
    Loss,
    Money,
    Params,
    Positive,
    PositiveDuration,
    PositiveShare,
    PricePerMonth,
    TokenPrice,
    Tokens,
    TokensPerMonth,
)
from nextdollar.plan.strict_fields import NameOnly, Strict

SCHEMA = "nextdollar.scenario/1"
MOST_DRAWS = 4_194_304
MOST_MONTHS = 600
_OF_RUNS = ("fit", "where", "family", "columns")
_CLOSE = 0.75
Name = Annotated[str, StringConstraints(pattern=r"^[^\s.\[\]=\x00-\x1f\x7f][^.\[\]=\x00-\x1f\x7f]{0,59}$")]


class Risk(Strict):
    """How bad outcomes are measured, and how much of them is bearable."""

    measure: Literal["expected shortfall", "value at risk"] = Field(
        default="expected shortfall", description="the risk measure that `limit` is held against"
    )
    level: PositiveShare = Field(description="confidence level, e.g. 95 %")
    limit: Money | None = Field(
        default=None, description="candidates whose measure exceeds this are not funded"
    )


class LawParameters(Strict):
    """A loss law by its form and coefficients; any coefficient may be uncertain."""

    form: Literal["chinchilla", "power in params", "power in tokens", "power in flop", "kaplan"] = Field(
        description="the formula: E + A/N^alpha + B/D^beta, E + A/x^alpha, or Kaplan's"
    )
    E: Coefficient | None = Field(default=None, description="loss that no model can beat, nats per token")
    A: Coefficient | None = None
    alpha: Coefficient | None = None
    B: Coefficient | None = None
    beta: Coefficient | None = None
    Nc: Coefficient | None = None
    Dc: Coefficient | None = None
    alpha_params: Coefficient | None = None
    alpha_tokens: Coefficient | None = None
    source: str = ""


class LawFromRuns(Strict):
    """A loss law fitted to a table of training runs, with everything that the runs leave open."""

    fit: NameOnly = Field(
        description="a table of runs: CSV, Parquet, JSON lines or a folder of MLflow, relative to this file"
    )
    where: Annotated[str, StringConstraints(min_length=1, max_length=2_000)] | None = Field(
        default=None, description="which rows are runs, e.g. \"flops <= 1e21 and family == 'c4'\""
    )
    family: NameOnly | None = Field(
        default=None, description="the family whose losses can be compared; short for a `where`"
    )
    columns: dict[Name, NameOnly] = Field(
        default_factory=dict, description="which column is what, e.g. {loss: val_loss}, or one number for all"
    )
    form: Literal["coupled", "chinchilla", "kaplan"] = Field(
        default="coupled",
        description=(
            "the formula; coupled holds the other two and takes what other studies say into account, "
            "they take these runs alone and need more of them"
        ),
    )
    # What the runs allow, once they have been read; a `plan.runs_law.LawsOfRuns`.
    _fitted: Any = PrivateAttr(default=None)

    @property
    def fitted(self) -> Any:
        """The laws that the runs allow; None until they have been read."""
        return self._fitted

    def with_runs(self, fitted: object) -> Self:
        """Return the same law with what its runs allow."""
        copy = self.model_copy()
        copy._fitted = fitted
        return copy


class Given(Strict):
    """What is known of a candidate without deriving it."""

    loss: Loss | None = Field(default=None, description="loss in nats per token")
    cost: Money | None = Field(
        default=None, description="training and serving over the horizon, paid at the start"
    )
    training_cost: Money | None = Field(default=None, description="training alone, paid at the start")
    serving_cost: Money | None = Field(
        default=None, description="serving over the whole horizon, paid month by month"
    )
    serving_price: TokenPrice | None = Field(default=None, description="serving per million tokens")


class Candidate(Strict):
    """A model that could be trained, or the one that runs today."""

    params: Params | None = Field(default=None, description="number of parameters")
    active_params: Params | None = Field(
        default=None, description="of a mixture of experts: parameters that one token passes through"
    )
    shape: NameOnly | None = Field(
        default=None,
        description="a published model that it is built like; default: a usual shape of its size",
    )
    tokens: Tokens | None = Field(default=None, description="training tokens")
    tokens_per_param: Positive | None = Field(default=None, description="training tokens per parameter")
    given: Given | None = Field(default=None, description="loss or cost as known, instead of derived")
    launch: Duration | None = Field(
        default=None, description="time until customers get it; default: the deadline"
    )


class Segment(Strict):
    """A group of customers who pay, leave and use alike."""

    count: Count = Field(description="paying customers today")
    price: PricePerMonth = Field(description="what one customer pays")
    churn: Churn = Field(description="share of customers who leave in a period")
    gross_margin: PositiveShare | None = Field(
        default=None, description="share of price left after costs other than serving"
    )
    growth: Growth | None = Field(
        default=None,
        description="net growth of the number of customers; absent: today's customers only, running off",
    )
    tokens: TokensPerMonth | None = Field(default=None, description="tokens that one customer uses")


class Correlation(Strict):
    """A rank correlation between two uncertain inputs."""

    between: Annotated[list[NameOnly], Field(min_length=2, max_length=2)]
    spearman: Annotated[float, Field(gt=-1, lt=1)]


class Simulation(Strict):
    """How many draws, from which seed."""

    draws: Annotated[int, Field(ge=128, le=MOST_DRAWS)] = 16_384
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 7


class Exchange(Strict):
    """What one unit of another currency is worth, and on which day."""

    rate: Money
    on: NameOnly = Field(description="the day of the rate, YYYY-MM-DD")
    source: str = ""


def _law_tag(value: object) -> str:
    if isinstance(value, LawFromRuns):
        return "runs"
    if isinstance(value, dict):
        names = [str(name)[:60] for name in itertools.islice(value, 20)]
        near = (difflib.get_close_matches(name, _OF_RUNS, n=1, cutoff=_CLOSE) for name in names)
        if "fit" in value or ("form" not in value and any(near)):
            return "runs"
    return "name" if isinstance(value, str) else "parameters"


Law = Annotated[
    Annotated[NameOnly, Tag("name")]
    | Annotated[LawParameters, Tag("parameters")]
    | Annotated[LawFromRuns, Tag("runs")],
    Discriminator(_law_tag),
]


def _exchange_tag(value: object) -> str:
    return "dated" if isinstance(value, dict) else "rate"


ExchangeRate = Annotated[
    Annotated[Money, Tag("rate")] | Annotated[Exchange, Tag("dated")], Discriminator(_exchange_tag)
]


class Scenario(Strict):
    """Everything that a plan needs, as a person states it."""

    schema_: Literal["nextdollar.scenario/1"] = Field(alias="schema")
    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    purpose: str = ""
    currency: Literal["USD"] = "USD"
    exchange: dict[str, ExchangeRate] = Field(default_factory=dict)
    horizon: PositiveDuration = Field(description="how far the cash flow looks, e.g. 36 months")
    discount: Discount = Field(description="cost of capital, e.g. 12 %/year")
    risk: Risk
    law: Law | None = Field(default=None, description="how loss follows from size and data")
    hardware: Hardware | None = Field(default=None, description="what candidates are trained and served on")
    today: NameOnly = Field(description="the candidate that keeps running if nothing is funded")
    candidates: dict[Name, Candidate] = Field(min_length=2, max_length=60)
    customers: dict[Name, Segment] = Field(min_length=1, max_length=60)
    value_of_quality: ValueOfQuality
    correlations: Annotated[list[Correlation], Field(max_length=400)] = Field(default_factory=list)
    simulation: Simulation = Field(default_factory=Simulation)
