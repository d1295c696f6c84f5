"""What is declared can be installed, and the pins name versions and nothing of the place they came from."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {
    extra: [Requirement(text) for text in texts]
    for extra, texts in PROJECT["optional-dependencies"].items()
    if extra != "test"
}
PINS = [
    line for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines() if line.strip()
]
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==[0-9][0-9a-z.+!]*( ; .+)?$")

# Where the name to import is not the name to install.
IMPORT_NAMES = {"ibis-framework": "ibis.backends.duckdb"}

# The budget for what a plain install brings, besides nextdollar itself.
MAX_BASE_PACKAGES = 30


def missing(requirements: list[Requirement]) -> list[str]:
    found = {canonicalize_name(each.name) for each in importlib.metadata.distributions()}
    return [each.name for each in requirements if canonicalize_name(each.name) not in found]


def closure(requirements: list[Requirement]) -> set[str]:
    """Names of all distributions that these requirements bring on this machine."""
    names: set[str] = set()
    waiting = [(each, extra) for each in requirements for extra in (each.extras or {""})]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        if name in names:
            continue
        names.add(name)
        for text in importlib.metadata.requires(name) or []:
            waiting.append((Requirement(text), ""))
    return names


def test_every_constraint_is_a_name_and_a_version_and_no_address():
    assert len(PINS) > len(PROJECT["dependencies"])
    assert [pin for pin in PINS if not PIN.match(pin)] == []


@pytest.mark.parametrize("extra", ["base", *EXTRAS])
def test_everything_that_is_declared_is_pinned_within_its_bounds(extra):
    requirements = [Requirement(text) for text in PROJECT["dependencies"]]
    for requirement in requirements if extra == "base" else EXTRAS[extra]:
        pins = [Requirement(pin) for pin in PINS]
        mine = [pin for pin in pins if canonicalize_name(pin.name) == canonicalize_name(requirement.name)]
        assert mine, f"{requirement} is not in constraints.txt: run make constraints"
        for pin in mine:
            (version,) = [specifier.version for specifier in pin.specifier]
            assert requirement.specifier.contains(version), f"{pin} is outside {requirement}"


@pytest.mark.slow
@pytest.mark.parametrize("extra", ["ledger", "web", "pdf"])
def test_what_an_extra_declares_can_be_imported(extra, skip_but_never_in_ci):
    absent = missing(EXTRAS[extra])
    if absent:
        skip_but_never_in_ci(f"the extra {extra} is not installed here (make setup): {', '.join(absent)}")
    names = [IMPORT_NAMES.get(each.name, each.name.replace("-", "_")) for each in EXTRAS[extra]]
    imported = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(names)}"], capture_output=True, text=True, timeout=120
    )
    assert imported.returncode == 0, imported.stderr


def test_a_plain_install_brings_few_packages():
    brought = closure([Requirement(text) for text in PROJECT["dependencies"]])
    assert len(brought) <= MAX_BASE_PACKAGES, sorted(brought)


def test_the_command_is_installed_under_its_name():
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="nextdollar")
    assert callable(command.load())


def test_the_version_is_the_one_that_is_installed():
    assert importlib.metadata.version("nextdollar") == PROJECT["version"]
