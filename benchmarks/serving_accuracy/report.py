"""Tables and figures of serving: each family of models predicted from the others."""

from __future__ import annotations

import numpy as np
from accuracy.figure import Figure, print_table
from serving_accuracy import constants, epoch_measured, frontier
from serving_accuracy.leave_out import Predicted, leave_one_family_out
from serving_accuracy.measurements import Disaggregated, Measured, aggregated, disaggregated, offline
from serving_accuracy.tables import AuditRow, Scored, audit_rows, constant_errors, scored

from nextdollar.compute.serving.bound import tpot_bound_s
from nextdollar.units import FloatArray

HEADER = ("quantity", "rows", "median %", "mean %", "p90 %", "bias %", "90 % covers", "width x")
LEAST_COVERED, MOST_COVERED = 85.0, 97.0


def serving_figures(*, markdown: bool = False, write: bool = False) -> list[Figure]:
    """Print the tables of serving, and return the figures that have a goal."""
    served, queued, split = aggregated(), offline(), disaggregated()
    found = leave_one_family_out(served, queued, split)
    rows = {row.name: row for row in score_all(found, served, queued, split)}
    if write:
        print(f"{constants.write(constants.fitted(served, queued, list(rows.values())))} rows written")
    print("\nServing: each family predicted from the others\n")
    print_table([HEADER, *(row.cells() for row in rows.values())], markdown)
    print("\nBy family\n")
    print_table([HEADER, *(cells for row in rows.values() for cells in row.by_family())], markdown)
    print("\nStricter: relatives left out together; counts of GPUs as labelled\n")
    print_table([HEADER, *stricter(queued, split)], markdown)
    for title, table in (("as labelled", aggregated(as_labelled=True)), ("with GPUs counted once", served)):
        print(f"\nRows that beat the physical bound, {title}\n")
        print_table([AuditRow.header(), *(row.cells() for row in audit_rows(table))], markdown)
    return [*_served_figures(rows, served), *_other_figures(rows, queued), *frontier_figures(found, markdown)]


def score_all(found: Predicted, served: Measured, queued: Measured, split: Disaggregated) -> list[Scored]:
    """Score every quantity, the aggregated ones on the rows of the fact sheet and on all."""
    rate, apart, known = queued.tokens_per_s_per_gpu, split.measured, split.recorded
    cases: list[tuple[str, FloatArray, FloatArray, np.ndarray, np.ndarray | None]] = [
        ("offline", rate, found.offline_tokens_per_s_per_gpu, queued.families, None)
    ]
    for name, seen, said in (
        ("tpot", served.tpot_s, found.tpot_s),
        ("ttft", served.ttft_s, found.ttft_s),
        ("throughput", *_speeds(served, found.tpot_s, found.ttft_s)),
    ):
        cases.append((name, seen, said, served.families, served.complete))
        cases.append((f"{name}, all rows", seen, said, served.families, None))
    for name, seen, said in (
        ("disaggregated_tpot", apart.tpot_s, found.disaggregated_tpot_s),
        ("disaggregated_ttft", apart.ttft_s, found.disaggregated_ttft_s),
        ("disaggregated_throughput", *_speeds(apart, found.disaggregated_tpot_s, found.disaggregated_ttft_s)),
    ):
        cases.append((name, seen, said, apart.families, known))
        cases.append((f"{name}, instances unknown", seen, said, apart.families, ~known))
    return [scored(name, seen, said, families, chosen) for name, seen, said, families, chosen in cases]


def _speeds(rows: Measured, tpot_s: FloatArray, ttft_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tokens a second of all requests, measured and predicted: what the two times make (Little's law)."""
    load = rows.load
    work, last = load.n_concurrent * load.n_output_tokens, load.n_output_tokens - 1.0
    return work / (rows.ttft_s + last * rows.tpot_s), work / (ttft_s + last * tpot_s)


def stricter(queued: Measured, split: Disaggregated) -> list[tuple[str, ...]]:
    """The same with less to learn from, and with the table's own counts of GPUs."""
    rows = []
    cases = (("relatives out", aggregated(), True), ("as labelled", aggregated(as_labelled=True), False))
    for title, table, together in cases:
        found = leave_one_family_out(table, queued, split, together=together)
        for name, seen, said in (("tpot", table.tpot_s, found.tpot_s), ("ttft", table.ttft_s, found.ttft_s)):
            rows.append(scored(f"{name}, {title}", seen, said, table.families, table.complete).cells())
    return rows


def _served_figures(rows: dict[str, Scored], served: Measured) -> list[Figure]:
    """Times of aggregated serving."""
    full = served.complete
    bound_s = tpot_bound_s(served.deployment, served.load)[full]
    families = served.families[full]
    tpot, ttft = rows["tpot"], rows["ttft"]
    by_sheet = constant_errors(tpot.seen, bound_s, families)
    plain = constant_errors(ttft.seen, np.ones(len(families)), families)
    predicted = sum(int(np.isfinite(row.said).sum()) for row in rows.values() if row.name in _EVERY_ROW)
    asked = sum(len(row.said) for row in rows.values() if row.name in _EVERY_ROW)
    sheet = "data sheet x one factor"
    return [
        _at_most(
            "time per output token, median error",
            tpot.median_percent,
            18,
            _error(by_sheet, sheet),
            _TPOT_PEER,
        ),
        _at_most(
            "time per output token, mean error",
            tpot.mean_percent,
            28,
            f"{by_sheet.mean():.1f} %",
            "31.7 %, 34.8 %",
        ),
        _coverage("time per output token", tpot),
        _at_most(
            "time to first token, median error",
            ttft.median_percent,
            35,
            _error(plain, "median of others"),
            _TTFT_PEER,
        ),
        _coverage("time to first token", ttft),
        Figure(
            "rows with a prediction",
            f"{predicted:,} of {asked:,}",
            "all",
            predicted == asked,
            "all",
            "aiconfigurator: 51 %",
        ),
    ]


def _other_figures(rows: dict[str, Scored], queued: Measured) -> list[Figure]:
    """Offline throughput, and disaggregated serving."""
    whole, apart = rows["offline"], rows["disaggregated_tpot"]
    plain = constant_errors(whole.seen, np.ones(len(whole.seen)), queued.families)
    return [
        _at_most(
            "offline maximum throughput, median error",
            whole.median_percent,
            25,
            _error(plain, "median of others"),
        ),
        Figure(
            "offline: 90 % intervals hold", f"{whole.covered_percent:.0f} %, x{whole.width:.1f}", "", None
        ),
        Figure(
            "disaggregated, time per output token, median and mean error",
            f"{apart.median_percent:.1f} %, {apart.mean_percent:.1f} %",
            "",
            None,
            "",
            "aiconfigurator: answers 21 %",
        ),
    ]


def frontier_figures(found: Predicted, markdown: bool) -> list[Figure]:
    """Print where the frontiers of another model part from ours."""
    points = frontier.explained()
    if not points:
        return []
    print("\nFrontiers of another model, H100 at 2.10 USD an hour: USD per million tokens at tokens a second")
    print("Factors on the price (at equal worth where preferred) as its assumptions replace ours in turn\n")
    print_table([frontier.HEADER, *(point.cells() for point in points)], markdown)
    coded = frontier.reproduced_percent()
    print(f"\nIts equations coded here reproduce all its points to {coded:.4f} %.")
    print("\nThe same equations against measured steps of Llama 3.1 70B in fp8 (predicted over measured)\n")
    print_table([epoch_measured.HEADER, *epoch_measured.rows(found.tpot_s)], markdown)
    close = sum(point.is_close for point in points)
    is_met = all(point.is_close or point.is_explained for point in points) and coded < frontier.CODED_PERCENT
    left = max(abs(point.left_percent) for point in points)
    return [
        Figure(
            "frontiers: points within 30 %, most of a price left unexplained",
            f"{close} of {len(points)}, {left:.1f} %",
            "within 30 %, or explained to 2 %",
            is_met,
        )
    ]


_EVERY_ROW = (
    *("offline", "tpot, all rows"),
    *("disaggregated_tpot", "disaggregated_tpot, instances unknown"),
)
# Fact sheet, section 4.2: the first on the same rows, the second on 51 % of 434.
_TPOT_PEER = "seven-constant roofline 18.4 %; aiconfigurator 21.0 %"
_TTFT_PEER = "aiconfigurator 53.8 %"


def _at_most(name: str, percent: float, goal: float, constant: str, peer: str = "") -> Figure:
    """A figure that must not be above its goal."""
    return Figure(name, f"{percent:.1f} %", f"at most {goal:g} %", percent <= goal, constant, peer)


def _coverage(name: str, row: Scored) -> Figure:
    """A coverage that must be honest, with the width that it takes."""
    is_met = LEAST_COVERED <= row.covered_percent <= MOST_COVERED
    ours = f"{row.covered_percent:.0f} %, x{row.width:.1f}"
    return Figure(f"{name}: 90 % intervals hold", ours, "85 to 97 %", is_met)


def _error(errors: FloatArray, words: str) -> str:
    """Median error of a constant, in words."""
    return f"{np.median(errors):.1f} % ({words})"
