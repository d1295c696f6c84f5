"""The version of this installation."""

from __future__ import annotations

from importlib.metadata import version


def version_line() -> str:
    """Return name and version."""
    return f"nextdollar {version('nextdollar')}"
