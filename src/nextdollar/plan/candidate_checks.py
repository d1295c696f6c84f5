"""Whether each candidate says, or lets derive, what a plan needs: its loss, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from nextdollar.catalogue.model_shapes import model_shape
from nextdollar.errors import CatalogueError, Fault, Fix
from nextdollar.plan.derivation import law_needs_tokens, wants_law, wants_serving, wants_training
from nextdollar.plan.faults import fault_at
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.repairs import insertion, left_out, rewritten
from nextdollar.plan.scenario import Candidate, Scenario
from nextdollar.plan.words import count

_ALIKE = 1.15
_PARTS_OF_COST = ("training_cost", "serving_cost", "serving_price")
_EXAMPLES = {
    "law": "hoffmann-2022",
    "hardware": "{accelerator: H100-SXM}",
    "params": "7 B",
    "tokens_per_param": "20",
}


def candidate_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield what is said twice or not at all about the candidates."""
    for name, candidate in scenario.candidates.items():
        yield from _double_faults(("candidates", name), candidate, document)
        yield from _own_faults(("candidates", name), candidate, scenario, document)
        yield from _shape_faults(("candidates", name), candidate, document)
    yield from _shared_faults(scenario, document)


def _double_faults(path: KeyPath, candidate: Candidate, document: Document) -> Iterator[Fault]:
    given = candidate.given
    if candidate.tokens is not None and candidate.tokens_per_param is not None:
        spot = (*path, "tokens_per_param")
        yield fault_at(
            document, spot, code="ND1167", rule="cannot stand beside `tokens`",
            hint="give one of the two", fix=left_out(document, spot), on_key=True,
        )  # fmt: skip
    if given is None or given.cost is None:
        return
    for other in _PARTS_OF_COST:
        if getattr(given, other) is not None:
            spot = (*path, "given", other)
            yield fault_at(
                document, spot, code="ND1168", hint="give `cost`, or its parts", on_key=True,
                rule="cannot stand beside `cost`, which already holds training and serving",
                fix=left_out(document, spot),
            )  # fmt: skip


def _own_faults(
    path: KeyPath, candidate: Candidate, scenario: Scenario, document: Document
) -> Iterator[Fault]:
    """Yield what one candidate lacks: its size, its training tokens."""
    has_tokens = candidate.tokens is not None or candidate.tokens_per_param is not None
    needs_law, needs_training = wants_law(candidate), wants_training(candidate)
    lacks_params = candidate.params is None and (needs_law or needs_training or wants_serving(candidate))
    lacks_tokens = not has_tokens and ((needs_law and law_needs_tokens(scenario)) or needs_training)
    if lacks_params and lacks_tokens and not any(key[:2] == path and len(key) > 2 for key in document.keys):
        both = f"params: {_EXAMPLES['params']}, tokens_per_param: {_EXAMPLES['tokens_per_param']}"
        yield _lacks(
            document, path, "must state `params` and `tokens`", both, insertion(document, path, both)
        )
        return
    if lacks_params:
        yield _lacking_field(document, path, "params", "must state `params`")
    if lacks_tokens:
        yield _lacking_field(document, path, "tokens_per_param", "must state `tokens` or `tokens_per_param`")


def _shape_faults(path: KeyPath, candidate: Candidate, document: Document) -> Iterator[Fault]:
    """Yield what contradicts itself about experts, and a shape that is not of the stated size."""
    active, params = candidate.active_params, candidate.params
    if active is not None:
        spot = (*path, "active_params")
        if params is None or active.typical() > params.typical():
            yield fault_at(
                document, spot, code="ND1177", rule="must be at most `params`",
                hint="`params` counts all experts, `active_params` those that one token passes through",
            )  # fmt: skip
        if wants_law(candidate):
            yield fault_at(
                document, spot, code="ND1177", rule="needs `given: {loss: ...}` beside it", on_key=True,
                hint="the laws here are of dense models and say nothing of a mixture of experts",
            )  # fmt: skip
    if candidate.shape is None:
        return
    spot = (*path, "shape")
    try:
        published = model_shape(candidate.shape)
    except CatalogueError as error:
        yield fault_at(document, spot, code="ND1162", rule="must name a published model", hint=str(error))
        return
    size = float(published.shape.params)
    if params is not None and not size / _ALIKE <= params.typical() <= size * _ALIKE:
        yield fault_at(
            document, spot, code="ND1177",
            rule=f"must be of about the size stated: {published.name} has {count(size)} parameters",
            hint="leave `shape` out for a usual shape of the size stated", fix=left_out(document, spot),
        )  # fmt: skip


def _lacking_field(document: Document, path: KeyPath, name: str, rule: str) -> Fault:
    return _lacks(document, path, rule, f"{name}: {_EXAMPLES[name]}", _added(document, path, name))


def _added(document: Document, parent: KeyPath, name: str) -> Fix | None:
    """Return the repair that gives a field an example: on its line if it stands there empty."""
    if (*parent, name) in document.keys:
        return rewritten(document, (*parent, name), _EXAMPLES[name], as_is=True)
    return insertion(document, parent, f"{name}: {_EXAMPLES[name]}")


def _lacks(document: Document, path: KeyPath, rule: str, line: str, fix: Fix | None) -> Fault:
    hint = f"for example `{line}`"
    return fault_at(document, path, code="ND1169", rule=rule, hint=hint, fix=fix, on_key=True)


def _shared_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield what all candidates lack together: a law, hardware. One line of the file repairs it."""
    named = scenario.candidates.items()
    if scenario.law is None:
        rule = "must have a loss: state `given: {loss: ...}` or a `law`"
        yield from _shared(document, [name for name, item in named if wants_law(item)], "law", rule)
    if scenario.hardware is None:
        lacking = [name for name, item in named if wants_training(item) or wants_serving(item)]
        rule = "must have a cost of training and serving: state it under `given:` or add `hardware`"
        yield from _shared(document, lacking, "hardware", rule)


def _shared(document: Document, lacking: list[str], name: str, rule: str) -> Iterator[Fault]:
    if not lacking:
        return
    line = f"{name}: {_EXAMPLES[name]}"
    others = f"; so must {', '.join(lacking[1:])}" if lacking[1:] else ""
    path: KeyPath = ("candidates", lacking[0])
    yield _lacks(document, path, f"{rule}{others}", line, _added(document, (), name))
