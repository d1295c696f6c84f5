"""Which unit a quantity is in, or why it has none that its field takes."""

from __future__ import annotations

from collections.abc import Mapping

from nextdollar.plan.quantities.kind import Kind, Unit, rescaled
from nextdollar.plan.quantities.notation import Written
from nextdollar.plan.quantities.refusal import QuantityError
from nextdollar.plan.quantities.unit_words import currency_of, likely_unit, with_codes

# What the message proposes as a line to add; the rate of the day is for the person to look up.
_EXAMPLE_RATES = {"EUR": "1.08 USD"}
_LARGE = 1000.0


def chosen_unit(
    unit_text: str, written: Written | None, kind: Kind, exchange: Mapping[str, float]
) -> tuple[str, Unit]:
    """Return the unit of a quantity, as written and with its conversion.

    `written` is the text that the unit stands behind; None where the unit has a place of its own.

    Raises
    ------
    QuantityError
        If the unit is missing or unknown, or in a currency without a rate.
    """
    if not unit_text:
        return _unit_of_plain_numbers(written, kind)
    unit = kind.unit(unit_text)
    if unit is not None:
        return unit_text, unit
    if _takes_money(kind):
        for code, usd in exchange.items():
            unit = kind.unit(unit_text.replace(code, "USD")) if code in unit_text else None
            if unit is not None:
                return unit_text, rescaled(unit, float(usd))
    raise _unknown_unit(unit_text, written, kind)


def _takes_money(kind: Kind) -> bool:
    return any("USD" in known for known in kind.units)


def _unit_of_plain_numbers(written: Written | None, kind: Kind) -> tuple[str, Unit]:
    if kind.plain_unit is not None:
        return kind.plain_unit, kind.units[kind.plain_unit]
    plain = kind.units.get("")
    if written is None:
        if plain is not None:
            return "", plain
        hint = units_here(kind)
        line = f"unit: {_quoted(kind.usual_unit)}"
        raise QuantityError(
            "ND1155", f"must carry a unit such as {kind.usual_unit}", hint, addition=(line, "here")
        )
    is_fraction = kind.fraction_hint and _are_fractions(written)
    if plain is not None and is_fraction:
        return "", plain
    raise _missing_unit(written, kind, is_fraction)


def _quoted(unit: str) -> str:
    return f'"{unit}"' if unit.startswith("%") else unit


def _are_fractions(written: Written) -> bool:
    """Whether plain numbers are shares already: 0.04, 0.2 to 0.4, beta(4, 96); a whole 1 is not."""
    if written.form in ("beta", "bernoulli"):
        return True
    within = all(-1 <= number <= 1 for number in written.numbers)
    if written.form == "number" and "." not in written.head and abs(written.numbers[0]) == 1:
        return False
    return within and bool(written.numbers)


def _missing_unit(written: Written, kind: Kind, is_fraction: bool) -> QuantityError:
    rule = f"must carry a unit such as {kind.usual_unit}"
    usual, head = kind.usual_unit, written.head
    hint = units_here(kind)
    if is_fraction and written.form in ("number", "range"):
        shares = " to ".join(f"{number * 100:.6g}" for number in written.numbers)
        return QuantityError("ND1155", rule, f"{head} as a share is {shares} %", f"{shares} {usual}")
    if is_fraction:
        return QuantityError("ND1155", rule, hint, f"{head} {usual.replace('%', '').strip()}")
    if kind.magnitudes and usual[:1] == "M" and max(map(abs, written.numbers), default=0.0) >= _LARGE:
        usual = usual[1:]
    return QuantityError("ND1155", rule, hint, f"{head} {usual}")


def _unknown_unit(unit_text: str, written: Written | None, kind: Kind) -> QuantityError:
    code = currency_of(unit_text)
    if _takes_money(kind) and code not in ("", "USD"):
        as_usd = with_codes(unit_text).replace(code, "USD")
        likely = as_usd if kind.unit(as_usd) is not None else likely_unit(as_usd, kind)
        if likely and unit_text == likely.replace("USD", code):
            return _other_currency(code)
        likely = likely.replace("USD", code) if likely else ""
    else:
        likely = likely_unit(unit_text, kind)
    rewrite = None
    if likely or not any(kind.units):
        rewrite = likely if written is None else f"{written.head} {likely}".strip()
    return QuantityError("ND1155", _rule_of_units(kind, likely), units_here(kind), rewrite)


def _rule_of_units(kind: Kind, likely: str) -> str:
    if not any(kind.units):
        return "must stand without a unit"
    if likely or kind.usual_unit:
        return f"must be in a unit such as {likely or kind.usual_unit}"
    return f"must stand without a unit, or be in {' or '.join(unit for unit in kind.units if unit)}"


def units_here(kind: Kind) -> str:
    """Return the units that a kind takes, for a hint."""
    listed = ", ".join(unit for unit in kind.units if unit)
    if not listed:
        return "K, M, B or T behind the number, or nothing" if kind.magnitudes else "a number without a unit"
    plain = " or none" if kind.plain_unit == "" or "" in kind.units else ""
    magnitudes = "; K, M, B or T may stand in front" if kind.magnitudes else ""
    return f"units here: {listed}{plain}{magnitudes}"


def _other_currency(code: str) -> QuantityError:
    rate = _EXAMPLE_RATES.get(code, "")
    return QuantityError(
        "ND1156",
        f"is in {code}, and the scenario does not say what one {code} is worth",
        f"state the rate of your day under `exchange`, such as {{{code}: {rate or '... USD'}}}, or write USD",
        addition=(f"{code}: {rate}" if rate else "", "exchange"),
    )
