"""Values of a metric as people write them: "80 %", "0.8", "+20 %" above where one is now."""

from __future__ import annotations

import re

from nextdollar.cli.option_quantities import OptionReader
from nextdollar.research.quality import Quality
from nextdollar.units import PERCENT

_NUMBER = re.compile(r"(?P<more>[+-])?\s*(?P<number>\d+(?:\.\d+)?|\.\d+)\s*(?P<percent>%)?")


def metric_value(
    reader: OptionReader, option: str, text: str, quality: Quality, *, today: float
) -> float | None:
    """Return a value in the metric's unit; None where it is refused.

    "80 %" and "0.8" are the same of a share, "80 %" and "80" of a percentage; "+20 %" is a fifth more
    than `today`, "-20 %" a fifth less.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        reader.refuse(
            option, "must be a value of the metric", text, f'for example {option} "85 %" or "+20 %"'
        )
        return None
    number = float(found["number"])
    if found["more"]:
        if not found["percent"]:
            hint = f'write {option} "{found["more"]}{found["number"]} %"'
            reader.refuse(option, "must be in per cent where it is relative", text, hint)
            return None
        value = today * (1 + number * PERCENT * (1 if found["more"] == "+" else -1))
    else:
        is_share = quality.fit.draws.bounds.high == 1
        value = number * PERCENT if found["percent"] and is_share else number
        if is_share and not found["percent"] and number > 1:
            rule = f"must be a share: {quality.metric} lies between 0 and 1 in this table"
            reader.refuse(option, rule, text, f'write {option} "{found["number"]} %"')
            return None
    bounds = quality.fit.draws.bounds
    if not bounds.low <= value <= bounds.high:
        rule = f"must lie between {bounds.low:g} and {bounds.high:g}"
        reader.refuse(option, rule, f"{text} = {value:.3g}", f"{quality.metric} cannot leave that range")
        return None
    return value


def best_of_runs(quality: Quality) -> float:
    """Return the metric of the run with the least loss."""
    return float(quality.values[quality.loss_nats.argmin()])
