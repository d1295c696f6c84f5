"""Tables that the tests of estimates share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "compute"


@pytest.fixture
def table(tmp_path) -> Callable[[str], Path]:
    """Return what writes a table and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def shared_table() -> Callable[[str], Path]:
    """Return what gives the path of a shared table, or skips."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.is_file():
            pytest.skip(f"no shared table {name} beside the repository")
        return path

    return find
