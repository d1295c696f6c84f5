"""Markdown from rows: tables whose cells cannot break them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """Return a text fit for a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Return a text as code; nothing stays nothing."""
    return f"`{text}`" if text else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell(item) for item in line)} |" for line in lines) + "\n"


def listed(texts: Iterable[str]) -> str:
    """Return texts as code with commas between them."""
    return ", ".join(code(text) for text in texts)


def link(text: str, address: str) -> str:
    """Return a link, or the text alone where there is no address."""
    return f"[{text}]({address})" if address else text


def page(title: str, reader: str, *parts: str) -> str:
    """Return a page that says in its first line who it is for, and that it is generated."""
    note = "<!-- made by scripts/write_reference.py; edit what it reads, not this page -->"
    return "\n\n".join([f"# {title}", f"For {reader}", note, *(part.strip("\n") for part in parts)]) + "\n"
