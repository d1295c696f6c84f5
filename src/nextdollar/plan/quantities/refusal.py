"""Why a value is refused as a quantity, where in it, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Spot = tuple[str, ...]
"""The way into a quantity that is written as a mapping: () for the whole, ("value",) for its value."""


AddTo = Literal["here", "exchange"]


class QuantityError(ValueError):
    """A value that its field refuses, in words.

    Attributes
    ----------
    code, rule, hint : str
        A stable code, the rule (it reads after the name of the field), and a help.
    rewrite : str, optional
        What to write at `below` instead; a proposal for the person who reads it.
    below : tuple of str
        Which part of a mapping is meant; `on_key` where it is the name, not the value.
    replacement : object
        What the rewrite reads as, where it is a mapping and no text.
    add_line : str
        A line that is missing: in the quantity's own mapping (`add_to` "here") or under `exchange`.
    """

    def __init__(
        self,
        code: str,
        rule: str,
        hint: str = "",
        rewrite: str | None = None,
        *,
        below: Spot = (),
        on_key: bool = False,
        replacement: object = None,
        addition: tuple[str, AddTo] = ("", "here"),
    ) -> None:
        super().__init__(rule)
        self.code = code
        self.rule = rule
        self.hint = hint
        self.rewrite = rewrite
        self.below = below
        self.on_key = on_key
        self.replacement = replacement
        self.add_line, self.add_to = addition

    def at(self, below: Spot) -> QuantityError:
        """Return the same refusal of a part of a mapping."""
        self.below = (*below, *self.below)
        return self


def mended(raw: object, error: QuantityError, depth: int = 0) -> object:
    """Return what a scenario holds once the rewrite of an error is written into it."""
    if depth == len(error.below):
        return error.rewrite if error.replacement is None else error.replacement
    if not isinstance(raw, Mapping):
        return raw
    name = error.below[depth]
    if error.on_key and depth == len(error.below) - 1:
        return {error.rewrite if key == name else key: value for key, value in raw.items()}
    return {key: mended(value, error, depth + 1) if key == name else value for key, value in raw.items()}
