"""Forecasts of larger runs from smaller ones, on every study beside the repository that has losses.

Each study is cut at a tenth of its largest compute (two of a narrow range at a quarter); the law is
fitted below and asked for all runs above. Whatever shares the study's makers is left out of the prior,
and nothing is tuned per study. Peers: the five-coefficient law by Huber, by squares and by the
asymmetric loss of the package `chinchilla`; intervals by the bootstrap of runs, alone and with residual
draws. Run: python benchmarks/scaling_forecast.py [--markdown]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from forecasting.allocation import regret
from forecasting.few_runs import COUNTS, few_runs
from forecasting.scores import Score, score
from forecasting.studies import Split, further, has_data, protocol, split, studies, unlike_studies

GOALS = (
    ("90 % intervals cover, pooled", "0.85 to 0.97"),
    ("least of any study", "at least 0.70"),
    ("50 % intervals cover, pooled", "0.40 to 0.65"),
    ("interval score against bootstrap and residuals", "at least 30 % less"),
    ("error against Huber, pooled", "at least 20 % less"),
    ("studies where the best peer errs less", "0"),
)
HEADER = (
    "study",
    "runs",
    "error %",
    "Huber",
    "squares",
    "asym.",
    "cover 50",
    "80",
    "90",
    "+-%",
    "score",
    "bootstrap: cover 90",
    "with residuals",
    "score",
)

FEW_HEADER = ("runs", "studies", "error %", "cover 50", "cover 90", "least of a study", "+-%")


def main() -> None:
    """Print one table for each cut, and the pooled figures against the goals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markdown", action="store_true", help="print tables for the docs")
    markdown = parser.parse_args().markdown
    if not has_data():
        print("the runs of the studies are not beside the repository: nothing to forecast")
        return
    began = time.process_time()
    found = studies()
    cuts = protocol(found)
    tables = {
        "A tenth of the compute": cuts,
        "A thirtieth": further(found),
        "Other losses and counts, not in the prior": [split(study, 10.0) for study in unlike_studies()],
    }
    for title, table in tables.items():
        scores = [score(cut) for cut in table]
        print(f"\n{title}\n")
        print_table([HEADER, *(row_of(item) for item in scores), pooled_row(scores)], markdown)
        print()
        print_table([("", "goal", "came out"), *verdicts(scores)], markdown)
    print("\nA few runs, chosen at random from the small ones\n")
    print_table([FEW_HEADER, *few_rows(cuts)], markdown)
    print("\nThe split of the largest budget: percent of the budget wasted\n")
    print_table(regret_rows(cuts), markdown)
    print(f"\n{time.process_time() - began:.1f} CPU seconds")


def few_rows(cuts: list[Split]) -> list[tuple[str, ...]]:
    """Return a row for each number of runs."""
    rows = []
    for n_runs in COUNTS:
        item = few_runs(cuts, n_runs)
        figures = (item.error, item.cover_50, item.cover_90, item.least_cover_90, item.half_width)
        rows.append((str(n_runs), str(item.n_studies), *(f"{figure:.2f}" for figure in figures)))
    return rows


def regret_rows(cuts: list[Split]) -> list[tuple[str, ...]]:
    """Return the heading, a row for each study with a curve at its largest budget, and their means."""
    found = [item for item in map(regret, cuts) if item is not None]
    ways = list(found[0].wasted)
    rows = [("study", "budget, FLOP", "best size", "advised", *ways)]
    for item in found:
        sizes = (item.budget_flop, item.best_params, item.advised_params["ours"])
        wasted = (f"{item.wasted[way]:.2f}" for way in ways)
        rows.append((item.name, *(f"{size:.3g}" for size in sizes), *wasted))
    means = (f"{np.mean([item.wasted[way] for item in found]):.2f}" for way in ways)
    return [*rows, ("all, equal weight", "", "", "", *means)]


def row_of(item: Score) -> tuple[str, ...]:
    """Return the cells of a split."""
    return (
        item.name,
        f"{item.n_small}/{item.n_large}",
        f"{item.error:.2f}",
        *(f"{error:.2f}" for error in item.peer_errors.values()),
        f"{item.cover_50:.2f}",
        f"{item.cover_80:.2f}",
        f"{item.cover_90:.2f}",
        f"{item.half_width:.2f}",
        f"{item.interval_score:.2f}",
        f"{item.peer_cover:.2f}",
        f"{item.peer_cover_residuals:.2f}",
        f"{item.peer_score_residuals:.2f}",
    )


def pooled_row(scores: list[Score]) -> tuple[str, ...]:
    """Return the means, each study weighing the same."""
    columns = np.array([[float(cell) for cell in row_of(item)[2:]] for item in scores])
    return ("all, equal weight", "", *(f"{value:.2f}" for value in columns.mean(axis=0)))


def verdicts(scores: list[Score]) -> list[tuple[str, ...]]:
    """Return each goal with what came out."""
    mean = {
        name: float(np.mean([getattr(item, name) for item in scores]))
        for name in ("cover_90", "cover_50", "interval_score", "peer_score_residuals", "error")
    }
    worst = min(scores, key=lambda item: item.cover_90)
    behind = [item.name for item in scores if item.error > item.best_peer_error]
    huber = float(np.mean([item.peer_errors["Huber"] for item in scores]))
    typical = float(
        np.exp(np.mean([np.log(item.interval_score / item.peer_score_residuals) for item in scores]))
    )
    score_ratio = mean["interval_score"] / mean["peer_score_residuals"]
    came_out = (
        f"{mean['cover_90']:.3f}",
        f"{worst.cover_90:.2f} ({worst.name})",
        f"{mean['cover_50']:.2f}",
        f"{1 - score_ratio:.0%} less (typical study {1 - typical:.0%})",
        f"{1 - mean['error'] / huber:.0%} less",
        f"{len(behind)} of {len(scores)}: {', '.join(behind) or 'none'}",
    )
    return [(*goal, out) for goal, out in zip(GOALS, came_out, strict=True)]


def print_table(rows: list[tuple[str, ...]], markdown: bool) -> None:
    """Print rows aligned, or as markdown; the first is the heading."""
    if markdown:
        lines = [f"| {' | '.join(row)} |" for row in rows]
        print("\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]))
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print(
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )


if __name__ == "__main__":
    main()
