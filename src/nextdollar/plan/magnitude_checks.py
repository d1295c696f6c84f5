"""Numbers that are each right and together lose all meaning: whole planets of customers, endless losses.

Checked at the ends of what can be drawn, so that no draw of a plan leaves the range of floats.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nextdollar.errors import DomainError, Fault
from nextdollar.plan.faults import fault_at
from nextdollar.plan.inputs import inputs_of
from nextdollar.plan.law_checks import NEEDED
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.runs_law import ranks
from nextdollar.plan.scenario import LawFromRuns, LawParameters, Scenario
from nextdollar.plan.technical import law_of
from nextdollar.uncertainty.distributions import LEAST_UNIFORM, MOST_UNIFORM
from nextdollar.units import Floats

_MOST_CUSTOMERS, _MOST_CUSTOMERS_DRAWN = 1e11, 1e40
_MOST_REVENUE_USD, _MOST_REVENUE_DRAWN_USD = 1e14, 1e30
_MOST_GAIN, _MOST_GAIN_DRAWN = 1e4, 1e40
_LEAST_LOSS_NATS, _MOST_LOSS_NATS = 1e-9, 1e9
_Ends = tuple[float, float]


def magnitude_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield what is too large or too small to be meant, in a scenario that is otherwise right."""
    stated = {name: item.quantity for name, item in inputs_of(scenario).items()}
    for name in scenario.customers:
        yield from _segment_faults(("customers", name), scenario, stated, document)
    losses = {name: _loss_ends(name, scenario, stated) for name in scenario.candidates}
    out_of_range = [
        name for name, (low, high) in losses.items() if not _LEAST_LOSS_NATS <= low <= high <= _MOST_LOSS_NATS
    ]
    for name in out_of_range:
        low, high = losses[name]
        yield fault_at(
            document, ("candidates", name), code="ND1173", on_key=True,
            rule=f"must have a loss above 0 that is finite; its law gives {low:.3g} to {high:.3g} nats",
            hint="check the coefficients of the law, and size and tokens",
        )  # fmt: skip
    if not out_of_range:
        yield from _gain_faults(scenario, stated, losses, document)


def _drawn(quantity: Quantity) -> _Ends:
    """Return the lowest and highest number that can be drawn, in the unit used inside."""
    ends = quantity.inner_quantile(LEAST_UNIFORM), quantity.inner_quantile(MOST_UNIFORM)
    return min(ends), max(ends)


def _segment_faults(
    path: KeyPath, scenario: Scenario, stated: Mapping[str, Quantity], document: Document
) -> Iterator[Fault]:
    count, price, growth = (
        stated.get(".".join((*map(str, path), name))) for name in ("count", "price", "growth")
    )
    if count is None or price is None:
        return
    months = round(scenario.horizon.typical())
    for share, most, most_usd in (
        (0.95, _MOST_CUSTOMERS, _MOST_REVENUE_USD),
        (MOST_UNIFORM, _MOST_CUSTOMERS_DRAWN, _MOST_REVENUE_DRAWN_USD),
    ):
        customers = count.inner_quantile(share)
        grown = _log10(customers)
        if growth is not None:
            grown += months * max(0.0, math.log10(1 + growth.inner_quantile(share)))
        if grown > math.log10(most):
            yield fault_at(
                document, (*path, "growth"), code="ND1173",
                rule=f"must leave fewer than {most:.0e} customers after {months} months".replace("e+", "e"),
                hint=f"at this growth there would be 1e{grown:.0f}; shorten the horizon or slow it down",
            )  # fmt: skip
            return
        if grown + _log10(price.inner_quantile(share)) > math.log10(most_usd):
            yield fault_at(
                document, (*path, "price"), code="ND1173",
                rule=f"must bring less than {most_usd:.0e} USD/month in all".replace("e+", "e"),
                hint=f"{customers:,.6g} customers at this price would pay more than the world earns",
            )  # fmt: skip
            return


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else -math.inf


def _loss_ends(name: str, scenario: Scenario, stated: Mapping[str, Quantity]) -> _Ends:
    """Return the lowest and highest loss that a candidate can have, in nats."""
    path = f"candidates.{name}"
    given = stated.get(f"{path}.given.loss")
    if given is not None:
        return _drawn(given)
    params = _drawn(stated[f"{path}.params"])
    tokens = params
    if f"{path}.tokens" in stated:
        tokens = _drawn(stated[f"{path}.tokens"])
    elif f"{path}.tokens_per_param" in stated:
        ratio = _drawn(stated[f"{path}.tokens_per_param"])
        tokens = ratio[0] * params[0], ratio[1] * params[1]
    law = scenario.law
    names = (
        [f"law.{coefficient}" for coefficient in NEEDED[law.form]] if isinstance(law, LawParameters) else []
    )
    # A law is monotone in each of its numbers, so its extremes lie in the corners of what can be drawn.
    ends: list[Sequence[float]] = [_drawn(stated[n]) for n in names]
    if isinstance(law, LawFromRuns):
        # Laws from runs cross, so each of them is looked at.
        names, ends = ["law.fit", "law.misfit"], [ranks().tolist(), _drawn(stated["law.misfit"])]
    corners = np.array(list(itertools.product(params, tokens, *ends))).T
    values: dict[str, Floats] = dict(zip(names, corners[2:], strict=True))
    with np.errstate(all="ignore"):
        try:
            found = law_of(scenario, values)
            loss = np.asarray(math.nan if found is None else found.loss(corners[0], corners[1]))
        except DomainError:
            return math.nan, math.nan
    return float(np.min(loss)), float(np.max(loss))


def _gain_faults(
    scenario: Scenario, stated: Mapping[str, Quantity], losses: Mapping[str, _Ends], document: Document
) -> Iterator[Fault]:
    """Yield an elasticity at which some candidate multiplies what customers are worth beyond reason."""
    path = ("value_of_quality", "elasticity", "ltv_per_loss")
    elasticity_form = scenario.value_of_quality.elasticity
    if elasticity_form is None or elasticity_form.form != "constant":
        return
    elasticity = stated[".".join(path)]
    lowest = min(low for low, _ in losses.values())
    middle = min(math.sqrt(low * high) for low, high in losses.values())
    today = losses[scenario.today]
    for strength, ratio, most in (
        (elasticity.typical(), math.sqrt(today[0] * today[1]) / middle, _MOST_GAIN),
        (_drawn(elasticity)[1], today[1] / lowest, _MOST_GAIN_DRAWN),
    ):
        gain = strength * math.log10(max(ratio, 1.0))
        if gain > math.log10(most):
            yield fault_at(
                document, path, code="ND1173",
                rule="must not multiply the value of customers beyond all measure",
                hint=f"the best candidate would be worth 1e{gain:.0f} times today's model",
            )  # fmt: skip
            return
