"""Random scenarios through `nextdollar check` and `nextdollar plan`: no traceback, no hang, exit 0, 1 or 2.

A case follows from its number alone, so that a failure is run again by its number:
python benchmarks/fuzz_loader.py --seed 12345 --cases 1 --show

Random text, slips in valid scenarios, scenarios of random and extreme numbers, and random settings go
through `check --json`; one case in 16 goes through `plan --draws 128 --json`. A RuntimeWarning
counts as a failure, and so does a refusal that names no place. Goal: 50,000 cases, 0 failures.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fuzz.cases import case_of

from nextdollar.cli.entry import run

MOST_CPU_S = 5.0
GOOD_EXITS = (0, 1, 2)


@dataclass(frozen=True)
class Result:
    """How a case ended; `problem` is empty where all is well."""

    seed: int
    kind: str
    exit_code: int
    cpu_s: float
    problem: str


class _OutOfTime(BaseException):
    """The time of a case is up; not an Exception, so that no handler of ours takes it for a bug."""


def _stop(number: int, frame: object) -> None:
    raise _OutOfTime


def result_of(seed: int) -> Result:
    """Run one case and say how it ended."""
    case = case_of(seed)
    out, err = io.StringIO(), io.StringIO()
    before, code, problem = time.process_time(), -1, ""
    signal.signal(signal.SIGPROF, _stop)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / "scenario.yaml"
        path.write_text(case.text, encoding="utf-8", errors="surrogatepass", newline="")
        signal.setitimer(signal.ITIMER_PROF, MOST_CPU_S)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run([case.command, str(path), *case.arguments, "--json"])
        except _OutOfTime:
            problem = f"hangs: more than {MOST_CPU_S:g} CPU seconds"
        except BaseException as error:
            problem = f"escapes: {type(error).__name__}: {error}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    problem = problem or _wrong_with(code, out.getvalue(), err.getvalue())
    return Result(seed, f"{case.command} {case.kind}", code, time.process_time() - before, problem)


def _wrong_with(code: int, out: str, err: str) -> str:
    if "Traceback" in out + err:
        return "prints a traceback"
    try:
        found = json.loads(out)
    except ValueError:
        return "prints no JSON object"
    if code not in GOOD_EXITS:
        return f"exit {code}: {found.get('message', '')[:160]}"
    if code == 2 and not found["faults"] and found["code"] != "ND1010":
        return f"names no place: {found['message'][:160]}"
    return ""


def main() -> int:
    """Run the cases, print how they ended, and return 1 if any failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first case")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print the scenario of each failure")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.cases)
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        results = list(pool.imap_unordered(result_of, seeds, chunksize=50))
    failed = sorted((one for one in results if one.problem), key=lambda one: one.seed)
    for one in failed:
        print(f"case {one.seed} ({one.kind}): {one.problem}")
        if options.show:
            print(case_of(one.seed).text, *case_of(one.seed).arguments)
    slowest = max(results, key=lambda one: one.cpu_s)
    cpu_s, wall_s = sum(one.cpu_s for one in results), time.monotonic() - started
    exits = ", ".join(
        f"{n:,} x exit {code}" for code, n in sorted(Counter(r.exit_code for r in results).items())
    )
    print(
        f"{len(results):,} cases from {options.seed}: {exits}; {len(failed)} failures; "
        f"slowest {slowest.cpu_s:.1f} CPU s (case {slowest.seed}); {cpu_s:,.0f} CPU s, {wall_s:,.0f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
