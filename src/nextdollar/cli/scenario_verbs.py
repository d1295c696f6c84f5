"""The verbs on scenarios and their options; each verb's work is in its own file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nextdollar.cli.options import Draws, Json, Out, ScenarioFile, Seed, Settings, Workers


def plan(
    scenario: ScenarioFile,
    settings: Settings = None,
    draws: Draws = None,
    seed: Seed = None,
    out: Out = None,
    as_json: Json = False,
    workers: Workers = 1,
) -> int:
    """Work out a scenario: which candidate is the last worth funding, and how sure that is."""
    from nextdollar.cli.plan import run_plan

    return run_plan(scenario, settings or [], draws, seed, out=out, as_json=as_json, workers=workers)


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A scenario file.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another scenario file.")],
    settings: Settings = None,
    draws: Draws = None,
    seed: Seed = None,
    as_json: Json = False,
) -> int:
    """Put two scenarios side by side: what differs, and what it changes."""
    from nextdollar.cli.compare import run_compare

    return run_compare(first, second, settings or [], draws, seed, as_json=as_json)


def explain(
    subject: Annotated[
        str, typer.Argument(metavar="SCENARIO|CODE", help="A scenario file, or an error code.")
    ],
    figure: Annotated[
        str | None,
        typer.Argument(metavar="FIGURE", help="e.g. npv, candidates.v3.irr_per_year, hardware.price."),
    ] = None,
    settings: Settings = None,
    draws: Draws = None,
    seed: Seed = None,
    as_json: Json = False,
) -> int:
    """Explain a figure: its formula, the inputs that move it, and its sources; or an error code."""
    from nextdollar.cli.explain import run_explain

    return run_explain(subject, figure, settings or [], draws, seed, as_json=as_json)


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the report goes.")] = Path(
        "demo-report"
    ),
    open_page: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
    draws: Draws = None,
    as_json: Json = False,
) -> int:
    """Run the case study both ways, as its article tells it and from first principles, and write a report."""
    from nextdollar.cli.demo import run_demo

    return run_demo(out, draws, open_page=open_page, as_json=as_json)


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario file to write.")] = Path(
        "scenario.yaml"
    ),
    template: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="TEMPLATE",
            help="frontier-lab, saas-copilot, support-bot, from-runs, article, first-principles.",
        ),
    ] = "saas-copilot",
    as_json: Json = False,
) -> int:
    """Write a commented scenario to start from."""
    from nextdollar.cli.init import run_init

    return run_init(file, template, as_json=as_json)


def check(scenario: ScenarioFile, settings: Settings = None, as_json: Json = False) -> int:
    """Check a scenario and say how each line was read."""
    from nextdollar.cli.check import run_check

    return run_check(scenario, settings or [], as_json=as_json)


def schema(
    of: Annotated[
        str, typer.Option("--of", help="scenario, plan, compare, demo, explain, check, doctor or error.")
    ] = "scenario",
) -> int:
    """Print a JSON Schema: of scenario files for editors, or of what a command prints with --json."""
    from nextdollar.cli.schema import run_schema

    return run_schema(of)


def doctor(as_json: Json = False) -> int:
    """Say what is installed, missing or stale. Needs no network."""
    from nextdollar.cli.doctor import run_doctor

    return run_doctor(as_json=as_json)
