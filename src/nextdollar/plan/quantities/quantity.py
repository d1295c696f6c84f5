"""A quantity of the scenario: a number or a distribution, in the unit it was written in.

`read_quantity` turns what stands in the file into a `Quantity`, checked against its kind: the unit,
the domain and the order of the ends. Draws are made in the written unit and converted one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nextdollar.errors import DomainError
from nextdollar.plan.quantities.distribution_words import distribution_from_mapping, distribution_from_words
from nextdollar.plan.quantities.kinds import Kind, Unit, rescaled
from nextdollar.plan.quantities.notation import NotationError, Written, finite_number, read_notation
from nextdollar.uncertainty import Constant, Distribution, Truncated
from nextdollar.units import FloatArray, Floats

_WIDE_RATIO = 100.0
_LEAST_MASS_SAID = 1e-6
_MOST_MASS_CUT = 0.1


class QuantityError(ValueError):
    """A value that its field refuses, in words, with a hint and, where obvious, a rewrite."""

    def __init__(self, code: str, rule: str, hint: str = "", rewrite: str | None = None) -> None:
        super().__init__(rule)
        self.code = code
        self.rule = rule
        self.hint = hint
        self.rewrite = rewrite


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
        With a stable code, the rule, a hint and, where obvious, the text to write instead.
    """
    source = why = ""
    limits: tuple[object, object] = (None, None)
    if isinstance(raw, Mapping):
        source, why = _words(raw, "source"), _words(raw, "why")
        limits = (raw.get("min"), raw.get("max"))
        distribution, unit_text, text = _from_mapping(raw)
    else:
        distribution, unit_text, text = _from_scalar(raw)
    unit_text, unit = _resolve_unit(unit_text, text, kind, exchange or {})
    if limits != (None, None):
        distribution = _within(distribution, limits)
    # Cutting a tail that holds next to nothing is no news; the words are those of what was written.
    words = distribution.describe()
    distribution, notes = _check_domain(distribution, kind, unit_text, unit, text)
    return Quantity(kind, text, unit_text, unit, distribution, words, notes, source, why)


def _words(raw: Mapping[object, object], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise QuantityError("ND1153", f"has a {key} that is not text")
    return value


def _from_scalar(raw: object) -> tuple[Distribution, str, str]:
    if isinstance(raw, bool) or raw is None or not isinstance(raw, int | float | str):
        what = {bool: "true or false", type(None): "nothing", list: "a list"}.get(type(raw), "something else")
        raise QuantityError("ND1151", f"must be a number or a range, not {what}")
    text = raw if isinstance(raw, str) else f"{raw!r}"
    try:
        written = (
            read_notation(text) if isinstance(raw, str) else Written("number", (finite_number(text),), (), "")
        )
        return distribution_from_words(written), written.unit, text
    except NotationError as error:
        raise QuantityError("ND1152", error.rule, error.hint, error.rewrite) from None
    except DomainError as error:
        raise QuantityError("ND1154", f"is not a distribution: {error}") from None


def _from_mapping(raw: Mapping[object, object]) -> tuple[Distribution, str, str]:
    known = {"value", "unit", "min", "max", "source", "why"}
    named = [key for key in raw if key not in known]
    unit = _words(raw, "unit")
    if "value" in raw and not named:
        distribution, own_unit, text = _from_scalar(raw["value"])
        if own_unit and unit and own_unit != unit:
            raise QuantityError("ND1155", f"has two units, {own_unit!r} and {unit!r}")
        return distribution, own_unit or unit, text
    if len(named) != 1 or "value" in raw:
        raise QuantityError(
            "ND1153",
            "must give either `value` or one distribution by name",
            "for example {value: 8 to 12 %, source: our survey}",
        )
    name = str(named[0])
    try:
        return distribution_from_mapping(name, raw[named[0]]), unit, f"{name} {raw[named[0]]}"
    except NotationError as error:
        raise QuantityError("ND1154", error.rule, error.hint) from None
    except DomainError as error:
        raise QuantityError("ND1154", f"is not a distribution: {error}") from None


def _resolve_unit(unit_text: str, text: str, kind: Kind, exchange: Mapping[str, float]) -> tuple[str, Unit]:
    if not unit_text:
        return _plain_unit(text, kind)
    unit = kind.unit(unit_text)
    if unit is not None:
        return unit_text, unit
    return _foreign_or_unknown(unit_text, text, kind, exchange)


def _plain_unit(text: str, kind: Kind) -> tuple[str, Unit]:
    plain = kind.units.get(kind.plain_unit) if kind.plain_unit is not None else kind.units.get("")
    if kind.plain_unit is not None and plain is not None:
        return kind.plain_unit, plain
    bare = _as_fraction(text, kind)
    if plain is not None and bare is not None:
        return "", plain
    rewrite = f"{text} {kind.usual_unit}"
    hint = f"every {kind.name} is written with its unit"
    if kind.fraction_hint and bare is not None:
        rewrite = f"{bare * 100:.6g} {kind.usual_unit}"
        hint = f"{text} as a share is {bare * 100:.6g} %"
    raise QuantityError("ND1155", f"must carry a unit such as {kind.usual_unit}", hint, rewrite)


def _as_fraction(text: str, kind: Kind) -> float | None:
    if not kind.fraction_hint:
        return None
    try:
        value = finite_number(text)
    except NotationError:
        return None
    return value if 0 <= value <= 1 else None


def _foreign_or_unknown(
    unit_text: str, text: str, kind: Kind, exchange: Mapping[str, float]
) -> tuple[str, Unit]:
    money = any("USD" in known for known in kind.units)
    for code, usd in exchange.items():
        unit = kind.unit(unit_text.replace(code, "USD")) if code in unit_text else None
        if unit is not None and money:
            return unit_text, rescaled(unit, float(usd))
    number = text[: len(text) - len(unit_text)].strip() if text.endswith(unit_text) else ""
    nearest = _nearest_written(unit_text, kind)
    code = _currency_in(unit_text)
    if money and code and code != "USD" and kind.unit(unit_text.replace(code, "USD")) is not None:
        raise QuantityError(
            "ND1156",
            f"is in {code}, and the scenario does not say what one {code} is worth",
            f"add a line such as `exchange: {{{code}: 1.08 USD}}` with the rate of your day, or write it in USD",
        )
    raise QuantityError(
        "ND1155",
        f"must be in a unit such as {nearest or 'none (a plain number)'}, not {unit_text!r}",
        f"units of a {kind.name}: {', '.join(unit or 'none' for unit in kind.units)}",
        f"{number} {nearest}".strip() if number else None,
    )


def _nearest_written(unit_text: str, kind: Kind) -> str:
    lowered = {"usd": "USD", "mtok": "Mtok", "kwh": "kWh"}
    fixed = unit_text
    for wrong, right in (*lowered.items(), ("$", "USD"), ("percent", "%"), ("mo", "month"), ("yr", "year")):
        candidate = fixed.replace(wrong, right) if right not in fixed else fixed
        if kind.unit(candidate) is not None:
            return candidate
    for period in ("month", "year"):
        if kind.unit(f"{unit_text}/{period}") is not None:
            return f"{unit_text}/{period}"
    nearest = kind.nearest_unit(unit_text)
    if kind.magnitudes and unit_text[:1] in "kKMBTG" and unit_text[:1] and nearest in kind.units:
        scaled = f"{unit_text[0]}{nearest}"
        if (
            len(unit_text) > 1
            and kind.unit(scaled) is not None
            and unit_text[1:2].lower() == nearest[:1].lower()
        ):
            return scaled
    return nearest


def _currency_in(unit_text: str) -> str:
    head = unit_text.split("/")[0].strip()
    code = head[-3:]
    return code if code.isalpha() and code.isupper() and len(code) == 3 else ""


def _within(distribution: Distribution, limits: tuple[object, object]) -> Distribution:
    ends: list[float] = []
    for raw, default in zip(limits, (-np.inf, np.inf), strict=True):
        if raw is None:
            ends.append(float(default))
            continue
        try:
            ends.append(read_notation(str(raw)).numbers[0])
        except NotationError as error:
            raise QuantityError("ND1152", f"has a limit that {error.rule}") from None
    if not ends[0] < ends[1]:
        raise QuantityError("ND1157", "must have a `min` below its `max`")
    try:
        return Truncated(distribution, ends[0], ends[1])
    except DomainError as error:
        raise QuantityError("ND1157", f"leaves nothing between its `min` and `max`: {error}") from None


def _check_domain(
    distribution: Distribution, kind: Kind, unit_text: str, unit: Unit, text: str
) -> tuple[Distribution, tuple[str, ...]]:
    with np.errstate(all="ignore"):
        ends = distribution.ppf(np.array([0.05, 0.95]))
        inner = np.asarray(unit.inward(ends), dtype=np.float64)
        low, high = float(unit.outward(kind.low)), float(unit.outward(kind.high))
    outside = [float(e) for e, i in zip(ends, inner, strict=True) if not kind.contains(float(i))]
    if outside:
        raise _outside(outside[0], kind, unit_text, unit, text)
    support = distribution.support()
    if support[0] >= low and support[1] <= high:
        return distribution, _wide_note(ends)
    ordered = np.array([low, high])
    cut = float(distribution.cdf(ordered[:1])[0] + (1 - distribution.cdf(ordered[1:])[0]))
    if cut > _MOST_MASS_CUT:
        raise _outside(float(support[0] if support[0] < low else support[1]), kind, unit_text, unit, text)
    kept = Truncated(distribution, low, high) if cut > 0 or _meets(distribution, low, high) else distribution
    notes = _wide_note(ends)
    if cut > _LEAST_MASS_SAID:
        rule = kind.domain_words(unit_text, unit)
        notes = (*notes, f"kept {rule}, which cuts {cut:.2g} of the draws")
    return kept, notes


def _meets(distribution: Distribution, low: float, high: float) -> bool:
    support: FloatArray = np.array(distribution.support())
    return bool(support[0] < low or support[1] > high)


def _wide_note(ends: FloatArray) -> tuple[str, ...]:
    if ends[0] > 0 and ends[1] / ends[0] > _WIDE_RATIO:
        return (f"a wide range: its ends are {ends[1] / ends[0]:.0f} times apart",)
    return ()


def _outside(value: float, kind: Kind, unit_text: str, unit: Unit, text: str) -> QuantityError:
    rule = f"must be {kind.domain_words(unit_text, unit)}"
    hint, rewrite = "", None
    if kind.fraction_hint and unit_text in ("", "/month", "/year") and 1 < value <= 100:
        rewrite = f"{value:.6g} %{unit_text}"
        hint = f"a fraction: {value:.6g} % is {value / 100:.6g}"
    elif kind.name == "churn" and value == 0:
        rewrite = f"0.1 {unit_text}"
        hint = "nobody leaving at all makes a lifetime endless; use a small churn and say why"
    elif value < 0 and not text.startswith("-0"):
        rewrite = text.replace("-", "", 1) if text.startswith("-") else None
        hint = f"a {kind.name} is not negative"
    return QuantityError("ND1158", rule, hint, rewrite)
