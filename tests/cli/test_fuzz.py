"""Random scenarios through the command line: exit 0 or 2, no traceback, no hang.

`benchmarks/fuzz_loader.py` runs many more of another make.
"""

from __future__ import annotations

import contextlib
import io
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nextdollar.cli.entry import run

SCENARIOS = Path(__file__).resolve().parents[2] / "src" / "nextdollar" / "catalogue" / "scenarios"
TEXTS = [file.read_text(encoding="utf-8") for file in sorted(SCENARIOS.glob("*.yaml"))]
MOST_CPU_S = 5.0
NASTY = [
    "", "0", "-1", "1e308", "1e-308", "-0.0", ".nan", ".inf", "1e400", "9" * 300, "8 to 12", "12 to 8",
    "1e-12 to 1e12", "0 %", "100 %", "101 %", "-5 %", "99.999 %/month", "1e-9 %/month", "4 %", "0.04",
    "350 %/year", "7 parsecs", "20 EUR", "$20", "1,000", "2,5 USD", "8-12", "null", "true", "yes", "[]",
    "{}", "[1, 2]", "{a: 1}", "{value: 3}", '"', "'", "%", "&a", "*a", "!!python/object:os.system",
    "<<: *x", "- x", "? y", "| z", "> z", "\t", "#", ":", "\u202e", "\u0000", "\u2212 5", "\uff11\uff12",
    "beta(4, 96)", "beta(4)", "pert(3, 2, 1)", "normal(0, 0)", "gamma(1e-9, 1e9)", "uniform(1, 1)",
    "lognormal(1, 2)", "discrete(0: 0.3, 1: 0.7)", "bernoulli(2)", "triangular(1, 2, 3) USD/month",
    "{quantiles: {5 %: 1, 95 %: 2}}",
    "{mixture: [{share: 50 %, value: 1}, {share: 50 %, value: 2 to 3}]}", "{value: 1 to 2, min: 3}",
    "650 B", "1e18 T", "1e17 MUSD", "1000 years", "0 months", "36.5 months", "1 Mtok/month",
    "1e30 Mtok/month", "0.000001 USD/month", "hoffmann-2022", "kaplan-2020", "chinchilla", "B200",
    "TPU-v5p", "v3", "today",
]  # fmt: skip


@st.composite
def edited_scenarios(draw: st.DrawFn, n_most: int = 4) -> str:
    """Return a shipped scenario with random edits."""
    lines = draw(st.sampled_from(TEXTS)).splitlines()
    # One drawn seed for all edits: cheaper than a drawn choice for each.
    chance = random.Random(draw(st.integers(0, 2**62)))
    for _ in range(chance.randint(1, n_most)):
        at = chance.randrange(len(lines))
        lines = _edited(lines, at, chance)
        if not lines:
            return ""
    return "\n".join(lines)


def _edited(lines: list[str], at: int, chance: random.Random) -> list[str]:
    line, kind = lines[at], chance.randrange(8)
    if kind == 0:
        return lines[:at] + lines[at + 1 :]
    if kind == 1:
        return lines[: at + 1] + lines[at:]
    if kind == 2:
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other], line
    elif kind == 3:
        spot = chance.randrange(len(line) + 1)
        lines[at] = line[:spot] + chance.choice(NASTY) + line[spot:]
    elif kind == 4 and line:
        spot = chance.randrange(len(line))
        lines[at] = line[:spot] + line[spot + chance.randint(1, 3) :]
    elif kind == 5:
        lines[at] = " " * chance.randint(0, 6) + line.lstrip()
    else:
        name, colon, _ = line.partition(":")
        lines[at] = f"{name}{colon} {chance.choice(NASTY)}"
    return lines


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(NASTY)
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
cases = st.one_of(
    edited_scenarios(),
    edited_scenarios(),
    edited_scenarios(),
    st.text(max_size=200),
    trees.map(repr),
)


def ended_well(verb: list[str]) -> None:
    out, err = io.StringIO(), io.StringIO()
    started = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(verb)
    assert code in (0, 2), err.getvalue()
    assert "Traceback" not in err.getvalue()
    assert (code == 2) == (out.getvalue() == "")
    assert time.process_time() - started < MOST_CPU_S


quick = settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])
slow = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@quick
@given(text=cases)
def test_any_text_is_read_or_refused(tmp_path, text):
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    ended_well(["check", str(file)])


@pytest.mark.slow
@slow
@given(text=edited_scenarios(n_most=1))
def test_any_scenario_that_is_read_is_worked_out(tmp_path, text):
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    ended_well(["plan", str(file), "--draws", "128"])
