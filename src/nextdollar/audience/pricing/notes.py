"""What to hold against an answer on prices, as sentences without a capital and a full stop."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nextdollar.audience.pricing.advice import BillChanges, PriceAdvice
from nextdollar.audience.pricing.price import PriceAnswer
from nextdollar.audience.pricing.price_test import MISFIT_TOLD, TestedPrice

_WEAK_GRADES = ("D", "E")
_MUCH_VOLUME = 1.5
_LEAST_SHOWN = 0.001


def price_notes(found: PriceAnswer) -> Iterator[str]:
    """Yield what to hold against an answer, what decides most first."""
    for default in found.case.defaults:
        basis = f" (grade {default.grade}; {default.source})" if default.grade else ""
        yield f"`{default.name}` is not stated: {default.words}{basis}"
        if default.grade in _WEAK_GRADES:
            yield f"`{default.name}` rests on evidence of grade {default.grade}: the price follows from it"
    if found.case.test is not None:
        yield from _test_notes(found.case.test, found)
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


def _test_notes(test: TestedPrice, found: PriceAnswer) -> Iterator[str]:
    """Yield how far a test of prices carries, and what of it does not fit together."""
    yield (
        "the elasticity is that of people who were shown a price for the first time; customers who already "
        "pay may respond more or less, and the test does not say which"
    )
    if test.fit.misfit_share < MISFIT_TOLD:
        share = test.fit.misfit_share
        chance = f"{100 * share:.2g} %" if share >= _LEAST_SHOWN else "fewer than 0.1 %"
        yield (
            f"the tested prices do not lie on one curve of the form {test.fit.form}: chance alone would be "
            f"as far off in {chance} of tests"
        )
    if test.differs_share < MISFIT_TOLD:
        yield (
            "segments of the test respond differently: one elasticity for all is that of nobody, and a price "
            "of their own would be better founded"
        )
    if test.left_out:
        names = ", ".join(test.left_out[:4])
        yield f"segments of the test in which nobody bought at a second price say nothing: {names}"
    if test.rows.n_summed:
        yield f"rows of one segment and price are added up: {test.rows.n_summed} of the test"
    below = test.fit.probability_below(max(test.least, 0.0))
    if test.least > 0:
        yield (
            f"elasticities under {test.least:g} are ruled out by `min`; the test alone gives them "
            f"{100 * below:.2g} %"
        )
    elif below >= _LEAST_SHOWN:
        yield f"in {100 * below:.2g} % of draws the dearer price sold more, by chance: taken as no response"
    yield from _reach_notes(test, found)


def _reach_notes(test: TestedPrice, found: PriceAnswer) -> Iterator[str]:
    """Yield whether the advised price was tested."""
    advised = None if found.advice is None else found.advice.advised
    if advised is None:
        return
    tested = test.tested_multiples
    if tested is None:
        yield "whether the advised price lies within those tested is not checked: `today_usd` is not stated"
    elif not tested[0] <= advised.price_multiple <= tested[1]:
        yield (
            f"the advised price lies outside those tested, {tested[0]:.3g} to {tested[1]:.3g} times today's: "
            "the curve is carried further than anybody was asked"
        )


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
            f"what a price does to those who pay nothing today ({_customers(changes.n_free)}) is unknown: "
            "they are left out of the advice on the price"
        )
    if changes.n_unbilled:
        yield f"left out of that advice as they would be billed nothing: {_customers(changes.n_unbilled)}"
    if changes.n_held:
        yield (
            f"bills that change by more than a factor of two: {changes.n_held}; their response is held "
            "there, as an elasticity carries no further"
        )


def _customers(number: int) -> str:
    return "1 customer" if number == 1 else f"{number:,} customers"
