"""A quantity of the scenario: a number or a distribution, in the unit it was written in.

`read_quantity` turns what stands in the file into a `Quantity`, checked against its kind: the unit,
the domain and the order of the ends. Draws are made in the written unit and converted one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.plan.quantities.domain import within_domain
from nextdollar.plan.quantities.kind import Kind, Unit
from nextdollar.plan.quantities.refusal import QuantityError, Spot, mended
from nextdollar.plan.quantities.stated import (
    refuse_share_in_percent,
    stated_in_mapping,
    stated_in_scalar,
    within_limits,
)
from nextdollar.plan.quantities.unit_choice import chosen_unit
from nextdollar.uncertainty import Constant, Distribution
from nextdollar.units import Floats

_MOST_REPAIRS = 4


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or distribution in its written unit, with the conversion to the unit used inside."""

    kind: Kind
    text: str
    unit_text: str
    unit: Unit
    distribution: Distribution
    words: str
    notes: tuple[str, ...] = ()
    source: str = ""
    why: str = ""

    @property
    def is_uncertain(self) -> bool:
        """Whether this is more than one number."""
        return not isinstance(self.distribution, Constant)

    def inward(self, written: Floats) -> Floats:
        """Convert numbers in the written unit to the unit used inside."""
        return self.unit.inward(written)

    def typical(self) -> float:
        """Return the median, in the unit used inside."""
        return float(self.inward(float(self.distribution.ppf(np.array([0.5]))[0])))

    def inner_quantile(self, share: float) -> float:
        """Return one quantile, in the unit used inside."""
        return float(self.inward(float(self.distribution.ppf(np.array([share]))[0])))

    def reading(self) -> str:
        """Say how the value was read, for people to check."""
        unit = f" {self.unit_text}" if self.unit_text else ""
        extra = f"; {'; '.join(self.notes)}" if self.notes else ""
        return f"{self.words}{unit if not self.is_uncertain else ''}{extra}"


def read_quantity(raw: object, kind: Kind, exchange: Mapping[str, float] | None = None) -> Quantity:
    """Read what stands in a scenario as a quantity of a kind.

    `raw` is a number, a text or a mapping (`value`, `unit`, `min`, `max`, `source`, `why`, or one
    distribution by name). `exchange` gives the USD that one unit of another currency buys.

    Raises
    ------
    QuantityError
        With a stable code, the rule, a hint and, where obvious, the text to write instead. Every such
        text has been read: it is a quantity of this kind.
    """
    try:
        with np.errstate(all="ignore"):
            return _read(raw, kind, exchange or {})
    except QuantityError as error:
        raise _with_tried_rewrite(error, raw, kind, exchange or {}) from None


def _with_tried_rewrite(
    error: QuantityError, raw: object, kind: Kind, exchange: Mapping[str, float]
) -> QuantityError:
    """Follow a rewrite through what else is wrong with it; drop it if no quantity comes of it."""
    if error.code in ("ND1151", "ND1152") and error.rewrite is None and _holds_no_number(raw, error.below):
        error.rewrite, error.hint = kind.example, f"no number is stated; for example `{kind.example}`"
    latest, last_rewrite = error, error.rewrite
    for _ in range(_MOST_REPAIRS):
        if latest.rewrite is None or latest.below != error.below:
            break
        raw, last_rewrite = mended(raw, latest), latest.rewrite
        try:
            with np.errstate(all="ignore"):
                _read(raw, kind, exchange)
        except QuantityError as following:
            if following.add_line:
                # One step of two: the text is right once the line that it lacks is there.
                error.rewrite = last_rewrite
                return error
            latest = following
        else:
            error.rewrite = last_rewrite
            return error
    error.rewrite = None
    return error


def _holds_no_number(raw: object, below: Spot) -> bool:
    """Whether the text of a quantity says nothing of its size: `TBD`, true, nothing at all."""
    if isinstance(raw, Mapping):
        return below == ("value",) and _holds_no_number(raw["value"], ())
    if isinstance(raw, float):
        return not np.isfinite(raw)
    is_word = isinstance(raw, str) and not any(sign.isdigit() for sign in raw)
    return below == () and (raw is None or isinstance(raw, bool) or is_word)


def _read(raw: object, kind: Kind, exchange: Mapping[str, float]) -> Quantity:
    stated = stated_in_mapping(raw) if isinstance(raw, Mapping) else stated_in_scalar(raw)
    behind = stated.written if stated.unit_spot == stated.spot else None
    try:
        unit_text, unit = chosen_unit(stated.unit_text, behind, kind, exchange)
        refuse_share_in_percent(stated, unit_text)
    except QuantityError as error:
        raise error.at(stated.unit_spot) from None
    distribution = stated.distribution
    if isinstance(raw, Mapping):
        distribution = within_limits(distribution, raw, stated.unit_text)
    # Cutting a tail that holds next to nothing is no news; the words are those of what was written.
    words = distribution.describe()
    try:
        distribution, notes = within_domain(distribution, kind, unit_text, unit, behind)
    except QuantityError as error:
        raise error.at(stated.spot) from None
    return Quantity(kind, stated.text, unit_text, unit, distribution, words, notes, stated.source, stated.why)
