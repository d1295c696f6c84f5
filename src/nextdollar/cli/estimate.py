"""`nextdollar estimate`: what training takes and how fast its steps are, row by row of a table."""

from __future__ import annotations

import shlex
from pathlib import Path

from nextdollar.cli.answer import give
from nextdollar.cli.estimate_verbs import ThroughputOptions, TrainingOptions
from nextdollar.cli.option_quantities import USD_PER_GPU_HOUR, OptionReader
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER
from nextdollar.report.sizing.throughput_report import throughput_story
from nextdollar.report.sizing.throughput_text import throughput_text
from nextdollar.report.sizing.throughput_view import throughput_view
from nextdollar.report.sizing.training_report import training_story
from nextdollar.report.sizing.training_text import training_text
from nextdollar.report.sizing.training_view import training_view
from nextdollar.report.write import check_folder
from nextdollar.sizing import estimate_throughput, estimate_training

_LOW, _HIGH = 0.05, 0.95


def run_training(options: TrainingOptions) -> int:
    """Print estimates of training runs; with `out`, write a report. 3 where no row can be estimated."""
    if options.out is not None:
        check_folder(options.out)
    found = estimate_training(options.rows, usd_per_gpu_hour=_price(options.price))
    price = "" if options.price is None else f" --price {shlex.quote(options.price)}"
    exit_code = give(
        training_view(found),
        text=lambda view: training_text(
            view, next_command=_next("training", options.rows, options.out, price)
        ),
        tell=training_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.answered else exit_code


def run_throughput(options: ThroughputOptions) -> int:
    """Print estimates of training speed; with `out`, write a report. 3 where no row can be estimated."""
    if options.out is not None:
        check_folder(options.out)
    found = estimate_throughput(options.rows)
    exit_code = give(
        throughput_view(found),
        text=lambda view: throughput_text(view, next_command=_next("throughput", options.rows, options.out)),
        tell=throughput_story,
        out=options.out,
        as_json=options.as_json,
    )
    return EXIT_NO_ANSWER if exit_code == EXIT_DONE and not found.answered else exit_code


def _price(text: str | None) -> float | tuple[float, float] | None:
    """Return what `--price` states: a number, or the 5 % and 95 % quantiles of a range."""
    reader = OptionReader()
    found = reader.quantity("--price", text, USD_PER_GPU_HOUR)
    if found is not None and found.inner_quantile(_LOW) <= 0:
        reader.refuse("--price", "must be above 0", text or "", f"for example {USD_PER_GPU_HOUR.example}")
    reader.done()
    if found is None:
        return None
    if not found.is_uncertain:
        return found.typical()
    return found.inner_quantile(_LOW), found.inner_quantile(_HIGH)


def _next(what: str, rows: Path, out: Path | None, rest: str = "") -> str:
    command = f"nextdollar estimate {what} {shlex.quote(str(rows))}{rest}"
    return f"{command} --json" if out is not None else f"{command} --out estimate-report"
