"""What to hold against an answer on prices, as sentences without a capital and a full stop."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nextdollar.audience.pricing.advice import BillChanges, PriceAdvice
from nextdollar.audience.pricing.price import PriceAnswer

_WEAK_GRADES = ("D", "E")
_MUCH_VOLUME = 1.5


def price_notes(found: PriceAnswer) -> Iterator[str]:
    """Yield what to hold against an answer, what decides most first."""
    for default in found.case.defaults:
        basis = f" (grade {default.grade}; {default.source})" if default.grade else ""
        yield f"`{default.name}` is not stated: {default.words}{basis}"
        if default.grade in _WEAK_GRADES:
            yield f"`{default.name}` rests on evidence of grade {default.grade}: the price follows from it"
    if found.advice is not None:
        yield from _advice_notes(found.advice)
        if found.case.limit is not None:
            yield "those whom the price drives away leave evenly over the stated months, beside today's churn"
        yield "the response is a static one: rivals keep their prices, and the mix of customers stays"
    n_share, n_draws = found.margins.n_share_draws, found.case.design.n_draws
    if n_share < n_draws:
        yield f"ranges of single customers rest on {n_share} of {n_draws} draws: there are many customers"
    if found.growth.is_held:
        yield "in some draws use grows past 1,024 times or under 1/64 of today's, and is held there"


def _advice_notes(advice: PriceAdvice) -> Iterator[str]:
    if advice.changes is None:
        yield "without a column paid_usd, customers are taken to pay this price list today"
    else:
        yield from _change_notes(advice.changes)
    advised, limit = advice.advised, advice.limit_multiple
    if advised is None and advice.refused_share > 0:
        yield (
            "at an elasticity of at most 1 each rise raises margin: a churn limit (`retention`), a choke "
            "price (`form: linear`) or a measured elasticity above 1 would bound the price"
        )
    if advised is not None and advice.refused_share > 0:
        yield (
            f"in {100 * advice.refused_share:.3g} % of the draws no finite price is best (elasticity at "
            "most 1): only the churn limit holds the price there"
        )
    is_at_limit = advised is not None and limit is not None and math.isclose(advised.price_multiple, limit)
    if advised is not None and advised.bound and not is_at_limit:
        yield "the best price lies at an end of the range searched, half to twice the list"
    if advice.volume_multiple is not None and float(advice.volume_multiple.mean()) > _MUCH_VOLUME:
        volume = float(advice.volume_multiple.mean())
        yield (
            f"the advised price presumes {volume:.3g} times today's use on average, new customers "
            "among it; test the price first"
        )
    if advised is not None and advised.n_optima > 1:
        yield f"{advised.n_optima} prices far apart earn within a tenth of the best: the top is not one hill"


def _change_notes(changes: BillChanges) -> Iterator[str]:
    if changes.n_up + changes.n_down:
        yield "revenue, deciles and growth are at today's use: the response to changed bills is not in them"
    if changes.n_free:
        yield (
            f"{changes.n_free} customers pay nothing today: what a price does to them is unknown, and they "
            "are left out of the advice on the price"
        )
    if changes.n_unbilled:
        yield f"{changes.n_unbilled} customers would be billed nothing and are left out of that advice"
    if changes.n_held:
        yield (
            f"{changes.n_held} bills change by more than a factor of two; their response is held there, as "
            "an elasticity carries no further"
        )
