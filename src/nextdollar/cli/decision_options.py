"""What `study` and `knee` read from their options: worth, price and large runs, certain or as draws."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from nextdollar.cli.option_quantities import OptionReader
from nextdollar.errors import CatalogueError
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.research.machine import Machine, machine
from nextdollar.uncertainty import Design, draw
from nextdollar.units import FloatArray, Floats

_BETWEEN = re.compile(r"\s*(?:\bx\b|\*|\u00d7|\bon\b)\s*", re.IGNORECASE)
_LISTED = re.compile(r"\s*[,;]\s*")


def model_option(reader: OptionReader, option: str, text: str) -> tuple[float, float] | None:
    """Return "70 B x 1.4 T" as parameters and tokens; None where it is refused."""
    parts = _BETWEEN.split(text.strip())
    if len(parts) != 2:
        reader.refuse(option, "must be parameters x tokens", text, f'for example {option} "70 B x 1.4 T"')
        return None
    params = reader.number(option, parts[0], kinds.PARAMS)
    tokens = reader.number(option, parts[1], kinds.TOKENS)
    return None if params is None or tokens is None else (params, tokens)


def models_option(
    reader: OptionReader, option: str, texts: Sequence[str]
) -> tuple[FloatArray, FloatArray] | None:
    """Return models, several in one text with commas between them, as arrays of parameters and tokens."""
    listed = [item for text in texts for item in _LISTED.split(text) if item]
    found = [model_option(reader, option, item) for item in listed]
    good = [item for item in found if item is not None]
    if not good or len(good) < len(found):
        return None
    return np.array([params for params, _ in good]), np.array([tokens for _, tokens in good])


def drawn(quantities: Mapping[str, Quantity | None], n_draws: int, seed: int) -> dict[str, Floats]:
    """Return the quantities that were given, in the units used inside.

    A number where it is certain, else an array (n_draws,); names keep their draws whatever else is given.
    """
    given = {name: item for name, item in quantities.items() if item is not None}
    uncertain = {name: item for name, item in given.items() if item.is_uncertain}
    design = Design.rounded(n_draws, seed, n_scrambles=1)
    written = draw({name: item.distribution for name, item in uncertain.items()}, design)
    return {
        name: np.asarray(item.inward(written[name]))[:n_draws] if name in uncertain else item.typical()
        for name, item in given.items()
    }


def machine_option(
    reader: OptionReader, hardware: str, values: Mapping[str, Floats], *, has_price: bool
) -> Machine | None:
    """Return the machine of `--hardware` at the price and use that `values` hold; None where it is refused.

    `has_price` is whether a price was stated, even one that was refused.
    """
    try:
        return machine(
            hardware, usd_per_gpu_hour=values.get("price", 1.0 if has_price else None), mfu=values.get("mfu")
        )
    except CatalogueError as error:
        hint = f"state it: --price 2.5; {error}" if "price" in str(error) else str(error)
        rule = "has no price in the catalogue" if "price" in str(error) else "is not in the catalogue"
        reader.refuse("--hardware", rule, hardware, hint)
        return None
