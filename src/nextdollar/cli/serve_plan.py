"""`nextdollar serve-plan`: the cheapest fleet for a load, and what would make it cheaper."""

from __future__ import annotations

import shlex

from nextdollar.cli.answer import give
from nextdollar.cli.serve_question import Asked, asked_of
from nextdollar.cli.serve_verbs import ServePlanOptions
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER
from nextdollar.plan.words import percent
from nextdollar.report.sizing.fleet.report import serve_plan_story
from nextdollar.report.sizing.fleet.text import serve_plan_text
from nextdollar.report.sizing.fleet.view import serve_plan_view
from nextdollar.report.write import check_folder
from nextdollar.sizing.levers.serve_plan import ServePlan, serve_plan


def run_serve_plan(options: ServePlanOptions) -> int:
    """Print a plan for serving; with `out`, write a report. 3 where nothing meets the limits."""
    if options.out is not None:
        check_folder(options.out)
    asked = asked_of(options)
    found = _planned(asked, options)
    exit_code = give(
        serve_plan_view(found, files=() if asked.scenario is None else asked.scenario.files),
        text=lambda view: serve_plan_text(view, next_command=_next(options, found)),
        tell=serve_plan_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and found.fleet.chosen is None else exit_code


def _planned(asked: Asked, options: ServePlanOptions) -> ServePlan:
    """Plan what is asked; the other sizes of a scenario too, unless a model was named beside it."""
    candidates = None
    if asked.scenario is not None and options.model is None:
        candidates = asked.scenario.models
    return serve_plan(
        asked.question,
        load=asked.load,
        settings=asked.settings,
        with_levers=options.levers,
        candidates=candidates,
        usd_per_kwh=asked.usd_per_kwh,
        notes=asked.notes,
    )


def _next(options: ServePlanOptions, found: ServePlan) -> str:
    """Return the command that goes on from here: owning the fleet, or the same load without limits."""
    chosen = found.fleet.chosen
    if chosen is None:
        given = [] if options.scenario is None else [str(options.scenario)]
        for name, value in (("--model", options.model), ("--load", options.load)):
            given += [] if value is None else [name, value]
        return shlex.join(["nextdollar", "serve-plan", *given])
    bill = chosen.bill
    use = percent(float(bill.utilisation_share.p50))
    gpus, chip = f"{float(bill.n_peak_gpus.p50):.0f}", chosen.configuration.accelerator.name
    return shlex.join(["nextdollar", "own", "--hardware", chip, "--gpus", gpus, "--use", use])
