"""A named input of a plan: what was stated or supplied, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nextdollar.catalogue.defaults import defaults
from nextdollar.plan.quantities.kinds import Kind
from nextdollar.plan.quantities.quantity import Quantity, read_quantity
from nextdollar.units import Floats

Values = Mapping[str, Floats]
"""Inputs by name, in the units used inside; a float where certain, (n_draws,) where not."""


@dataclass(frozen=True, slots=True)
class Input:
    """One named input: what was stated or supplied, and where it comes from."""

    name: str
    quantity: Quantity
    origin: Literal["stated", "default"]
    source: str = ""
    grade: str = ""
    note: str = ""


def default_input(key: str, kind: Kind, *, name: str = "") -> Input:
    """Return the input that the catalogue supplies for a field; `name` where it stands under a name."""
    row = defaults()[key]
    quantity = read_quantity(row.value, kind)
    return Input(name or key, quantity, "default", str(row.source), row.grade, row.note)
