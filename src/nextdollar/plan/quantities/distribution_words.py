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
_EXAMPLES = {
    "normal": "normal(10, 2)", "uniform": "uniform(8, 12)", "triangular": "triangular(8, 10, 15)",
    "pert": "pert(8, 10, 15)", "beta": "beta(4, 96)",
    "gamma": "gamma(2, 5)", "bernoulli": "bernoulli(0.3)",
}  # fmt: skip
_EXAMPLE_WORDS = {"beta": "beta(4, 96) is what 4 of 100 seen says about a share"}
_OTHER_NAMES = {
    "gaussian": "normal", "gauss": "normal", "norm": "normal", "triangle": "triangular", "tri": "triangular",
    "unif": "uniform", "betapert": "pert", "lognorm": "lognormal", "log-normal": "lognormal",
}  # fmt: skip
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
        named = dict(zip(written.names, written.numbers, strict=False))
        return _lognormal(named if len(written.numbers) == len(named) else {}, written.numbers)
    if written.form == "discrete":
        pairs = written.numbers
        if len(pairs) != 2 * len(written.names):
            raise NotationError("must pair values with shares", "for example discrete(0: 0.3, 1: 0.7)")
        return Discrete(tuple(pairs[0::2]), tuple(pairs[1::2]))
    if written.form not in _PARAMETERS:
        raise _unknown(written.form, written.head)
    expected = _PARAMETERS[written.form]
    given = _by_name(written, expected)
    return _BUILD[written.form](*given)


def _range(written: Written) -> Distribution:
    low, high = written.numbers
    ends = written.head.split(" to ")
    if low == high:
        raise NotationError("must have two different ends", "one number alone is certain", ends[0])
    if low > high:
        hint = "the lower end of a range stands first"
        raise NotationError("must have its lower end first", hint, f"{ends[-1]} to {ends[0]}")
    return interval_90(low, high)


def mended_words(written: Written) -> str:
    """Return a distribution with its numbers in order and above nothing, or nothing if that is no help."""
    numbers = list(written.numbers)
    if written.form in ("uniform", "triangular", "pert"):
        numbers = sorted(numbers)
    elif written.form in ("beta", "gamma"):
        numbers = [abs(number) for number in numbers]
    elif written.form in ("normal", "lognormal") and len(numbers) == 2:
        numbers[1] = abs(numbers[1])
    if numbers == list(written.numbers):
        return ""
    named = [f"{name}={number:.10g}" if name else f"{number:.10g}"
             for name, number in zip(written.names, numbers, strict=True)]  # fmt: skip
    return f"{written.form}({', '.join(named)})"


def _by_name(written: Written, expected: tuple[str, ...]) -> list[float]:
    form = f"{written.form}({', '.join(expected)})"
    if len(written.numbers) != len(expected):
        n_expected = f"{len(expected)} number{'s' if len(expected) > 1 else ''}"
        raise NotationError(
            f"must give {form}, {n_expected}, not {len(written.numbers)}",
            _EXAMPLE_WORDS.get(written.form, "all of them, in this order"),
            _EXAMPLES[written.form],
        )
    if not any(written.names):
        return list(written.numbers)
    named = dict(zip(written.names, written.numbers, strict=True))
    if set(named) != set(expected):
        pairs = zip(expected, written.numbers, strict=True)
        rewrite = f"{written.form}({', '.join(f'{name}={number:.10g}' for name, number in pairs)})"
        raise NotationError(f"must name the arguments of {form}", "or give them in this order", rewrite)
    return [named[name] for name in expected]


def _lognormal(named: Mapping[str, float], numbers: tuple[float, ...] = ()) -> Distribution:
    if set(named) == {"median", "sigma"}:
        return LogNormal(named["median"], named["sigma"])
    if set(named) == {"mean", "sd"} and named["mean"] > 0:
        ratio = named["sd"] / named["mean"]
        spread = math.log1p(ratio * ratio)
        return LogNormal(named["mean"] * math.exp(-spread / 2), math.sqrt(spread))
    raise NotationError(
        "must name its arguments: lognormal(mean=..., sd=...) or lognormal(median=..., sigma=...)",
        "programs disagree on what the two numbers of a lognormal are, so they are always named",
        f"lognormal(mean={numbers[0]:.10g}, sd={numbers[1]:.10g})" if len(numbers) == 2 else None,
    )


def _unknown(name: str, head: str = "") -> NotationError:
    """Return the refusal of a name; `head` is the text that it begins, if any."""
    close = difflib.get_close_matches(name, DISTRIBUTION_NAMES, n=1)
    likely = _OTHER_NAMES.get(name.lower()) or (close[0] if close else "")
    hint = f"did you mean {likely}?" if likely else f"known: {', '.join(DISTRIBUTION_NAMES)}"
    rewrite = f"{likely}{head[len(name) :]}" if likely else None
    return NotationError("must be a known distribution", hint, rewrite)


def distribution_from_mapping(name: str, body: object) -> Distribution:
    """Return a distribution given by name with its arguments as a mapping or a list."""
    if name == "quantiles":
        return _quantiles(body)
    if name == "mixture":
        return _mixture(body)
    if name not in DISTRIBUTION_NAMES:
        raise _unknown(name)
    if isinstance(body, list):
        positions = tuple(_number(value) for value in body)
        return distribution_from_words(Written(name, positions, ("",) * len(positions), ""))
    if not isinstance(body, Mapping):
        raise NotationError(f"must give the arguments of {name}", "in braces by name, or in brackets")
    if name == "discrete":
        return Discrete(tuple(_number(key) for key in body), tuple(share_of(v) for v in body.values()))
    numbers = {str(key): _number(value) for key, value in body.items()}
    if name == "lognormal":
        return _lognormal(numbers)
    return distribution_from_words(Written(name, tuple(numbers.values()), tuple(numbers), ""))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotationError("must hold numbers only", "the unit stands beside it: `unit: USD`")
    return finite_number(str(value))


def share_of(value: object) -> float:
    """Return a share written as `90 %`, `0.9` or `p90`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotationError("must hold shares such as 90 %", "or 0.9, or p90")
    text = str(value).strip()
    if text[:1] in "pP":
        return finite_number(text[1:]) / 100
    written = read_notation(text)
    if written.form != "number" or written.unit not in ("", "%"):
        raise NotationError("must hold shares such as 90 %", "or 0.9, or p90")
    return written.numbers[0] / (100 if written.unit == "%" else 1)


def _quantiles(body: object) -> Distribution:
    if not isinstance(body, Mapping) or len(body) < 2:
        raise NotationError(
            "must give at least two quantiles", "for example {quantiles: {5 %: 80, 95 %: 150}}"
        )
    pairs = sorted((share_of(key), _number(value)) for key, value in body.items())
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
            example = "for example {share: 90 %, value: 8 to 12}"
            raise NotationError("must give each part of a mixture a `share` and a `value`", example)
        shares.append(share_of(part["share"]))
        written = read_notation(str(part["value"]))
        if written.unit:
            hint = "{mixture: [...], unit: USD}"
            raise NotationError("must give the unit of a mixture once, as `unit`", hint)
        parts.append(distribution_from_words(written))
    return Mixture(tuple(parts), tuple(shares))
