"""What an answer says of the user's own catalogue rows: which files it asked for."""

from __future__ import annotations

from nextdollar.catalogue.override import active_catalogue


def own_files() -> list[tuple[str, str]]:
    """Files of the user's catalogue that the answer asked for, each with its SHA-256; none outside of one."""
    active = active_catalogue()
    if active is None:
        return []
    return [(str(file.path), file.sha256) for file in active.used_files()]


def own_words() -> str:
    """One sentence on the files of the user's catalogue that the answer asked for; empty outside of one."""
    active = active_catalogue()
    if active is None:
        return ""
    rows = [
        f"{file.path.name} ({len(file.rows)} {'row' if len(file.rows) == 1 else 'rows'})"
        for file in active.used_files()
    ]
    if not rows:
        return f"nothing of your catalogue in {active.folder.name}/ was asked for"
    return f"your own catalogue rows stand before ours: {', '.join(rows)} of {active.folder.name}/"
