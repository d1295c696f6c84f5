"""A verb from a frozen dataclass of options: each field is an option, its default that of the option."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from importlib import import_module
from typing import Any, get_type_hints


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

    command.__name__ = name
    command.__doc__ = options.__doc__
    command.__annotations__ = {**{field.name: hints[field.name] for field in ordered}, "return": int}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [_parameter(field, hints[field.name]) for field in ordered], return_annotation=int
    )
    return command


def _parameter(field: Field[Any], hint: object) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is MISSING else field.default
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
