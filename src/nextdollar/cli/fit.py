"""`nextdollar fit`: a scaling law from a table of runs."""

from __future__ import annotations

import shlex
from pathlib import Path

from nextdollar.cli.answer import give
from nextdollar.cli.console import note
from nextdollar.cli.runs_options import as_typed, table_of
from nextdollar.cli.runs_verbs import FitOptions
from nextdollar.errors import EXIT_DONE, OutputError
from nextdollar.report.research.fit_report import fit_story
from nextdollar.report.research.fit_text import fit_text
from nextdollar.report.research.fit_view import fit_view
from nextdollar.report.write import check_folder
from nextdollar.research.fitted import FittedRuns
from nextdollar.research.fitting_runs import fit
from nextdollar.research.saved_fit import save_fit


def run_fit(options: FitOptions) -> int:
    """Print a fit; with `save`, write it to a file; with `out`, write a report."""
    if options.out is not None:
        check_folder(options.out)
    if options.save is not None:
        _check_place(options.save)
    table = table_of(options.runs, options)
    found = fit(
        table,
        law=options.law,
        objective=options.objective,
        pinned_E_nats=options.pin_E,
        n_draws=options.draws,
        seed=options.seed,
    )
    exit_code = give(
        fit_view(found),
        text=lambda view: fit_text(view, next_command=_next(options, has_split=bool(found.budgets_flop))),
        tell=fit_story,
        out=options.out,
        as_json=options.as_json,
    )
    return exit_code if options.save is None else max(exit_code, _save(found, options.save))


def _check_place(path: Path) -> None:
    """Refuse a place where no file can be written, before any work is spent on it."""
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give the name of a file, such as {path / 'FIT.json'}")
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {path.parent}")


def _save(found: FittedRuns, path: Path) -> int:
    """Write the fit; the result has been printed, so a place that cannot be written loses nothing."""
    try:
        save_fit(found, path)
    except OutputError as error:
        note(f"error[{error.code}]: {error}; the result above is complete")
        return error.exit_code
    note(f"saved {path}")
    return EXIT_DONE


def _next(options: FitOptions, *, has_split: bool) -> str:
    if options.save is not None and has_split:
        return f"nextdollar allocate --law {shlex.quote(str(options.save))} --flop 1e24"
    return f'nextdollar forecast {as_typed(options.runs, options)} --at "70 B x 1.4 T"'
