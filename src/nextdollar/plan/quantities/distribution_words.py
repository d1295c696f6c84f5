"""From written words to a distribution: `8 to 12`, `beta(4, 96)`, `{quantiles: {5 %: 80, ...}}`."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping

from nextdollar.plan.quantities.notation import NotationError, Written, finite_number, read_notation
from nextdollar.uncertainty import (
    Bernoulli,
    Beta,
    Constant,
    Discrete,
    Distribution,
    Gamma,
    LogNormal,
    Mixture,
    Normal,
    Pert,
    Quantiles,
    Triangular,
    Uniform,
    interval_90,
)

_PARAMETERS: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "beta": ("alpha", "beta"),
    "gamma": ("shape", "scale"),
    "bernoulli": ("probability",),
}
_BUILD: dict[str, Callable[..., Distribution]] = {
    "normal": Normal,
    "uniform": Uniform,
    "triangular": Triangular,
    "pert": Pert,
    "beta": Beta,
    "gamma": Gamma,
    "bernoulli": Bernoulli,
}
DISTRIBUTION_NAMES = (*_PARAMETERS, "lognormal", "discrete", "quantiles", "mixture")


def distribution_from_words(written: Written) -> Distribution:
    """Return the distribution that a parsed text stands for.

    A single number is certain. `low to high` is a 90 % interval: lognormal when both ends are
    positive, normal otherwise.
    """
    if written.form == "number":
        return Constant(written.numbers[0])
    if written.form == "range":
        return _range(written)
    if written.form == "lognormal":
        return _lognormal(dict(zip(written.names, written.numbers, strict=False)))
    if written.form == "discrete":
        pairs = written.numbers
        if len(pairs) != 2 * len(written.names):
            raise NotationError("must pair values with shares", "for example discrete(0: 0.3, 1: 0.7)")
        return Discrete(tuple(pairs[0::2]), tuple(pairs[1::2]))
    if written.form not in _PARAMETERS:
        raise _unknown(written.form)
    expected = _PARAMETERS[written.form]
    given = _by_name(written, expected)
    return _BUILD[written.form](*given)


def _range(written: Written) -> Distribution:
    low, high = written.numbers
    if low == high:
        unit = f" {written.unit}" if written.unit else ""
        raise NotationError("must have two different ends", "one number is certain", f"{low:g}{unit}")
    if low > high:
        unit = f" {written.unit}" if written.unit else ""
        raise NotationError("must have its lower end first", "", f"{high:g} to {low:g}{unit}")
    return interval_90(low, high)


def _by_name(written: Written, expected: tuple[str, ...]) -> list[float]:
    if len(written.numbers) != len(expected):
        raise NotationError(
            f"must give {written.form}({', '.join(expected)}), {len(expected)} numbers, "
            f"not {len(written.numbers)}"
        )
    if not any(written.names):
        return list(written.numbers)
    named = dict(zip(written.names, written.numbers, strict=True))
    if set(named) != set(expected):
        raise NotationError(f"must name the arguments of {written.form}: {', '.join(expected)}")
    return [named[name] for name in expected]


def _lognormal(named: Mapping[str, float]) -> Distribution:
    if set(named) == {"median", "sigma"}:
        return LogNormal(named["median"], named["sigma"])
    if set(named) == {"mean", "sd"} and named["mean"] > 0:
        spread = math.log1p((named["sd"] / named["mean"]) ** 2)
        return LogNormal(named["mean"] * math.exp(-spread / 2), math.sqrt(spread))
    raise NotationError(
        "must name its arguments: lognormal(median=..., sigma=...) or lognormal(mean=..., sd=...)",
        "programs disagree on what the two numbers of a lognormal are, so they are always named",
    )


def _unknown(name: str) -> NotationError:
    close = difflib.get_close_matches(name, DISTRIBUTION_NAMES, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(DISTRIBUTION_NAMES)}"
    return NotationError(f"names an unknown distribution, {name!r}", hint)


def distribution_from_mapping(name: str, body: object) -> Distribution:
    """Return a distribution given by name with its arguments as a mapping or a list."""
    if name == "quantiles":
        return _quantiles(body)
    if name == "mixture":
        return _mixture(body)
    if name not in DISTRIBUTION_NAMES:
        raise _unknown(name)
    if not isinstance(body, Mapping):
        raise NotationError(f"must give the arguments of {name} by name")
    numbers = {str(key): _number(value) for key, value in body.items()}
    if name == "lognormal":
        return _lognormal(numbers)
    if name == "discrete":
        return Discrete(tuple(_number(key) for key in body), tuple(_share(v) for v in body.values()))
    return distribution_from_words(Written(name, tuple(numbers.values()), tuple(numbers), ""))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotationError("must hold numbers only")
    return finite_number(str(value))


def _share(value: object) -> float:
    """Return a share written as `90 %`, `0.9` or `p90`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotationError("must hold shares such as 90 %")
    text = str(value).strip()
    if text[:1] in "pP":
        return finite_number(text[1:]) / 100
    written = read_notation(text)
    if written.form != "number" or written.unit not in ("", "%"):
        raise NotationError("must hold shares such as 90 %")
    return written.numbers[0] / (100 if written.unit == "%" else 1)


def _quantiles(body: object) -> Distribution:
    if not isinstance(body, Mapping) or len(body) < 2:
        raise NotationError(
            "must give at least two quantiles", "for example {quantiles: {5 %: 80, 95 %: 150}}"
        )
    pairs = sorted((_share(key), _number(value)) for key, value in body.items())
    return Quantiles(tuple(share for share, _ in pairs), tuple(value for _, value in pairs))


def _mixture(body: object) -> Distribution:
    if not isinstance(body, list) or not body:
        raise NotationError(
            "must list its parts",
            "for example {mixture: [{share: 90 %, value: 0}, {share: 10 %, value: 1 to 3}]}",
        )
    shares: list[float] = []
    parts: list[Distribution] = []
    for part in body:
        if not isinstance(part, Mapping) or set(part) != {"share", "value"}:
            raise NotationError("must give each part of a mixture a `share` and a `value`")
        shares.append(_share(part["share"]))
        written = read_notation(str(part["value"]))
        if written.unit:
            raise NotationError("must give the unit of a mixture once, as `unit`")
        parts.append(distribution_from_words(written))
    return Mixture(tuple(parts), tuple(shares))
