"""CPU seconds until `nextdollar --help` has printed and until `import nextdollar` is done.

Goals: at most 0.5 s and 0.25 s. Each is the median of nine fresh processes; an empty Python process
stands beside them. Run: python benchmarks/startup.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

RUNS = 9
GOALS_S = {"nextdollar --help": 0.5, "import nextdollar": 0.25, "nextdollar doctor": 2.0}
COMMANDS = {
    "empty process": [sys.executable, "-c", "pass"],
    "import nextdollar": [sys.executable, "-c", "import nextdollar"],
    "nextdollar --help": [sys.executable, "-m", "nextdollar", "--help"],
    "nextdollar doctor": [sys.executable, "-m", "nextdollar", "doctor"],
}


def cpu_seconds(command: list[str]) -> float:
    """Return the CPU seconds, user and system, that a command takes."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> int:
    """Print the medians and return 1 if a goal is missed."""
    missed = False
    print(f"{'command':<20}{'median CPU s':>14}{'goal':>8}")
    for name, command in COMMANDS.items():
        cpu_seconds(command)
        median = statistics.median(cpu_seconds(command) for _ in range(RUNS))
        goal = GOALS_S.get(name)
        verdict = "" if goal is None else "met" if median <= goal else "MISSED"
        missed |= verdict == "MISSED"
        print(f"{name:<20}{median:>14.3f}{goal or '':>8} {verdict}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
