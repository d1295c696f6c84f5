"""A verb from a frozen dataclass of options: each field is an option, its default that of the option."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, cast, get_type_hints

import typer

_CATALOGUE = "catalogue"
_CatalogueFolder = Annotated[
    Path | None,
    typer.Option("--catalogue", metavar="DIR", help="Your own prices and hardware: CSVs named as ours."),
]


def verb(name: str, options: type[Any], runner: str) -> Callable[..., int]:
    """Return the function that the command line calls for a verb.

    Parameters
    ----------
    name : str
        The verb as it is typed.
    options : dataclass
        Its fields, annotated as for typer, are the options, those of the class itself before inherited
        ones; its docstring is the help of the verb.
    runner : str
        "module:function" that takes the options and returns the exit code. It is imported when the
        verb runs, so that `--help` stays fast.
    """
    hints = get_type_hints(options, include_extras=True)
    ordered = sorted(fields(options), key=lambda field: field.name not in options.__annotations__)

    def command(**given: object) -> int:
        module, _, function = runner.partition(":")
        run: Callable[[Any], int] = getattr(import_module(module), function)
        return run(options(**given))

    command.__name__ = command.__qualname__ = name
    command.__doc__ = options.__doc__
    command.__annotations__ = {**{field.name: hints[field.name] for field in ordered}, "return": int}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [_parameter(field, hints[field.name]) for field in ordered], return_annotation=int
    )
    return with_catalogue(command, says_itself=True)


def with_catalogue(command: Callable[..., int], *, says_itself: bool = False) -> Callable[..., int]:
    """Return a command that takes `--catalogue DIR` too; one that does already, as it is.

    `says_itself` where the answer names the rows of the user; else a remark does.
    """
    signature = inspect.signature(command, eval_str=True)
    if _CATALOGUE in signature.parameters:
        return command

    @wraps(command)
    def under_catalogue(**given: object) -> int:
        """Run the command with the rows of the user before those of the catalogue."""
        folder = given.pop(_CATALOGUE, None)
        if folder is None:
            return command(**given)
        from nextdollar.catalogue.override import user_catalogue
        from nextdollar.cli.console import note
        from nextdollar.report.own_catalogue import own_files, own_words

        with user_catalogue(cast(Path, folder)):
            exit_code = command(**given)
            if not (says_itself and own_files()):
                note(own_words())
        return exit_code

    option = inspect.Parameter(
        _CATALOGUE, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_CatalogueFolder
    )
    named = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in signature.parameters.values()
    ]
    under_catalogue.__signature__ = signature.replace(parameters=[*named, option])  # type: ignore[attr-defined]
    hints = {parameter.name: parameter.annotation for parameter in (*named, option)}
    under_catalogue.__annotations__ = {**hints, "return": int}
    return under_catalogue


def _parameter(field: Field[Any], hint: object) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is MISSING else field.default
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
