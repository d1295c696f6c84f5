"""Serving times and throughput, predicted for each model family from constants fitted to the others.

Beside each figure stand the best constant (the median of the other families, and the data sheet times
one factor) and what peers were measured at in the fact sheet. Run:
python benchmarks/compute_serving_accuracy.py [--markdown] [--constants]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from serving_accuracy.frontier import HEADER as HEADER_OF_FRONTIERS
from serving_accuracy.frontier import frontier_rows
from serving_accuracy.leave_out import Predicted, fit_to, half_widths_log, leave_one_family_out
from serving_accuracy.measurements import (
    Disaggregated,
    Measured,
    aggregated,
    disaggregated,
    has_data,
    offline,
)
from serving_accuracy.speed import configurations_per_s
from serving_accuracy.tables import AuditRow, Goal, Scored, audit_rows, constant_errors, print_table, scored

from nextdollar.compute.serving_bound import tpot_bound_s
from nextdollar.units import FloatArray

GOALS = {
    "tpot": Goal(18.0, 28.0, (85.0, 97.0)),
    "ttft": Goal(35.0),
    "offline": Goal(25.0),
}
PEERS = (
    ("data sheet alone", "tpot", "68.5", "-", "1,989 of 1,989"),
    ("seven-constant roofline, leave one family out", "tpot", "18.4", "31.7", "1,989 of 1,989"),
    ("aiconfigurator 0.12.0", "tpot", "21.0", "34.8", "51 % of 434"),
    ("aiconfigurator 0.12.0", "ttft", "53.8", "55.5", "223"),
)
HEADER = ("quantity", "rows", "median %", "mean %", "p90 %", "bias %", "90 % covers", "width x", "goal")


def main() -> None:
    """Print errors, coverage, what constants would do, the audit and the speed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markdown", action="store_true", help="print tables for the docs")
    parser.add_argument(
        "--constants", action="store_true", help="print constants and bands fitted to all rows"
    )
    given = parser.parse_args()
    if not has_data():
        print("the measurements are not beside the repository: nothing to predict")
        return
    began = time.process_time()
    served, queued, split = aggregated(), offline(), disaggregated()
    found = leave_one_family_out(served, queued, split)
    rows = score_all(found, served, queued, split)
    print("\nEach family predicted from the others\n")
    print_table([HEADER, *(row.cells(GOALS) for row in rows)], given.markdown)
    print("\nBy family\n")
    print_table([HEADER[:8], *(cells for row in rows for cells in row.by_family())], given.markdown)
    print("\nThe best constants, and peers (shared/facts/compute.md, section 4.2)\n")
    print_table(beside(served, queued), given.markdown)
    print("\nStricter: relatives left out together; counts of GPUs as labelled\n")
    print_table([HEADER[:8], *stricter(served, queued, split)], given.markdown)
    for title, table in (("as labelled", aggregated(as_labelled=True)), ("with GPUs counted once", served)):
        print(f"\nRows that beat the physical bound, {title}\n")
        print_table([AuditRow.header(), *(row.cells() for row in audit_rows(table))], given.markdown)
    print("\nFrontiers of another model, H100 at 2.10 USD an hour, zero prompt\n")
    print_table([HEADER_OF_FRONTIERS, *frontier_rows()], given.markdown)
    print(f"\n{configurations_per_s() / 1e6:.1f} million configurations a second on one core")
    if given.constants:
        print_constants(served, queued, rows)
    print(f"\n{time.process_time() - began:.1f} CPU seconds")


def score_all(found: Predicted, served: Measured, queued: Measured, split: Disaggregated) -> list[Scored]:
    """Score every quantity, the aggregated ones on the rows of the fact sheet and on all."""
    rate, apart, known = queued.tokens_per_s_per_gpu, split.measured, split.recorded
    cases = (
        ("tpot", served.tpot_s, found.tpot_s, served.families, served.complete),
        ("tpot, all rows", served.tpot_s, found.tpot_s, served.families, None),
        ("ttft", served.ttft_s, found.ttft_s, served.families, served.complete),
        ("ttft, all rows", served.ttft_s, found.ttft_s, served.families, None),
        ("offline", rate, found.offline_tokens_per_s_per_gpu, queued.families, None),
        ("disaggregated_tpot", apart.tpot_s, found.disaggregated_tpot_s, apart.families, known),
        ("disaggregated_ttft", apart.ttft_s, found.disaggregated_ttft_s, apart.families, known),
        (
            "disaggregated_tpot, instances unknown",
            apart.tpot_s,
            found.disaggregated_tpot_s,
            apart.families,
            ~known,
        ),
        (
            "disaggregated_ttft, instances unknown",
            apart.ttft_s,
            found.disaggregated_ttft_s,
            apart.families,
            ~known,
        ),
    )
    return [scored(name, seen, said, families, rows) for name, seen, said, families, rows in cases]


def beside(served: Measured, queued: Measured) -> list[tuple[str, ...]]:
    """What a constant and a peer reach on the same quantity."""
    bound_s = tpot_bound_s(served.deployment, served.load)
    rows = [("predictor", "quantity", "median %", "mean %", "rows predicted")]
    full = served.complete
    cases: tuple[tuple[str, str, FloatArray, FloatArray, np.ndarray], ...] = (
        ("median of other families", "tpot", served.tpot_s[full], np.ones(full.sum()), served.families[full]),
        ("data sheet x one factor", "tpot", served.tpot_s[full], bound_s[full], served.families[full]),
        ("median of other families", "ttft", served.ttft_s[full], np.ones(full.sum()), served.families[full]),
        (
            "median of other families",
            "offline",
            queued.tokens_per_s_per_gpu,
            np.ones(len(queued.names)),
            queued.families,
        ),
    )
    for name, quantity, seen, reference, families in cases:
        errors = constant_errors(seen, reference, families)
        rows.append((name, quantity, f"{np.median(errors):.1f}", f"{errors.mean():.1f}", f"{len(seen):,}"))
    return rows + list(PEERS)


def stricter(served: Measured, queued: Measured, split: Disaggregated) -> list[tuple[str, ...]]:
    """The same with less to learn from, and with the table's own counts of GPUs."""
    rows = []
    labelled = aggregated(as_labelled=True)
    for title, table, together in (("relatives out", served, True), ("as labelled", labelled, False)):
        found = leave_one_family_out(table, queued, split, together=together)
        full = table.complete
        for name, seen, said in (("tpot", table.tpot_s, found.tpot_s), ("ttft", table.ttft_s, found.ttft_s)):
            row = scored(f"{name}, {title}", seen, said, table.families, full)
            rows.append(row.cells({})[:8])
    return rows


def print_constants(served: Measured, queued: Measured, rows: list[Scored]) -> None:
    """Print what goes into the catalogue: constants of all rows, and bands of the rows left out."""
    print()
    for (name, engine), number in fit_to(served, queued).items():
        print(f"{name},{engine},{number:.4g}")
    for row in rows:
        if "," not in row.name:
            half = half_widths_log(np.log(row.seen / row.said), row.families)[""]
            print(f"{row.name}_p5_factor,,{np.exp(-half):.3g}")
            print(f"{row.name}_p95_factor,,{np.exp(half):.3g}")


if __name__ == "__main__":
    main()
