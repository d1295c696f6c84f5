"""Rules that bind several fields of a scenario together.

Each rule yields faults for one concern. References between names are checked on the document, so
that they are reported together with whatever else is wrong; the rest needs a valid scenario.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace

from nextdollar.catalogue import accelerator, accelerators, fitted_laws, has_rent_price
from nextdollar.errors import Fault
from nextdollar.plan.faults import fault_at, insertion
from nextdollar.plan.inputs import inputs_of
from nextdollar.plan.reading.document import Document, KeyPath, path_text
from nextdollar.plan.scenario import MOST_MONTHS, Candidate, LawParameters, Scenario

_NEEDED = {
    "chinchilla": ("E", "A", "alpha", "B", "beta"),
    "power in params": ("E", "A", "alpha"),
    "power in tokens": ("E", "A", "alpha"),
    "power in flop": ("E", "A", "alpha"),
    "kaplan": ("Nc", "Dc", "alpha_params", "alpha_tokens"),
}


def reference_faults(document: Document) -> Iterator[Fault]:
    """Yield names that point at nothing: today's model, the law, the accelerator."""
    data = document.data
    candidates = data.get("candidates")
    if (
        isinstance(candidates, dict)
        and isinstance(data.get("today"), str)
        and data["today"] not in candidates
    ):
        known = [str(name) for name in candidates]
        yield _unknown_name(document, ("today",), data["today"], known, "one of the candidates")
    if isinstance(data.get("law"), str) and data["law"] not in fitted_laws():
        yield _unknown_name(document, ("law",), data["law"], list(fitted_laws()), "a law of the catalogue")
    hardware = data.get("hardware")
    if isinstance(hardware, dict) and isinstance(hardware.get("accelerator"), str):
        name = hardware["accelerator"]
        known = [spelling for item in accelerators().values() for spelling in (item.name, *item.aliases)]
        if name not in known:
            path = ("hardware", "accelerator")
            yield _unknown_name(document, path, name, known, "an accelerator of the catalogue")


def _unknown_name(document: Document, path: KeyPath, name: str, known: list[str], what: str) -> Fault:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
    lowered = {item.lower(): item for item in known}
    best = lowered.get(name.lower()) or (close[0] if close else None)
    hint = f"did you mean `{best}`?" if best else f"known: {', '.join(known[:12])}"
    return fault_at(document, path, code="ND1162", rule=f"must name {what}", hint=hint, rewrite=best)


def scenario_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield what is wrong between the fields of a scenario whose fields are each right."""
    yield from _frame_faults(scenario, document)
    yield from _law_faults(scenario, document)
    yield from _hardware_faults(scenario, document)
    for name, candidate in scenario.candidates.items():
        yield from _candidate_faults(name, candidate, scenario, document)
    yield from _correlation_faults(scenario, document)


def _frame_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    months = scenario.horizon.typical()
    if scenario.horizon.is_uncertain or abs(months - round(months)) > 1e-9 or not 1 <= months <= MOST_MONTHS:
        whole = min(max(round(months), 1), MOST_MONTHS)
        yield fault_at(
            document, ("horizon",), code="ND1163", rule=f"must be a whole number of months, 1 to {MOST_MONTHS}",
            hint="cash is counted month by month", rewrite=f"{whole} months",
        )  # fmt: skip
    level = scenario.risk.level
    if level.is_uncertain or not 0.5 <= level.typical() <= 0.999:
        yield fault_at(
            document, ("risk", "level"), code="ND1164", rule="must be one share between 50 % and 99.9 %",
            hint="95 % looks at the worst twentieth of outcomes", rewrite="95 %",
        )  # fmt: skip


def _law_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    law = scenario.law
    if not isinstance(law, LawParameters):
        return
    needed = _NEEDED[law.form]
    for name in needed:
        if getattr(law, name) is None:
            yield fault_at(
                document, ("law",), code="ND1165", rule=f"must give {name} for the form {law.form!r}",
                hint=f"coefficients of this form: {', '.join(needed)}",
            )  # fmt: skip
    for name in ("E", "A", "alpha", "B", "beta", "Nc", "Dc", "alpha_params", "alpha_tokens"):
        if name not in needed and getattr(law, name) is not None:
            yield fault_at(
                document, ("law", name), code="ND1165", rule=f"is no coefficient of the form {law.form!r}",
                hint=f"coefficients of this form: {', '.join(needed)}", on_key=True,
            )  # fmt: skip


def _hardware_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    hardware = scenario.hardware
    if hardware is None:
        return
    if hardware.price is not None and hardware.own is not None:
        yield fault_at(
            document, ("hardware", "own"), code="ND1166", rule="cannot stand beside `price`",
            hint="either rent (price) or own; remove one of the two", on_key=True,
        )  # fmt: skip
    if hardware.own is not None and accelerator(hardware.accelerator).power_watts is None:
        yield fault_at(
            document, ("hardware", "own"), code="ND1172", on_key=True,
            rule=f"needs the power of {hardware.accelerator}, which its vendor does not publish",
            hint="state a rent as `price` instead",
        )  # fmt: skip
    if hardware.price is None and hardware.own is None and not has_rent_price(hardware.accelerator):
        fault = fault_at(
            document, ("hardware", "accelerator"), code="ND1172",
            rule="has no rent price in the catalogue, and the scenario states none",
            hint="for example `price: 2.0 to 3.0 USD/gpu-hour`",
        )  # fmt: skip
        yield replace(fault, fix=insertion(document, ("hardware",), "price: 2.0 to 3.0 USD/gpu-hour"))


def law_needs_tokens(scenario: Scenario) -> bool:
    """Whether the loss of a candidate depends on its training tokens."""
    law = scenario.law
    return not (isinstance(law, LawParameters) and law.form == "power in params")


def _candidate_faults(
    name: str, candidate: Candidate, scenario: Scenario, document: Document
) -> Iterator[Fault]:
    path: KeyPath = ("candidates", name)
    given = candidate.given
    if candidate.tokens is not None and candidate.tokens_per_param is not None:
        yield fault_at(
            document, (*path, "tokens_per_param"), code="ND1167", rule="cannot stand beside `tokens`",
            hint="give one of the two", on_key=True,
        )  # fmt: skip
    if given is not None and given.cost is not None:
        for other in ("training_cost", "serving_cost", "serving_price"):
            if getattr(given, other) is not None:
                yield fault_at(
                    document, (*path, "given", other), code="ND1168",
                    rule="cannot stand beside `cost`, which already holds training and serving",
                    hint="give `cost`, or its parts", on_key=True,
                )  # fmt: skip
    yield from _derivation_faults(path, candidate, scenario, document)


def _derivation_faults(
    path: KeyPath, candidate: Candidate, scenario: Scenario, document: Document
) -> Iterator[Fault]:
    given = candidate.given
    has_tokens = candidate.tokens is not None or candidate.tokens_per_param is not None
    loss_known = given is not None and given.loss is not None
    whole_cost = given is not None and given.cost is not None
    training_known = whole_cost or (given is not None and given.training_cost is not None)
    serving_known = whole_cost or (
        given is not None and (given.serving_cost is not None or given.serving_price is not None)
    )
    wants_law = not loss_known
    wants_params = (wants_law or not training_known or not serving_known) and candidate.params is None
    if wants_law and scenario.law is None:
        yield _lacks(
            document,
            path,
            "law",
            "must have a loss: state `given: {loss: ...}` or a `law`",
            "law: hoffmann-2022",
        )
    if wants_params:
        yield _lacks(document, path, "params", "must state `params`", "params: 7 B")
    if ((wants_law and law_needs_tokens(scenario)) or not training_known) and not has_tokens:
        yield _lacks(
            document, path, "tokens", "must state `tokens` or `tokens_per_param`", "tokens_per_param: 20"
        )
    if (not training_known or not serving_known) and scenario.hardware is None:
        what = "training" if not training_known else "serving"
        yield _lacks(
            document, path, "hardware",
            f"must have a cost of {what}: state it under `given:` or add `hardware`",
            "hardware: {accelerator: H100-SXM}",
        )  # fmt: skip


def _lacks(document: Document, path: KeyPath, what: str, rule: str, line: str) -> Fault:
    fault = fault_at(document, path, code="ND1169", rule=rule, hint=f"for example `{line}`", on_key=True)
    parent: KeyPath = () if what in ("law", "hardware") else path
    return Fault(
        fault.code, path_text(path), fault.rule, "", fault.hint, fault.file, fault.line, fault.column,
        fault.end_column, fault.source_line, insertion(document, parent, line),
    )  # fmt: skip


def _correlation_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    inputs = inputs_of(scenario)
    uncertain = [name for name, item in inputs.items() if item.quantity.is_uncertain]
    seen: set[frozenset[str]] = set()
    for index, item in enumerate(scenario.correlations):
        path: KeyPath = ("correlations", index, "between")
        for position, name in enumerate(item.between):
            if name in uncertain:
                continue
            if name in inputs:
                rule, known = "must name an uncertain input, and this one is a single number", uncertain
                yield fault_at(document, (*path, position), code="ND1170", rule=rule,
                               hint=f"uncertain inputs: {', '.join(known[:12]) or 'none'}")  # fmt: skip
            else:
                yield _unknown_name(document, (*path, position), name, uncertain, "an uncertain input")
        pair = frozenset(item.between)
        if len(pair) < 2 or pair in seen:
            rule = "must name two different inputs" if len(pair) < 2 else "must not name a pair twice"
            yield fault_at(document, path, code="ND1171", rule=rule)
        seen.add(pair)
