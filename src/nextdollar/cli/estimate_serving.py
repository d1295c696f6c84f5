"""`nextdollar estimate serving`: latency and throughput of models on GPUs, row by row of a table."""

from __future__ import annotations

import shlex

from nextdollar.catalogue.serving_calibration import UNKNOWN_ENGINE, serving_engines
from nextdollar.cli.answer import give
from nextdollar.cli.option_quantities import OptionReader
from nextdollar.cli.serving_options import ServingOptions
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER
from nextdollar.report.sizing.serving.report import serving_story
from nextdollar.report.sizing.serving.text import serving_text
from nextdollar.report.sizing.serving.view import serving_view
from nextdollar.report.write import check_folder
from nextdollar.sizing.serving.estimate import estimate_serving


def run_serving(options: ServingOptions) -> int:
    """Print estimates of serving; with `out`, write a report. 3 where no row can be estimated."""
    if options.out is not None:
        check_folder(options.out)
    reader = OptionReader()
    known = (*serving_engines(), UNKNOWN_ENGINE)
    if options.engine is not None and options.engine.casefold() not in known:
        reader.refuse("--engine", f"must be one of {', '.join(known)}", options.engine)
    reader.done()
    found = estimate_serving(
        options.rows, shapes=options.shapes, engine=options.engine, calibration=options.calibration
    )
    exit_code = give(
        serving_view(found),
        text=lambda view: serving_text(view, next_command=_next(options)),
        tell=serving_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.answered else exit_code


def _next(options: ServingOptions) -> str:
    given = [
        ("--shapes", options.shapes),
        ("--engine", options.engine),
        ("--calibration", options.calibration),
    ]
    rest = "".join(f" {name} {shlex.quote(str(value))}" for name, value in given if value is not None)
    command = f"nextdollar estimate serving {shlex.quote(str(options.rows))}{rest}"
    return f"{command} --json" if options.out is not None else f"{command} --out estimate-report"
