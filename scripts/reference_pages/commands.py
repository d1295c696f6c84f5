"""docs/reference/commands.md and exit-codes.md: what each verb says of itself, and how commands end."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from unittest import mock

from nextdollar import errors
from nextdollar.cli.app import app
from nextdollar.cli.entry import run
from reference_pages.markdown import code, page, table

# Each verb's Python twin, and what turns its result into the object that --json prints.
TWINS: dict[str, tuple[str, str]] = {
    "plan": ("nextdollar.plan:plan", "nextdollar:plan_view"),
    "compare": ("nextdollar:compare", "nextdollar.report.compare_text:compare_view"),
    "explain": ("nextdollar:explain", "nextdollar.report.explain_text:explain_view"),
    "demo": ("nextdollar.report.case_study:demo_view", ""),
    "init": ("nextdollar:init", ""),
    "check": ("nextdollar:check", ""),
    "fit": ("nextdollar:fit", "nextdollar.report.research.fit_view:fit_view"),
    "forecast": ("nextdollar:forecast", "nextdollar.report.research.forecast_view:forecast_view"),
    "allocate": ("nextdollar:allocate", "nextdollar.report.research.allocate_view:allocate_view"),
    "diagnose": ("nextdollar:diagnose", "nextdollar.report.research.diagnose_view:diagnose_view"),
    "study": ("nextdollar:study", "nextdollar.report.research.study_view:study_view"),
    "knee": ("nextdollar:knee", "nextdollar.report.research.knee_view:knee_view"),
    "schema": ("nextdollar:schema_of", ""),
    "doctor": ("nextdollar:doctor", ""),
    "serve-plan": ("nextdollar:serve_plan", "nextdollar.report.sizing.fleet.view:serve_plan_view"),
    "calibrate": ("nextdollar:calibrate", "nextdollar.report.sizing.calibration.view:calibrate_view"),
    "mrr": ("nextdollar:mrr", "nextdollar.report.audience.recurring_revenue.view:mrr_view"),
    "price": ("nextdollar:price", "nextdollar.report.audience.pricing.view:price_view"),
    "retention": (
        "nextdollar:retention",
        "nextdollar.report.audience.retention.view:retention_view",
    ),
    "ltv": ("nextdollar:ltv", "nextdollar.report.audience.ltv.view:ltv_view"),
    "own": ("nextdollar:own", "nextdollar.report.sizing.own.view:own_view"),
    "learn": ("nextdollar:learn", "nextdollar.report.audience.learning.view:learn_view"),
    "estimate training": (
        "nextdollar:estimate_training",
        "nextdollar.report.sizing.training.view:training_view",
    ),
    "estimate throughput": (
        "nextdollar:estimate_throughput",
        "nextdollar.report.sizing.throughput.view:throughput_view",
    ),
    "estimate serving": (
        "nextdollar:estimate_serving",
        "nextdollar.report.sizing.serving.view:serving_view",
    ),
    "catalogue list": (
        "nextdollar:catalogue_list",
        "nextdollar.report.sizing.catalogue.view:catalogue_list_view",
    ),
    "catalogue show": (
        "nextdollar:catalogue_show",
        "nextdollar.report.sizing.catalogue.view:catalogue_show_view",
    ),
    "catalogue diff": (
        "nextdollar:catalogue_diff",
        "nextdollar.report.sizing.catalogue.view:catalogue_diff_view",
    ),
}
EXITS = (
    (errors.EXIT_DONE, "done", "the answer is on stdout"),
    (errors.EXIT_GATE_SAYS_NO, "the gate said no", "kept for gates; no verb of this version has one"),
    (errors.EXIT_BAD_INPUT, "bad input", "a scenario, a name, an option or a place to write is refused"),
    (errors.EXIT_NO_ANSWER, "no trustworthy answer", "the input is right and does not determine an answer"),
    (
        errors.EXIT_OUR_FAULT,
        "our fault",
        "a bug: `NEXTDOLLAR_DEBUG=1` shows where; report it with your scenario",
    ),
    (errors.EXIT_INTERRUPTED, "interrupted", "stopped with Ctrl-C; nothing was left half-written"),
)
OPENING = """
Results go to stdout, everything else to stderr. With `--json` stdout holds exactly one object, also when a
command is refused. Its `schema` names its shape and version; `nextdollar schema --of plan` prints the shape.
No command opens a network connection.

Every verb has a Python twin; "view" is what turns its result into the object that `--json` prints.
"""
EXIT_WORDS = """
With `--json` the object of a refused command has the `code` of the error and, for a scenario, every fault
with its place and, where there is one, a `fix` to apply as printed. [Errors](errors.md) has all codes.
"""


def commands_page() -> str:
    """Return docs/reference/commands.md."""
    names = verbs()
    if set(names) != set(TWINS):
        raise ValueError(f"verbs {names} and their twins {list(TWINS)} differ")
    parts = []
    for name in names:
        parts += [f"## nextdollar {name}", f"```text\n{_help_text(*name.split())}\n```", _twin_words(name)]
    return page(
        "Command reference",
        "whoever types commands: every verb with its options, as `--help` prints them, and its Python twin.",
        OPENING,
        table(("verb", "Python twin", "view"), _twins(names)),
        "## nextdollar",
        f"```text\n{_help_text()}\n```",
        *parts,
        "How commands end: [exit codes](exit-codes.md).",
    )


def exit_codes_page() -> str:
    """Return docs/reference/exit-codes.md."""
    kinds = [
        (code(name), str(kind.exit_code), (kind.__doc__ or "").strip())
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.NextdollarError)
    ]
    return page(
        "Exit codes",
        "whoever calls nextdollar from a script: the six ways in which a command ends.",
        table(("code", "meaning", "when"), ((str(number), word, when) for number, word, when in EXITS)),
        EXIT_WORDS,
        "## The same in Python",
        "Catch `nextdollar.errors.NextdollarError` to catch all; each carries `code` and `exit_code`.",
        table(("exception", "exit code", "meaning"), kinds),
    )


def verbs() -> list[str]:
    """Return the verbs in the order in which `--help` lists them; those of a group after its name."""
    alone = [command.name or _called(command.callback) for command in app.registered_commands]
    grouped = [
        f"{group.typer_instance.info.name} {command.name or _called(command.callback)}"
        for group in app.registered_groups
        if group.typer_instance is not None
        for command in group.typer_instance.registered_commands
    ]
    return alone + grouped


def _called(callback: Callable[..., object] | None) -> str:
    if callback is None:
        raise ValueError("a verb without a function")
    return callback.__name__


def _help_text(*verb: str) -> str:
    """Return what `nextdollar VERB --help` prints on a terminal 100 columns wide."""
    printed = io.StringIO()
    plain = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    with mock.patch.dict(os.environ, plain), contextlib.redirect_stdout(printed):
        exit_code = run([*verb, "--help"])
    if exit_code != 0:
        raise ValueError(f"nextdollar {' '.join(verb)} --help ended with {exit_code}")
    return "\n".join(line.rstrip() for line in printed.getvalue().splitlines())


def _named(place: str) -> Callable[..., object]:
    module, _, name = place.partition(":")
    found: Callable[..., object] = getattr(import_module(module), name)
    return found


def _twins(names: list[str]) -> Iterator[tuple[str, str, str]]:
    for name in names:
        twin, view = TWINS[name]
        yield code(name), _dotted(twin), _dotted(view)


def _dotted(place: str) -> str:
    return code(place.replace(":", "."))


def _twin_words(name: str) -> str:
    twin, _ = TWINS[name]
    function = _named(twin)
    summary = (inspect.getdoc(function) or "").partition("\n")[0]
    signature = inspect.signature(function)
    names = ", ".join(
        ("*, " if after_star else "") + parameter for parameter, after_star in _parameters(signature)
    )
    return f"In Python: `{twin.replace(':', '.')}({names})`. {summary}"


def _parameters(signature: inspect.Signature) -> Iterator[tuple[str, bool]]:
    """Yield the names of the parameters, and whether the star stands before one."""
    keyword_only_seen = False
    for parameter in signature.parameters.values():
        is_first = parameter.kind is parameter.KEYWORD_ONLY and not keyword_only_seen
        keyword_only_seen |= is_first
        yield parameter.name, is_first
