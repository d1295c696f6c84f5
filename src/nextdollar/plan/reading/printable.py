"""User text made safe to print: what cannot be seen is spelled out."""

from __future__ import annotations

MAX_QUOTED_CHARACTERS = 60


def printable(text: str) -> str:
    r"""Return `text` with every invisible character written as `\n`, `\x1b` or `\u202e`.

    Spaces stay; line breaks, tabs, escape bytes, direction marks and lone surrogates do not.
    Text that is already visible comes back as it is, so a second pass changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


def quoted(text: str, max_characters: int = MAX_QUOTED_CHARACTERS) -> str:
    """Return `text` in double quotes, printable, cut to `max_characters` of the original."""
    shown = printable(text[:max_characters])
    return f'"{shown}..."' if len(text) > max_characters else f'"{shown}"'


def _spelled(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    short = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(character)
    if short is not None:
        return short
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
