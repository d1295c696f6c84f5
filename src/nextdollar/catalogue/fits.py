"""Published fits of scaling laws, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from nextdollar.catalogue.rows import SOURCE_COLUMNS, Row, by_name, collect, kept, read, rows, unknown
from nextdollar.scaling import LAWS, Domain, Law, PowerLaw, Variable
from nextdollar.sources import Source

DEFAULT_LAW = "hoffmann-2022"
"""The fit taken when nothing else is asked for: the unrounded one of Hoffmann et al."""

_BOUNDS = ("params_low", "params_high", "tokens_low", "tokens_high", "flop_low", "flop_high")
COEFFICIENTS = {
    "chinchilla": ("E", "A", "alpha", "B", "beta"),
    "kaplan": ("N_c", "D_c", "alpha_N", "alpha_D"),
    "power": ("E", "A", "alpha"),
    "coupled": ("E", "A", "alpha", "B", "beta", "k"),
    "data-constrained": ("E", "A", "alpha", "B", "beta", "R_D", "R_N"),
    "over-training": ("E", "a", "b", "eta"),
    "routed-moe": ("a", "b", "c", "d", "E_start", "E_max", "experts"),
}
"""Columns that hold the coefficients of each form, in the order of the law's fields."""

_COLUMNS = (
    "name",
    "form",
    *dict.fromkeys(name for names in COEFFICIENTS.values() for name in names),
    "variable",
    *_BOUNDS,
    *SOURCE_COLUMNS,
)


@dataclass(frozen=True, slots=True)
class FittedLaw:
    """A published fit: the law with its coefficients, and where they come from.

    `source` is that of the coefficients; the formula has its own, `law.source`. `kind` is
    "published", "refit" (found again from the data) or "reading" (not a fit to runs).
    """

    name: str
    law: Law
    source: Source
    kind: str
    note: str

    @property
    def domain(self) -> Domain:
        """Range of the runs that the coefficients were fitted to."""
        return self.law.domain


@kept
def fitted_laws() -> Mapping[str, FittedLaw]:
    """Every published fit of the catalogue, by name."""
    return MappingProxyType(parse_fitted_laws(read("fitted_laws.csv"), "fitted_laws.csv"))


def fitted_law(name: str = DEFAULT_LAW) -> FittedLaw:
    """Return the published fit of a name; CatalogueError if there is none."""
    known = fitted_laws()
    if name not in known:
        raise unknown("law", name, known)
    return known[name]


def parse_fitted_laws(lines: Iterable[str], file: str) -> dict[str, FittedLaw]:
    """Published fits by name from the lines of a CSV file; CatalogueError names the line of each fault."""
    found = collect(rows(lines, file, _COLUMNS), _fitted_law_of)
    return by_name((row, item.name, item) for row, item in found)


def _fitted_law_of(row: Row) -> FittedLaw:
    """Return the published fit of a row."""
    return FittedLaw(
        name=row.text("name"),
        law=_law_of(row),
        source=row.source(),
        kind=row.text("kind"),
        note=row.cells["note"],
    )


def _law_of(row: Row) -> Law:
    """Return the law of a row, with its coefficients and its domain."""
    form = row.one_of("form", tuple(COEFFICIENTS))
    values = {name: row.number(name) for name in COEFFICIENTS[form]}
    bounds = {name: row.optional_number(name) for name in _BOUNDS}
    domain = Domain(**{name: bound for name, bound in bounds.items() if bound is not None})
    if form == "power":
        variable = cast(Variable, row.one_of("variable", ("params", "tokens", "flop")))
        return PowerLaw(**values, variable=variable, domain=domain)
    # The columns of a form are the fields of its law, which the checker cannot see.
    return LAWS[form](**values, domain=domain)  # type: ignore[call-arg]
