"""What every test shares: repeatable examples, no network, and a loud word on what did not run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]
NETWORK_GUARD = REPOSITORY / "tests" / "network_guard"

# The same examples on every run and machine, and no time limit that a busy machine could miss.
settings.register_profile("repeatable", derandomize=True, deadline=None)
# pytest --hypothesis-profile=explore looks for new examples.
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Guard this process and all that it starts against the network."""
    log = Path(tempfile.gettempdir()) / f"nextdollar-network-{os.getpid()}.log"
    log.touch()
    os.environ["NEXTDOLLAR_NETWORK_LOG"] = str(log)
    config.add_cleanup(lambda: log.unlink(missing_ok=True))
    search_path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(NETWORK_GUARD) not in search_path:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(NETWORK_GUARD), *filter(None, search_path)])
    guard = importlib.util.spec_from_file_location("network_guard", NETWORK_GUARD / "sitecustomize.py")
    if guard is None or guard.loader is None:
        pytest.exit(f"no network guard in {NETWORK_GUARD}", returncode=pytest.ExitCode.INTERNAL_ERROR)
    guard.loader.exec_module(importlib.util.module_from_spec(guard))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what did not run, and why, where nobody can overlook it."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else "unknown"
        for report in skipped
    )
    if not reasons:
        return
    terminalreporter.write_sep("!", f"{len(skipped)} tests did NOT run", yellow=True, bold=True)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"  {count:4d}  {reason}", yellow=True)


@pytest.fixture(scope="session")
def skip_but_never_in_ci() -> Callable[[str], None]:
    """Return what skips a test, or fails it where CI=true: what CI leaves out, nobody tests."""

    def leave_out(reason: str) -> None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"must not be left out in CI: {reason}", pytrace=False)
        pytest.skip(reason)

    return leave_out


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that reaches beyond this machine, also where the refusal was caught and hidden."""
    log = Path(os.environ["NEXTDOLLAR_NETWORK_LOG"])
    before = log.stat().st_size
    yield
    attempts = log.read_text(encoding="utf-8")[before:].splitlines()
    if attempts and request.node.get_closest_marker("reaches_out") is None:
        pytest.fail("reached beyond this machine: " + ", ".join(attempts), pytrace=False)


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of reference data beside the checkout, or skip."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the reference data folder shared/data does not lie beside the checkout")
    return folder


@pytest.fixture(scope="session")
def chromium(skip_but_never_in_ci: Callable[[str], None]) -> str:
    """Return the path of a Chromium or Chrome; skip without one, or fail where CI=true."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        skip_but_never_in_ci("no Chromium on this machine (Debian: apt-get install chromium)")
    return str(found)
