"""Tables to read: small ones written on the spot, and the shared studies."""

from __future__ import annotations

from pathlib import Path

import pytest

STUDIES = Path(__file__).resolve().parents[3] / "../shared/data/scaling"


@pytest.fixture
def table(tmp_path):
    """Write a text as a file and return its path."""

    def write(text: str, name: str = "runs.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8"))
        return path

    return write


@pytest.fixture
def studies():
    if not STUDIES.is_dir():
        pytest.skip(f"the shared studies are not at {STUDIES}")
    return STUDIES
