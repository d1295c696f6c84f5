"""Budgets, losses and distances as people read them."""

from __future__ import annotations

import math

from nextdollar.plan.words import count, percent, power, significant

# As `SCALED_LABELS`, for numbers past the letters: 1e21.
POWER_LABELS = "replace(format(datum.value, '~e'), '+', '')"
_NEXT_TO_NOTHING = 0.05
_LEAST_PLAIN, _MOST_PLAIN = 1e-3, 1e5


def flop_words(flop: float, digits: int = 3) -> str:
    """Return a budget: "5.76e23 FLOP"."""
    return f"{power(flop, digits)} FLOP"


def model_words(params: float, tokens: float) -> str:
    """Return a model: "70 B on 1.4 T tokens"."""
    return f"{count(params)} on {count(tokens)} tokens"


def loss_words(low: float, high: float) -> tuple[str, str]:
    """Return two losses with as many decimals as tell them apart, two at least and four at most."""
    for decimals in (2, 3):
        if f"{low:.{decimals}f}" != f"{high:.{decimals}f}":
            break
    else:
        decimals = 4
    return f"{low:.{decimals}f}", f"{high:.{decimals}f}"


def loss_with_range(middle: float, low: float, high: float) -> tuple[str, str]:
    """Return a loss and its range with the same decimals: ("1.94", "1.89 to 1.99")."""
    ends = loss_words(low, high)
    decimals = len(ends[0].partition(".")[2])
    return f"{middle:.{decimals}f}", " to ".join(ends)


def coefficient_words(value: object) -> str:
    """Return a coefficient to three digits, with a power of ten where it is very large or small."""
    if not isinstance(value, int | float):
        return str(value)
    if value == 0 or _LEAST_PLAIN <= abs(value) < _MOST_PLAIN:
        return significant(float(value))
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def distance_words(distance: float) -> str:
    """Return how far a model lies beyond the runs, in decades: "1.2 decades beyond your runs"."""
    if distance <= 0:
        return "inside your runs"
    if distance < _NEXT_TO_NOTHING:
        return "at the edge of your runs"
    decades = significant(distance, 2)
    return f"{decades} decade{'' if decades == '1' else 's'} beyond your runs"


def share_words(share: float) -> str:
    """Return a share with its sign spelled: "0.4 % above", "1.2 % below"."""
    if not math.isfinite(share):
        return "unknown"
    if share == 0:
        return "exact"
    return f"{percent(abs(share))} {'above' if share > 0 else 'below'}"


def sentence(text: str) -> str:
    """Return words as a sentence: with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."
