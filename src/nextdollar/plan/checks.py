"""Rules that bind several fields of a scenario together.

Each rule yields faults for one concern. References between names are checked on the document, so
that they are reported together with whatever else is wrong; the rest needs a valid scenario.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from nextdollar.catalogue import accelerators, fitted_laws
from nextdollar.errors import Fault
from nextdollar.plan.candidate_checks import candidate_faults
from nextdollar.plan.faults import fault_at
from nextdollar.plan.hardware_checks import hardware_faults, speed_faults
from nextdollar.plan.inputs import inputs_of
from nextdollar.plan.law_checks import law_faults
from nextdollar.plan.magnitude_checks import magnitude_faults
from nextdollar.plan.quality_checks import quality_faults, quality_size_faults
from nextdollar.plan.quantities.kinds import MONEY
from nextdollar.plan.quantities.quantity import read_quantity
from nextdollar.plan.quantities.refusal import QuantityError
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.repairs import left_out, rewritten
from nextdollar.plan.scenario import MOST_MONTHS, Scenario

_OTHER_LAWS = {"chinchilla": "hoffmann-2022", "hoffmann": "hoffmann-2022", "kaplan": "kaplan-2020",
               "epoch": "epoch-2024", "besiroglu": "epoch-2024"}  # fmt: skip
_CURRENCY = re.compile("[A-Z]{3}")
_LEVELS = (0.5, 0.999)
_ROUNDING = 1e-9


def reference_faults(document: Document) -> Iterator[Fault]:
    """Yield names that point at nothing: today's model, the law, the accelerator, a currency."""
    data = document.data
    candidates, today = data.get("candidates"), data.get("today")
    if isinstance(candidates, dict) and isinstance(today, str) and today not in candidates and candidates:
        known = [str(name) for name in candidates]
        yield _unknown_name(document, ("today",), known, "one of the candidates", known[0])
    law = data.get("law")
    if isinstance(law, str) and law not in fitted_laws():
        yield _unknown_name(document, ("law",), list(fitted_laws()), "a law of the catalogue")
    hardware = data.get("hardware")
    if isinstance(hardware, dict) and isinstance(hardware.get("accelerator"), str):
        known = [spelling for item in accelerators().values() for spelling in (item.name, *item.aliases)]
        if hardware["accelerator"] not in known:
            path = ("hardware", "accelerator")
            yield _unknown_name(document, path, known, "an accelerator of the catalogue")
    yield from _exchange_faults(document)


def _exchange_faults(document: Document) -> Iterator[Fault]:
    """Yield currencies that are none, and rates that are not one number above 0."""
    exchange = document.data.get("exchange")
    for code, stated in exchange.items() if isinstance(exchange, dict) else ():
        path: KeyPath = ("exchange", code)
        if code == "USD" or not _CURRENCY.fullmatch(str(code)):
            hint = "for example `exchange: {EUR: 1.08 USD}`; USD needs no rate"
            rule = "must be the code of another currency, three capital letters"
            fix = left_out(document, path)
            yield fault_at(document, path, code="ND1150", rule=rule, hint=hint, fix=fix, on_key=True)
        if isinstance(stated, dict):
            path, stated = (*path, "rate"), stated.get("rate")
        try:
            rate = read_quantity(stated, MONEY)
        except QuantityError:
            continue  # told by validation, with everything else that is no quantity
        if rate.is_uncertain or rate.typical() <= 0:
            fix = rewritten(document, path, f"{rate.typical():.6g} USD") if rate.typical() > 0 else None
            hint = "the rate of one day; what is uncertain about it belongs to the amounts"
            yield fault_at(document, path, code="ND1156", rule="must be one rate above 0", hint=hint, fix=fix)


def _unknown_name(document: Document, path: KeyPath, known: list[str], what: str, usual: str = "") -> Fault:
    """Return the fault of a name that is not known; `usual` is proposed where none is spelled alike."""
    name = str(_value(document, path))
    lowered = {item.lower(): item for item in reversed(known)}
    lowered |= {nickname: law for nickname, law in _OTHER_LAWS.items() if law in known}
    close = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    best = lowered[close[0]] if close else usual
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    hint = f"did you mean `{best}`?" if close else f"known: {', '.join(known[:12])}{more}"
    fix = rewritten(document, path, best, is_name=True) if best else None
    return fault_at(document, path, code="ND1162", rule=f"must name {what}", hint=hint, fix=fix)


def _value(document: Document, path: KeyPath) -> object:
    value: object = document.data
    for key in path:
        value = value[key]  # type: ignore[index]
    return value


def scenario_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield what is wrong between the fields of a scenario whose fields are each right."""
    found = [
        *_frame_faults(scenario, document),
        *law_faults(scenario, document),
        *hardware_faults(scenario, document),
        *candidate_faults(scenario, document),
        *quality_faults(scenario, document),
        *_correlation_faults(scenario, document),
    ]
    yield from found
    if not found:
        # Sizes are worked out from a scenario that has everything it needs.
        sizes = [*magnitude_faults(scenario, document)]
        yield from sizes
        if not sizes:
            yield from quality_size_faults(scenario, document)
        yield from speed_faults(scenario, document)


def _frame_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    months = scenario.horizon.typical()
    if (
        scenario.horizon.is_uncertain
        or abs(months - round(months)) > _ROUNDING
        or not 1 <= months <= MOST_MONTHS
    ):
        whole = min(max(round(months), 1), MOST_MONTHS)
        fix = rewritten(document, ("horizon",), f"{whole} month{'s' if whole > 1 else ''}")
        yield fault_at(
            document, ("horizon",), code="ND1163",
            rule=f"must be a whole number of months, 1 to {MOST_MONTHS}",
            hint="cash is counted month by month", fix=fix,
        )  # fmt: skip
    level = scenario.risk.level
    if level.is_uncertain or not _LEVELS[0] - _ROUNDING <= level.typical() <= _LEVELS[1] + _ROUNDING:
        share = level.typical() if level.typical() >= _LEVELS[0] else 1 - level.typical()
        share = 0.95 if level.is_uncertain or share < _LEVELS[0] else min(share, _LEVELS[1])
        yield fault_at(
            document, ("risk", "level"), code="ND1164", rule="must be one share between 50 % and 99.9 %",
            hint="95 % looks at the worst twentieth of outcomes",
            fix=rewritten(document, ("risk", "level"), f"{100 * share:.6g} %"),
        )  # fmt: skip


def _correlation_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    inputs = inputs_of(scenario)
    uncertain = [name for name, item in inputs.items() if item.quantity.is_uncertain]
    seen: set[frozenset[str]] = set()
    for index, item in enumerate(scenario.correlations):
        entry: KeyPath = ("correlations", index)
        path: KeyPath = (*entry, "between")
        for position, name in enumerate(item.between):
            if name in uncertain:
                continue
            if name in inputs:
                hint = "give that input a range, or leave the correlation out"
                yield fault_at(
                    document, (*path, position), code="ND1170", hint=hint, fix=left_out(document, entry),
                    rule="must name an uncertain input, and this one is a single number",
                )  # fmt: skip
            else:
                others = [known for known in uncertain if known not in item.between]
                yield _unknown_name(document, (*path, position), others, "an uncertain input")
        pair = frozenset(item.between)
        if len(pair) < 2 or pair in seen:
            rule = "must name two different inputs" if len(pair) < 2 else "must not name a pair twice"
            hint = "an input moves with itself" if len(pair) < 2 else "an earlier line has this pair"
            yield fault_at(document, path, code="ND1171", rule=rule, hint=hint, fix=left_out(document, entry))
        seen.add(pair)
