"""The corpus of mistakes and the generator of fuzz, as fixtures."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


# The generators stand beside the script that runs them at length.
sys.path.insert(0, str(HERE.parents[1] / "benchmarks"))
CASES = loaded(HERE / "cases.py")
FUZZ = loaded(HERE.parents[1] / "benchmarks" / "fuzz_loader.py")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes a `case` or a `mistake` for each one of the corpus."""
    for argument, cases in (("case", CASES.CASES), ("mistake", CASES.MISTAKES)):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, cases, ids=[case.name.replace(" ", "_") for case in cases])


@pytest.fixture(scope="session")
def corpus() -> ModuleType:
    """Return the corpus: its cases, their answers and repairs."""
    return CASES


@pytest.fixture(scope="session")
def fuzz() -> ModuleType:
    """Return the generator of random scenarios that benchmarks/fuzz_loader.py runs at length."""
    return FUZZ
