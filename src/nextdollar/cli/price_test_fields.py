"""What a file of prices states of a test of prices."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nextdollar.audience.pricing.price_test_rows import MOST_ARMS, MOST_OFFERED, MOST_PRICE_USD
from nextdollar.plan.strict_fields import NameOnly, Strict


class ArmFields(Strict):
    """One price that was shown, as counted."""

    price_usd: Annotated[float, Field(gt=0, le=MOST_PRICE_USD)]
    offered: Annotated[int, Field(ge=1, le=MOST_OFFERED)] = Field(description="people who were shown it")
    bought: Annotated[int, Field(ge=0, le=MOST_OFFERED)] = Field(description="of those")
    segment: NameOnly | None = Field(default=None, description="whose people they were")


class PriceTestFields(Strict):
    """A test that showed several prices to different people at the same time."""

    arms: list[ArmFields] | None = Field(
        default=None, min_length=2, max_length=MOST_ARMS, description="absent: read from `--test`"
    )
    today_usd: Annotated[float, Field(gt=0, le=MOST_PRICE_USD)] | None = Field(
        default=None, description="today's price in the terms of the arms; the linear form needs it"
    )
    min: Annotated[float, Field(ge=0, le=1000)] | None = Field(
        default=None, description="an elasticity under which nothing is thought possible"
    )
