"""`nextdollar calibrate`: what one's own logs say of the models of serving and training."""

from __future__ import annotations

import shlex

from nextdollar.cli.answer import give
from nextdollar.cli.calibrate_verbs import CalibrateOptions
from nextdollar.cli.console import note
from nextdollar.errors import OutputError
from nextdollar.report.sizing.calibration.report import calibrate_story
from nextdollar.report.sizing.calibration.text import calibrate_text
from nextdollar.report.sizing.calibration.view import calibrate_view
from nextdollar.report.write import check_folder
from nextdollar.sizing.calibration import write_calibration
from nextdollar.sizing.calibration.calibrate import Calibration, calibrate
from nextdollar.sizing.calibration.stated import Stated


def run_calibrate(options: CalibrateOptions) -> int:
    """Print a calibration; with `save`, write it for other verbs, with `out`, write a report."""
    if options.out is not None:
        check_folder(options.out)
    stated = Stated(
        model=options.model,
        hardware=options.hardware,
        engine=options.engine,
        precision=options.precision,
        gpus=options.gpus,
        tensor=options.tensor,
        replicas=options.replicas,
        stages=options.stages,
        prompt_tokens=options.prompt,
        output_tokens=options.output,
        concurrent=options.concurrency,
        tokens_per_sequence=options.seq_len,
        tokens_per_step=options.tokens_per_step,
    )
    found = calibrate(options.logs, stated=stated, shapes=options.shapes)
    unsaved = _saved(options, found)
    exit_code = give(
        calibrate_view(found, saved_to=None if unsaved is not None else options.save),
        text=lambda view: calibrate_text(view, next_command=_next(options, found)),
        tell=calibrate_story,
        out=options.out,
        as_json=options.as_json,
    )
    if unsaved is None:
        return exit_code
    note(f"error[{unsaved.code}]: {unsaved}; the result above is complete")
    return unsaved.exit_code


def _saved(options: CalibrateOptions, found: Calibration) -> OutputError | None:
    """Save a calibration where that is wanted; return what went wrong, so that the answer is not lost."""
    if options.save is None:
        return None
    try:
        write_calibration(found.saved, options.save)
    except OutputError as error:
        return error
    return None


def _next(options: CalibrateOptions, found: Calibration) -> str:
    """Return the command that uses the calibration, or that saves it."""
    if options.save is None:
        files = " ".join(shlex.quote(str(path)) for path in options.logs)
        return f"nextdollar calibrate {files} --save calibration.json"
    what = "serving" if found.serving.scopes else "training"
    return f"nextdollar estimate {what} ROWS.csv --calibration {shlex.quote(str(options.save))}"
