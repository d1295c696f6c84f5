"""Configurations that the tests of serving share."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def cases() -> ModuleType:
    """Models, servers and random configurations; see serving_cases.py."""
    path = Path(__file__).with_name("serving_cases.py")
    spec = importlib.util.spec_from_file_location("serving_cases", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
