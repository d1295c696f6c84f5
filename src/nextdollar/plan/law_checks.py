"""Whether the coefficients of a law are those of its form, and inside their domain."""

from __future__ import annotations

from collections.abc import Iterator

from nextdollar.catalogue import fitted_law
from nextdollar.errors import Fault
from nextdollar.plan.faults import fault_at
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.reading.document import Document
from nextdollar.plan.repairs import insertion, left_out, rewritten
from nextdollar.plan.scenario import LawParameters, Scenario

NEEDED = {
    "chinchilla": ("E", "A", "alpha", "B", "beta"),
    "power in params": ("E", "A", "alpha"),
    "power in tokens": ("E", "A", "alpha"),
    "power in flop": ("E", "A", "alpha"),
    "kaplan": ("Nc", "Dc", "alpha_params", "alpha_tokens"),
}
_COEFFICIENTS = ("E", "A", "alpha", "B", "beta", "Nc", "Dc", "alpha_params", "alpha_tokens")
_EXPONENTS = ("alpha", "beta", "alpha_params", "alpha_tokens")
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = 1e-3, 3.0
# A published fit of each form, for a coefficient that is missing: (row of the catalogue, its name there).
_PUBLISHED = {
    **{name: ("hoffmann-2022-rounded", name) for name in ("E", "A", "alpha", "B", "beta")},
    "Nc": ("kaplan-2020", "N_c"),
    "Dc": ("kaplan-2020", "D_c"),
    "alpha_params": ("kaplan-2020", "alpha_N"),
    "alpha_tokens": ("kaplan-2020", "alpha_D"),
}


def law_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield coefficients that a stated law lacks, has too many, or has outside its domain."""
    law = scenario.law
    if not isinstance(law, LawParameters):
        return
    needed = NEEDED[law.form]
    hint = f"coefficients of this form: {', '.join(needed)}"
    for name in needed:
        if getattr(law, name) is None:
            line = f"{name}: {_published(name)}"
            yield fault_at(
                document, ("law",), code="ND1165", rule=f"must give {name} for the form {law.form!r}",
                hint=f"{hint}; {_PUBLISHED[name][0]} has {line}", fix=insertion(document, ("law",), line),
            )  # fmt: skip
    for name in _COEFFICIENTS:
        stated = getattr(law, name)
        if stated is None:
            continue
        if name not in needed:
            yield fault_at(
                document, ("law", name), code="ND1165", rule=f"is no coefficient of the form {law.form!r}",
                hint=hint, fix=left_out(document, ("law", name)), on_key=True,
            )  # fmt: skip
        else:
            yield from _domain_faults(name, stated, document)


def _published(name: str) -> str:
    row, there = _PUBLISHED[name]
    return f"{float(getattr(fitted_law(row).law, there)):g}"


def _domain_faults(name: str, stated: Quantity, document: Document) -> Iterator[Fault]:
    low, high = stated.inner_quantile(0.05), stated.inner_quantile(0.95)
    if name in _EXPONENTS and (low < _SMALLEST_EXPONENT or high > _LARGEST_EXPONENT):
        rule = f"must be an exponent from {_SMALLEST_EXPONENT:g} to {_LARGEST_EXPONENT:g}"
        hint = f"published exponents lie between 0.03 and 0.6; {_PUBLISHED[name][0]} has {_published(name)}"
    elif name != "E" and low <= 0:
        rule = "must be above 0"
        hint = f"a law without this term has another form; {_PUBLISHED[name][0]} has {_published(name)}"
    else:
        return
    fix = rewritten(document, ("law", name), _published(name))
    yield fault_at(document, ("law", name), code="ND1158", rule=rule, hint=hint, fix=fix)
