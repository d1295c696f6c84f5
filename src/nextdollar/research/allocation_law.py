"""The law that a budget is split under: over few unique tokens, as draws, refused without a best split."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from nextdollar.catalogue.fits import fitted_law
from nextdollar.errors import DomainError, Fault, OptionsError
from nextdollar.research.laws import NamedLaw
from nextdollar.research.machine import Machine
from nextdollar.scaling import Chinchilla, Law
from nextdollar.scaling.inference_aware import SARDANA
from nextdollar.scaling.laws.data_constrained import DataConstrained
from nextdollar.sources import Source
from nextdollar.units import Floats

REPEATS_LAW = "muennighoff-2023"
"""Where the worth of repeated tokens comes from when a law does not state it."""
_MOST_DRAWS_OF_A_TABLE = 128


def with_unique_tokens(named: NamedLaw, law: Law, unique_tokens: Floats) -> Law:
    """Return a law over a number of unique tokens; itself where there are enough.

    A law of the Chinchilla form keeps its coefficients and takes the worth of repeats from
    Muennighoff et al. OptionsError for other forms.
    """
    if np.isinf(unique_tokens).all():
        return law
    if isinstance(law, DataConstrained):
        return replace(law, unique_tokens=unique_tokens)
    repeats = fitted_law(REPEATS_LAW).law
    if not isinstance(law, Chinchilla) or not isinstance(repeats, DataConstrained):
        rule = "must be of the Chinchilla or the data-constrained form where unique tokens are limited"
        raise OptionsError([Fault("ND1010", "law", rule, named.name, f"for example {REPEATS_LAW}")])
    return DataConstrained(
        law.E, law.A, law.alpha, law.B, law.beta, repeats.R_D, repeats.R_N, unique_tokens, domain=law.domain
    )


def knows_repeats(law: Law) -> bool:
    """Whether a law can say what few unique tokens do."""
    return isinstance(law, Chinchilla | DataConstrained)


def coefficient_law(law: Law) -> Law:
    """Return the law whose coefficients are draws, without the misfit that a forecast adds to its loss."""
    inner: Law = getattr(law, "law", law)
    return inner


def require_split(named: NamedLaw) -> None:
    """Raise OptionsError where a law has no best split of a budget, with its reason."""
    try:
        named.law.optimal_params(1e21)
    except DomainError as error:
        reason = str(error).partition(": ")[2] or str(error)
        hint = f"{reason}; hoffmann-2022, epoch-2024 and own fits of the form chinchilla have one"
        raise OptionsError(
            [Fault("ND1010", "law", "must have a best split of a budget", named.name, hint)]
        ) from None


def sources_of(
    named: NamedLaw, bound: Law, machine: Machine | None, *, inference_tokens: float
) -> tuple[Source, ...]:
    """Return where the law, the worth of repeats, the price and the way to count serving come from."""
    found = [*named.sources, *(machine.sources if machine is not None else ())]
    if inference_tokens > 0:
        found.append(SARDANA)
    if isinstance(bound, DataConstrained):
        found.append(DataConstrained.source)
    return tuple(found)


def thinned(law: Law, n_runs: int) -> Law:
    """Return the law with fewer draws where there are many runs: each run costs as much as a draw."""
    take = getattr(law, "take", None)
    n_draws = n_draws_of(law)
    if n_runs == 1 or n_draws <= _MOST_DRAWS_OF_A_TABLE:
        return law
    every = np.arange(0, n_draws, -(-n_draws // _MOST_DRAWS_OF_A_TABLE))
    if take is not None:
        thin: Law = take(every)
        return thin
    arrays = {
        item.name: getattr(law, item.name)[every]
        for item in fields(law)  # type: ignore[arg-type]
        if isinstance(getattr(law, item.name), np.ndarray)
    }
    return replace(law, **arrays)  # type: ignore[type-var]


def n_draws_of(law: Law) -> int:
    """Return how many draws the coefficients of a law have."""
    inner = coefficient_law(law)
    values = [getattr(inner, item.name) for item in fields(inner)]  # type: ignore[arg-type]
    return max((int(value.size) for value in values if isinstance(value, np.ndarray)), default=1)
