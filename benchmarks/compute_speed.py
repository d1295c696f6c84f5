"""How many training and serving configurations a second one core answers, peers in the same run.

    python benchmarks/compute_speed.py [--peers PYTHON]

--peers names an interpreter that has llm-analysis or calculon (see benchmarks/speed/peers.py); without it
they are looked for in the one that runs this, and left out with the reason. CPU seconds, best of a few
repeats. Exits with 1 if a goal is missed: 5 million training and 3 million serving configurations a second,
10,000 draws over 1,000 configurations in 5 s.
"""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from accuracy.figure import FIGURE_HEADER, Figure, print_table
from speed.peers import PeerRate, peer_rates
from speed.rates import (
    BLOCK,
    BLOCKS,
    N_AT_ONCE,
    serving_draws_s,
    serving_per_s,
    training_draws_s,
    training_per_s,
)

TRAINING_PER_S, SERVING_PER_S, DRAWS_S = 5e6, 3e6, 5.0


def main() -> int:
    """Print the rates; the exit code says whether the goals are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the peers")
    options = parser.parse_args()
    training = training_per_s(BLOCK, blocks=BLOCKS)
    figures = [
        _rate("training configurations/s", training, TRAINING_PER_S),
        _rate("the same, a million in one call", training_per_s(N_AT_ONCE), TRAINING_PER_S),
        _rate("serving configurations/s", serving_per_s(BLOCK, blocks=BLOCKS), SERVING_PER_S),
        _rate("the same, a million in one call", serving_per_s(N_AT_ONCE), SERVING_PER_S),
        _draws("training, 10,000 draws x 1,000 configurations", training_draws_s()),
        _draws("serving, 10,000 draws x 1,000 configurations", serving_draws_s()),
    ]
    print_table([FIGURE_HEADER[:4], *(figure.cells()[:4] for figure in figures)], markdown=False)
    print()
    for rate in peer_rates(options.peers):
        print(f"{rate.name}: {rate} configurations/s{_times(training, rate)}")
    missed = [figure.name for figure in figures if figure.is_met is False]
    print(f"\nMISSED: {missed}" if missed else "\ngoals met")
    return 1 if missed else 0


def _rate(name: str, per_s: float, goal: float) -> Figure:
    """A rate that must reach its goal."""
    return Figure(name, f"{per_s / 1e6:.1f} million", f"at least {goal / 1e6:g} million", per_s >= goal)


def _draws(name: str, seconds: float) -> Figure:
    """A time that must not pass its goal."""
    return Figure(name, f"{seconds:.2f} s", f"at most {DRAWS_S:g} s", seconds <= DRAWS_S)


def _times(ours_per_s: float, rate: PeerRate) -> str:
    """How often a peer's rate goes into ours."""
    return "" if rate.per_s is None else f"; ours {ours_per_s / rate.per_s:,.0f} times that"


if __name__ == "__main__":
    sys.exit(main())
