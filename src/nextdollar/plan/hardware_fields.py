"""What models are trained and served on, as a scenario states it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nextdollar.plan.quantities.quantity_fields import (
    ElectricityPrice,
    GpuHourPrice,
    GpuPrice,
    Latency,
    Multiple,
    PositiveDuration,
    PositiveShare,
    Pue,
    ReadingSpeed,
    Share,
    Tokens,
)
from nextdollar.plan.strict_fields import NameOnly, Strict


class Ownership(Strict):
    """Owning accelerators instead of renting them."""

    purchase: GpuPrice = Field(description="price of one accelerator")
    life: PositiveDuration = Field(description="years until it is replaced")
    residual: Share = Field(description="share of the price it still fetches then")
    utilisation: PositiveShare = Field(description="share of hours in which it works for us")
    cluster_share: Share | None = Field(
        default=None, description="share of the cluster's cost that is not accelerators"
    )
    electricity: ElectricityPrice = Field(description="price of electricity, e.g. 0.08 USD/kWh")
    pue: Pue = Field(description="power usage effectiveness of the data centre, at least 1")


class Serving(Strict):
    """Requests and the speed of answers, from which the price of a token is worked out."""

    precision: Literal["bf16", "fp8", "int8", "fp4", "int4"] | None = Field(
        default=None, description="of the weights; default: fp8 where the accelerator has it, else bf16"
    )
    prompt: Tokens | None = Field(default=None, description="tokens that a request brings")
    answer: Tokens | None = Field(default=None, description="tokens that are written for it")
    speed: ReadingSpeed | None = Field(
        default=None, description="least speed of an answer, in 19 of 20 cases: 20 tokens/s"
    )
    first_token: Latency | None = Field(
        default=None, description="longest wait for the first token, in 19 of 20 cases; default: any"
    )
    load: PositiveShare | None = Field(
        default=None, description="share of the machine time paid for serving that is in use"
    )


class Hardware(Strict):
    """What models are trained and served on."""

    accelerator: NameOnly = Field(description="a row of the catalogue: nextdollar doctor lists them")
    price: GpuHourPrice | None = Field(default=None, description="rent of one accelerator for an hour")
    own: Ownership | None = Field(default=None, description="own instead of rent")
    mfu: PositiveShare | None = Field(
        default=None,
        description="share of peak FLOP/s that training reaches; default: what published runs took",
    )
    serving_mfu: PositiveShare | None = Field(
        default=None,
        description="share of peak FLOP/s that serving reaches; default: worked out from `serving`",
    )
    serving: Serving | None = Field(
        default=None, description="what requests are like and how fast answers must be"
    )
    development: Multiple | None = Field(
        default=None, description="all compute of the project over that of its final run; default: 1"
    )
    deadline: PositiveDuration | None = Field(
        default=None, description="wall-clock time allowed for a training run"
    )
