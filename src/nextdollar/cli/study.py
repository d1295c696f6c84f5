"""`nextdollar study`: which small run is worth most before a large one is chosen."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nextdollar.cli.answer import give
from nextdollar.cli.decision_options import drawn, machine_option, models_option
from nextdollar.cli.decision_verbs import StudyOptions
from nextdollar.cli.option_quantities import USD, USD_PER_GPU_HOUR, WORK, OptionReader
from nextdollar.cli.runs_options import as_typed, table_of
from nextdollar.errors import DomainError
from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.quantity import Quantity
from nextdollar.report.research.study_report import study_story
from nextdollar.report.research.study_text import study_text
from nextdollar.report.research.study_view import DecisionKind, StudyAsked, study_view
from nextdollar.report.write import check_folder
from nextdollar.research.allocation_law import coefficient_law
from nextdollar.research.chosen_law import ChosenLaw, chosen_law, disagreement
from nextdollar.research.machine import Machine
from nextdollar.research.next_dollar import knee
from nextdollar.research.next_run import study
from nextdollar.scaling import Law
from nextdollar.scaling.study_decision import (
    Decision,
    decision_between,
    decision_on_budget,
    decision_on_split,
)
from nextdollar.units import FloatArray, Floats


def run_study(options: StudyOptions) -> int:
    """Print which run to make next and what it is worth; with `out`, write a report as well."""
    if options.out is not None:
        check_folder(options.out)
    reader = OptionReader()
    asked = _read(reader, options)
    table = None if options.runs is None else table_of(options.runs, options)
    chosen = chosen_law(table, options.law, n_draws=options.draws, seed=options.seed)
    values = drawn(asked.quantities, chosen.n_draws, options.seed)
    machine = machine_option(reader, options.hardware, values, has_price=options.price is not None)
    _check_split(reader, chosen.law)
    reader.done()
    if machine is None:
        raise ValueError("a machine was neither read nor refused")
    return give(
        _view(asked, chosen, values["value"], machine, options.seed),
        text=lambda view: study_text(view, next_command=_next(options)),
        tell=study_story,
        out=options.out,
        as_json=options.as_json,
    )


def _view(
    asked: _Asked, chosen: ChosenLaw, value_usd_per_nat: Floats, machine: Machine, seed: int
) -> dict[str, Any]:
    """Work out what was asked and return it as plain data."""
    found = study(
        chosen.law,
        _decision(chosen.law, asked, value_usd_per_nat, machine.usd_per_flop),
        usd_per_flop=machine.usd_per_flop,
        budget_usd=asked.budget_usd,
        generator=np.random.default_rng([seed, 2]),
    )
    told = StudyAsked(
        law=chosen.name,
        decision=asked.kind,
        target_flop=asked.target_flop,
        value_usd_per_nat=value_usd_per_nat,
        machine=machine,
        budget_usd=asked.budget_usd,
        sources=chosen.sources,
        files=chosen.files,
        draws=chosen.n_draws,
        seed=seed,
        warnings=(*chosen.warnings, *_doubts(chosen.law, found.decision)),
    )
    return study_view(told, found)


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: DecisionKind
    models: tuple[FloatArray, FloatArray] | None
    target_flop: float | None
    today_nats: float | None
    budget_usd: float | None
    quantities: dict[str, Quantity | None]


def _read(reader: OptionReader, options: StudyOptions) -> _Asked:
    """Read the options that need no runs, and refuse all that is wrong with them at once."""
    if options.runs is None and options.law is None:
        reader.refuse("study", "needs a law", "", "name a table of runs, or --law with a FIT.json")
    if options.value_per_nat is None:
        reader.refuse("--value-per-nat", "must be given", "", 'for example --value-per-nat "50 MUSD"')
    if options.candidates and options.target_flop is not None:
        reader.refuse(
            "--target-flop", "goes without --candidates", options.target_flop, "give one of the two"
        )
    if options.today is not None and not options.candidates:
        reader.refuse(
            "--today", "needs --candidates", options.today, "the loss of what runs now is an option there"
        )
    models = models_option(reader, "--candidates", options.candidates) if options.candidates else None
    if models is not None and models[0].size == 1 and options.today is None:
        hint = 'name a second one, or the loss of what runs now: --today "2.1 nats"'
        reader.refuse("--candidates", "must leave a choice", ", ".join(options.candidates or ()), hint)
    kind: DecisionKind = "candidates" if options.candidates else "split" if options.target_flop else "budget"
    found = _Asked(
        kind,
        models,
        reader.number("--target-flop", options.target_flop, WORK),
        reader.number("--today", options.today, kinds.LOSS),
        reader.number("--budget-usd", options.budget, USD),
        {
            "value": reader.quantity("--value-per-nat", options.value_per_nat, USD),
            "price": reader.quantity("--price", options.price, USD_PER_GPU_HOUR),
            "mfu": reader.quantity("--mfu", options.mfu, kinds.POSITIVE_SHARE),
        },
    )
    machine_option(reader, options.hardware, {}, has_price=options.price is not None)
    reader.done()
    return found


def _check_split(reader: OptionReader, law: Law) -> None:
    """Refuse a law by which small runs cannot be laid out."""
    try:
        law.optimal_params(1e20)
    except DomainError as error:
        reader.refuse("--law", "must have a best split of a budget", "", str(error))


def _doubts(law: Law, decision: Decision) -> tuple[str, ...]:
    """Return what to hold against the forecast of the option that would be taken now."""
    best = decision.best
    if decision.params[best] == 0:
        return ()
    words = disagreement(law, float(decision.params[best]), float(decision.tokens[best]))
    return tuple(f"the large run is hard to forecast: {word}" for word in words)


def _decision(law: Law, asked: _Asked, value_usd_per_nat: Floats, usd_per_flop: Floats) -> Decision:
    """Return the choice that was asked for, on the draws of the law."""
    if asked.models is not None:
        return decision_between(
            law,
            *asked.models,
            value_usd_per_nat=value_usd_per_nat,
            usd_per_flop=usd_per_flop,
            today_nats=asked.today_nats,
        )
    if asked.target_flop is not None:
        # The misfit of a forecast law says how far a loss may be off, and nothing of which split is better.
        plain = coefficient_law(law)
        found = decision_on_split(
            plain, asked.target_flop, value_usd_per_nat=value_usd_per_nat, usd_per_flop=usd_per_flop
        )
        loss = np.asarray(law.loss(found.params[:, None], found.tokens[:, None]))
        return replace(found, loss_nats=loss)
    near = knee(law, usd_per_flop=usd_per_flop, value_usd_per_nat=value_usd_per_nat).advised_flop
    return decision_on_budget(law, near, value_usd_per_nat=value_usd_per_nat, usd_per_flop=usd_per_flop)


def _next(options: StudyOptions) -> str:
    """Return the command to go on with: the knee of the same law."""
    law = f"--law {shlex.quote(options.law or '')}"
    if options.runs is not None:
        law = as_typed(options.runs, options)
    value = shlex.quote(options.value_per_nat or "")
    return f"nextdollar knee {law} --value-per-nat {value} --hardware {options.hardware}"
