"""Retention part by part in a plan: as plain data, and as the table of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nextdollar.plan.quality_measured import holds_no_effect
from nextdollar.plan.quality_parts_reading import PartsReading
from nextdollar.report.figure import figure
from nextdollar.report.tables import Column, Table
from nextdollar.uncertainty import Design

_NAMES = {
    "churn": "churn, failed payments included",
    "conversion": "those who come",
    "expansion": "use by one customer",
    "price": "price at equal use",
}


def quality_parts_view(found: PartsReading | None, design: Design) -> dict[str, Any]:
    """Return the parts of the worth of quality as plain data: none outside `retention`."""
    if found is None:
        return {"parts": [], "measured_churn": None, "fall_cut_share": 0.0}
    return {
        "parts": [
            {
                "name": name,
                "change_per_decade_share": figure(found.change_per_decade_share[name], design),
                "value_usd": figure(value_usd, design),
            }
            for name, value_usd in found.value_usd.items()
        ],
        "measured_churn": _measured(found),
        "fall_cut_share": found.cut_share,
    }


def _measured(found: PartsReading) -> dict[str, Any] | None:
    effect, counts = found.measured, found.counts
    if effect is None or counts is None:
        return None
    return {
        "fall_log_per_decade": effect.fall_log_per_decade,
        "standard_error_log_per_decade": effect.standard_error_log_per_decade,
        "gained_decades": counts.gained.typical(),
        "is_controlled": effect.is_controlled,
        "holds_no_effect": holds_no_effect(effect),
        "confounding": effect.said(),
    }


def quality_parts_table(view: Mapping[str, Any]) -> Table:
    """Return what each part does and is worth, and all together."""
    quality = view["value_of_quality"]
    columns = (
        Column("name", "part"),
        Column("change_per_decade_share", "change by ten times the compute", "share"),
        Column("value_usd", "its part of the value, present value", "usd"),
    )
    parts = quality["parts"]
    rows = [(_NAMES[item["name"]], item["change_per_decade_share"], item["value_usd"]) for item in parts]
    title = f"Where the value of {quality['candidate']} comes from, before costs"
    return Table("value-by-part", title, columns, (*rows, ("all parts", "", quality["value_usd"])))
