"""The kinds of quantity that a scenario has, each with its units and its domain."""

from __future__ import annotations

import numpy as np

from nextdollar.plan.quantities.kind import MAGNITUDES, Unit, linear
from nextdollar.plan.quantities.kind import Kind as Kind
from nextdollar.units import (
    DAYS_PER_MONTH,
    HOURS_PER_DAY,
    MONTHS_PER_YEAR,
    PERCENT,
    TOKENS_PER_MTOK,
    Floats,
    leaving_per_month_from_per_year,
    per_month_from_per_year,
    per_year_from_per_month,
)

MONTHS_PER_QUARTER = 3
_LEAST_SHARE = 1e-6
_LEAST_USD = 1e-6


def _leaving_per_year(factor: float) -> Unit:
    return Unit(
        lambda x: leaving_per_month_from_per_year(x * factor),
        lambda x: _leaving_per_year_from_per_month(x) / factor,
    )


def _leaving_per_year_from_per_month(share_per_month: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        leaving: Floats = -np.expm1(np.log1p(np.negative(share_per_month)) * MONTHS_PER_YEAR)
    return leaving


def _compound_per_year(factor: float) -> Unit:
    return Unit(
        lambda x: per_month_from_per_year(x * factor),
        lambda x: per_year_from_per_month(x) / factor,
    )


_COUNT = {"": linear(1.0)}
_DURATION_MONTHS = {
    "months": linear(1.0),
    "years": linear(MONTHS_PER_YEAR),
    "days": linear(1 / DAYS_PER_MONTH),
    "weeks": linear(7 / DAYS_PER_MONTH),
    "hours": linear(1 / (DAYS_PER_MONTH * HOURS_PER_DAY)),
}
_DURATION_ALIASES = {"month": "months", "year": "years", "day": "days", "week": "weeks", "hour": "hours"}
_SHARE = {"%": linear(PERCENT), "": linear(1.0)}
_LEAVING = {
    "%/month": linear(PERCENT),
    "/month": linear(1.0),
    "%/year": _leaving_per_year(PERCENT),
    "/year": _leaving_per_year(1.0),
}
_COMPOUND = {
    "%/month": linear(PERCENT),
    "/month": linear(1.0),
    "%/year": _compound_per_year(PERCENT),
    "/year": _compound_per_year(1.0),
}
_USD_PER_PERIOD = {
    "USD/month": linear(1.0),
    "USD/year": linear(1 / MONTHS_PER_YEAR),
    "USD/quarter": linear(1 / MONTHS_PER_QUARTER),
}
_TOKENS_PER_PERIOD = {
    "tok/month": linear(1.0),
    "tok/day": linear(DAYS_PER_MONTH),
    "tok/year": linear(1 / MONTHS_PER_YEAR),
}
_USD_PER_TOKENS = {
    "USD/Mtok": linear(1 / TOKENS_PER_MTOK),
    "USD/ktok": linear(1 / MAGNITUDES["k"]),
    "USD/tok": linear(1.0),
}
_MOST_DISCOUNT_PER_MONTH = float(per_month_from_per_year(10.0))

# fmt: off
POSITIVE = Kind(
    "ratio", "", _COUNT, "", 0.0, 1e9, low_open=True, least=1e-6, plain_unit="", example="20",
)
COEFFICIENT = Kind("law coefficient", "", _COUNT, "", 0.0, 1e30, least=1e-30, plain_unit="", example="0.3")
ELASTICITY = Kind("elasticity", "", _COUNT, "", 0.0, 1000.0, plain_unit="", example="5 to 15")
SHARE = Kind("share", "share", _SHARE, "%", 0.0, 1.0, fraction_hint=True, example="10 %")
POSITIVE_SHARE = Kind(
    "share", "share", _SHARE, "%", 0.0, 1.0, low_open=True, least=_LEAST_SHARE, fraction_hint=True,
    example="80 %",
)
PARAMS = Kind(
    "number of parameters", "params", {"": linear(1.0), "params": linear(1.0)}, "B", 1.0, 1e18,
    plain_unit="", magnitudes=True, example="7 B",
)
TOKENS = Kind(
    "number of tokens", "tokens", {unit: linear(1.0) for unit in ("", "tokens", "tok")}, "T", 1.0, 1e21,
    plain_unit="", magnitudes=True, example="2 T",
)
COUNT = Kind(
    "number of customers", "customers", {unit: linear(1.0) for unit in ("", "customers", "seats")},
    "customers", 0.0, 1e11, low_open=True, least=1e-3, plain_unit="", magnitudes=True,
    in_place_of_zero=("1", "leave a segment without customers out, or begin with one"),
    example="1_000 customers",
)
MONEY = Kind(
    "amount of money", "USD", {"USD": linear(1.0)}, "USD", 0.0, 1e16, least=_LEAST_USD, magnitudes=True,
    example="1 MUSD",
)
PRICE_PER_MONTH = Kind(
    "price per customer", "USD/month", _USD_PER_PERIOD, "USD/month", 0.0, 1e12, low_open=True,
    least=_LEAST_USD, magnitudes=True, example="20 USD/month",
    in_place_of_zero=("0.01 USD/month", "leave customers who pay nothing out, or write a very small price"),
)
CHURN = Kind(
    "churn", "/month", _LEAVING, "%/month", 0.0, 1.0, low_open=True, high_open=True, least=1e-9,
    fraction_hint=True, example="4 %/month",
    in_place_of_zero=(
        "0.1 %/month", "where nobody ever leaves a lifetime has no end; write a small churn and say why"
    ),
)
DISCOUNT = Kind(
    "discount rate", "/month", _COMPOUND, "%/year", 0.0, _MOST_DISCOUNT_PER_MONTH, fraction_hint=True,
    example="12 %/year",
)
GROWTH = Kind(
    "growth", "/month", _COMPOUND, "%/month", -1.0, 1.0, low_open=True, fraction_hint=True,
    example="0 to 2 %/month",
)
TOKENS_PER_MONTH = Kind(
    "use by one customer", "tokens/month", _TOKENS_PER_PERIOD, "Mtok/month", 0.0, 1e18, least=1e-6,
    magnitudes=True, example="0.5 to 2 Mtok/month",
    aliases={"tokens/month": "tok/month", "tokens/day": "tok/day", "tokens/year": "tok/year"},
)
GPU_HOUR_PRICE = Kind(
    "price of a GPU-hour", "USD/gpu-hour", {"USD/gpu-hour": linear(1.0)}, "USD/gpu-hour", 0.0, 1e5,
    low_open=True, least=_LEAST_USD, example="2.0 to 3.0 USD/gpu-hour",
)
GPU_PRICE = Kind(
    "price of a GPU", "USD/gpu", {"USD/gpu": linear(1.0)}, "USD/gpu", 0.0, 1e8, low_open=True,
    least=_LEAST_USD, magnitudes=True, example="31 KUSD/gpu",
)
TOKEN_PRICE = Kind(
    "price of tokens", "USD/token", _USD_PER_TOKENS, "USD/Mtok", 0.0, 1.0,
    least=_LEAST_USD / TOKENS_PER_MTOK, example="2 USD/Mtok",
)
ELECTRICITY_PRICE = Kind(
    "price of electricity", "USD/kWh", {"USD/kWh": linear(1.0), "USD/MWh": linear(1e-3)}, "USD/kWh",
    0.0, 100.0, example="0.08 USD/kWh",
)
PUE = Kind("power usage effectiveness", "", _COUNT, "", 1.0, 5.0, plain_unit="", example="1.2")
LOSS = Kind(
    "loss", "nats", {"nats": linear(1.0)}, "nats", 0.0, 100.0, low_open=True, least=1e-6,
    plain_unit="nats", example="2.0 nats",
)
DURATION = Kind(
    "length of time", "months", _DURATION_MONTHS, "months", 0.0, 1200.0, aliases=_DURATION_ALIASES,
    example="3 months",
)
POSITIVE_DURATION = Kind(
    "length of time", "months", _DURATION_MONTHS, "months", 0.0, 1200.0, low_open=True, least=1e-4,
    in_place_of_zero=("1 month", "a time of nothing leaves nothing to count"), example="36 months",
    aliases=_DURATION_ALIASES,
)
LATENCY = Kind(
    "time to wait", "s", {"s": linear(1.0), "ms": linear(1e-3)}, "s", 0.0, 3600.0, low_open=True, least=1e-6,
    in_place_of_zero=("1 ms", "no answer comes at once"), example="2 s",
    aliases={"seconds": "s", "second": "s", "milliseconds": "ms"},
)
READING_SPEED = Kind(
    "speed of an answer", "tokens/s", {"tokens/s": linear(1.0)}, "tokens/s", 0.0, 1e5, low_open=True,
    least=1e-3, example="20 tokens/s", aliases={"tok/s": "tokens/s"},
    in_place_of_zero=("1 tokens/s", "an answer that never ends is none"),
)
MULTIPLE = Kind("multiple", "", _COUNT, "", 1.0, 1000.0, plain_unit="", example="1.5 to 5.6")
# fmt: on
