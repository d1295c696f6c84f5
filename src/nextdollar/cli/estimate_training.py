"""`nextdollar estimate training`: hours, days, dollars, energy and memory of runs, row by row of a table."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date

from nextdollar.cli.answer import give
from nextdollar.cli.option_quantities import USD_PER_GPU_HOUR, OptionReader
from nextdollar.cli.serve_quantities import CARBON, ends_of
from nextdollar.cli.training_options import TrainingOptions
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER, CatalogueError
from nextdollar.plan.quantities.kinds import MULTIPLE, POSITIVE_DURATION
from nextdollar.report.sizing.training.report import training_story
from nextdollar.report.sizing.training.text import training_text
from nextdollar.report.sizing.training.view import training_view
from nextdollar.report.write import check_folder
from nextdollar.sizing import estimate_training
from nextdollar.sizing.training.bill import WORLD, grid_of
from nextdollar.units import DAYS_PER_MONTH


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the options state, in the units used inside."""

    usd_per_gpu_hour: tuple[float, float] | None
    as_of: date | None
    deadline_days: float | None
    development_multiple: tuple[float, float] | None
    grid: str | tuple[float, float]


def run_training(options: TrainingOptions) -> int:
    """Print estimates of training runs; with `out`, write a report. 3 where no row can be estimated."""
    if options.out is not None:
        check_folder(options.out)
    stated = _stated(options)
    found = estimate_training(
        options.rows,
        usd_per_gpu_hour=stated.usd_per_gpu_hour,
        as_of=stated.as_of,
        deadline_days=stated.deadline_days,
        development_multiple=stated.development_multiple,
        grid=stated.grid,
        shapes=options.shapes,
        calibration=options.calibration,
    )
    exit_code = give(
        training_view(found),
        text=lambda view: training_text(view, next_command=_next(options)),
        tell=training_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.answered else exit_code


def _stated(options: TrainingOptions) -> _Stated:
    """Return what the options state; OptionsError with everything that is wrong with them."""
    reader = OptionReader()
    months = reader.number("--deadline", options.deadline, POSITIVE_DURATION)
    stated = _Stated(
        usd_per_gpu_hour=ends_of(reader, "--price", options.price, USD_PER_GPU_HOUR),
        as_of=_day(reader, options.as_of),
        deadline_days=None if months is None else months * DAYS_PER_MONTH,
        development_multiple=ends_of(reader, "--development", options.development, MULTIPLE),
        grid=_grid(reader, options.carbon),
    )
    reader.done()
    return stated


def _day(reader: OptionReader, text: str | None) -> date | None:
    """Return the day of `--as-of`."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        reader.refuse("--as-of", "must be a day", text, "for example 2026-06-30")
        return None


def _grid(reader: OptionReader, text: str | None) -> str | tuple[float, float]:
    """Return what `--carbon` names: a region of the catalogue, or kg per kWh."""
    if text is None:
        return WORLD
    if text.strip()[:1].isdigit():
        return ends_of(reader, "--carbon", text, CARBON) or WORLD
    try:
        grid_of(text.strip())
    except CatalogueError as error:
        _, _, hint = str(error).partition("(")
        rule = f"must be a region of the catalogue or kg/kWh, for example {CARBON.example}"
        reader.refuse("--carbon", rule, text, hint.rstrip(")"))
    return text.strip()


def _next(options: TrainingOptions) -> str:
    given = {
        "--price": options.price,
        "--as-of": options.as_of,
        "--deadline": options.deadline,
        "--development": options.development,
        "--carbon": options.carbon,
        "--shapes": options.shapes,
        "--calibration": options.calibration,
    }
    rest = "".join(f" {name} {shlex.quote(str(value))}" for name, value in given.items() if value is not None)
    command = f"nextdollar estimate training {shlex.quote(str(options.rows))}{rest}"
    return f"{command} --json" if options.out is not None else f"{command} --out estimate-report"
