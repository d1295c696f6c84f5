"""Columns on how the value of a customer grows with use, and fades while the model is not updated."""

from __future__ import annotations

from collections.abc import Mapping

from nextdollar.audience.ltv.cells import Field
from nextdollar.customers.lifetime_value.value_density import ValueDensity
from nextdollar.units import Floats

_LONGEST_MONTHS = 600.0
DENSITY_FIELDS = (
    Field("growth_per_month", -0.5, 1.0, is_share=True),
    Field("cap_multiple", 1.0, 1_000.0),
    Field("decay_per_month", 0.0, 1.0, is_share=True),
    Field("fresh_months", 0.0, _LONGEST_MONTHS, is_count=True),
    Field("update_months", 1.0, _LONGEST_MONTHS, is_count=True),
)
NEEDS: Mapping[str, tuple[str, ...]] = {
    "growth_per_month": ("cap_multiple",),
    "cap_multiple": ("growth_per_month",),
    "decay_per_month": ("fresh_months",),
    "fresh_months": ("growth_per_month",),
    "update_months": ("fresh_months",),
}
"""What a column says nothing without: growth without a cap would have no end."""


def density_of(values: Mapping[str, Floats]) -> ValueDensity | None:
    """Return how value grows and fades; None where a row does not state it."""
    if "growth_per_month" not in values:
        return None
    return ValueDensity(
        values["growth_per_month"],
        values["cap_multiple"],
        decay_per_month=values.get("decay_per_month", 0.0),
        n_months_fresh=_whole(values, "fresh_months"),
        n_months_between_updates=_whole(values, "update_months"),
    )


def _whole(values: Mapping[str, Floats], column: str) -> int | None:
    return round(float(values[column])) if column in values else None
