"""`nextdollar diagnose`: what ails a run, or each run of a table."""

from __future__ import annotations

import shlex

import numpy as np

from nextdollar.cli.answer import give
from nextdollar.cli.budget_options import MachineWords, as_options, law_option, machine_option, work_in_time
from nextdollar.cli.budget_verbs import DiagnoseOptions
from nextdollar.cli.option_quantities import SERVED_TOKENS, WORK, OptionReader
from nextdollar.cli.runs_options import as_typed, table_of
from nextdollar.errors import OptionsError, RunsError
from nextdollar.plan.quantities.kinds import LOSS, PARAMS, TOKENS
from nextdollar.report.research.diagnose_report import diagnose_story
from nextdollar.report.research.diagnose_text import diagnose_text
from nextdollar.report.research.diagnose_view import diagnose_view
from nextdollar.report.write import check_folder
from nextdollar.research.diagnosed_runs import Run, one_run
from nextdollar.research.diagnosis import DiagnosisAnswer, diagnose
from nextdollar.research.machine import Machine
from nextdollar.research.reading import RunTable
from nextdollar.scaling.laws.domain import FLOP_PER_PARAM_TOKEN

_OPTIONS = {"law": "--law", "params": "--params", "tokens": "--tokens", "observed_nats": "--loss"}


def run_diagnose(options: DiagnoseOptions) -> int:
    """Print what ails a run or the runs of a table; with `out`, write a report."""
    if options.out is not None:
        check_folder(options.out)
    found = _diagnosed(options)
    return give(
        diagnose_view(found),
        text=lambda safe: diagnose_text(safe, next_command=_next(options, found)),
        tell=diagnose_story,
        out=options.out,
        as_json=options.as_json,
    )


def _diagnosed(options: DiagnoseOptions) -> DiagnosisAnswer:
    reader = OptionReader()
    # A table of runs brings its own law.
    is_own = options.law is None and options.runs is not None
    law = None if is_own else law_option(reader, options.law)
    words = MachineWords(options.hardware, options.price, options.mfu, options.serving_mfu)
    owner = machine_option(reader, words)
    served = reader.number("--inference-tokens", options.inference_tokens, SERVED_TOKENS)
    unique = reader.number("--unique-tokens", options.unique_tokens, TOKENS)
    runs: Run | RunTable | None = (
        _table(reader, options) if options.runs is not None else _run(reader, options, owner)
    )
    reader.done()
    if (law is None and not is_own) or runs is None:
        raise ValueError("an option that was refused passed the checks")
    try:
        return diagnose(
            law,
            runs,
            machine=owner,
            inference_tokens=0.0 if served is None else served,
            unique_tokens=np.inf if unique is None else unique,
        )
    except OptionsError as error:
        raise as_options(error, _OPTIONS) from None


def _table(reader: OptionReader, options: DiagnoseOptions) -> RunTable | None:
    """Return the table of runs; options of a single run are refused beside it."""
    for option, text in (
        ("--params", options.params),
        ("--tokens", options.tokens),
        ("--flop", options.flop),
        ("--loss", options.loss),
        ("--gpus", options.gpus),
        ("--time", options.time),
    ):
        if text is not None:
            reader.refuse(option, "must be left out beside a table of runs", text, "the table holds its runs")
    if options.runs is None:
        return None
    try:
        return table_of(options.runs, options)
    except RunsError as error:
        reader.faults += error.faults
        return None


def _run(reader: OptionReader, options: DiagnoseOptions, owner: Machine | None) -> Run | None:
    """Return the single run that the options describe: two of size, tokens and work."""
    params = reader.number("--params", options.params, PARAMS)
    tokens = reader.number("--tokens", options.tokens, TOKENS)
    flop = reader.number("--flop", options.flop, WORK)
    observed = reader.number("--loss", options.loss, LOSS)
    gpu_seconds, worked_flop = work_in_time(
        reader,
        option="--time",
        time=options.time,
        gpus=options.gpus,
        owner=owner,
        has_hardware=options.hardware is not None,
    )
    for option, text in (("--where", options.where), ("--family", options.family)):
        if text is not None:
            reader.refuse(option, "needs a table of runs beside it", text, "nextdollar diagnose RUNS")
    _two_of_three(reader, options)
    flop = worked_flop if flop is None else flop
    if params is None and tokens is not None and flop is not None:
        params = flop / (FLOP_PER_PARAM_TOKEN * tokens)
    if tokens is None and params is not None and flop is not None:
        tokens = flop / (FLOP_PER_PARAM_TOKEN * params)
    if params is None or tokens is None:
        return None
    is_both = options.params is not None and options.tokens is not None
    return one_run(params, tokens, observed_nats=observed, gpu_seconds=gpu_seconds if is_both else None)


def _two_of_three(reader: OptionReader, options: DiagnoseOptions) -> None:
    """Refuse a run that is stated too little or too much."""
    has_time = options.time is not None or options.gpus is not None
    has_work = options.flop is not None or has_time
    n_given = (options.params is not None) + (options.tokens is not None) + has_work
    if options.flop is not None and has_time:
        hint = "--gpus and --time give the work at an MFU; leave one of the two out"
        reader.refuse("--flop", "must be left out beside --gpus and --time", options.flop, hint)
    if n_given < 2:
        hint = (
            'for example --params "70 B" --tokens "1.4 T", or a table of runs: nextdollar diagnose RUNS.csv'
        )
        reader.refuse("--params and --tokens", "must be given, or one of them and --flop", hint=hint)
    elif n_given == 3 and options.flop is not None:
        hint = "the work of a run is 6 x params x tokens; leave one of the three out"
        reader.refuse("--flop", "must be left out beside --params and --tokens", options.flop, hint)


def _next(options: DiagnoseOptions, found: DiagnosisAnswer) -> str:
    """Return the command that splits the same budget anew, or fits a law to the same table."""
    if options.runs is not None:
        return f"nextdollar fit {as_typed(options.runs, options)} --save FIT.json"
    flop = FLOP_PER_PARAM_TOKEN * float(found.runs.params[0]) * float(found.runs.tokens[0])
    words = ["nextdollar", "allocate", "--law", str(options.law), "--flop", f"{flop:.3g}".replace("+", "")]
    if options.inference_tokens is not None:
        words += ["--inference-tokens", options.inference_tokens]
    if options.unique_tokens is not None:
        words += ["--unique-tokens", options.unique_tokens]
    return shlex.join(words)
