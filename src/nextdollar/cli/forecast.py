"""`nextdollar forecast`: the loss of models not yet trained."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nextdollar.cli.answer import give
from nextdollar.cli.decision_options import models_option
from nextdollar.cli.option_quantities import OptionReader
from nextdollar.cli.runs_options import as_typed, table_of
from nextdollar.cli.runs_verbs import ForecastOptions
from nextdollar.errors import EXIT_DONE, EXIT_NO_ANSWER
from nextdollar.report.research.forecast_report import forecast_story
from nextdollar.report.research.forecast_text import forecast_text
from nextdollar.report.research.forecast_view import forecast_view
from nextdollar.report.research.words import model_words
from nextdollar.report.write import check_folder
from nextdollar.research.forecasts import forecast
from nextdollar.research.reading import Targets, read_targets

_WITHOUT_SPACES = re.compile(r"(?<=[0-9KMBTG])x(?=[0-9.])")
_TABLES = (".csv", ".tsv", ".parquet", ".json", ".jsonl")


def run_forecast(options: ForecastOptions) -> int:
    """Print forecasts of targets; with `out`, write a report. 3 where nothing can be said of any target."""
    if options.out is not None:
        check_folder(options.out)
    targets = targets_of(options.at)
    table = table_of(options.runs, options)
    found = forecast(table, targets, metric=options.metric, n_draws=options.draws, seed=options.seed)
    exit_code = give(
        forecast_view(found),
        text=lambda view: forecast_text(view, next_command=_next(options)),
        tell=forecast_story,
        out=options.out,
        as_json=options.as_json,
    )
    if exit_code == EXIT_DONE and bool(found.forecast.cannot_say.all()):
        return EXIT_NO_ANSWER
    return exit_code


def targets_of(texts: Sequence[str]) -> Targets:
    """Return the targets of `--at`: a table, or models such as "70 B x 1.4 T", or several of either.

    Raises
    ------
    RunsError
        With every fault of a table.
    OptionsError
        With every model that cannot be read.
    """
    reader = OptionReader()
    parts: list[Targets] = []
    for text in texts:
        if _is_file(text):
            parts.append(read_targets(text))
            continue
        models = models_option(reader, "--at", [_WITHOUT_SPACES.sub(" x ", text)])
        if models is not None:
            names = tuple(model_words(N, D) for N, D in zip(*models, strict=True))
            parts.append(Targets(*models, names))
    reader.done()
    return parts[0] if len(parts) == 1 else _joined(parts)


def _is_file(text: str) -> bool:
    path = Path(text)
    return path.suffix.lower() in _TABLES or path.is_file()


def _joined(parts: Sequence[Targets]) -> Targets:
    """Return targets of several places as one list; losses that are not known are nan."""
    known = any(part.loss_nats is not None for part in parts)
    losses = [
        np.full(part.params.size, np.nan) if part.loss_nats is None else part.loss_nats for part in parts
    ]
    of_file = next((part for part in parts if part.file), parts[0])
    return Targets(
        np.concatenate([part.params for part in parts]),
        np.concatenate([part.tokens for part in parts]),
        tuple(name for part in parts for name in part.names),
        loss_nats=np.concatenate(losses) if known else None,
        file=of_file.file,
        sha256=of_file.sha256,
    )


def _next(options: ForecastOptions) -> str:
    runs = as_typed(options.runs, options)
    if options.out is not None:
        return f"nextdollar fit {runs} --save FIT.json"
    at = " ".join(f"--at {shlex.quote(text)}" for text in options.at)
    return f"nextdollar forecast {runs} {at} --out forecast-report"
