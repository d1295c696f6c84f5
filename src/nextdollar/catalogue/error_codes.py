"""What each error code means and what to do about it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nextdollar.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One stable code."""

    code: str
    title: str
    meaning: str
    what_to_do: str


@cache
def error_codes() -> dict[str, ErrorCode]:
    """Return every code."""
    text = (files("nextdollar.catalogue") / "error_codes.csv").read_text(encoding="utf-8")
    return {row["code"]: ErrorCode(**row) for row in csv.DictReader(text.splitlines())}


def error_code(code: str) -> ErrorCode:
    """Return one code, written with or without its ND.

    Raises
    ------
    CatalogueError
        If there is no such code.
    """
    wanted = code.upper() if code.upper().startswith("ND") else f"ND{code}"
    found = error_codes().get(wanted)
    if found is None:
        raise CatalogueError(f"{wanted} is not an error code of nextdollar")
    return found
