"""Whether a quantity lies where its field has a meaning; tails beyond are cut, and said."""

from __future__ import annotations

import math

import numpy as np

from nextdollar.plan.quantities.kind import Kind, Unit
from nextdollar.plan.quantities.notation import Written
from nextdollar.plan.quantities.refusal import QuantityError
from nextdollar.uncertainty import Distribution, Truncated
from nextdollar.units import FloatArray

_ROUNDING = 1e-12
_WIDE_RATIO = 100.0
_LEAST_MASS_SAID = 1e-6
_MOST_MASS_CUT = 0.1
_PERCENT_WRITTEN_TWICE = 2.0
_LARGEST_OPEN_SHARE = 0.99


def within_domain(
    distribution: Distribution, kind: Kind, unit_text: str, unit: Unit, written: Written | None
) -> tuple[Distribution, tuple[str, ...]]:
    """Return a distribution cut to the domain of its kind, with what is to be said about it.

    Raises
    ------
    QuantityError
        If an end of the 90 % interval, or more than a tenth of the draws, lies outside.
    """
    with np.errstate(all="ignore"):
        ends = distribution.ppf(np.array([0.05, 0.95]))
        inner = np.asarray(unit.inward(ends), dtype=np.float64)
        low, high = _written_bounds(kind, unit)
        for value in inner:
            if not kind.contains(_snapped(float(value), kind)):
                raise _outside(float(value), kind, unit_text, unit, written)
        support = distribution.support()
        if support[0] >= low and support[1] <= high:
            return distribution, _wide_note(ends)
        below = distribution.cdf(np.array([np.nextafter(low, -np.inf)]))
        cut = float(np.asarray(below)[0] + (1 - np.asarray(distribution.cdf(np.array([high])))[0]))
        if cut > _MOST_MASS_CUT:
            beyond = support[0] if support[0] < low else support[1]
            raise _outside(float(unit.inward(beyond)), kind, unit_text, unit, written)
        kept = Truncated(distribution, low, high)
    notes = _wide_note(ends)
    if cut > _LEAST_MASS_SAID:
        rule = kind.domain_words(unit_text, unit)
        notes = (*notes, f"kept {rule}, which cuts {cut:.2g} of the draws")
    return kept, notes


def _snapped(value: float, kind: Kind) -> float:
    """Return an end that is a bound but for the rounding of its quantile as that bound."""
    return next(
        (bound for bound in (kind.low, kind.high) if math.isclose(value, bound, rel_tol=_ROUNDING)), value
    )


def _written_bounds(kind: Kind, unit: Unit) -> tuple[float, float]:
    """Return the lowest and highest number of the domain in the written unit, open ends left out."""
    low, high = float(unit.outward(kind.low)), float(unit.outward(kind.high))
    if kind.low_open:
        low = (
            float(unit.outward(kind.least))
            if kind.low == 0 < kind.least
            else float(np.nextafter(low, np.inf))
        )
    if kind.high_open:
        high = float(np.nextafter(high, -np.inf))
    return low, high


def _wide_note(ends: FloatArray) -> tuple[str, ...]:
    if ends[0] > 0 and ends[1] / ends[0] > _WIDE_RATIO:
        return (f"a wide range: its ends are {ends[1] / ends[0]:,.0f} times apart",)
    return ()


def _outside(value: float, kind: Kind, unit_text: str, unit: Unit, written: Written | None) -> QuantityError:
    rule = f"must be {kind.domain_words(unit_text, unit, value)}"
    hint, rewrite = "check the digits and the unit", None
    if written is not None and written.form in ("number", "range"):
        for repair in (_as_percent, _without_zero, _without_minus, _below_the_top):
            found = repair(written, kind, unit_text, unit)
            if found is not None:
                hint, rewrite = found
                break
    return QuantityError("ND1158", rule, hint, rewrite)


def _as_percent(written: Written, kind: Kind, unit_text: str, unit: Unit) -> tuple[str, str] | None:
    """A share of 3.5 where 3.5 % is meant."""
    most = max(written.numbers)
    if not kind.fraction_hint or unit_text not in ("", "/month", "/year") or not 1 <= most <= 100:
        return None
    return f"a share: {most:.6g} % is {most / 100:.6g}", f"{written.head} %{unit_text}"


def _without_zero(written: Written, kind: Kind, unit_text: str, unit: Unit) -> tuple[str, str] | None:
    """Nothing, or a range that begins at nothing, where the domain lies above it."""
    suffix = f" {unit_text}" if unit_text else ""
    if kind.low != 0 or written.numbers[0] > 0:
        return None
    if written.form == "range" and written.numbers[1] > 0:
        high = written.head.split(" to ")[-1]
        hint = "a range has tails beyond its ends; hard limits are written uniform(low, high)"
        return hint, f"uniform(0, {high}){suffix}"
    text, hint = kind.in_place_of_zero
    return (hint, text) if written.numbers[0] == 0 and text else None


def _without_minus(written: Written, kind: Kind, unit_text: str, unit: Unit) -> tuple[str, str] | None:
    if kind.low < 0 or written.form != "number" or not written.head.startswith("-"):
        return None
    return f"no {kind.name} is negative", f"{written.head[1:]} {unit_text}".strip()


def _below_the_top(written: Written, kind: Kind, unit_text: str, unit: Unit) -> tuple[str, str] | None:
    """More than a whole: percent taken twice, or an end that is meant as the upper limit."""
    if not kind.fraction_hint or not unit_text.startswith("%"):
        return None
    top = float(unit.outward(kind.high)) * (_LARGEST_OPEN_SHARE if kind.high_open else 1.0)
    numbers = written.numbers
    if min(numbers) >= (_PERCENT_WRITTEN_TWICE * top if written.form == "number" else top):
        shares = " to ".join(f"{number / 100:.6g}" for number in numbers)
        return f"100 % is the whole; {numbers[-1] / 100:.6g} % is {numbers[-1] / 1e4:.6g} as a share", (
            f"{shares} {unit_text}"
        )
    if numbers[-1] <= top:
        return None
    low = f"{written.head.split(' to ')[0]} to " if written.form == "range" else ""
    return f"at most {top:.6g} {unit_text} can be", f"{low}{top:.6g} {unit_text}"
