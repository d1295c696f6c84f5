"""What of a candidate is derived, because the scenario does not give it."""

from __future__ import annotations

from nextdollar.plan.scenario import Candidate, LawParameters, Scenario


def wants_law(candidate: Candidate) -> bool:
    """Whether the loss of a candidate follows from the law."""
    return candidate.given is None or candidate.given.loss is None


def wants_training(candidate: Candidate) -> bool:
    """Whether the training cost of a candidate follows from hardware."""
    given = candidate.given
    return given is None or (given.cost is None and given.training_cost is None)


def wants_serving(candidate: Candidate) -> bool:
    """Whether the serving cost of a candidate follows from hardware."""
    given = candidate.given
    return given is None or (
        given.cost is None and given.serving_cost is None and given.serving_price is None
    )


def law_needs_tokens(scenario: Scenario) -> bool:
    """Whether the loss of a candidate depends on its training tokens."""
    law = scenario.law
    return not (isinstance(law, LawParameters) and law.form == "power in params")
